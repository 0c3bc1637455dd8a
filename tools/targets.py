"""Print what hargen is to reach, what others need, and what it reaches; exit with 6 where less.

    python tools/targets.py [--shared ../shared] [--windows 100]

The zoo's models run on the virtual board, over the first windows of mobility_v1's test recordings,
optimized for speed and for size; the ten networks of tests/bench follow, over as many synthetic
windows. Goals and figures of others, with where they come from, are in tools/targets.toml;
STM32Cube.AI's are read from the zoo's folder. The tables are Markdown, with `!` at what is not
reached.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hargen import board as boards
from hargen.bench.bench import bench
from hargen.bench.measure import Request
from hargen.bench.report import Model
from hargen.bench.windows import Given
from hargen.board import Board
from hargen.convert.svm.conversion import convert
from hargen.plan.choice import Optimize
from hargen.zoo import published
from hargen.zoo.published import Measured

ROOT = Path(__file__).resolve().parents[1]
BOARD = "B-U585I-IOT02A"
KIB = 1024
STACK_BYTES = 1.2 * KIB
A_MAC = 1.5  # instructions, where a layer has
CHANNELS = 8  # of input, or more

failures: list[str] = []


@dataclass(frozen=True)
class Target:
    """A row of targets.toml."""

    name: str
    file: str
    speed: int
    ram_kib: float
    stretch: int | None = None
    peer: str = "-"
    peer_instructions: int | None = None
    portable: int | None = None
    flash_speed_kib: float | None = None
    flash_size_kib: float | None = None
    flash_beside_weights_kib: float | None = None
    flash_share_of: str = ""
    flash_share: float = 0.0
    representative: str = ""
    classes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reached:
    """The same model for speed and for size."""

    target: Target
    speed: Model
    size: Model
    cube: Measured


def judge(what: str, value: float, most: float | None) -> str:
    """Return a mark where a value is above what it may be, and remember that."""
    if most is None or value <= most:
        return ""
    failures.append(f"{what}: {value:,.2f}, at most {most:,.2f}")
    return " !"


def measure(paths: Sequence[Path], board: Board, given: Given, optimize: Optimize) -> list[Model]:
    """Return the figures of all models; one that fails ends it."""

    def watch(index: int, event: str | Model) -> None:
        if not isinstance(event, str):
            place = f"[{index + 1}/{len(paths)}]"
            print(f"{place} {paths[index].name} for {optimize}: {event.status}", file=sys.stderr)

    report = bench(paths, Request(board, given, optimize), watch)
    if report.failed:
        raise SystemExit("\n".join(f"{model.model}: {model.status}" for model in report.failed))
    return list(report.models)


def prepared(target: Target, shared: Path, folder: Path) -> Path:
    """Return the model's file; a classifier that is to be int8 is quantized."""
    path = shared / "zoo" / target.file
    if not target.representative:
        return path
    data = shared / "data" / target.representative
    made = folder / f"{path.stem}.svm"
    made.write_bytes(convert(path, data, classes=tuple(target.classes)).content)
    return made


def reach(targets: Sequence[Target], shared: Path, given: Given, folder: Path) -> list[Reached]:
    """Measure the zoo's models."""
    board = boards.load(BOARD)
    paths = [prepared(target, shared, folder) for target in targets]
    speed, size = (measure(paths, board, given, level) for level in ("speed", "size"))
    cube = {row.artifact: row.published.measured for row in published.read_table(shared / "zoo")}
    return [
        Reached(*row, (None if row[0].representative else cube.get(row[0].file)) or Measured())
        for row in zip(targets, speed, size, strict=True)
    ]


def print_zoo(rows: Sequence[Reached]) -> None:
    """Print a row for each of the zoo's models."""
    flash = {row.target.name: row.speed.flash_bytes or 0 for row in rows}
    print("| model | others | `speed` | must | stretch | a MAC | int8 to int8 |", end="")
    print(" cycles, ST's | flash `speed`, must | `size`, must | ST's | RAM, must | stack |")
    print("|-|-:|-:|-:|-:|-:|-:|-:|-:|-:|-:|-:|-:|")
    for row in rows:
        print(f"| {' | '.join(cells(row, flash))} |")


