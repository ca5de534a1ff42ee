"""Whole training runs from the seed alone, side by side with a live Keras."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest

import nnscratch

pytestmark = pytest.mark.keras

RATES = {"SGD": 0.05, "Adam": 0.01}
every_seed = pytest.mark.parametrize(
    "seed", [0, 1, 2, 42, 777, 2**31 - 1, 2**32 - 1, *range(3, 16)]
)
both_optimizers = pytest.mark.parametrize("optimizer", list(RATES))


@pytest.fixture(scope="module")
def keras():
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pytest.importorskip("keras")
    before = found.config.floatx(), found.config.dtype_policy()
    yield found
    found.config.set_floatx(before[0])
    found.config.set_dtype_policy(before[1])


def set_floatx(keras, floatx):
    nnscratch.config.set_floatx(floatx)
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(floatx)


def run(lib, seed, optimizer, floatx, **compile_options):
    """Train; the epochs' losses, and all weights and statistics before and after every step."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.0, 1.0, (90, 8)).astype(floatx)
    y = (x[:, :3] + 0.5 * x[:, 3:6]).argmax(1)
    lib.utils.set_random_seed(seed)
    layers = lib.layers
    model = lib.Sequential(
        [
            layers.Input((8,)),
            layers.Dense(16, "relu", kernel_initializer="he_normal"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(3),
        ]
    )
    model.compile(
        getattr(lib.optimizers, optimizer)(RATES[optimizer]),
        lib.losses.SparseCategoricalCrossentropy(from_logits=True),
        **compile_options,
    )

    def weights():
        return np.concatenate([w.ravel() for w in model.get_weights()])

    steps = [weights()]
    hook = lib.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: steps.append(weights())
    )
    history = model.fit(x, y, batch_size=16, epochs=3, verbose=0, callbacks=[hook])
    return np.array(history.history["loss"]), np.stack(steps)


@both_optimizers
@every_seed
def test_float64_runs(keras, seed, optimizer):
    set_floatx(keras, "float64")
    ours, theirs = (run(lib, seed, optimizer, "float64") for lib in (nnscratch, keras))
    assert ours[1].shape == theirs[1].shape == (19, ours[1].shape[1])
    np.testing.assert_allclose(ours[0], theirs[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=0, atol=1e-12)


@both_optimizers
@pytest.mark.parametrize("seed", [0, 777, 2**32 - 1, 5])
def test_ten_steps_of_float32_runs(keras, seed, optimizer):
    set_floatx(keras, "float32")
    ours, theirs = (run(lib, seed, optimizer, "float32")[1][:11] for lib in (nnscratch, keras))
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_a_run_compiled_by_xla(keras):
    set_floatx(keras, "float64")
    options = {"floatx": "float64", "seed": 777, "optimizer": "Adam"}
    ours, theirs = (run(lib, jit_compile=True, **options) for lib in (nnscratch, keras))
    np.testing.assert_allclose(ours[0], theirs[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=0, atol=1e-12)
    assert abs(run(nnscratch, **options)[1] - ours[1]).max() > 1e-3
