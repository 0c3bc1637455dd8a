"""The training loop: one network, one seed; every choice is made on the validation part.

All randomness comes from the seed and the number of the epoch, so that a run that was interrupted
goes on bit for bit as it would have.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from hargen.errors import ModelError
from hargen.importers.keras.backend import load_backend, quiet
from hargen.train.augment import Frame, augment
from hargen.train.pool import Pool
from hargen.train.recipe import Recipe

Floats = npt.NDArray[np.float32]
Arrays = dict[str, np.ndarray[Any, Any]]
_CHUNK = 2048
"""Windows of the validation part that go through the network at once."""


@dataclass(frozen=True)
class Epoch:
    """What came of one epoch; the last three are of the validation part, None without one.

    score: mean recall over the strata. It is what the best epoch has most of.
    """

    number: int
    loss: float
    validation_loss: float | None
    validation_accuracy: float | None
    score: float | None


@dataclass(frozen=True, eq=False)
class Trained:
    """A network with the weights of its best epoch (the last one without a validation part)."""

    network: Any
    history: tuple[Epoch, ...]
    best: Epoch


class Snapshots(Protocol):
    """Where an interrupted run finds itself again."""

    def load(self) -> Arrays | None:
        """Return what was saved last, None where nothing was."""
        ...

    def save(self, arrays: Arrays) -> None:
        """Keep the arrays in the place of those before."""
        ...


def prepare() -> None:
    """Make TensorFlow's sums come in the same order every time; before anything else uses it."""
    _, tf = load_backend()
    with quiet(), suppress(RuntimeError):  # it runs already, with its threads
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def train(
    build: Callable[[], Any],
    training: Pool,
    validation: Pool,
    recipe: Recipe,
    seed: int,
    *,
    frame: Frame,
    snapshots: Snapshots,
    progress: Callable[[Epoch], None] = lambda _: None,
) -> Trained:
    """Return a network, trained.

    Args:
        build: makes the untrained network; called after the seed was set.
        training: windows to learn from.
        validation: windows to choose on; without any, all epochs run, and the last one counts.
        recipe: how.
        seed: of weights, order, augmentation, dropout.
        frame: see augment.
        snapshots: continued from, and saved to after every epoch.
        progress: called after every epoch.

    Raises:
        ModelError: the loss is no number any more.
    """
    keras, tf = load_backend()
    keras.utils.set_random_seed(seed)
    network = build()
    steps = recipe.epochs * -(-len(training) // recipe.batch)
    optimizer = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps),
        weight_decay=recipe.weight_decay,
    )
    optimizer.build(network.trainable_variables)
    run = _Run(network, optimizer)
    run.restore(snapshots.load())
    classes = int(network.outputs[0].shape[1])
    loss = keras.losses.CategoricalCrossentropy(
        label_smoothing=recipe.label_smoothing, reduction="none"
    )
    epoch_function = _epoch_function(tf, network, optimizer, loss, recipe.batch)
    predict = tf.function(lambda x: network(x, training=False), reduce_retracing=True)
    weights = window_weights(training)
    targets = np.eye(classes, dtype=np.float32)[training.y]
    judged = validation.windows()[..., None]
    while not run.is_over(recipe):
        number = len(run.history) + 1
        generator = np.random.default_rng([seed, 1, number])
        kind = recipe.augmentation
        x = training.shifted(generator) if kind.shift else training.cut()
        x = training.normalized(augment(x, kind, generator, frame))
        order = generator.permutation(len(x))
        found = epoch_function(x[order][..., None], targets[order], weights[order])
        value = float(found)
        if not np.isfinite(value):
            raise ModelError(
                f"the training diverged in epoch {number}: the loss is no number",
                hint="a smaller --learning-rate",
            )
        epoch = Epoch(number, value, None, None, None)
        if len(judged):
            outputs = [
                np.asarray(predict(judged[start : start + _CHUNK]))
                for start in range(0, len(judged), _CHUNK)
            ]
            epoch = _judge(number, value, np.concatenate(outputs), validation)
        run.add(epoch)
        snapshots.save(run.arrays())
        progress(epoch)
    return run.result()