def cells(row: Reached, flash: dict[str, int]) -> Iterator[str]:
    """Yield what a row says; flash is that of all models for speed, in bytes."""
    target, speed, size = row.target, row.speed, row.size
    assert speed.instructions and speed.cycles and speed.flash_bytes and size.flash_bytes
    assert speed.weights_flash_bytes and speed.activation_ram_bytes and speed.stack_bytes
    mean = speed.instructions.mean
    yield target.name
    yield f"{whole(target.peer_instructions)} {target.peer}".replace("- -", "-")
    yield f"{whole(mean)}{judge(f'{target.name}: instructions', mean, target.speed)}"
    yield whole(target.speed)
    yield whole(target.stretch)
    yield "-" if speed.per_macc is None else f"{speed.per_macc:.2f}"
    yield whole(None if speed.instructions_int8 is None else speed.instructions_int8.mean)
    ms, mhz = row.cube.inference_ms, row.cube.clock_mhz
    yield f"{whole(speed.cycles.mean)}, {whole(ms * mhz * 1000 if ms and mhz else None)}"
    most = target.flash_speed_kib, target.flash_size_kib
    if target.flash_beside_weights_kib is not None:
        limit = speed.weights_flash_bytes / KIB + target.flash_beside_weights_kib
        most = limit, limit
    elif target.flash_share_of:
        limit = target.flash_share * flash[target.flash_share_of] / KIB
        most = limit, limit
    for level, model, limit_kib in (("speed", speed, most[0]), ("size", size, most[1])):
        kib = (model.flash_bytes or 0) / KIB
        mark = judge(f"{target.name}: flash for {level}", kib, limit_kib)
        yield f"{kib:.2f}{mark}, {two(limit_kib)}"
    yield two(row.cube.total_flash_kib)
    ram = speed.activation_ram_bytes / KIB
    yield f"{ram:.2f}{judge(f'{target.name}: RAM', ram, target.ram_kib)}, {two(target.ram_kib)}"
    yield f"{speed.stack_bytes}{judge(f'{target.name}: stack', speed.stack_bytes, STACK_BYTES)}"


def print_portable(targets: Sequence[Target], shared: Path, given: Given) -> None:
    """Print what the same C needs where the core has no DSP extension."""
    board = boards.load(BOARD)
    core = board.mcu.model_copy(update={"core": f"{board.mcu.core}+nodsp", "dsp": False})
    board = board.model_copy(update={"mcu": core})
    asked = [target for target in targets if target.portable is not None]
    paths = [shared / "zoo" / target.file for target in asked]
    print("| model, without the DSP extension | `speed` | at most, CMSIS-NN's portable C |")
    print("|-|-:|-:|")
    for target, model in zip(asked, measure(paths, board, given, "speed"), strict=True):
        assert model.instructions
        mean = model.instructions.mean
        mark = judge(f"{target.name} without DSP: instructions", mean, target.portable)
        print(f"| {target.name} | {whole(mean)}{mark} | {whole(target.portable)} |")


def print_networks(given: Given) -> None:
    """Print what a multiply-accumulate takes in the ten networks."""
    paths = sorted((ROOT / "tests/bench/networks").glob("*.tflite"))
    wide = f"layers of {CHANNELS} input channels or more"
    print(f"| network | `speed` | a MAC | {wide}, a MAC, at most {A_MAC} |", end="")
    print(" that of these with most beyond it | a MAC |")
    print("|-|-:|-:|-:|-|-:|")
    for model in measure(paths, boards.load(BOARD), given, "speed"):
        print(f"| {' | '.join(network_cells(model))} |")


def network_cells(model: Model) -> Iterator[str]:
    """Yield what a row says of one of the ten networks."""
    assert model.instructions and model.per_macc
    wide = [one for one in model.layers if one.maccs and one.input_channels >= CHANNELS]
    together = sum(one.instructions.mean for one in wide) / sum(one.maccs for one in wide)
    worst = max(wide, key=lambda one: one.instructions.mean - A_MAC * one.maccs)
    name = Path(model.model).stem
    yield name
    yield whole(model.instructions.mean)
    yield f"{model.per_macc:.2f}"
    yield f"{together:.2f}{judge(f'{name}: instructions a MAC', together, A_MAC)}"
    yield worst.summary
    yield two(worst.per_macc)


def whole(value: float | None) -> str:
    """Return a number without its fraction."""
    return "-" if value is None else f"{value:,.0f}"


def two(value: float | None) -> str:
    """Return a number with two places."""
    return "-" if value is None else f"{value:.2f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = Path(os.environ.get("HARGEN_SHARED", ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=shared, help="folder of models and data")
    parser.add_argument("--windows", type=int, default=100, help="of each model")
    options = parser.parse_args()
    table = tomllib.loads((ROOT / "tools/targets.toml").read_text(encoding="utf-8"))
    targets = [Target(**row) for row in table["model"]]
    if (options.shared / "zoo").is_dir():
        recorded = Given(options.shared / "data/mobility_v1/test.pkl", limit=options.windows)
        with tempfile.TemporaryDirectory() as folder:
            print_zoo(reach(targets, options.shared, recorded, Path(folder)))
        print()
        print_portable(targets, options.shared, recorded)
        print()
    else:
        print(f"no models at {options.shared}: the ten networks alone", file=sys.stderr)
    print_networks(Given(synthetic=options.windows))
    print()
    for name, text in table["sources"].items():
        print(f"- {name}: {text}")
    for failure in failures:
        print(f"not reached: {failure}", file=sys.stderr)
    raise SystemExit(6 if failures else 0)


if __name__ == "__main__":
    main()
