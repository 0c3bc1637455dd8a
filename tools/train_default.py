"""Train, quantize and describe the default model that ships in hargen/models.

    python tools/train_default.py ../shared/data/st_har_26hz

reads the held-out list beside the model (tools/choose_held_out.py wrote it), trains on all other
recordings, converts to int8, measures on the held-out recordings, and writes har_default.keras,
.tflite and .toml. Nothing is chosen on the held-out recordings; choices were made by `--folds 5`,
which divides the others only.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # sums in an order that depends on the machine

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from choose_held_out import CLASSES, sessions

from hargen import models
from hargen.datasets import Windows, labels_for, load
from hargen.preprocessing import Preprocessing, preset
from hargen.preprocessing.card import About, Card, write_card
from hargen.train.archive import keras_bytes
from hargen.validate import reference

WINDOW = 24
TRAINING_HOP = 4  # windows to train on overlap, as a cheap shift in time; those to measure do not
EPOCHS = 40
BATCH = 64
LEARNING_RATE = 2e-3
SEED = 1
COMMAND = "python tools/train_default.py DATA/st_har_26hz"

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def build() -> keras.Model:
    """Return the network, an Ignatov-style CNN: one wide convolution in time, each axis alike."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((WINDOW, 3, 1), name="window"),
            layers.Conv2D(24, (16, 1), activation="relu", name="conv"),
            layers.MaxPooling2D((3, 1), name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(12, name="dense"),
            layers.Dropout(0.3, seed=SEED, name="dropout"),
            layers.Dense(len(CLASSES), activation="softmax", name="classes"),
        ],
        name="har_default",
    )


def augment(x: Floats, generator: np.random.Generator) -> Floats:
    """Return windows as another wearer might have made them.

    After the gravity rotation, z is up and the heading of x and y is arbitrary: any turn about z
    and any mirror image is as good. Strength varies by 15 %, and the sensor adds noise.
    """
    n = len(x)
    angle = generator.random(n) * 2 * np.pi
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    mirror = np.where(generator.random(n) < 0.5, -1.0, 1.0)[:, None]
    turned = np.stack(
        [
            x[:, :, 0] * cos - x[:, :, 1] * sin,
            mirror * (x[:, :, 0] * sin + x[:, :, 1] * cos),
            x[:, :, 2],
        ],
        axis=2,
    )
    strength = 0.85 + 0.3 * generator.random((n, 1, 1))
    noise = 0.03 * generator.standard_normal(x.shape)
    return np.asarray(turned * strength + noise, dtype=np.float32)


def train(windows: Windows, seed: int = SEED) -> keras.Model:
    """Return the network, trained on all the windows."""
    keras.utils.set_random_seed(seed)
    generator = np.random.Generator(np.random.PCG64(seed))
    y = labels_for(windows, CLASSES).y
    share = np.bincount(y, minlength=len(CLASSES)) / len(y)
    weights = {i: float(1 / (len(CLASSES) * s)) for i, s in enumerate(share)}
    steps = EPOCHS * -(-len(y) // BATCH)
    network = build()
    network.compile(
        optimizer=keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps), weight_decay=1e-3
        ),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
    )
    targets = np.eye(len(CLASSES), dtype=np.float32)[y]
    for _ in range(EPOCHS):
        x = augment(windows.x, generator)[..., None]
        network.fit(x, targets, batch_size=BATCH, epochs=1, class_weight=weights, verbose=0)
    return network


def quantize(network: keras.Model, windows: Windows) -> bytes:
    """Return the network as an int8 .tflite with float32 edges, calibrated on training windows.

    The batch is fixed at 1: with a free one the converter emits shape arithmetic.
    """
    window = keras.Input(batch_shape=(1, WINDOW, 3, 1), name="window")
    output = window
    for layer in network.layers:
        if layer.name != "dropout":
            output = layer(output)
    generator = np.random.Generator(np.random.PCG64(SEED))
    picks = generator.permutation(len(windows))[:1000]

    def calibration() -> Iterator[list[Floats]]:
        for x in windows.x[picks]:
            yield [x[None, :, :, None]]

    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(window, output))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = calibration
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    return bytes(converter.convert())


def predict_float(network: keras.Model, x: Floats) -> Ints:
    """Return the class of each window by the float network; the first of equal outputs."""
    outputs = np.asarray(network.predict(x[..., None], verbose=0))
    return np.asarray(outputs.argmax(axis=1), dtype=np.int64)


def predict_int8(model: bytes, x: Floats) -> Ints:
    """Return the class of each window by the .tflite; the first of equal outputs."""
    answers = reference.run(model, x.reshape(len(x), -1))
    return np.asarray(answers.argmax(axis=1), dtype=np.int64)


