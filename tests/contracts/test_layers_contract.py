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
    "GaussianNoise": [({"stddev": 0.3, "seed": 5}, (6, 5)), ({"stddev": 0.0}, (6, 5))],
    "GaussianDropout": [({"rate": 0.3, "seed": 5}, (6, 5)), ({"rate": 0.0}, (6, 5))],
    "AlphaDropout": [
        ({"rate": 0.3, "seed": 5}, (6, 5)),
        ({"rate": 0.3, "noise_shape": (None, 1), "seed": 5}, (6, 5)),
        ({"rate": 0.0}, (6, 5)),
    ],
    "SpatialDropout1D": [({"rate": 0.4, "seed": 5}, (5, 3, 4)), ({"rate": 0.0}, (5, 3, 4))],
    "InputLayer": [({"shape": (4,)}, (5, 4))],
    "Reshape": [({"target_shape": (3, -1)}, (4, 6)), ({"target_shape": (6,)}, (4, 2, 3))],
    "Permute": [({"dims": (2, 1)}, (4, 2, 3)), ({"dims": (3, 1, 2)}, (4, 2, 3, 5))],
    "RepeatVector": [({"n": 3}, (4, 5))],
    "ZeroPadding2D": [({"padding": ((1, 0), (2, 3))}, (3, 2, 3, 2))],
    "Cropping2D": [({}, (2, 3, 2, 1)), ({"cropping": ((1, 0), (2, 1))}, (3, 4, 5, 2))],
    "UpSampling2D": [
        ({}, (2, 3, 2, 2)),
        ({"size": (1, 3)}, (3, 2, 4, 1)),
        ({"size": (3, 2), "interpolation": "bilinear"}, (2, 3, 2, 2)),
        ({"interpolation": "bicubic"}, (2, 4, 3, 1)),
    ],
    "ReLU": [({}, (5, 4)), ({"max_value": 1.0, "negative_slope": 0.2, "threshold": 0.3}, (5, 4))],
    "LeakyReLU": [({}, (5, 4)), ({"negative_slope": 1.5}, (5, 2, 3))],
    "PReLU": [
        ({"alpha_initializer": "normal"}, (5, 4)),
        ({"alpha_initializer": "normal", "shared_axes": [1, 2]}, (4, 3, 2, 5)),
    ],
    "ELU": [({}, (5, 4)), ({"alpha": 0.3}, (5, 4))],
    "Softmax": [({}, (5, 4)), ({"axis": 1}, (5, 4, 3)), ({"axis": (1, 2)}, (5, 4, 3))],
    **{
        name: [({}, [(5, 4), (5, 4)]), ({}, [(5, 3, 4), (5, 4), (5, 1, 1)]), ({}, [(5, 4)])]
        for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")
    },
    "Subtract": [({}, [(5, 4), (5, 4)]), ({}, [(5, 1), (5, 3, 4)])],
    "Concatenate": [
        ({}, [(5, 4), (5, 2), (5, 3)]),
        ({"axis": 1}, [(5, 4, 2), (5, 1, 2)]),
        ({}, [(5, 4)]),
    ],
    "Dot": [
        ({"axes": 1}, [(5, 4), (5, 4)]),
        ({"axes": (2, 1), "normalize": True}, [(5, 2, 4), (5, 4, 3)]),
        ({"axes": (3, 1)}, [(4, 2, 3, 4), (4, 4)]),
    ],
    "LayerNormalization": [
        ({}, (5, 4)),
        ({"axis": [1, 3], "epsilon": 1e-5}, (4, 3, 2, 3)),
        ({"axis": 1, "scale": False}, (4, 3, 2)),
        ({"center": False}, (4, 3, 5)),
    ],
    "RMSNormalization": [({}, (5, 4)), ({"axis": [1, 2], "epsilon": 1e-2}, (4, 3, 2))],
    "GroupNormalization": [
        ({"groups": 2}, (5, 6)),
        ({"groups": 3, "axis": 1, "center": False}, (3, 6, 2, 2)),
        ({"groups": -1, "scale": False}, (3, 4, 2)),
    ],
    "UnitNormalization": [({}, (5, 4)), ({"axis": [1, 2]}, (4, 3, 2))],
    "Rescaling": [({"scale": 0.5, "offset": -1.0}, (5, 4)), ({"scale": [1.0, 2.0]}, (5, 3, 2))],
    "Normalization": [
        ({}, (5, 4)),
        ({"mean": [1.0, 2.0], "variance": [4.0, 9.0]}, (5, 3, 2)),
        ({"axis": None, "mean": 1.0, "variance": 4.0, "invert": True}, (5, 4)),
    ],
    "CategoryEncoding": [
        ({"num_tokens": 4}, (5, 3)),
        ({"num_tokens": 4, "output_mode": "one_hot"}, (5, 2)),
        ({"num_tokens": 3, "output_mode": "one_hot"}, (5, 1)),
        ({"num_tokens": 4, "output_mode": "count"}, (5, 3, 2)),
    ],
    "Discretization": [
        ({"bin_boundaries": [-0.5, 0.5], "output_mode": "one_hot"}, (5, 4)),
        ({"bin_boundaries": [-0.5, 0.5], "output_mode": "count"}, (5, 3, 2)),
        ({"bin_boundaries": [-0.5, 0.5], "output_mode": "multi_hot"}, (5, 1)),
    ],
    "Identity": [({}, (5, 4))],
    "Masking": [({"mask_value": 0.5}, (5, 4)), ({}, (4, 3, 2))],
    "ActivityRegularization": [({"l1": 0.1, "l2": 0.2}, (5, 4))],
    "Lambda": [({"function": np.sin, "backward": lambda dy, x: dy * np.cos(x)}, (5, 4))],
    "Conv2D": [
        ({"filters": 3, "kernel_size": 2, "activation": "tanh"}, (3, 4, 5, 2)),
        ({"filters": 2, "kernel_size": (3, 2), "strides": 2, "padding": "same"}, (2, 5, 4, 2)),
        ({"filters": 4, "kernel_size": 2, "dilation_rate": 2, "groups": 2}, (2, 4, 4, 4)),
        ({"filters": 2, "kernel_size": 2, "use_bias": False, "kernel_regularizer": "l2"},
         (2, 3, 3, 1)),
    ],
    "MaxPooling2D": [
        ({}, (3, 4, 5, 2)),
        ({"pool_size": 3, "strides": 2, "padding": "same"}, (2, 5, 4, 2)),
        ({"pool_size": (2, 3), "strides": 1}, (2, 4, 4, 2)),
    ],
    "AveragePooling2D": [
        ({"pool_size": 2}, (3, 4, 5, 2)),
        ({"pool_size": 3, "strides": 2, "padding": "same"}, (2, 5, 4, 2)),
        ({"pool_size": (2, 3), "strides": 1}, (2, 4, 4, 2)),
    ],
    "GlobalAveragePooling2D": [({}, (3, 4, 5, 2)), ({"keepdims": True}, (3, 2, 2, 3))],
    "RandomFlip": [({"seed": 5}, (5, 3, 4, 2)), ({"mode": "vertical", "seed": 5}, (4, 3, 2, 1))],
    "RandomRotation": [
        ({"factor": 0.2, "seed": 5}, (3, 4, 5, 2)),
        ({"factor": 0.2, "seed": 5, "fill_mode": "constant", "fill_value": 1.0}, (3, 4, 5, 2)),
        ({"factor": (0.1, 0.3), "seed": 5, "interpolation": "nearest"}, (3, 4, 5, 2)),
    ],
    "RandomTranslation": [
        ({"height_factor": 0.3, "width_factor": 0.2, "seed": 5}, (3, 4, 5, 2)),
        ({"height_factor": 0.3, "width_factor": (0.1, 0.6), "fill_mode": "wrap", "seed": 5},
         (3, 4, 5, 2)),
    ],
    "RandomZoom": [
        ({"height_factor": 0.3, "seed": 5}, (3, 4, 5, 2)),
        ({"height_factor": 0.3, "width_factor": 0.2, "fill_mode": "nearest", "seed": 5},
         (3, 4, 5, 2)),
    ],
    "RandomBrightness": [({"factor": 0.4, "value_range": (-1, 1), "seed": 5}, (4, 3, 2, 2))],
    "RandomContrast": [
        ({"factor": 0.8, "value_range": (-2, 2), "seed": 5}, (4, 3, 2, 2)),
        ({"factor": (0.7, 0.2), "value_range": (-1, 1), "seed": 5}, (4, 3, 2, 2)),
    ],
    "RandomCrop": [
        ({"height": 2, "width": 3, "seed": 5}, (3, 4, 5, 2)),
        ({"height": 5, "width": 3, "seed": 5}, (3, 4, 5, 2)),
    ],
    "CenterCrop": [
        ({"height": 2, "width": 3}, (3, 4, 5, 2)), ({"height": 6, "width": 3}, (3, 4, 5, 2))
    ],
    "Resizing": [
        ({"height": 3, "width": 7}, (2, 5, 4, 2)),
        ({"height": 3, "width": 3, "interpolation": "bicubic", "antialias": True}, (2, 5, 4, 2)),
        ({"height": 4, "width": 6, "interpolation": "nearest", "crop_to_aspect_ratio": True},
         (2, 5, 4, 1)),
        ({"height": 4, "width": 7, "pad_to_aspect_ratio": True, "fill_value": 0.5}, (2, 5, 4, 1)),
        ({"height": 5, "width": 4}, (2, 5, 4, 1)),
    ],
    "GlobalMaxPooling2D": [({}, (3, 4, 5, 2)), ({"keepdims": True}, (3, 2, 2, 3))],
}  # fmt: skip
"""Options and shape of the input by class; a list of shapes where the layer takes a list."""
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


