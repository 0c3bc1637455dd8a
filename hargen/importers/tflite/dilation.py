"""Dilated convolutions that the converter wrote as a detour through the batch.

Where the batch is free, a convolution whose taps lie b samples apart becomes three operators:
SPACE_TO_BATCH_ND pads the input and deals every b-th sample into a batch of its own, a plain
convolution runs over those, and BATCH_TO_SPACE_ND puts the results in line again and crops them.
One convolution of dilation b has the same sums: padding is the zero point, and what is padded less
what is cropped is the padding that is left.
Source: the definitions of SpaceToBatchND and BatchToSpaceND in TensorFlow's API documentation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hargen.errors import ModelError
from hargen.importers.tflite.node import Node
from hargen.importers.tflite.shape_arithmetic import FIX_THE_BATCH
from hargen.ir.graph import Graph
from hargen.ir.operator import Operator, TensorId
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.ops.reshape import Reshape
from hargen.ir.stencil import Padding, Size2D
from hargen.ir.tensor import DType, Tensor

DETOURS = ("BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND")
_SPATIAL_AXES = (1, 2)


@dataclass(frozen=True, kw_only=True)
class Detour(Operator):
    """One end of a detour; it never leaves the importer.

    block, before, after: for each axis from the second on, the number of batches and what is
    padded (SPACE_TO_BATCH_ND) or cropped (BATCH_TO_SPACE_ND).
    """

    input: TensorId
    is_start: bool
    block: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]

    def refuse(self, why: str) -> ModelError:
        """Return the error that says why this detour cannot be folded."""
        return _refusal(self.name, why)


def read_detour(kind: str, node: Node, tensors: list[Tensor]) -> Detour:
    """Return one end of a detour.

    Raises:
        ModelError: its block or its amounts are not constant, or do not fit the input.
    """
    x, known = node.input(0), tuple(tensors)
    block = node.constant(known, node.input(1))
    amounts = node.constant(known, node.input(2))
    rank = len(tensors[x].shape)
    if (
        tensors[node.input(1)].dtype is not DType.INT32
        or tensors[node.input(2)].dtype is not DType.INT32
        or not (block.ndim == 1 and 1 <= block.size <= min(2, rank - 2))
        or amounts.shape != (block.size, 2)
        or block.min() < 1
        or amounts.min() < 0
    ):
        raise _refusal(node.where, f"its blocks and amounts do not fit {rank} dimensions")
    return Detour(
        name=node.where,
        inputs=(x,),
        output=node.output,
        input=x,
        is_start=kind == "SPACE_TO_BATCH_ND",
        block=tuple(block.tolist()),
        before=tuple(amounts[:, 0].tolist()),
        after=tuple(amounts[:, 1].tolist()),
    )


def fold_detours(graph: Graph) -> Graph:
    """Return the graph with a dilated convolution in place of every detour.

    Raises:
        ModelError: names the detour that is not one convolution's, and what is in its way.
    """
    for operator in graph.operators:
        if isinstance(operator, Detour) and operator.is_start:
            graph = _folded(graph, operator)
    for operator in graph.operators:
        if isinstance(operator, Detour):
            raise operator.refuse("no SPACE_TO_BATCH_ND and convolution lead to it")
    return graph


def _folded(graph: Graph, start: Detour) -> Graph:
    opening, convolution, closing, end = _parts(graph, start)
    axes = _check(graph, start, convolution, end)
    whole_in, whole_out = graph.tensors[start.input], graph.tensors[end.output]
    source, sink, tensors = start.input, end.output, list(graph.tensors)
    steps: dict[str, Operator] = {}
    if opening is not None and closing is not None and len(whole_in.shape) == 3:
        unit = 3 - axes[0]  # of height and width, the one that a 1-D network lacks
        source, sink = len(tensors), len(tensors) + 1
        tensors += [_with_axis(whole_in, unit), _with_axis(whole_out, unit)]
        steps[start.name] = replace(
            opening, inputs=(start.input,), input=start.input, output=source
        )
        steps[end.name] = replace(closing, inputs=(sink,), input=sink, output=end.output)
    steps[convolution.name] = replace(
        convolution,
        inputs=tuple(source if i == convolution.input else i for i in convolution.inputs),
        input=source,
        output=sink,
        stencil=replace(
            convolution.stencil,
            dilation=_spread(start.block, axes, convolution.stencil.dilation),
            padding=_padding(start, end, axes),
        ),
    )
    gone = {part.name for part in (start, opening, closing, end) if part is not None}
    operators = [
        steps.get(operator.name, operator)
        for operator in graph.operators
        if operator.name in steps or operator.name not in gone
    ]
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))


def _parts(
    graph: Graph, start: Detour
) -> tuple[Reshape | None, Conv2D | DepthwiseConv2D, Reshape | None, Detour]:
    """Return what lies between both ends: a reshape, the convolution, a reshape; and the end."""
    reader = graph.sole_consumer(start.output)
    opening = reader if isinstance(reader, Reshape) else None
    reader = graph.sole_consumer(opening.output) if opening else reader
    if not isinstance(reader, Conv2D | DepthwiseConv2D):
        raise start.refuse(f"{_name(reader)} follows, not a convolution")
    convolution = reader
    after = graph.sole_consumer(convolution.output)
    closing = after if isinstance(after, Reshape) else None
    after = graph.sole_consumer(closing.output) if closing else after
    if not isinstance(after, Detour) or after.is_start:
        raise start.refuse(f"{_name(after)} follows the convolution, not BATCH_TO_SPACE_ND")
    if (opening is None) is not (closing is None):
        raise start.refuse("there is a reshape on one side of the convolution only")
    return opening, convolution, closing, after


def _check(
    graph: Graph, start: Detour, convolution: Conv2D | DepthwiseConv2D, end: Detour
) -> tuple[int, ...]:
    """Check shapes and scales, and return the convolution's axes that the blocks belong to."""
    whole, dealt = graph.tensors[start.input], graph.tensors[start.output]
    seen, made = graph.tensors[convolution.input], graph.tensors[convolution.output]
    parts, joined = graph.tensors[end.input], graph.tensors[end.output]
    if _numbers(whole) != _numbers(dealt) or _numbers(parts) != _numbers(joined):
        raise start.refuse("the scale changes on the way")
    stencil = convolution.stencil
    if start.block != end.block:
        raise start.refuse(f"blocks {start.block} and {end.block} differ")
    if stencil.stride != (1, 1) or stencil.padding:
        raise start.refuse("the convolution between has strides or padding of its own")
    if len(seen.shape) != 4 or len(made.shape) != 4:
        raise start.refuse("the convolution between is not over height and width")
    axes = _axes(dealt.shape[1:], seen.shape[1:])
    if axes is None or (len(dealt.shape) == 3 and len(start.block) != 1):
        raise start.refuse(f"shape {dealt.shape} becomes {seen.shape} before the convolution")
    axes = axes[: len(start.block)]
    if _axes(parts.shape[1:], made.shape[1:], axes) is None:
        raise start.refuse(f"shape {made.shape} becomes {parts.shape} after the convolution")
    rows, columns = stencil.output_size(seen.shape[1], seen.shape[2])
    fits = (rows, columns) == made.shape[1:3] and len(joined.shape) == len(whole.shape)
    for i, block in enumerate(start.block):
        padded = whole.shape[i + 1] + start.before[i] + start.after[i]
        cropped = joined.shape[i + 1] + end.before[i] + end.after[i]
        fits &= padded == block * dealt.shape[i + 1] and cropped == block * parts.shape[i + 1]
    rest = len(start.block) + 1
    fits &= whole.shape[rest:] == dealt.shape[rest:] and joined.shape[rest:] == parts.shape[rest:]
    if not fits:
        raise start.refuse("the shapes on the way do not fit together")
    if any(p < c for p, c in zip(start.before + start.after, end.before + end.after, strict=True)):
        raise start.refuse("more is cropped than was padded")
    return axes