def cross_validate(
    windows: Windows, measured: Windows, groups: Sequence[Sequence[str]], folds: int
) -> None:
    """Print the accuracy of folds over the training sessions; the held-out ones take no part."""
    for fold in range(folds):
        names = [name for group in groups[fold::folds] for name in group]
        names = [name for name in names if name in set(windows.recordings)]
        rest, _ = windows.split(names)
        _, test = measured.split(names)
        network = train(rest)
        y = labels_for(test, CLASSES).y
        exact = predict_float(network, test.x) == y
        rounded = predict_int8(quantize(network, rest), test.x) == y
        print(f"fold {fold}: {len(y)} windows, float {exact.mean():.4f}, int8 {rounded.mean():.4f}")


def accuracy_table(test: Windows, exact: Ints, rounded: Ints) -> dict[str, Any]:
    """Return the card's accuracy section."""
    y = labels_for(test, CLASSES).y
    confusion = np.zeros((len(CLASSES), len(CLASSES)), dtype=int)
    np.add.at(confusion, (y, rounded), 1)
    assert test.recording is not None
    per_recording = []
    for i, name in enumerate(test.recordings):
        mask = test.recording == i
        if mask.any():
            per_recording.append(
                {
                    "name": name,
                    "windows": int(mask.sum()),
                    "correct_float32": int((exact == y)[mask].sum()),
                    "correct_int8": int((rounded == y)[mask].sum()),
                }
            )
    return {
        "on": "the held-out recordings",
        "windows": len(test),
        "correct_float32": int((exact == y).sum()),
        "correct_int8": int((rounded == y).sum()),
        "float32": round(float((exact == y).mean()), 4),
        "int8": round(float((rounded == y).mean()), 4),
        "reference_float32": f"keras {keras.__version__}",
        "reference_int8": f"{reference.NAME} {reference.version()}",
        "confusion_rows": "true class, in the order of classes.names",
        "confusion_int8": confusion.tolist(),
        "per_recording": per_recording,
    }


def card(
    spec: Preprocessing,
    folder: Path,
    training: Windows,
    held_out: Sequence[str],
    accuracy: dict[str, Any],
    files: dict[str, bytes],
) -> Card:
    """Return the model's card."""
    used = sorted(set(training.recordings) - set(held_out))
    return Card(
        model=About(
            name="har_default",
            description="Stationary, walking, running from an accelerometer worn at wrist, hand, "
            "arm or in a pocket. A starting point and a demo, not a product.",
            architecture="Conv2D 24 (16,1) ReLU, MaxPool (3,1), Dense 12, Dense 3 softmax",
            licence="MIT; trained on BSD-3-Clause data, whose notice is in hargen/models/README.md",
            sha256={name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        ),
        preprocessing=spec,
        classes=CLASSES,
        data={
            "name": "Human activities dataset (st_har_26hz) 1.0.1, STMicroelectronics",
            "licence": "BSD-3-Clause",
            "sensor": "LSM6DSL, 26 Hz, +-4 g",
            "training_command": COMMAND,
            "trained_with": f"tensorflow {tf.__version__}, keras {keras.__version__}",
            "seed": SEED,
            "epochs": EPOCHS,
            "training_windows": f"{len(training)} of {WINDOW} samples, one every {TRAINING_HOP}",
            "split": "by recording; neighbours that seem cut from one session stay together",
            "held_out": list(held_out),
            "trained_on": used,
            "files_sha256": _digest(folder, [*used, *held_out]),
        },
        accuracy=accuracy,
    )


def _digest(folder: Path, recordings: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(recordings):
        digest.update((folder / f"{name}.csv").read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of st_har_26hz")
    parser.add_argument("--out", type=Path, default=models.FOLDER, help="where to write the model")
    parser.add_argument(
        "--folds", type=int, default=0, help="only cross-validate the training part"
    )
    arguments = parser.parse_args()

    tf.config.experimental.enable_op_determinism()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    held_out = models.read_list(models.FOLDER / models.HELD_OUT)
    spec = preset("default", window=WINDOW)
    everything = load(arguments.data, window=WINDOW, preprocessing=spec)
    overlapping = load(
        arguments.data, window=WINDOW, preprocessing=spec.with_window(WINDOW, TRAINING_HOP)
    )
    training, _ = overlapping.split(held_out)
    if arguments.folds:
        rest, _ = everything.split(held_out)
        groups = [g for g in sessions(arguments.data) if not set(g) & set(held_out)]
        cross_validate(training, rest, groups, arguments.folds)
        return
    test = everything.select_recordings(held_out)
    network = train(training)
    files = {"keras": keras_bytes(network), "tflite": quantize(network, training)}
    accuracy = accuracy_table(
        test, predict_float(network, test.x), predict_int8(files["tflite"], test.x)
    )
    for suffix, data in files.items():
        (arguments.out / f"{models.NAME}.{suffix}").write_bytes(data)
    write_card(
        card(spec, arguments.data, training, held_out, accuracy, files),
        arguments.out / f"{models.NAME}.tflite",
    )
    print(f"{accuracy['windows']} windows: float {accuracy['float32']}, int8 {accuracy['int8']}")


if __name__ == "__main__":
    main()
