"""Seeding, generators, recording and replaying, and the errors."""

from __future__ import annotations

import random as python_random
import subprocess
import sys

import numpy as np
import pytest

from nnscratch import config, naming, random
from nnscratch.errors import ShapeError
from nnscratch.random.permutation import shuffle_pair


@pytest.fixture(autouse=True)
def _unseeded():
    """Each test starts and ends without a seed for the shuffle and without a global generator."""
    random.set_random_seed(0)
    random.set_shuffle_seed(None)
    yield
    random.set_random_seed(0)
    random.set_shuffle_seed(None)


def test_set_random_seed_seeds_python_numpy_and_the_shuffle():
    random.set_random_seed(123)
    assert python_random.random() == python_random.Random(123).random()
    assert np.random.random() == np.random.RandomState(123).random()
    assert random.last_seed() == 123


def test_set_random_seed_starts_the_global_generator_anew():
    random.set_random_seed(5)
    first = random.uniform((3,))
    second = random.uniform((3,))
    assert (first != second).all()
    random.set_random_seed(5)
    np.testing.assert_array_equal(random.uniform((3,)), first)


def test_user_draws_shift_later_default_seeds():
    random.set_random_seed(5)
    seeds = [random.make_default_seed() for _ in range(3)]
    random.set_random_seed(5)
    python_random.randint(1, 1_000_000_000)
    assert random.SeedGenerator().state.tolist() == [seeds[1], 0]


def test_seeding_python_alone_leaves_the_shuffle_unseeded():
    python_random.seed(5)
    assert random.last_seed() is None
    orders = {tuple(random.epoch_permutation(30, random.last_seed()).tolist()) for _ in range(3)}
    assert len(orders) == 3


def test_a_seeded_shuffle_is_the_same_in_every_epoch():
    random.set_random_seed(5)
    orders = {tuple(random.epoch_permutation(30, random.last_seed()).tolist()) for _ in range(3)}
    assert len(orders) == 1


def test_the_shuffle_seed_alone_changes_nothing_else():
    random.set_random_seed(5)
    expected = random.make_default_seed()
    random.set_random_seed(5)
    random.set_shuffle_seed(9)
    assert random.last_seed() == 9
    assert random.make_default_seed() == expected


@pytest.mark.parametrize("seed", [2**31 - 1, 0])
def test_a_shuffle_seed_of_zero_is_replaced(seed):
    assert shuffle_pair(seed) == (0, 2**31 - 1)


def test_a_cached_order_cannot_be_spoilt():
    order = random.epoch_permutation(10, 1)
    with pytest.raises(ValueError, match="read-only"):
        order[0] = 99


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "777", True, None, np.int64(3)])
def test_set_random_seed_refuses(seed):
    with pytest.raises(ValueError, match="seed"):
        random.set_random_seed(seed)


@pytest.mark.parametrize("seed", [1.5, "777", True, np.int64(3), 2**63])
def test_seed_generator_refuses(seed):
    with pytest.raises(ValueError, match="seed"):
        random.SeedGenerator(seed)
    with pytest.raises(ValueError, match="seed"):
        random.uniform((2,), seed=seed)


def test_seed_generator_refuses_unknown_arguments():
    with pytest.raises(ValueError, match="sead"):
        random.SeedGenerator(sead=3)


def test_seed_generator_configuration():
    naming.clear_names()
    assert random.SeedGenerator().get_config() == {"seed": None, "name": "seed_generator"}
    generator = random.SeedGenerator(4)
    generator.next()
    assert generator.get_config() == {"seed": 4, "name": "seed_generator_1"}
    again = random.SeedGenerator.from_config(generator.get_config())
    assert again.state.tolist() == [4, 0]
    assert generator.draws == 1
    assert random.SeedGenerator(4, "masks").name == "masks"


def test_the_state_handed_out_stays_as_it_was():
    generator = random.SeedGenerator(4)
    first = generator.next()
    generator.next()
    assert first.tolist() == [4, 0]
    assert generator.state.dtype == np.int64


def test_int_seeds_repeat_and_generators_go_on():
    np.testing.assert_array_equal(random.normal((4,), seed=1), random.normal((4,), seed=1))
    generator = random.SeedGenerator(1)
    first, second = (random.normal((4,), seed=generator) for _ in range(2))
    np.testing.assert_array_equal(first, random.normal((4,), seed=(1, 0)))
    np.testing.assert_array_equal(second, random.normal((4,), seed=(1, 1)))


