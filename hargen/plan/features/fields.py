"""The fields of a kernel's parameters by their names, those of structs inside included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from hargen.plan.plan import Parameters


class Fields:
    """Whole numbers by name; names are those of the C struct."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._values: dict[str, set[int]] = defaultdict(set)
        for name, value in _flat(parameters):
            self._values[name].add(value)

    def __getattr__(self, name: str) -> int:
        values = self._values.get(name, set())
        if len(values) != 1:  # of two structs inside, that have the same name for different things
            raise AttributeError(f"{name} has {len(values)} values")
        return next(iter(values))

    def struct(self, name: str) -> Fields:
        """Return the fields of a struct inside: of one of two that have the same names."""
        found = dict(self._parameters.fields)[name]
        assert isinstance(found, Parameters)
        return Fields(found)

    @property
    def is_clamped(self) -> bool:
        """Whether outputs have narrower limits than int8 has."""
        return (self.output_min, self.output_max) != (-128, 127)

    @property
    def output_positions(self) -> int:
        """Of a convolution's output, before any pool."""
        return self.output_height * self.output_width

    @property
    def row_size(self) -> int:
        """Values under a row of a convolution's kernel."""
        return self.kernel_width * self.input_channels

    @property
    def pairs(self) -> int:
        """Of output channels."""
        return -(-self.output_channels // 2)


def _flat(parameters: Parameters) -> Iterator[tuple[str, int]]:
    for name, value in parameters.fields:
        if isinstance(value, Parameters):
            yield from _flat(value)
        elif isinstance(value, int):
            yield name, value
