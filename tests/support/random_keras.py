"""Random small Keras networks of the layers that HAR uses, with statistics as after training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hargen.importers.keras.backend import load_backend


class Draw:
    """A functional network under construction; `x` is what the next layer reads."""

    def __init__(self, *seed: int) -> None:
        self.keras, _ = load_backend()
        self.keras.utils.set_random_seed(sum(seed))
        self.layers = self.keras.layers
        self.rng = np.random.default_rng([77, *seed])
        self.flat = bool(self.rng.random() < 0.5)  # Conv1D and its kin
        length, axes = int(self.rng.choice([16, 24, 32])), int(self.rng.choice([1, 3, 6]))
        self.shape = (length, axes) if self.flat else (length, axes, 1)
        self.input = self.keras.Input(self.shape)
        self.x = self.input
        self.kinds: list[str] = []

    def add(self, kind: str, *arguments: Any, **options: Any) -> None:
        name = f"{kind}{1 if self.flat else 2}D" if hasattr(self.layers, f"{kind}1D") else kind
        self.kinds.append(name)
        self.x = getattr(self.layers, name)(*arguments, **options)(self.x)

    def kernel(self, most: int = 5) -> Any:
        size = int(self.rng.integers(1, min(most, self.x.shape[1]) + 1))
        return size if self.flat else (size, 1)

    def pick(self, *options: Any) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def activation(self) -> str:
        return str(self.pick("linear", "relu", "relu", "relu6", "sigmoid", "tanh"))

    def convolution(self) -> None:
        padding = self.pick("valid", "same", *(["causal"] if self.flat else []))
        dilation = self.pick(1, 1, 2, 3) if padding != "valid" else 1
        self.add(
            "Conv",
            int(self.rng.integers(2, 9)),
            self.kernel(),
            padding=padding,
            dilation_rate=dilation if self.flat else (dilation, 1),
            strides=1 if dilation > 1 or self.rng.random() < 0.7 else 2,
            activation=self.activation(),
            use_bias=bool(self.rng.random() < 0.8),
        )

    def depthwise(self) -> None:
        self.add(
            "DepthwiseConv",
            self.kernel(),
            padding=self.pick("valid", "same"),
            depth_multiplier=self.pick(1, 2),
            activation=self.activation(),
        )

    def separable(self) -> None:
        filters = int(self.rng.integers(2, 9))
        self.add("SeparableConv", filters, self.kernel(), padding=self.pick("valid", "same"))

    def batch_norm(self) -> None:
        self.add("BatchNormalization")

    def rectifier(self) -> None:
        if self.rng.random() < 0.3:
            self.add("LeakyReLU", negative_slope=self.pick(0.1, 0.3))
        else:
            self.add("ReLU", self.pick(None, 6.0))

    def pool(self) -> None:
        size = self.kernel(3)
        kind = self.pick("MaxPooling", "AveragePooling")
        self.add(kind, size, padding=self.pick("valid", "same"))

    def zero_padding(self) -> None:
        self.add("ZeroPadding", int(self.rng.integers(1, 3)))

    def residual(self) -> None:
        """Add or multiply a branch, or put it beside."""
        before, channels = self.x, int(self.x.shape[-1])
        self.kinds.append("Conv1D" if self.flat else "Conv2D")
        convolution = self.layers.Conv1D if self.flat else self.layers.Conv2D
        branch = convolution(channels, self.kernel(), padding="same", activation=self.activation())
        join = self.pick("Add", "Multiply", "Concatenate")
        self.kinds.append(join)
        self.x = getattr(self.layers, join)()([before, branch(before)])

    def squeeze_and_excite(self) -> None:
        before, channels = self.x, int(self.x.shape[-1])
        self.add("GlobalAveragePooling")
        self.add("Dense", channels, activation="sigmoid")
        self.add("Reshape", (1, channels) if self.flat else (1, 1, channels))
        self.kinds.append("Multiply")
        self.x = self.layers.Multiply()([before, self.x])

    def dropout(self) -> None:
        self.add("Dropout", 0.3)


def random_model(seed: int) -> tuple[Any, list[str]]:
    """Return the network of a seed, and the names of its layers' classes.

    It is drawn again while a layer is dead, so that it answers the same whatever it sees.
    """
    network, kinds = _draw(Draw(seed))
    attempt = 0
    while _is_dead(network, windows_for(seed, network.input_shape[1:], 40)):
        attempt += 1
        network, kinds = _draw(Draw(seed, attempt))
    return network, kinds


def _is_dead(network: Any, windows: np.ndarray) -> bool:
    outputs = np.asarray(network(windows.reshape(len(windows), *network.input_shape[1:])))
    return bool((outputs.std(axis=0) < 1e-4).all())


def _draw(draw: Draw) -> tuple[Any, list[str]]:
    rng = draw.rng
    blocks: list[Callable[[], None]] = [
        *(draw.convolution, draw.convolution, draw.depthwise, draw.separable, draw.batch_norm),
        *(draw.rectifier, draw.pool, draw.zero_padding, draw.residual, draw.dropout),
        draw.squeeze_and_excite,
    ]
    if rng.random() < 0.3:
        draw.batch_norm()
    draw.convolution()
    for _ in range(int(rng.integers(1, 5))):
        draw.pick(*blocks)()
    draw.pick(
        lambda: draw.add("Flatten"),
        lambda: draw.add("GlobalAveragePooling"),
        lambda: draw.add("GlobalMaxPooling"),
    )()
    if rng.random() < 0.5:
        draw.add("Dense", int(rng.integers(3, 9)), activation=draw.activation())
        if rng.random() < 0.5:
            draw.batch_norm()
    classes = int(rng.integers(2, 6))
    if rng.random() < 0.3:
        draw.add("Dense", classes)
        draw.add("Softmax")
    else:
        draw.add("Dense", classes, activation=draw.pick("softmax", "softmax", "sigmoid", "linear"))
    network = draw.keras.Model(draw.input, draw.x)
    for layer in network.layers:
        if isinstance(layer, draw.layers.BatchNormalization):
            size = layer.gamma.shape
            layer.gamma.assign(rng.uniform(0.5, 1.5, size))
            layer.beta.assign(rng.normal(0, 0.5, size))
            layer.moving_mean.assign(rng.normal(0, 0.5, size))
            layer.moving_variance.assign(rng.uniform(0.3, 3, size))
        elif isinstance(layer, draw.layers.Dense) and layer.use_bias:
            layer.bias.assign(rng.normal(0, 0.3, layer.bias.shape))
    return network, draw.kinds


def windows_for(seed: int, shape: tuple[int, ...], count: int) -> np.ndarray:
    """Return windows (count, samples, axes); every fourth has few levels or is constant."""
    rng = np.random.default_rng([78, seed])
    size = shape[:2]
    x = rng.normal(0, 2, (count, *size)).astype(np.float32)
    for index in range(0, count, 4):
        few_levels, constant = rng.choice([-1.5, 0.0, 1.5], size), rng.normal(0, 2, (1, size[1]))
        x[index] = few_levels if index % 8 else constant
    return x
