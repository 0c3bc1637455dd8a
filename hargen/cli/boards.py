"""hargen boards: what can be exported for."""

from __future__ import annotations

from hargen.cli.options import JsonFile


def boards(json_file: JsonFile = None) -> None:
    """List the boards that hargen knows."""
    from hargen import board
    from hargen.cli import console

    console.check_writable(json_file)
    known = [board.load(name) for name in board.names()]
    for one in known:
        flash, ram = one.memory.flash.size >> 10, one.memory.ram.size >> 10
        console.say(
            f"{one.name}\n"
            f"  {one.description}\n"
            f"  {one.mcu.part}, {one.mcu.core}, {one.clock.hclk_hz // 1_000_000} MHz, "
            f"{flash} KiB flash, {ram} KiB RAM",
            json_file,
        )
    console.write_table({"boards": [one.model_dump() for one in known]}, json_file)
