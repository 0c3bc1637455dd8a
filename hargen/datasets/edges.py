"""Windows at the edges of int8 quantization: where implementations that round differently show."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from hargen.datasets.windows import UNLABELLED, Windows
from hargen.errors import DataError

_KINDS = 8


def edge_windows(
    window: int,
    axes: int,
    input_scale: float,
    zero_point: int,
    seed: int,
    count: int = 64,
) -> Windows:
    """Return unlabelled windows of values that are hard to quantize.

    The kinds, one after the other: exact ties between two int8 values; the float32 just below and
    just above a tie; the last values before saturation and the first beyond; far beyond it;
    constant windows at one int8 value; zeros of both signs and denormals; steps between the two
    ends of the range; a random walk over the whole range.

    Args:
        window: samples.
        axes: channels.
        input_scale: real = input_scale * (q - zero_point), of the network's int8 input.
        zero_point: see input_scale.
        seed: the same arguments give the same windows.
        count: number of windows.

    Raises:
        DataError: a size or the quantization is out of range.
    """
    if min(window, axes, count) < 1 or window * axes * count > 1 << 26:
        raise DataError(f"cannot make {count} windows of ({window}, {axes})", where="edge windows")
    if not (math.isfinite(input_scale) and input_scale > 0 and -128 <= zero_point <= 127):
        raise DataError(
            f"scale {input_scale} and zero point {zero_point} are no int8 quantization",
            where="edge windows",
        )
    generator = np.random.Generator(np.random.PCG64(seed))
    shape = (window, axes)
    windows = [
        _window(i % _KINDS, shape, np.float32(input_scale), zero_point, generator)
        for i in range(count)
    ]
    return Windows(
        x=np.stack(windows),
        y=np.full(count, UNLABELLED, dtype=np.int64),
        classes=(),
        source=f"synthetic: {count} windows at the edges of quantization, seed {seed}",
        notes=("synthetic values, made up and not measured",),
        synthetic=True,
    )


def _integers(
    generator: np.random.Generator, low: int, high: int, shape: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    """Return whole numbers from low to high, drawn as floats: the same in every NumPy."""
    return np.floor(low + (high - low + 1) * generator.random(shape))


def _window(
    kind: int,
    shape: tuple[int, int],
    scale: np.float32,
    zero_point: int,
    generator: np.random.Generator,
) -> npt.NDArray[np.float32]:
    def real(q: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        return np.asarray((q - zero_point).astype(np.float32) * scale, dtype=np.float32)

    infinity = np.float32(np.inf)
    ties = real(_integers(generator, -128, 126, shape) + 0.5)
    picks = generator.random(shape)
    if kind == 0:
        return ties
    if kind == 1:
        return np.where(picks < 0.5, np.nextafter(ties, -infinity), np.nextafter(ties, infinity))
    if kind == 2:
        near = np.array([-129.0, -128.5, -128.0, -127.5, 126.5, 127.0, 127.5, 128.0])
        return real(near[_integers(generator, 0, 7, shape).astype(np.int64)])
    if kind == 3:
        return np.where(picks < 0.5, np.float32(-1e4), np.float32(1e4)) * scale
    if kind == 4:
        return np.broadcast_to(real(_integers(generator, -128, 127, (1, 1))), shape)
    if kind == 5:
        small = np.array([0.0, -0.0, 1e-42, -1e-42], dtype=np.float32)
        return small[_integers(generator, 0, 3, shape).astype(np.int64)]
    if kind == 6:
        length = int(_integers(generator, 1, shape[0], (1,))[0])
        high = (np.arange(shape[0]) // length) % 2 == 0
        return real(np.where(high[:, None], 127.0, -128.0) + np.zeros(shape))
    steps = np.cumsum(_integers(generator, -40, 40, shape) / 2.0, axis=0)
    return real(np.clip(steps, -130.0, 130.0))
