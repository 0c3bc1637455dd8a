"""Rules of the record of defaults, which repeats what options say and has to agree with them."""

from __future__ import annotations

from collections.abc import Iterator

from hargen.lint.finding import Finding
from hargen.lint.subject import C_COMPILER, C_LINKER, CPROJECT_FILE, Configuration, Subject

_KEY = "option.defaults"
_REVISION = "com.st.stm32cube.ide.common.services.build.inputs.revA."
_FIELDS = {"1.0.4": 25, "1.0.5": 26, "1.0.6": 28}


def check(subject: Subject) -> Iterator[Finding]:
    """Find records of another length, and fields that contradict the options."""
    for configuration in subject.configurations:
        yield from _record(configuration)


def _record(configuration: Configuration) -> Iterator[Finding]:
    fields = (configuration.value(_KEY) or "").split(" || ")
    revision = fields[0].removeprefix(_REVISION)
    if len(fields) != _FIELDS.get(revision):
        yield Finding(
            "defaults-record",
            CPROJECT_FILE,
            configuration.label(_KEY),
            f"{len(fields)} fields, and revision {revision or '(none)'} has"
            f" {_FIELDS.get(revision, 'an unknown number')}",
            "hargen export writes a new one (--force keeps the old beside it)",
        )
        return
    symbols = configuration.values(f"{C_COMPILER}definedsymbols")
    for index, name, wanted in (
        (1, "configuration", configuration.name),
        (5, "part", configuration.value("option.target_mcu") or ""),
        (10, "include paths", " | ".join(configuration.values(f"{C_COMPILER}includepaths"))),
        (13, "symbols", " | ".join(text for text in symbols if text != "DEBUG")),
        (18, "linker script", configuration.value(f"{C_LINKER}script") or ""),
    ):
        if fields[index] != wanted:
            yield Finding(
                "defaults-record",
                CPROJECT_FILE,
                f"{configuration.label(_KEY)}, field {index} ({name})",
                f"it is {fields[index] or 'empty'}, and the option says {wanted or 'nothing'}",
                f"set it to {wanted}",
            )
