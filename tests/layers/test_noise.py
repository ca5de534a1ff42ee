"""The layers that are active in training only: by hand, by law, and what they refuse."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch import config, layers, random
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError

NOISE = {
    "Dropout": {"rate": 0.4},
    "SpatialDropout1D": {"rate": 0.4},
    "GaussianNoise": {"stddev": 0.4},
    "GaussianDropout": {"rate": 0.4},
    "AlphaDropout": {"rate": 0.4},
}
every_layer = pytest.mark.parametrize("name", list(NOISE))
RATES = st.floats(0.01, 0.95)
SEEDS = st.integers(0, 2**31)
LAMBDA, ALPHA = 1.0507009873554804934, 1.6732632423543772848


def make(kind, **options):
    return getattr(layers, kind)(**{**NOISE[kind], **options})


def points(*shape, dtype="float32"):
    return np.random.default_rng(1).normal(size=shape).astype(dtype)


SIGNATURES = {
    "GaussianNoise": ["stddev", "seed", "kwargs"],
    "GaussianDropout": ["rate", "seed", "kwargs"],
    "AlphaDropout": ["rate", "noise_shape", "seed", "kwargs"],
    "Dropout": ["rate", "noise_shape", "seed", "kwargs"],
    "SpatialDropout1D": ["rate", "seed", "name", "dtype"],
}


@every_layer
def test_arguments_are_those_of_keras(name):
    parameters = inspect.signature(getattr(layers, name)).parameters
    assert list(parameters) == SIGNATURES[name]
    optional = [p for p in parameters.values() if p.kind is not p.VAR_KEYWORD][1:]
    assert all(p.default is None for p in optional)


@every_layer
def test_inference_hands_on_the_input_and_draws_nothing(name):
    layer, cache, x = make(name), Cache(), points(3, 4, 5)
    assert layer.forward(x, cache, training=False) is x
    assert layer.backward(x, cache) is x
    assert layer.seed_generator.draws == 0
    np.testing.assert_array_equal(layer(x), x)


@every_layer
def test_no_noise_draws_neither_seed_nor_numbers(name):
    argument = next(iter(NOISE[name]))
    random.set_random_seed(4)
    layer = make(name, **{argument: 0})
    next_seed = random.make_default_seed()
    random.set_random_seed(4)
    assert random.make_default_seed() == next_seed
    assert not hasattr(layer, "seed_generator")
    x = points(3, 4, 5)
    np.testing.assert_array_equal(layer(x, training=True), x)


@every_layer
def test_a_seed_makes_it_repeatable_and_calls_differ(name):
    x = points(3, 4, 5)
    first, second = (make(name, seed=8) for _ in range(2))
    calls = [first(x, training=True) for _ in range(2)]
    assert (calls[0] != calls[1]).any()
    for y in calls:
        np.testing.assert_array_equal(second(x, training=True), y)


def test_gaussian_noise_by_hand():
    layer, cache, x = make("GaussianNoise", stddev=0.25, seed=3), Cache(), points(4, 5)
    y = layer.forward(x, cache, training=True)
    z = random.normal((4, 5), seed=(3, 0))
    np.testing.assert_array_equal(y, x + z * np.float32(0.25))
    dy = points(4, 5)
    np.testing.assert_array_equal(layer.backward(dy, cache), dy)


def test_gaussian_dropout_by_hand():
    layer, cache, x = make("GaussianDropout", rate=0.2, seed=3), Cache(), points(4, 5)
    y = layer.forward(x, cache, training=True)
    # rate/(1 - rate) = 1/4, so the deviation is a half
    factor = random.normal((4, 5), seed=(3, 0)) * np.float32(0.5) + np.float32(1)
    np.testing.assert_array_equal(y, x * factor)
    dy = points(4, 5)
    np.testing.assert_array_equal(layer.backward(dy, cache), dy * factor)


def test_alpha_dropout_by_hand():
    """With rate 1/2: a = ((1 + s²/2)/2)^(-1/2) and b = a·s/2, where s = λα."""
    layer, cache = make("AlphaDropout", rate=0.5, seed=3, dtype="float64"), Cache()
    x = points(4, 5, dtype="float64")
    y = layer.forward(x, cache, training=True)
    kept = random.uniform((4, 5), seed=(3, 0)) >= 0.5
    s = LAMBDA * ALPHA
    a = ((1 + s**2 / 2) / 2) ** -0.5
    np.testing.assert_allclose(y, np.where(kept, a * x, -a * s) + a * s / 2, rtol=0, atol=1e-15)
    dy = points(4, 5, dtype="float64")
    np.testing.assert_allclose(layer.backward(dy, cache), a * kept * dy, rtol=1e-15)
    assert 0 < kept.sum() < kept.size


def test_the_mask_of_alpha_dropout_is_drawn_in_floatx():
    """Keras 3.15.1 with floatx float32: where a float64 layer with seed 5 drops ones."""
    y = layers.AlphaDropout(0.3, seed=5, dtype="float64")(np.ones((4, 5)), training=True)
    assert y.dtype == np.float64
    dropped = [(0, 0), (2, 3), (3, 1), (3, 2), (3, 4)]
    assert [tuple(place) for place in np.argwhere(y < 0).tolist()] == dropped
    np.testing.assert_allclose(y[0, :2], [-1.0595481589864801, 1.315044684383419], rtol=1e-15)
    config.set_floatx("float64")
    other = layers.AlphaDropout(0.3, seed=5)(np.ones((4, 5)), training=True)
    assert (other != y).any()


def test_spatial_dropout_drops_whole_channels():
    layer, cache = make("SpatialDropout1D", rate=0.5, seed=2), Cache()
    x = np.ones((6, 4, 8), np.float32)
    y = layer.forward(x, cache, training=True).copy()
    kept = random.uniform((6, 1, 8), seed=(2, 0)) >= 0.5
    np.testing.assert_array_equal(y, np.broadcast_to(2.0 * kept, y.shape))
    np.testing.assert_array_equal(layer.backward(x, cache), y)


@settings(deadline=None, max_examples=30)
@given(rate=RATES, seed=SEEDS)
def test_gaussian_dropout_is_one_plus_scaled_noise(rate, seed):
    """The same standard normal numbers for every rate."""
    y = layers.GaussianDropout(rate, seed=seed, dtype="float64")(np.ones((3, 4)), training=True)
    z = (y - 1) / math.sqrt(rate / (1 - rate))
    expected = random.normal((3, 4), dtype="float64", seed=(seed, 0))
    np.testing.assert_allclose(z, expected, rtol=1e-9, atol=1e-12)


@settings(deadline=None, max_examples=20)
@given(rate=RATES, seed=SEEDS)
def test_alpha_dropout_takes_two_values_on_a_constant(rate, seed):
    """Their difference is a·(x + λα), and the higher one belongs to what is kept."""
    y = layers.AlphaDropout(rate, seed=seed, dtype="float64")(np.full((20, 30), 2.0), training=True)
    s = LAMBDA * ALPHA
    a = ((1 - rate) * (1 + rate * s**2)) ** -0.5
    low = a * s * (rate - 1)
    near_low, near_high = (np.isclose(y, v, rtol=0, atol=1e-12) for v in (low, low + a * (2 + s)))
    assert (near_low ^ near_high).all()
    tolerance = 5 * math.sqrt(rate * (1 - rate) / y.size)
    assert abs(near_low.mean() - rate) < tolerance


@pytest.mark.parametrize("rate", [0.05, 0.3, 0.6])
def test_alpha_dropout_keeps_mean_zero_and_variance_one(rate):
    x = random.normal((400, 500), seed=1)
    y = layers.AlphaDropout(rate, seed=2)(x, training=True).astype(np.float64)
    assert abs(y.mean()) < 0.02
    assert abs(y.var() - 1) < 0.02


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("name", ["Dropout", "GaussianDropout"])
def test_dropout_keeps_the_mean_and_adds_the_same_variance(name, rate):
    y = getattr(layers, name)(rate, seed=2)(np.ones((400, 500), np.float32), training=True)
    ratio = rate / (1 - rate)
    assert abs(y.mean(dtype=np.float64) - 1) < 5 * math.sqrt(ratio / y.size)
    assert abs(y.var(dtype=np.float64) / ratio - 1) < 0.02


@pytest.mark.parametrize("name", ["Dropout", "AlphaDropout"])
def test_noise_shape_repeats_the_mask(name):
    layer = make(name, noise_shape=(None, 1, 5), seed=3)
    y = layer(np.ones((4, 6, 5), np.float32), training=True)
    assert (y == y[:, :1]).all()
    assert len(np.unique(y)) == 2


@pytest.mark.parametrize("name", ["Dropout", "AlphaDropout"])
@pytest.mark.parametrize("noise_shape", [(2, 5), (None,), (None, 1, 1), (1, 2)])
def test_noise_shapes_that_do_not_fit_the_input(name, noise_shape):
    layer = make(name, noise_shape=noise_shape, name="hush")
    with pytest.raises(ShapeError, match=r"`noise_shape` of 'hush'.*\(4, 5\)"):
        layer(np.ones((4, 5), np.float32), training=True)


@pytest.mark.parametrize("name", ["Dropout", "AlphaDropout"])
@pytest.mark.parametrize("noise_shape", [(), "ab", (0, 1), (1.5,), (True,)])
def test_bad_noise_shapes(name, noise_shape):
    with pytest.raises(ValueError, match="noise_shape"):
        make(name, noise_shape=noise_shape)


@every_layer
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), "0.5", None, True])
def test_bad_amounts_of_noise(name, value):
    argument = next(iter(NOISE[name]))
    with pytest.raises(ValueError, match=f"`{argument}` must be a number from 0 to 1"):
        make(name, **{argument: value})


def test_the_whole_can_be_dropped_but_not_made_infinitely_noisy():
    x = points(2, 3)
    assert not layers.Dropout(1.0)(x, training=True).any()
    for name in ("GaussianDropout", "AlphaDropout"):
        with pytest.raises(ValueError, match="below 1"):
            make(name, rate=1.0)


@every_layer
def test_a_numpy_number_is_as_good_as_python_s(name):
    argument, value = next(iter(NOISE[name].items()))
    x = points(3, 4, 5)
    one, other = (make(name, seed=1, **{argument: v}) for v in (value, np.float64(value)))
    np.testing.assert_array_equal(one(x, training=True), other(x, training=True))
    assert type(getattr(other, argument)) is float


@every_layer
def test_bad_seeds_and_unknown_arguments(name):
    with pytest.raises(ValueError, match="seed"):
        make(name, seed="one")
    if name == "SpatialDropout1D":
        return
    with pytest.raises(ValueError, match="Did you mean 'seed'"):
        make(name, sead=1)


CONFIGURED = {
    "GaussianNoise": ["name", "trainable", "dtype", "stddev", "seed"],
    "GaussianDropout": ["name", "trainable", "dtype", "rate", "seed"],
    "AlphaDropout": ["name", "trainable", "dtype", "rate", "seed", "noise_shape"],
    "Dropout": ["name", "trainable", "dtype", "rate", "seed", "noise_shape"],
    "SpatialDropout1D": ["rate", "seed", "name", "dtype"],
}
"""What Keras 3.15.1 writes, in its order."""


@every_layer
def test_a_configuration_makes_the_layer_again(name):
    layer, x = make(name, seed=6, name="hush"), points(3, 4, 5)
    written = layer.get_config()
    assert list(written) == CONFIGURED[name]
    again = type(layer).from_config(written)
    assert again.name == "hush"
    np.testing.assert_array_equal(again(x, training=True), layer(x, training=True))


@every_layer
def test_a_seed_that_was_drawn_is_not_written_down(name):
    layer = make(name)
    assert layer.get_config()["seed"] is None
    random.set_random_seed(2)
    again = type(layer).from_config(layer.get_config())
    random.set_random_seed(2)
    assert again.seed_generator.state.tolist() == [random.make_default_seed(), 0]


def test_spatial_dropout_wants_three_axes():
    for shape in ((4, 5), (2, 3, 4, 5)):
        with pytest.raises(ShapeError, match="channels"):
            layers.SpatialDropout1D(0.5)(np.ones(shape, np.float32), training=True)
