"""Data sets: readers, windows, labels, and the synthetic generator."""

from __future__ import annotations

from hargen.datasets.classes import Labels, labels_for, match_classes
from hargen.datasets.edges import edge_windows
from hargen.datasets.loader import is_npz, load, recordings
from hargen.datasets.recording import Recording, RecordingSet
from hargen.datasets.synthetic import synthetic, synthetic_recordings
from hargen.datasets.windows import UNLABELLED, Windows

__all__ = [
    "UNLABELLED",
    "Labels",
    "Recording",
    "RecordingSet",
    "Windows",
    "edge_windows",
    "is_npz",
    "labels_for",
    "load",
    "match_classes",
    "recordings",
    "synthetic",
    "synthetic_recordings",
]
