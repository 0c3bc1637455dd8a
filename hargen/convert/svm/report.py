"""What quantizing a support vector classifier cost, as one typed value that is written as JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from hargen.convert.report import Side
from hargen.convert.svm.conversion import SvmConversion
from hargen.files import sha256_bytes
from hargen.validate import onnx_reference, svm_reference

SCHEMA_VERSION = 1


class SvmQuantizeReport(BaseModel):
    """Accuracies and agreement from 0 to 1, drop in percentage points, flash in bytes.

    drop is before minus after. Where no window could be judged, accuracies are null and drop is
    the share of windows whose class changed, which is the most that accuracy can lose. flash is
    that of weights and tables on the target.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = SCHEMA_VERSION
    classes: tuple[str, ...]
    calibrated_on: str
    calibration_windows: int
    calibration_sha256: str
    measured_on: str
    windows: int
    judged: int
    before: Side
    after: Side
    flash_before: int
    flash_after: int
    agreement: float
    drop: float
    max_drop: float
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the drop is within the limit."""
        return self.drop <= self.max_drop


def make_report(conversion: SvmConversion, file: str, max_drop: float) -> SvmQuantizeReport:
    """Return the report of a conversion whose result is called `file`."""
    found = conversion.comparison
    return SvmQuantizeReport(
        classes=conversion.classes,
        calibrated_on=conversion.calibration.source,
        calibration_windows=len(conversion.calibration),
        calibration_sha256=conversion.calibration.sha256(),
        measured_on=found.source,
        windows=found.windows,
        judged=found.judged,
        before=Side(
            file=conversion.model.path.name,
            bytes=len(conversion.model.content),
            sha256=conversion.model.sha256,
            computed_by=f"{onnx_reference.NAME} {onnx_reference.version()}",
            accuracy=found.before,
        ),
        after=Side(
            file=file,
            bytes=len(conversion.content),
            sha256=sha256_bytes(conversion.content),
            computed_by=f"{svm_reference.NAME} {svm_reference.version()}",
            accuracy=found.after,
        ),
        flash_before=conversion.flash_before,
        flash_after=conversion.flash_after,
        agreement=found.agreement,
        drop=found.drop,
        max_drop=max_drop,
        notes=conversion.notes,
        warnings=conversion.warnings,
    )
