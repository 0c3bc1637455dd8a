"""Train a candidate for the default model by `hargen train`, and measure it where that is measured.

    python tools/default_candidate.py DATA/st_har_26hz DATA/wisdm51 --compare
    python tools/default_candidate.py DATA/st_har_26hz DATA/wisdm51 -o candidate.tflite

The recordings of the list beside the default model are laid aside to test on. `--compare`
cross-validates a choice of networks on all others, on wisdm51 besides where it says so, and prints
what each scored on recordings of st_har_26hz that were left out. The smallest one within 0.2 points
of the best, less than two draws of the folds differ by, is the candidate: `-o` trains five of it,
keeps the one that is best on the validation part, and tests it on the recordings laid aside.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from choose_held_out import CLASSES

from hargen import models

SENSOR_DATA = "st_har_26hz"
DEEPER = ("filters=[12,16,16]", "kernels=[5,3,3]", "pools=[2,1,1]", "dilations=[1,1,1]")
SEEDS = 5
DRAWS = 2
STATISTICS = 'pooling="max+average"'


@dataclass(frozen=True)
class Network:
    """A network of `hargen train`: its family, the family's parameters, and data besides."""

    family: str
    settings: tuple[str, ...] = ()
    phone: bool = False

    def arguments(self, sensor: Path, phone: Path) -> list[str]:
        """Return the arguments of `hargen train`."""
        data = (sensor, phone) if self.phone else (sensor,)
        found = [self.family, *(word for path in data for word in ("--data", str(path)))]
        return found + [word for setting in self.settings for word in ("--set", setting)]


CHOICE = {
    "ign": Network("ign"),
    "tcnn": Network("tcnn", (STATISTICS,)),
    "tcnn deeper": Network("tcnn", (STATISTICS, *DEEPER)),
    "ign, wisdm51 too": Network("ign", (), True),
    "tcnn, wisdm51 too": Network("tcnn", (STATISTICS,), True),
    "tcnn deeper, wisdm51 too": Network("tcnn", (STATISTICS, *DEEPER), True),
}
CANDIDATE = CHOICE["tcnn, wisdm51 too"]
COMMON = ("--classes", ",".join(CLASSES), "--window", "24")


def train(arguments: Sequence[str]) -> dict[str, Any]:
    """Run `hargen train`, whose progress is shown, and return its result."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [sys.executable, "-m", "hargen", "train", *arguments, "--json", str(result)]
        subprocess.run(command, check=True)
        found: dict[str, Any] = json.loads(result.read_text())
    return found


def lay_out(source: Path, target: Path, held_out: Sequence[str]) -> tuple[Path, Path]:
    """Return two folders of links, the recordings to train on and those held out.

    Both are called as the data set is, for their names come into the card.
    """
    folders = {False: target / "trained_on" / source.name, True: target / "held_out" / source.name}
    for file in sorted(source.glob("*/*.csv")):
        name = f"{file.parent.name}/{file.stem}"
        link = folders[name in held_out] / file.parent.name / file.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file.resolve())
    return folders[False], folders[True]


def compare(sensor: Path, phone: Path) -> None:
    """Print what every network of the choice scores in cross-validation on the sensor's data.

    Every draw has other folds.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, network in CHOICE.items():
            shares = []
            for draw in range(DRAWS):
                output = Path(folder) / f"{network.family}.keras"
                found = train(
                    [
                        *network.arguments(sensor, phone),
                        *(*COMMON, "--folds", "5", "--seed", str(draw)),
                        *("--output", str(output), "--force"),
                    ]
                )
                groups = [
                    group
                    for group in found["accuracy"]["per_group"]["each"]
                    if group["name"].startswith(f"{SENSOR_DATA}:")
                ]
                correct = sum(group["correct"] for group in groups)
                shares.append(100 * correct / sum(group["windows"] for group in groups))
            each = ", ".join(f"{share:.2f}" for share in shares)
            print(f"{name}: {each}; mean {statistics.mean(shares):.2f} % in int8", flush=True)


def main() -> None:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sensor", type=Path, help=f"folder of {SENSOR_DATA}")
    parser.add_argument("phone", type=Path, help="folder of wisdm51")
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--compare", action="store_true", help="cross-validate the choice")
    task.add_argument("-o", "--output", type=Path, help="the .tflite of the candidate")
    arguments = parser.parse_args()

    held_out = models.read_list(models.FOLDER / models.HELD_OUT)
    with tempfile.TemporaryDirectory() as folder:
        sensor, test = lay_out(arguments.sensor, Path(folder), held_out)
        if arguments.compare:
            compare(sensor, arguments.phone)
            return
        train(
            [
                *CANDIDATE.arguments(sensor, arguments.phone),
                *(*COMMON, "--test", str(test), "--seeds", str(SEEDS)),
                *("--output", str(arguments.output)),
            ]
        )


if __name__ == "__main__":
    main()
