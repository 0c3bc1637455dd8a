"""Random small networks of the operators that HAR uses, as int8 and as float32 .tflite files.

A network is first written in float32 and run by LiteRT on random windows: the ranges that it shows
give every tensor its scale and zero point, as a converter's calibration would. Some networks get
powers of two as scales instead, so that many requantizations are exact ties.
"""

from support.random_networks.draw import (
    RandomFloatNetwork,
    RandomNetwork,
    dull_share,
    random_float_network,
    random_network,
    reference_outputs,
)

__all__ = [
    "RandomFloatNetwork",
    "RandomNetwork",
    "dull_share",
    "random_float_network",
    "random_network",
    "reference_outputs",
]
