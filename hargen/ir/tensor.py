"""Tensors, their types and their quantization."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]


class DType(Enum):
    """Element types that a network's tensors may have."""

    FLOAT32 = "float32"
    INT8 = "int8"
    INT16 = "int16"
    INT32 = "int32"

    @property
    def size(self) -> int:
        """Bytes an element."""
        return {DType.INT8: 1, DType.INT16: 2}.get(self, 4)


@dataclass(frozen=True)
class Quantization:
    """Affine quantization: real = scale * (q - zero_point).

    One scale and zero point for the whole tensor, or one a slice along `axis` (per channel). Scales
    are float32 values held as Python floats, as the file has them.
    """

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int = 0

    @property
    def per_channel(self) -> bool:
        """Whether there is more than one scale."""
        return len(self.scale) > 1


@dataclass(frozen=True, eq=False)
class Tensor:
    """A value of the network: an activation, or a constant if it has data."""

    name: str
    shape: tuple[int, ...]
    dtype: DType
    quantization: Quantization | None = None
    data: Array | None = None

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Number of bytes."""
        return self.size * self.dtype.size

    @property
    def scale(self) -> float:
        """The scale of a tensor that is quantized as a whole."""
        assert self.quantization is not None
        return self.quantization.scale[0]

    @property
    def zero_point(self) -> int:
        """The zero point of a tensor that is quantized as a whole."""
        assert self.quantization is not None
        return self.quantization.zero_point[0]
