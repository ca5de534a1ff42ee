"""TensorBoard: what is written is what Keras writes, as tensorboard itself reads it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nnscratch import Input, Model, Sequential, callbacks, layers, optimizers

pytest.importorskip("tensorboard")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def
from tensorboard.util.tensor_util import make_ndarray

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "tensorboard.json").read_text("utf-8"))
ROWS = 10


@pytest.fixture(autouse=True)
def _no_tensorflow(monkeypatch):
    """Make tensorboard's readers use their own stub of TensorFlow, as where it is not installed."""
    monkeypatch.setitem(sys.modules, "tensorboard.compat.notf", sys)


def model():
    net = Sequential(
        [
            Input((3,), name="x"),
            layers.Dense(4, activation="tanh", name="hidden"),
            layers.Dense(1, name="out"),
        ],
        name="net",
    )
    net.set_weights([np.linspace(-1, 2, v.value.size).reshape(v.shape) for v in net.weights])
    net.compile(optimizers.SGD(0.125), "mse", metrics=["mae"])
    return net


def data():
    x = np.linspace(-1, 1, ROWS * 3, dtype="float32").reshape(ROWS, 3)
    return x, x.sum(axis=1, keepdims=True)


def events_of(folder, run):
    events = EventAccumulator(str(folder / run), size_guidance={"tensors": 0})
    events.Reload()
    return events


def read(folder, run):
    """Return tag -> (plugin, steps, arrays)."""
    events = events_of(folder, run)
    tags = {}
    for tag in events.Tags()["tensors"]:
        found = events.Tensors(tag)
        tags[tag] = (
            events.SummaryMetadata(tag).plugin_data.plugin_name,
            [event.step for event in found],
            [make_ndarray(event.tensor_proto) for event in found],
        )
    return tags


def fit(folder, options, **more):
    x, y = data()
    net = model()
    board = callbacks.TensorBoard(folder, **options)
    net.fit(
        x, y, batch_size=4, epochs=3, verbose=0, shuffle=False, callbacks=[board],
        validation_data=(x[:5], y[:5]), **more,
    )  # fmt: skip
    return net


@pytest.mark.parametrize("name", GOLDEN["cases"])
def test_keras_wrote_the_same(name, tmp_path):
    case = GOLDEN["cases"][name]
    fit(tmp_path, case["options"])
    for run in ("train", "validation"):
        found = read(tmp_path, run)
        for tag, (plugin, steps, values) in case["runs"].get(run, {}).items():
            assert found[tag][0] == plugin
            assert set(steps) <= set(found[tag][1]), tag
            for step, value in zip(steps, values, strict=False):
                array = found[tag][2][found[tag][1].index(step)]
                if plugin == "images":
                    assert [part.decode() for part in array[:2]] == value[:2]
                    pixels = np.array(value[2])[..., 0]
                    assert np.abs(decoded(array[2]) - pixels).max() <= 1
                elif plugin == "histograms":
                    np.testing.assert_allclose(array[:, :2], np.array(value)[:, :2], atol=1e-6)
                    assert array[:, 2].sum() == np.array(value)[:, 2].sum()
                else:
                    np.testing.assert_allclose(array, value, rtol=2e-6)


def decoded(png):
    plt = pytest.importorskip("matplotlib.pyplot")
    picture = plt.imread(io.BytesIO(png))
    return np.round(picture.reshape(*picture.shape[:2], -1)[..., 0] * 255)


@pytest.mark.parametrize("name", ["epoch", "batch", "no graph"])
def test_nothing_but_what_keras_writes(name, tmp_path):
    case = GOLDEN["cases"][name]
    fit(tmp_path, case["options"])
    for run, tags in case["runs"].items():
        found = read(tmp_path, run)
        assert {t: (r[0], r[1]) for t, r in found.items()} == {
            tag: (row[0], row[1]) for tag, row in tags.items()
        }


def test_the_epochs_are_written_whatever_the_update_freq(tmp_path):
    """Keras writes no epoch at all here, because 5 divides none of 3, 6 and 9 batches."""
    assert "epoch_loss" not in GOLDEN["cases"]["every fifth batch"]["runs"]["train"]
    fit(tmp_path, {"update_freq": 5})
    assert read(tmp_path, "train")["epoch_loss"][1] == [0, 1, 2]
    assert read(tmp_path, "train")["batch_loss"][1] == [5]


