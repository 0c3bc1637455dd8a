"""Model, C, ELF, virtual board, serial port, proof: with the ELF that a real board would get."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from hargen import __version__
from hargen.build.compile import find_image
from hargen.device import virtual

from .conftest import BOARD, Hargen, command, environment

# windows and accuracy that the reference kernels reach on the test recordings of mobility_v1
AST = {
    "ign_wl_24": (1003, 91.72),
    "ign_wl_48": (501, 92.81),
    "gmp_wl_24": (1003, 97.51),
    "gmp_wl_48": (501, 97.41),
}
AST_CLASSES = "Stationary,Walking,Jogging,Biking"
WISDM_CLASSES = "Jogging,Stationary,Stairs,Walking"


def test_two_commands_inside_a_project_are_enough(hargen: Hargen, flashed: Path) -> None:
    found = hargen(
        *("validate-serial", "--virtual", "--synthetic", "200", "--require-bit-exact"),
        *("--json", "-"),
        cwd=flashed,
    )
    assert found.code == 0, found
    report = found.report
    assert (report["windows"], report["bit_exact"], report["lost"]) == (200, 200, 0)
    assert (report["virtual"], report["estimated"], report["violations"]) == (True, True, [])
    assert report["baud"] == 921600
    assert report["hashes"]["build_id"] == find_image(flashed).build_id.hex()
    # counted between entry and return, for every window
    assert report["instructions"]["min"] > 10_000
    assert report["cycles"]["min"] >= report["instructions"]["min"]
    assert 0 < report["footprint"]["stack_high_water"] < 8192
    assert "200 of 200 bit-exact" in found.err


def test_the_same_windows_cost_the_same(hargen: Hargen, flashed: Path) -> None:
    arguments = ("validate-serial", flashed, "--virtual", "--synthetic", "20", "--json", "-")
    first, second = (hargen(*arguments).report for _ in range(2))
    # not the cycles: bytes that arrive meanwhile interrupt an inference, and when they do is the
    # host's matter
    for field in ("instructions", "confusion", "bit_exact", "hashes"):
        assert first[field] == second[field]


def test_limits_decide_the_exit_code(hargen: Hargen, flashed: Path, tmp_path: Path) -> None:
    written = tmp_path / "out.json"
    arguments = ("validate-serial", flashed, "--virtual", "--synthetic", "12", "--seed", "1")
    found = hargen(*arguments, "--min-accuracy", "0.5", "--json", written)
    assert found.code == 0
    accuracy = json.loads(written.read_text(encoding="utf-8"))["accuracy"]
    assert f"{100 * accuracy:.2f} %" in found.out
    assert hargen(*arguments, "--min-accuracy", "1", "--limit", "12").code == (accuracy < 1) * 6


def test_one_flipped_weight_bit_is_found(hargen: Hargen, flashed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "flipped"
    shutil.copytree(flashed, folder)
    image = find_image(folder)
    weights = next(s for s in image.elf.symbols if s.name.endswith("_weights") and s.size > 1000)
    content = bytearray(image.elf_path.read_bytes())
    # the symbol's bytes are found by what they are; the highest bit of one weight is turned
    position = content.index(image.elf.read(weights.address, weights.size))
    content[position + 7] ^= 0x80
    patched = tmp_path / "patched.elf"
    patched.write_bytes(content)
    virtual.program(folder, patched)
    found = hargen(
        *("validate-serial", folder, "--virtual", "--synthetic", "60", "--require-bit-exact"),
        *("--json", "-"),
    )
    assert found.code == 6, found
    assert found.report["bit_exact"] < 60
    assert found.report["mismatches"]


def test_an_image_that_was_not_flashed_is_refused(
    hargen: Hargen, flashed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "rebuilt"
    shutil.copytree(flashed, folder, ignore=shutil.ignore_patterns("build"))
    header = folder / "App/hg_version.h"
    text = header.read_text(encoding="utf-8")
    header.write_text(text.replace(f'"{__version__}"', '"9.9.9"'), encoding="utf-8")
    assert hargen("build", folder).code == 0
    found = hargen("validate-serial", folder, "--virtual", "--synthetic", "3")
    assert found.code == 5
    assert "not run the image that was built here" in found.err
    assert "warning: App/hg_version.h was changed after export" in found.err


def test_another_models_firmware_is_refused(
    hargen: Hargen, flashed: Path, tmp_path: Path, shared: Path
) -> None:
    folder = tmp_path / "other"
    model = shared / "zoo/AST/ign_wl_24_int8.tflite"
    assert hargen("export", model, "-o", folder, "--board", BOARD).code == 0
    virtual.program(folder, find_image(flashed).elf_path)
    found = hargen("validate-serial", folder, "--virtual", "--synthetic", "3")
    assert found.code == 5
    assert "another model's firmware" in found.err


def test_the_board_in_the_foreground_serves_its_socket(hargen: Hargen, flashed: Path) -> None:
    board = subprocess.Popen(
        command("board", "run", flashed),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert board.stdout is not None
    try:
        lines = [board.stdout.readline().split() for _ in range(2)]
        ports = {line[0]: line[1] for line in lines}
        assert ports["pty"].startswith("/dev/")
        for port in (ports["socket"], ports["pty"]):
            found = hargen(
                *("validate-serial", flashed, "--port", port, "--synthetic", "6"),
                *("--require-bit-exact", "--json", "-"),
            )
            assert found.code == 0, found
            assert (found.report["virtual"], found.report["instructions"]) == (False, None)
            assert found.report["estimated"], "nothing here is a serial device of this machine"
    finally:
        board.send_signal(signal.SIGINT)
        _, errors = board.communicate(timeout=20)
    assert (board.returncode, errors) in ((0, ""), (130, ""))


def children(process: int) -> list[int]:
    """Return the processes that a process has started."""
    text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(number) for number in text.split()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_ends_the_virtual_board_too(flashed: Path, number: int, code: int) -> None:
    running = subprocess.Popen(
        command("validate-serial", flashed, "--virtual", "--synthetic", "3000"),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (started := children(running.pid)):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(1)
    running.send_signal(number)
    out, err = running.communicate(timeout=20)
    assert (running.returncode, out, err) == (code, "", "")
    assert not [board for board in started if Path(f"/proc/{board}").is_dir()]


def zoo(
    hargen: Hargen, shared: Path, folder: Path, family: str, name: str, *options: object
) -> dict[str, object]:
    """Take a model of the zoo the whole way and return the report."""
    classes = AST_CLASSES if family == "AST" else WISDM_CLASSES
    model = shared / f"zoo/{family}/{name}_int8.tflite"
    for arguments in (
        ("export", model, "-o", folder, "--board", BOARD, "--classes", classes),
        ("flash", folder, "--board", BOARD, "--virtual"),
    ):
        found = hargen(*arguments)
        assert found.code == 0, found
    data = shared / "data/mobility_v1/test.pkl"
    found = hargen(
        *("validate-serial", folder, "--virtual", "--data", data, "--require-bit-exact"),
        *("--json", "-", *options),
    )
    assert found.code == 0, found
    return found.report


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize(
    ("family", "name"),
    [("AST", "ign_wl_24"), ("WISDM", "ign_wl_48"), ("WISDM", "gmp_wl_24"), ("AST", "gmp_wl_48")],
)
def test_models_of_the_zoo_are_bit_exact(
    hargen: Hargen, shared: Path, tmp_path: Path, family: str, name: str
) -> None:
    report = zoo(hargen, shared, tmp_path / "project", family, name, "--limit", 100)
    assert (report["windows"], report["bit_exact"], report["retries"]) == (100, 100, 0)


@pytest.mark.long
@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("family", ["AST", "WISDM"])
@pytest.mark.parametrize("name", AST)
def test_every_window_of_mobility_v1_is_bit_exact(
    hargen: Hargen, shared: Path, tmp_path: Path, family: str, name: str
) -> None:
    report = zoo(hargen, shared, tmp_path / "project", family, name)
    windows, accuracy = AST[name]
    assert (report["windows"], report["bit_exact"]) == (windows, windows)
    if family == "AST":
        assert f"{100 * report['accuracy']:.2f}" == f"{accuracy:.2f}"
