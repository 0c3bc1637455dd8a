"""Data sets: readers, windows, labels, and the synthetic generator."""

from __future__ import annotations

from hargen.datasets.classes import Labels, labels_for, match_classes
from hargen.datasets.edges import edge_windows
from hargen.datasets.loader import load
from hargen.datasets.synthetic import synthetic
from hargen.datasets.windows import UNLABELLED, Windows

__all__ = [
    "UNLABELLED",
    "Labels",
    "Windows",
    "edge_windows",
    "labels_for",
    "load",
    "match_classes",
    "synthetic",
]
