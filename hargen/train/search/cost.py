"""What a network costs: flash and RAM from its plan, instructions counted by the virtual board."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hargen import board as boards
from hargen.build import compile as compiling
from hargen.convert import converter
from hargen.convert.conversion import read_graph
from hargen.datasets import Windows
from hargen.device import flashing
from hargen.device.virtual import VirtualBoard
from hargen.emit import project
from hargen.errors import DeviceError
from hargen.importers.keras.backend import load_backend
from hargen.importers.keras.model import KerasModel
from hargen.link.client import Client
from hargen.link.messages import Stage
from hargen.optimize.passes import optimize
from hargen.plan.planner import make_plan
from hargen.train import archive, families
from hargen.train.training import imported
from hargen.validate import expected, wire

_NAME = "har"
_CALIBRATION = 100  # windows: the size of a network does not depend on its scales
_TIMEOUT = 20.0  # seconds: several boards may share a processor
_SEED = 0


@dataclass(frozen=True)
class Cost:
    """flash: bytes of weights and biases; ram: of the arena; instructions: None before a count."""

    flash: int
    ram: int
    maccs: int
    instructions: int | None = None

    def __str__(self) -> str:
        parts = [f"{self.flash} B of weights", f"{self.ram} B of activations"]
        if self.instructions is not None:
            parts.append(f"{self.instructions} instructions")
        return ", ".join(parts)


@dataclass(frozen=True, eq=False)
class Network:
    """An int8 network: the float one as hargen imports it, and its .tflite."""

    keras: KerasModel
    tflite: bytes

    @property
    def cost(self) -> Cost:
        """What its plan says, without instructions.

        Raises:
            ModelError: hargen cannot run such a network.
        """
        found = make_plan(optimize(read_graph(self.keras, self.tflite))).footprint
        return Cost(flash=found.weights, ram=found.activation_ram, maccs=found.maccs)


class Meter:
    """Measures networks of one window and one list of classes.

    All are exported into one folder, so that only the network is compiled anew.

    Args:
        folder: to work in.
        board: whose virtual one counts.
        windows: the first hundred calibrate untrained networks, the first one is counted.
    """

    def __init__(self, folder: Path, board: str, windows: Windows) -> None:
        self._folder = folder
        self._board = boards.load(board)
        self._windows = windows

    def untrained(self, parameters: dict[str, Any], window: int) -> Network:
        """Return a tcnn with random weights, in int8.

        Raises:
            UsageError: the window is too short for it.
            ModelError: hargen cannot run such a network.
        """
        keras, _ = load_backend()
        keras.utils.set_random_seed(_SEED)
        family = families.find("tcnn")
        settings = families.parse(family, parameters, window)
        network = family.build(settings, window, len(self._windows.classes), _SEED)
        generator = np.random.default_rng(_SEED)
        for variable in network.weights:
            # Biases begin at 0, and those that are 0 throughout cost nothing: trained ones will.
            if not np.any(variable):
                variable.assign(0.1 * generator.standard_normal(variable.shape))
        model = imported(archive.keras_bytes(network))
        return Network(model, converter.to_int8(model, self._windows.x[:_CALIBRATION], "float"))

    def count(self, network: Network) -> Cost:
        """Return the cost with the instructions of one inference, counted.

        Raises:
            ToolError: a tool or the virtual board is not installed.
            ModelError: hargen cannot export the network.
            DeviceError: the virtual board fails.
        """
        model = self._folder / "model.tflite"
        model.write_bytes(network.tflite)
        place = self._folder / "project"
        exported = project.export(
            model,
            place,
            board=self._board,
            reference=expected.outputs,
            name=_NAME,
            classes=self._windows.classes,
            force=True,
        )
        flashing.flash_virtual(place, compiling.build(place, jobs=1))
        row = wire.inputs(self._windows.x[:1], exported.manifest.model.input)[0]
        baud = self._board.serial.hello_baud
        with (
            VirtualBoard(place, count=f"{_NAME}_run", with_pty=False) as running,
            Client(running.url, baud=baud, timeout=_TIMEOUT) as client,
        ):
            client.hello()
            running.drain_runs()  # those of the start-up
            for _ in client.run(Stage.WINDOW, [row.tobytes()]):
                pass
            counts = [run.instructions for run in running.drain_runs()]
        if not counts:
            raise DeviceError("the virtual board did not count the network", where=str(place))
        return replace(network.cost, instructions=counts[0])
