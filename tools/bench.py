"""Print what hargen reaches, and whether that is what it must reach; exit with 6 where it is not.

    python tools/bench.py [--shared ../shared] [--quick]

Every step is a hargen of its own, started as a user starts it. Bytes are by symbol from the ELF,
instructions are counted by the virtual board, times are the best of three of user and system. Where
TensorFlow takes part, there is one run; the wall clock is told, but depends on who else is at work.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BOARD = "B-U585I-IOT02A"
PROGRAM = "from hargen.cli.main import main; main()"
CLASSES = {"AST": "Stationary,Walking,Jogging,Biking", "WISDM": "Jogging,Stationary,Stairs,Walking"}
ACCURACY = {"ign_wl_24": 91.72, "ign_wl_48": 92.81, "gmp_wl_24": 97.51, "gmp_wl_48": 97.41}
HELP_SECONDS, EXPORT_SECONDS = 0.3, 1.0
KERAS_EXPORT_SECONDS, QUANTIZE_SECONDS = 15.0, 30.0
# What Keras models are calibrated on here: the default model, and the slowest of each family.
KERAS = {
    "st_har_26hz": None,
    "mobility_v1/train.pkl": "AST/gmp_wl_48",
    "wisdm51": "WISDM/gmp_wl_48",
}
CODE_BYTES = 8192
WINDOWS_PER_SECOND = 100
KIB = 1024

failures: list[str] = []


def hargen(*arguments: object) -> str:
    """Run a command and return what it prints on stdout."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"hargen {' '.join(map(str, arguments))}\n{done.stderr}")
    return done.stdout


def spent(*arguments: object) -> tuple[float, float]:
    """Return a command's time by the wall clock, and its user and system time, in seconds."""

    def cpu() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    wall, before = time.monotonic(), cpu()
    hargen(*arguments)
    return time.monotonic() - wall, cpu() - before


def seconds(*arguments: object) -> float:
    """Return the best of three of a command's user and system time."""
    return min(spent(*arguments)[1] for _ in range(3))


def judge(name: str, is_reached: bool) -> str:
    """Return a mark for the table, and remember what was not reached."""
    if not is_reached:
        failures.append(name)
    return "" if is_reached else " !"


def measure(shared: Path, folder: Path, family: str, name: str, quick: bool) -> dict[str, Any]:
    """Take a model of the zoo the whole way over mobility_v1's test recordings."""
    model = shared / f"zoo/{family}/{name}_int8.tflite"
    hargen("export", model, "-o", folder, "--board", BOARD, "--classes", CLASSES[family])
    hargen("flash", folder, "--board", BOARD, "--virtual")
    data = shared / "data/mobility_v1/test.pkl"
    limit = ("--limit", 100) if quick else ()
    text = hargen("validate-serial", folder, "--virtual", "--data", data, "--json", "-", *limit)
    report: dict[str, Any] = json.loads(text)
    return report


def zoo_rows(shared: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield family, name and the zoo table's row of every int8 model."""
    with (shared / "zoo/table.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["format"] == "int8":
                family, _, artifact = row["artifact"].partition("/")
                yield family, artifact.removesuffix("_int8.tflite"), row


def print_models(shared: Path, folder: Path, quick: bool) -> None:
    """Print a line for every int8 model of the zoo."""
    print(
        f"{'model':<18}{'windows':>8}{'bit-exact':>10}{'accuracy':>10}{'weights':>9}{'zoo':>7}"
        f"{'tables':>8}{'code':>7}{'act. RAM':>10}{'zoo':>7}{'stack':>7}{'instr.':>9}{'win/s':>7}"
    )
    for family, name, row in zoo_rows(shared):
        report = measure(shared, folder / f"{family}_{name}", family, name, quick)
        size, title = report["footprint"], f"{family} {name}"
        zoo_weights = round(float(row["weights_flash_kib"]) * KIB)  # printed to 0.001 KiB
        zoo_ram = float(row["activation_ram_kib"]) * KIB
        rate = report["windows"] / report["seconds"]
        exact = judge(f"{title}: bit-exact", report["bit_exact"] == report["windows"])
        accuracy = "-"
        if family == "AST":
            accuracy = f"{100 * report['accuracy']:.2f}"
            is_expected = quick or accuracy == f"{ACCURACY[name]:.2f}"
            accuracy += judge(f"{title}: accuracy {ACCURACY[name]}", is_expected)
        weights = judge(f"{title}: weights", size["weights"] <= zoo_weights)
        ram = judge(f"{title}: activation RAM", size["activation_ram"] < zoo_ram / 2)
        code = judge(f"{title}: code", size["code"] < CODE_BYTES)
        fast = ""
        if title == "AST ign_wl_24":
            fast = judge(f"{title}: windows a second", rate >= WINDOWS_PER_SECOND)
        print(
            f"{title:<18}{report['windows']:>8}{str(report['bit_exact']) + exact:>10}"
            f"{accuracy:>10}{str(size['weights']) + weights:>9}{zoo_weights:>7}"
            f"{size['tables']:>8}{str(size['code']) + code:>7}"
            f"{str(size['activation_ram']) + ram:>10}{zoo_ram:>7.0f}{size['stack_high_water']:>7}"
            f"{report['instructions']['median']:>9}{f'{rate:.0f}' + fast:>7}"
        )


def print_times(folder: Path) -> None:
    """Print how long the quick commands take."""
    arguments = ("export", "default", "-o", folder / "timed", "--board", BOARD, "--force")
    for name, words, most in (
        ("hargen --help", ("--help",), HELP_SECONDS),
        ("hargen export", arguments, EXPORT_SECONDS),
    ):
        took = seconds(*words)
        print(f"{name:<18}{took:>8.2f} s{judge(name, took < most)}, at most {most} s")


def print_keras(shared: Path, folder: Path) -> None:
    """Print how long Keras models take from file to project, and to a .tflite with a report."""
    for data, name in KERAS.items():
        model, classes = ROOT / "hargen/models/har_default.keras", ()
        if name is not None:
            model = shared / f"zoo/{name}.h5"
            classes = ("--classes", CLASSES[name.partition("/")[0]])
        given = (model, "--representative", shared / "data" / data, *classes, "--max-drop", 100)
        project = ("--output", folder / "keras", "--board", BOARD, "--force")
        report = ("--output", folder / "x.tflite", "--json", folder / "x.json", "--force")
        for command, options, most in (
            ("export", project, KERAS_EXPORT_SECONDS),
            ("quantize", report, QUANTIZE_SECONDS),
        ):
            wall, cpu = spent(command, *given, *options)
            title = f"hargen {command} {model.name} on {data}"
            mark = judge(f"{title}: {most:g} s", cpu < most)
            told = f"at most {most:g} s; {wall:.1f} s by the wall clock"
            print(f"{title:<58}{cpu:>6.1f} s{mark}, {told}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = Path(os.environ.get("HARGEN_SHARED", ROOT.parent / "shared"))
    parser.add_argument("--shared", type=Path, default=shared, help="folder of models and data")
    parser.add_argument("--quick", action="store_true", help="100 windows of each model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print_times(Path(folder))
        if (options.shared / "zoo").is_dir():
            print_keras(options.shared, Path(folder))
            print_models(options.shared, Path(folder), options.quick)
        else:
            print(f"no models at {options.shared}: nothing more to measure")
    for failure in failures:
        print(f"not reached: {failure}", file=sys.stderr)
    raise SystemExit(6 if failures else 0)


if __name__ == "__main__":
    main()
