"""What the cost of a kernel depends on: how often its loops run, from its parameters.

Of kernels that are not named here it is what operators.py knows of their operator.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hargen.plan.choice import Level
from hargen.plan.features.columns import (
    of_maxima_and_outputs,
    parts_of_convolution_and_outputs,
    parts_of_short_and_maximum,
    parts_of_two_convolutions,
)
from hargen.plan.features.features import CALLS, Features, Part
from hargen.plan.features.fields import Fields
from hargen.plan.features.kronecker import of_kronecker
from hargen.plan.features.pools import of_pool, of_pool_of_bytes
from hargen.plan.features.positions import of_pooled_positions, of_positions
from hargen.plan.features.short import of_short
from hargen.plan.features.strips import of_pooled_strips, of_strips
from hargen.plan.features.tiles import of_runs, of_tiles
from hargen.plan.plan import Kernel

_COUNTERS: dict[str, Callable[[Fields], Features]] = {
    "hg_average_pool_2d_bytes_s8": of_pool_of_bytes,
    "hg_average_pool_2d_s8": of_pool,
    "hg_columns_max_3_fully_connected_s8": of_maxima_and_outputs,
    "hg_conv_2d_kronecker_s8": of_kronecker,
    "hg_conv_2d_run_s8": of_runs,
    "hg_conv_2d_s8": of_positions,
    "hg_conv_2d_short_s8": of_short,
    "hg_conv_2d_tile_s8": of_tiles,
    "hg_conv_max_pool_2d_s8": of_pooled_positions,
    "hg_max_pool_2d_bytes_s8": of_pool_of_bytes,
    "hg_max_pool_2d_s8": of_pool,
}
_SIZED: dict[str, Callable[..., Features]] = {
    "hg_conv_2d_strip_s8": of_strips,
    "hg_conv_max_pool_2d_strip_s8": of_pooled_strips,
}
"""Kernels that are other code where the compiler's level is -Os."""
_COMPOSED: dict[str, Callable[[Fields], tuple[Part, ...]]] = {
    "hg_columns_fully_connected_s8": parts_of_convolution_and_outputs,
    "hg_columns_max_s8": parts_of_two_convolutions,
    "hg_columns_short_max_s8": parts_of_short_and_maximum,
}
"""Kernels that are made of others, and cost what these do."""


def is_composed(kernel: Kernel) -> bool:
    """Whether a kernel has no cost of its own."""
    return kernel.function in _COMPOSED


def parts(kernel: Kernel, of_operator: Features, level: Level) -> tuple[Part, ...]:
    """Return what a kernel is made of at a level: itself alone, as a rule."""
    if kernel.function in _COMPOSED:
        return _COMPOSED[kernel.function](Fields(kernel.parameters))
    return (Part(kernel.function, of_kernel(kernel, of_operator, level)),)


def of_kernel(kernel: Kernel, of_operator: Features, level: Level) -> Features:
    """Return a kernel's features at a level: its loops, or the operator's where nobody counts."""
    function = kernel.function
    count = _COUNTERS.get(function)
    if function in _SIZED:
        count = partial(_SIZED[function], is_small=level == "-Os")
    if count is None:
        return of_operator
    found = count(Fields(kernel.parameters))
    return Features({CALLS: 1.0, **found.time}, {CALLS: 1.0, **found.code})
