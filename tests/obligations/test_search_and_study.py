"""The notes' search for hyper-parameters, their pictures of weights, and more from little data."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnscratch import lab

FIT = {"epochs": 2, "validation_split": 0.25, "verbose": 0}


@pytest.fixture
def kt(tf):
    pytest.importorskip("h5py")  # the weights of trials
    import kerastuner

    return kerastuner


def build_model(hp):
    """The notes' program with its typos mended, for eight features."""
    import tensorflow as tf

    units = hp.Int("units", min_value=32, max_value=512, step=32)
    model = tf.keras.Sequential()
    model.add(tf.keras.layers.Dense(units=units, activation="relu"))
    model.add(tf.keras.layers.Dense(1, activation="sigmoid"))
    learning_rate = hp.Choice("learning_rate", values=[1e-2, 1e-3, 1e-4])
    optim_fn = tf.keras.optimizers.Adam(learning_rate=learning_rate)
    model.compile(optimizer=optim_fn, loss="binary_crossentropy", metrics=["accuracy"])
    return model


def test_a101_every_kind_of_hyper_parameter_in_one_search(tf, kt, two_classes, tmp_path):
    x, y = two_classes

    class Space(kt.HyperModel):
        def build(self, hp):
            model = tf.keras.Sequential()
            for i in range(hp.Int("layers", 1, 2)):
                width = hp.Int(f"width_{i}", 4, 16, step=4)
                model.add(tf.keras.layers.Dense(width, hp.Choice("activation", ["relu", "tanh"])))
            model.add(tf.keras.layers.Dropout(hp.Float("dropout", 0.0, 0.5)))
            model.add(tf.keras.layers.Dense(1, "sigmoid"))
            optimizer = tf.keras.optimizers.get(hp.Choice("optimizer", ["sgd", "adam"]))
            optimizer.learning_rate = hp.Float("learning_rate", 1e-4, 1e-1, sampling="log")
            model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
            return model

        def fit(self, hp, model, *args, **kwargs):
            stop = tf.keras.callbacks.EarlyStopping(patience=hp.Int("patience", 1, 3))
            kwargs["callbacks"] = [*kwargs.get("callbacks", []), stop]
            batch_size = hp.Choice("batch_size", [16, 32])
            kwargs["epochs"] = hp.Int("epochs", 1, 3)
            return model.fit(*args, batch_size=batch_size, **kwargs)

    tuner = kt.RandomSearch(Space(), "val_accuracy", max_trials=3, seed=1, directory=tmp_path)
    tuner.search(x, y, validation_split=0.25, verbose=0)
    values = tuner.get_best_hyperparameters()[0].values
    kinds = {"layers", "width_0", "activation", "dropout", "optimizer", "learning_rate",
             "patience", "batch_size", "epochs"}  # fmt: skip
    assert kinds <= set(values)


def test_a102_values_on_a_logarithmic_scale(kt):
    hp = kt.HyperParameters()
    hp.Int("powers", min_value=1, max_value=1000, step=10, sampling="log")
    [powers] = hp.space
    values = [powers.prob_to_value((i + 0.5) / 4) for i in range(4)]
    assert values == [1, 10, 100, 1000]


