"""Readers of the operators, one file each: a checked node becomes an operator of the graph.

To add one, write its file and name it here; docs/adding-an-operator.md has the whole recipe.
"""

from __future__ import annotations

from collections.abc import Callable

from hargen.importers.tflite.node import Node
from hargen.importers.tflite.ops.binary import read_add, read_mul
from hargen.importers.tflite.ops.concatenation import read_concatenation
from hargen.importers.tflite.ops.conv_2d import read_conv_2d
from hargen.importers.tflite.ops.depthwise_conv_2d import read_depthwise_conv_2d
from hargen.importers.tflite.ops.fully_connected import read_fully_connected
from hargen.importers.tflite.ops.lookup import read_leaky_relu, read_logistic, read_tanh
from hargen.importers.tflite.ops.pad import read_pad
from hargen.importers.tflite.ops.pool_2d import read_average_pool_2d, read_max_pool_2d
from hargen.importers.tflite.ops.quantize import read_dequantize, read_quantize
from hargen.importers.tflite.ops.reduce import read_mean, read_reduce_max
from hargen.importers.tflite.ops.relu import read_relu, read_relu6
from hargen.importers.tflite.ops.reshape import read_reshape
from hargen.importers.tflite.ops.softmax import read_softmax
from hargen.ir.operator import Operator
from hargen.ir.tensor import Tensor

Reader = Callable[[Node, tuple[Tensor, ...]], Operator]

READERS: dict[str, Reader] = {
    "ADD": read_add,
    "AVERAGE_POOL_2D": read_average_pool_2d,
    "CONCATENATION": read_concatenation,
    "CONV_2D": read_conv_2d,
    "DEPTHWISE_CONV_2D": read_depthwise_conv_2d,
    "DEQUANTIZE": read_dequantize,
    "EXPAND_DIMS": read_reshape,
    "FULLY_CONNECTED": read_fully_connected,
    "LEAKY_RELU": read_leaky_relu,
    "LOGISTIC": read_logistic,
    "MAX_POOL_2D": read_max_pool_2d,
    "MEAN": read_mean,
    "MUL": read_mul,
    "PAD": read_pad,
    "QUANTIZE": read_quantize,
    "REDUCE_MAX": read_reduce_max,
    "RELU": read_relu,
    "RELU6": read_relu6,
    "RESHAPE": read_reshape,
    "SOFTMAX": read_softmax,
    "SQUEEZE": read_reshape,
    "TANH": read_tanh,
}
