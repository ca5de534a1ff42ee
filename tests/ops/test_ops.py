"""Every operation: its value is NumPy's, its gradient that of central differences."""

from __future__ import annotations

import numpy as np
import pytest

import nnscratch as nn
from nnscratch import ops
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers import Input

RNG = np.random.default_rng(3)
A = RNG.normal(size=(3, 4))
B = RNG.normal(size=(3, 4)) + 0.1
POSITIVE = np.abs(A) + 0.5
SMALL = A / 10

ONE = {
    **dict.fromkeys(("absolute", "abs", "arctan", "cos", "cosh", "exp", "expm1", "negative"), A),
    **dict.fromkeys(("reciprocal", "sin", "sinh", "square", "tan", "relu", "relu6", "elu"), A),
    **dict.fromkeys(("leaky_relu", "selu", "gelu", "silu", "swish", "softplus", "softsign"), A),
    **dict.fromkeys(("sigmoid", "log_sigmoid", "tanh", "softmax", "log_softmax"), A),
    **dict.fromkeys(("sum", "mean", "prod", "max", "min", "var", "std", "logsumexp"), A),
    **dict.fromkeys(("transpose", "hard_sigmoid"), A),
    **dict.fromkeys(("log", "log10", "log1p", "log2", "rsqrt", "sqrt"), POSITIVE),
    **dict.fromkeys(("arccos", "arcsin"), SMALL),
}
TWO = (
    *("add", "subtract", "multiply", "divide", "true_divide", "maximum", "minimum"),
    "squared_difference",
)
OTHERS = {
    "power": lambda a, b: ops.power(ops.abs(a) + 0.5, b),
    "mod": lambda a, b: ops.mod(a, ops.abs(b) + 0.7),
    "matmul": lambda a, b: ops.matmul(a, ops.transpose(b)),
    "dot": lambda a, b: ops.dot(a[0], b[1]),
    "matmul of a vector": lambda a, b: ops.matmul(a, b[0]),
    "matmul of stacks": lambda a, b: ops.matmul(
        ops.reshape(a, (3, 2, 2)), ops.reshape(b, (3, 2, 2))
    ),
    "matmul by one": lambda a, b: ops.matmul(ops.reshape(a, (3, 2, 2)), b[:2, :2]),
    "where": lambda a, b: ops.where(ops.greater(a, 0.1), a * 2, b),
    "clip": lambda a, b: ops.clip(a, -0.5, 0.5) + b,
    "reshape": lambda a, b: ops.reshape(a, (-1, 2)) * ops.reshape(b, (6, 2)),
    "expand_dims": lambda a, b: ops.expand_dims(a, 1) * ops.expand_dims(b, 0),
    "squeeze": lambda a, b: ops.squeeze(a[:, :1], 1) * b[:, 1],
    "swapaxes": lambda a, b: ops.swapaxes(a, 0, 1) * ops.transpose(b),
    "get_item": lambda a, b: a[1:, ::2] * b[0, 1],
    "get_item by numbers": lambda a, b: a[np.array([0, 0, 2])] * b,
    "take": lambda a, b: ops.take(a, np.array([1, 1, 3]), axis=1) * b[:, :3],
    "concatenate": lambda a, b: ops.concatenate([a, b * 2, a[:, :1]], axis=-1) ** 2,
    "stack": lambda a, b: ops.stack([a, b], axis=1) ** 2,
    "split": lambda a, b: ops.split(a, 2, axis=1)[1] * ops.split(b, [1, 3], axis=1)[1],
    "unstack": lambda a, b: ops.unstack(a, axis=1)[2] * ops.unstack(b)[0][:3],
    "broadcast_to": lambda a, b: ops.broadcast_to(a[:, :1], (3, 4)) * b,
    "cast": lambda a, b: ops.cast(a * 2, "float64") * b,
    "broadcast": lambda a, b: a * b[:, :1] + b[0] - 2.0 / (3.0 + a[0, 0] ** 2),
    "sum over an axis": lambda a, b: ops.sum(a * b, axis=1) * ops.mean(b, axis=-1),
    "max kept": lambda a, b: a - ops.max(b, axis=1, keepdims=True),
    "convert_to_tensor": lambda a, b: ops.convert_to_tensor(a) * b,
    "stop_gradient": lambda a, b: a * 3.0 + 0.0 * ops.stop_gradient(b),
    "several": lambda a, b: ops.std(a, axis=0) + ops.var(b, axis=0) * ops.logsumexp(a, axis=0),
}
FLAT = {
    *("ceil", "floor", "isfinite", "isinf", "isnan", "logical_not", "round", "sign", "zeros_like"),
    *("ones_like", "floor_divide", "equal", "not_equal", "greater", "greater_equal", "less"),
    *("less_equal", "logical_and", "logical_or", "all", "any", "argmax", "argmin", "one_hot"),
}
MAKING = {
    *("arange", "convert_to_numpy", "eye", "full", "is_tensor", "linspace", "ndim", "ones"),
    *("shape", "size", "zeros"),
}
CASES = {
    **{name: (lambda a, b, name=name: getattr(ops, name)(a)) for name in ONE},
    **{name: (lambda a, b, name=name: getattr(ops, name)(a, b)) for name in TWO},
    **OTHERS,
}