def test_default_dtype_is_floatx():
    config.set_floatx("float64")
    try:
        assert random.normal((2,)).dtype == np.float64
        assert random.dropout_mask((4,), 0.5, 1).tolist() == [
            u >= 0.5 for u in random.uniform((4,), seed=1).tolist()
        ]
    finally:
        config.set_floatx("float32")
    assert random.normal((2,)).dtype == np.float32


def test_recording_names_every_draw():
    generator = random.SeedGenerator(3, "masks")
    with random.record() as draws:
        random.dropout(np.ones((2, 5), np.float32), 0.5, (None, 1), seed=generator)
        random.normal((4,), seed=8)
        random.epoch_permutation(6, 777)
        random.dropout(np.ones(3, np.float32), 0.0, seed=generator)
    random.normal((4,), seed=8)
    assert draws == [
        random.Draw("masks", "dropout", (2, 1), (3, 0)),
        random.Draw("fixed", "normal", (4,), (8, 0)),
        random.Draw("fit", "permutation", (6,), (777, 0)),
    ]


def test_a_replay_repeats_every_kind_of_draw_and_leaves_no_trace():
    generator = random.SeedGenerator(3)

    def draw():
        return [
            random.uniform((3,)),
            random.normal((3,), seed=generator),
            random.truncated_normal((3,), seed=generator),
            random.randint((3,), 0, 9),
            random.shuffle(np.arange(5)),
            random.categorical(np.zeros((2, 3)), 4),
            random.dropout_mask((5,), 0.5),
            random.epoch_permutation(9, None),
            random.batch_permutation(9, 3, None),
        ]

    with random.record() as draws:
        first = draw()
    state = generator.state.tolist()
    with random.replay(draws), random.record() as replayed:
        again = draw()
    assert generator.state.tolist() == state
    assert replayed == draws
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_replay_refuses_another_draw():
    with random.record() as draws:
        random.uniform((3,), seed=1)
    with (
        pytest.raises(ValueError, match=r"expected 'uniform' of shape \(3,\)"),
        random.replay(draws),
    ):
        random.uniform((4,), seed=1)
    with pytest.raises(ValueError, match="no draw left"), random.replay([]):
        random.uniform((4,), seed=1)
    with pytest.raises(ValueError, match="1 draws left"), random.replay(draws):
        pass
    random.uniform((4,), seed=1)


@pytest.mark.parametrize("shape", [3, (2, -1), (2, None), (2.5,), "ab"])
def test_bad_shapes(shape):
    for draw in (random.uniform, random.normal, random.truncated_normal):
        with pytest.raises(ShapeError, match="shape"):
            draw(shape, seed=1)


@pytest.mark.parametrize("dtype", ["int32", "float16", "flaot32"])
def test_bad_float_dtypes(dtype):
    with pytest.raises(ValueError, match=dtype):
        random.uniform((2,), dtype=dtype, seed=1)


@pytest.mark.parametrize(
    ("low", "high", "dtype"),
    [(5, 2, "int32"), (2, 2, "int32"), (0, 2**31, "int32"), (0.5, 3, "int32"), (0, 9, "float32")],
)
def test_bad_integer_draws(low, high, dtype):
    with pytest.raises(ValueError, match=r"minval|dtype"):
        random.randint((2,), low, high, dtype, seed=1)


def test_bad_dropout():
    x = np.ones((3, 2), np.float32)
    for rate in (-0.5, 1.5, float("nan")):
        with pytest.raises(ValueError, match="rate"):
            random.dropout(x, rate, seed=1)
    with pytest.raises(ValueError, match="floats"):
        random.dropout(x.astype(np.int32), 0.5, seed=1)
    for noise_shape in ((3, 5), (None, 1, 1), (None,)):
        with pytest.raises(ShapeError, match="noise_shape"):
            random.dropout(x, 0.5, noise_shape, seed=1)
    with pytest.raises(ValueError, match="axis"):
        random.shuffle(x, axis=2, seed=1)
    with pytest.raises(ValueError, match="pair"):
        random.dropout_mask((2,), 0.5, (1, 2, 3))


def test_dropout_of_nothing_and_of_everything_draws_nothing():
    x = np.full((3,), 2.0, np.float32)
    with random.record() as draws:
        np.testing.assert_array_equal(random.dropout(x, 0.0), x)
        np.testing.assert_array_equal(random.dropout(x, 1.0), np.zeros(3))
    assert draws == []


def test_seeds_give_the_same_numbers_in_another_process():
    code = (
        "from nnscratch import random; random.set_random_seed(777);"
        "print(random.make_default_seed(), random.uniform((2,)).tolist(),"
        " random.epoch_permutation(8, random.last_seed()).tolist())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    assert runs.pop().startswith("246245601 ")
