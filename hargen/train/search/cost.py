"""What a network costs: flash and RAM from its plan, instructions counted by the virtual board."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hargen import board as boards
from hargen.bench import counting
from hargen.bench.made import make
from hargen.convert import converter
from hargen.convert.conversion import read_graph
from hargen.datasets import Windows
from hargen.importers.keras.backend import load_backend
from hargen.importers.keras.model import KerasModel
from hargen.plan.choose import default_plan
from hargen.train import archive, families
from hargen.train.training import imported
from hargen.validate import project, wire

_CALIBRATION = 100  # windows: the size of a network does not depend on its scales
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
        found = default_plan(read_graph(self.keras, self.tflite)).footprint
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
        made = make(model, place, self._board, classes=self._windows.classes, jobs=1)
        rows = wire.inputs(self._windows.x[:1], made.exported.manifest.model.input)
        with counting.on_board(project.read(place, lambda _: None)) as board:
            (run,) = board.inferences(rows)
        return replace(network.cost, instructions=run.instructions)
