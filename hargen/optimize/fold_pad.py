"""A padding in front of a convolution becomes the convolution's own."""

from __future__ import annotations

from dataclasses import replace

from hargen.ir.graph import Graph
from hargen.ir.operator import Operator
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.ops.pad import Pad
from hargen.ir.ops.reshape import Reshape
from hargen.ir.stencil import Padding, Stencil
from hargen.ir.tensor import Tensor

_SPATIAL_AXES = (1, 2)


def fold_pad(graph: Graph) -> Graph:
    """Fold where only one convolution reads the padded tensor, itself or through a reshape.

    The padded values stand for 0 and so do a convolution's own, that are never stored nor read.
    """
    for pad in graph.operators:
        if isinstance(pad, Pad):
            graph = _folded(graph, pad) or graph
    return graph


def _folded(graph: Graph, pad: Pad) -> Graph | None:
    reader = graph.sole_consumer(pad.output)
    reshape = reader if isinstance(reader, Reshape) else None
    convolution = graph.sole_consumer(reshape.output) if reshape else reader
    if not isinstance(convolution, Conv2D | DepthwiseConv2D):
        return None
    shape = graph.tensors[convolution.input].shape
    axes = _new_axes(graph.tensors[pad.output].shape, shape)
    if axes is None:
        return None
    before, after = _spread(pad.before, axes), _spread(pad.after, axes)
    if any(before[axis] or after[axis] for axis in (0, 3)):
        return None
    source = pad.input
    tensors = list(graph.tensors)
    unpadded = tuple(n - before[i] - after[i] for i, n in enumerate(shape))
    if reshape is not None:
        source = len(tensors)
        tensors.append(_reshaped(tensors[pad.input], unpadded))
    inputs = tuple(source if i == convolution.input else i for i in convolution.inputs)
    folded = replace(
        convolution,
        inputs=inputs,
        input=source,
        stencil=_padded(convolution.stencil, before, after),
    )
    operators: list[Operator] = []
    for operator in graph.operators:
        if operator is pad:
            if reshape is not None:
                operators.append(
                    replace(reshape, inputs=(pad.input,), input=pad.input, output=source)
                )
        elif operator is convolution:
            operators.append(folded)
        elif operator is not reshape:
            operators.append(operator)
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))


def _new_axes(padded: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return where the axes of the padded tensor are in the convolution's input.

    None where the reshape does more than to insert one axis of size 1.
    """
    if padded == shape:
        return tuple(range(len(shape)))
    for axis in (1, 2):
        if len(padded) == 3 and shape == (*padded[:axis], 1, *padded[axis:]):
            return tuple(i if i < axis else i + 1 for i in range(3))
    return None


def _spread(amounts: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    spread = [0] * 4
    for amount, axis in zip(amounts, axes, strict=True):
        spread[axis] = amount
    return tuple(spread)


def _reshaped(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    return replace(tensor, name=f"{tensor.name}/reshaped", shape=shape)


def _padded(stencil: Stencil, before: tuple[int, ...], after: tuple[int, ...]) -> Stencil:
    down, across = _SPATIAL_AXES
    own = stencil.padding
    return replace(
        stencil,
        padding=Padding(
            own.top + before[down],
            own.left + before[across],
            own.bottom + after[down],
            own.right + after[across],
        ),
    )
