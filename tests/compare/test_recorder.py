from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnscratch import Sequential
from nnscratch.compare.recorder import SAMPLE, Recorder, idle_variables, named_arrays
from nnscratch.layers import BatchNormalization, Dense, Input


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder({"engine": "test", "folder": str(tmp_path), "steps": 3})


def test_a_small_tensor_is_written_whole(recorder: Recorder) -> None:
    found = recorder.digest(np.array([[3.0, -4.0]], np.float32))
    assert found.tolist() == [5.0, 4.0, 3.0, -4.0]


def test_a_large_tensor_is_sampled_in_the_same_places_each_time(recorder: Recorder) -> None:
    tensor = np.arange(1000.0)
    found = recorder.digest(tensor)
    assert len(found) == 2 + SAMPLE
    assert found[1] == 999.0
    assert len(set(found[2:])) == SAMPLE
    assert np.array_equal(recorder.digest(tensor + 1)[2:], found[2:] + 1)


def test_biases_before_a_batch_normalization_are_idle() -> None:
    model = Sequential(
        [
            Input((3,)),
            Dense(4, name="a"),
            BatchNormalization(name="b"),
            Dense(4, "relu", name="c"),
            BatchNormalization(name="d"),
            Dense(4, use_bias=False, name="e"),
            BatchNormalization(name="f"),
            Dense(2, name="g"),
        ],
        name="net",
    )
    assert idle_variables(model) == {
        v.path for v in model.weights if v.path.endswith(("a/bias", "b/moving_mean"))
    }
    assert len(idle_variables(model)) == 2


def test_frozen_normalization_takes_nothing_away() -> None:
    model = Sequential([Input((3,)), Dense(4), BatchNormalization(trainable=False), Dense(2)])
    assert idle_variables(model) == set()


def test_results_of_every_shape_are_named() -> None:
    assert dict(named_arrays({"loss": 0.5, "accuracy": 1.0})).keys() == {"loss", "accuracy"}
    assert dict(named_arrays([0.5, 1.0])).keys() == {"[0]", "[1]"}
    [(name, value)] = named_arrays(np.ones((2, 3)))
    assert (name, value.shape) == ("value", (2, 3))
