"""The wheel works outside of the checkout, in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOARD = "B-U585I-IOT02A"


def run(*command: object, cwd: Path) -> str:
    """Run a program that knows nothing of the checkout, and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    # ninja's package says where its program is by the running environment: not beside this one
    environment["PATH"] = f"{sysconfig.get_path('scripts')}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


def environment(folder: Path, wheel: Path) -> Path:
    """Make an environment with hargen alone installed, and return its bin folder.

    The packages that hargen needs are seen where they are, by a path file: fetching them again
    would need a network and minutes. That file does not reach a hargen installed beside them.
    """
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    install = ("install", "--quiet", "--no-deps", "--no-index")
    python = folder / "bin/python"
    run(sys.executable, "-m", "pip", "--python", python, *install, wheel, cwd=folder)
    own = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))",
                   cwd=folder).strip())  # fmt: skip
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (own / "zz_dependencies.pth").write_text("\n".join(sorted(paths)) + "\n", encoding="utf-8")
    return folder / "bin"


@pytest.fixture(scope="module")
def installed(distributions: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bin folder of an environment with the wheel."""
    return environment(tmp_path_factory.mktemp("venv") / "wheel", distributions["wheel"])


def test_the_wheel_carries_what_it_needs_and_no_more(distributions: dict[str, Path]) -> None:
    with zipfile.ZipFile(distributions["wheel"]) as archive:
        names = set(archive.namelist())
    for folder in ("templates", "firmware", "boards"):
        data = {
            f"hargen/_data/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file()
        }
        assert data
        assert data <= names
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "hargen").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"hargen/py.typed", "hargen/cli/main.py"} <= package
    assert package <= names
    foreign = {n for n in names if not n.startswith(("hargen/", "hargen-"))}
    assert foreign == set()
    assert not [n for n in names if n.endswith((".pyc", ".h5", ".pkl", ".onnx"))]


def test_the_licences_travel_with_it(distributions: dict[str, Path]) -> None:
    with zipfile.ZipFile(distributions["wheel"]) as archive:
        licences = {Path(n).name for n in archive.namelist() if "/licenses/" in n}
    assert {"LICENSE", "THIRD-PARTY.md"} <= licences
    with tarfile.open(distributions["sdist"]) as archive:
        top = {Path(name).parts[1] for name in archive.getnames() if len(Path(name).parts) > 1}
    assert {"hargen", "firmware", "templates", "boards", "tests", "README.md", "Makefile"} <= top


def test_unicorn_comes_by_its_extra_alone(distributions: dict[str, Path]) -> None:
    with zipfile.ZipFile(distributions["wheel"]) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = message_from_string(archive.read(name).decode())
    requirements = metadata.get_all("Requires-Dist") or []
    unicorn = [one for one in requirements if one.startswith("unicorn")]
    assert {one.split("extra == ")[-1].strip("'\"") for one in unicorn} == {"virtual", "all"}
    base = {one.split(">")[0].lower() for one in requirements if "extra" not in one}
    assert "unicorn" not in base
    assert {"tensorflow", "jinja2", "numpy", "pyserial", "scipy", "typer"} <= base
    assert metadata["License-Expression"] == "MIT"


def test_a_project_is_made_and_built_far_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    hargen = installed / "hargen"
    where = run(installed / "python", "-c", "import hargen; print(hargen.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)
    assert BOARD in run(hargen, "boards", cwd=tmp_path)
    run(hargen, "export", "default", "-o", "demo", "--board", BOARD, cwd=tmp_path)
    run(hargen, "build", cwd=tmp_path / "demo")
    assert (tmp_path / "demo/build/release/har.elf").stat().st_size > 10_000
    assert "MISSING" not in run(hargen, "doctor", cwd=tmp_path)


def test_the_project_is_the_checkouts(installed: Path, tmp_path: Path) -> None:
    """Byte by byte: nothing of the wheel's data is stale or left out."""
    for python, folder in ((installed / "python", "a"), (sys.executable, "b")):
        code = "import sys; sys.path[:0] = sys.argv.pop(1).split(); from hargen.cli.main import *"
        path = "" if folder == "a" else str(ROOT)
        arguments = ("export", "default", "-o", folder, "--board", BOARD)
        run(python, "-c", f"{code}; main()", path, *arguments, cwd=tmp_path)
    trees = [
        {
            path.relative_to(tmp_path / folder): path.read_bytes()
            for path in (tmp_path / folder).rglob("*")
            if path.is_file()
        }
        for folder in ("a", "b")
    ]
    assert trees[0] == trees[1]


def test_an_editable_install_uses_the_checkouts_files(tmp_path: Path) -> None:
    # what pip install --editable does, without a build environment of its own
    make = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"
    run(sys.executable, "-c", make, tmp_path, cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    folder = environment(tmp_path / "editable", wheel)
    code = "from hargen import resources; print(resources.root())"
    assert run(folder / "python", "-c", code, cwd=tmp_path).strip() == str(ROOT)
