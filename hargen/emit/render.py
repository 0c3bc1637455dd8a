"""The one Jinja environment: an unknown name is an error, and output depends on nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hargen import resources


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(resources.templates()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # what is rendered is C and CMake, not HTML
    )


def render(template: str, context: Mapping[str, Any]) -> str:
    """Return a template under templates/ with its names filled in."""
    return _environment().get_template(template).render(context)
