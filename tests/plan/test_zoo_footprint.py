"""What the zoo's int8 networks cost, against the zoo's own table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hargen.importers.model_file import read
from hargen.plan.choose import default_plan

# Multiply-accumulates by hand: positions x kernel x channels, and inputs x outputs.
MACCS = {
    "ign_wl_24": 27 * 24 * 16 + 216 * 12 + 12 * 4,
    "ign_wl_48": 99 * 24 * 16 + 792 * 12 + 12 * 4,
    "gmp_wl_24": 60 * 16 * 5 + 48 * 16 * 80 + 16 * 4,
    "gmp_wl_48": 132 * 16 * 5 + 120 * 16 * 80 + 16 * 4,
}
# The table prints three decimals of a KiB.
LAST_DIGIT = 0.001


@pytest.mark.parametrize("family", MACCS)
@pytest.mark.parametrize("data", ["AST", "WISDM"])
def test_ram_is_below_half_and_weights_not_above_the_table(
    data: str, family: str, shared: Path
) -> None:
    artifact = f"{data}/{family}_int8.tflite"
    with (shared / "zoo/table.csv").open() as file:
        (row,) = (row for row in csv.DictReader(file) if row["artifact"] == artifact)
    footprint = default_plan(read(shared / "zoo" / artifact).graph).footprint
    assert footprint.activation_ram / 1024 < float(row["activation_ram_kib"]) / 2
    assert footprint.weights / 1024 <= float(row["weights_flash_kib"]) + LAST_DIGIT
    assert footprint.maccs == MACCS[family]


# KiB of activations where a column is kept at a time: what the networks of either data need.
BY_COLUMNS = {"ign_wl_24": 0.35, "ign_wl_48": 0.5, "gmp_wl_24": 0.47, "gmp_wl_48": 0.9}


@pytest.mark.parametrize("family", BY_COLUMNS)
@pytest.mark.parametrize("data", ["AST", "WISDM"])
def test_for_speed_ram_is_that_of_a_column(data: str, family: str, shared: Path) -> None:
    graph = read(shared / "zoo" / f"{data}/{family}_int8.tflite").graph
    footprint = default_plan(graph, "speed").footprint
    assert footprint.activation_ram / 1024 <= BY_COLUMNS[family]
    assert footprint.maccs == MACCS[family]
