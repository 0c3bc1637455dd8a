"""Export: what is written, what is refused, and what never happens to other people's files."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.random_networks import random_network

from hargen import board, manifest
from hargen.emit import place
from hargen.emit.project import ExportResult, export
from hargen.errors import DataError, HargenError, ModelError, UsageError
from hargen.importers import model_file
from hargen.validate import reference

BOARD = board.load("B-U585I-IOT02A")


def run_reference(model: bytes, windows: np.ndarray) -> np.ndarray:
    return reference.run(model, windows)


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file with three axes and float edges."""
    for seed in range(1000):
        drawn = random_network(seed, windows=4)
        path = tmp_path_factory.mktemp("network") / "walk.tflite"
        path.write_bytes(drawn.model)
        graph = model_file.read(path).graph
        if drawn.windows.dtype == np.float32 and graph.tensors[graph.input].shape == (1, 24, 3, 1):
            return path
    raise AssertionError("no such network among 1000")


def export_to(folder: Path, network: Path, **options: Any) -> ExportResult:
    return export(network, folder, board=BOARD, reference=run_reference, **options)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_manifest_lists_every_file_with_its_hash(network: Path, tmp_path: Path) -> None:
    export_to(tmp_path / "out", network)
    written = manifest.read(tmp_path / "out")
    assert set(written.files) | {"hargen.toml"} == set(snapshot(tmp_path / "out"))
    assert manifest.verify(written, tmp_path / "out") == []
    assert (tmp_path / "out/reference/har.tflite").read_bytes() == network.read_bytes()
    assert written.model.file == "reference/har.tflite"


def test_two_exports_are_equal_in_every_byte_and_name_no_place(
    network: Path, tmp_path: Path
) -> None:
    export_to(tmp_path / "a", network)
    other = tmp_path / "elsewhere/deep"
    other.mkdir(parents=True)
    shutil.copy(network, other)
    export_to(tmp_path / "b", other / network.name)
    assert snapshot(tmp_path / "a") == snapshot(tmp_path / "b")
    for name, content in snapshot(tmp_path / "a").items():
        assert str(tmp_path).encode() not in content, name


def test_a_cardless_model_says_which_preset_is_taken(network: Path, tmp_path: Path) -> None:
    result = export_to(tmp_path / "out", network)
    assert any("st-zoo" in note for note in result.notes)
    assert result.manifest.preprocessing.spec["preset"] == "st-zoo"


def test_the_card_wins(network: Path, tmp_path: Path) -> None:
    shutil.copy(network, tmp_path)
    outputs = export_to(tmp_path / "plain", network).manifest.model.output.size
    names = [f"state {index}" for index in range(outputs)]
    card = tmp_path / "walk.toml"
    card.write_text(
        f'[preprocessing]\npreset = "default"\nwindow = 24\n\n[classes]\nnames = {names}\n'.replace(
            "'", '"'
        )
    )
    result = export_to(tmp_path / "out", tmp_path / network.name)
    assert result.notes == ()
    assert result.manifest.classes == tuple(names)
    assert result.manifest.preprocessing.spec["preset"] == "default"
    card.write_text('[preprocessing]\npreset = "default"\nwindow = 48\n')
    with pytest.raises(ModelError, match="48 samples"):
        export_to(tmp_path / "out2", tmp_path / network.name)


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (("one",), "class names for a network"),
        (("a",) * 99, "class names for a network"),
    ],
)
def test_class_names_have_to_fit(
    classes: tuple[str, ...], words: str, network: Path, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=words):
        export_to(tmp_path / "out", network, classes=classes)
    assert not (tmp_path / "out").exists()


def test_class_names_reach_c_as_text_only(network: Path, tmp_path: Path) -> None:
    count = export_to(tmp_path / "plain", network).manifest.model.output.size
    classes = ('*/ "quoted" \\ ??/', "größer", *(f"c{i}" for i in range(count - 2)))
    export_to(tmp_path / "out", network, classes=classes)
    source = (tmp_path / "out/Model/har_data.c").read_text()
    assert source.isascii()
    assert '"*/ \\042quoted\\042 \\134 \\077\\077/"' in source
    assert "*/ " not in (tmp_path / "out/Model/har.h").read_text().split("class 0")[1][:20]
    assert manifest.read(tmp_path / "out").classes == classes


