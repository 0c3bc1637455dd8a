"""Print the accuracy table of docs/data.md: networks over data sets, by the reference on the host.

    python tools/accuracy.py ../shared

The reference is LiteRT's; nothing that hargen generates takes part. What a board gives must equal
these figures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from hargen import models
from hargen.datasets import Windows, labels_for, load, synthetic
from hargen.preprocessing import preset
from hargen.validate import reference

AST = ("Stationary", "Walking", "Jogging", "Biking")
WISDM = ("Jogging", "Stationary", "Stairs", "Walking")
NETWORKS = ("ign", "gmp")
WINDOW_LENGTHS = (24, 48)


def row(name: str, model: Path, windows: Windows, classes: tuple[str, ...]) -> None:
    """Print one line: model, data, windows that count, windows that do not, accuracy in %."""
    answers = reference.run(model.read_bytes(), windows.x.reshape(len(windows), -1))
    labels = labels_for(windows, classes)
    counted = labels.y >= 0
    right = (answers.argmax(axis=1) == labels.y)[counted]
    left_out = sum(labels.left_out.values())
    print(f"| {model.stem} | {name} | {len(right)} | {left_out} | {100 * right.mean():.2f} |")


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, help="the folder with zoo/ and data/")
    shared = parser.parse_args().shared
    data = shared / "data"
    print("| network | data | windows | left out | accuracy % |\n|-|-|-|-|-|")
    for folder, source, classes in (("AST", "mobility_v1", AST), ("WISDM", "wisdm51", WISDM)):
        for window in WINDOW_LENGTHS:
            spec = preset("st-zoo", window=window)
            windows = load(data / source, window=window, preprocessing=spec)
            for network in NETWORKS:
                model = shared / "zoo" / folder / f"{network}_wl_{window}_int8.tflite"
                row(f"{source}, {folder}", model, windows, classes)

    default = models.default()
    own, names = default.card.preprocessing, default.card.classes
    assert own is not None and names is not None
    for name, recordings in (
        ("st_har_26hz", default.held_out),
        ("mobility_v1", None),
        ("wisdm51", None),
    ):
        windows = load(data / name, window=own.window, preprocessing=own, recordings=recordings)
        label = f"{name}, held-out recordings" if recordings else f"{name}, never trained on"
        row(label, default.tflite, windows, names)
    for seed in range(8):
        windows = synthetic(600, window=own.window, preprocessing=own, classes=names, seed=seed)
        row(f"synthetic, seed {seed}", default.tflite, windows, names)


if __name__ == "__main__":
    main()