def test_every_operation_has_a_row():
    rows = {*ONE, *TWO, *OTHERS, *FLAT, *MAKING, "Operation"}
    assert set(ops.__all__) <= rows


ROUNDING = ("mod", "equal", "not_equal", "greater", "greater_equal", "less", "less_equal")


@pytest.mark.parametrize("name", ROUNDING)
def test_a_remainder_and_comparisons_round_a_python_float_to_float32(name: str) -> None:
    """Keras makes a float32 tensor of it first, also beside float64."""
    rounded = float(np.float32(0.7))  # 0.699999988
    x = np.array([0.69999999, 0.7, rounded, 2.5, -1.0])
    operation, function = getattr(ops, name), getattr(np, name)
    np.testing.assert_array_equal(operation(x, 0.7), function(x, rounded))
    np.testing.assert_array_equal(operation(0.7, x), function(rounded, x))
    assert (function(x, rounded) != function(x, 0.7)).any()


def test_other_pairs_take_a_python_float_as_it_is() -> None:
    x = np.array([0.3, 2.5])
    assert ops.maximum(x, 0.7).tolist() == [0.7, 2.5]
    assert ops.add(x, 0.7).tolist() == (x + 0.7).tolist()


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_those_of_central_differences(name):
    function = CASES[name]
    points = [ONE.get(name, A).copy(), B.copy()]
    weight = RNG.normal(size=np.shape(function(*points)))
    with nn.GradientTape() as tape:
        a, b = tape.watch(points[0]), tape.watch(points[1])
        loss = ops.sum(function(a, b) * weight)
    found = tape.gradient(loss, [a, b], unconnected_gradients="zero")
    for point, gradient in zip(points, found, strict=True):
        expected = np.zeros_like(point)
        for i in np.ndindex(point.shape):
            kept, values = point[i], []
            for step in (1e-6, -1e-6):
                point[i] = kept + step
                values.append(float(np.sum(function(*points) * weight)))
            point[i] = kept
            expected[i] = (values[0] - values[1]) / 2e-6
        np.testing.assert_allclose(gradient, expected, rtol=2e-6, atol=2e-8)


def test_logsumexp_of_infinite_numbers_is_infinite() -> None:
    x = np.array([[-np.inf, -np.inf], [np.inf, 1.0], [-np.inf, 2.0]])
    with np.errstate(divide="ignore"):
        assert ops.logsumexp(x, axis=1).tolist() == [-np.inf, np.inf, 2.0]


@pytest.mark.parametrize(
    ("name", "moved"), [("sqrt", np.inf), ("rsqrt", -np.inf), ("reciprocal", -np.inf)]
)
def test_where_nothing_comes_back_a_slope_without_end_stays_unasked(name, moved) -> None:
    """TensorFlow's gradients of these are 0 where dy is, at x = 0 too."""
    with nn.GradientTape() as tape, np.errstate(divide="ignore", invalid="ignore"):
        x = tape.watch(np.zeros(3))
        y = getattr(ops, name)(x)
        dx = tape.gradient(y, x, output_gradients=np.array([0.0, 1.0, -0.0]))
    assert dx.tolist() == [0.0, moved, 0.0]


