"""Reshaping, activation, normalizing, scaling and lambda layers: by hand, laws and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch import Sequential, gradcheck, layers
from nnscratch.cache import Cache
from nnscratch.errors import DataError, ShapeError


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 3), min_size=1, max_size=4), data=st.data())
def test_permute_is_undone_by_the_inverse(sizes, data):
    dims = data.draw(st.permutations(range(1, len(sizes) + 1)))
    x = np.random.default_rng(0).normal(size=(2, *sizes))
    cache, layer = Cache(), layers.Permute(dims, dtype="float64")
    y = layer.forward(x, cache)
    np.testing.assert_array_equal(y, x.transpose(0, *dims))
    np.testing.assert_array_equal(layer.backward(y, cache), x)


def test_reshape_finds_the_open_size():
    layer, cache = layers.Reshape((2, -1)), Cache()
    x = np.arange(12.0).reshape(2, 6)
    assert layer.forward(x, cache).tolist() == x.reshape(2, 2, 3).tolist()
    np.testing.assert_array_equal(layer.backward(x.reshape(2, 2, 3), cache), x)
    assert layers.Reshape((-1, 2))(layers.Input((None, 4))).shape == (None, None, 2)


def test_prelu_by_hand():
    layer, cache = layers.PReLU(shared_axes=[1], dtype="float64"), Cache()
    layer.build((None, 2, 2))
    layer.alpha.assign([[0.5, 2.0]])
    x = np.array([[[-1.0, -2.0], [3.0, 0.0]]])
    assert layer.forward(x, cache).tolist() == [[[-0.5, -4.0], [3.0, 0.0]]]
    dx = layer.backward(np.array([[[1.0, 10.0], [100.0, 1000.0]]]), cache)
    assert dx.tolist() == [[[0.5, 20.0], [100.0, 0.0]]]
    assert layer.alpha.grad.tolist() == [[-1.0, -20.0]]


def test_leaky_relu_takes_the_former_name_of_its_slope():
    with pytest.warns(DeprecationWarning, match="now called `negative_slope`"):
        assert layers.LeakyReLU(alpha=0.1).negative_slope == 0.1


def test_activation_layers_compute_what_the_functions_do():
    x = np.linspace(-3, 3, 13).reshape(1, 13)
    for layer, name in ((layers.ReLU(), "relu"), (layers.ELU(), "elu")):
        np.testing.assert_array_equal(layer(x), layers.Activation(name)(x))


def test_softmax_as_last_layer_hands_on_its_logits():
    rng = np.random.default_rng(0)
    x, y = 40.0 * rng.normal(size=(16, 5)), rng.integers(0, 5, 16)
    losses = []
    for last in ([layers.Dense(5, "softmax")], [layers.Dense(5), layers.Softmax()]):
        model = Sequential([layers.Input((5,)), *last])
        model.layers[0].set_weights([np.eye(5), np.zeros(5)])
        model.compile("sgd", "sparse_categorical_crossentropy")
        losses.append(model.fit(x, y, epochs=3, verbose=0).history["loss"])
    assert losses[0] == losses[1]
    assert losses[0][0] > 20.0  # beyond what probabilities, clipped at 1e-7, could tell


def test_softmax_over_several_axes_has_no_logits():
    layer, cache = layers.Softmax(axis=(1, 2)), Cache()
    y = layer.forward(np.zeros((1, 2, 2), "float32"), cache)
    assert y.ravel().tolist() == [0.25] * 4
    assert layer.logits(cache) is None


@settings(max_examples=30, deadline=None)
@given(shift=st.floats(-50, 50), factor=st.floats(0.5, 20), seed=st.integers(0, 99))
def test_layer_normalization_forgets_shift_and_scale(shift, factor, seed):
    x = np.random.default_rng(seed).normal(size=(3, 8))
    layer = layers.LayerNormalization(epsilon=0.0, dtype="float64")
    y = layer(x)
    np.testing.assert_allclose(layer(factor * x + shift), y, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(y.mean(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=1), 1.0, rtol=1e-12)


def test_layer_normalization_by_hand():
    layer, cache = layers.LayerNormalization(epsilon=0.0, dtype="float64"), Cache()
    layer.build((None, 2))
    layer.set_weights([np.array([2.0, 3.0]), np.array([0.5, -0.5])])
    y = layer.forward(np.array([[1.0, 3.0], [10.0, 0.0]]), cache)
    np.testing.assert_allclose(y, [[-1.5, 2.5], [2.5, -3.5]])
    layer.backward(np.array([[1.0, 2.0], [3.0, 5.0]]), cache)
    np.testing.assert_allclose(layer.gamma.grad, [-1.0 + 3.0, 2.0 - 5.0])
    np.testing.assert_allclose(layer.beta.grad, [4.0, 7.0])


def test_one_group_of_group_normalization_is_layer_normalization():
    x = np.random.default_rng(0).normal(size=(4, 6))
    group, layer = layers.GroupNormalization(1), layers.LayerNormalization()
    np.testing.assert_allclose(group(x), layer(x), rtol=1e-6)


def test_rms_normalization_divides_by_the_root_of_the_mean_square():
    y = layers.RMSNormalization(epsilon=0.0, dtype="float64")(np.array([[1.0, 7.0]]))
    np.testing.assert_allclose(y, [[0.2, 1.4]])


def test_unit_normalization_keeps_zeros():
    x = np.array([[3.0, 4.0], [0.0, 0.0]])
    np.testing.assert_allclose(layers.UnitNormalization()(x), [[0.6, 0.8], [0.0, 0.0]], rtol=1e-6)


def test_normalization_learns_from_batches_what_it_learns_at_once():
    data = np.random.default_rng(0).normal(5.0, 3.0, size=(50, 3))
    batches = [data[:7], data[7:20], data[20:]]
    one, two = (layers.Normalization(dtype="float64") for _ in range(2))
    one.adapt(data)
    two.adapt((batch, np.zeros(len(batch))) for batch in batches)
    np.testing.assert_allclose(two.mean, data.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(two.variance, data.var(axis=0), rtol=1e-12)
    np.testing.assert_allclose(one(data).std(axis=0), 1.0, rtol=1e-12)


def test_normalization_inverted_undoes_normalization():
    data = np.random.default_rng(0).normal(5.0, 3.0, size=(50, 3))
    there, back = layers.Normalization(), layers.Normalization(invert=True)
    there.adapt(data)
    back.adapt(data)
    np.testing.assert_allclose(back(there(data)), data, rtol=1e-5)


def test_normalization_in_a_model_is_not_trained():
    data = np.random.default_rng(0).normal(5.0, 3.0, size=(20, 3))
    normal = layers.Normalization()
    normal.adapt(data)
    model = Sequential([layers.Input((3,)), normal, layers.Dense(1)])
    model.compile("adam", "mse")
    before = normal.get_weights()
    model.fit(data, data[:, :1], epochs=2, verbose=0)
    assert [w.name for w in normal.weights] == ["mean", "variance", "count"]
    for old, new in zip(before, normal.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_activity_regularization_adds_its_penalty_to_the_loss():
    x = np.array([[1.0, -3.0], [2.0, 0.0]])
    model = Sequential([layers.Input((2,)), layers.ActivityRegularization(l1=0.5, l2=0.25)])
    model.compile("sgd", "mse")
    expected = (0.5 * 6.0 + 0.25 * 14.0) / 2
    np.testing.assert_allclose(model.evaluate(x, x, verbose=0), expected, rtol=1e-6)


def test_activity_regularization_reaches_the_layer_before():
    model = Sequential(
        [
            layers.Input((2,), dtype="float64"),
            layers.Dense(3, dtype="float64"),
            layers.ActivityRegularization(l1=0.1, l2=0.2, dtype="float64"),
            layers.Dense(1, dtype="float64"),
        ]
    )
    x = np.random.default_rng(0).normal(size=(4, 2))
    gradcheck.check_model(model, x, np.ones((4, 1)), loss="mse").assert_ok()


def test_lambda_takes_arguments_mode_and_several_inputs():
    def mixed(x, share, training=False):
        return share * x[0] + (1 - share) * x[1] + (100.0 if training else 0.0)

    def backward(dy, x, share):
        return [share * dy, (1 - share) * dy]

    layer = layers.Lambda(mixed, arguments={"share": 0.25}, backward=backward)
    a, b = np.array([[4.0]]), np.array([[8.0]])
    assert layer([a, b]).tolist() == [[7.0]]
    assert layer([a, b], training=True).tolist() == [[107.0]]
    cache = Cache()
    layer.forward([a, b], cache)
    assert [d.item() for d in layer.backward(np.array([[1.0]]), cache)] == [0.25, 0.75]


def test_lambda_without_derivative_runs_forwards_only():
    layer = layers.Lambda(lambda x: x**2, output_shape=(3,), name="square")
    assert layer(layers.Input((3,))).shape == (None, 3)
    model = Sequential([layers.Input((3,)), layers.Dense(3), layer])
    assert model.predict(np.ones((2, 3)), verbose=0).shape == (2, 3)
    model.compile("sgd", "mse")
    with pytest.raises(NotImplementedError, match="Lambda layer 'square' has no derivative"):
        model.fit(np.ones((2, 3)), np.ones((2, 3)), verbose=0)


def test_a_lambda_in_front_needs_no_derivative():
    model = Sequential([layers.Input((3,)), layers.Lambda(lambda x: x**2), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((2, 3)), np.ones((2, 1)), verbose=0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Reshape(5), "`target_shape` must be a sequence of integers"),
        (lambda: layers.Reshape((-1, -1)), "one may be -1"),
        (lambda: layers.Reshape((-2, 3)), r"Received: target_shape=\(-2, 3\)"),
        (lambda: layers.Permute((0, 1)), r"`dims` must hold 1, 2, ….* Received: dims=\(0, 1\)"),
        (lambda: layers.RepeatVector(0), "`n` must be a positive integer. Received: n=0"),
        (lambda: layers.RepeatVector(1.5), "`n` must be a positive integer"),
        (lambda: layers.ZeroPadding2D((1, 2, 3)), "`padding` must be an integer"),
        (lambda: layers.ZeroPadding2D(-1), "none of them negative"),
        (lambda: layers.ReLU(max_value=-1.0), "`max_value` must be a number of at least 0"),
        (lambda: layers.ReLU(negative_slope=None), "`negative_slope` must be a number"),
        (lambda: layers.LeakyReLU(-0.1), "Received: negative_slope=-0.1"),
        (lambda: layers.LayerNormalization(axis="x"), "`axis` must be an integer or a list"),
        (lambda: layers.LayerNormalization(epsilon=-1), "`epsilon` must be a number of at least 0"),
        (lambda: layers.GroupNormalization(0), "`groups` must be a positive integer, or -1"),
        (lambda: layers.UnitNormalization(axis=1.5), "Received: axis=1.5"),
        (lambda: layers.Normalization(mean=1.0), "must be given together"),
        (lambda: layers.Normalization(mean=[[1.0]], variance=[[1.0]]), r"Received shape \(1, 1\)"),
        (lambda: layers.ActivityRegularization(l1=-1.0), "`l1` must be a finite number"),
        (lambda: layers.Dense(2, lora_rank=4), "`lora_rank` of Dense is not offered"),
        (lambda: layers.BatchNormalization(renorm=True), "`renorm` of BatchNormalization is not"),
        (lambda: layers.InputLayer((3,), sparse=True), "`sparse` of Input"),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_lambda_needs_functions():
    with pytest.raises(TypeError, match="`function` of Lambda must be a function"):
        layers.Lambda(3)
    with pytest.raises(TypeError, match="`backward` of Lambda must be a function"):
        layers.Lambda(lambda x: x, backward=3)


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (layers.Reshape((5,)), (2, 3), "a sample has 3 elements, and `target_shape` 5"),
        (layers.Reshape((-1, 2)), (2, 3), "`target_shape` a multiple of 2"),
        (layers.Permute((2, 1)), (2, 3), r"expects inputs of shape \(N, axis 1, axis 2\)"),
        (layers.RepeatVector(2), (2, 3, 4), r"expects inputs of shape \(N, features\)"),
        (layers.PReLU(shared_axes=[0]), (2, 3), "counted from 1"),
        (layers.LayerNormalization(axis=2), (2, 3), r"axis=\[2\], which is out of range"),
        (layers.GroupNormalization(4), (2, 6), "choose `groups` so that it divides 6"),
        (layers.UnitNormalization(axis=3), (2, 3), "axis=3, which is out of range"),
        (layers.Rescaling([1.0, 2.0]), (2, 3), r"`scale` of Rescaling .* has shape \(2,\)"),
        (layers.Normalization(axis=2), (2, 3), "which is out of range"),
        (layers.Normalization(mean=[1.0, 2.0], variance=[1.0, 2.0]), (2, 3), "does not broadcast"),
    ],
)
def test_inputs_that_do_not_fit_are_named(layer, shape, words):
    with pytest.raises(ShapeError, match=words):
        layer(np.ones(shape))


@pytest.mark.parametrize(
    "layer",
    [layers.LayerNormalization(), layers.RMSNormalization(), layers.GroupNormalization(1),
     layers.Normalization(), layers.PReLU()],
)  # fmt: skip
def test_another_size_than_at_first_is_an_error(layer):
    layer(np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"Received: shape=\('N', 4\)"):
        layer(np.ones((2, 4)))


def test_adapt_says_what_it_takes():
    with pytest.raises(DataError, match=r"one per batch\. Received an element of type list"):
        layers.Normalization().adapt([[1.0, 2.0]])
    with pytest.raises(DataError, match="no batches"):
        layers.Normalization().adapt([])
    with pytest.raises(ValueError, match="nothing to adapt"):
        layers.Normalization(mean=0.0, variance=1.0).adapt(np.ones((2, 3)))
    layer = layers.Normalization()
    layer.adapt(np.ones((2, 3)))
    with pytest.raises(ShapeError, match="was built for inputs of sizes"):
        layer.adapt(np.ones((2, 4)))
