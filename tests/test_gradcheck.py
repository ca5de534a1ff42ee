"""The gradient check: it passes what is right and, above all, fails what is wrong."""

import numpy as np
import pytest

from nnscratch import config
from nnscratch.activations import Elementwise, from_functions
from nnscratch.cache import Cache
from nnscratch.gradcheck import (
    GradientError,
    check_activation,
    check_layer,
    check_loss,
    check_model,
    check_regularizer,
)
from nnscratch.gradcheck.differences import estimate
from nnscratch.layers import Activation, BatchNormalization, Dense, Dropout, Flatten, Layer
from nnscratch.losses import Loss, MeanSquaredError
from nnscratch.models import Sequential
from nnscratch.regularizers import Regularizer

X = np.random.default_rng(3).normal(size=(5, 4))


@pytest.fixture(autouse=True)
def float64(fresh_settings):
    config.set_floatx("float64")


# -- what is right -------------------------------------------------------------------------------


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    "make",
    [
        lambda: Dense(3, activation="tanh"),
        lambda: Dense(3, activation="relu", use_bias=False),
        lambda: Dense(4, activation="softmax"),
        lambda: BatchNormalization(),
        lambda: Dropout(0.4, seed=1),
        lambda: Activation("sigmoid"),
        lambda: Flatten(),
    ],
)
def test_right_layers_pass(make, training):
    layer = make()
    report = check_layer(layer, X, training=training).assert_ok()
    assert report.wrong == []
    names = {result.name for result in report.results}
    assert names == {"x", *(v.path for v in layer.trainable_weights)}


def test_everything_is_as_before_afterwards():
    layer = BatchNormalization()
    layer.ensure_built((None, 4))
    layer.set_weights([X[0], X[1], X[2], X[3] ** 2])
    before = layer.get_weights()
    check_layer(layer, X, training=True).assert_ok()
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert all(v.grad is None for v in layer.weights)

    dropout = Dropout(0.5, seed=7)
    state = dropout.seed_generator.state.copy()
    x = X.copy()
    check_layer(dropout, x, training=True).assert_ok()
    np.testing.assert_array_equal(dropout.seed_generator.state, state)
    np.testing.assert_array_equal(x, X)


def network(**first):
    return Sequential(
        [
            Dense(6, activation="tanh", **first),
            BatchNormalization(),
            Dropout(0.3, seed=2),
            Dense(3, activation="softmax", kernel_regularizer="l1"),
        ]
    )


@pytest.mark.parametrize("training", [False, True])
def test_models_pass_with_every_penalty(training):
    model = network(kernel_regularizer="l2", activity_regularizer="l2")
    check_model(model, X, training=training).assert_ok()
    labels = np.array([0, 2, 1, 0, 2])
    for loss, y in (
        ("sparse_categorical_crossentropy", labels),
        ("categorical_crossentropy", np.eye(3)[labels]),
        (MeanSquaredError(dtype="float32"), np.eye(3)[labels]),
    ):
        report = check_model(model, X, y, loss, training=training).assert_ok()
        assert len(report.results) == 1 + len(model.trainable_weights)


def test_a_large_tensor_is_sampled_and_checked_along_a_direction():
    report = check_layer(Dense(30), np.random.default_rng(0).normal(size=(3, 20))).assert_ok()
    kernel = next(r for r in report.results if r.size == 600)
    assert len(kernel.comparisons) == 41
    assert kernel.comparisons[-1].index == "direction"


def test_losses_pass():
    y_true = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    y_pred = np.array([[0.7, 0.2], [0.4, 0.9], [0.6, 0.3]])
    weight = np.array([0.5, 2.0, 1.0])
    check_loss("mse", y_true, y_pred).assert_ok()
    check_loss("binary_crossentropy", y_true, y_pred, sample_weight=weight).assert_ok()
    report = check_loss("binary_crossentropy", y_true, y_pred * 9 - 4, from_logits=True)
    assert [r.name for r in report.assert_ok().results] == ["logits"]
    unreduced = MeanSquaredError(reduction="none", dtype="float64")
    check_loss(unreduced, y_true, y_pred, sample_weight=weight).assert_ok()


def test_regularizers_pass():
    for name in ("l1", "l2", "l1_l2", "orthogonal_regularizer"):
        check_regularizer(name, X).assert_ok()


# -- kinks ---------------------------------------------------------------------------------------


def test_kinks_are_counted_and_left_out():
    report = check_activation("relu", [[0.0, 1.0, -1.0], [0.0, 2.0, 3e-5]])
    (result,) = report.results
    assert result.kinks == 2  # 3e-5 is nearer than the first step, a smaller one avoids the kink
    assert len(result.comparisons) == 4
    assert report.ok
    assert "2 left out at kinks" in str(report)


