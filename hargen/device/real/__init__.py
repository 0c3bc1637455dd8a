"""Real boards: find the probe, write the image with a tool that is here, and ask what runs now."""

from __future__ import annotations

from hargen.device.real.writing import Flashed, Request, program

__all__ = ["Flashed", "Request", "program"]
