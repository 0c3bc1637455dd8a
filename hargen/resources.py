"""Finds templates/, firmware/ and boards/, in a checkout or in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def root() -> Path:
    """Return the folder that holds templates, firmware and boards.

    A wheel carries them in hargen/_data; a checkout (an editable install too) has them at its root,
    which wins there so that an edited template takes effect at once.
    """
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "firmware").is_dir():
        return checkout
    return _PACKAGE / "_data"


def templates() -> Path:
    """Return the folder of the Jinja templates."""
    return root() / "templates"


def firmware() -> Path:
    """Return the folder of the hand-written C."""
    return root() / "firmware"


def boards() -> Path:
    """Return the folder of the board descriptions."""
    return root() / "boards"
