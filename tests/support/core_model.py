"""Generated C on an emulated Cortex-M33 without a board: outputs, and instructions of a run."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from support.host_model import ROOT, write_sources

from hargen.board import load
from hargen.emit.build_options import WARNINGS, BuildOptions
from hargen.importers.model_file import read

FLASH, RAM, SIZE = 0x0800_0000, 0x2000_0000, 0x10_0000
STACK = 0x4000
BOARD = "B-U585I-IOT02A"
MAIN = """
#include "net.h"

net_input_t run_input[NET_INPUT_SIZE];
net_output_t run_output[NET_OUTPUT_SIZE];
static net_context_t context;
static _Alignas(NET_ARENA_ALIGNMENT) unsigned char arena[NET_ARENA_SIZE];

void run(void);
void run(void) {
  net_init(&context, arena, sizeof arena);
  net_run(&context, run_input, run_output);
}
"""
LINKER_SCRIPT = f"""
ENTRY(run)
SECTIONS {{
  . = {FLASH:#x};
  .text : {{ *(.text*) *(.rodata*) }}
  . = {RAM:#x};
  .data : {{ *(.data*) *(.bss*) *(COMMON) }}
  /DISCARD/ : {{ *(.ARM.*) *(.comment) }}
}}
"""


@dataclass(frozen=True)
class CoreRun:
    """What the core gave for every window, and what it took."""

    outputs: np.ndarray
    instructions: list[int]


def run_on_core(
    path: Path,
    windows: np.ndarray,
    folder: Path,
    cross_gcc: Path,
    *,
    for_speed: bool = False,
    level: str = "-O3",
    dsp: bool = True,
) -> CoreRun:
    """Export a model, compile it as a project would, and run it window by window.

    Args:
        path: the model's file.
        windows: what it is given, one after the other.
        folder: for what is made.
        cross_gcc: the compiler.
        for_speed: take kernels that are faster.
        level: of the compiler.
        dsp: False: compile as for a core without the DSP extension.
    """
    import unicorn
    from unicorn import arm_const

    plan = write_sources(read(path), folder, for_speed=for_speed)
    elf = _build(folder, cross_gcc, level, dsp=dsp)
    symbols = _symbols(elf, cross_gcc)
    image = folder / "net.bin"
    objcopy = str(cross_gcc).replace("gcc", "objcopy")
    subprocess.run([objcopy, "-O", "binary", "-j", ".text", elf, image], check=True)
    core = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
    core.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M33)
    core.mem_map(FLASH, SIZE)
    core.mem_map(RAM, SIZE)
    core.mem_write(FLASH, image.read_bytes())
    count = 0

    def step(_core: object, _address: int, _size: int, _data: object) -> None:
        nonlocal count
        count += 1

    core.hook_add(unicorn.UC_HOOK_CODE, step)
    output = plan.tensors[plan.output.tensor]
    dtype = np.dtype(np.float32 if plan.output.is_float else np.int8)
    outputs, instructions = [], []
    for window in windows:
        count = 0
        core.mem_write(symbols["run_input"], window.tobytes())
        core.reg_write(arm_const.UC_ARM_REG_SP, RAM + SIZE)
        core.reg_write(arm_const.UC_ARM_REG_LR, (FLASH + SIZE - 2) | 1)
        core.emu_start(symbols["run"] | 1, FLASH + SIZE - 2)
        found = core.mem_read(symbols["run_output"], output.size * dtype.itemsize)
        outputs.append(np.frombuffer(bytes(found), dtype))
        instructions.append(count)
    return CoreRun(np.stack(outputs), instructions)


def _build(folder: Path, cross_gcc: Path, level: str, *, dsp: bool) -> Path:
    (folder / "run.c").write_text(MAIN)
    (folder / "run.ld").write_text(LINKER_SCRIPT)
    board = load(BOARD)
    if not dsp:
        core = board.mcu.model_copy(update={"core": f"{board.mcu.core}+nodsp", "dsp": False})
        board = board.model_copy(update={"mcu": core})
    options = BuildOptions(board)
    elf = folder / "net.elf"
    done = subprocess.run(
        [
            str(cross_gcc),
            level,
            *options.cpu_flags,
            *options.language_flags,
            *WARNINGS,
            "-Werror",
            *("--specs=nano.specs", "-nostartfiles", "-static", "-Wl,--gc-sections"),
            f"-T{folder / 'run.ld'}",
            f"-I{folder}",
            f"-I{ROOT / 'firmware/runtime'}",
            *(str(folder / name) for name in ("net.c", "net_data.c", "run.c")),
            *("-o", str(elf)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return elf


def _symbols(elf: Path, cross_gcc: Path) -> dict[str, int]:
    lister = str(cross_gcc).replace("gcc", "nm")
    lines = subprocess.run([lister, elf], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in lines.splitlines())
    return {row[2]: int(row[0], 16) for row in rows if len(row) == 3}
