"""The command for real: models through the virtual board, in processes that always end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hargen import manifest, models
from hargen.cli import main
from hargen.errors import UsageError
from hargen.zoo import catalogue, data_sets, pool, table
from hargen.zoo.measure import measure
from hargen.zoo.task import Task

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Zoo = Callable[..., Result]


@pytest.fixture
def zoo(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Zoo:
    """Return a function that runs hargen zoo with the given arguments."""
    monkeypatch.delenv("HARGEN_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        code = main.run(["zoo", *map(str, arguments)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Result(code, printed.out, printed.err)

    return run


@pytest.fixture
def emulator() -> None:
    """Skip where the virtual board cannot run."""
    pytest.importorskip("unicorn", reason="the virtual board needs unicorn")


def the_rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return found


@pytest.mark.usefixtures("emulator")
def test_a_broken_model_does_not_stop_a_good_one(
    zoo: Zoo, small_zoo: Path, recordings: Path, tmp_path: Path
) -> None:
    (small_zoo / "AST").mkdir()
    (small_zoo / "AST/broken_wl_24_int8.tflite").write_bytes(b"0000TFL3" + b"\xff" * 40)
    keep, output = tmp_path / "keep", tmp_path / "output"
    found = zoo(
        *("table", "--models", small_zoo, "--data", recordings, "--jobs", 2),
        *("--json", tmp_path / "table.json", "-o", output, "--keep", keep, "-O", "size"),
    )
    assert found.code == 6, found
    assert json.loads((tmp_path / "table.json").read_text())["optimize"] == "size"
    broken, good = the_rows(tmp_path / "table.json")
    assert broken["status"].startswith("failed: AST/broken_wl_24_int8.tflite: ")
    assert (broken["model"], broken["windows"], broken["accuracy"]) == ("BROKEN wl 24", None, None)
    assert (good["status"], good["artifact"]) == ("passed", "DEMO/har_default.tflite")
    assert (good["windows"], good["labels_equal"], good["bit_exact"]) == (48, 48, 48)
    assert good["windows_from"].startswith("mobility_v1: test.pkl")
    assert (good["accuracy"], good["original_accuracy"]) == ("not run: needs DEMO", None)
    flash = [good[f"{part}_flash_bytes"] for part in ("weights", "tables", "code", "total")]
    assert 0 < sum(flash[:3]) == flash[3] < good["image_flash_bytes"]
    ram = [good[f"{part}_bytes"] for part in ("activation_ram", "context_ram", "stack")]
    assert 0 < sum(ram) == good["total_ram_bytes"] < good["image_ram_bytes"]
    assert 0 < good["maccs"] < good["instructions"]
    assert 0 < good["estimated_ms"] < 10
    assert good["published"]["measured"] is None
    assert "no table.csv in the folder of models" in found.out
    assert "1 of 2 rows failed" in found.err
    assert "row 2 har_default int8 DEMO: passed" in found.err
    assert sorted(path.name for path in output.iterdir()) == [
        *("zoo.csv", "zoo.html", "zoo.json", "zoo.md")
    ]
    assert (output / "zoo.json").read_text() == (tmp_path / "table.json").read_text()
    assert manifest.read(keep / "02_DEMO_har_default").optimize == "size"
    assert (keep / "02_DEMO_har_default.log").is_file()


@pytest.mark.usefixtures("emulator")
def test_without_recordings_the_windows_are_synthetic(
    zoo: Zoo, small_zoo: Path, tmp_path: Path
) -> None:
    json_file = tmp_path / "table.json"
    found = zoo("table", "--models", small_zoo, "--data", tmp_path, "--json", json_file)
    assert found.code == 0, found
    (row,) = the_rows(json_file)
    assert (row["windows"], row["bit_exact"], row["status"]) == (300, 300, "passed")
    assert "synthetic" in row["windows_from"]
    assert row["accuracy"] == "not run: needs DEMO"
    text = " ".join(found.out.split())
    assert "the windows are synthetic, no accuracy is measured on them" in text


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("own", ["mobility_v1/test.pkl", "own.npz"])
def test_accuracy_is_measured_on_the_models_own_data(
    small_zoo: Path,
    recordings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    own: str,
) -> None:
    """Equality on the windows that all models get, accuracy on those of the model's data set."""
    classes = models.default().card.classes
    assert classes is not None
    data = tmp_path / "data"
    shutil.copytree(recordings, data)
    x = np.random.default_rng(1).normal(0, 3, (30, 24, 3)).astype(np.float32)
    np.savez(data / "own.npz", x=x, y=np.arange(30) % 3, classes=np.array(classes))
    demo = data_sets.DataSet("DEMO", "Demo", classes, (own,), remark="a remark")
    monkeypatch.setitem(data_sets.KNOWN, "DEMO", demo)
    (entry,) = catalogue.read(small_zoo).entries
    steps: list[str] = []
    row = measure(Task(entry, data, tmp_path / "p"), lambda step, *_: steps.append(step))
    assert (row.status, row.windows, row.bit_exact) == ("passed", 48, 48)
    assert row.windows_from is not None
    assert row.windows_from.startswith("mobility_v1")
    assert list(dict.fromkeys(steps)) == ["export", "build", "flash", "windows"]
    assert row.accuracy_windows == (48 if own.startswith("mobility") else 30)
    assert isinstance(row.accuracy, float)
    assert row.accuracy == row.original_accuracy
    assert row.accuracy_from is not None
    assert row.accuracy_from.startswith(own.split("/")[0][:8] if "/" in own else "npz: own.npz")
    assert "a remark" in row.notes


