"""The call that makes int8 of a network's floats: by products where they are proven."""

from __future__ import annotations

from hargen.emit import c_text
from hargen.plan.plan import Plan


def header(plan: Plan) -> str:
    """Return the header of the call."""
    return f"{_function(plan)}.h"


def call(plan: Plan, values: str, size: str, output: str, indent: int) -> str:
    """Return the call as a statement.

    Args:
        plan: of an int8 network.
        values: C expression of the floats.
        size: how many there are.
        output: C expression of where the int8 values go.
        indent: of the statement.
    """
    tensor, reciprocal = plan.tensors[plan.input.tensor], plan.input.reciprocal
    factors = [] if reciprocal is None else [reciprocal.factor, reciprocal.rest]
    arguments = [
        values,
        size,
        *(c_text.float_literal(value) for value in (tensor.scale, *factors)),
        str(tensor.zero_point),
        output,
    ]
    return c_text.wrapped(_function(plan), arguments, ";", indent)


def _function(plan: Plan) -> str:
    return "hg_quantize_s8" if plan.input.reciprocal is None else "hg_quantize_product_s8"
