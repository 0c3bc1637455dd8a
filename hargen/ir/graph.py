"""A network as a list of operators over tensors, in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from hargen.errors import ModelError
from hargen.ir.operator import Operator, TensorId
from hargen.ir.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Graph:
    """A network with one input and one output.

    Tensors are named by their position in `tensors`. Passes return a new graph and change none.
    `votes` is the tensor of one-vs-one decisions whose vote winner is the class; None where the
    class is the first of the largest outputs.
    """

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    input: TensorId
    output: TensorId
    votes: TensorId | None = None

    @cached_property
    def consumers(self) -> dict[TensorId, tuple[Operator, ...]]:
        """For every tensor, the operators that read it."""
        readers: dict[TensorId, list[Operator]] = {}
        for operator in self.operators:
            for tensor in dict.fromkeys(operator.inputs):
                readers.setdefault(tensor, []).append(operator)
        return {tensor: tuple(found) for tensor, found in readers.items()}

    @cached_property
    def producers(self) -> dict[TensorId, Operator]:
        """For every tensor that is computed, the operator that writes it."""
        return {operator.output: operator for operator in self.operators}

    @property
    def kept(self) -> tuple[TensorId, ...]:
        """Tensors that are read after the last operator."""
        return (self.output,) if self.votes is None else (self.output, self.votes)

    def sole_consumer(self, tensor: TensorId) -> Operator | None:
        """Return the only reader of a tensor that nobody wants afterwards, if there is one."""
        readers = self.consumers.get(tensor, ())
        return readers[0] if len(readers) == 1 and tensor not in self.kept else None

    def with_operators(self, operators: Iterable[Operator]) -> Graph:
        """Return this graph with other operators over the same tensors."""
        return replace(self, operators=tuple(operators))

    def verify(self) -> None:
        """Check that the graph hangs together and that every operator's tensors fit it.

        Raises:
            ModelError: names the operator and what does not fit.
        """
        known = {self.input} | {i for i, t in enumerate(self.tensors) if t.data is not None}
        for operator in self.operators:
            for tensor in operator.inputs:
                if tensor not in known:
                    raise ModelError(
                        f"tensor {self.tensors[tensor].name!r} is read before it is computed",
                        where=operator.name,
                    )
            if operator.output in known:
                raise ModelError(
                    f"tensor {self.tensors[operator.output].name!r} is written twice",
                    where=operator.name,
                )
            operator.verify(self.tensors)
            known.add(operator.output)
        if not known.issuperset(self.kept):
            raise ModelError("no operator computes the network's output")
