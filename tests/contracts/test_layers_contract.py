"""What every exported layer promises; a layer without a row here fails the tests."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from nnscratch import gradcheck, layers
from nnscratch.cache import Cache

RNG = np.random.default_rng(12)

ROWS = {
    "Dense": [
        ({"units": 3}, (5, 4)),
        ({"units": 2, "activation": "tanh", "kernel_regularizer": "l2"}, (5, 4)),
        ({"units": 3, "activation": "softmax", "use_bias": False}, (5, 2, 4)),
        ({"units": 6, "activation": "glu"}, (5, 4)),
    ],
    "Activation": [({"activation": "sigmoid"}, (5, 4)), ({"activation": "gelu"}, (3, 2, 4))],
    "Flatten": [({}, (4, 2, 3)), ({}, (4, 3))],
    "BatchNormalization": [
        ({}, (6, 3)),
        ({"axis": 1, "center": False}, (6, 3, 2)),
        ({"scale": False, "momentum": 0.9, "epsilon": 1e-5}, (6, 2, 3)),
    ],
    "Dropout": [
        ({"rate": 0.4, "seed": 5}, (6, 5)),
        ({"rate": 0.4, "noise_shape": (None, 1), "seed": 5}, (6, 5)),
        ({"rate": 0.0}, (6, 5)),
    ],
    "InputLayer": [({"shape": (4,)}, (5, 4))],
}
NO_LAYERS = {"Layer", "Input", "KerasTensor", "Node"}

CASES = [
    pytest.param(name, options, shape, id=f"{name}-{i}")
    for name, rows in ROWS.items()
    for i, (options, shape) in enumerate(rows)
]
every_layer = pytest.mark.parametrize(("name", "options", "shape"), CASES)
both_modes = pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])


def make(name, options, dtype="float64"):
    return getattr(layers, name)(**options, dtype=dtype)


def points(shape, dtype="float64"):
    return RNG.normal(size=shape).astype(dtype)


def test_every_exported_layer_has_a_row():
    exported = {n for n in layers.__all__ if inspect.isclass(getattr(layers, n))} - NO_LAYERS
    assert exported == set(ROWS)


@every_layer
@both_modes
def test_backward_is_the_derivative_of_forward(name, options, shape, training):
    layer = make(name, options)
    gradcheck.check_layer(layer, points(shape), training=training).assert_ok()


@every_layer
@both_modes
def test_float32_stays_float32(name, options, shape, training):
    layer, cache = make(name, options, "float32"), Cache()
    x = points(shape, "float32")
    layer.ensure_built((None, *shape[1:]))
    y = layer.forward(x, cache, training=training)
    dx = layer.backward(np.ones_like(y), cache)
    assert y.dtype == dx.dtype == np.float32
    assert all(w.grad is None or w.grad.dtype == np.float32 for w in layer.weights)


@every_layer
@both_modes
def test_arguments_are_left_as_they_are(name, options, shape, training):
    layer, cache = make(name, options), Cache()
    x, kept = points(shape), None
    kept = x.copy()
    layer.ensure_built((None, *shape[1:]))
    y = layer.forward(x, cache, training=training)
    dy = points(y.shape)
    dy_kept = dy.copy()
    layer.backward(dy, cache)
    np.testing.assert_array_equal(x, kept)
    np.testing.assert_array_equal(dy, dy_kept)


@every_layer
def test_the_output_has_the_shape_foretold(name, options, shape):
    layer = make(name, options)
    symbolic = layers.Input(shape[1:], dtype="float64")
    if name == "InputLayer":
        assert layer.output.shape == (None, *shape[1:])
        return
    assert layer(symbolic).shape[1:] == layer(points(shape)).shape[1:]


@every_layer
@both_modes
def test_a_short_last_batch_gives_what_it_gives_alone(name, options, shape, training):
    layer, used, fresh = make(name, options), Cache(), Cache()
    layer.ensure_built((None, *shape[1:]))
    full, short = points(shape), points((2, *shape[1:]))
    generator = getattr(layer, "seed_generator", None)
    layer.forward(full, used, training=training)
    state = None if generator is None else generator.state.copy()
    reused = layer.forward(short, used, training=training).copy()
    if generator is not None:
        generator.state[...] = state
    np.testing.assert_array_equal(reused, layer.forward(short, fresh, training=training))


@every_layer
def test_a_steady_step_allocates_no_new_buffer(name, options, shape):
    layer, cache = make(name, options), Cache()
    layer.ensure_built((None, *shape[1:]))
    x = points(shape)
    for _ in range(2):
        y = layer.forward(x, cache, training=True)
        layer.backward(np.ones_like(y), cache)
    held = cache.nbytes
    y = layer.forward(x, cache, training=True)
    layer.backward(np.ones_like(y), cache)
    assert cache.nbytes == held


@pytest.mark.parametrize("break_it", ["mean", "scale", "transpose"])
def test_the_gradient_check_catches_a_wrong_layer(break_it):
    class Wrong(layers.BatchNormalization):
        def backward(self, dy, cache):
            dx = super().backward(dy, cache)
            wrong = {"mean": dx + dy.mean(axis=0), "scale": dx * 1.001, "transpose": dx[::-1]}
            return wrong[break_it]

    report = gradcheck.check_layer(Wrong(dtype="float64"), points((6, 3)), training=True)
    assert report.wrong == ["x"]
