"""Ids of elements: every id is the class that the element extends, a dot, and digits.

The IDE draws the digits at random. Here they are a hash of what the element is, so that two exports
of one project give the same bytes.
"""

from __future__ import annotations

import hashlib

_DIGITS = 10**9


class Ids:
    """Gives each element of one project an id that no other element of it has."""

    def __init__(self, project: str) -> None:
        self._project = project
        self._given: set[str] = set()

    def new(self, super_class: str, *place: str) -> str:
        """Return the id of an element.

        Args:
            super_class: what the element extends.
            place: where it stands: configuration, folder, tool.
        """
        for attempt in range(len(self._given) + 1):
            text = "\0".join((self._project, super_class, *place, str(attempt)))
            digest = hashlib.sha256(text.encode()).digest()
            # As long as those of the IDE, and never beginning with 0
            found = f"{super_class}.{_DIGITS + int.from_bytes(digest[:8]) % _DIGITS}"
            if found not in self._given:
                break
        self._given.add(found)
        return found
