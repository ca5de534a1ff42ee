"""Names, objects and configurations of activations."""

import dataclasses
import inspect
import json

import numpy as np
import pytest

from nnscratch import activations as act
from nnscratch.activations.lookup import ALIASES, BUILT_IN
from nnscratch.cache import Cache
from nnscratch.serialization import custom_object_scope, register_keras_serializable

# Keras 3.15.1's `keras.activations`, without get, serialize and deserialize.
KERAS_NAMES = """
celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu
linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus
softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold
"""

KERAS_SIGNATURES = {
    "relu": "(x, negative_slope=0.0, max_value=None, threshold=0.0)",
    "leaky_relu": "(x, negative_slope=0.2)",
    "softmax": "(x, axis=-1)",
    "squareplus": "(x, b=4)",
    "gelu": "(x, approximate=False)",
    "threshold": "(x, threshold, default_value)",
    "soft_shrink": "(x, threshold=0.5)",
    "celu": "(x, alpha=1.0)",
    "glu": "(x, axis=-1)",
    "tanh": "(x)",
}


class Cube(act.Elementwise):
    def value(self, z, out):
        out[...] = z**3

    def slope(self, z, a, out):
        out[...] = 3 * z**2


def test_every_name_of_keras_is_there():
    assert sorted({**BUILT_IN, **ALIASES}) == KERAS_NAMES.split()
    for name in KERAS_NAMES.split():
        assert act.get(name) is getattr(act, name)


@pytest.mark.parametrize("name", sorted(KERAS_SIGNATURES))
def test_signature(name):
    assert str(inspect.signature(getattr(act, name))) == KERAS_SIGNATURES[name]


def test_parameters_are_taken_by_name_and_by_place():
    z = np.array([-2.0, 3.0])
    np.testing.assert_array_equal(act.leaky_relu(z, 0.5), [-1.0, 3.0])
    np.testing.assert_array_equal(act.threshold(z, 0.0, default_value=7.0), [7.0, 3.0])
    with pytest.raises(TypeError, match="default_value"):
        act.threshold(z, 0.0)
    with pytest.raises(TypeError, match="slop"):
        act.relu(z, slop=1.0)


def test_lists_are_computed_in_floatx_and_arrays_in_their_own_type():
    assert act.relu([-1.0, 2.0]).dtype == np.float32
    assert act.relu(np.array([1, 2])).dtype == np.float32
    assert act.relu(np.array([1.0])).dtype == np.float64


def test_get():
    assert act.get(None) is act.linear
    assert act.get(act.tanh) is act.tanh
    assert act.get(act.Relu) == act.relu
    assert act.get(act.Relu(negative_slope=0.1)) == act.Relu(negative_slope=0.1)
    assert act.get({"class_name": "Relu", "config": {"max_value": 2.0}}) == act.Relu(max_value=2.0)
    assert act.get({"class_name": "function", "config": "relu"}) is act.relu


def test_unknown_name_gets_a_suggestion():
    with pytest.raises(ValueError, match=r"Unknown activation 'rleu'\. Did you mean 'relu'\?"):
        act.get("rleu")
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        act.get("ReLU")


def test_a_function_made_of_operations_has_their_derivative():
    z = np.array([[-1.0, 0.5, 2.0]])
    for given, slope in ((np.sin, np.cos(z)), (lambda x: x * 2 + 1 / x, 2 - 1 / z**2)):
        rule, cache = act.get(given), Cache()
        np.testing.assert_allclose(rule.forward(z, cache), given(z))
        np.testing.assert_allclose(rule.backward(np.ones_like(z), cache), slope)


def test_a_function_without_derivative_shows_the_way_out():
    rule = act.get(lambda x: np.hypot(x, 1.0))
    with pytest.raises(TypeError, match=r"from_functions\(function, derivative\)"):
        rule(np.ones((2, 2)))


@pytest.mark.parametrize("given", [3, ["relu"], 0.5])
def test_nonsense(given):
    with pytest.raises(TypeError, match="must be a name"):
        act.get(given)


