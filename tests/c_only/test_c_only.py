"""The C of a network alone: small, complete, and compiled the way that each README section says."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.random_networks import random_network

from hargen import board, manifest
from hargen.emit.project import export
from hargen.errors import UsageError
from hargen.validate import reference

WARNINGS = (
    *("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow"),
    *("-Wcast-qual", "-Wdouble-promotion", "-Wundef", "-Wvla", "-Wstrict-prototypes"),
    *("-Wmissing-prototypes", "-Werror"),
)
C11 = ("-std=c11", "-ffp-contract=off", "-fno-math-errno", "-O2", *WARNINGS)
M33 = ("-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard")


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def needs(tool: str) -> str:
    if shutil.which(tool) is None:
        pytest.skip(f"needs {tool}")
    return tool


class Exported:
    """A C export of a random network with the given type at its edges."""

    def __init__(self, folder: Path, dtype: type) -> None:
        for seed in range(1000):
            self.network = random_network(seed, windows=6)
            if self.network.windows.dtype == dtype:
                break
        model = folder / "walk.tflite"
        model.write_bytes(self.network.model)
        self.folder = folder / "har"
        result = export(
            model, self.folder, board=None, reference=reference.run, name="har", content="c"
        )
        self.manifest = result.manifest
        # one of the two takes three axes, so that its C preprocesses
        self.model_sources = [f"Model/{path.name}" for path in self.folder.glob("Model/*.c")]

    def code(self, language: str) -> str:
        """Return the code block of README.md in that language."""
        text = (self.folder / "README.md").read_text()
        (block,) = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        return block


@pytest.fixture(scope="module", params=[np.float32, np.int8], ids=["float", "int8"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return Exported(tmp_path_factory.mktemp("c"), request.param)


@pytest.fixture
def copy(exported: Exported, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported.folder, tmp_path / "har"))


def test_it_holds_the_network_and_nothing_of_the_firmware(exported: Exported) -> None:
    paths = {p.relative_to(exported.folder).as_posix() for p in exported.folder.rglob("*.*")}
    paths |= {"Makefile"}
    runtime = {path for path in paths if path.startswith("Runtime/")}
    assert {"Runtime/hg_info.h", "Runtime/hg_status.h"} <= runtime
    assert paths - runtime == {
        *("Model/har.h", "Model/har.c", "Model/har_data.h", "Model/har_data.c"),
        *(path for path in exported.model_sources if path.endswith("_stream.c")),
        *("README.md", "main.c", "Makefile", "hargen.toml", "reference/har.tflite"),
    }
    included = set()
    for path in exported.folder.rglob("*.[ch]"):
        included |= set(re.findall(r'#include "(.*)"', path.read_text()))
    assert {f"Runtime/{name}" for name in included if name.startswith("hg_")} == runtime


def test_main_has_at_most_fifteen_lines(exported: Exported) -> None:
    assert len((exported.folder / "main.c").read_text().splitlines()) <= 15


def test_the_manifest_is_that_of_any_export(exported: Exported) -> None:
    written = manifest.read(exported.folder, c_alone=True)
    assert (written.content, written.board) == ("c", "")
    assert manifest.verify(written, exported.folder) == []
    with pytest.raises(UsageError, match="C of a network alone"):
        manifest.read(exported.folder)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_plain_make_gives_the_reference_s_class(
    compiler: str, exported: Exported, copy: Path
) -> None:
    """The commands of README.md, with windows of the network in place of the zeros of main.c."""
    needs(compiler)
    assert exported.code("sh") == "make\n./demo; echo $?\n"
    outputs = reference.run(exported.network.model, exported.network.windows)
    main = (copy / "main.c").read_text()
    declared = "input[HAR_INPUT_SIZE];"
    assert declared in main
    for window, output in zip(exported.network.windows, outputs, strict=True):
        values = window.ravel().tolist()
        words = [v.hex() + "f" if isinstance(v, float) else str(v) for v in values]
        text = main.replace(declared, f"input[HAR_INPUT_SIZE] = {{{', '.join(words)}}};")
        (copy / "main.c").write_text(text)
        run(["make", "-B", f"CC={compiler}", f"CFLAGS={' '.join(WARNINGS)}"], copy)
        done = subprocess.run([copy / "demo"], check=False)
        assert done.returncode == int(np.argmax(output))
    run(["make", "clean"], copy)
    assert not (copy / "demo").exists()


def test_it_links_for_a_cortex_m_without_a_warning(exported: Exported, copy: Path) -> None:
    gcc = needs("arm-none-eabi-gcc")
    files = ["main.c", *exported.model_sources]
    specs = ["--specs=nano.specs", "--specs=nosys.specs"]
    folders = ["-IModel", "-IRuntime"]
    run([gcc, *M33, *C11, *folders, *files, *specs, "-o", "har.elf"], copy)


def test_it_compiles_as_cubemx_compiles(exported: Exported, copy: Path) -> None:
    """With the flags of an STM32CubeIDE project, from Release/, and those of README.md."""
    gcc = needs("arm-none-eabi-gcc")
    build = copy / "Release"
    build.mkdir()
    for source in ("main.c", *exported.model_sources):
        flags = ["-std=gnu11", "-g3", "-DSTM32U585xx", "-I../Model", "-I../Runtime", "-Os"]
        flags += ["-ffunction-sections", "-fdata-sections", "-Wall", "-Werror", "-fstack-usage"]
        flags += ["-ffp-contract=off", "-fno-math-errno", "-fno-schedule-insns"]
        flags += ["-fno-tree-loop-distribute-patterns"]
        flags += ["--specs=nano.specs"]
        run([gcc, f"../{source}", *M33, *flags, "-c", "-o", f"{Path(source).stem}.o"], build)


def test_the_lines_for_zephyr_configure_and_build(
    exported: Exported, copy: Path, tmp_path: Path
) -> None:
    """In place of Zephyr's, a library of the name that its applications are built into."""
    from hargen.build.toolchain import find_cmake, find_ninja

    needs("gcc")
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(app C)\nset(CMAKE_C_STANDARD 99)\n"
        f"add_library(app STATIC har/main.c)\n{exported.code('cmake')}"
    )
    cmake, ninja = str(find_cmake().path), str(find_ninja().path)
    flags = [f"-DCMAKE_MAKE_PROGRAM={ninja}", "-DCMAKE_C_COMPILER=gcc", "-G", "Ninja"]
    run([cmake, "-B", "build", *flags], tmp_path)
    commands = run([ninja, "-C", "build", "-v"], tmp_path)
    (line,) = (text for text in commands.splitlines() if "-c " in text and "/har.c" in text)
    assert line.index("-std=c11") > line.find("-std=gnu99")
    assert " -fno-schedule-insns " in line, "without it GCC takes more instructions"
    assert copy.is_dir()


