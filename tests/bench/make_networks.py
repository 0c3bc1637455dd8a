"""Make the ten networks of tests/bench anew, with TensorFlow: python tests/bench/make_networks.py.

They have the shapes that are usual for human-activity recognition, and weights that nobody trained:
drawn from a seed, with batch normalizations set by windows of made-up motion, so that no layer is
all zeros or all at its limits. The same version of TensorFlow gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hargen import datasets
from hargen.convert import converter
from hargen.importers.keras.backend import load_backend
from hargen.preprocessing.presets import preset
from hargen.train import archive
from hargen.train.training import imported

FOLDER = Path(__file__).parent / "networks"
SEED = 7
WINDOWS = 120
CLASSES = 6


class Build:
    """Layers by short names; every convolution is followed by what is usual behind it."""

    def __init__(self) -> None:
        self.keras, _ = load_backend()
        self.layers = self.keras.layers

    def conv(self, x: Any, filters: int, kernel: int, *, relu: bool = True, **options: Any) -> Any:
        """Convolution, batch normalization, ReLU."""
        options = {"padding": "same", "use_bias": False} | options
        x = self.layers.Conv1D(filters, kernel, **options)(x)
        return self.norm(x, relu)

    def depthwise(self, x: Any, kernel: int, **options: Any) -> Any:
        """Depthwise convolution, batch normalization, ReLU."""
        options = {"padding": "same", "use_bias": False} | options
        x = self.layers.DepthwiseConv1D(kernel, **options)(x)
        return self.norm(x)

    def norm(self, x: Any, relu: bool = True) -> Any:
        """Batch normalization whose statistics are those of the last batch that went through it."""
        x = self.layers.BatchNormalization(momentum=0.0)(x)
        return self.layers.ReLU()(x) if relu else x

    def classes(self, x: Any) -> Any:
        """The classifier."""
        return self.layers.Dense(CLASSES, activation="softmax")(x)


def tcn(b: Build, x: Any) -> Any:
    """Temporal convolutional network: causal, dilated, residual."""
    for dilation in (1, 2, 4, 8):
        skip = x if x.shape[-1] == 16 else b.conv(x, 16, 1, relu=False)
        y = b.conv(x, 16, 3, padding="causal", dilation_rate=dilation)
        y = b.conv(y, 16, 3, padding="causal", dilation_rate=dilation)
        x = b.layers.ReLU()(b.layers.Add()([skip, y]))
    return b.classes(b.layers.GlobalAveragePooling1D()(x))


def ds_cnn(b: Build, x: Any) -> Any:
    """Depthwise separable convolutions behind an ordinary one."""
    x = b.conv(x, 24, 5, strides=2)
    for _ in range(3):
        x = b.depthwise(x, 3)
        x = b.conv(x, 24, 1)
    return b.classes(b.layers.GlobalAveragePooling1D()(x))


def resnet(b: Build, x: Any) -> Any:
    """Small ResNet: three residual blocks, two of which halve the length."""
    x = b.conv(x, 16, 7)
    for filters, stride in ((16, 1), (24, 2), (32, 2)):
        skip = x
        if stride > 1:
            skip = b.conv(x, filters, 1, strides=stride, relu=False)
        y = b.conv(x, filters, 3, strides=stride)
        y = b.conv(y, filters, 3, relu=False)
        x = b.layers.ReLU()(b.layers.Add()([skip, y]))
    return b.classes(b.layers.GlobalAveragePooling1D()(x))


def conv1d_stack(b: Build, x: Any) -> Any:
    """Convolutions and maximum pools in turn, then two dense layers."""
    for filters in (16, 32, 32):
        x = b.layers.Conv1D(filters, 5, activation="relu")(x)
        x = b.layers.MaxPooling1D(2)(x)
    x = b.layers.Dense(32, activation="relu")(b.layers.Flatten()(x))
    return b.classes(x)


def squeeze_excite(b: Build, x: Any) -> Any:
    """Convolutions whose channels are weighted by what the whole window holds."""
    for filters in (16, 32):
        x = b.conv(x, filters, 5)
        weight = b.layers.GlobalAveragePooling1D(keepdims=True)(x)
        weight = b.layers.Dense(filters // 4, activation="relu")(weight)
        weight = b.layers.Dense(filters, activation="sigmoid")(weight)
        x = b.layers.MaxPooling1D(2)(b.layers.Multiply()([x, weight]))
    return b.classes(b.layers.GlobalMaxPooling1D()(x))


def mobilenet(b: Build, x: Any) -> Any:
    """Inverted residuals: pointwise out, depthwise, pointwise back."""
    x = b.conv(x, 16, 3, strides=2)
    for filters, stride in ((16, 1), (24, 2), (24, 1)):
        y = b.conv(x, 3 * x.shape[-1], 1)
        y = b.depthwise(y, 3, strides=stride)
        y = b.conv(y, filters, 1, relu=False)
        x = b.layers.Add()([x, y]) if x.shape == y.shape else y
    x = b.conv(x, 48, 1)
    return b.classes(b.layers.GlobalAveragePooling1D()(x))


def average_pools(b: Build, x: Any) -> Any:
    """LeNet's order: convolutions and average pools in turn."""
    for filters in (12, 24):
        x = b.layers.Conv1D(filters, 5, activation="tanh")(x)
        x = b.layers.AveragePooling1D(2)(x)
    x = b.layers.Dense(48, activation="tanh")(b.layers.Flatten()(x))
    return b.classes(x)


