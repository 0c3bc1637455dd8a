"""The presets: ready-made preprocessing by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hargen.errors import DataError
from hargen.preprocessing.spec import Filter, Preprocessing, Section

NAMES = ("st-zoo", "default", "none")

DEFAULT_RATE_HZ = 26.0
_CUTOFF_HZ = 0.4

# What the model zoo's weights were trained with, to its printed digits. Designed as 0.4 Hz of
# 26 Hz, but with 0.4 / 25 taken relative to Nyquist, so that the -3 dB point is at 0.008 of the
# sample rate; the same coefficients serve every rate.
ZOO_SECTION = Section(
    b=(0.9364275932, -3.745710373, 5.618565559, -3.745710373, 0.9364275932),
    a=(1.0, -3.868656635, 5.614526749, -3.622760773, 0.8768966198),
    settled=(-0.936528250873, 2.809571532101, -2.809559172096, 0.936515859573),
)

# The same as two sections, factored with 60 digits. Its four zeros lie so near to 1 that float64
# finds other ones on every machine.
ZOO_SECOND_ORDER = (
    Section(
        b=(0.9364275932, -1.8728314829864223, 0.9364275932),
        a=(1.0, -1.9596182987510193, 0.9621016855495723),
        settled=(-0.9268827999396233, 0.9272445315159694),
    ),
    Section(
        b=(1.0, -2.000025312809821, 1.0),
        a=(1.0, -1.9090383362489807, 0.9114386067197238),
        settled=(-0.009645450890225029, 0.009636536510281369),
    ),
)
_ZOO_CUTOFF_OF_RATE = 0.008
_ZOO_GRAVITY = 9.8

# design.butterworth_highpass(4, 0.4, 26.0), carried because importing scipy.signal takes a second.
_DEFAULT_26_HZ = Filter(
    order=4,
    cutoff_hz=_CUTOFF_HZ,
    sections=(
        Section(
            b=(0.8813012473035785, -1.762602494607157, 0.8813012473035785),
            a=(1.0, -1.8276929413509728, 0.8362652985197692),
            settled=(-0.8813012473035785, 0.8813012473035785),
        ),
        Section(
            b=(1.0, -2.0, 1.0),
            a=(1.0, -1.919758378770069, 0.9287625468818317),
            settled=(0.0, 0.0),
        ),
    ),
)


def _zoo_filter(sample_rate_hz: float) -> Filter:
    return Filter(
        order=4,
        cutoff_hz=_ZOO_CUTOFF_OF_RATE * sample_rate_hz,
        initial="settled-or-one",
        sections=(ZOO_SECTION,),
    )


def _default_filter(sample_rate_hz: float) -> Filter:
    if sample_rate_hz == DEFAULT_RATE_HZ:
        return _DEFAULT_26_HZ
    from hargen.preprocessing import design

    return design.butterworth_highpass(4, _CUTOFF_HZ, sample_rate_hz)


def preset(
    name: str,
    *,
    window: int,
    hop: int | None = None,
    sample_rate_hz: float = DEFAULT_RATE_HZ,
) -> Preprocessing:
    """Return a preset; without hop, windows do not overlap.

    st-zoo: exactly what the ST model zoo's HAR models were trained with, its slips included.
    default: m/s2, 4th-order Butterworth high-pass at 0.4 Hz of the given rate, gravity rotation.
    none: m/s2 and nothing else.

    Raises:
        DataError: there is no such preset, or the window or the rate is out of range.
    """
    if name not in NAMES:
        raise DataError(
            f"unknown preset {name!r}", where="preprocessing", hint=f"known: {', '.join(NAMES)}"
        )
    table = {"preset": name, "window": window, "sample_rate_hz": sample_rate_hz}
    if hop is not None:
        table["hop"] = hop
    return Preprocessing.from_table(table)


def complete(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return a table that names a preset with the keys that the preset adds.

    Raises:
        DataError: the sample rate allows no filter.
    """
    name = table["preset"]
    rate = table.get("sample_rate_hz", DEFAULT_RATE_HZ)
    base: dict[str, Any] = {"sample_rate_hz": rate}
    if "window" in table:
        base["hop"] = table["window"]
    if name != "none":
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 1 <= rate <= 1e5:
            raise DataError(
                f"the preset {name!r} has no filter for {rate!r} Hz",
                where=f"{where}: sample_rate_hz",
                hint="give a rate from 1 to 100000 Hz",
            )
        make = _zoo_filter if name == "st-zoo" else _default_filter
        base["filter"] = make(rate).model_dump()
        base["gravity_rotation"] = True
    if name == "st-zoo":
        base["gravity"] = _ZOO_GRAVITY
    return base | dict(table)
