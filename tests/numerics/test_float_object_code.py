"""What the cross compiler makes of float32 networks: no double precision, no library of maths."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.float_model import FloatModel
from support.float_network import Network
from support.host_model import ROOT
from support.random_networks import random_float_network

from hargen.emit.build_options import LANGUAGE
from hargen.plan.choice import LEVELS

RUNTIME = ROOT / "firmware/runtime"
CPU = ("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard")
# What the C library of any firmware has. fmaf and sqrtf have to be instructions.
ALLOWED = {"memcpy", "memset", "memmove"}
KERNELS = {
    *("conv_2d", "conv_max_pool_2d", "depthwise_conv_2d", "fully_connected", "softmax"),
    *("conv_max_pool_fully_connected", "conv_conv_max_pool_2d"),
    *("max_pool_2d", "average_pool_2d", "reduce_max", "mean", "pad", "concatenation"),
    *("add", "mul", "relu", "leaky_relu", "logistic", "tanh"),
}

pytestmark = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None, reason="needs arm-none-eabi-gcc"
)


def foreign_symbols(folder: Path, level: str, runtime: Path = RUNTIME) -> set[str]:
    """Return what the object code of a generated network calls, the C library's copies aside."""
    compiled = folder / "net.o"
    command = ["arm-none-eabi-gcc", *LANGUAGE, *CPU, level, f"-I{folder}"]
    command += [f"-I{runtime}", "-c", str(folder / "net.c"), "-o", str(compiled)]
    subprocess.run(command, check=True)
    listed = subprocess.run(
        ["arm-none-eabi-nm", "-u", str(compiled)], check=True, capture_output=True, text=True
    )
    symbols = {line.split()[-1] for line in listed.stdout.splitlines()}
    return {s for s in symbols if not s.startswith("net_")} - ALLOWED


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return generated networks that together call every float kernel."""
    folders: list[Path] = []
    called: set[str] = set()
    columns = Network((1, 9, 3, 1)).conv().conv().pool("MAX", (5, 3), (5, 3))
    for seed in range(201):
        folder = tmp_path_factory.mktemp("net")
        path = folder / "network.tflite"
        if seed < 200:
            path.write_bytes(random_float_network(seed).model)
        else:
            columns.write(path)
        plan = FloatModel.write(path, folder).plan
        functions = {layer.kernel.function for layer in plan.layers}
        if functions - called:
            called |= functions
            folders.append(folder)
    assert called == {f"hg_{kernel}_f32" for kernel in KERNELS}
    return folders


@pytest.mark.parametrize("level", LEVELS.values())
def test_no_double_helper_and_no_libm_is_called(networks: list[Path], level: str) -> None:
    for folder in networks:
        assert foreign_symbols(folder, level) == set()


@pytest.mark.parametrize(
    ("wrong", "helper"),
    [
        ("(float)(output[i] * 1.1 / sum)", "__aeabi_dmul"),
        ("__builtin_powf(output[i], sum)", "powf"),
    ],
)
def test_a_double_and_a_call_into_libm_are_noticed(
    wrong: str, helper: str, networks: list[Path], tmp_path: Path
) -> None:
    runtime = tmp_path / "runtime"
    shutil.copytree(RUNTIME, runtime)
    softmax = runtime / "hg_softmax_f32.h"
    source = softmax.read_text()
    assert source.count("output[i] / sum") == 1
    softmax.write_text(source.replace("output[i] / sum", wrong))
    (folder, *_) = (f for f in networks if "hg_softmax_f32(" in (f / "net.c").read_text())
    assert helper in foreign_symbols(folder, "-O2", runtime)
