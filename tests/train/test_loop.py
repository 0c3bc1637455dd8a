"""The loop learns, chooses on the validation part, and goes on where it was interrupted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hargen.errors import ModelError
from hargen.train import families, loop
from hargen.train.augment import Frame
from hargen.train.loop import Epoch
from hargen.train.material import Material
from hargen.train.recipe import Recipe


class Memory:
    """Snapshots that are kept in memory."""

    def __init__(self) -> None:
        self.arrays: loop.Arrays | None = None

    def load(self) -> loop.Arrays | None:
        return self.arrays

    def save(self, arrays: loop.Arrays) -> None:
        self.arrays = {name: array.copy() for name, array in arrays.items()}


def run(material: Material, *, family="tcnn", snapshots=None, validation=True, seed=0, **options):
    loop.prepare()
    progress = options.pop("progress", lambda _: None)
    split = material.splits[0]
    found = families.find(family)
    table = {"filters": [4, 6]} if family == "tcnn" else {}
    parameters = families.parse(found, table, 24)
    pool = material.joined.pool
    return loop.train(
        lambda: found.build(parameters, 24, 3, seed),
        pool.take(split.train),
        pool.take(split.validation if validation else np.zeros(len(pool), dtype=bool)),
        Recipe(**{"epochs": 4, "batch": 32, **options}),
        seed,
        frame=Frame("z"),
        snapshots=snapshots or Memory(),
        progress=progress,
    )


def weights(trained: loop.Trained) -> list[bytes]:
    return [np.asarray(weight).tobytes() for weight in trained.network.weights]


def test_it_learns(material: Material) -> None:
    found = run(material, epochs=8, learning_rate=2e-2)
    assert found.history[-1].loss < 0.8 * found.history[0].loss
    assert found.best.validation_accuracy is not None
    assert found.best.validation_accuracy > 0.7


@pytest.mark.parametrize("family", ["ign", "gmp", "tcnn"])
def test_an_interrupted_run_ends_as_if_nothing_had_been(material: Material, family: str) -> None:
    # ign has dropout, whose random numbers have a state; gmp has moving averages
    whole = run(material, family=family, seed=3)

    def stop(epoch: Epoch) -> None:
        if epoch.number == 2:
            raise KeyboardInterrupt

    memory = Memory()
    with pytest.raises(KeyboardInterrupt):
        run(material, family=family, seed=3, snapshots=memory, progress=stop)
    seen: list[int] = []
    rest = run(
        material,
        family=family,
        seed=3,
        snapshots=memory,
        progress=lambda epoch: seen.append(epoch.number),
    )
    assert seen == [3, 4]
    assert rest.history == whole.history
    assert rest.best == whole.best
    assert weights(rest) == weights(whole)


def test_a_seed_gives_the_same_bits_and_another_does_not(material: Material) -> None:
    one, same, other = (run(material, epochs=2, seed=seed) for seed in (0, 0, 1))
    assert weights(one) == weights(same)
    assert weights(one) != weights(other)


def test_the_best_epoch_on_the_validation_part_is_kept(material: Material) -> None:
    found = run(material, epochs=8)
    ranks = [(epoch.score, -epoch.validation_loss) for epoch in found.history]
    assert found.best.number - 1 == max(range(8), key=ranks.__getitem__)
    windows = material.joined.pool.take(material.splits[0].validation)
    right = np.asarray(found.network(windows.windows()[..., None])).argmax(axis=1) == windows.y
    assert right.mean() == pytest.approx(found.best.validation_accuracy)


def test_patience_ends_it(material: Material) -> None:
    found = run(material, epochs=30, patience=1, learning_rate=0.2)
    assert len(found.history) == found.best.number + 1 < 30


def test_without_a_validation_part_the_last_epoch_counts(material: Material) -> None:
    found = run(material, validation=False, patience=1)
    assert len(found.history) == found.best.number == 4
    assert found.best.score is None


def test_a_training_that_diverges(material: Material) -> None:
    pool = material.joined.pool
    huge = replace(pool, samples=np.full_like(pool.samples, 3e38))
    broken = replace(material, joined=replace(material.joined, pool=huge))
    with pytest.raises(ModelError, match="diverged in epoch 1"), np.errstate(all="ignore"):
        run(broken)


def test_every_class_and_every_set_of_it_weighs_the_same(pool_of) -> None:
    pool = pool_of([(0, 0, 10), (1, 0, 30), (2, 1, 5)])
    cells = np.repeat([0, 1, 2], [10, 30, 5])  # two sets have class 0
    found = loop.window_weights(replace(pool, cell=cells))
    sums = np.bincount(cells, weights=found)
    assert found.mean() == pytest.approx(1)
    assert sums[0] == pytest.approx(sums[1])
    assert sums[0] + sums[1] == pytest.approx(sums[2])