def test_nothing_but_kinks_is_no_success():
    report = check_activation("relu", [[0.0, 0.0]])
    assert not report.ok
    assert "NOTHING COMPARED" in str(report)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda t: np.array([np.exp(t)]), 1.0),
        (lambda t: np.array([abs(t)]), None),
        (lambda t: np.array([abs(t) + 5 * t]), None),
        (lambda t: np.array([max(t - 7e-5, 0.0) + 2 * t]), 2.0),
        (lambda t: np.array([np.floor(t + 0.3)]), 0.0),
        (lambda t: np.array([np.floor(t)]), None),
        (lambda t: np.array([t**2]), 0.0),
    ],
)
def test_estimate(function, expected):
    found = estimate(function, function(0.0), np.array([1.0]), 1e-4)
    if expected is None:
        assert found is None
    else:
        assert found[0] == pytest.approx(expected, abs=1e-9)


# -- sabotage ------------------------------------------------------------------------------------


class Plain(Dense):
    """A dense layer written out, for the wrong ones to differ from in one place each."""

    def forward(self, x, cache, training=False):
        cache.x = x
        return x @ self.kernel.value + self.bias.value

    def backward(self, dy, cache):
        self.kernel.add_grad(np.matmul, cache.x.T, dy)
        self.bias.add_grad(np.sum, dy, axis=0)
        return dy @ self.kernel.value.T


class MissingFactor(Plain):
    def backward(self, dy, cache):
        return 0.5 * super().backward(dy, cache)


class Transposed(Plain):
    def backward(self, dy, cache):
        super().backward(dy, cache)
        return dy @ self.kernel.value


class ForgottenBias(Plain):
    def backward(self, dy, cache):
        self.kernel.add_grad(np.matmul, cache.x.T, dy)
        return dy @ self.kernel.value.T


class MeanForSum(Plain):
    def backward(self, dy, cache):
        self.kernel.add_grad(np.matmul, cache.x.T, dy)
        self.bias.add_grad(np.mean, dy, axis=0)
        return dy @ self.kernel.value.T


class WrongSign(Plain):
    def backward(self, dy, cache):
        self.kernel.add_grad(np.matmul, -cache.x.T, dy)
        self.bias.add_grad(np.sum, dy, axis=0)
        return dy @ self.kernel.value.T


class OneElement(Plain):
    def backward(self, dy, cache):
        dx = super().backward(dy, cache)
        dx[-1, -1] *= 1.001
        return dx


class Overwrites(Plain):
    def backward(self, dy, cache):
        self.kernel.clear_grad()
        return super().backward(dy, cache)


class KeepsOnLayer(Plain):
    def forward(self, x, cache, training=False):
        self.x = x
        return super().forward(x, cache, training)

    def backward(self, dy, cache):
        cache.x = self.x
        return super().backward(dy, cache)


class WritesToX(Plain):
    def forward(self, x, cache, training=False):
        y = super().forward(x, cache, training)
        x *= 1.0 + 1e-12
        return y


class WritesToDy(Plain):
    def backward(self, dy, cache):
        dx = super().backward(dy, cache)
        dy *= 2.0
        return dx


class WrongShape(Plain):
    def backward(self, dy, cache):
        return super().backward(dy, cache).T


class NoDx(Plain):
    def backward(self, dy, cache):
        super().backward(dy, cache)


SABOTAGE = [
    (MissingFactor, "x", "WRONG"),
    (Transposed, "x", "WRONG"),
    (ForgottenBias, "bias", "no gradient reaches d/bias"),
    (MeanForSum, "bias", "WRONG"),
    (WrongSign, "kernel", "WRONG"),
    (OneElement, "x", r"WRONG at \(4, 3\)"),
    (Overwrites, None, "d/kernel does not add up"),
    (KeepsOnLayer, "kernel", "WRONG"),
    (WritesToX, None, "x is written to"),
    (WritesToDy, None, "writes into dy"),
    (WrongShape, None, "gradient of x has shape"),
    (NoDx, "x", "no gradient reaches x"),
]


def test_the_layer_to_be_sabotaged_is_right():
    check_layer(Plain(4, name="d"), X).assert_ok()


@pytest.mark.parametrize(("layer", "wrong", "message"), SABOTAGE, ids=str)
def test_sabotage_is_found_and_named(layer, wrong, message):
    report = check_layer(layer(4, name="d"), X)
    assert not report.ok
    assert report.wrong == ([] if wrong is None else ["x" if wrong == "x" else f"d/{wrong}"])
    with pytest.raises(GradientError, match=message):
        report.assert_ok()


class Normalize(Layer):
    """y = (x - mean)/std over the batch; the right backward pass."""

    def forward(self, x, cache, training=False):
        cache.std = np.sqrt(x.var(axis=0) + 1e-3)
        cache.y = (x - x.mean(axis=0)) / cache.std
        return cache.y

    def backward(self, dy, cache):
        y = cache.y
        return (dy - dy.mean(axis=0) - y * (dy * y).mean(axis=0)) / cache.std


class ForgetsStatistics(Normalize):
    def backward(self, dy, cache):
        return dy / cache.std


