"""The description of the layers inside a Keras file: allowed is what is listed here.

Keras builds objects by the names that a file gives. Lambda layers carry byte code, `module` and
`registered_name` name what to import: a file that asks for more than Keras's own layers of the list
is refused before Keras sees it.
"""

from __future__ import annotations

import re
from typing import Any

from hargen.errors import ModelError

LAYERS = frozenset(
    {
        *("Activation", "ActivityRegularization", "Add", "Average", "AveragePooling1D"),
        *("AveragePooling2D", "BatchNormalization", "Concatenate", "Conv1D", "Conv2D", "Dense"),
        *("DepthwiseConv1D", "DepthwiseConv2D", "Dropout", "Flatten", "GaussianDropout"),
        *("GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D"),
        *("GlobalMaxPooling1D", "GlobalMaxPooling2D", "InputLayer", "LeakyReLU", "MaxPooling1D"),
        *("MaxPooling2D", "Multiply", "ReLU", "Reshape", "SeparableConv1D", "SeparableConv2D"),
        *("Softmax", "SpatialDropout1D", "SpatialDropout2D", "ZeroPadding1D", "ZeroPadding2D"),
    }
)
_MODELS = frozenset({"Functional", "Model", "Sequential"})
# What layers are made with; none of it is needed to run them.
_PARTS = frozenset(
    {
        *("DTypePolicy", "Policy", "__keras_tensor__", "Constant", "GlorotNormal"),
        *("GlorotUniform", "HeNormal", "HeUniform", "Identity", "IdentityInitializer"),
        *("LecunNormal", "LecunUniform", "Ones", "Orthogonal", "OrthogonalInitializer"),
        *("RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Zeros", "L1"),
        *("L2", "L1L2", "OrthogonalRegularizer", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"),
    }
)
ACTIVATIONS = frozenset({"leaky_relu", "linear", "relu", "relu6", "sigmoid", "softmax", "tanh"})
_KERAS_MODULE = re.compile(r"(tensorflow\.python\.)?keras(\.[A-Za-z0-9_]+)*")
_MAX_DEPTH = 100


def check_config(config: Any) -> None:
    """Check a model's configuration, as JSON gave it.

    Raises:
        ModelError: names the layer, what it is, and what to do.
    """
    if not isinstance(config, dict) or config.get("class_name") not in _MODELS:
        raise ModelError(
            "the configuration is not that of a Sequential or functional Keras model",
            hint="subclassed models hold Python code; rebuild the model from Keras's own layers",
        )
    _check(config, "", 0)


def _check(value: Any, layer: str, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise ModelError("the configuration is nested too deeply")
    if isinstance(value, list):
        for item in value:
            _check(item, layer, depth + 1)
    elif isinstance(value, dict):
        layer = _name(value) or layer
        if {"class_name", "module", "registered_name"} & set(value):
            _check_object(value, layer)
        _check_activation(value, layer)
        for item in value.values():
            _check(item, layer, depth + 1)


def _name(value: dict[str, Any]) -> str:
    """Return what the layer that the table describes is called, or nothing."""
    inner = value.get("config")
    name = inner.get("name") if isinstance(inner, dict) else None
    return name[:80] if isinstance(name, str) and "class_name" in value else ""


def _check_object(value: dict[str, Any], layer: str) -> None:
    kind, module = value.get("class_name"), value.get("module")
    registered = value.get("registered_name")
    where = f"layer {layer!r}"
    if kind in ("Lambda", "__lambda__"):
        raise ModelError(
            "a Lambda layer holds Python code, which hargen never executes",
            where=where,
            hint=f"replace it by Keras's own layers: {', '.join(sorted(LAYERS))}",
        )
    if not isinstance(kind, str) or kind not in LAYERS | _MODELS | _PARTS:
        raise ModelError(
            f"hargen does not know {str(kind)[:80]!r}",
            where=where,
            why="it is a custom object, or a layer that is not supported",
            hint=f"known layers are {', '.join(sorted(LAYERS))}",
        )
    if module is not None and not (
        isinstance(module, str) and _KERAS_MODULE.fullmatch(module[:200])
    ):
        raise ModelError(
            f"it is to be imported from {str(module)[:80]!r}, which is not Keras's own",
            where=where,
            hint="hargen never imports what a model file names; use Keras's own layers",
        )
    if registered not in (None, kind, f"keras>{kind}"):
        raise ModelError(
            f"{str(registered)[:80]!r} is a custom object",
            where=where,
            hint="custom layers are Python code outside the file; use Keras's own layers",
        )


def _check_activation(value: dict[str, Any], layer: str) -> None:
    activation = value.get("activation")
    if isinstance(activation, str) and activation not in ACTIVATIONS:
        raise ModelError(
            f"the activation {activation[:80]!r} is not supported",
            where=f"layer {layer!r}",
            hint=f"known activations are {', '.join(sorted(ACTIVATIONS))}",
        )
    policy = value.get("dtype")
    if isinstance(policy, dict):
        inner = policy.get("config")
        policy = inner.get("name") if isinstance(inner, dict) else None
    if isinstance(policy, str) and policy != "float32" and "trainable" in value:
        raise ModelError(
            f"it computes in {policy[:80]!r}, not in float32",
            where=f"layer {layer!r}",
            hint="train with the policy float32, or save the weights into such a model",
        )
