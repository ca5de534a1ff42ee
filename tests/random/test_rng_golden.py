"""Every random number against what Keras 3.15.1 on TensorFlow 2.21 drew: bit for bit."""

from __future__ import annotations

import random as python_random

import numpy as np
import pytest
from rng_golden import INDEX, assert_close, assert_exact, case_id, cases, stored

from nnscratch import random
from nnscratch.random.bits import fractions
from nnscratch.random.libm import logf, sincosf
from nnscratch.random.philox import PhiloxStream, derive
from nnscratch.random.seed_generator import cast_seed


def each(section):
    return pytest.mark.parametrize("case", cases(section), ids=case_id)


def exact_unless_float64(case, array):
    """float64 normals depend on the C library's last bit."""
    if case["params"]["dtype"] == "float64":
        assert_close(case, "x", array, ulp=2)
    else:
        assert_exact(case, "x", array)


def test_the_golden_file_says_what_made_it():
    assert INDEX["meta"]["keras"] == "3.15.1"
    assert INDEX["meta"]["tensorflow"] == "2.21.0"
    assert INDEX["meta"]["numpy"]


@pytest.mark.parametrize("store", ["full", "digest"])
def test_the_check_sees_a_single_bit(store):
    """The last element of a digest is not in the sample: only the hash can tell."""
    case = next(c for c in cases("uniform")[6:] if c["out"]["x"]["store"] == store)
    values = random.uniform(**case["params"])
    assert_exact(case, "x", values)
    values[-1, -1] = np.nextafter(values[-1, -1], values.dtype.type(9))
    with pytest.raises(AssertionError):
        assert_exact(case, "x", values)


@each("philox")
def test_philox_words(case):
    params = case["params"]
    low, high = params["counter"]
    stream = PhiloxStream(params["key"][0], low=low, high=high)
    assert_exact(case, "bits", stream.words(params["n"]))


@each("derive")
def test_key_derivation(case):
    first, second = case["params"]["seed"]
    stream = derive((first, second))
    assert_exact(case, "key", np.array([stream.key], np.uint64))
    assert_exact(case, "counter", np.array([stream.low, stream.high], np.uint64))


@each("cast_seed")
def test_seed_reduction(case):
    pair = cast_seed((case["params"]["seed"], 0))
    assert_exact(case, "seed32", np.array(pair, np.int32))


@each("uniform")
def test_uniform(case):
    assert_exact(case, "x", random.uniform(**case["params"]))


@each("randint")
def test_randint(case):
    assert_exact(case, "x", random.randint(**case["params"]))


@each("normal")
def test_normal(case):
    exact_unless_float64(case, random.normal(**case["params"]))


@each("truncated_normal")
def test_truncated_normal(case):
    exact_unless_float64(case, random.truncated_normal(**case["params"]))


@each("libm32")
def test_log_sine_and_cosine_of_all_inputs(case):
    u = fractions(np.arange(2**23, dtype=np.uint32), "float32")
    sine, cosine = sincosf((u.astype(np.float64) * (2 * np.pi)).astype(np.float32))
    assert_exact(case, "logf_u", logf(np.maximum(u, np.float32(1e-7))))
    assert_exact(case, "sinf_2piu", sine)
    assert_exact(case, "cosf_2piu", cosine)


@each("python_draws")
def test_default_seeds(case):
    python_random.seed(case["params"]["seed"])
    draws = [random.make_default_seed() for _ in range(case["params"]["n"])]
    assert_exact(case, "draws", np.array(draws))


@each("seedgen")
def test_seed_generator(case):
    generator = random.SeedGenerator(case["params"]["seed"])
    states = [generator.next(case["params"]["ordered"]) for _ in range(case["params"]["n"])]
    assert_exact(case, "seeds", np.stack(states))


@each("global_seedgen")
def test_global_generator(case):
    random.set_random_seed(case["params"]["seed"])
    for k in range(3):
        assert_exact(case, f"uniform{k}", random.uniform((5,)))
    assert_exact(case, "normal3", random.normal((6,)))
    assert_exact(case, "next_python_draw", np.array(random.make_default_seed()))


@each("stateful_calls")
def test_draws_from_one_generator(case):
    params = case["params"]
    generator = random.SeedGenerator(params["seed"])
    for k in range(params["n"]):
        assert_exact(case, f"uniform{k}", random.uniform(params["shape"], seed=generator))
    assert_exact(case, "normal", random.normal(params["shape"], seed=generator))
    assert_exact(case, "truncated_normal", random.truncated_normal(params["shape"], seed=generator))
    assert_exact(case, "state", generator.state)


@each("keras_random")
def test_shuffle_and_dropout(case):
    params = case["params"]
    if params["fn"] == "shuffle":
        drawn = random.shuffle(np.arange(params["n"]), seed=params["seed"])
    else:
        ones = np.ones(params["shape"], np.float32)
        drawn = random.dropout(ones, params["rate"], seed=params["seed"])
    assert_exact(case, "x", drawn)


@each("xla_uniform")
def test_uniform_under_xla(case):
    with random.xla_bits():
        assert_exact(case, "x", random.uniform(**case["params"]))


@each("xla_normal")
def test_normal_under_xla(case):
    with random.xla_bits():
        assert_close(case, "x", random.normal(**case["params"]), ulp=4)


NOISE = [
    case
    for dtype in ("float32", "float64")
    for case in cases(f"noise_layers_{dtype}")
    if case["params"]["layer"][0] == "Dropout"
]


@pytest.mark.parametrize("case", NOISE, ids=case_id)
def test_dropout_of_successive_calls(case):
    config, dtype = case["params"]["layer"][1], case["params"]["dtype"]
    generator = random.SeedGenerator(config["seed"])
    x = random.uniform(case["params"]["shape"], 0.5, 1.5, dtype, seed=1)
    for k in range(3):
        y = random.dropout(x, config["rate"], config.get("noise_shape"), seed=generator)
        assert_exact(case, f"call{k}", y)
    assert_exact(case, "state", generator.state)


XLA_NOISE = [
    case
    for dtype in ("float32", "float64")
    for case in cases(f"xla_fit_noise_{dtype}")
    if case["params"]["layer"][0] == "Dropout"
]


@pytest.mark.parametrize("case", XLA_NOISE, ids=case_id)
def test_dropout_under_xla(case):
    params = case["params"]
    rate = params["layer"][1]["rate"]
    seed, start = stored(case, "state_before").tolist()
    ones = np.ones((params["batch"], params["units"]), params["floatx"])
    steps = case["out"]["values"]["shape"][0]
    with random.xla_bits():
        drawn = [random.dropout(ones, rate, seed=(seed, start + k)) for k in range(steps)]
    assert_exact(case, "values", np.stack(drawn))


@each("shuffle")
def test_order_of_samples(case):
    params = case["params"]
    assert_exact(case, "order", np.stack(orders_of_fit(params)).astype(np.int32))


def orders_of_fit(params):
    """The order of samples in each epoch, as the loop of `fit` puts it together."""
    n, size, seed = params["n"], params["batch_size"], params["seed"]
    n = int(n * (1 - params.get("validation_split", 0)))
    if params["shuffle"] == "batch":
        order = random.batch_permutation(n, size, seed)
    else:
        order = random.epoch_permutation(n, seed) if params["shuffle"] else np.arange(n)
    epochs = params["epochs"] * params["fits"]
    if "steps_per_epoch" not in params:
        return [order] * epochs
    run = params["steps_per_epoch"] * size
    return [order[epoch * run : (epoch + 1) * run] for epoch in range(epochs)]