class _Run:
    """A network on its way, with everything that has to survive an interruption."""

    def __init__(self, network: Any, optimizer: Any) -> None:
        self.network = network
        self.optimizer = optimizer
        self.history: list[Epoch] = []
        self.best: Epoch | None = None
        self.kept: list[Any] = []

    def add(self, epoch: Epoch) -> None:
        """Take the epoch that the network just had."""
        self.history.append(epoch)
        if self.best is None or _rank(epoch) >= _rank(self.best):
            self.best = epoch
            self.kept = [np.asarray(variable) for variable in self.network.weights]

    def is_over(self, recipe: Recipe) -> bool:
        """Return whether all epochs have run, or the last ones brought nothing."""
        done = len(self.history)
        if self.best is None:
            return False
        return done >= recipe.epochs or done - self.best.number >= recipe.patience

    def result(self) -> Trained:
        """Return the network with its best epoch's weights."""
        assert self.best is not None
        for variable, value in zip(self.network.weights, self.kept, strict=True):
            variable.assign(value)
        return Trained(self.network, tuple(self.history), self.best)

    def arrays(self) -> Arrays:
        """Return everything as plain arrays."""
        text = json.dumps([asdict(epoch) for epoch in self.history])
        assert self.best is not None
        found: Arrays = {
            "history": np.frombuffer(text.encode(), dtype=np.uint8),
            "best": np.array(self.best.number),
        }
        for prefix, values in self._variables().items():
            found |= {f"{prefix}{i}": np.asarray(value) for i, value in enumerate(values)}
        return found | {f"kept{i}": value for i, value in enumerate(self.kept)}

    def restore(self, saved: Arrays | None) -> None:
        """Go back to where arrays() was called; None leaves everything at the beginning."""
        if saved is None:
            return
        rows = json.loads(saved["history"].tobytes())
        self.history = [Epoch(**row) for row in rows]
        self.best = self.history[int(saved["best"]) - 1]
        for prefix, variables in self._variables().items():
            for i, variable in enumerate(variables):
                variable.assign(saved[f"{prefix}{i}"])
        self.kept = [saved[f"kept{i}"] for i in range(len(self.network.weights))]

    def _variables(self) -> dict[str, Any]:
        # variables, not weights: those of dropout's random numbers are needed too
        return {"network": self.network.variables, "optimizer": self.optimizer.variables}


def _rank(epoch: Epoch) -> tuple[float, float]:
    """Return what the best epoch has most of; without a validation part the last one has."""
    if epoch.score is None or epoch.validation_loss is None:
        return float(epoch.number), 0.0
    return epoch.score, -epoch.validation_loss


def window_weights(pool: Pool) -> Floats:
    """Return each window's weight, of mean 1: all classes weigh the same, and all their strata."""
    sizes = np.bincount(pool.cell)
    cells_of_class = np.zeros(int(pool.y.max()) + 1)
    for cell in np.unique(pool.cell):
        cells_of_class[pool.y[pool.cell == cell][0]] += 1
    weights = 1.0 / (sizes[pool.cell] * cells_of_class[pool.y])
    return np.asarray(weights / weights.mean(), dtype=np.float32)


def _judge(number: int, loss: float, outputs: Floats, pool: Pool) -> Epoch:
    chosen = outputs[np.arange(len(outputs)), pool.y].astype(np.float64)
    right = outputs.argmax(axis=1) == pool.y
    sizes = np.bincount(pool.cell)
    recalls = np.bincount(pool.cell, weights=right)[sizes > 0] / sizes[sizes > 0]
    losses = -np.log(np.maximum(chosen, 1e-7))
    weighted = float((losses * window_weights(pool)).mean())
    return Epoch(number, loss, weighted, float(right.mean()), float(recalls.mean()))


def _epoch_function(tf: Any, network: Any, optimizer: Any, loss: Any, batch: int) -> Any:
    """Return a function of an epoch's windows, targets and weights that gives the mean loss.

    The loop over batches is inside of TensorFlow's graph: for networks this small, going in and
    out of it would cost more than the arithmetic.
    """

    def epoch(x: Any, targets: Any, weights: Any) -> Any:
        count = tf.shape(x)[0]
        total = tf.constant(0.0)
        for start in tf.range(0, count, batch):
            stop = tf.minimum(start + batch, count)
            with tf.GradientTape() as tape:
                outputs = network(x[start:stop], training=True)
                losses = loss(targets[start:stop], outputs)
                value = tf.reduce_mean(losses * weights[start:stop])
            gradients = tape.gradient(value, network.trainable_variables)
            optimizer.apply(gradients, network.trainable_variables)
            total += value * tf.cast(stop - start, tf.float32)
        return total / tf.cast(count, tf.float32)

    return tf.function(epoch, reduce_retracing=True)