def points(shape, dtype="float64", name=None):
    if isinstance(shape, list):
        return [points(part, dtype) for part in shape]
    x = RNG.normal(size=shape).astype(dtype)
    return np.abs(x) if name == "CategoryEncoding" else x


def sample(shape):
    """Return the shape without the number of samples."""
    return [sample(part) for part in shape] if isinstance(shape, list) else shape[1:]


def batch(shape, size=None):
    """Return the shape with another number of samples."""
    return [batch(part, size) for part in shape] if isinstance(shape, list) else (size, *shape[1:])


def parts(value):
    return value if isinstance(value, list) else [value]


def copied(value):
    return [a.copy() for a in value] if isinstance(value, list) else value.copy()


def test_every_exported_layer_has_a_row():
    exported = [getattr(layers, n) for n in layers.__all__]
    names = {thing.__name__ for thing in exported if inspect.isclass(thing)}
    assert names - NO_LAYERS == set(ROWS)


@every_layer
@both_modes
def test_backward_is_the_derivative_of_forward(name, options, shape, training):
    layer = make(name, options)
    gradcheck.check_layer(layer, points(shape, name=name), training=training).assert_ok()


@every_layer
@both_modes
def test_float32_stays_float32(name, options, shape, training):
    layer, cache = make(name, options, "float32"), Cache()
    x = points(shape, "float32", name)
    layer.ensure_built(batch(shape))
    y = layer.forward(x, cache, training=training)
    dx = layer.backward(np.ones_like(y), cache)
    assert {a.dtype for a in [y, *parts(dx)]} == {np.dtype("float32")}
    assert all(w.grad is None or w.grad.dtype == np.float32 for w in layer.weights)


