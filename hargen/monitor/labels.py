"""Labels for what is being recorded: which key means which, and which was on at what time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from hargen.datasets.windows import check_class_names
from hargen.errors import UsageError

NONE = ""
"""The label of samples that nobody labelled."""
MOST = 9
"""There are so many keys: 1 to 9."""
_OFF = ("0", " ")


def check(names: Sequence[str], where: str) -> tuple[str, ...]:
    """Return names that may stand in a recording; those of a model that has no better ones cannot.

    Raises:
        UsageError: a name twice, or one that is a number, which nobody could name again.
        DataError: a name that cannot be printed.
    """
    check_class_names(names, where)
    if len(set(names)) != len(names):
        raise UsageError("a label is there twice", where=where, why=", ".join(names))
    for name in names:
        if _is_number(name):
            raise UsageError(
                f"the label {name!r} is a number",
                where=where,
                why="hargen train would not know what it means",
                hint="give names by --labels, in the order of the keys 1 to 9",
            )
    return tuple(names)


class Labels:
    """The label that is on, chosen by key.

    Args:
        names: by key, 1 first; those beyond MOST have none.
        first: the label that is on at the beginning.
    """

    def __init__(self, names: Sequence[str], first: str = NONE) -> None:
        self.names = tuple(names[:MOST])
        self.current = first
        self._times = [float("-inf")]
        self._labels = [first]

    def press(self, time: float, key: str) -> bool:
        """Take a key; return whether it means anything here."""
        if key in _OFF:
            self._set(time, NONE)
        elif key.isascii() and key.isdigit() and int(key) <= len(self.names):
            self._set(time, self.names[int(key) - 1])
        else:
            return False
        return True

    def at(self, time: float) -> str:
        """Return the label that was on."""
        return self._labels[bisect_right(self._times, time) - 1]

    def _set(self, time: float, label: str) -> None:
        self.current = label
        self._times.append(time)
        self._labels.append(label)


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
