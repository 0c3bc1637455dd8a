"""What the model in tests/c/link/model computes, written a second time."""

from __future__ import annotations

import numpy as np

INPUT_SIZE = 24
OUTPUT_SIZE = 4
MAGIC = 127
TRAP = 126
FAIL = 125
DIG = 124
WEIGHTS = ((37 * np.arange(96) + 11) % 23 - 11).reshape(OUTPUT_SIZE, INPUT_SIZE)
BIAS = np.array([100, -200, 300, -50])
STEPS = (29 * np.arange(INPUT_SIZE) + 7) % 256


def accumulate(window: np.ndarray) -> np.ndarray:
    """Return layer 0's int8 result for an int8 window."""
    result, total = [], 0
    for value, step in zip(window.astype(int), STEPS, strict=True):
        total = (total * 5 + int(value) + int(step)) % 256
        result.append(total)
    return np.array(result, np.uint8).view(np.int8)


def run(window: np.ndarray) -> np.ndarray:
    """Return the int8 outputs for an int8 window."""
    sums = WEIGHTS @ accumulate(window).astype(int) + BIAS
    return np.clip(np.trunc(sums / 64), -128, 127).astype(np.int8)


def run_float(window: np.ndarray) -> np.ndarray:
    """Return the float32 outputs for a float32 window on the grid of quarters."""
    quantized = np.clip(np.trunc(window * 4) - 3, -128, 127).astype(np.int8)
    return (0.5 * (run(quantized).astype(np.float32) - 1)).astype(np.float32)


def windows(count: int, seed: int = 1) -> list[np.ndarray]:
    """Return int8 windows, none of which is a magic one."""
    random = np.random.default_rng(seed)
    found = random.integers(-128, 127, (count, INPUT_SIZE), np.int8)
    return list(found)
