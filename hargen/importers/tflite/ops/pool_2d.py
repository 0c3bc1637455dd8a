"""MAX_POOL_2D and AVERAGE_POOL_2D."""

from __future__ import annotations

from typing import TypeVar

import tflite

from hargen.importers.tflite.node import Node
from hargen.ir.ops.pool_2d import AveragePool2D, MaxPool2D, Pool2D
from hargen.ir.stencil import Stencil
from hargen.ir.tensor import Tensor

AnyPool = TypeVar("AnyPool", bound=Pool2D)


def read_max_pool_2d(node: Node, tensors: tuple[Tensor, ...]) -> MaxPool2D:
    """Return the pool that a MAX_POOL_2D node describes."""
    return _read(MaxPool2D, node, tensors)


def read_average_pool_2d(node: Node, tensors: tuple[Tensor, ...]) -> AveragePool2D:
    """Return the pool that an AVERAGE_POOL_2D node describes."""
    return _read(AveragePool2D, node, tensors)


def _read(kind: type[AnyPool], node: Node, tensors: tuple[Tensor, ...]) -> AnyPool:
    options = node.options(tflite.Pool2DOptions)
    x = node.input(0)
    height, width = node.feature_map(tensors, x)
    kernel = (options.FilterHeight(), options.FilterWidth())
    stride = (options.StrideH(), options.StrideW())
    padding = node.padding(options.Padding(), height, width, kernel, stride)
    return kind(
        name=node.where,
        inputs=(x,),
        output=node.output,
        input=x,
        stencil=Stencil(kernel, stride, padding=padding),
        activation=node.activation(options.FusedActivationFunction()),
    )
