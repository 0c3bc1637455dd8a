"""Generated C on an emulated Cortex-M33, without a board around it: outputs and instructions.

Quick enough for many networks: no firmware, no serial line. That the whole ELF gives the same is
shown elsewhere (tests/e2e, tests/keras).
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from elftools.elf.elffile import ELFFile
from support.host_model import ROOT

from hargen.emit.build_options import LANGUAGE
from hargen.plan.plan import Plan

CPU = ("-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard")
FLASH, RAM, SYSTEM = 0x08000000, 0x20000000, 0xE000E000
SIZE = 4 << 20
CPACR = 0xE000ED88
PROGRAM = """
#include "net.h"
_Alignas(16) static unsigned char arena[NET_ARENA_SIZE];
static net_context_t context;
net_input_t input[NET_INPUT_SIZE];
net_output_t output[NET_OUTPUT_SIZE];
__attribute__((used, noinline)) void done(void) { __asm__ volatile(""); }
__attribute__((used, noinline)) void run(void) {
  net_init(&context, arena, sizeof arena);
  net_run(&context, input, output);
  done();
}
__attribute__((used, naked)) void entry(void) { __asm__("bl run\\n b ."); }
"""


@dataclass(frozen=True)
class OnTheCore:
    """outputs: (windows, values). instructions: of each run. stack: bytes, the deepest."""

    outputs: np.ndarray
    instructions: list[int]
    stack: int


def run_on_core(folder: Path, plan: Plan, windows: np.ndarray, level: str = "-O2") -> OnTheCore:
    """Compile what `write_sources` wrote into a folder for the core, and run it over windows."""
    import unicorn
    from unicorn import arm_const as arm

    elf = _compile(folder, level)
    with elf.open("rb") as file:
        image = ELFFile(file)
        table = image.get_section_by_name(".symtab")
        at = {s.name: s["st_value"] for s in table.iter_symbols()}
        segments = [(s["p_paddr"], s.data()) for s in image.iter_segments() if s["p_filesz"]]
    core = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
    core.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M33)
    for start, size in ((FLASH, SIZE), (RAM, SIZE), (SYSTEM, 0x1000)):
        core.mem_map(start, size)
    for start, content in segments:
        core.mem_write(start, content)
    core.mem_write(CPACR, (0xF << 20).to_bytes(4, "little"))  # the FPU is on
    count, deepest = 0, RAM + SIZE

    def look(emulator: unicorn.Uc, address: int, size: int, _: object) -> None:
        nonlocal count, deepest
        count += 1
        deepest = min(deepest, emulator.reg_read(arm.UC_ARM_REG_SP))

    core.hook_add(unicorn.UC_HOOK_CODE, look)
    outputs, instructions = [], []
    dtype = np.float32 if plan.output.is_float else np.int8
    size = plan.tensors[plan.output.tensor].size * np.dtype(dtype).itemsize
    for window in windows:
        count = 0
        core.reg_write(arm.UC_ARM_REG_SP, RAM + SIZE)
        core.mem_write(at["input"], window.tobytes())
        core.emu_start(at["entry"] | 1, at["done"] & ~1)
        outputs.append(np.frombuffer(bytes(core.mem_read(at["output"], size)), dtype))
        instructions.append(count)
    return OnTheCore(np.stack(outputs), instructions, RAM + SIZE - deepest)


def _compile(folder: Path, level: str) -> Path:
    main, elf = folder / "core.c", folder / "core.elf"
    main.write_text(PROGRAM)
    command = ["arm-none-eabi-gcc", *LANGUAGE, *CPU, level, f"-I{folder}"]
    command += [f"-I{ROOT}/firmware/runtime", folder / "net.c", folder / "net_data.c", main]
    command += ["--specs=nano.specs", "-nostartfiles", "-static", "-Wl,--gc-sections"]
    command += [f"-Wl,-Ttext={FLASH:#x}", f"-Wl,-Tdata={RAM:#x}", "-Wl,-e,entry", "-o", elf]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return elf
