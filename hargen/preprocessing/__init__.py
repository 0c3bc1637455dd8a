"""Preprocessing: the spec, its presets, its card, and the float64 reference on the host.

The reference (and NumPy with it) is imported only by those who use it:
`from hargen.preprocessing import reference`.
"""

from __future__ import annotations

from hargen.preprocessing.card import Card, read_card
from hargen.preprocessing.presets import preset
from hargen.preprocessing.spec import Filter, Normalization, Preprocessing, Section, Smoothing, Unit

__all__ = [
    "Card",
    "Filter",
    "Normalization",
    "Preprocessing",
    "Section",
    "Smoothing",
    "Unit",
    "preset",
    "read_card",
]
