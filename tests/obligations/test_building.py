"""The notes' ways to build a network, and what they read off it."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest


def test_a001_sequential_twice_then_add(tf):
    from tensorflow.keras.layers import Dense
    from tensorflow.keras.models import Sequential

    model = Sequential()
    model = Sequential()
    model.add(Dense(3, input_dim=2))
    other = tf.keras.Sequential()
    other.add(Dense(3))
    assert [len(m.layers) for m in (model, other)] == [1, 1]
    assert model.output_shape == (None, 3)


def test_a002_sequential_of_a_list_and_its_misspelling(tf):
    layers = [tf.keras.layers.Dense(4, input_dim=8), tf.keras.layers.Dense(1)]
    assert tf.keras.models.Sequential(layers).count_params() == 8 * 4 + 4 + 4 + 1
    with pytest.raises(AttributeError, match="Did you mean 'Sequential'"):
        tf.keras.models.Sequentail(layers)


def test_a003_functional_api_under_the_notes_names(tf):
    input = tf.keras.layers.Input(shape=(8,))
    X = tf.keras.layers.Dense(64, activation="relu")(input)
    output = tf.keras.layers.Dense(1, activation="sigmoid")(X)
    model = tf.keras.models.Model(inputs=input, outputs=output)
    assert model.count_params() == 641
    assert model.predict(np.zeros((2, 8)), verbose=0).tolist() == [[0.5], [0.5]]


def test_a004_branches_skips_concatenation_several_inputs_and_outputs(tf):
    from tensorflow.keras import layers

    a, b = layers.Input((3,), name="a"), layers.Input((2,), name="b")
    h = layers.Dense(3, activation="relu")(a)
    skip = layers.Add()([a, h])
    joined = layers.Concatenate()([skip, b])
    outputs = [layers.Dense(1, name="price")(joined), layers.Dense(2, name="kind")(joined)]
    model = tf.keras.Model([a, b], outputs)
    model.compile("sgd", loss={"price": "mse", "kind": "mae"})
    x = [np.ones((4, 3)), np.ones((4, 2))]
    history = model.fit(x, [np.ones((4, 1)), np.ones((4, 2))], verbose=0).history
    assert set(history) == {"loss", "price_loss", "kind_loss"}
    price, kind = model.predict(x, verbose=0)
    assert (price.shape, kind.shape) == ((4, 1), (4, 2))


@pytest.mark.parametrize("shape", [(784,), (28, 28)])
def test_a005_flatten_with_input_shape(tf, shape):
    from tensorflow.keras.layers import Dense, Flatten

    model = tf.keras.Sequential([Flatten(input_shape=shape), Dense(16)])
    assert model.predict(np.zeros((2, *shape)), verbose=0).shape == (2, 16)
    assert model.count_params() == 784 * 16 + 16


def test_a006_dense_with_input_dim(tf):
    model = tf.keras.Sequential([tf.keras.layers.Dense(64, activation="relu", input_dim=8)])
    assert model.built
    assert model.input_shape == (None, 8)


def test_a007_units_by_place_and_by_name(tf):
    from tensorflow.keras.layers import Dense

    by_place, by_name = Dense(16, "relu"), Dense(units=16, activation="relu")
    skipped = ("name", "kernel_initializer")
    configs = [
        {k: v for k, v in layer.get_config().items() if k not in skipped}
        for layer in (by_place, by_name)
    ]
    assert configs[0] == configs[1]


def test_a008_activations_by_string(tf):
    z = np.array([[-1.0, 0.0, 2.0]], dtype="float32")
    e = np.exp(z)
    by_hand = {
        "sigmoid": 1 / (1 + np.exp(-z)),
        "softmax": e / e.sum(),
        "relu": np.maximum(z, 0),
    }
    for name, expected in by_hand.items():
        layer = tf.keras.layers.Activation(name)
        np.testing.assert_allclose(layer(z), expected, rtol=1e-6)


@pytest.mark.parametrize("units", [(64, 32, 64, 10), (100, 50, 10)])
def test_a009_the_notes_two_networks_have_their_shapes(tf, units):
    from tensorflow.keras.layers import Dense, Flatten

    model = tf.keras.Sequential([Flatten(input_shape=(784,))])
    for n in units[:-1]:
        model.add(Dense(n, activation="sigmoid"))
    model.add(Dense(units[-1], activation="softmax"))
    sizes = [784, *units]
    kernels = [w.shape for w in model.weights if w.name == "kernel"]
    assert kernels == list(itertools.pairwise(sizes))
    rows = model.predict(np.zeros((100, 784)), verbose=0)
    assert rows.shape == (100, 10)
    np.testing.assert_allclose(rows.sum(axis=1), 1.0, rtol=1e-6)


def test_a010_batch_normalization_after_flatten_and_between_dense_layers(tf):
    from tensorflow.keras.layers import BatchNormalization, Dense, Flatten

    layers = [Flatten(input_shape=(4,)), BatchNormalization(), Dense(3), BatchNormalization()]
    model = tf.keras.Sequential([*layers, Dense(3, activation="relu")])
    x = np.random.default_rng(1).normal(5.0, 3.0, size=(64, 4)).astype("float32")
    normal = np.asarray(model.layers[1](x, training=True))
    np.testing.assert_allclose(normal.mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_allclose(normal.std(axis=0), 1.0, atol=1e-3)
    assert len(model.non_trainable_weights) == 4


def test_a011_dropout_on_the_input_and_between_layers(tf):
    from tensorflow.keras.layers import Dense, Dropout

    x = np.ones((2000, 5), dtype="float32")
    model = tf.keras.Sequential([Dropout(0.2), Dense(4), Dropout(0.2), Dense(1)])
    dropped = np.asarray(model.layers[0](x, training=True))
    assert set(np.unique(dropped)) == {0.0, np.float32(1.25)}
    assert abs((dropped == 0).mean() - 0.2) < 0.02
    model.build((None, 5))
    assert np.array_equal(model.predict(x[:3], verbose=0), model.predict(x[:3], verbose=0))


def test_a012_layers_on_images_can_be_imported_and_used(tf):
    from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D

    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            Conv2D(4, 3, activation="relu"),
            MaxPooling2D(2),
            Dropout(0.2),
            Flatten(),
            Dense(10, activation="softmax"),
        ]
    )
    assert [layer.output.shape for layer in model.layers[:2]] == [(None, 6, 6, 4), (None, 3, 3, 4)]
    assert model.predict(np.zeros((2, 8, 8, 1)), verbose=0).shape == (2, 10)


def test_a013_one_output_layer_for_each_kind_of_task(tf, two_classes):
    from tensorflow.keras.layers import Dense
    from tensorflow.keras.utils import to_categorical

    x, y = two_classes
    tasks = [
        (Dense(1, activation="sigmoid"), "binary_crossentropy", y),
        (Dense(2, activation="softmax"), "categorical_crossentropy", to_categorical(y)),
        (Dense(1), "mse", x.sum(axis=1)),
    ]
    for output, loss, target in tasks:
        model = tf.keras.Sequential([Dense(8, activation="relu"), output])
        model.compile("adam", loss)
        losses = model.fit(x, target, epochs=8, verbose=0).history["loss"]
        assert losses[-1] < losses[0]


def test_a014_summary_has_the_notes_names_shapes_and_counts(tf):
    from tensorflow.keras.layers import Dense, Flatten

    tf.keras.Sequential(), tf.keras.Sequential()
    model = tf.keras.Sequential()
    model.add(Flatten(input_shape=(28, 28)))
    model.add(Dense(16, activation="relu"))
    model.add(Dense(10, activation="softmax"))
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert 'Model: "sequential_2"' in text
    for row in (
        ("flatten (Flatten)", "(None, 784)", "0"),
        ("dense (Dense)", "(None, 16)", "12,560"),
        ("dense_1 (Dense)", "(None, 10)", "170"),
    ):
        assert any(all(part in line for part in row) for line in text.splitlines()), row
    assert "Total params: 12,730" in text
    assert "Trainable params: 12,730" in text
    assert "Non-trainable params: 0" in text


def test_a015_weights_and_their_shapes(tf):
    model = tf.keras.Sequential([tf.keras.layers.Dense(16, input_shape=(784,))])
    assert len(model.weights) == 2
    assert model.weights[0].shape == (784, 16)
    assert model.weights[1].shape == (16,)


def test_a016_a_model_is_called_and_its_output_goes_through_softmax(tf):
    model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(3)])
    x_test = np.random.default_rng(2).normal(size=(5, 4)).astype("float32")
    output = model(x_test[0:1])
    e = np.exp(np.asarray(output))
    np.testing.assert_allclose(tf.nn.softmax(output), e / e.sum(), rtol=1e-6)


def test_a086_pixels_of_either_type_are_taken(tf):
    images = np.random.default_rng(3).integers(0, 256, size=(6, 28, 28), dtype="uint8")
    single = images.reshape(6, 784).astype("float32") / 255
    double = images.reshape(6, 784) / 255
    assert (single.dtype, double.dtype) == ("float32", "float64")
    model = tf.keras.Sequential([tf.keras.Input((784,)), tf.keras.layers.Dense(3)])
    outputs = [model.predict(x, verbose=0) for x in (single, double)]
    np.testing.assert_allclose(*outputs, atol=1e-6)


def test_a087_to_categorical_with_and_without_the_number_of_classes(tf):
    from tensorflow.keras.utils import to_categorical

    assert to_categorical([1, 0], 3).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert to_categorical([2, 0]).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_a095_the_same_thing_under_every_import_path(tf):
    import keras

    for module, name in (
        ("layers", "Dense"),
        ("models", "Sequential"),
        ("losses", "categorical_crossentropy"),
        ("optimizers", "SGD"),
        ("callbacks", "EarlyStopping"),
        ("regularizers", "l2"),
        ("utils", "to_categorical"),
        ("metrics", "AUC"),
    ):
        by_tf = getattr(getattr(tf.keras, module), name)
        assert getattr(getattr(keras, module), name) is by_tf
        scope: dict[str, object] = {}
        exec(f"from tensorflow.keras.{module} import {name}", scope)
        assert scope[name] is by_tf
    from tensorflow.keras.datasets import mnist

    assert mnist.load_data is tf.keras.datasets.mnist.load_data


def test_t14_the_notes_program_with_its_typos_mended(tf):
    """The other typos are Python's own errors: `units la=` cannot even be read."""
    with pytest.raises(SyntaxError):
        compile("units la= hp.Int('units')", "notes", "exec")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = tf.keras.Sequential(
            [
                tf.keras.layers.Flatten(input_shape=(28, 28)),
                tf.keras.layers.Dense(units=32, activation="relu"),
                tf.keras.layers.Dense(10, activation="softmax"),
            ]
        )
    learning_rate = 1e-3
    model.compile(
        optimizer=tf.keras.optimizers.Adam(learning_rate=learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(np.zeros((4, 28, 28)), np.arange(4), verbose=0).history
    assert list(history) == ["accuracy", "loss"]
