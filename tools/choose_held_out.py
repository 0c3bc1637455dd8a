"""Choose the recordings that the default model is not trained on, and write their list.

    python tools/choose_held_out.py ../shared/data/st_har_26hz

Done once, before the first training: the list is committed, and the model's accuracy is that on it.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from hargen import models
from hargen.datasets import st_har_26hz

CLASSES = ("stationary", "walking", "running")
SEED = 1
SHARE = 0.25


def sessions(folder: Path) -> list[list[str]]:
    """Return recordings in groups that were probably cut from one session.

    Such a group stays on one side of every split.
    """
    found: dict[str, list[str]] = {}
    recordings = st_har_26hz.recordings(folder)
    for name in CLASSES:
        for recording in recordings.recordings:
            if recordings.classes[recording.label] == name:
                found.setdefault(recording.group, []).append(recording.name)
    return list(found.values())


def choose_held_out(folder: Path) -> list[str]:
    """Return whole sessions, drawn at random, until a quarter of each class is held out."""
    draw = random.Random(SEED)
    chosen: list[str] = []
    for name in CLASSES:
        groups = [group for group in sessions(folder) if group[0].startswith(f"{name}/")]
        wanted = SHARE * sum(map(len, groups))
        draw.shuffle(groups)
        taken: list[str] = []
        for group in groups:
            if len(taken) + len(group) <= wanted + 1:
                taken += group
        chosen += sorted(taken)
    return chosen


def main() -> None:
    """Parse the command line and write the list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of st_har_26hz")
    names = choose_held_out(parser.parse_args().data)
    (models.FOLDER / models.HELD_OUT).write_text("".join(f"{name}\n" for name in names))


if __name__ == "__main__":
    main()
