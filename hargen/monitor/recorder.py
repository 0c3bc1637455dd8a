"""Raw samples with labels, in a CSV file that `hargen train --data` reads.

Every block of samples goes into the file in one piece and as whole lines, the first one with the
header: whatever ends the monitor, what is there can be read, and at most a block is missing. Where
the machine itself loses its power, it may be a second.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hargen.errors import UsageError
from hargen.monitor.events import Samples
from hargen.monitor.labels import Labels
from hargen.monitor.timeline import Timeline

SYNC_SECONDS = 1.0
"""From one forced write to the disk to the next: blocks are small, and some disks slow."""
HEADER = "time [s],x [mg],y [mg],z [mg],label\n"


def check_target(path: Path, *, force: bool) -> None:
    """Refuse a file that must not or cannot be written, before anything is opened.

    Raises:
        UsageError: it exists and force is off, it is no file, or its folder is not there or is
            not writable.
    """
    folder = path.parent
    hint = ""
    if path.exists() and not path.is_file():
        why = "it is no file"
    elif path.exists() and not force:
        why, hint = "it exists", "give another name, or --force to replace it"
    elif not folder.is_dir():
        why = f"there is no folder {folder}"
    elif not os.access(folder, os.W_OK):
        why = f"the folder {folder} cannot be written to"
    else:
        return
    raise _cannot_record(path, why, hint)


class Recorder:
    """A recording that is being made; the file appears with its first samples.

    Args:
        path: the file, as check_target found it.
        labels: which label was on at what time.
        force: replace a file that is there.

    Attributes:
        samples: written so far.
        labelled: of them, those with a label.
    """

    def __init__(self, path: Path, labels: Labels, *, force: bool) -> None:
        self.path = path
        self.labels = labels
        self.samples = self.labelled = 0
        self._force = force
        self._timeline = Timeline()
        self._descriptor: int | None = None
        self._size = 0
        self._synced = float("-inf")
        self._is_new = False
        self._taken = float("-inf")  # when the last sample was, by the clock of the labels

    @property
    def gaps(self) -> int:
        """Places where samples are missing."""
        return self._timeline.gaps

    def interrupt(self) -> None:
        """Have the next samples begin behind a gap: the port was lost meanwhile."""
        self._is_new = self.samples > 0

    def take(self, block: Samples, *, mg_per_count: float, period: float) -> None:
        """Write a block.

        Args:
            block: the samples.
            mg_per_count: size of a count.
            period: seconds from sample to sample, as measured so far.

        Raises:
            UsageError: it cannot be written; the file ends with the block before.
        """
        if not block.counts:
            return
        times = self._timeline.times(block, period, is_new=self._is_new)
        self._is_new = False
        lines = []
        newest = len(times) - 1
        for number, (time, sample) in enumerate(zip(times, block.counts, strict=True)):
            # never back: of blocks that arrive in a burst, the later ones were taken later
            self._taken = max(self._taken, block.time - (newest - number) * period)
            label = self.labels.at(self._taken)
            # nine digits: every count comes back from them, at any scale
            values = ",".join(f"{count * mg_per_count:.9g}" for count in sample)
            lines.append(f"{time:.4f},{values},{_field(label)}\n")
            self.labelled += label != ""
        self._append("".join(lines).encode("utf-8"), block.time)
        self.samples += len(block.counts)

    def close(self) -> None:
        """End the recording.

        Raises:
            UsageError: its end cannot be written.
        """
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            raise _cannot_record(self.path, error.strerror or str(error)) from error
        finally:
            os.close(descriptor)

    def _append(self, text: bytes, now: float) -> None:
        try:
            if self._descriptor is None:
                self._descriptor = self._begin(HEADER.encode("ascii") + text)
            else:
                self._write(self._descriptor, text)
            if now - self._synced >= SYNC_SECONDS:
                os.fsync(self._descriptor)
                self._synced = now
        except OSError as error:
            raise _cannot_record(self.path, error.strerror or str(error)) from error

    def _begin(self, text: bytes) -> int:
        """Write the first block into a file of its own, and move that into place."""
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        temporary = Path(name)
        try:
            self._write(descriptor, text)
            os.fsync(descriptor)
            temporary.chmod(0o644)
            check_target(self.path, force=self._force)  # it may have come meanwhile
            temporary.replace(self.path)
        except BaseException:
            os.close(descriptor)
            temporary.unlink(missing_ok=True)
            raise
        return descriptor

    def _write(self, descriptor: int, text: bytes) -> None:
        """Append bytes, all or none of them."""
        try:
            left = memoryview(text)
            while left:
                left = left[os.write(descriptor, left) :]
        except BaseException:
            os.ftruncate(descriptor, self._size)  # a full disk may have taken half a line
            raise
        self._size += len(text)


def _field(label: str) -> str:
    """Return a label as a field of CSV."""
    if any(char in label for char in ',"'):
        return '"' + label.replace('"', '""') + '"'
    return label


def _cannot_record(path: Path, why: str, hint: str = "") -> UsageError:
    return UsageError("cannot write the recording", where=str(path), why=why, hint=hint)