@pytest.mark.parametrize("prefix", ["", "arm-none-eabi-"])
def test_the_sketch_for_arduino_compiles_as_c_plus_plus(
    prefix: str, exported: Exported, copy: Path, tmp_path: Path
) -> None:
    """All files in one folder, C as gnu11, the sketch as gnu++17 behind Arduino.h."""
    core = list(M33) if prefix else []
    sketch = tmp_path / "sketch"
    sketch.mkdir()
    for path in [*copy.glob("Model/*"), *copy.glob("Runtime/*")]:
        shutil.copy(path, sketch)
    (sketch / "Arduino.h").write_text(
        "#include <stddef.h>\n#include <stdint.h>\n"
        "struct Port { void begin(long) {} void println(const char *text) { last = text; }\n"
        "  const char *last = nullptr; };\nextern Port Serial;\nvoid setup();\nvoid loop();\n"
    )
    (sketch / "sketch.ino.cpp").write_text(f'#include "Arduino.h"\n{exported.code("cpp")}')
    (sketch / "core.cpp").write_text(
        '#include "Arduino.h"\nPort Serial;\n'
        "int main() { setup(); loop(); return Serial.last == nullptr; }\n"
    )
    cc, cxx = needs(f"{prefix}gcc"), needs(f"{prefix}g++")
    for name in exported.model_sources:
        run([cc, *core, "-std=gnu11", "-Os", "-Werror", "-I.", "-c", Path(name).name], sketch)
    flags = ["-std=gnu++17", "-Os", "-Wall", "-Wextra", "-Werror", "-fno-exceptions", "-I."]
    for name in ("sketch.ino.cpp", "core.cpp"):
        run([cxx, *core, *flags, "-c", name], sketch)
    if not prefix:
        objects = [path.name for path in sketch.glob("*.o")]
        run([cxx, "-o", "sketch", *objects], sketch)
        run([str(sketch / "sketch")], sketch)


def test_the_same_rules_of_placing(exported: Exported, tmp_path: Path) -> None:
    model = tmp_path / "walk.tflite"
    model.write_bytes(exported.network.model)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="something else"):
        export(model, folder, board=None, reference=reference.run, content="c")
    export(model, folder, board=None, reference=reference.run, content="c", force=True)
    assert (folder / "thesis.txt").read_text() == "years of work"
    target = board.load("B-U585I-IOT02A")
    export(model, folder, board=target, reference=reference.run)
    assert (folder / "CMakeLists.txt").is_file()
    assert not (folder / "Makefile").exists()
    export(model, folder, board=target, reference=reference.run, content="c")
    assert not (folder / "CMakeLists.txt").exists()
    assert not (folder / ".cproject").exists()
    assert manifest.read(folder, c_alone=True).board == "B-U585I-IOT02A"


def test_a_project_needs_a_board(exported: Exported, tmp_path: Path) -> None:
    model = tmp_path / "walk.tflite"
    model.write_bytes(exported.network.model)
    with pytest.raises(UsageError, match="board is not named"):
        export(model, tmp_path / "out", board=None, reference=reference.run)
    assert not (tmp_path / "out").exists()