@pytest.mark.usefixtures("emulator")
def test_a_row_says_at_which_step_it_failed(
    small_zoo: Path, recordings: Path, tmp_path: Path
) -> None:
    (small_zoo / "AST").mkdir()
    shutil.copy(small_zoo / "DEMO/har_default.tflite", small_zoo / "AST/har_wl_24_int8.tflite")
    entry = catalogue.read(small_zoo).entries[0]
    row = measure(Task(entry, recordings, tmp_path / "p"), lambda *_: None)
    assert row.status == "failed: --classes: 4 class names for a network with 3 outputs"
    assert (row.row, row.accuracy, row.windows, row.maccs) == (1, None, None, None)


@pytest.mark.usefixtures("emulator")
def test_a_row_of_the_zoo(zoo: Zoo, shared: Path, tmp_path: Path) -> None:
    """Row 8 is measured on mobility_v1, row 18 needs data that is not here."""
    json_file = tmp_path / "table.json"
    found = zoo(
        *("table", "--models", shared / "zoo", "--data", shared / "data"),
        *("--rows", "8", "--json", json_file),
    )
    assert found.code == 0, found
    (row,) = the_rows(json_file)
    assert (row["row"], row["model"], row["format"]) == (8, "GMP wl 48", "int8")
    assert (row["windows"], row["labels_equal"], row["bit_exact"]) == (501, 501, 501)
    # measured with the reference kernels: 97.41 %
    assert row["accuracy"] == row["original_accuracy"] == pytest.approx(0.9741, abs=5e-5)
    assert row["maccs"] == 164_224
    published = row["published"]
    assert row["activation_ram_bytes"] / 1024 < published["activation_ram_kib"] == 6.922
    assert row["weights_flash_bytes"] / 1024 <= published["weights_flash_kib"] + 1e-3
    assert row["code_flash_bytes"] / 1024 < 6
    assert row["estimated_ms"] < published["measured"]["inference_ms"]


