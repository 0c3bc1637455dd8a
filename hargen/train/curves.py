"""The course of a training as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

from hargen.errors import MissingExtraError
from hargen.train.loop import Epoch
from hargen.train.training import Candidate

_WIDTH_INCHES, _HEIGHT_INCHES, _DPI = 9.0, 3.6, 110


def check() -> None:
    """Refuse before hours of training what would fail behind them.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("matplotlib", "train", "the picture of a training") from error


def png(candidates: Sequence[Candidate], chosen: Candidate) -> bytes:
    """Return a PNG of the losses and scores of all networks by epoch, the chosen one in front."""
    # Figure without pyplot: Agg, no display, nothing global that outlives it
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH_INCHES, _HEIGHT_INCHES), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    for candidate in sorted(candidates, key=lambda candidate: candidate is chosen):
        front = candidate is chosen
        style = {"alpha": 1.0 if front else 0.25, "linewidth": 1.6 if front else 0.8}
        numbers = [epoch.number for epoch in candidate.history]
        for axes, color, label, values in (
            (left, "C0", "training loss", [epoch.loss for epoch in candidate.history]),
            (left, "C1", "validation loss", _known(candidate.history, "validation_loss")),
            (right, "C1", "validation accuracy", _known(candidate.history, "validation_accuracy")),
            (right, "C2", "validation mean recall", _known(candidate.history, "score")),
        ):
            if values:
                axes.plot(numbers, values, color=color, label=label if front else None, **style)
        if front:
            for axes in (left, right):
                axes.axvline(candidate.best.number, color="grey", linewidth=0.8, linestyle=":")
    for axes in (left, right):
        axes.set_xlabel("epoch")
        axes.grid(visible=True, linewidth=0.3)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False)
    content = io.BytesIO()
    # without Software, in which matplotlib writes its version
    figure.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()


def _known(history: Sequence[Epoch], name: str) -> list[float]:
    values = [getattr(epoch, name) for epoch in history]
    return [] if None in values else values
