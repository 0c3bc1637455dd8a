"""Kernel choice and packing of float32 networks, one file an operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hargen.ir.operator import Operator
from hargen.ir.ops.binary import Add, Mul
from hargen.ir.ops.concatenation import Concatenation
from hargen.ir.ops.conv_2d import Conv2D
from hargen.ir.ops.conv_max_pool_2d import ConvMaxPool2D
from hargen.ir.ops.depthwise_conv_2d import DepthwiseConv2D
from hargen.ir.ops.fully_connected import FullyConnected
from hargen.ir.ops.fused import ConvConvMaxPool2D, ConvMaxPoolFullyConnected
from hargen.ir.ops.hybrid_fully_connected import HybridFullyConnected
from hargen.ir.ops.lookup import LeakyRelu, Logistic, Tanh
from hargen.ir.ops.pad import Pad
from hargen.ir.ops.pool_2d import AveragePool2D, MaxPool2D
from hargen.ir.ops.reduce import Mean, ReduceMax
from hargen.ir.ops.relu import Relu
from hargen.ir.ops.softmax import Softmax
from hargen.ir.ops.svm import SvmDecision, SvmPairProbability, SvmProbability
from hargen.ir.ops.svm_int8 import SvmDecisionInt8
from hargen.ir.tensor import Tensor
from hargen.plan.layers.float32.binary import plan_add, plan_mul
from hargen.plan.layers.float32.concatenation import plan_concatenation
from hargen.plan.layers.float32.conv_2d import plan_conv_2d, plan_conv_max_pool_2d
from hargen.plan.layers.float32.depthwise_conv_2d import plan_depthwise_conv_2d
from hargen.plan.layers.float32.fully_connected import plan_fully_connected
from hargen.plan.layers.float32.fused import (
    plan_conv_conv_max_pool_2d,
    plan_conv_max_pool_fully_connected,
)
from hargen.plan.layers.float32.hybrid_fully_connected import plan_hybrid_fully_connected
from hargen.plan.layers.float32.pad import plan_pad
from hargen.plan.layers.float32.pointwise import (
    plan_leaky_relu,
    plan_logistic,
    plan_relu,
    plan_tanh,
)
from hargen.plan.layers.float32.pool_2d import plan_average_pool_2d, plan_max_pool_2d
from hargen.plan.layers.float32.reduce import plan_mean, plan_reduce_max
from hargen.plan.layers.float32.softmax import plan_softmax
from hargen.plan.layers.float32.svm import (
    plan_svm_decision,
    plan_svm_pair_probability,
    plan_svm_probability,
)
from hargen.plan.layers.float32.svm_int8 import plan_svm_decision_int8
from hargen.plan.plan import Kernel

PLANNERS: dict[type[Operator], Callable[[Any, Sequence[Tensor], str], Kernel]] = {
    Add: plan_add,
    AveragePool2D: plan_average_pool_2d,
    Concatenation: plan_concatenation,
    Conv2D: plan_conv_2d,
    ConvConvMaxPool2D: plan_conv_conv_max_pool_2d,
    ConvMaxPool2D: plan_conv_max_pool_2d,
    ConvMaxPoolFullyConnected: plan_conv_max_pool_fully_connected,
    DepthwiseConv2D: plan_depthwise_conv_2d,
    FullyConnected: plan_fully_connected,
    HybridFullyConnected: plan_hybrid_fully_connected,
    LeakyRelu: plan_leaky_relu,
    Logistic: plan_logistic,
    MaxPool2D: plan_max_pool_2d,
    Mean: plan_mean,
    Mul: plan_mul,
    Pad: plan_pad,
    ReduceMax: plan_reduce_max,
    Relu: plan_relu,
    Softmax: plan_softmax,
    SvmDecision: plan_svm_decision,
    SvmDecisionInt8: plan_svm_decision_int8,
    SvmPairProbability: plan_svm_pair_probability,
    SvmProbability: plan_svm_probability,
    Tanh: plan_tanh,
}