def test_gradients_and_activations_are_those_of_the_last_training_batch(tmp_path):
    """One batch per epoch and a step of zero length: both can be computed by hand."""
    x, y = data()
    net = model()
    net.compile(optimizers.SGD(0.0), "mse")
    board = callbacks.TensorBoard(tmp_path, histogram_freq=1)
    net.fit(x, y, batch_size=ROWS, epochs=2, verbose=0, callbacks=[board], shuffle=False,
            validation_data=(x[:2], y[:2]))  # fmt: skip
    w1, b1, w2, b2 = net.get_weights()
    hidden = np.tanh(x @ w1 + b1)
    residual = hidden @ w2 + b2 - y
    by_hand = {
        "net/out/kernel/gradient": hidden.T @ (2 * residual / ROWS),
        "net/out/bias/gradient": (2 * residual / ROWS).sum(axis=0),
        "hidden/activation": hidden,
        "out/activation": hidden @ w2 + b2,
    }
    found = read(tmp_path, "train")
    for tag, values in by_hand.items():
        plugin, steps, arrays = found[tag]
        assert (plugin, steps) == ("histograms", [0, 1])
        np.testing.assert_allclose(arrays[1][0, 0], values.min(), rtol=1e-5)
        np.testing.assert_allclose(arrays[1][-1, 1], values.max(), rtol=1e-5)
        assert arrays[1][:, 2].sum() == values.size


def test_evaluate_alone_writes_against_the_iterations(tmp_path):
    net = model()
    net.evaluate(*data(), verbose=0, callbacks=[callbacks.TensorBoard(tmp_path)])
    for tag, (_, steps, values) in GOLDEN["evaluated"]["validation"].items():
        _, found_steps, found = read(tmp_path, "validation")[tag]
        assert found_steps == steps
        np.testing.assert_allclose(found, values, rtol=1e-6)


def test_tensorboard_draws_both_graphs(tmp_path):
    a, b = Input((4,), name="a"), Input((4,), name="b")
    shared = layers.Dense(4, name="shared")
    inner = Sequential([Input((4,)), layers.Dense(3, activation="relu", name="deep")], name="inner")
    joined = layers.Concatenate(name="joined")([inner(shared(a)), shared(b)])
    net = Model([a, b], layers.Dense(1, name="out")(joined))
    net.compile("sgd", "mse")
    board = callbacks.TensorBoard(tmp_path)
    x = np.zeros((2, 4), "float32")
    net.fit([x, x], np.zeros((2, 1)), verbose=0, callbacks=[board])
    graph = {node.name: node for node in events_of(tmp_path, "train").Graph().node}
    assert list(graph["joined"].input) == ["inner/deep", "shared_call_2"]
    assert list(graph["inner/deep"].input) == ["shared"]
    assert graph["out"].attr["parameters"].i == 8
    assert graph["out"].op == "Dense"
    config = read(tmp_path, "train")["keras"][2][0].item()
    conceptual = keras_model_to_graph_def(json.loads(config))
    drawn = {node.name.removeprefix(f"{net.name}/") for node in conceptual.node}
    assert {"a", "b", "shared", "inner/deep", "joined", "out"} <= drawn


def test_a_model_that_cannot_be_described_is_trained_all_the_same(tmp_path):
    class Own(layers.Layer):
        def get_config(self):
            raise NotImplementedError("no configuration")

        def forward(self, x, cache, training=False):
            return x

        def backward(self, dy, cache):
            return dy

        def compute_output_shape(self, input_shape):
            return input_shape

    net = Sequential([Input((3,)), Own(), layers.Dense(1, name="out")])
    net.compile("sgd", "mse")
    x, y = data()
    with pytest.warns(UserWarning, match="no configuration"):
        net.fit(x, y, verbose=0, callbacks=[callbacks.TensorBoard(tmp_path)])
    assert "keras" not in read(tmp_path, "train")
    assert "out" in {node.name for node in events_of(tmp_path, "train").Graph().node}


def test_steps_per_second(tmp_path):
    fit(tmp_path, {"write_steps_per_second": True, "update_freq": "batch"})
    found = read(tmp_path, "train")
    assert len(found["batch_steps_per_second"][1]) == 9
    assert all(value > 0 for value in found["epoch_steps_per_second"][2])


def test_tensorflow_stays_out(tmp_path):
    """Also where it is installed, and although tensorboard would import it for its own writer."""
    program = (
        "import sys, numpy as np\n"
        "from nnscratch import Sequential, callbacks, layers\n"
        "net = Sequential([layers.Input((2,)), layers.Dense(1)]); net.compile('sgd', 'mse')\n"
        f"board = callbacks.TensorBoard({str(tmp_path)!r}, histogram_freq=1, write_images=True)\n"
        "net.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0, callbacks=[board])\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"update_freq": "epohc"}, "Did you mean 'epoch'"),
        ({"update_freq": 0}, "number of batches"),
        ({"profile_batch": (3, 1)}, "first and last"),
        ({"profile_batch": "one"}, "first and last"),
        ({"embeddings_freq": 1}, "no Embedding layer"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        callbacks.TensorBoard(**options)


def test_profile_batch_is_taken_with_a_warning():
    with pytest.warns(UserWarning, match="nothing is profiled"):
        callbacks.TensorBoard(profile_batch="2,4")
