"""What a family of networks is: its parameters, and how a network is built of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from hargen.errors import UsageError


class FamilyParameters(BaseModel):
    """Base of a family's parameters; every one has a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Parameters = TypeVar("Parameters", bound=FamilyParameters)


def _none(_window: int) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Family:
    """A family of Keras networks.

    parameters: their type. build(parameters, window, classes, seed): the network, of input
    (window, 3, 1), with softmax as its last activation. describe: its layers in words.
    defaults(window): what is other than the parameters' own defaults for that window.
    """

    parameters: type[FamilyParameters]
    build: Callable[[Any, int, int, int], Any]
    describe: Callable[[Any, int], str]
    defaults: Callable[[int], dict[str, Any]] = _none


def parse(family: Family, table: Mapping[str, Any], window: int) -> FamilyParameters:
    """Return a family's parameters of what was set, the rest by default.

    Raises:
        UsageError: a key is unknown, of the wrong type or out of range.
    """
    return validate(family.parameters, family.defaults(window) | dict(table))


def validate(parameters: type[Parameters], table: Mapping[str, Any]) -> Parameters:
    """Return parameters of what was set, the rest by default.

    Raises:
        UsageError: a key is unknown, of the wrong type or out of range.
    """
    try:
        # By way of JSON: strict about types, and still takes a list for a tuple as TOML has it.
        return parameters.model_validate_json(json.dumps(dict(table), default=str))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"--set {field}: {first['msg']}" if field else first["msg"],
            hint=f"parameters: {', '.join(parameters.model_fields)}",
        ) from error


def too_short(window: int, least: int) -> UsageError:
    """Return the error for a window that a network's convolutions do not fit into."""
    return UsageError(
        f"--window {window} is too short for the network, which needs {least} samples",
        hint="a longer window, or smaller kernels by --set",
    )