@pytest.mark.parametrize("name", ["", "Har", "1har", "int", "hg_x", "a-b", "../x", "x" * 33, "ä"])
def test_names_that_are_no_c_prefix_are_refused(name: str, network: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        export_to(tmp_path / "out", network, name=name)
    assert not (tmp_path / "out").exists()


def test_a_network_larger_than_the_board_is_refused_with_the_sum(
    network: Path, tmp_path: Path
) -> None:
    memory = BOARD.memory
    tiny = BOARD.model_copy(
        update={
            "memory": memory.model_copy(
                update={"flash": memory.flash.model_copy(update={"size": 32 * 1024})}
            )
        }
    )
    with pytest.raises(ModelError, match=r"weights \d+ \+ tables \d+ .* = \d+ bytes"):
        export(network, tmp_path / "out", board=tiny, reference=run_reference)


def test_other_content_is_refused_and_kept(network: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    (folder / "README.md").write_text("mine")
    before = snapshot(folder)
    with pytest.raises(UsageError, match="something else"):
        export_to(folder, network)
    assert snapshot(folder) == before
    export_to(folder, network, force=True)
    after = snapshot(folder)
    assert after["thesis.txt"] == b"years of work"
    assert after["README.md.bak"] == b"mine"
    assert after["README.md"] != b"mine"


def test_export_again_replaces_only_what_export_wrote(network: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export_to(folder, network, name="old")
    (folder / "Model/mine.c").write_text("int mine;")
    (folder / "build").mkdir()
    (folder / "build/old.elf").write_text("elf")
    (folder / ".hargen").mkdir()
    (folder / ".hargen/flash.bin").write_text("flash")
    export_to(folder, network, name="new")
    after = snapshot(folder)
    assert "Model/old.c" not in after
    assert "Model/new.c" in after
    assert after["Model/mine.c"] == b"int mine;"
    assert after["build/old.elf"] == b"elf"
    assert after[".hargen/flash.bin"] == b"flash"


def test_a_changed_file_is_not_lost(network: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export_to(folder, network)
    (folder / "App/main.c").write_text("my main")
    before = snapshot(folder)
    with pytest.raises(UsageError, match=r"App/main\.c"):
        export_to(folder, network)
    assert snapshot(folder) == before
    export_to(folder, network, force=True)
    export_to(folder, network)
    assert (folder / "App/main.c.bak").read_text() == "my main"
    assert (folder / "App/main.c").read_text() != "my main"


def test_a_file_where_the_folder_should_be(network: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UsageError, match="not a folder"):
        export_to(tmp_path / "out", network, force=True)
    assert (tmp_path / "out").read_text() == "a file"


def failing_rename(after: int, error: BaseException) -> Callable[[Path, Path], Path]:
    original, calls = Path.rename, [0]

    def rename(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] == after:
            raise error
        return original(self, target)

    return rename


@pytest.mark.parametrize("after", [1, 2, 7, 30, 60])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_half_way_leaves_the_old_project(
    after: int,
    error: BaseException,
    network: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "out"
    export_to(folder, network, name="old")
    before = snapshot(tmp_path)
    monkeypatch.setattr(Path, "rename", failing_rename(after, error))
    with pytest.raises((DataError, KeyboardInterrupt)):
        export_to(folder, network, name="new")
    monkeypatch.undo()
    assert snapshot(tmp_path) == before


def test_ctrl_c_during_the_exchange_waits_for_its_end(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    export_to(folder, network, name="old")
    original = Path.rename

    def rename(self: Path, target: Path) -> Path:
        os.kill(os.getpid(), signal.SIGINT)
        return original(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        export_to(folder, network, name="new")
    monkeypatch.undo()
    assert manifest.verify(manifest.read(folder), folder) == []
    assert manifest.read(folder).name == "new"


def test_a_full_disk_leaves_nothing(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [0]
    original = Path.write_bytes

    def write_bytes(self: Path, data: bytes) -> int:
        calls[0] += 1
        if calls[0] > 10:
            raise OSError(28, "No space left on device")
        return original(self, data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    with pytest.raises(DataError, match="No space left"):
        export_to(tmp_path / "out", network)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_parent_is_named(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mkdtemp(**_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(place.tempfile, "mkdtemp", mkdtemp)
    with pytest.raises(DataError, match="Permission denied"):
        export_to(tmp_path / "out", network)


def test_a_bad_model_is_judged_before_the_options(tmp_path: Path) -> None:
    model = tmp_path / "model.tflite"
    model.write_bytes(b"nonsense")
    with pytest.raises(HargenError) as caught:
        export_to(tmp_path / "out", model, name="NOT A NAME", classes=("a",))
    assert caught.value.exit_code == 3
    assert not (tmp_path / "out").exists()
