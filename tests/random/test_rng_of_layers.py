"""Watching, recording and replaying what layers draw, and the switch to XLA's bits."""

from __future__ import annotations

import numpy as np
import pytest

from nnscratch import Sequential, callbacks, layers, naming, optimizers, random

QUIET = {"verbose": 0}
RNG = np.random.default_rng(3)
X = RNG.normal(size=(10, 6)).astype("float32")
Y = RNG.normal(size=(10, 1)).astype("float32")


def noisy_model(names=("dropout", "gaussian_noise", "alpha_dropout"), **compile_options):
    first, second, third = names
    model = Sequential(
        [
            layers.Input((6,)),
            layers.Dropout(0.4, name=first),
            layers.Dense(5, "relu"),
            layers.GaussianNoise(0.3, name=second),
            layers.Dense(4, "selu"),
            layers.AlphaDropout(0.2, name=third),
            layers.Dense(1),
        ]
    )
    model.compile(optimizers.SGD(0.05), "mse", **compile_options)
    return model


def test_a_layer_gives_its_name_to_its_stream():
    naming.clear_names()
    made = [layers.Dropout(0.5), layers.Dropout(0.5), layers.GaussianNoise(0.5, name="static")]
    made += [layers.GaussianDropout(0.5), layers.AlphaDropout(0.5), layers.SpatialDropout1D(0.5)]
    assert [layer.seed_generator.name for layer in made] == [
        "dropout", "dropout_1", "static", "gaussian_dropout", "alpha_dropout", "spatial_dropout1d",
    ]  # fmt: skip


def test_the_first_values_of_weights_are_drawn_under_their_paths():
    top = layers.Dense(2, bias_initializer="he_normal", name="top")
    model = Sequential([layers.Dense(3), top], name="net")
    model.compile("sgd", "mse")
    seeds = [
        model.layers[0].kernel_initializer.seed,
        model.layers[1].kernel_initializer.seed,
        model.layers[1].bias_initializer.seed,
    ]
    with random.record() as draws:
        model.predict(X, **QUIET)
    assert draws == [
        random.Draw("net/dense/kernel", "uniform", (6, 3), (seeds[0], 0)),
        random.Draw("net/top/kernel", "uniform", (3, 2), (seeds[1], 0)),
        random.Draw("net/top/bias", "truncated_normal", (2,), (seeds[2], 0)),
    ]


def test_the_draws_of_a_layer_are_counted():
    model = noisy_model()
    noise = [layer for layer in model.layers if hasattr(layer, "seed_generator")]
    model.fit(X, Y, batch_size=4, epochs=2, **QUIET)
    model.evaluate(X, Y, **QUIET)
    model.predict(X, **QUIET)
    assert [layer.seed_generator.draws for layer in noise] == [6, 6, 6]
    model.train_on_batch(X, Y)
    assert [layer.seed_generator.draws for layer in noise] == [7, 7, 7]
    assert [layer.seed_generator.state[1] for layer in noise] == [7, 7, 7]


def test_a_recorded_fit_names_every_draw():
    model = noisy_model()
    seeds = [model.layers[i].seed_generator.state[0] for i in (0, 2, 4)]
    random.set_shuffle_seed(9)
    with random.record() as draws:
        model.fit(X, Y, batch_size=6, **QUIET)
        model.predict(X, **QUIET)
    assert draws == [
        random.Draw("fit", "permutation", (10,), (9, 0)),
        random.Draw("dropout", "dropout", (6, 6), (seeds[0], 0)),
        random.Draw("gaussian_noise", "normal", (6, 5), (seeds[1], 0)),
        random.Draw("alpha_dropout", "dropout", (6, 4), (seeds[2], 0)),
        random.Draw("dropout", "dropout", (4, 6), (seeds[0], 1)),
        random.Draw("gaussian_noise", "normal", (4, 5), (seeds[1], 1)),
        random.Draw("alpha_dropout", "dropout", (4, 4), (seeds[2], 1)),
    ]