def test_a103_grid_search_tries_all_and_random_search_some(kt, two_classes, tmp_path):
    x, y = two_classes

    def few(hp):
        hp.Int("units", 4, 8, step=4)
        return build_model_of(hp)

    def build_model_of(hp):
        import tensorflow as tf

        model = tf.keras.Sequential([tf.keras.layers.Dense(hp.get("units"), "relu")])
        model.add(tf.keras.layers.Dense(1, "sigmoid"))
        rate = hp.Choice("learning_rate", [1e-2, 1e-3, 1e-4])
        model.compile(tf.keras.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"])
        return model

    grid = kt.GridSearch(few, "val_accuracy", directory=tmp_path, project_name="grid")
    grid.search(x, y, **FIT)
    tried = [t.hyperparameters.values for t in grid.oracle.get_best_trials(99)]
    pairs = {(v["units"], v["learning_rate"]) for v in tried}
    assert pairs == {(u, r) for u in (4, 8) for r in (1e-2, 1e-3, 1e-4)}
    some = kt.RandomSearch(
        few, "val_accuracy", max_trials=3, seed=0, directory=tmp_path, project_name="random"
    )
    some.search(x, y, **FIT)
    assert len(some.oracle.get_best_trials(99)) == 3


def test_a105_a_model_of_the_model_finds_the_best_rate(kt, tmp_path):
    """The score is a known bowl around 10⁻²; the surrogate is a Gaussian process, no network."""

    class Bowl(kt.HyperModel):
        def build(self, hp):
            hp.Float("rate", 1e-4, 1.0, sampling="log")
            return build_model(hp)

        def fit(self, hp, model, *args, **kwargs):
            return (math.log10(hp.get("rate")) + 2) ** 2

    tuner = kt.BayesianOptimization(
        Bowl(), kt.Objective("default_objective", "min"), max_trials=14, num_initial_points=4,
        seed=3, directory=tmp_path,
    )  # fmt: skip
    tuner.search()
    scores = [t.score for t in tuner.oracle.get_best_trials(1)]
    assert scores[0] < 0.1


def test_a106_a_bandit_and_hyperband_feed_what_does_well(kt, two_classes, tmp_path):
    x, y = two_classes
    for name, tuner in (
        ("Hyperband", kt.Hyperband(build_model, "val_accuracy", max_epochs=4, factor=2, seed=1,
                                   directory=tmp_path, project_name="h")),
        ("Bandit", kt.Bandit(build_model, "val_accuracy", seed=1,
                             directory=tmp_path, project_name="b")),
    ):  # fmt: skip
        tuner.search(x, y, validation_split=0.25, verbose=0)
        epochs = [trial.best_step for trial in tuner.oracle.get_best_trials(99)]
        assert len(epochs) > 2, name
        assert tuner.get_best_models()[0].predict(x[:2], verbose=0).shape == (2, 1)


def test_a107_the_notes_search_program(kt, two_classes, tmp_path):
    x, y = two_classes
    tuner = kt.RandomSearch(build_model, "val_accuracy", max_trials=2, seed=1, directory=tmp_path)
    tuner.search(x, y, **FIT)
    best = tuner.get_best_hyperparameters()[0].values
    assert best["units"] in range(32, 513, 32)
    assert best["learning_rate"] in (1e-2, 1e-3, 1e-4)


@pytest.mark.parametrize(
    ("place", "std"), [(0, 100.0), (1, 0.00001), (2, 0.01)], ids=["a021", "a022", "a023"]
)
def test_a021_a022_a023_weights_of_three_spreads_and_what_they_do(place, std):
    """The notes' figures 6-10, 6-11 and 6-13: `std * np.random.randn(784, 100)`."""
    result = lab.weight_histograms()
    scale = result.scales[place]
    assert scale.weights.std == pytest.approx(std, rel=0.02)
    good = result.scales[2]
    if std == 100.0:
        assert scale.at_the_ends > 0.99 > 0.01 > good.at_the_ends
    elif std == 0.00001:
        assert scale.in_the_middle == 1.0 > good.in_the_middle


def test_a024_whether_weights_are_normal_is_measured():
    for scale in lab.weight_histograms().scales:
        assert abs(scale.weights.kurtosis) < 0.05
        assert abs(scale.weights.skewness) < 0.05


def test_t01_the_books_histograms_are_of_activations_the_notes_of_weights():
    """Both are drawn: the notes' spreads for the weights, the book's for the activations."""
    book = lab.weight_init(["std 1", "std 0.01", "Xavier"], ["sigmoid"], training=False)
    ends, middle, spread = (book.signals["sigmoid"][s][-1] for s in ("std 1", "std 0.01", "Xavier"))
    assert ends.activation.std > 3 * spread.activation.std > 9 * middle.activation.std
    notes = lab.weight_histograms().scales
    assert all(abs(scale.weights.kurtosis) < 0.05 for scale in notes)


def test_a093_cross_validation(two_classes):
    pytest.importorskip("sklearn")
    from sklearn.model_selection import KFold, cross_val_score

    from nnscratch.wrappers import NNScratchClassifier

    x, y = two_classes
    network = NNScratchClassifier(hidden_units=(8,), learning_rate=0.05, epochs=20, random_state=0)
    scores = cross_val_score(network, x, y, cv=KFold(5))
    assert scores.shape == (5,)
    assert scores.mean() > 0.85


def test_a094_pictures_flipped_turned_and_cut(tf):
    layers = tf.keras.layers
    images = np.arange(2 * 6 * 6, dtype="float32").reshape(2, 6, 6, 1)
    flipped = np.asarray(layers.RandomFlip("horizontal", seed=1)(images, training=True))
    for before, after in zip(images, flipped, strict=True):
        assert any(np.array_equal(after, kind) for kind in (before, before[:, ::-1]))
    turned = np.asarray(layers.RandomRotation((0.25, 0.25), seed=1)(images, training=True))
    np.testing.assert_allclose(turned[0, ..., 0], np.rot90(images[0, ..., 0]), atol=1e-3)
    cut = np.asarray(layers.RandomCrop(4, 4, seed=1)(images, training=True))
    assert cut.shape == (2, 4, 4, 1)
    assert {float(v) for v in cut[0].ravel()} <= {float(v) for v in images[0].ravel()}
    moved = layers.RandomTranslation(0.3, 0.3, seed=1)
    np.testing.assert_array_equal(moved(images, training=False), images)


def test_a099_the_notes_plot_of_training_and_test_accuracy(tf, two_classes):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    x, y = two_classes
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=5, validation_split=0.2, verbose=0)
    train_acc_list = history.history["accuracy"]
    test_acc_list = history.history["val_accuracy"]
    epochs = np.arange(len(train_acc_list))
    figure = plt.figure(figsize=(8, 6))
    plt.plot(epochs, train_acc_list, label="Train Accuracy")
    plt.plot(epochs, test_acc_list, label="Test Accuracy", linestyle="--")
    plt.ylim(0.8, 1.0)
    plt.xlabel("Epochs", fontsize=12)
    plt.ylabel("Accuracy", fontsize=12)
    plt.legend(loc="lower right", fontsize=12)
    plt.title("Train vs Test Accuracy", fontsize=14)
    train, test = figure.axes[0].lines
    assert train.get_ydata().tolist() == train_acc_list
    assert test.get_ydata().tolist() == test_acc_list
    plt.close(figure)


def test_a100_human_error_stands_in_for_the_least_error_possible():
    """95% is good in itself, and too little where people reach 99%."""
    pytest.importorskip("matplotlib")
    flat = np.ones(20)
    curves = {
        "loss": 0.2 + 2.0 * 0.5 ** np.arange(20),
        "val_loss": 0.25 + 2.0 * 0.5 ** np.arange(20),
        "accuracy": 0.95 * flat,
        "val_accuracy": 0.94 * flat,
    }
    human_error = 0.01
    assert lab.diagnose(curves).verdict == "good fit"
    found = lab.diagnose(curves, good_accuracy=1 - human_error)
    assert found.verdict == "underfitting"
    assert "of 99% that would be enough" in found.text()
