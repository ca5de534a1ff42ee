"""What the recorder writes down is what happened, and it changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from runs import assert_same_bits, branched, data, network, state, trained

from nnscratch import Model, callbacks, layers, optimizers, random
from nnscratch.errors import DataError, NonFiniteError, NotReadyError
from nnscratch.lab import Recorder, Recording
from nnscratch.lab.recorder.kinds import ALL


@pytest.mark.parametrize("how", [None, "full", ["quantiles", "norms", "mean_std"]])
@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop"])
def test_recording_changes_no_bit(how, optimizer):
    plain, plain_history = trained(optimizer=optimizer)
    recorder = Recorder(every=1, how=how, keyframes=4)
    seen, seen_history = trained(recorder, optimizer=optimizer)
    assert_same_bits(state(plain), state(seen))
    assert plain_history.history == seen_history.history
    assert len(recorder.steps) == 22  # 21 steps, and the order of rows, known before the first


def test_asking_for_the_inputs_gradient_changes_no_bit():
    plain, _ = trained()
    seen, _ = trained(Recorder(["all", "input_grad"], every=1))
    assert_same_bits(state(plain), state(seen))


@pytest.mark.parametrize("how", [None, ["full", "saturation", "dead"]])
def test_steps_that_are_repeated_by_routine_are_recorded_like_those_of_layers(how):
    x, y = data()
    found = []
    for eager in (False, True):
        rec = Recorder(every=1, how=how)
        random.set_random_seed(1)
        model = network()
        model.compile(model.optimizer, model.loss, run_eagerly=eager)
        trained(rec, model=model, epochs=6, validation_data=(x, y), validation_batch_size=20)
        found.append(rec)
    assert set(found[0]) == set(found[1])
    for key in found[0]:
        first, second = found[0][key], found[1][key]
        assert first.steps.tolist() == second.steps.tolist()
        for step in first:
            assert_same_bits(flat_values(first[step]), flat_values(second[step]))


def flat_values(row):
    return [row] if isinstance(row, np.ndarray) else [np.asarray(v) for v in row.values()]


def test_an_error_in_the_middle_loses_nothing(tmp_path):
    class Stops(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 4:
                raise KeyboardInterrupt

    path = tmp_path / "run.nnrec"
    with pytest.raises(KeyboardInterrupt):
        trained(Recorder(every=1, file=path), Stops(), epochs=1)
    kept = Recording.load(path)
    assert kept["loss"].size == 5
    assert kept["first/kernel", "grad"].steps.tolist() == [1, 2, 3, 4, 5]


def test_an_error_within_a_recorded_step_leaves_nobody_watching(tmp_path):
    x, y = data()
    rec = Recorder("draws", every=1, file=tmp_path / "run.nnrec")
    model = network()
    model.layers[-1].kernel.assign(np.full((5, 3), np.nan))
    with pytest.raises(NonFiniteError):
        model.fit(x, y, batch_size=8, verbose=0, callbacks=[rec])
    with random.record() as drawn:
        random.uniform((1,), seed=1)
    assert len(drawn) == 1
    assert all(draw.name != "fixed" for draw in rec._steps._drawn)
    assert len(rec._steps._drawn) == 1  # the mask of the step that was not finished


def test_a_plain_step_by_hand():
    rec = Recorder(every=1, how="full")
    start = network(optimizers.SGD(0.1))
    random.set_random_seed(3)
    model, history = trained(rec, optimizer=optimizers.SGD(0.1), epochs=1)
    x, _ = data()
    step = 5
    rows = rec["rows"][step]
    assert rows.tolist() == random.epoch_permutation(52, 3)[32:40].tolist()
    before = {p: rec[p, "weight"][step - 1] for p in ("first/kernel", "first/bias")}
    z = x[rows] @ before["first/kernel"] + before["first/bias"]
    np.testing.assert_allclose(rec["first", "preactivation"][step], z, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(
        rec["first", "activation"][step], np.maximum(rec["first", "preactivation"][step], 0)
    )
    a = rec["first", "activation"][step]
    np.testing.assert_allclose(rec["norm", "batch_mean"][step], a.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(rec["norm", "batch_variance"][step], a.var(axis=0), rtol=1e-4)
    moved = 0.99 * rec["norm/moving_mean", "weight"][step - 1] + 0.01 * a.mean(axis=0)
    np.testing.assert_allclose(rec["norm/moving_mean", "weight"][step], moved, rtol=1e-5)
    keep = rec["drop", "mask"][step]
    np.testing.assert_allclose(
        rec["drop", "activation"][step], rec["norm", "activation"][step] * keep / 0.7, rtol=1e-5
    )
    np.testing.assert_allclose(
        rec["first/kernel", "grad"][step],
        x[rows].T @ rec["first", "preactivation_grad"][step],
        rtol=1e-4, atol=1e-6,
    )  # fmt: skip
    np.testing.assert_allclose(
        rec["first/kernel", "update"][step], -0.1 * rec["first/kernel", "grad"][step],
        rtol=1e-3, atol=1e-7,
    )  # fmt: skip
    np.testing.assert_array_equal(
        rec["first/kernel", "weight"][step] - before["first/kernel"],
        rec["first/kernel", "update"][step],
    )
    assert rec["first/kernel", "step_size"][step].ravel().tolist() == [np.float32(0.1)] * 48
    np.testing.assert_array_equal(
        rec["second", "input_grad"][step], rec["drop", "activation_grad"][step]
    )
    draw = rec["draws"][step]
    assert [d.kind for d in draw] == ["dropout"]
    assert draw[0].name == "drop"
    assert rec["learning_rate"].tolist() == pytest.approx([0.1] * 7)
    p = rec["last", "activation"][step]
    y = data()[1][rows]
    penalty = 0.01 * np.sum(rec["second/kernel", "weight"][step - 1] ** 2)
    wanted = -np.log(p[np.arange(8), y]).mean() + penalty
    assert rec["loss"][step - 1] == pytest.approx(wanted, rel=1e-5)
    assert rec.epochs[0]["logs"]["loss"] == history.history["loss"][0]
    assert_same_bits(
        [rec[p, "weight"][7] for p in rec.paths("weight")], [v.numpy() for v in model.weights]
    )
    assert start.count_params() == model.count_params()


@pytest.mark.parametrize(
    ("optimizer", "slot", "size"),
    [
        (optimizers.Adam(0.01), "velocity",
         lambda v, t: 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) / (np.sqrt(v) + 1e-7)),
        (optimizers.RMSprop(0.01), "velocity", lambda v, t: 0.01 / np.sqrt(v + 1e-7)),
        (optimizers.Adagrad(0.01), "accumulator", lambda v, t: 0.01 / np.sqrt(v + 1e-7)),
        (optimizers.Adamax(0.01), "norm", lambda v, t: 0.01 / (1 - 0.9**t) / (v + 1e-7)),
        (optimizers.Nadam(0.01), "velocity",
         lambda v, t: 0.01 / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)),
    ],
)  # fmt: skip
def test_slots_and_effective_step_sizes(optimizer, slot, size):
    rec = Recorder(["slots", "step_size"], "last/kernel", every=1, how="full")
    trained(rec, optimizer=optimizer, epochs=1)
    for step in (1, 4):
        v = rec["last/kernel", slot][step].astype("float64")
        np.testing.assert_allclose(rec["last/kernel", "step_size"][step], size(v, step), rtol=1e-4)


def test_where_and_when():
    rec = Recorder("grad", "second*", every=3, epochs=[1])
    trained(rec)
    assert rec.keys() == [("second/kernel", "grad"), ("second/bias", "grad")]
    assert rec["second/bias", "grad"].steps.tolist() == [9, 12]  # steps 8 to 14 are epoch 1
    seen = []
    rec = Recorder("loss", every=1, when=lambda *a: seen.append(a) or a[0] == 5)
    trained(rec)
    assert len(rec["loss"]) == 1
    assert [s[:2] for s in seen[6:9]] == [(7, 0), (8, 1), (9, 1)]
    assert np.isnan(seen[0][2])
    assert np.isfinite(seen[1][2])


def test_several_fits_go_on_counting():
    rec = Recorder("loss", every=1)
    model, _ = trained(rec, epochs=1)
    trained(rec, epochs=1, model=model)
    assert len(rec["loss"]) == 14
    assert [run["first"] for run in rec.runs] == [0, 7]


def test_shared_layers_nested_models_and_several_inputs():
    rec = Recorder(every=1, how="full")
    x = np.random.default_rng(0).random((6, 4)).astype("float32")
    branched().fit([x, 2 * x], np.ones(6), epochs=2, verbose=0, callbacks=[rec])
    assert rec.paths("activation") == ["shared", "inner/deep", "shared#2", "sum", "out"]
    total = rec["inner/deep", "activation"][2] + rec["shared#2", "activation"][2]
    np.testing.assert_array_equal(rec["sum", "activation"][2], total)
    kernel, bias = rec["shared/kernel", "weight"][1], rec["shared/bias", "weight"][1]
    rows = rec["rows"][2]
    np.testing.assert_allclose(
        rec["shared#2", "preactivation"][2], 2 * x[rows] @ kernel + bias, rtol=1e-5, atol=1e-6
    )


def test_streams_of_batches_are_recorded_too():
    x, y = data(16)
    rec = Recorder(["loss", "grad"], every=1)
    model = network()
    model.fit(((x[i : i + 8], y[i : i + 8]) for i in (0, 8)), verbose=0, callbacks=[rec],
              steps_per_epoch=2)  # fmt: skip
    assert len(rec["loss"]) == 2
    with pytest.raises(NotReadyError, match="keyframes=1"):
        rec.at(1)


def test_penalties_frozen_layers_and_missing_gradients():
    model = network()
    model.layers[0].trainable = False
    model.compile("adam", "sparse_categorical_crossentropy")
    rec = Recorder(every=1, how="full")
    trained(rec, model=model, epochs=1)
    assert ("first/kernel", "grad") not in rec
    assert ("first/kernel", "weight") in rec
    assert ("second/kernel", "grad") in rec


def test_what_cannot_be_recorded_is_refused():
    with pytest.raises(ValueError, match="Did you mean 'grad'"):
        Recorder("grads_")
    with pytest.raises(ValueError, match="Did you mean 'histogram'"):
        Recorder(how="histogramm")
    with pytest.raises(DataError, match="every"):
        Recorder(every=0)
    rec = Recorder()
    with pytest.raises(NotReadyError):
        rec["first/kernel", "grad"]
    trained(rec, epochs=1)
    with pytest.raises(KeyError, match="Did you mean 'first/kernel'"):
        rec["frist/kernel", "grad"]
    with pytest.raises(ValueError, match="Did you mean 'grad'"):
        rec["first/kernel", "grat"]
    with pytest.raises(KeyError, match="nearest is 1"):
        rec["first/kernel", "grad"][3]
    with pytest.raises(ValueError, match="Did you mean 'norm'"):
        rec["first/kernel", "grad"]["nom"]


def test_every_kind_occurs():
    rec = Recorder(["all", "input_grad"], every=1)
    trained(rec)
    kinds = {kind for _, kind in rec} | {"draws"}
    kinds |= {kind for kind in ("loss", "learning_rate", "rows") if kind in rec}
    assert set(ALL) - {"slots"} <= kinds
    assert {"momentum", "velocity"} <= kinds


def test_a_callback_that_comes_before_may_set_the_learning_rate():
    rec = Recorder("learning_rate", every=1)
    scheduler = callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    trained(rec, scheduler)
    rates = rec["learning_rate"].tolist()
    assert rates[6:8] == pytest.approx([0.1, 0.05])


def test_layers_of_all_sorts_are_looked_into():
    model = network()
    model = type(model)([*model.layers, layers.Reshape((3, 1)), layers.Flatten()])
    model.compile("sgd", "mse")
    rec = Recorder(every=1)
    model.fit(data()[0], np.ones((52, 3)), verbose=0, callbacks=[rec])
    assert "flatten" in rec.paths("activation")


class Written(Model):
    """A model that is a class with a `call`."""

    def __init__(self):
        super().__init__(name="written")
        self.first = layers.Dense(4, "relu", name="first")
        self.drop = layers.Dropout(0.3, name="drop")
        self.last = layers.Dense(3, "softmax", name="last")

    def call(self, x, training=False):
        return self.last(self.drop(self.first(x), training=training))


def test_models_written_as_classes():
    model = Written()
    model.compile("adam", "sparse_categorical_crossentropy")
    rec = Recorder(every=1, how="full")
    trained(rec, model=model)
    assert rec.paths("activation") == ["first", "drop", "last"]
    z = rec["last", "preactivation"][9]
    x = rec["drop", "activation"][9]
    kernel, bias = rec["last/kernel", "weight"][8], rec["last/bias", "weight"][8]
    np.testing.assert_allclose(z, x @ kernel + bias, rtol=1e-5, atol=1e-6)
    moment = rec.at(9)
    found = moment.state()
    for path in ("first/kernel", "last/bias"):
        full = next(name for name in found if name.endswith(path))
        np.testing.assert_array_equal(found[full], rec[path, "weight"][9])
    moment.continue_training()
    assert_same_bits(state(moment.model()), state(model))
