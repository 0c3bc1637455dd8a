"""Bytes of live frames as numbers."""

from __future__ import annotations

import struct

from hargen.link.replies import TensorInfo
from hargen.monitor.events import Counts

_SAMPLE = struct.Struct("<hhh")


def counts(data: bytes) -> tuple[Counts, ...]:
    """Return samples of x, y and z as int16, one after the other; half a sample is none."""
    whole = len(data) - len(data) % _SAMPLE.size
    return tuple(_SAMPLE.iter_unpack(data[:whole]))


def outputs(data: bytes, tensor: TensorInfo) -> tuple[float, ...]:
    """Return the network's outputs as real numbers; none where they are not as many as it has."""
    if len(data) != tensor.byte_size:
        return ()
    if tensor.dtype == "int8":
        whole = struct.unpack(f"<{tensor.size}b", data)
        return tuple(tensor.scale * (value - tensor.zero_point) for value in whole)
    return struct.unpack(f"<{tensor.size}f", data)
