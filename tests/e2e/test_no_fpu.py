"""A board without an FPU: the whole way, with the preprocessing in integers.

`pytest tests/e2e/test_no_fpu.py -s` prints what samples cost, which docs/numerics.md shows.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import no_fpu
from support.float_network import Network

from hargen.build.compile import find_image
from hargen.device.virtual import VirtualBoard
from hargen.link import stream
from hargen.link.client import Client

from .conftest import BOARD, Result, environment

CLASSES = {"ign": "Stationary,Walking,Jogging,Biking"}
MOST_INSTRUCTIONS = 400  # a sample of three axes
NAMES = ("all of it", "without rotation")


class Boards:
    """hargen with boards of the tests' own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        no_fpu.write_board(folder)
        text = (no_fpu.ROOT / f"boards/{BOARD}.toml").read_text(encoding="utf-8")
        soft = text.replace('float_abi = "hard"', 'float_abi = "soft"').replace(BOARD, "SOFT")
        (folder / "SOFT.toml").write_text(soft, encoding="utf-8")
        (folder / f"{BOARD}.toml").write_text(text, encoding="utf-8")

    def __call__(self, *arguments: object, code: int = 0) -> Result:
        done = subprocess.run(
            no_fpu.command(self.folder, *arguments),
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == code, done
        return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def hargen(tmp_path_factory: pytest.TempPathFactory) -> Boards:
    return Boards(tmp_path_factory.mktemp("boards") / "boards")


@pytest.fixture(scope="module")
def flashed(
    request: pytest.FixtureRequest, hargen: Boards, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    request.getfixturevalue("emulator")
    folder = tmp_path_factory.mktemp("no_fpu") / "har"
    said = hargen("export", "default", "-o", folder, "--board", no_fpu.NAME).out
    assert "in integers: there is no FPU" in said
    hargen("flash", folder, "--board", no_fpu.NAME, "--virtual")
    return folder


def raw(hargen: Boards, folder: Path, *options: object) -> dict[str, Any]:
    found = hargen(
        *("validate-serial", folder, "--virtual", "--stage", "raw", "--require-bit-exact"),
        *("--json", "-", *options),
    )
    report: dict[str, Any] = json.loads(found.out)
    windows = report["windows"]
    assert (report["twin_exact"], report["bit_exact"], report["lost"]) == (windows, windows, 0)
    assert report["violations"] == []
    return report


def test_no_instruction_is_for_an_fpu(flashed: Path) -> None:
    elf = find_image(flashed).elf_path
    listed = subprocess.run(
        ["arm-none-eabi-objdump", "-d", str(elf)], capture_output=True, text=True, check=True
    ).stdout
    mnemonics = re.findall(r"^ *[0-9a-f]+:\t[0-9a-f ]+\t(\S+)", listed, re.MULTILINE)
    assert len(mnemonics) > 3000
    assert not [name for name in mnemonics if name.startswith("v")]
    attributes = subprocess.run(
        ["arm-none-eabi-readelf", "-A", str(elf)], capture_output=True, text=True, check=True
    ).stdout
    assert "Tag_CPU_name" in attributes
    assert "Tag_FP_arch" not in attributes


def test_counts_go_through_in_integers(hargen: Boards, flashed: Path) -> None:
    report = raw(hargen, flashed, "--synthetic", 90)
    distance = report["preprocessing_distance"]
    assert distance["max"] < 1e-5
    assert (distance["inputs_differ"], distance["classes_differ"]) == (0, 0)
    assert report["windows"] == 90


def test_a_comparison_knows_the_integers(hargen: Boards, flashed: Path, tmp_path: Path) -> None:
    options = ("--virtual", "--synthetic", 20, "--json", "-")
    report = json.loads(hargen("compare", flashed, *options).out)
    assert [place["name"] for place in report["places"]][:5] == [
        *("unit", "filter", "rotation", "window", "input"),
    ]
    assert report["places"][3]["board"]["windows_differ"] == 0

    folder = tmp_path / "edited"
    shutil.copytree(flashed, folder)
    source = folder / "Model/har_stream.c"
    text = source.read_text()
    first = re.search(r"\.minus_a = {(-\d+),", text)
    assert first is not None
    source.write_text(
        text.replace(first[0], first[0].replace(first[1], str(int(first[1]) + 99999)))
    )
    report = json.loads(hargen("compare", folder, *options, code=6).out)
    assert report["reference_first"]["place"] == "filter"
    assert report["board_first"]["place"] == "window"
    assert isinstance(report["board_first"]["ours"], int)


@pytest.mark.parametrize("stage", ["window", "int8"])
def test_windows_go_through_by_a_library_of_floats(
    hargen: Boards, flashed: Path, stage: str
) -> None:
    found = hargen(
        *("validate-serial", flashed, "--virtual", "--stage", stage, "--synthetic", 60),
        *("--require-bit-exact", "--json", "-"),
    )
    report = json.loads(found.out)
    assert (report["windows"], report["bit_exact"], report["twin_exact"]) == (60, 60, 60)
    assert report["violations"] == []


def test_the_board_samples_its_own_sensor(hargen: Boards, flashed: Path) -> None:
    found = hargen(
        *("monitor", flashed, "--virtual", "--sensor", "synthetic", "--windows", 2, "--json")
    )
    events = [json.loads(line) for line in found.out.splitlines()]
    results = [event for event in events if "activity" in event]
    assert len(results) >= 2, found.out


def test_the_board_tests_itself(hargen: Boards, flashed: Path) -> None:
    found = hargen("selftest", flashed, "--virtual")
    assert "fail" not in found.out.lower()


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize(
    "card",
    [
        'hop = 8\nnormalization = {kind = "window"}',
        'hop = 8\nfilter_state = "window"\nsmoothing = {kind = "mean", windows = 3}',
        'axes = ["y", "-x", "-z"]\nnormalization = {mean = [1.0, 2.0, 3.0], std = [2.0, 3.0, 4.0]}',
    ],
)
def test_other_preprocessing(hargen: Boards, tmp_path: Path, card: str) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(f'[preprocessing]\npreset = "default"\nwindow = 24\n{card}\n')
    folder = tmp_path / "har"
    hargen(
        *("export", "default", "-o", folder, "--board", no_fpu.NAME, "--preprocessing", mine),
    )
    hargen("flash", folder, "--virtual")
    distance = raw(hargen, folder, "--synthetic", 40)["preprocessing_distance"]
    assert distance["max"] < 5e-4
    assert distance["inputs_differ"] <= 0.0005 * distance["inputs"]


def test_a_float_network_is_refused(hargen: Boards, tmp_path: Path) -> None:
    model = Network((1, 24, 3, 1)).flatten().dense().write(tmp_path / "float.tflite")
    folder = tmp_path / "har"
    found = hargen("export", model, "-o", folder, "--board", no_fpu.NAME, code=3)
    assert "computes in float32, and NO-FPU has no FPU" in found.err
    assert "int8" in found.err
    assert not folder.exists()


def test_the_c_alone_follows_the_board(hargen: Boards, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    hargen("export", "default", "-o", folder, "--format", "c", "--board", no_fpu.NAME)
    assert "const int32_t *har_window(" in (folder / "Model/har.h").read_text()
    program = tmp_path / "main"
    sources = [*(folder / "Model").glob("*.c"), folder / "main.c"]
    command = ["cc", "-std=c11", f"-I{folder / 'Model'}", f"-I{folder / 'Runtime'}"]
    subprocess.run([*command, *map(str, sources), "-lm", "-o", str(program)], check=True)


def instructions(folder: Path) -> tuple[int, int]:
    """Return the most that a sample costs, and what a window costs with its quantization."""
    counts = np.random.default_rng(9).integers(-32768, 32768, (24 * 4, 3)).astype("<i2")
    most = []
    for function in ("har_add_sample", "har_run_window"):
        with VirtualBoard(folder, count=function) as board, Client(board.url) as client:
            client.hello()
            board.drain_runs()
            list(stream.send(client, counts.tobytes(), window=24, hop=24))
            most.append(max(run.instructions for run in board.drain_runs()[1:]))
    return most[0], most[1]


@pytest.mark.usefixtures("emulator")
def test_what_samples_cost(hargen: Boards, tmp_path: Path) -> None:
    """In integers at most a twentieth of what the same takes by a library of floats."""
    mine = tmp_path / "mine.toml"
    costs = {}
    for name in NAMES:
        for board in (BOARD, no_fpu.NAME, "SOFT"):
            turn = "true" if name == NAMES[0] else "false"
            mine.write_text(
                f'[preprocessing]\npreset = "default"\nwindow = 24\ngravity_rotation = {turn}\n'
            )
            folder = tmp_path / f"{name} {board}".replace(" ", "_")
            hargen("export", "default", "-o", folder, "--board", board, "--preprocessing", mine)
            if board == "SOFT":  # the floats of the C library, which hargen exports for no board
                listed = folder / "CMakeLists.txt"
                text = listed.read_text(encoding="utf-8")
                listed.write_text(f"{text}\ntarget_link_libraries(${{PROJECT_NAME}} PRIVATE m)\n")
            hargen("flash", folder, "--virtual")
            costs[name, board] = instructions(folder)
            print(f"{name}, {board}: {costs[name, board]}")
    for name in NAMES:
        assert costs[name, no_fpu.NAME][0] <= MOST_INSTRUCTIONS
        assert 20 * costs[name, no_fpu.NAME][0] < costs[name, "SOFT"][0]
        # the same network, and hardly dearer to quantize for
        assert costs[name, no_fpu.NAME][1] <= 1.05 * costs[name, BOARD][1]


@pytest.mark.long
@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("data", ["st_har_26hz", "mobility_v1#test", "mobility_v1#train"])
@pytest.mark.parametrize("network", ["default", "ign_wl_24_int8", "gmp_wl_48_int8"])
def test_every_recording_in_integers(
    hargen: Boards, shared: Path, tmp_path: Path, network: str, data: str
) -> None:
    """`-s` prints the figures of docs/numerics.md."""
    folder = tmp_path / "har"
    model, options = "default", ()
    if network != "default":
        model = str(shared / f"zoo/AST/{network}.tflite")
        options = ("--classes", CLASSES["ign"])
    hargen("export", model, "-o", folder, "--board", no_fpu.NAME, *options)
    hargen("flash", folder, "--virtual")
    report = raw(hargen, folder, "--data", shared / "data" / data)
    distance = report["preprocessing_distance"]
    print(f"{network}, {data}: {report['windows']} windows, {distance}")
    assert distance["max"] <= 1e-3
    assert distance["inputs_differ"] <= 0.0005 * distance["inputs"]
    assert distance["classes_differ"] <= 0.001 * report["windows"]
