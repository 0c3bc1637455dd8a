"""What is measured of the ten networks and of the zoo, and where the committed figures are.

To take today's figures as the committed ones: make bench-accept (python tests/bench/figures.py).
The zoo's models are read where they lie and are no part of hargen; without them only the ten
networks' figures are renewed.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from hargen import board, files
from hargen.bench import report
from hargen.bench.bench import bench
from hargen.bench.measure import Request
from hargen.bench.report import Model, Report
from hargen.bench.windows import Given
from hargen.plan.choice import Optimize

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("HARGEN_SHARED", HERE.parents[2] / "shared"))
BOARD = "B-U585I-IOT02A"
WINDOWS = Given(synthetic=10)
NETWORKS = tuple(path.name for path in sorted((HERE / "networks").glob("*.tflite")))
NEEDS_TENSORFLOW = ".h5"
ZOO = (
    *(f"AST/{name}_int8.tflite" for name in ("ign_wl_24", "ign_wl_48", "gmp_wl_24", "gmp_wl_48")),
    "AST/svc_wl_24_pct_2.onnx",
    "WISDM/svc_wl_24_pct_10.onnx",
    *(f"AST/{name}.h5" for name in ("ign_wl_24", "ign_wl_48", "gmp_wl_24", "gmp_wl_48")),
)


@dataclass(frozen=True)
class Figures:
    """Models of a folder, what they are optimized for, and the file with their figures."""

    name: str
    folder: Path
    models: tuple[str, ...]
    optimize: Optimize

    @property
    def file(self) -> Path:
        return HERE / "results" / f"{self.name}.json"

    @property
    def request(self) -> Request:
        return Request(board.load(BOARD), WINDOWS, self.optimize)

    def committed(self) -> Report:
        return report.read(self.file)


ALL = (
    Figures("networks_speed", HERE / "networks", NETWORKS, "speed"),
    Figures("zoo_speed", SHARED / "zoo", ZOO, "speed"),
    Figures("zoo_size", SHARED / "zoo", ZOO, "size"),
)


def accept(figures: Figures) -> None:
    """Measure, and write the file."""

    def watch(_index: int, event: str | Model) -> None:
        if not isinstance(event, str):
            print(f"{figures.name}: {event.model}: {event.status}", flush=True)

    with contextlib.chdir(figures.folder):  # the file names models, and no machine's folders
        found = bench([Path(name) for name in figures.models], figures.request, watch)
    if found.failed:
        sys.exit(f"{figures.name} is left as it was")
    files.write_whole(figures.file, found.to_json())


def main() -> None:
    """Renew all, or those that are named."""
    for figures in ALL:
        if sys.argv[1:] and figures.name not in sys.argv[1:]:
            continue
        if figures.folder.is_dir():
            accept(figures)
        else:
            print(f"{figures.name}: no models at {figures.folder}, left as it was")


if __name__ == "__main__":
    main()
