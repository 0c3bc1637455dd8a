"""A model of what a worn accelerometer reads: synthetic motion, made up and not measured.

Gravity, a body that rises and falls with every step, an arm or leg that swings with every second
step, a sensor fixed to it at a random angle, noise, and the sensor's own clipping and rounding. The
parameters are of plausible size (orders of magnitude of the gait literature: steps a second, rise
of the body's centre of mass, fraction of a step with ground contact), and fitted to no data set;
docs/data.md tells the one range that was changed after a model had been seen on it.

The bits are the same everywhere: the generator is PCG64, of which only uniform numbers are drawn,
and the samples are rounded to whole mg, which hides the last bit of a sine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from hargen.preprocessing.spec import MG_PER_COUNT, STANDARD_GRAVITY

Float64 = npt.NDArray[np.float64]
Range = tuple[float, float]

FULL_SCALE_MG = 4000.0


@dataclass(frozen=True)
class Activity:
    """Ranges from which a recording draws its parameters, uniformly.

    step_hz: steps (or pedal turns) a second. rise_m: amplitude of the body's rise and fall.
    contact: fraction of a step with ground contact; under 1 there is flight, and rise_m is what
    follows from it. sway_m, surge_m: lateral amplitude at half the step rate and forward amplitude
    at the step rate. harmonics: of the vertical motion, relative to the first. swing_deg, arm_m:
    swing of the limb that wears the sensor, at half the step rate, and its length. posture_deg:
    slow turning of the limb, below 0.3 Hz. shake: rms of broadband vibration in m/s2. manoeuvre:
    amplitude of slow acceleration of the whole body in m/s2.
    """

    step_hz: Range = (1.0, 1.0)
    rise_m: Range = (0.0, 0.0)
    contact: Range = (1.0, 1.0)
    sway_m: Range = (0.0, 0.0)
    surge_m: Range = (0.0, 0.0)
    harmonics: tuple[Range, ...] = ()
    swing_deg: Range = (0.0, 0.0)
    arm_m: Range = (0.3, 0.6)
    posture_deg: Range = (0.0, 0.0)
    shake: Range = (0.01, 0.03)
    manoeuvre: Range = (0.0, 0.0)


ACTIVITIES = {
    "stationary": Activity(posture_deg=(0.0, 8.0), shake=(0.01, 0.06)),
    "walking": Activity(
        step_hz=(1.6, 2.1),
        rise_m=(0.015, 0.025),
        sway_m=(0.015, 0.03),
        surge_m=(0.008, 0.015),
        harmonics=((0.2, 0.5), (0.05, 0.2)),
        swing_deg=(5.0, 25.0),
        posture_deg=(0.0, 5.0),
        shake=(0.2, 0.5),
    ),
    "running": Activity(
        step_hz=(2.5, 3.1),
        contact=(0.55, 0.8),
        sway_m=(0.01, 0.02),
        surge_m=(0.008, 0.015),
        swing_deg=(10.0, 35.0),
        arm_m=(0.25, 0.45),  # a runner's elbow is bent
        posture_deg=(0.0, 5.0),
        shake=(0.5, 1.5),
    ),
    "stairs": Activity(
        step_hz=(1.3, 1.8),
        rise_m=(0.02, 0.035),
        sway_m=(0.02, 0.04),
        surge_m=(0.005, 0.012),
        harmonics=((0.4, 0.8), (0.2, 0.4)),
        swing_deg=(5.0, 15.0),
        posture_deg=(0.0, 8.0),
        shake=(0.3, 0.7),
    ),
    "biking": Activity(
        step_hz=(1.0, 1.6),
        rise_m=(0.003, 0.012),
        sway_m=(0.0, 0.01),
        posture_deg=(0.0, 5.0),
        shake=(0.7, 2.0),
        manoeuvre=(0.0, 0.5),
    ),
    "driving": Activity(posture_deg=(0.0, 3.0), shake=(0.15, 0.5), manoeuvre=(0.3, 1.5)),
}


def _uniform(generator: np.random.Generator, bounds: Range) -> float:
    low, high = bounds
    return low + (high - low) * float(generator.random())


def _noise(generator: np.random.Generator, shape: tuple[int, ...]) -> Float64:
    """Return nearly normal noise of rms 1: sums of 12 uniform numbers, less their mean."""
    total: Float64 = generator.random((12, *shape)).sum(axis=0) - 6.0
    return total


def _wander(generator: np.random.Generator, seconds: Float64) -> Float64:
    """Return a slow movement within -1 to 1: three sines between 0.02 and 0.3 Hz."""
    waves = [
        np.sin(2 * np.pi * (_uniform(generator, (0.02, 0.3)) * seconds + float(generator.random())))
        for _ in range(3)
    ]
    return np.asarray(sum(waves) / 3.0)


def _orientation(generator: np.random.Generator) -> Float64:
    """Return a rotation matrix, uniform over all rotations (Shoemake 1992, random quaternion)."""
    u = generator.random(3)
    a, b = np.sqrt(1 - u[0]), np.sqrt(u[0])
    x, y = a * np.sin(2 * np.pi * u[1]), a * np.cos(2 * np.pi * u[1])
    z, w = b * np.sin(2 * np.pi * u[2]), b * np.cos(2 * np.pi * u[2])
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def _vertical(
    generator: np.random.Generator, activity: Activity, steps: Float64, hz: float
) -> Float64:
    """Return the specific force along the vertical in m/s2 for a phase counted in steps.

    With flight, a half sine while the foot is on the ground and nothing in the air; its mean must
    be gravity, so that its peak is gravity * pi / (2 contact).
    """
    contact = _uniform(generator, activity.contact)
    if contact < 1.0:
        phase = steps % 1.0
        peak = STANDARD_GRAVITY * np.pi / (2.0 * contact)
        return np.where(phase < contact, peak * np.sin(np.pi * phase / contact), 0.0)
    amplitude = _uniform(generator, activity.rise_m) * (2 * np.pi * hz) ** 2
    force = STANDARD_GRAVITY + amplitude * np.sin(2 * np.pi * steps)
    for order, bounds in enumerate(activity.harmonics, start=2):
        share = _uniform(generator, bounds)
        force += share * amplitude * np.sin(2 * np.pi * (order * steps + float(generator.random())))
    return np.asarray(force)


def _specific_force(
    generator: np.random.Generator, activity: Activity, seconds: Float64
) -> Float64:
    """Return (n, 3) m/s2 of forward, lateral and up, in the frame of the limb that turns."""
    hz = _uniform(generator, activity.step_hz)
    cadence = hz * (1.0 + 0.03 * _wander(generator, seconds))
    interval = float(seconds[1]) if len(seconds) > 1 else 0.0
    steps = np.cumsum(cadence) * interval + float(generator.random())
    effort = 1.0 + 0.08 * _wander(generator, seconds)
    up = STANDARD_GRAVITY + effort * (_vertical(generator, activity, steps, hz) - STANDARD_GRAVITY)
    omega = 2 * np.pi * hz
    surge = _uniform(generator, activity.surge_m) * omega**2
    forward = effort * surge * np.sin(2 * np.pi * (steps + float(generator.random())))
    sway = _uniform(generator, activity.sway_m) * (omega / 2) ** 2
    lateral = effort * sway * np.sin(np.pi * steps + 2 * np.pi * float(generator.random()))
    manoeuvre = _uniform(generator, activity.manoeuvre)
    forward = forward + manoeuvre * _wander(generator, seconds)
    lateral = lateral + manoeuvre * _wander(generator, seconds)

    # The limb swings about the lateral axis, once in two steps: it turns what the sensor reads of
    # the body's motion and adds its own tangential and centripetal acceleration.
    swing = np.deg2rad(_uniform(generator, activity.swing_deg))
    arm = _uniform(generator, activity.arm_m)
    phase = np.pi * steps + 2 * np.pi * float(generator.random())
    slow = np.deg2rad(_uniform(generator, activity.posture_deg)) * _wander(generator, seconds)
    angle = swing * np.sin(phase) + slow
    rate = swing * (omega / 2) * np.cos(phase)
    tangential = -arm * swing * (omega / 2) ** 2 * np.sin(phase)
    along = forward * np.cos(angle) - up * np.sin(angle) + tangential
    radial = forward * np.sin(angle) + up * np.cos(angle) + arm * rate * rate
    return np.stack([along, lateral, radial], axis=1)


def accelerometer(
    activity: str,
    count: int,
    generator: np.random.Generator,
    *,
    rate_hz: float = 26.0,
    unit: Literal["m/s2", "mg", "counts"] = "mg",
) -> Float64:
    """Return a made-up recording of one activity.

    Args:
        activity: a key of ACTIVITIES.
        count: samples.
        generator: np.random.Generator(np.random.PCG64(seed)).
        rate_hz: sample rate.
        unit: mg and counts are whole numbers; counts are those of the sensor at +-4 g, in 16 bits.

    Returns:
        (count, 3) float64 of the sensor's x, y, z, clipped to +-4 g.
    """
    kind = ACTIVITIES[activity]
    seconds = np.arange(count) / rate_hz
    force = _specific_force(generator, kind, seconds)
    force += _uniform(generator, kind.shake) * _noise(generator, force.shape)
    turn = _orientation(generator)
    # Written out: a matrix product may differ in its last bit from one BLAS to another.
    sensor = force[:, :1] * turn[0] + force[:, 1:2] * turn[1] + force[:, 2:] * turn[2]
    mg: Float64 = np.clip(sensor * (1000.0 / STANDARD_GRAVITY), -FULL_SCALE_MG, FULL_SCALE_MG)
    counts: Float64 = np.clip(np.rint(mg / MG_PER_COUNT), -32768, 32767)
    if unit == "counts":
        return counts
    rounded: Float64 = np.rint(mg)
    return rounded * (STANDARD_GRAVITY / 1000.0) if unit == "m/s2" else rounded
