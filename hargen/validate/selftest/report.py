"""The self-test's result: plain text that survives being pasted, and the same as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT = 1
"""Of the text and of the JSON; raised when a field goes or changes its meaning."""
Status = Literal["ok", "wrong", "broken", "skipped"]
_MARK_WIDTH = 10


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Check(_Table):
    """One thing that was looked at.

    status: ok; wrong, where the board answered and the answer is not right; broken, where it did
    not answer as it should; skipped, where it could not be looked at or means nothing here.
    """

    name: str
    status: Status
    lines: list[str] = Field(description="what was found, for people")
    values: dict[str, Any] = Field(default_factory=dict, description="the same as numbers")


class SelftestReport(_Table):
    """What was checked, on what, and how it came out."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    project: str
    board: str
    virtual: bool = Field(description="true where the board is hargen's virtual one")
    hardware: bool = Field(description="true where the port is a serial device of this machine")
    port: str
    platform: str
    tool_versions: dict[str, str]
    checks: Annotated[list[Check], Field(min_length=1)]

    def to_json(self) -> str:
        """Return the report as indented JSON with a final newline."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"

    def to_text(self) -> str:
        """Return the report as lines of text, without a final newline."""
        title = f"hargen selftest report, format {FORMAT}"
        kind = "virtual" if self.virtual else "real" if self.hardware else "of unknown kind"
        lines = [
            title,
            "-" * len(title),
            f"project   {self.project}",
            f"board     {self.board}, {kind}, on {self.port}",
            f"host      {self.platform}",
            "versions  " + ", ".join(f"{k} {v}" for k, v in self.tool_versions.items()),
            "",
        ]
        for check in self.checks:
            mark = f"[{check.status}]".ljust(_MARK_WIDTH)
            lines.append(f"{mark}{check.name}")
            lines += [" " * _MARK_WIDTH + line for line in check.lines]
        counted = Counter(check.status for check in self.checks)
        summary = ", ".join(f"{counted[s]} {s}" for s in ("ok", "wrong", "broken", "skipped"))
        return "\n".join([*lines, "", f"result    {summary}"])
