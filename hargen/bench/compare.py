"""Figures against those of an earlier time: what rose by more than may be.

Counts do not depend on the machine: with the same compiler, windows and options, every difference
is one of the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from hargen.bench.report import Layer, Model, Report

INSTRUCTIONS_SHARE = 0.01
FLASH_BYTES = 64
LAYER_INSTRUCTIONS = 32
"""A layer may rise by so many in any case: it may be a small one."""


@dataclass(frozen=True)
class Comparison:
    """rises: a sentence each. notes: what could not be compared, and why."""

    rises: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def with_earlier(now: Report, earlier: Report) -> Comparison:
    """Return what rose since an earlier report.

    A model is looked for by its file as it was named, else by the file's name alone, where the
    earlier report has that once.
    """
    for what in ("compiler", "board", "optimize"):
        mine, its = getattr(now, what), getattr(earlier, what)
        if mine != its:
            return Comparison(notes=(f"not compared: {what} {mine} now, {its} then",))
    before = _by_name(earlier)
    rises: list[str] = []
    notes: list[str] = []
    for model in now.models:
        then = before.get(model.model) or before.get(PurePath(model.model).name)
        why = "there are no figures of then" if then is None else _unlike(model, then)
        if why and model.measured:
            notes.append(f"{model.model} is not compared: {why}")
        elif then is not None and model.measured:
            rises += (f"{model.model}: {text}" for text in _rises(model, then))
    return Comparison(tuple(rises), tuple(notes))


def _by_name(report: Report) -> dict[str, Model]:
    measured = [model for model in report.models if model.measured]
    files = [PurePath(model.model).name for model in measured]
    alone = {
        file: model for file, model in zip(files, measured, strict=True) if files.count(file) == 1
    }
    return alone | {model.model: model for model in measured}


def _unlike(now: Model, then: Model) -> str:
    if now.sha256 != then.sha256:
        return "it is another file"
    if (now.windows, now.windows_from) != (then.windows, then.windows_from):
        return f"other windows then, {then.windows_from}"
    return ""


def _rises(now: Model, then: Model) -> Iterator[str]:
    assert now.instructions is not None and then.instructions is not None
    assert now.flash_bytes is not None and then.flash_bytes is not None
    if _rose(now.instructions.mean, then.instructions.mean):
        yield _sentence("instructions", now.instructions.mean, then.instructions.mean)
    if now.flash_bytes > then.flash_bytes + FLASH_BYTES:
        yield f"flash {now.flash_bytes} B, was {then.flash_bytes} B"
    if [layer.summary for layer in now.layers] != [layer.summary for layer in then.layers]:
        return  # other layers do the same work: their sum counts
    for mine, its in zip(now.layers, then.layers, strict=True):
        yield from _layer_rises(mine, its)


def _layer_rises(now: Layer, then: Layer) -> Iterator[str]:
    mine, its = now.instructions.mean, then.instructions.mean
    if _rose(mine, its) and mine > its + LAYER_INSTRUCTIONS:
        yield _sentence(f"layer {now.index}, {now.summary}: instructions", mine, its)


def _rose(now: float, then: float) -> bool:
    return now > then * (1 + INSTRUCTIONS_SHARE)


def _sentence(what: str, now: float, then: float) -> str:
    share = f", {100 * (now / then - 1):+.1f} %" if then else ""
    return f"{what} {now:.0f}, was {then:.0f}{share}"
