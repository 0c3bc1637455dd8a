"""The ST-LINK's drive as a programmer: a copied .bin is written to the flash, and runs.

No tool has to be installed. In return it reads nothing back and takes whatever it is given; what
went wrong is in a FAIL.TXT when the drive comes back, and the firmware's own build id decides.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from hargen.board import Board
from hargen.device.real import volumes
from hargen.device.real.programmer import Attempt, Job
from hargen.device.real.volumes import Places, Volume

FAILURE = "FAIL.TXT"
_POLL = 0.05  # seconds
_SETTLE = 0.5  # seconds for the drive to be complete after it has come back
_TEXT_SHOWN = 200


@dataclass(frozen=True)
class MassStorage:
    """The drive; see Programmer."""

    places: Places = field(default_factory=Places)
    name: str = "mass-storage"
    title: str = "the ST-LINK's drive"
    verifies: bool = False
    install: str = "nothing to install: mount the drive"

    def find(self, board: Board, serial_number: str) -> Path | None:
        """Return the drive's folder; None where it is not mounted, or is another probe's."""
        found = self._mounted(board, serial_number)
        return found[0].folder if len(found) == 1 else None

    def program(self, where: Path, job: Job) -> Attempt:
        """Copy the image and wait until the drive has come back, or the time is up."""
        copy = where / job.image.binary_path.name
        try:
            with copy.open("wb") as file:
                file.write(job.image.binary_path.read_bytes())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            return Attempt("", f"cannot copy to {copy}: {error.strerror or error}")
        deadline = time.monotonic() + job.seconds
        back = self._wait(where, copy, job, deadline)
        if back is None:
            return Attempt("", f"the drive did not come back within {job.seconds:g} s")
        time.sleep(_SETTLE)
        try:
            text = (back / FAILURE).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return Attempt("")
        return Attempt(text, f"{FAILURE} says: {text[:_TEXT_SHOWN] or 'nothing'}")

    def _wait(self, where: Path, copy: Path, job: Job, deadline: float) -> Path | None:
        """Return the folder of the drive that has come back: it no longer shows the image."""
        while time.monotonic() < deadline:
            found = self._mounted(job.board, job.serial_number)
            folders = [volume.folder for volume in found]
            if folders and not (copy.exists() and where in folders):
                return folders[0]
            time.sleep(_POLL)
        return None

    def _mounted(self, board: Board, serial_number: str) -> list[Volume]:
        found = volumes.mounted(board.probe.volumes, self.places)
        if not serial_number:
            return found
        own = [v for v in found if v.serial_number.lower() == serial_number.lower()]
        # a drive that does not tell whose it is can only be the one probe's
        return own or [v for v in found if not v.serial_number]


MASS_STORAGE = MassStorage()
