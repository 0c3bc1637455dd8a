"""The published figures of support vector classifiers follow from formulas, for any file."""

from __future__ import annotations

from dataclasses import dataclass

from hargen.ir.graph import Graph
from hargen.ir.ops.svm import SvmDecision, pair_count
from hargen.zoo.published import Shipped

_OTHER_RAM_BYTES = 200
_FLOAT_BYTES = 4
_MACCS_A_VALUE = 10
_CONSTANTS_A_PAIR = 3  # rho and both parameters of Platt's sigmoid


@dataclass(frozen=True)
class Structure:
    """Sizes of a classifier: inputs, what a projection leaves of them, vectors, classes."""

    inputs: int
    dimensions: int
    vectors: int
    classes: int

    @property
    def maccs(self) -> int:
        """10 * vectors * dimensions + inputs * dimensions, as the zoo counts."""
        return self.dimensions * (_MACCS_A_VALUE * self.vectors + self.inputs)

    def shipped(self) -> Shipped:
        """Return what the zoo would have printed of this file."""
        values = self.dimensions * (self.vectors + self.inputs)
        values += (self.classes - 1) * self.vectors + _CONSTANTS_A_PAIR * pair_count(self.classes)
        ram = _FLOAT_BYTES * (self.vectors + self.dimensions) + _OTHER_RAM_BYTES
        return Shipped(
            support_vectors=self.vectors,
            maccs_m=self.maccs / 1e6,
            activation_ram_kib=ram / 1024,
            weights_flash_kib=_FLOAT_BYTES * values / 1024,
        )


def structure(graph: Graph) -> Structure | None:
    """Return the sizes of a graph's classifier, as the file has it; None without one."""
    for operator in graph.operators:
        if isinstance(operator, SvmDecision):
            vectors, dimensions = graph.tensors[operator.vectors].shape
            inputs = graph.tensors[graph.input].size
            return Structure(inputs, dimensions, vectors, operator.classes)
    return None
