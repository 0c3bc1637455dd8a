"""How sums become outputs in the kernels that keep all of a channel together: hg_line_s8.h."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hargen.ir.tensor import Array, Tensor
from hargen.plan.layers.weighted import scales
from hargen.plan.plan import Parameters
from hargen.quantize.fully_connected import effective_scale
from hargen.quantize.multiplier import Multiplier, quantize_multiplier
from hargen.quantize.staircase import find_line

_SHIFTS = range(1, 23)  # of hg_requantize_right
_SUM_LIMIT = 2**30


@dataclass(frozen=True, eq=False)
class Scaling:
    """What the kernel takes of every channel, and what of all together."""

    factor: int
    """The weights are to be multiplied by it."""
    bias: Array
    """One a channel, multiplied and with what the line wants to be added."""
    words: Array
    """(channels, 2 or 3): multiplier, base, and shift where each has its own."""
    parameters: Parameters


def channel_factors(
    source: Tensor, weights: Tensor, target: Tensor, channels: int
) -> list[Multiplier]:
    """Return the factor from each channel's sums to the output."""
    return [
        quantize_multiplier(effective_scale(source.scale, scale, target.scale))
        for scale in scales(weights, channels)
    ]


def scaling(
    factors: Sequence[Multiplier],
    bias: Array,
    limits: Array,
    zero_point: int,
    clamp: tuple[int, int],
) -> Scaling | None:
    """Return how channels are scaled; None where hg_line_s8 cannot do what is needed.

    Args:
        factors: from each channel's sums to the output.
        bias: of each channel, int64, the input's zero point under every tap folded in.
        limits: a bound on the magnitude of each channel's sum, int64.
        zero_point: of the output.
        clamp: lowest and highest output.
    """
    live = np.abs(bias) < limits  # others have weights of 0 alone, and scales that mean nothing
    alive = [factor for factor, lives in zip(factors, live, strict=True) if lives]
    line = find_line(alive, limits[live], zero_point, clamp)
    if line is not None:
        words = np.stack([line.multiplier, line.base], axis=1)
        found = Scaling(
            1, bias[live] + line.extra, words, _parameters(line.shift, zero_point, clamp)
        )
    else:
        shift = np.array([-factor.shift for factor in alive], dtype=np.int64)
        multiplier = np.array([factor.multiplier for factor in alive], dtype=np.int64)
        usable = np.isin(shift, _SHIFTS) & (multiplier > 0) & (limits[live] < _SUM_LIMIT)
        if not usable.all():
            return None
        words = np.stack([multiplier, (2 * zero_point + 1) * 2 ** (shift - 1), shift], axis=1)
        found = Scaling(2, 2 * bias[live], words, _parameters(0, zero_point, clamp))
    if live.all():
        return found
    constant = [
        min(max(factor.apply(total) + zero_point, clamp[0]), clamp[1])
        for factor, total in zip(factors, bias.tolist(), strict=True)
    ]
    return _with_constants(found, live, np.array(constant, dtype=np.int64))


def _with_constants(found: Scaling, live: Array, outputs: Array) -> Scaling:
    """Return the scaling of all channels: those that do not live give their output in any case."""
    shift = dict(found.parameters.fields)["shift"]
    assert isinstance(shift, int)
    own = 1 if shift == 0 else shift
    words = np.stack(
        [np.ones_like(outputs), (2 * outputs + 1) << (own - 1), np.full_like(outputs, own)], axis=1
    )[:, : found.words.shape[1]]
    words[live] = found.words
    bias = np.zeros_like(outputs)
    bias[live] = found.bias
    return Scaling(found.factor, bias, words, found.parameters)


def _parameters(shift: int, zero_point: int, clamp: tuple[int, int]) -> Parameters:
    # Outputs below the zero point, where alone the sign matters, may be clamped to it in any case.
    return Parameters(
        "hg_line_s8_t",
        (
            ("shift", shift),
            ("is_signed", int(clamp[0] < zero_point)),
            ("output_min", clamp[0]),
            ("output_max", clamp[1]),
        ),
    )