@pytest.mark.usefixtures("emulator")
def test_wisdm_is_measured_on_its_test_part_where_the_file_is(shared: Path, tmp_path: Path) -> None:
    """4 activities of 1500 records in turns of 100: the last 1200 make 49 windows of 24."""
    generator = np.random.default_rng(2)
    acts = ("Jogging", "Walking", "Upstairs", "Sitting")
    lines = [
        f"{1 + turn % 3},{acts[turn % 4]},{50_000_000 * (100 * turn + n)},{x:.2f},{y:.2f},{z:.2f};"
        for turn in range(60)
        for n, (x, y, z) in enumerate(generator.normal((0, 9.8, 0), 3, (100, 3)))
    ]
    (tmp_path / "WISDM_ar_v1.1_raw.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    entry = catalogue.read(shared / "zoo").entries[13]
    assert entry.artifact.name == "WISDM/ign_wl_24_int8.tflite"
    row = measure(Task(entry, tmp_path, tmp_path / "p"), lambda *_: None)
    assert (row.status, row.windows, row.labels_equal) == ("passed", 300, 300)
    assert row.windows_from is not None
    assert row.windows_from.startswith("synthetic")
    assert row.accuracy_from is not None
    assert row.accuracy_from.startswith("WISDM v1.1: WISDM_ar_v1.1_raw.txt, test part")
    assert row.accuracy_windows == 49
    assert isinstance(row.accuracy, float)
    assert row.accuracy == row.original_accuracy


def command(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from hargen.cli.main import main; main()", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def in_session(session: int) -> list[str]:
    """Return the command lines of the processes of a session that have not ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, number = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(number) == session and state != "Z":
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.mark.usefixtures("emulator")
@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs Linux's /proc")
@pytest.mark.parametrize(
    ("awaited", "number", "whole_session", "code"),
    [
        ("spawn_main", signal.SIGINT, True, 130),
        ("hargen.device.virtual", signal.SIGINT, True, 130),
        ("hargen.device.virtual", signal.SIGINT, False, 130),
        ("hargen.device.virtual", signal.SIGTERM, False, 143),
    ],
    ids=["start", "terminal", "interrupt", "terminate"],
)
def test_ctrl_c_ends_every_process(
    small_zoo: Path,
    recordings: Path,
    tmp_path: Path,
    awaited: str,
    number: signal.Signals,
    whole_session: bool,
    code: int,
) -> None:
    """From a terminal it reaches the children too; kill and other programs send it to one."""
    keep = tmp_path / "keep"
    running = command("zoo", "table", "--models", small_zoo, "--data", recordings, "--keep", keep)
    deadline = time.monotonic() + 60
    while not any(awaited in line for line in in_session(running.pid)):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.2 if awaited == "spawn_main" else 0)  # in the middle of its imports
    if whole_session:
        os.killpg(running.pid, number)
    else:
        running.send_signal(number)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (code, "", "")
    deadline = time.monotonic() + 10
    while left := in_session(running.pid):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def test_a_process_that_dies_is_a_row_that_failed(small_zoo: Path, tmp_path: Path) -> None:
    """Its log cannot be opened: it dies before it can tell anything."""
    (entry,) = catalogue.read(small_zoo).entries
    told: list[object] = []
    tasks = [Task(entry, tmp_path, tmp_path / "nowhere/project")]
    (row,) = pool.run_all(tasks, 1, lambda _, event: told.append(event))
    assert row.status == "failed: its process died with code 1"
    assert told == [row]


def test_names_of_folders_are_harmless(small_zoo: Path) -> None:
    odd = small_zoo / "D E;MO"
    odd.mkdir()
    shutil.copy(small_zoo / "DEMO/har_default.tflite", odd / "$(x) é.tflite")
    names = [table.folder_name(entry) for entry in catalogue.read(small_zoo).entries]
    assert names == ["01_D_E_MO___x___", "02_DEMO_har_default"]


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (("--rows", "3"), 2, "there is no such row"),
        (("--rows", "x"), 2, "is no list of rows"),
        (("--jobs", "0"), 2, "--jobs 0 is below 1"),
        (("--models", "/nowhere"), 2, "/nowhere: there is no such folder"),
        (("--data", "/nowhere"), 2, "/nowhere: there is no such folder"),
        (("--json", "/nowhere/x.json"), 2, "cannot write the JSON file"),
        (("-o", "{models}/table.csv"), 2, "cannot write the table"),
        (("--keep", "{models}"), 2, "is not empty"),
    ],
)
def test_usage(
    zoo: Zoo, small_zoo: Path, tmp_path: Path, options: tuple[str, ...], code: int, text: str
) -> None:
    head = "row,model,format,dataset,artifact\n"
    (small_zoo / "table.csv").write_text(f"{head}1,x,int8,DEMO,DEMO/har_default.tflite\n")
    given = {"--models": str(small_zoo), "--data": str(tmp_path)}
    pairs = zip(options[::2], options[1::2], strict=True)
    given |= {name: value.format(models=small_zoo) for name, value in pairs}
    found = zoo("table", *(part for pair in given.items() for part in pair))
    assert (found.code, found.out) == (code, "")
    assert text in found.err


def test_a_folder_that_is_kept_must_be_one(small_zoo: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    request = table.Request(small_zoo, tmp_path, keep=tmp_path / "file")
    with pytest.raises(UsageError, match="cannot use the folder"):
        table.make(request, table.choose(request), lambda *_: None)


def test_list(zoo: Zoo, small_zoo: Path, tmp_path: Path) -> None:
    found = zoo("list", "--models", small_zoo, "--json", tmp_path / "list.json")
    assert found.code == 0
    assert "DEMO/har_default.tflite" in found.out
    (model,) = json.loads((tmp_path / "list.json").read_text())["models"]
    size = (small_zoo / "DEMO/har_default.tflite").stat().st_size
    assert model == {
        "row": 1,
        "model": "har_default",
        "family": "har_default",
        "format": "int8",
        "window": None,
        "dataset": "DEMO",
        "artifact": "DEMO/har_default.tflite",
        "bytes": size,
        "data": "unknown to hargen",
    }


def test_list_of_nothing(zoo: Zoo, tmp_path: Path) -> None:
    found = zoo("list", "--models", tmp_path)
    assert (found.code, found.out) == (3, "")
    assert "there is no model in the folder" in found.err
