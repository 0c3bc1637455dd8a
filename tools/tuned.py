"""Untuned exports beside tuned ones: what the estimates miss.

    python tools/tuned.py [--markdown FILE] [NAME...]

Every model of tools/targets.toml (read where HARGEN_SHARED or ../shared has them) and the ten
networks of tests/bench are tuned once; then, for each word of --optimize, what an export without
--tune chooses is measured and compared by the score that the word makes small (docs/tune.md). None
of the zoo's models took part in the fit (tools/fit_costs.py). Exits with 6 where an untuned export
is more than 5 % behind.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from targets import Target, prepared

from hargen import board as boards
from hargen import files
from hargen.convert.float32 import to_float32
from hargen.importers import model_file
from hargen.importers.keras.model import is_keras
from hargen.optimize.passes import optimize_apart
from hargen.plan.choice import Optimize
from hargen.plan.choose import choose
from hargen.plan.front import Limits, Point, pick, score
from hargen.tune.cache import Cache, folder
from hargen.tune.measured import Subject, measure
from hargen.tune.tune import tune
from hargen.validate import expected

ROOT = Path(__file__).resolve().parents[1]
BOARD = "B-U585I-IOT02A"
MOST = 1.05
WORDS: tuple[Optimize, ...] = ("speed", "balanced", "size")


def models(shared: Path, place: Path) -> Iterator[tuple[str, Path]]:
    """Yield names and files."""
    for path in sorted((ROOT / "tests/bench/networks").glob("*.tflite")):
        yield path.stem, path
    if not (shared / "zoo").is_dir():
        print(f"no models at {shared}: the ten networks alone", file=sys.stderr)
        return
    table = tomllib.loads((ROOT / "tools/targets.toml").read_text(encoding="utf-8"))
    for row in table["model"]:
        target = Target(**row)
        yield target.name, prepared(target, shared, place)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = Path(os.environ.get("HARGEN_SHARED", ROOT.parent / "shared"))
    parser.add_argument("names", nargs="*", help="of models; all without one")
    parser.add_argument("--markdown", type=Path, help="write the table there, too")
    options = parser.parse_args()
    board = boards.load(BOARD)
    lines = [
        "| model | for | untuned: instructions, flash | tuned | untuned to tuned |",
        "|-|-|-:|-:|-:|",
    ]
    behind: list[str] = []
    known: set[str] = set()
    with tempfile.TemporaryDirectory() as text:
        place = Path(text)
        for name, path in models(shared, place):
            if options.names and name not in options.names:
                continue
            known.add(name)
            converted = to_float32(path) if is_keras(path) else None
            subject = Subject(path, board, expected.outputs, converted)
            tuned = tune(subject, "balanced", Limits(), Cache(folder()))
            model = (
                model_file.read(path) if converted is None else model_file.parse(path, converted)
            )
            graph = optimize_apart(model.graph)
            for word in WORDS:
                best: Point = pick(tuned.points, word, Limits())
                chosen = choose(graph, word, Limits(), board.clock.hclk_hz)
                one = measure(subject, chosen.choice, place / "project", Cache(folder()))
                ratio = score(one, word) / score(best, word)
                mark = " !" if ratio > MOST else ""
                lines.append(
                    f"| {name} | {word} | {one.instructions:,.0f}, {one.flash:,}"
                    f" | {best.instructions:,.0f}, {best.flash:,} | {ratio:.3f}{mark} |"
                )
                print(lines[-1], flush=True)
                if mark:
                    behind.append(f"{name} for {word}: {ratio:.3f}, at most {MOST}")
    if unknown := sorted(set(options.names) - known):
        parser.error(f"there is no model {', '.join(unknown)}")
    if options.markdown is not None:
        files.write_whole(options.markdown, "\n".join(lines) + "\n")
    for one_behind in behind:
        print(f"not reached: {one_behind}", file=sys.stderr)
    raise SystemExit(6 if behind else 0)


if __name__ == "__main__":
    main()