@every_layer
@both_modes
def test_arguments_are_left_as_they_are(name, options, shape, training):
    layer, cache = make(name, options), Cache()
    x = points(shape, name=name)
    kept = copied(x)
    layer.ensure_built(batch(shape))
    y = layer.forward(x, cache, training=training)
    dy = points(y.shape)
    dy_kept = dy.copy()
    layer.backward(dy, cache)
    for array, before in zip(parts(x), parts(kept), strict=True):
        np.testing.assert_array_equal(array, before)
    np.testing.assert_array_equal(dy, dy_kept)


@every_layer
def test_the_output_has_the_shape_foretold(name, options, shape):
    layer = make(name, options)
    inputs = [layers.Input(part, dtype="float64") for part in parts(sample(shape))]
    symbolic = inputs if isinstance(shape, list) else inputs[0]
    if name == "InputLayer":
        assert layer.output.shape == (None, *shape[1:])
        return
    assert layer(symbolic).shape[1:] == layer(points(shape, name=name)).shape[1:]


@every_layer
@both_modes
def test_a_short_last_batch_gives_what_it_gives_alone(name, options, shape, training):
    layer, used, fresh = make(name, options), Cache(), Cache()
    layer.ensure_built(batch(shape))
    full, short = points(shape, name=name), points(batch(shape, 2), name=name)
    generator = getattr(layer, "seed_generator", None)
    layer.forward(full, used, training=training)
    state = None if generator is None else generator.state.copy()
    reused = layer.forward(short, used, training=training).copy()
    if generator is not None:
        generator.state[...] = state
    np.testing.assert_array_equal(reused, layer.forward(short, fresh, training=training))


