"""A result as text: Markdown, CSV, and the parameters of the best network in TOML."""

from __future__ import annotations

import csv
import io
import json

import tomli_w

from hargen.train.evaluate import spread
from hargen.train.search.result import Found, Result

HEADINGS = ("trial", "mean recall, %", "accuracy, %", "weights, B", "RAM, B", "instructions")
_COLUMNS = (
    "trial",
    "on_front",
    "keeps_limits",
    "score",
    "accuracy",
    "flash_bytes",
    "ram_bytes",
    "instructions",
    "maccs",
    "parameters",
)


def cells(found: Found) -> tuple[str, ...]:
    """Return a network's figures as people read them, in the order of HEADINGS."""
    return (
        str(found.trial),
        _percent(found.scores),
        _percent(found.accuracies),
        str(found.cost.flash),
        str(found.cost.ram),
        str(found.cost.instructions),
    )


def summary(result: Result) -> list[str]:
    """Return sentences on how the figures came to be."""
    tally = ", ".join(f"{count} {name}" for name, count in sorted(result.counts.items()))
    request = result.request
    seeds = request.training.seeds
    return [
        f"Limits: {request.limits}. Trials: {tally}.",
        "Recall and accuracy are those of the int8 network on the validation part of the split, "
        + (f"mean of {seeds} seeds. " if seeds > 1 else "of one seed. ")
        + "The test part was not looked at.",
        f"Instructions are counted by the virtual {request.board} over one window, with the "
        "trained network; weights and RAM are those of its plan.",
    ]


def markdown(result: Result) -> str:
    """Return the front as a Markdown table."""
    lines = ["# Networks that no other one beats", ""]
    for text in summary(result):
        lines += [text, ""]
    lines.append(f"| {' | '.join((*HEADINGS, 'layers'))} |")
    lines.append("|" + "-:|" * len(HEADINGS) + "-|")
    for found in result.front:
        mark = "**" if found is result.best else ""
        row = [f"{mark}{cell}{mark}" for cell in cells(found)]
        lines.append(f"| {' | '.join((*row, found.architecture))} |")
    return "\n".join(lines) + "\n"


def table(result: Result) -> str:
    """Return every trained network as CSV with bare numbers."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for found in sorted((*result.front, *result.others), key=lambda one: one.trial):
        writer.writerow(
            [
                found.trial,
                int(found in result.front),
                int(found.keeps_limits),
                round(found.score, 6),
                round(found.accuracy, 6),
                found.cost.flash,
                found.cost.ram,
                found.cost.instructions,
                found.cost.maccs,
                json.dumps(found.parameters, sort_keys=True),
            ]
        )
    return stream.getvalue()


def parameters(found: Found) -> str:
    """Return what `hargen train tcnn --params` reads."""
    head = (
        f"# {found.architecture}\n"
        f"# mean recall {_percent(found.scores)} % on the validation part in int8, {found.cost}\n"
    )
    return head + tomli_w.dumps(found.parameters)


def _percent(values: tuple[float, ...]) -> str:
    found = spread(list(values))
    text = f"{100 * sum(values) / len(values):.2f}"
    return text if len(values) == 1 else f"{text} ± {100 * found['std']:.2f}"
