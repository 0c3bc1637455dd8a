"""The presets' coefficients, against SciPy; and that nobody who uses them imports it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

import hargen
from hargen.errors import DataError
from hargen.preprocessing import preset
from hargen.preprocessing.design import butterworth_highpass
from hargen.preprocessing.spec import Filter


def response_at_cutoff(filter_: Filter, rate: float) -> float:
    gain = 1.0
    for section in filter_.sections:
        _, h = signal.freqz(section.b, section.a, worN=[filter_.cutoff_hz], fs=rate)
        gain *= abs(h[0])
    return gain


def test_the_carried_default_is_what_scipy_designs() -> None:
    filter_ = preset("default", window=24).filter
    assert filter_ is not None
    rows = signal.butter(4, 0.4, "highpass", fs=26.0, output="sos")
    carried = [(*section.b, *section.a) for section in filter_.sections]
    np.testing.assert_allclose(carried, rows, rtol=1e-13)
    settled = [section.settled for section in filter_.sections]
    np.testing.assert_allclose(settled, signal.sosfilt_zi(rows), atol=1e-12)


def test_the_zoo_is_the_printed_design_with_its_slip() -> None:
    filter_ = preset("st-zoo", window=24).filter
    assert filter_ is not None
    (section,) = filter_.sections
    b, a = signal.butter(4, 0.4 / 25, "high")
    np.testing.assert_allclose(section.b, b, atol=3e-7)
    np.testing.assert_allclose(section.a, a, atol=3e-7)
    np.testing.assert_allclose(section.settled, signal.lfilter_zi(section.b, section.a), rtol=1e-6)
    assert preset("st-zoo", window=24, sample_rate_hz=20.0).filter == filter_.model_copy(
        update={"cutoff_hz": 0.16}
    )


@pytest.mark.parametrize("rate", [20.0, 26.0, 50.0, 104.0])
# Ten printed digits cost the zoo's filter 0.3 % of its gain down there.
@pytest.mark.parametrize(("name", "precision"), [("default", 1e-9), ("st-zoo", 4e-3)])
def test_the_cutoff_is_where_the_spec_says(name: str, precision: float, rate: float) -> None:
    filter_ = preset(name, window=24, sample_rate_hz=rate).filter
    assert filter_ is not None
    assert response_at_cutoff(filter_, rate) == pytest.approx(2**-0.5, rel=precision)


@pytest.mark.parametrize("order", range(1, 9))
def test_designs_of_every_order_settle(order: int) -> None:
    filter_ = butterworth_highpass(order, 0.7, 26.0)
    rows = signal.butter(order, 0.7, "highpass", fs=26.0, output="sos")
    padded = [
        (*s.b, *[0.0] * (3 - len(s.b)), *s.a, *[0.0] * (3 - len(s.a))) for s in filter_.sections
    ]
    np.testing.assert_allclose(padded, rows, rtol=1e-13)
    settled = [(*s.settled, *[0.0] * (2 - len(s.settled))) for s in filter_.sections]
    np.testing.assert_allclose(settled, signal.sosfilt_zi(rows), atol=1e-9)


def test_presets_at_the_default_rate_import_neither_scipy_nor_numpy() -> None:
    code = (
        "import sys; from hargen.preprocessing import preset\n"
        "for name in ('st-zoo', 'default', 'none'): preset(name, window=24).sha256()\n"
        "assert not {'scipy', 'numpy'} & set(sys.modules), 'imported'\n"
        "preset('default', window=24, sample_rate_hz=20.0)\n"
        "assert 'scipy' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(hargen.__file__).parents[1])


def test_an_unknown_preset_names_the_known() -> None:
    with pytest.raises(DataError) as caught:
        preset("st_zoo", window=24)
    assert "st-zoo" in caught.value.hint