def _axes(
    dealt: tuple[int, ...], seen: tuple[int, ...], wanted: tuple[int, ...] | None = None
) -> tuple[int, ...] | None:
    """Return where the axes after the batch are in a convolution's tensor, height being 1.

    A tensor without height or width has one axis of size 1 less. wanted: only these will do.
    """
    if dealt == seen:
        return _SPATIAL_AXES
    for axis, other in ((2, 1), (1, 2)):
        is_free = wanted is None or wanted == (axis,)
        if is_free and len(dealt) == 2 and seen == _inserted(dealt, other - 1):
            return (axis,)
    return None


def _inserted(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return (*shape[:axis], 1, *shape[axis:])


def _with_axis(tensor: Tensor, axis: int) -> Tensor:
    """Return the tensor with an axis of size 1 put in."""
    return replace(tensor, name=f"{tensor.name}/2d", shape=_inserted(tensor.shape, axis))


def _spread(block: tuple[int, ...], axes: tuple[int, ...], dilation: Size2D) -> Size2D:
    down, right = dilation
    factors = dict(zip(axes, block, strict=True))
    return down * factors.get(1, 1), right * factors.get(2, 1)


def _padding(start: Detour, end: Detour, axes: tuple[int, ...]) -> Padding:
    before = {a: p - c for a, p, c in zip(axes, start.before, end.before, strict=True)}
    after = {a: p - c for a, p, c in zip(axes, start.after, end.after, strict=True)}
    return Padding(before.get(1, 0), before.get(2, 0), after.get(1, 0), after.get(2, 0))


def _numbers(tensor: Tensor) -> tuple[object, ...]:
    """Return what the tensor's values mean."""
    known = tensor.quantization
    return (tensor.dtype, *((known.scale, known.zero_point) if known else ()))


def _name(operator: Operator | None) -> str:
    return "more than one operator, or none," if operator is None else operator.name


def _refusal(where: str, why: str) -> ModelError:
    return ModelError(
        "this operator is there because the model was converted with a free batch, and it cannot be"
        " folded into a dilated convolution",
        where=where,
        why=why,
        hint=FIX_THE_BATCH,
    )