def conv2d_axes(b: Build, x: Any) -> Any:
    """2-D convolutions along time that keep the axes apart until the end."""
    x = b.layers.Reshape((*x.shape[1:], 1))(x)
    for filters, kernel in ((8, 9), (16, 5)):
        x = b.layers.Conv2D(filters, (kernel, 1), activation="relu")(x)
        x = b.layers.MaxPooling2D((2, 1))(x)
    x = b.layers.Conv2D(24, (3, 3), activation="relu")(x)
    return b.classes(b.layers.GlobalAveragePooling2D()(x))


def inception(b: Build, x: Any) -> Any:
    """Branches of several kernels side by side, joined by channel."""
    x = b.conv(x, 16, 3)
    for _ in range(2):
        narrow = b.conv(x, 8, 1)
        pooled = b.layers.MaxPooling1D(3, strides=1, padding="same")(x)
        x = b.layers.Concatenate()(
            [
                b.conv(x, 8, 1),
                b.conv(narrow, 12, 3),
                b.conv(narrow, 12, 7),
                b.conv(pooled, 8, 1),
            ]
        )
    return b.classes(b.layers.GlobalMaxPooling1D()(x))


def mlp(b: Build, x: Any) -> Any:
    """Dense layers alone."""
    x = b.layers.Flatten()(x)
    for units in (48, 24):
        x = b.layers.Dense(units, activation="relu")(x)
    return b.classes(x)


NETWORKS: dict[str, tuple[int, Callable[[Build, Any], Any]]] = {
    "tcn": (64, tcn),
    "ds_cnn": (64, ds_cnn),
    "resnet": (64, resnet),
    "conv1d_stack": (64, conv1d_stack),
    "squeeze_excite": (48, squeeze_excite),
    "mobilenet": (64, mobilenet),
    "average_pools": (48, average_pools),
    "conv2d_axes": (48, conv2d_axes),
    "inception": (48, inception),
    "mlp": (32, mlp),
}
"""Window in samples of three axes, and what is built on it."""


def make(name: str) -> bytes:
    """Return a network as an int8 .tflite with float32 edges."""
    window, draw = NETWORKS[name]
    build = Build()
    build.keras.utils.set_random_seed(SEED)
    source = build.keras.Input((window, 3))
    network = build.keras.Model(source, draw(build, source), name=name)
    generator = np.random.default_rng(SEED)
    for variable in network.weights:
        if variable.name in ("bias", "beta"):  # zeros until a network is trained, and then no more
            variable.assign(0.1 * generator.standard_normal(variable.shape))
    spec = preset("st-zoo", window=window)
    motion = datasets.synthetic(WINDOWS, window=window, preprocessing=spec, seed=SEED)
    x = motion.x.astype(np.float32).reshape(len(motion.x), window, 3)
    network(x, training=True)
    return converter.to_int8(imported(archive.keras_bytes(network)), x, "float")


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name in NETWORKS:
        content = make(name)
        (FOLDER / f"{name}.tflite").write_bytes(content)
        print(f"{name:<16}{len(content):>8} bytes")


if __name__ == "__main__":
    main()
