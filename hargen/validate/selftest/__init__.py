"""One run that tells whether a board is what it should be, as text for a bug report."""

from __future__ import annotations

from hargen.validate.selftest.report import Check, SelftestReport
from hargen.validate.selftest.selftest import WINDOWS, Request, judge, run

__all__ = ["WINDOWS", "Check", "Request", "SelftestReport", "judge", "run"]
