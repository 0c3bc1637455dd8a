"""tcnn: a few small convolutions in time of which the first mixes the axes, and global pooling.

There is no large dense layer, which is where the zoo's ign keeps most of its bytes: how often a
pattern is there is pooled away, only which patterns are there is left to the classifier.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from hargen.importers.keras.backend import load_backend
from hargen.train.families.family import FamilyParameters, too_short

Counts = Annotated[
    tuple[Annotated[int, Field(ge=1, le=128)], ...], Field(min_length=1, max_length=8)
]
Pooling = Literal["max", "average", "max+average"]
LONG_WINDOW = 48


class Parameters(FamilyParameters):
    """What a tcnn is made of; filters, kernels, pools and dilations have a value for each block.

    filters: of the block's convolution. kernels: its length in time; the first one is that long and
    three axes wide. pools: of the max-pooling behind it, 1 for none. dilations: of its steps in
    time. depthwise: blocks after the first filter each channel alone, then mix them by (1, 1).
    residual: blocks after the first whose output has as many channels as their input add it, padded
    so that it is as long. pooling: over time, at the end. batch_norm: behind every convolution,
    folded into it at conversion. dropout: before the classifier.
    """

    filters: Counts = (12, 16)
    kernels: Counts = (5, 3)
    pools: Counts = (2, 1)
    dilations: Counts = (1, 1)
    depthwise: bool = False
    residual: bool = False
    pooling: Pooling = "max"
    batch_norm: bool = False
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        lists = {"kernels": self.kernels, "pools": self.pools, "dilations": self.dilations}
        for name, values in lists.items():
            if len(values) != len(self.filters):
                raise ValueError(
                    f"{name} has {len(values)} values for {len(self.filters)} blocks (filters)"
                )
        return self

    def adds(self, block: int) -> bool:
        """Return whether a block adds its input to its output."""
        return self.residual and block > 0 and self.filters[block] == self.filters[block - 1]

    def length(self, window: int) -> int:
        """Return how long the last block's output is; under 1 where the window is too short."""
        length = window
        for block, kernel in enumerate(self.kernels):
            if not self.adds(block):
                length -= (kernel - 1) * self.dilations[block]
            if length < 1:
                return length
            length //= self.pools[block]
        return length


def defaults(window: int) -> dict[str, Any]:
    """Return what is other than the parameters' own defaults for a window of that many samples."""
    return {"kernels": (5, 5)} if window >= LONG_WINDOW else {}


def describe(parameters: Parameters, classes: int) -> str:
    """Return the network's layers in words."""
    p = parameters
    parts = []
    for block, (filters, kernel) in enumerate(zip(p.filters, p.kernels, strict=True)):
        axes = 3 if block == 0 else 1
        steps = f" dilated {p.dilations[block]}" if p.dilations[block] > 1 else ""
        if p.depthwise and block > 0:
            parts += [f"DepthwiseConv2D ({kernel},1){steps}", f"Conv2D {filters} (1,1)"]
        else:
            parts.append(f"Conv2D {filters} ({kernel},{axes}){steps}")
        if p.batch_norm:
            parts[-1] += " BatchNorm"
        if p.adds(block):
            parts[-1] += " added to its input"
        parts[-1] += " ReLU"
        if p.pools[block] > 1:
            parts.append(f"MaxPool ({p.pools[block]},1)")
    names = {"max": "GlobalMaxPool", "average": "GlobalAveragePool"}
    parts.append(" and ".join(names[kind] for kind in p.pooling.split("+")))
    return ", ".join([*parts, f"Dense {classes} softmax"])


def build(parameters: Parameters, window: int, classes: int, seed: int) -> Any:
    """Return the network, of input (window, 3, 1).

    Raises:
        UsageError: the window is too short.
    """
    p = parameters
    if p.length(window) < 1:
        raise too_short(window, next(n for n in range(window, 1 << 20) if p.length(n) >= 1))
    keras, _ = load_backend()
    layers = keras.layers
    source = keras.Input((window, 3, 1), name="window")
    x = source
    for block in range(len(p.filters)):
        before = x
        x = _convolution(layers, p, block, x)
        if p.batch_norm:
            x = layers.BatchNormalization(momentum=0.9, name=f"norm_{block}")(x)
        if p.adds(block):
            x = layers.Add(name=f"add_{block}")([before, x])
        x = layers.ReLU(name=f"relu_{block}")(x)
        if p.pools[block] > 1:
            x = layers.MaxPooling2D((p.pools[block], 1), name=f"pool_{block}")(x)
    kinds = {"max": layers.GlobalMaxPooling2D, "average": layers.GlobalAveragePooling2D}
    pooled = [kinds[kind](name=f"{kind}_over_time")(x) for kind in p.pooling.split("+")]
    x = pooled[0] if len(pooled) == 1 else layers.Concatenate(name="statistics")(pooled)
    if p.dropout > 0:
        x = layers.Dropout(p.dropout, seed=seed, name="dropout")(x)
    return keras.Model(
        source, layers.Dense(classes, activation="softmax", name="classes")(x), name="tcnn"
    )


def _convolution(layers: Any, p: Parameters, block: int, x: Any) -> Any:
    common = {
        "dilation_rate": (p.dilations[block], 1),
        "padding": "same" if p.adds(block) else "valid",
    }
    if block == 0 or not p.depthwise:
        kernel = (p.kernels[block], 3 if block == 0 else 1)
        return layers.Conv2D(p.filters[block], kernel, name=f"conv_{block}", **common)(x)
    each = layers.DepthwiseConv2D((p.kernels[block], 1), name=f"depthwise_{block}", **common)(x)
    return layers.Conv2D(p.filters[block], (1, 1), name=f"mix_{block}")(each)
