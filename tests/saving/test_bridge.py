"""Models carried over in memory, and weights as safetensors."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import numpy as np
import pytest
from saved_models import X, Y, assert_same_state, assert_trains_alike

from nnscratch import (
    Input,
    Sequential,
    from_keras,
    layers,
    models,
    optimizers,
    random,
    saving,
)
from nnscratch.errors import ModelFileError
from nnscratch.saving.bridge import carry_over

pytest.importorskip("h5py", reason="model files need the extra `files`")


def noisy():
    inner = Sequential([Input((4,)), layers.GaussianNoise(0.1, seed=2), layers.Dense(4, "relu")])
    model = Sequential([Input((4,)), inner, layers.Dropout(0.5, seed=3), layers.Dense(2)])
    model.compile(optimizers.Adam(0.01), "mse")
    for _ in range(3):
        model.train_on_batch(X, Y)
    return model


def test_a_model_in_the_midst_of_training_goes_on_with_its_own_streams():
    """Whatever has Keras's methods will do; the parity suite gives it Keras's own models."""
    model = noisy()
    twin = from_keras(model)
    assert twin is not model
    assert_same_state(model, twin)
    assert_trains_alike(model, twin)


class Hazy(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.haze = [layers.Dropout(0.5, seed=3), layers.GaussianNoise(0.1, seed=4)]
        self.own = random.SeedGenerator(5)

    def call(self, x, training=None):
        for layer in self.haze:
            x = layer(x, training=training)
        return x


def test_streams_inside_of_layers_of_layers_go_along():
    model = Sequential([Input((4,)), Hazy(), layers.Dense(2)])
    model.compile("adam", "mse")
    for _ in range(3):
        model.train_on_batch(X, Y)
    random.uniform((), seed=model.layers[0].own)
    twin = from_keras(model, {"Hazy": Hazy})
    assert_trains_alike(model, twin)
    seeds = [random.uniform((), seed=m.layers[0].own) for m in (model, twin)]
    assert seeds[0] == seeds[1]


def test_a_subclassed_model_goes_along():
    class Net(models.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.hazy, self.out = Hazy(), layers.Dense(2)

        def call(self, x, training=None):
            return self.out(self.hazy(x, training=training))

    model = Net()
    model.compile("adam", "mse")
    for _ in range(3):
        model.train_on_batch(X, Y)
    twin = from_keras(model, {"Net": Net, "Hazy": Hazy})
    assert_same_state(model, twin)
    assert_trains_alike(model, twin)


def test_h5_of_a_subclassed_model_says_how_to_load_it(tmp_path):
    class Net(models.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.out = layers.Dense(2)

        def call(self, x):
            return self.out(x)

    model, again = Net(), Net()
    model(X)
    path = str(tmp_path / "net.h5")
    model.save(path)
    with pytest.raises(ModelFileError, match=r"make the model, build it, and call load_weights"):
        saving.load_model(path, {"Net": Net})
    again.build((None, 4))
    again.load_weights(path)
    np.testing.assert_array_equal(again(X), model(X))


@pytest.mark.parametrize("name", ["seed_generator", "generator"])
def test_streams_are_found_under_both_names_that_keras_has_for_them(name):
    """Keras's layers on images call theirs `generator`."""
    streams = [random.SeedGenerator(seed) for seed in (3, 4)]
    random.uniform((), seed=streams[0])
    given, taken = (
        SimpleNamespace(optimizer=None, layers=[SimpleNamespace(**{name: stream})])
        for stream in streams
    )
    carry_over(given, taken)
    assert float(random.uniform((), seed=streams[1])) == float(random.uniform((), seed=streams[0]))


def test_a_wrapped_nadam_takes_its_product_along():
    model = Sequential([Input((4,)), layers.Dense(2)])
    model.compile(optimizers.LossScaleOptimizer(optimizers.Nadam(0.1)), "mse")
    model.train_on_batch(X, Y)
    model.optimizer.inner_optimizer._product.assign(0.125)
    twin = from_keras(model)
    assert float(twin.optimizer.inner_optimizer._u_product) == 0.125
    assert_trains_alike(model, twin)


def test_an_optimizer_that_took_no_step_and_no_optimizer_at_all():
    model = Sequential([Input((4,)), layers.Dense(2)])
    assert not from_keras(model).compiled
    model.compile(optimizers.SGD(0.25, momentum=0.5), "mse")
    twin = from_keras(model)
    assert not twin.optimizer.built
    assert_trains_alike(model, twin)


def test_to_keras_without_keras_says_what_to_do(net, monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(ImportError, match="pip install keras"):
        net.to_keras()


def test_a_missing_h5py_is_named(net, tmp_path, monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(ImportError, match=r"pip install nnscratch\[files\]"):
        net.save(tmp_path / "m.keras")


def test_safetensors(net, tmp_path):
    pytest.importorskip("safetensors", reason="needs the extra `safetensors`")
    path = tmp_path / "w.safetensors"
    net.save_weights(path)
    other = models.clone_model(net)
    other.load_weights(path)
    np.testing.assert_array_equal(other(X), net(X))
    renamed = Sequential(
        [
            Input((4,)),
            layers.Dense(3, "tanh", name=net.layers[0].name),
            layers.BatchNormalization(name=net.layers[1].name),
            layers.Dense(2, name=net.layers[2].name),
        ],
        name="another",
    )
    saving.load_safetensors(renamed, path)
    np.testing.assert_array_equal(renamed(X), net(X))


def test_damaged_and_foreign_safetensors_are_refused(net, tmp_path):
    pytest.importorskip("safetensors", reason="needs the extra `safetensors`")
    path = tmp_path / "w.safetensors"
    net.save_weights(path)
    before = net.get_weights()
    data = path.read_bytes()
    other = Sequential([Input((4,)), layers.Dense(3)])
    with pytest.raises(ModelFileError, match="only in one"):
        other.load_weights(path)
    for broken in (data[:100], data[:-8], b"\xff" * 8 + data[8:], b""):
        path.write_bytes(broken)
        with pytest.raises(ModelFileError, match="safetensors"):
            net.load_weights(path)
    with pytest.raises(ModelFileError, match="no such file"):
        net.load_weights(tmp_path / "none.safetensors")
    for left, right in zip(before, net.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)
