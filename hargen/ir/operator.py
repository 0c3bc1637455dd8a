"""What all operators have in common, and the checks that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from hargen.errors import ModelError
from hargen.ir.stencil import Stencil
from hargen.ir.tensor import DType, Tensor

TensorId = int
Tensors = Sequence[Tensor]


def is_float(tensors: Tensors, *ids: TensorId) -> bool:
    """Return whether all these tensors are float32."""
    return all(tensors[i].dtype is DType.FLOAT32 for i in ids)


class Activation(Enum):
    """An activation fused into an operator: it clamps the output."""

    NONE = "none"
    RELU = "relu"
    RELU6 = "relu6"


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One step of a network. `name` says which node of the model file it is, for messages.

    `inputs` lists every tensor that is read, constants included; `output` is the one written.
    """

    name: str
    inputs: tuple[TensorId, ...]
    output: TensorId

    def verify(self, tensors: Tensors) -> None:
        """Raise ModelError where the tensors do not fit the operator."""
        raise NotImplementedError

    def maccs(self, tensors: Tensors) -> int:
        """Multiply-accumulate operations of one inference; 0 where there are none."""
        del tensors
        return 0

    def fail(self, what: str) -> ModelError:
        """Return the error that says so of this operator."""
        return ModelError(what, where=self.name)

    def require(self, condition: bool, what: str) -> None:
        """Raise ModelError unless the condition holds."""
        if not condition:
            raise self.fail(what)

    def require_values(self, tensors: Tensors, *ids: TensorId) -> None:
        """Raise ModelError unless the tensors are all float32, or all as `require_int8` asks."""
        kinds = {tensors[i].dtype for i in ids}
        if kinds == {DType.FLOAT32}:
            return
        if DType.FLOAT32 in kinds and DType.INT8 in kinds:
            raise ModelError(
                "some of its tensors are float32 and some int8",
                where=self.name,
                hint="convert the whole model to int8 with representative data, or none of it",
            )
        self.require_int8(tensors, *ids)

    def require_int8(self, tensors: Tensors, *ids: TensorId) -> None:
        """Raise ModelError unless the tensors are int8, each with one scale and zero point."""
        for tensor in (tensors[i] for i in ids):
            if tensor.dtype is not DType.INT8:
                raise ModelError(
                    f"tensor {tensor.name!r} is {tensor.dtype.value}, and not int8",
                    where=self.name,
                    hint="convert the model with full int8 quantization and representative data",
                )
            self.require(
                tensor.quantization is not None and not tensor.quantization.per_channel,
                f"tensor {tensor.name!r} needs one scale and zero point",
            )

    def require_same_quantization(self, tensors: Tensors, a: TensorId, b: TensorId) -> None:
        """Raise ModelError unless both tensors have the same scale and zero point, or no such."""
        if is_float(tensors, a, b):
            return
        first, second = tensors[a].quantization, tensors[b].quantization
        assert first is not None and second is not None
        self.require(
            (first.scale, first.zero_point) == (second.scale, second.zero_point),
            f"tensors {tensors[a].name!r} and {tensors[b].name!r} differ in scale or zero point",
        )

    def require_scale(self, tensors: Tensors, steps_in_one: int, zero_point: int) -> None:
        """Raise ModelError unless an int8 output has the scale that the reference computes in."""
        if is_float(tensors, self.output):
            return
        y = tensors[self.output]
        self.require(
            (y.scale, y.zero_point) == (1.0 / steps_in_one, zero_point),
            f"the output has scale {y.scale:g} and zero point {y.zero_point}, not"
            f" 1/{steps_in_one} and {zero_point}",
        )

    def require_shape(self, tensors: Tensors, shape: tuple[int, ...]) -> None:
        """Raise ModelError unless the output has this shape."""
        found = tensors[self.output].shape
        self.require(found == shape, f"output shape {found} should be {shape} by the inputs")

    def require_feature_map(self, tensors: Tensors, tensor: TensorId, stencil: Stencil) -> None:
        """Raise ModelError unless a tensor is NHWC of batch 1 and at least one kernel fits in."""
        shape = tensors[tensor].shape
        self.require(
            len(shape) == 4 and shape[0] == 1, f"shape {shape} is not (1, height, width, channels)"
        )
        self.require(
            min(*stencil.stride, *stencil.dilation, *stencil.kernel) >= 1
            and min(stencil.output_size(shape[1], shape[2])) >= 1,
            f"kernel {stencil.kernel} with stride {stencil.stride} and dilation {stencil.dilation}"
            f" does not fit into an input of shape {shape}",
        )