def test_builtin_serializes_to_its_name():
    for name in sorted(BUILT_IN):
        assert act.serialize(act.get(name)) == name
        assert act.deserialize(name) is act.get(name)
    assert act.serialize(act.swish) == "silu"
    assert act.serialize(act.Relu()) == "relu"
    assert act.serialize(None) == "linear"


@pytest.mark.parametrize(
    "activation",
    [act.Relu(0.1, 2.0, 0.5), act.Gelu(True), act.Softmax(axis=(0, 1)), act.Threshold(0.5, 1.0)],
    ids=str,
)
def test_parameters_survive_json(activation):
    config = json.loads(json.dumps(act.serialize(activation)))
    assert act.deserialize(config) == activation


def test_custom_activation():
    cube = act.from_functions(lambda z: z**3, lambda z: 3 * z**2, name="cube")
    cache = Cache()
    np.testing.assert_array_equal(cube.forward(np.array([2.0]), cache), [8.0])
    np.testing.assert_array_equal(cube.backward(np.array([0.5]), cache), [6.0])
    config = act.serialize(cube)
    assert act.deserialize(config, custom_objects={"cube": cube}) is cube
    with custom_object_scope({"cube": cube}):
        assert act.deserialize(config) is cube
        assert act.get("cube") is cube
    with pytest.raises(ValueError, match="Unknown activation 'cube'"):
        act.deserialize(config)


def test_registered_class_needs_no_custom_objects():
    registered = register_keras_serializable(package="tests")(Cube)
    config = act.serialize(registered())
    assert config["registered_name"] == "tests>Cube"
    assert isinstance(act.deserialize(config), Cube)


def test_from_functions_checks_what_it_gets():
    with pytest.raises(TypeError, match="`derivative` must be a function"):
        act.from_functions(np.sin, None)
    total = act.from_functions(lambda z: z.sum(), lambda z: z, name="total")
    with pytest.raises(ValueError, match="must treat every element alike"):
        total(np.ones((2, 3)))


def test_a_plain_subclass_without_fields_can_be_called():
    np.testing.assert_array_equal(Cube()(np.array([2.0])), [8.0])
    assert Cube().__name__ == "cube"


class Doubling:
    """A layer, as far as an activation needs one."""

    name, weights = "doubling", []

    def ensure_built(self, shape):
        self.shape = shape

    def forward(self, x, cache, training=False):
        cache.x = x
        return 2 * x

    def backward(self, dy, cache):
        return 2 * dy


def test_a_layer_stands_in_for_an_activation_with_a_cache_of_its_own():
    rule, cache = act.get(Doubling()), Cache()
    cache.x = "of the dense layer"
    np.testing.assert_array_equal(rule.forward(np.ones((1, 2)), cache), [[2.0, 2.0]])
    np.testing.assert_array_equal(rule.backward(np.ones((1, 2)), cache), [[2.0, 2.0]])
    assert cache.x == "of the dense layer"


def test_a_layer_with_weights_is_refused():
    layer = Doubling()
    layer.weights = [np.ones(1)]
    with pytest.raises(ValueError, match="has weights"):
        act.get(layer).forward(np.ones((1, 2)), Cache())


def test_softmax_over_one_unit_warns():
    with pytest.warns(UserWarning, match="For one output unit use sigmoid"):
        np.testing.assert_array_equal(act.softmax(np.zeros((3, 1))), np.ones((3, 1)))


def test_signature_of_a_class_is_that_of_its_constructor():
    assert list(inspect.signature(act.Relu).parameters) == [
        "negative_slope",
        "max_value",
        "threshold",
    ]


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="size must be even"):
        act.glu(np.ones((2, 3)))
    with pytest.raises(ValueError, match="`alpha` of celu must not be 0"):
        act.Celu(alpha=0)
    with pytest.raises(ValueError, match="two parameters without a default"):
        act.get("threshold").forward(np.ones(2), Cache())
    with pytest.raises(ValueError, match="`x` must hold real numbers"):
        act.relu(["a"])
    with pytest.raises(NotImplementedError, match="must implement forward"):
        act.Activation().forward(np.ones(1), Cache())
    with pytest.raises(NotImplementedError, match="must implement backward"):
        act.Activation().backward(np.ones(1), Cache())
    with pytest.raises(dataclasses.FrozenInstanceError):
        act.relu.threshold = 1.0
