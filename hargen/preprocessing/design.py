"""Filter design with SciPy, for sample rates that no preset carries coefficients for."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.preprocessing.spec import Filter, Section


def settled_states(
    coefficients: Sequence[tuple[Sequence[float], Sequence[float]]],
) -> list[list[float]]:
    """Return each section's state after an endless filter input of 1.

    At rest, a section that gets u gives y = u sum(b) / sum(a), and the last state is
    b[n] u - a[n] y; each one before adds its own term (Section's recursion, solved backwards).
    """
    states = []
    u = 1.0
    for b, a in coefficients:
        y = u * sum(b) / sum(a)
        state = [0.0] * (len(a) - 1)
        carried = 0.0
        for i in range(len(a) - 1, 0, -1):
            carried += b[i] * u - a[i] * y
            state[i - 1] = carried
        states.append(state)
        u = y
    return states


def butterworth_highpass(order: int, cutoff_hz: float, sample_rate_hz: float) -> Filter:
    """Return a Butterworth high-pass filter as sections of second order.

    cutoff_hz is the -3 dB point. Second-order sections stay accurate in float32, which one section
    of fourth order does not. Imports scipy.signal, which takes about a second.
    """
    from scipy.signal import butter

    rows = butter(order, cutoff_hz, "highpass", output="sos", fs=sample_rate_hz).tolist()
    coefficients = []
    for row in rows:
        b, a = row[:3], row[3:]
        while b[-1] == 0.0 and a[-1] == 0.0:  # an odd order leaves a section of first order
            b, a = b[:-1], a[:-1]
        coefficients.append((b, a))
    settled = settled_states(coefficients)
    return Filter(
        order=order,
        cutoff_hz=cutoff_hz,
        sections=tuple(
            Section(b=tuple(b), a=tuple(a), settled=tuple(z))
            for (b, a), z in zip(coefficients, settled, strict=True)
        ),
    )
