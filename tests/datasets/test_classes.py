"""Which class of the data is which of the model's."""

from __future__ import annotations

import numpy as np
import pytest

from hargen.datasets import Windows, labels_for, match_classes
from hargen.errors import DataError


def windows(y: list[int], classes: tuple[str, ...]) -> Windows:
    return Windows(
        x=np.zeros((len(y), 4, 3), np.float32), y=np.array(y), classes=classes, source="made up"
    )


@pytest.mark.parametrize(
    ("model", "data", "expected"),
    [
        (["Walking", "Running"], ["running", "WALKING"], (1, 0)),
        (["in-vehicle"], ["In Vehicle"], (0,)),
        (["Jogging", "Stationary"], ["Running", "Sitting", "Standing"], (0, 1, 1)),
        (["Stairs"], ["Upstairs", "walking downstairs"], (0, 0)),
        (["Biking"], ["cycling", "driving"], (0, -1)),
        (["Sitting", "Standing"], ["Standing", "Stationary"], (1, -1)),
        (["Running", "Jogging"], ["jogging", "run"], (1, -1)),
        (["A", "B"], ["Walking"], (-1,)),
        (["?", "!"], ["-"], (-1,)),
        (["Gehen"], ["gehen"], (0,)),
    ],
)
def test_names(model: list[str], data: list[str], expected: tuple[int, ...]) -> None:
    assert match_classes(model, data) == expected


def test_windows_that_do_not_count_are_counted() -> None:
    data = windows([0, 1, 2, -1, 1, 2, 2], ("Walking", "Biking", "Sitting"))
    labels = labels_for(data, ("Stationary", "Walking"))
    assert labels.y.tolist() == [1, -1, 0, -1, -1, 0, 0]
    assert labels.left_out == {"unlabelled": 1, "Biking": 2}


def test_data_without_class_names_has_the_models_own_indices() -> None:
    labels = labels_for(windows([0, 2, -1], ()), ("a", "b", "c"))
    assert labels.y.tolist() == [0, 2, -1]
    assert labels.left_out == {"unlabelled": 1}
    with pytest.raises(DataError, match="label 2 is out of range"):
        labels_for(windows([0, 2], ()), ("a", "b"))


def test_no_class_in_common_is_an_error() -> None:
    with pytest.raises(DataError, match="no class of the data") as caught:
        labels_for(windows([0], ("Walking",)), ("A", "B"))
    assert "--classes" in caught.value.hint
    assert labels_for(windows([-1], ("Walking",)), ("A", "B")).left_out == {"unlabelled": 1}
