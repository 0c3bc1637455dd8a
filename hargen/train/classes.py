"""Which class of which data set is which class of the network that is to be trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hargen.datasets.classes import candidates, same_name
from hargen.errors import DataError, UsageError

NO_CLASS = -1


def parse_map(words: Sequence[str]) -> dict[str, str]:
    """Return what `--map old=new` say; `old=` leaves a class out.

    Raises:
        UsageError: one is not of this form, or a class is mapped twice.
    """
    table: dict[str, str] = {}
    for word in words:
        old, mark, new = (part.strip() for part in word.partition("="))
        if not mark or not old:
            raise UsageError(f"--map {word}: not OLD=NEW", hint="OLD= leaves a class out")
        if any(same_name(old, known) for known in table):
            raise UsageError(f"--map {old} is given twice")
        table[old] = new
    return table


def unify(
    sets: Sequence[tuple[str, Sequence[str]]],
    wanted: Sequence[str] | None,
    renamed: Mapping[str, str],
    *,
    complete: bool = True,
) -> tuple[tuple[str, ...], list[tuple[int, ...]]]:
    """Return the network's classes, and for each set the network's class of each of its own.

    Args:
        sets: where each set is from, and its classes.
        wanted: the network's classes; without, all that the sets have, in their order.
        renamed: names of the sets' classes that are to be others; "" leaves a class out.
        complete: refuse a wanted class that no set has.

    Raises:
        DataError: the sets have no class in common, one has none of the wanted, a class could be
            several, or nobody has a wanted one.
        UsageError: `renamed` names a class that no set has.
    """
    _check_renamed(sets, renamed)
    classes = list(wanted or ())
    mappings: list[tuple[int, ...]] = []
    for where, names in sets:
        targets = [_target(name, renamed) for name in names]
        found = [_find(name, classes, where) for name in targets]
        if classes and max(found, default=NO_CLASS) == NO_CLASS:
            raise DataError(
                "no class of the data is one of the network's"
                if wanted
                else "it has no class in common with the data before it",
                where=where,
                why=f"it has {', '.join(names)}; the others {', '.join(classes)}",
                hint="say which is which by --map OLD=NEW",
            )
        if not wanted:
            for position, name in enumerate(targets):
                if name and found[position] == NO_CLASS:
                    known = [i for i, other in enumerate(classes) if same_name(name, other)]
                    if not known:
                        classes.append(name)
                    found[position] = known[0] if known else len(classes) - 1
        mappings.append(tuple(found))
    if complete:
        _check_wanted(wanted, mappings)
    return tuple(classes), mappings


def _target(name: str, renamed: Mapping[str, str]) -> str:
    return next((new for old, new in renamed.items() if same_name(old, name)), name)


def _find(name: str, classes: Sequence[str], where: str) -> int:
    if not name:
        return NO_CLASS
    found = candidates(classes, name)
    if len(found) > 1:
        raise DataError(
            f"the class {name!r} could be {' or '.join(classes[i] for i in found)}",
            where=where,
            hint=f"say which by --map '{name}={classes[found[0]]}', or leave it out by '{name}='",
        )
    return found[0] if found else NO_CLASS


def _check_renamed(sets: Sequence[tuple[str, Sequence[str]]], renamed: Mapping[str, str]) -> None:
    names = [name for _, classes in sets for name in classes]
    for old in renamed:
        if not any(same_name(old, name) for name in names):
            raise UsageError(
                f"--map: no data has a class {old!r}",
                why=f"there are {', '.join(dict.fromkeys(names))}",
            )


def _check_wanted(wanted: Sequence[str] | None, mappings: Sequence[Sequence[int]]) -> None:
    for index, name in enumerate(wanted or ()):
        if not any(index in mapping for mapping in mappings):
            raise DataError(
                f"no data has the class {name!r}", hint="take it out of --classes, or use --map"
            )