class ForgetsVariance(Normalize):
    def backward(self, dy, cache):
        return (dy - dy.mean(axis=0)) / cache.std


def test_wrong_batch_normalization_is_found_and_one_sample_refused():
    check_layer(Normalize(), X).assert_ok()
    for wrong in (ForgetsStatistics(), ForgetsVariance()):
        assert check_layer(wrong, X).wrong == ["x"]
        with pytest.raises(ValueError, match="at least two samples"):
            check_layer(wrong, X[:1])


def test_an_upstream_gradient_of_ones_would_not_see_it():
    """dL/dx of a sum over normalized columns is 0: why the check weighs outputs at random."""
    cache, right, wrong = Cache(), Normalize(), ForgetsVariance()
    right.forward(X, cache)
    ones = np.ones_like(X)
    np.testing.assert_allclose(right.backward(ones, cache), wrong.backward(ones, cache), atol=1e-13)


class ForgetsScale(Dropout):
    def backward(self, dy, cache):
        return dy * cache.keep


class NewMask(Dropout):
    def backward(self, dy, cache):
        super().forward(dy, cache, training=True)
        return super().backward(dy, cache)


@pytest.mark.parametrize("wrong", [ForgetsScale, NewMask])
def test_wrong_dropout_is_found(wrong):
    assert check_layer(wrong(0.4, seed=1), X, training=True).wrong == ["x"]


def test_wrong_activations_are_found():
    assert not check_activation(from_functions(np.tanh, lambda z: 1 - z**2), X).ok
    assert not check_activation(from_functions(np.tanh, lambda z: 1 - np.tanh(z)), X).ok

    class Leaves(Elementwise):
        def value(self, z, out):
            np.square(z, out=out)

        def slope(self, z, a, out):
            np.multiply(2.0, a, out=out)

    assert check_activation(Leaves(), X).wrong == ["x"]


def test_wrong_losses_are_found():
    class Half(Loss):
        def call(self, y_true, y_pred):
            return np.mean((y_pred - y_true) ** 2, axis=-1)

        def gradient(self, y_true, y_pred):
            return (y_pred - y_true) / y_pred.shape[-1]

    report = check_loss(Half(dtype="float64"), X, X[::-1])
    assert report.wrong == ["y_pred"]


def test_wrong_regularizers_are_found():
    class NoFactor(Regularizer):
        def __call__(self, x):
            return 0.5 * np.sum(np.abs(x))

        def gradient(self, x, out=None):
            return np.sign(x, out=out)

    class OutForgotten(Regularizer):
        def __call__(self, x):
            return np.sum(x**2)

        def gradient(self, x, out=None):
            return 2 * x if out is None else np.multiply(x, 1.0, out=out)

    assert check_regularizer(NoFactor(), X).wrong == ["w"]
    (problem,) = check_regularizer(OutForgotten(), X).problems
    assert problem == "gradient(x, out) differs from gradient(x)"


def test_a_wrong_layer_deep_in_a_model_is_named():
    model = Sequential([Dense(5, name="first"), WrongSign(3, name="second"), Dense(2, name="last")])
    report = check_model(model, X, X[:, :2], "mse")
    assert [name.rpartition("second")[1:] for name in report.wrong] == [("second", "/kernel")]


def test_an_output_that_is_not_finite_is_found():
    report = check_activation(from_functions(lambda z: z * np.nan, np.ones_like), X)
    assert report.problems == ["the output is not finite"]


# -- bad input -----------------------------------------------------------------------------------


def test_float32_is_refused():
    with pytest.raises(ValueError, match=r"needs float64, layer 'd' is float32.*dtype='float64'"):
        check_layer(Dense(2, dtype="float32", name="d"), X)
    with pytest.raises(ValueError, match="loss 'mean_squared_error' is float32"):
        check_loss(MeanSquaredError(dtype="float32"), X, X)
    with pytest.raises(ValueError, match="layer 'deep' is float32"):
        check_model(Sequential([Dense(2), Dense(1, dtype="float32", name="deep")]), X)


class Noise(Layer):
    rng = np.random.default_rng(0)

    def forward(self, x, cache, training=False):
        return x + self.rng.normal(size=x.shape)

    def backward(self, dy, cache):
        return dy


def test_randomness_needs_a_reset():
    layer = Noise()
    with pytest.raises(ValueError, match="Give `reset`"):
        check_layer(layer, X)

    def reset():
        layer.rng = np.random.default_rng(0)

    check_layer(layer, X, reset=reset).assert_ok()


def test_model_needs_both_targets_and_loss():
    with pytest.raises(ValueError, match="both `y` and `loss`"):
        check_model(network(), X, y=X)


def test_bad_arrays():
    with pytest.raises(ValueError, match="`x` must hold real numbers"):
        check_layer(Dense(2), np.array([["a"], ["b"]]))
    with pytest.raises(ValueError, match="at least two samples"):
        check_layer(Dense(2), np.zeros(()))
