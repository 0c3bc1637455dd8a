"""The front as a picture: score against bytes of weights, coloured by instructions."""

from __future__ import annotations

import io

from hargen.train.search.result import Result

_WIDTH_INCHES, _HEIGHT_INCHES, _DPI = 7.5, 4.5, 110


def png(result: Result) -> bytes:
    """Return a PNG of every trained network, those of the front joined by a line."""
    # Figure without pyplot: Agg, no display, nothing global that outlives it
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH_INCHES, _HEIGHT_INCHES), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    others = [found for found in result.others if found.keeps_limits]
    beyond = [found for found in result.others if not found.keeps_limits]
    for group, color, label in (
        (others, "0.75", "beaten"),
        (beyond, "#e8b0b0", "past a limit"),
    ):
        if group:
            x = [found.cost.flash for found in group]
            axes.scatter(x, [100 * found.score for found in group], color=color, label=label)
    x = [found.cost.flash for found in result.front]
    y = [100 * found.score for found in result.front]
    best = [max(y[: i + 1]) for i in range(len(y))]
    axes.step(x, best, where="post", color="0.4", linewidth=0.9, zorder=1)
    points = axes.scatter(
        x, y, c=[(found.cost.instructions or 0) / 1000 for found in result.front], zorder=2
    )
    for found in result.front:
        axes.annotate(
            str(found.trial),
            (found.cost.flash, 100 * found.score),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=7,
        )
    figure.colorbar(points, label="thousand instructions")
    if result.request.limits.flash is not None:
        axes.axvline(result.request.limits.flash, color="0.4", linewidth=0.8, linestyle=":")
    axes.set_xlabel("weights in bytes")
    axes.set_ylabel("mean recall in %, int8, validation part")
    axes.grid(visible=True, linewidth=0.3)
    if others or beyond:
        axes.legend(frameon=False, loc="lower right")
    content = io.BytesIO()
    # without Software, in which matplotlib writes its version
    figure.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()