@every_layer
def test_what_says_it_is_rowwise_treats_every_row_by_itself(name, options, shape):
    layer = make(name, options)
    layer.ensure_built(batch(shape))
    if not layer.is_rowwise:
        return
    x = points(shape, name=name)
    together = layer.forward(x, Cache(), training=False)
    for i in range(len(together)):
        row = [part[i : i + 1] for part in x] if isinstance(x, list) else x[i : i + 1]
        alone = layer.forward(row, Cache(), training=False)
        np.testing.assert_allclose(alone[0], together[i], rtol=1e-12, atol=1e-14)


@every_layer
def test_a_steady_step_allocates_no_new_buffer(name, options, shape):
    layer, cache = make(name, options), Cache()
    layer.ensure_built(batch(shape))
    x = points(shape, name=name)
    for _ in range(2):
        y = layer.forward(x, cache, training=True)
        layer.backward(np.ones_like(y), cache)
    held = cache.nbytes
    y = layer.forward(x, cache, training=True)
    layer.backward(np.ones_like(y), cache)
    assert cache.nbytes == held


@pytest.mark.parametrize(
    ("name", "options", "shape"), [case for case in CASES if isinstance(case.values[2], list)]
)
def test_several_inputs_get_gradients_of_their_own_shape_and_memory(name, options, shape):
    layer, cache = make(name, options), Cache()
    x = points(shape, name=name)
    layer.ensure_built(batch(shape))
    dy = points(layer.forward(x, cache).shape)
    dx = layer.backward(dy, cache)
    assert [d.shape for d in dx] == shape
    for i, one in enumerate(dx):
        assert not any(np.shares_memory(one, other) for other in [dy, *dx[:i]])


@pytest.mark.parametrize("break_it", ["mean", "scale", "transpose"])
def test_the_gradient_check_catches_a_wrong_layer(break_it):
    class Wrong(layers.BatchNormalization):
        def backward(self, dy, cache):
            dx = super().backward(dy, cache)
            wrong = {"mean": dx + dy.mean(axis=0), "scale": dx * 1.001, "transpose": dx[::-1]}
            return wrong[break_it]

    report = gradcheck.check_layer(Wrong(dtype="float64"), points((6, 3)), training=True)
    assert report.wrong == ["x"]