@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_recorded_fit_replayed_to_another_model_trains_it_alike(jit_compile):
    """The second model has other seeds and names, and is not compiled for XLA's bits itself."""
    first = noisy_model(jit_compile=jit_compile)
    second, third = (noisy_model(names=(f"a{i}", f"b{i}", f"c{i}")) for i in range(2))
    start = first.get_weights()
    for other in (second, third):
        other.set_weights(start)
    random.set_shuffle_seed(None)
    with random.record() as draws:
        first.fit(X, Y, batch_size=4, epochs=3, **QUIET)
    assert {draw.xla for draw in draws if draw.name != "fit"} == {jit_compile}
    with random.replay(draws):
        second.fit(X, Y, batch_size=4, epochs=3, **QUIET)
    third.fit(X, Y, batch_size=4, epochs=3, **QUIET)
    for w, v, u, w0 in zip(*(m.get_weights() for m in (first, second, third)), start, strict=True):
        np.testing.assert_array_equal(w, v)
        assert (w != w0).any()
        assert (w != u).any()
    assert [layer.seed_generator.draws for layer in second.layers[::2][:3]] == [0, 0, 0]


def test_a_replay_of_a_fit_refuses_a_model_that_draws_otherwise():
    first = noisy_model()
    twice = layers.Dropout(0.4), layers.Dropout(0.4)
    second = Sequential([layers.Input((6,)), *twice, layers.Dense(1)])
    second.compile("sgd", "mse")
    with random.record() as draws:
        first.fit(X, Y, **QUIET)
    with pytest.raises(ValueError, match="expected 'normal'"), random.replay(draws):
        second.fit(X, Y, **QUIET)


def test_xla_bits_last_as_long_as_the_block():
    plain, normal = random.uniform((4,), seed=1), random.normal((4,), seed=1)
    with random.xla_bits():
        with random.xla_bits():
            inner = random.uniform((4,), seed=1)
        np.testing.assert_array_equal(random.uniform((4,), seed=1), inner)
        assert (random.normal((4,), seed=1) != normal).all()
    assert (inner != plain).all()
    np.testing.assert_array_equal(random.uniform((4,), seed=1), plain)
    with pytest.raises(RuntimeError, match="inside"), random.xla_bits():
        raise RuntimeError("inside")
    np.testing.assert_array_equal(random.uniform((4,), seed=1), plain)


def test_only_the_step_of_a_model_compiled_so_draws_as_xla():
    """Neither the order of samples, nor callbacks, nor another model."""
    seen = []

    def draw(batch, logs):
        random.uniform((2,), seed=5)

    hook = callbacks.LambdaCallback(on_train_batch_end=draw)
    first, second = noisy_model(jit_compile=True), noisy_model(names="abc")
    with random.observe(seen.append):
        first.fit(X, Y, callbacks=[hook], **QUIET)
        second.fit(X, Y, **QUIET)
    assert [(draw.name, draw.xla) for draw in seen] == [
        ("fit", False), ("dropout", True), ("gaussian_noise", True), ("alpha_dropout", True),
        ("fixed", False), ("fit", False), ("a", False), ("b", False), ("c", False),
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["train_on_batch", "compute_gradients"])
def test_every_way_to_train_draws_as_xla(method):
    model = noisy_model(jit_compile=True)
    with random.record() as draws:
        getattr(model, method)(X, Y)
    assert [draw.xla for draw in draws] == [True, True, True]


def test_what_jit_compile_comes_to():
    model = noisy_model()
    assert model.jit_compile is False
    for given, found in (("auto", False), (None, False), (False, False), (True, True)):
        model.compile("sgd", "mse", jit_compile=given)
        assert model.jit_compile is found
    with pytest.warns(UserWarning, match="run_eagerly"):
        model.compile("sgd", "mse", jit_compile=True, run_eagerly=True)
    assert model.jit_compile is False


def test_compiling_again_changes_the_bits():
    model = noisy_model(jit_compile=True)
    with random.record() as draws:
        model.train_on_batch(X, Y)
        model.compile("sgd", "mse")
        model.train_on_batch(X, Y)
    assert [draw.xla for draw in draws] == [True] * 3 + [False] * 3


def test_a_bad_jit_compile_changes_nothing():
    model = noisy_model()
    before = model.optimizer
    for bad in ("yes", 1.5):
        with pytest.raises(ValueError, match="jit_compile"):
            model.compile("adam", "mse", jit_compile=bad)
    assert model.optimizer is before