def test_where_nothing_comes_back_the_deviation_of_equal_numbers_passes_nothing_on() -> None:
    with nn.GradientTape() as tape, np.errstate(divide="ignore", invalid="ignore"):
        x = tape.watch(np.array([[3.0, 3.0], [3.0, 3.0], [1.0, 3.0]]))
        y = ops.std(x, axis=1)
        dx = tape.gradient(y, x, output_gradients=np.array([0.0, 1.0, 1.0]))
    assert dx[0].tolist() == [0.0, 0.0]
    assert np.isnan(dx[1]).all()
    assert dx[2].tolist() == [-0.5, 0.5]


@pytest.mark.parametrize("name", ["var", "std"])
def test_the_gradient_of_a_variance_does_not_keep_the_rounding_of_the_mean(name) -> None:
    """Of two numbers it is half their difference, and that divided by the deviation's double."""
    x = (0.4 + 0.003 * np.random.default_rng(7).normal(size=(50, 2))).astype(np.float32)
    half = (x[:, :1].astype(np.float64) - x[:, 1:]) / 2
    expected = np.concatenate([half, -half], axis=1)
    if name == "std":
        expected = np.sign(expected) / 2
    with nn.GradientTape() as tape:
        watched = tape.watch(x)
        y = getattr(ops, name)(watched, axis=1)
        dx = tape.gradient(y, watched, output_gradients=np.ones(50, np.float32))
    np.testing.assert_allclose(dx, expected, rtol=3e-7)


@pytest.mark.parametrize("name", CASES)
def test_in_a_network_the_same_numbers_and_gradients(name):
    if name in ("get_item by numbers", "stop_gradient", "prod"):
        pytest.skip("needs all rows at once")
    function, first = CASES[name], ONE.get(name, A)
    inputs = [
        Input(batch_shape=(3, 4), dtype="float64"),
        Input(batch_shape=(3, 4), dtype="float64"),
    ]
    output = function(*inputs)
    graph = nn.models.Graph(inputs, [output])
    cache = Cache()
    y = graph.forward([first, B], cache, False)[0]
    assert output.shape == y.shape
    np.testing.assert_allclose(y, function(first, B), rtol=4e-16)  # in columns, exp may differ
    weight = RNG.normal(size=y.shape)
    dx = graph.backward([weight], cache)
    with nn.GradientTape() as tape:
        a, b = tape.watch(first), tape.watch(B)
        z = function(a, b)
    expected = tape.gradient(z, [a, b], output_gradients=weight)
    for found, wanted in zip(dx, expected, strict=True):
        assert (found is None) == (wanted is None)
        if wanted is not None:
            np.testing.assert_allclose(found, wanted, rtol=1e-13)


@pytest.mark.parametrize("name", sorted(set(ONE) & set(dir(np))))
def test_values_are_numpys(name):
    point = ONE[name]
    np.testing.assert_allclose(getattr(ops, name)(point), getattr(np, name)(point), rtol=1e-14)


def test_python_numbers_take_the_type_of_the_arrays():
    x = np.ones(2, "float32")
    for found in (ops.add(x, 2.0), ops.multiply(3, x), ops.divide(x, 2), ops.power(x, 2.0)):
        assert found.dtype == np.float32
    assert ops.divide(np.ones(2, "int32"), 2).dtype == np.float32
    assert ops.mean(np.ones(2, "int64")).dtype == np.float32


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ShapeError, match=r"ops\.add.*\(None, 3\), \(None, 4\)"):
        Input((3,)) + Input((4,))


def test_symbolic_tensors_have_no_truth_no_numbers_no_parts():
    x = Input((3,))
    for act in (lambda: bool(x), lambda: np.asarray(x), lambda: list(x), lambda: np.hypot(x, 1.0)):
        with pytest.raises(TypeError, match=r"numbers yet|np\.hypot"):
            act()
