"""Changes of scale: REQUANTIZE, and rectifiers that stand alone."""

from __future__ import annotations

from collections.abc import Sequence

from hargen.ir.operator import Activation, Operator, TensorId
from hargen.ir.ops.quantize import Requantize
from hargen.ir.ops.relu import Relu
from hargen.ir.tensor import Tensor
from hargen.plan.plan import Kernel, Parameters
from hargen.quantize.activation import clamp_range
from hargen.quantize.elementwise import rescale_factor


def plan_requantize(operator: Requantize, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a change of scale."""
    del prefix
    return _plan(operator, operator.input, Activation.NONE, tensors)


def plan_relu(operator: Relu, tensors: Sequence[Tensor], prefix: str) -> Kernel:
    """Return the kernel of a rectifier."""
    del prefix
    return _plan(operator, operator.input, operator.activation, tensors)


def _plan(
    operator: Operator, source_id: TensorId, activation: Activation, tensors: Sequence[Tensor]
) -> Kernel:
    source, target = tensors[source_id], tensors[operator.output]
    factor = rescale_factor(source.scale, target.scale)
    low, high = clamp_range(activation, target)
    return Kernel(
        function="hg_rescale_s8",
        header="hg_rescale_s8.h",
        parameters=Parameters(
            "hg_rescale_s8_t",
            (
                ("size", source.size),
                ("input_offset", -source.zero_point),
                ("multiplier", factor.multiplier),
                ("shift", factor.shift),
                ("output_offset", target.zero_point),
                ("output_min", low),
                ("output_max", high),
            ),
        ),
        inputs=(source_id,),
    )
