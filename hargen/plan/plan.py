"""What the emitter prints and the footprint counts: nothing here is left to decide."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from hargen.ir.operator import TensorId
from hargen.ir.tensor import Array, DType, Tensor
from hargen.quantize.reciprocal import Reciprocal


class Role(Enum):
    """What a constant counts as in the footprint."""

    WEIGHTS = "weights"
    BIAS = "bias"
    TABLE = "table"


@dataclass(frozen=True, eq=False)
class Constant:
    """An array in flash. `name` ends the C symbol, `ctype` is that of an element.

    The names of weights and biases end with their role: an image's footprint is counted by symbol.
    """

    name: str
    role: Role
    ctype: str
    values: Array
    comment: str

    def __post_init__(self) -> None:
        assert self.role is Role.TABLE or self.name.endswith(f"_{self.role.value}"), self.name

    @property
    def nbytes(self) -> int:
        """Bytes in flash."""
        return int(self.values.nbytes)


@dataclass(frozen=True)
class Parameters:
    """A kernel's constant struct: its C type and its fields in order; floats are float32."""

    ctype: str
    fields: tuple[tuple[str, int | float | tuple[int, ...] | Parameters], ...]


@dataclass(frozen=True, eq=False)
class Kernel:
    """How an operator is computed: `function(&parameters, inputs..., constants..., output)`.

    `inputs` are tensors, constant ones included. A constant given as None is passed as NULL. Where
    the kernel wants `scratch`, so many bytes of the arena are passed in front of the output.
    """

    function: str
    header: str
    parameters: Parameters
    inputs: tuple[TensorId, ...]
    constants: tuple[Constant | None, ...] = ()
    scratch: int = 0


@dataclass(frozen=True, eq=False)
class Layer:
    """One step of the network. `name` is that of the operator in the model file.

    `scratch` is where in the arena the kernel has bytes for itself, if it wants some. `for_size`:
    the layer's code is to be small rather than fast. `unrolled`: its loops are to be written out.
    """

    index: int
    name: str
    kernel: Kernel
    output: TensorId
    maccs: int
    summary: str
    scratch: int | None = None
    for_size: bool = False
    unrolled: bool = False


@dataclass(frozen=True)
class Edge:
    """One end of the network: the tensor in the arena, and whether the model's own type is float32.

    The tensor is int8 in an int8 network, whose own type may be float32 all the same. `reciprocal`
    is what stands for the division by the scale where the input is: None where nothing does.
    """

    tensor: TensorId
    is_float: bool
    reciprocal: Reciprocal | None = None


@dataclass(frozen=True)
class Footprint:
    """Bytes that are known before the build, and multiply-accumulates of one inference."""

    weights: int
    tables: int
    activation_ram: int
    maccs: int


@dataclass(frozen=True, eq=False)
class Plan:
    """A network that is ready to be printed as C.

    `offsets` says where in the arena each tensor lies; tensors that share their bytes (a reshape's
    two sides) have the same offset. `votes` is the tensor whose one-vs-one vote is the class; None
    where the class is the first of the largest outputs.
    """

    tensors: tuple[Tensor, ...]
    layers: tuple[Layer, ...]
    input: Edge
    output: Edge
    offsets: dict[TensorId, int]
    arena_size: int
    votes: TensorId | None = None
    shared_constants: dict[TensorId, Constant] = field(default_factory=dict)

    @property
    def dtype(self) -> DType:
        """Element type of every tensor in the arena."""
        return self.tensors[self.input.tensor].dtype

    @property
    def class_count(self) -> int:
        """Classes that the network tells apart: one an output, or n where n (n - 1) / 2 vote."""
        if self.votes is None:
            return self.tensors[self.output.tensor].size
        return (1 + math.isqrt(1 + 8 * self.tensors[self.votes].size)) // 2

    @property
    def constants(self) -> list[Constant]:
        """All arrays in flash, in the order in which they are used."""
        found: list[Constant] = list(self.shared_constants.values())
        for layer in self.layers:
            found += [constant for constant in layer.kernel.constants if constant is not None]
        return found

    @cached_property
    def footprint(self) -> Footprint:
        """What the network costs, as far as it is known before the build."""
        tables = sum(c.nbytes for c in self.constants if c.role is Role.TABLE)
        total = sum(c.nbytes for c in self.constants)
        return Footprint(
            weights=total - tables,
            tables=tables,
            activation_ram=self.arena_size,
            maccs=sum(layer.maccs for layer in self.layers),
        )
