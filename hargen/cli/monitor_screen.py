"""A monitor on a terminal: one picture that changes in its place."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from hargen.cli import big_letters, monitor_text
from hargen.cli.console import printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from hargen.monitor.events import Event
    from hargen.monitor.labels import Labels
    from hargen.monitor.recorder import Recorder
    from hargen.monitor.state import State

INTERVAL = 0.2
"""Seconds from one picture to the next: the eye asks for no more, and a slow line bears no more."""
_BAR = 40  # characters of 100 %
_OTHER_LINES = 20  # of the picture, beside the traces
_LEAST_SPAN = 0.25  # g from edge to edge of a trace: noise must not fill it


class Screen:
    """The picture, drawn while the context lasts, and gone behind it.

    Args:
        console: on the terminal.
        estimated: whether cycles are, as the virtual board's.
    """

    def __init__(self, console: Console, *, estimated: bool) -> None:
        from rich.live import Live

        self._console = console
        self._estimated = estimated
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._drawn = float("-inf")

    def __enter__(self) -> Screen:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    def begin(self) -> None:
        """Take the terminal."""
        self._live.start()

    def tell(self, event: Event, state: State) -> None:
        """Do nothing: the next picture shows it."""

    def label(self, _labels: Labels) -> None:
        """Have the next picture come at once."""
        self._drawn = float("-inf")

    def refresh(self, state: State, labels: Labels, recorder: Recorder | None, now: float) -> None:
        """Draw the picture, if it is time."""
        if now - self._drawn < INTERVAL:
            return
        self._drawn = now
        self._live.update(self.picture(state, labels, recorder), refresh=True)

    def picture(self, state: State, labels: Labels, recorder: Recorder | None) -> RenderableType:
        """Return what there is to see."""
        from rich.console import Group

        return Group(  # in the order of what must be seen: what does not fit is cut off below
            *self._warnings(state),
            *self._head(state),
            *([] if recorder is None else self._recording(labels, recorder)),
            *self._outputs(state),
            *self._figures(state),
            *self._traces(state),
        )

    def _head(self, state: State) -> list[RenderableType]:
        from rich.text import Text

        device, result = state.device, state.result
        if device is None:
            return []
        who = f"{device.name}, {device.window} samples a window, one every {device.hop}"
        if result is None:
            return [_line(who), Text("\nwaiting for the first window\n")]
        settled = result.settled and state.is_connected and not state.trouble
        style = "bold green" if settled else "bold yellow"
        word = printable(state.activity)
        lines = [word.upper()]
        if not self._console.options.ascii_only:
            lines = big_letters.write(word, self._console.width - 2)
        mark = "settled" if result.settled else "unsettled: the filter is still finding its level"
        return [
            _line(who),
            Text("\n".join(["", *lines]), style=style),
            Text(f"{mark}\n", style="" if result.settled else "yellow"),
        ]

    def _outputs(self, state: State) -> list[RenderableType]:
        from rich.table import Table
        from rich.text import Text

        if state.result is None or state.device is None:
            return []
        outputs = state.result.outputs
        shares = monitor_text.are_shares(outputs)
        table = Table.grid(padding=(0, 1))
        for name, value in zip(state.device.classes, outputs, strict=False):
            table.add_row(
                Text(printable(name)),
                Text(self._bar(value) if shares else ""),
                Text(monitor_text.output(value, shares), justify="right"),
            )
        return [table, Text()]

    def _bar(self, share: float) -> str:
        length = round(min(max(share, 0.0), 1.0) * _BAR)
        filled = "#" if self._console.options.ascii_only else "█"
        return (filled * length).ljust(_BAR)

    def _traces(self, state: State) -> list[RenderableType]:
        from rich.text import Text

        from hargen.monitor import traces

        height = min(max((self._console.height - _OTHER_LINES) // 3, 1), 3)
        found: list[RenderableType] = []
        for axis, values in zip("xyz", state.trace(), strict=True):
            known = [value for value in values if value is not None]
            if not known:
                continue
            middle = (min(known) + max(known)) / 2
            half = max(max(known) - min(known), _LEAST_SPAN) / 2
            lines = traces.plot(
                values,
                width=max(10, min(self._console.width - 14, 100)),
                height=height,
                low=middle - half,
                high=middle + half,
                ascii_only=self._console.options.ascii_only,
            )
            edges = [f"{axis} {middle + half:+.2f} g", "", f"{middle - half:+.2f} g"]
            sides = edges[:1] if height == 1 else [edges[0], *edges[3 - height + 1 :]]
            found += [Text(f"{side:>10}  {line}") for side, line in zip(sides, lines, strict=True)]
        return found

    def _figures(self, state: State) -> list[RenderableType]:
        from rich.text import Text

        device, result = state.device, state.result
        if device is None:
            return []
        figures = [monitor_text.rates(state, device.nominal_hz)]
        if result is not None:
            estimated = ", estimated" if self._estimated else ""
            figures.append(
                f"window {result.window}: {state.latency_ms or 0:.3f} ms, "
                f"{result.cycles_inference} cycles{estimated}, "
                f"{result.cycles_preprocess} to preprocess"
            )
        figures.append(f"{state.samples} samples, {monitor_text.lost(state)}")
        return [*(_line(figure) for figure in figures), Text()]

    def _warnings(self, state: State) -> list[RenderableType]:
        from rich.text import Text

        found = []
        if not state.is_connected:
            found.append(f"{state.absence}; waiting for it")
        elif state.trouble:
            found.append(f"sensor: {state.trouble}")
        if state.rate_warning:
            found.append(state.rate_warning)
        return [Text(printable(text), style="bold red") for text in found]

    def _recording(self, labels: Labels, recorder: Recorder) -> list[RenderableType]:
        from rich.text import Text

        keys = [f"{number} {name}" for number, name in enumerate(labels.names, 1)]
        style = "bold green" if labels.current else "bold"
        return [
            _line(f"recording: {monitor_text.recorded(recorder)}, in {recorder.path}"),
            Text.assemble("label: ", (printable(labels.current or "none"), style)),
            Text(printable("  ".join([*keys, "0 none", "q end"])) + "\n", style="dim"),
        ]


def _line(text: str) -> Text:
    """Return a line that is cut where it does not fit, so that the picture keeps its height."""
    from rich.text import Text

    return Text(printable(text), no_wrap=True, overflow="ellipsis")
