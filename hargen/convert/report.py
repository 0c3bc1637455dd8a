"""What quantization cost, as one typed value that is written as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from hargen.convert.conversion import Conversion, layer_noise
from hargen.files import sha256_bytes
from hargen.validate import reference

SCHEMA_VERSION = 1


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Side(_Table):
    """One of the two files: its size in bytes and its SHA-256; who ran it."""

    file: str
    bytes: int
    sha256: str
    computed_by: str
    accuracy: float | None


class Layer(_Table):
    """One layer's signal-to-noise ratio in dB; null where int8 and float are equal.

    is_cut: its range was made smaller on purpose, so that the ratio says little.
    """

    layer: str
    tensor: str
    snr_db: float | None
    is_cut: bool


class QuantizeReport(_Table):
    """Accuracies and agreement from 0 to 1, drop in percentage points.

    drop is before minus after. Where no window could be judged, accuracies are null and drop is
    the share of windows whose class changed, which is the most that accuracy can lose.
    logits_margin and logits_offsets say what was done to the logits; see docs/quantize.md.
    """

    schema_version: int = SCHEMA_VERSION
    classes: tuple[str, ...]
    edges: Literal["float", "int8"]
    calibrated_on: str
    calibration_windows: int
    calibration_sha256: str
    measured_on: str
    windows: int
    judged: int
    before: Side
    after: Side
    agreement: float
    drop: float
    max_drop: float
    logits_margin: float | None
    logits_offsets: bool
    layers: tuple[Layer, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the drop is within the limit."""
        return self.drop <= self.max_drop


def make_report(
    conversion: Conversion, file: str, max_drop: float, source_bytes: int
) -> QuantizeReport:
    """Return the report of a conversion whose result is called `file`."""
    import keras

    found = conversion.comparison
    return QuantizeReport(
        classes=conversion.classes,
        edges=conversion.edges,
        calibrated_on=conversion.calibration.source,
        calibration_windows=len(conversion.calibration),
        calibration_sha256=conversion.calibration.sha256(),
        measured_on=found.source,
        windows=found.windows,
        judged=found.judged,
        before=Side(
            file=conversion.keras.path.name,
            bytes=source_bytes,
            sha256=conversion.keras.sha256,
            computed_by=f"keras {keras.__version__}",
            accuracy=found.before,
        ),
        after=Side(
            file=file,
            bytes=len(conversion.content),
            sha256=sha256_bytes(conversion.content),
            computed_by=f"{reference.NAME} {reference.version()}",
            accuracy=found.after,
        ),
        agreement=found.agreement,
        drop=found.drop,
        max_drop=max_drop,
        logits_margin=conversion.remedy.margin,
        logits_offsets=conversion.remedy.offsets,
        layers=tuple(
            Layer(layer=noise.layer, tensor=noise.tensor, snr_db=noise.snr_db, is_cut=noise.is_cut)
            for noise in layer_noise(conversion)
        ),
        notes=conversion.notes,
        warnings=conversion.warnings,
    )
