"""Noise told from mismatch, element by element."""

from __future__ import annotations

import numpy as np
import pytest

from parity.engines.protocol import Batch
from parity.fuzz.noise import FACTOR, first_unexplained, has_diverged, moved_rows, moved_state
from parity.fuzz.noise import unexplained as judge
from parity.fuzz.roundings import moved
from parity.results import Finding

BAND = 1e-12


def unexplained(expected, received, *again):
    tensors = [{"t": np.asarray(a, dtype=np.float64)} for a in (expected, received, *again)]
    return judge("t", tensors[0], tensors[1], tensors[2:], BAND)


def test_what_is_within_the_band_needs_no_explanation() -> None:
    assert unexplained([1.0, 1e-20], [1.0 + 5e-13, 2e-20]) is None


def test_a_difference_without_movement_is_a_mismatch() -> None:
    found = unexplained([1.0, 2.0], [1.0, 2.1], [1.0, 2.0])
    assert found is not None
    assert (found.index, found.reference, found.candidate) == ((1,), 2.0, 2.1)
    assert found.error == pytest.approx(0.05)


def test_a_difference_is_excused_up_to_a_few_movements() -> None:
    spread = 1e-3
    assert unexplained([1.0], [1.0 + 0.99 * FACTOR * spread], [1.0 - spread]) is None
    assert unexplained([1.0], [1.0 + 1.01 * FACTOR * spread], [1.0 - spread]) is not None


def test_the_movement_of_one_element_excuses_no_other() -> None:
    found = unexplained([1.0, 1.0], [1.5, 1.5], [2.0, 1.0])
    assert found is not None
    assert found.index == (1,)


def test_the_largest_of_several_movements_counts() -> None:
    assert unexplained([0.0], [0.5], [0.0], [1.0], [0.0]) is None


def test_nan_and_infinity_are_excused_only_where_keras_has_them_at_times() -> None:
    assert unexplained([1.0], [np.nan], [1.0]) is not None
    assert unexplained([1.0], [np.nan], [np.nan]) is None
    assert unexplained([np.inf], [np.inf], [1.0]) is None


def test_subnormal_numbers_are_zero_to_tensorflow() -> None:
    assert unexplained([0.0], [5e-310]) is None
    assert unexplained([0.0], [5e-300]) is not None


def test_a_weight_may_lack_a_subnormal_number_divided_by_epsilon() -> None:
    for size, excused in ((1e-33, True), (1e-28, False)):
        pair = {"weight/a": np.zeros(1, np.float32)}, {"weight/a": np.full(1, size, np.float32)}
        assert (judge("weight/a", *pair, [], BAND) is None) == excused


def test_another_shape_or_type_or_a_missing_tensor_is_never_noise() -> None:
    assert unexplained([1.0], [[1.0]], [5.0]) is not None
    pair = {"t": np.zeros(1)}, {"t": np.zeros(1, np.float32)}
    assert judge("t", *pair, [], BAND) is not None
    assert judge("t", pair[0], {}, [], BAND).note == "missing in nnscratch"
    assert judge("t", {}, pair[0], [], BAND).note == "missing in Keras"


def test_keras_is_run_again_until_everything_is_explained() -> None:
    runs = iter([0.0, 0.0, 1.0])

    def once_more(turn: int) -> dict[str, np.ndarray]:
        return {"t": np.array([next(runs)])}

    expected, received = {"t": np.array([0.0])}, {"t": np.array([0.5])}
    found = first_unexplained(expected, received, once_more, BAND, 3)
    assert found is None
    assert next(runs, None) is None
    found = first_unexplained(expected, received, lambda turn: expected, BAND, 3)
    assert found is not None
    assert (found.step, found.tensor) == (3, "t")


def test_each_element_may_agree_with_either_way_of_keras_but_with_none_between() -> None:
    expected = {"t": np.array([1.0, 2.0])}
    other = {"t": np.array([1.5, 2.5])}

    def judged(received: list[float]) -> Finding | None:
        found = {"t": np.array(received)}
        return first_unexplained(expected, found, lambda turn: expected, BAND, 1, lambda: other)

    assert judged([1.0, 2.5]) is None
    between = judged([1.5, 2.25])
    assert between is not None
    assert (between.index, between.error) == ((1,), 0.125)


def test_the_other_way_is_asked_only_where_noise_explains_nothing() -> None:
    def other() -> dict[str, np.ndarray]:
        raise AssertionError("asked")

    expected, received = {"t": np.array([0.0])}, {"t": np.array([0.5])}
    after = {"t": np.array([1.0])}
    assert first_unexplained(expected, expected, lambda turn: after, BAND, 1, other) is None
    assert first_unexplained(expected, received, lambda turn: after, BAND, 1, other) is None


def test_the_runs_are_numbered() -> None:
    turns: list[int] = []

    def once_more(turn: int) -> dict[str, np.ndarray]:
        turns.append(turn)
        return {"t": np.array([float(turn == 2)])}

    expected, received = {"t": np.array([0.0])}, {"t": np.array([0.5])}
    assert first_unexplained(expected, received, once_more, BAND, 1) is None
    assert turns == [0, 1, 2]


def test_inputs_move_by_no_more_than_one_unit_in_the_last_place() -> None:
    rng = np.random.default_rng(1)
    for dtype in ("float32", "float64"):
        x = rng.normal(size=1000).astype(dtype)
        y = moved(x, rng)
        assert y.dtype == x.dtype
        assert (x != y).any()
        assert (np.abs(y - x) <= 1.5 * np.finfo(dtype).eps * np.abs(x)).all()
    assert moved(np.zeros(3), rng).tolist() == [0.0] * 3


def test_slots_and_counters_do_not_move() -> None:
    state = {
        "optimizer/iteration": np.array(3),
        "slot/a/m": np.ones(50),
        "weight/a": np.ones(50),
        "moving/a/moving_mean": np.ones(50),
    }
    after = moved_state(state, np.random.default_rng(2))
    same = {name: bool(np.array_equal(state[name], after[name])) for name in state}
    assert list(same.values()) == [True, True, False, False]


def test_targets_and_weights_do_not_move() -> None:
    rows = Batch(np.ones((40, 2)), np.ones((40, 1)), np.ones(40))
    after = moved_rows(rows, np.random.default_rng(3))
    assert not np.array_equal(after.x, rows.x)
    assert after.y is rows.y
    assert after.sample_weight is rows.sample_weight


def test_divergence_is_what_cannot_be_squared() -> None:
    assert has_diverged({"a": np.array([1.0, np.inf])})
    assert has_diverged({"a": np.array([1e20], np.float32)})
    assert not has_diverged({"a": np.array([1e20]), "n": np.array([3])})


def test_what_is_dropped_as_subnormal_may_be_multiplied_by_silu():
    """σ(−84.6) is subnormal: TensorFlow has z·0, NumPy z·σ(z) = −84.6·5e-39."""
    keras, ours, more = (np.array([v], np.float32) for v in (-0.0, -4.2e-37, -2e-36))
    assert judge("y", {"y": keras}, {"y": ours}, [], 1e-6) is None
    assert judge("y", {"y": keras}, {"y": more}, [], 1e-6) is not None


def test_where_keras_has_no_other_way_the_finding_stands() -> None:
    expected, received = {"t": np.array([0.0])}, {"t": np.array([0.5])}
    found = first_unexplained(expected, received, lambda turn: expected, BAND, 1, lambda: None)
    assert found is not None
