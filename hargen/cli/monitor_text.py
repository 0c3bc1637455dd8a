"""The words and numbers of a monitor, however it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hargen.monitor.recorder import Recorder
    from hargen.monitor.state import State

_SUM_TOLERANCE = 0.05  # int8 outputs of a softmax, rounded


def are_shares(outputs: tuple[float, ...]) -> bool:
    """Return whether outputs are probabilities: not every network ends in a softmax."""
    return (
        all(-_SUM_TOLERANCE <= value <= 1 + _SUM_TOLERANCE for value in outputs)
        and abs(sum(outputs) - 1) <= _SUM_TOLERANCE
    )


def output(value: float, shares: bool) -> str:
    """Return an output as text, a probability in percent."""
    return f"{100 * value:.1f} %" if shares else f"{value:.4g}"


def rate(state: State) -> str:
    """Return the sample rate that counts."""
    found = state.rate
    if state.is_real and found is not None:
        return f"{found.hz:.2f} Hz"
    if state.claimed_hz:
        return f"{state.claimed_hz:.2f} Hz by the board"
    return "rate not measured yet"


def rates(state: State, nominal_hz: float) -> str:
    """Return the sample rate by every clock."""
    found = state.rate
    clocks = [] if found is None else [f"{found.hz:.2f} Hz by this machine's clock"]
    if state.claimed_hz:
        clocks.append(f"{state.claimed_hz:.2f} Hz by the board's")
    return ", ".join([*clocks, f"the model's is {nominal_hz:g} Hz"])


def lost(state: State) -> str:
    """Return what is missing."""
    text = f"{state.lost} lost"
    if state.lost_on_wire:
        text += f", {state.lost_on_wire} of them on the line"
    if state.missed:
        text += f", {_times(state.missed, 'result')} missed"
    return text


def recorded(recorder: Recorder) -> str:
    """Return what a recording has by now."""
    text = f"{recorder.samples} samples, {recorder.labelled} of them labelled"
    return text + (f", {_times(recorder.gaps, 'gap')}" if recorder.gaps else "")


def summary(state: State, seconds: float, recorder: Recorder | None) -> list[str]:
    """Return what a watch is remembered by."""
    unsettled = f", {state.unsettled} of them unsettled" if state.unsettled else ""
    lines = [f"{_times(state.results, 'window')} in {seconds:.0f} s{unsettled}"]
    if state.tally:
        counts = (f"{name} {count}" for name, count in state.tally.most_common())
        lines.append("  activities   " + ", ".join(counts))
    lines.append(f"  samples      {state.samples}, {lost(state)}, {rate(state)}")
    if state.disconnections:
        lines.append(f"  board gone   {_times(state.disconnections, 'time')}")
    if state.rate_warning:
        lines.append(f"  warning      {state.rate_warning}")
    if recorder is not None and recorder.samples:
        lines.append(f"  recorded     {recorder.path}: {recorded(recorder)}")
    elif recorder is not None:
        lines.append("  recorded     nothing: no sample came")
    return lines


def _times(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
