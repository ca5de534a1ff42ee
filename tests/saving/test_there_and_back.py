"""What nnscratch writes and reads itself: every format, every optimizer, shared and own parts."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from saved_models import X, Y, assert_same_state, assert_trains_alike, skip_net

from nnscratch import (
    Input,
    Model,
    Sequential,
    errors,
    initializers,
    layers,
    losses,
    models,
    ops,
    optimizers,
    saving,
)

pytest.importorskip("h5py", reason="model files need the extra `files`")
pytestmark = pytest.mark.filterwarnings("ignore:.*older format:UserWarning")


@pytest.mark.parametrize("ending", ["keras", "h5", "hdf5"])
def test_training_goes_on_with_the_same_numbers(net, ending, tmp_path):
    path = tmp_path / f"m.{ending}"
    net.save(path)
    again = saving.load_model(path)
    assert_same_state(net, again)
    assert_trains_alike(net, again)


OPTIMIZERS = {
    **{name: {} for name in optimizers.lookup.CLASSES if name not in ("Optimizer", "Muon")},
    "SGD": {"momentum": 0.9, "nesterov": True},
    "Adam": {"amsgrad": True, "gradient_accumulation_steps": 2},
    "RMSprop": {"centered": True, "momentum": 0.5, "use_ema": True},
    "Muon": {"learning_rate": 0.01},
    "LossScaleOptimizer": {"inner_optimizer": None},
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_every_optimizer(name, ending, tmp_path):
    options = dict(OPTIMIZERS[name])
    if "inner_optimizer" in options:
        options["inner_optimizer"] = optimizers.SGD(0.01, momentum=0.5)
    model = skip_net()
    model.compile(getattr(optimizers, name)(**options), "mse")
    for _ in range(3):
        model.train_on_batch(X, Y)
    model.save(tmp_path / f"m.{ending}")
    again = saving.load_model(tmp_path / f"m.{ending}")
    assert_same_state(model, again)
    assert_trains_alike(model, again)


def test_an_optimizer_that_took_no_step_is_loaded_without_a_warning(tmp_path, recwarn):
    model = skip_net()
    model.compile("adam", "mse")
    model.save(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras")
    assert not recwarn.list
    assert not again.optimizer.built
    assert_trains_alike(model, again)


def test_compile_false_and_include_optimizer_false(net, tmp_path):
    net.save(tmp_path / "m.keras")
    assert not saving.load_model(tmp_path / "m.keras", compile=False).compiled
    net.save(tmp_path / "bare.keras", include_optimizer=False)
    again = saving.load_model(tmp_path / "bare.keras")
    assert not again.compiled
    np.testing.assert_array_equal(again(X), net(X))


def test_a_layer_shared_by_two_inner_models_stays_shared(tmp_path):
    shared = layers.Dense(4, "tanh")
    first = Sequential([Input((4,)), shared])
    x = Input((4,))
    second = Model(x, layers.Add()([shared(x), x]))
    y = Input((4,))
    model = Model(y, layers.Dense(2)(second(first(y))))
    model.compile("sgd", "mse")
    model.train_on_batch(X, Y)
    model.save(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras")
    assert len(again.weights) == len(model.weights) == 4
    assert_trains_alike(model, again)


def test_frozen_layers_stay_frozen(tmp_path):
    model = skip_net()
    model.layers[1].trainable = False
    model.compile("adam", "mse")
    model.train_on_batch(X, Y)
    model.save(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras")
    assert [v.trainable for v in again.weights] == [v.trainable for v in model.weights]
    assert_trains_alike(model, again)


def test_seeded_streams_start_anew_as_in_keras(tmp_path):
    model = Sequential([Input((4,)), layers.Dropout(0.5, seed=3), layers.Dense(2)])
    model.compile("sgd", "mse")
    first = model(np.ones((1, 4)), training=True)
    model.save(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again(np.ones((1, 4)), training=True), first)


class Scale(layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def forward(self, x, cache, training=False):
        return x * self.factor

    def backward(self, dy, cache):
        return dy * self.factor

    def compute_output_shape(self, input_shape):
        return input_shape


def squares(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2, axis=-1)


def test_own_layers_and_functions_come_back_only_when_they_are_known(tmp_path):
    model = Sequential([Input((4,)), Scale(3.0), layers.Dense(2)])
    model.compile("sgd", losses.MeanSquaredError(), metrics=[squares])
    model.train_on_batch(X, Y)
    for ending in ("keras", "h5"):
        path = tmp_path / f"m.{ending}"
        model.save(path)
        with pytest.raises(errors.ModelFileError, match=r"Scale.*custom_objects"):
            saving.load_model(path)
        own = {"Scale": Scale, "squares": squares}
        again = saving.load_model(path, custom_objects=own)
        assert again.layers[0].factor == 3.0
        assert model.evaluate(X, Y, verbose=0) == again.evaluate(X, Y, verbose=0)
        with saving.custom_object_scope(own):
            np.testing.assert_array_equal(saving.load_model(path)(X), model(X))


@saving.register_keras_serializable("tests")
def bent(x):
    return ops.tanh(x) + 0.1 * x


@saving.register_keras_serializable("tests")
class Steep:
    def __init__(self, slope=1.0):
        self.slope = slope

    def __call__(self, x):
        return ops.tanh(self.slope * x)

    def get_config(self):
        return {"slope": self.slope}


@saving.register_keras_serializable("tests")
class Stripes(initializers.Initializer):
    def __init__(self, width=1.0):
        self.width = width

    def __call__(self, shape, dtype=None):
        return np.full(shape, self.width, dtype)

    def get_config(self):
        return {"width": self.width}


@saving.register_keras_serializable("tests")
def halves(shape, dtype=None):
    return np.full(shape, 0.5, dtype)


def test_initializers_come_back_by_their_registered_names(tmp_path):
    options = {"kernel_initializer": Stripes(0.25), "bias_initializer": halves}
    model = Sequential([Input((4,)), layers.Dense(3, **options)])
    config = model.layers[0].get_config()
    assert config["kernel_initializer"]["registered_name"] == "tests>Stripes"
    assert config["bias_initializer"]["config"] == "tests>halves"
    model.save(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras")
    assert again.layers[0].kernel_initializer.width == 0.25
    assert again.layers[0].bias_initializer is halves


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_activations_made_of_operations_come_back_by_their_registered_names(ending, tmp_path):
    model = Sequential([Input((4,)), layers.Dense(3, bent), layers.Dense(2, Steep(2.0))])
    config = model.layers[0].get_config()["activation"]
    assert config == {
        "module": "builtins",
        "class_name": "function",
        "config": "tests>bent",
        "registered_name": "function",
    }
    model.compile("adam", "mse")
    model.train_on_batch(X, Y)
    model.save(tmp_path / f"m.{ending}")
    again = saving.load_model(tmp_path / f"m.{ending}")
    assert again.layers[0].activation.name == "bent"
    assert_same_state(model, again)
    assert_trains_alike(model, again)


def test_lambdas_are_neither_written_nor_read(tmp_path):
    model = Sequential([Input((4,)), layers.Lambda(lambda x: x * 2)])
    with pytest.raises(TypeError, match="never written"):
        model.save(tmp_path / "m.keras")
    of_operations = Sequential([Input((4,)), layers.Dense(2, lambda x: ops.tanh(x))])
    with pytest.raises(TypeError, match="never written"):
        of_operations.save(tmp_path / "m.keras")
    assert list(tmp_path.iterdir()) == []
    plain = skip_net()
    plain.compile("sgd", lambda t, p: squares(t, p))
    with pytest.raises(TypeError, match="lambda cannot be saved"):
        plain.save(tmp_path / "m.keras")


@pytest.mark.parametrize("ending", ["weights.h5", "h5", "hdf5"])
def test_weights_alone(net, ending, tmp_path):
    path = tmp_path / f"w.{ending}"
    net.save_weights(path)
    other = models.clone_model(net)
    assert not np.array_equal(other(X), net(X))
    other.load_weights(path)
    np.testing.assert_array_equal(other(X), net(X))


def test_weights_of_a_whole_model(net, tmp_path):
    for name in ("m.keras", "m.h5"):
        net.save(tmp_path / name)
        other = models.clone_model(net)
        other.load_weights(tmp_path / name)
        np.testing.assert_array_equal(other(X), net(X))


def test_weights_of_another_model_are_refused_and_nothing_changes(net, tmp_path):
    net.save_weights(tmp_path / "w.weights.h5")
    net.save_weights(tmp_path / "w.h5")
    other = Sequential([Input((4,)), layers.Dense(3), layers.BatchNormalization(), layers.Dense(5)])
    before = other.get_weights()
    for name in ("w.weights.h5", "w.h5"):
        with pytest.raises(errors.ModelFileError, match="file of another model") as caught:
            other.load_weights(tmp_path / name)
        assert caught.value.file == str(tmp_path / name)
        for left, right in zip(before, other.get_weights(), strict=True):
            np.testing.assert_array_equal(left, right)
    with pytest.warns(UserWarning, match="skipped"):
        other.load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)
    np.testing.assert_array_equal(other.layers[0].kernel, net.layers[0].kernel)
    np.testing.assert_array_equal(other.layers[2].kernel, before[-2])


def test_by_name(net, tmp_path):
    net.save_weights(tmp_path / "w.h5")
    other = Sequential([Input((4,)), layers.Dense(3, name=net.layers[0].name), layers.Dense(7)])
    other.load_weights(tmp_path / "w.h5", by_name=True)
    np.testing.assert_array_equal(other.layers[0].kernel, net.layers[0].kernel)
    with pytest.raises(ValueError, match="by_name"):
        other.load_weights(tmp_path / "w.weights.h5", by_name=True)


def test_configurations(net):
    branched = skip_net()
    for model in (net, branched):
        again = type(model).from_config(model.get_config())
        again.set_weights(model.get_weights())
        np.testing.assert_array_equal(again(X), model(X))
        assert json.loads(again.to_json())["config"] == json.loads(model.to_json())["config"]
        fresh = models.model_from_json(model.to_json())
        assert fresh.compiled == model.compiled
        fresh.set_weights(model.get_weights())
        np.testing.assert_array_equal(fresh(X), model(X))


def test_clones_have_new_weights_and_may_be_made_of_other_layers():
    x = Input((4,))
    shared = layers.Dense(4, "relu")
    model = Model({"x": x}, [layers.Add()([shared(x), shared(shared(x))])])
    clone = models.clone_model(model)
    assert clone.layers[1] is not shared
    assert len(clone.weights) == 2
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone({"x": X})[0], model({"x": X})[0])

    def linear(layer):
        config = layer.get_config()
        if "units" in config:
            config["activation"] = "linear"
        return type(layer).from_config(config)

    other = models.clone_model(model, clone_function=linear)
    other.set_weights(model.get_weights())
    w, b = model.get_weights()
    once = X @ w + b
    np.testing.assert_allclose(other({"x": X})[0], once + once @ w + b, rtol=1e-12)


def test_unbuilt_models_warn_and_come_back_unbuilt(tmp_path):
    model = Sequential([layers.Dense(2)])
    with pytest.warns(UserWarning, match="before it was built"):
        model.save(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras")
    assert not again.built
    assert again(X).shape == (8, 2)
    with pytest.raises(errors.NotReadyError, match="not built"):
        model.save_weights(tmp_path / "w.weights.h5")


def test_other_endings_and_existing_files_are_refused(net, tmp_path):
    with pytest.raises(ValueError, match=r"\.keras"):
        net.save(tmp_path / "model.pkl")
    with pytest.raises(ValueError, match=r"\.weights\.h5"):
        net.save_weights(tmp_path / "model.npz")
    with pytest.raises(ValueError, match=r"\.keras"):
        saving.load_model(tmp_path / "model")
    with pytest.raises(ValueError, match=r"\.weights\.h5"):
        net.load_weights(tmp_path / "model")
    net.save(tmp_path / "m.keras")
    with pytest.raises(FileExistsError, match="overwrite"):
        net.save(tmp_path / "m.keras", overwrite=False)


def test_the_archive_is_the_same_but_for_the_date(net, tmp_path):
    contents = []
    for name in ("a.keras", "b.keras"):
        net.save(tmp_path / name)
        with zipfile.ZipFile(tmp_path / name) as archive:
            contents.append([archive.read(n) for n in ("config.json", "model.weights.h5")])
    assert contents[0] == contents[1]


def test_structures_of_plain_values_there_and_back():
    thing = {"a": [1, 2.5, None, "x", True], "b": b"bytes", "c": np.arange(3.0)}
    text = json.dumps(saving.serialize_keras_object(thing))
    again = saving.deserialize_keras_object(json.loads(text))
    assert again["a"] == thing["a"]
    assert again["b"] == thing["b"]
    np.testing.assert_array_equal(again["c"], thing["c"])


def test_models_with_attributes_of_their_own(tmp_path):
    @saving.register_keras_serializable(package="tests")
    class Stack(Sequential):
        pass

    model = Stack([Input((4,)), layers.Dense(2)])
    model.save(tmp_path / "m.keras")
    again = saving.load_model(tmp_path / "m.keras")
    assert type(again) is Stack
    np.testing.assert_array_equal(again(X), model(X))
