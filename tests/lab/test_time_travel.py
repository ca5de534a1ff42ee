"""Any step of a recorded run can be gone back to, with every bit of its state."""

from __future__ import annotations

import random as python_random

import numpy as np
import pytest
from runs import assert_same_bits, data, network, state, trained

from nnscratch import callbacks, optimizers, random
from nnscratch.errors import DataError, NotReadyError
from nnscratch.lab import Recorder, Recording


class Witness(callbacks.Callback):
    """Copies the whole state after every step."""

    def __init__(self):
        super().__init__()
        self.states = []

    def on_train_begin(self, logs=None):
        self.states.append(state(self.model))

    def on_train_batch_end(self, batch, logs=None):
        self.states.append(state(self.model))


def after(moment):
    return state(moment.model())


OPTIMIZERS = {
    "adam": lambda: "adam",
    "nesterov": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "averaged": lambda: optimizers.Nadam(
        0.01, use_ema=True, ema_overwrite_frequency=4, clipnorm=0.1
    ),
    "scheduled": lambda: optimizers.RMSprop(optimizers.schedules.ExponentialDecay(0.1, 3, 0.9)),
    "accumulating": lambda: optimizers.Adam(0.01, gradient_accumulation_steps=2),
    "scaled": lambda: optimizers.LossScaleOptimizer(optimizers.Adam(), dynamic_growth_steps=3),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("keyframes", ["epoch", 5])
def test_every_step_comes_back_bit_by_bit(optimizer, keyframes):
    witness, rec = Witness(), Recorder("loss", keyframes=keyframes)
    trained(rec, witness, optimizer=OPTIMIZERS[optimizer]())
    for step in (0, 1, 6, 7, 8, 13, 20, 21):
        moment = rec.at(step)
        assert_same_bits(after(moment), witness.states[step])
        assert (moment.epoch, moment.batch) == (min(step // 7, 2), step - 7 * min(step // 7, 2))


@pytest.mark.parametrize("options", [
    {"shuffle": False},
    {"shuffle": "batch"},
    {"reshuffle_each_epoch": True},
    {"steps_per_epoch": 3},
    {"validation_split": 0.2},
    {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}},
])  # fmt: skip
def test_with_any_order_of_rows(options):
    witness, rec = Witness(), Recorder("rows", every=1)
    trained(rec, witness, epochs=4, **options)
    last = len(witness.states) - 1
    for step in (1, 3, 5, 9, last):
        assert_same_bits(after(rec.at(step)), witness.states[step])


def test_without_a_seed_the_order_is_the_recorded_one():
    x, y = data()
    random.set_shuffle_seed(None)
    witness, rec = Witness(), Recorder("rows", every=1)
    network().fit(x, y, batch_size=8, epochs=3, verbose=0, callbacks=[rec, witness])
    assert (rec["rows"][1] != rec["rows"][8]).any()
    for step in (3, 10, 21):
        assert_same_bits(after(rec.at(step)), witness.states[step])


def test_learning_rates_set_by_callbacks_are_followed():
    witness, rec = Witness(), Recorder("loss")
    scheduler = callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))

    class Slower(callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.optimizer.learning_rate = 0.05 / (batch + 1)

    trained(rec, witness, scheduler, Slower())
    for step in (5, 12, 21):
        assert_same_bits(after(rec.at(step)), witness.states[step])


@pytest.mark.parametrize("step", [0, 4, 7, 12])
def test_to_go_on_unchanged_repeats_the_run(step):
    rec = Recorder("loss")
    model, history = trained(rec)
    moment = rec.at(step)
    again = moment.continue_training()
    assert_same_bits(state(moment.model()), state(model))
    assert again.history["loss"][-1] == history.history["loss"][-1]


def test_to_go_on_beyond_the_end_is_to_have_trained_longer():
    rec = Recorder("loss")
    trained(rec)
    longer, _ = trained(epochs=5)
    moment = rec.at(10)
    moment.continue_training(epochs=5)
    assert_same_bits(state(moment.model()), state(longer))


def test_a_branch_leaves_the_run_and_other_moments_alone():
    rec = Recorder("loss")
    model, _ = trained(rec)
    original = state(model)
    python_random.seed(1)
    expected = python_random.Random(1).random()
    branch = rec.at(10)
    branch.model().optimizer.learning_rate = 0.5
    again = Recorder("loss", every=1)
    history = branch.continue_training(callbacks=[again], validation_data=data())
    assert not np.array_equal(branch.model().weights[0].value, model.weights[0].value)
    assert_same_bits(original, state(model))
    assert python_random.random() == expected
    assert len(again["loss"]) == 11
    assert "val_loss" in history.history
    other = rec.at(10)
    other.continue_training()
    assert_same_bits(original, state(other.model()))


def test_a_branch_can_be_recorded_and_travelled_in_turn():
    rec, witness, inner = Recorder("loss"), Witness(), Recorder("rows", every=1)
    trained(rec)
    branch = rec.at(10)
    branch.model().optimizer.learning_rate = 0.5
    branch.continue_training(callbacks=[inner, witness])
    assert_same_bits(after(inner.at(6)), witness.states[6])
    assert inner["rows"][1].tolist() == random.epoch_permutation(52, 3)[24:32].tolist()


def test_from_a_file(tmp_path):
    witness, rec = Witness(), Recorder("loss", keyframes=5)
    trained(rec, witness)
    rec.save(tmp_path / "run.nnrec")
    loaded = Recording.load(tmp_path / "run.nnrec")
    assert_same_bits(after(loaded.at(10)), witness.states[10])
    with pytest.raises(NotReadyError, match="training data"):
        loaded.at(11)
    with pytest.raises(DataError, match="not the data"):
        loaded.at(11, data()[0] + 1, data()[1])
    moment = loaded.at(13, *data())
    assert_same_bits(after(moment), witness.states[13])
    moment.continue_training()
    assert_same_bits(after(moment), witness.states[21])


def test_there_is_no_way_to_what_was_not_kept():
    rec = Recorder("loss", keyframes=None)
    trained(rec, epochs=1)
    with pytest.raises(NotReadyError, match="keyframes"):
        rec.at(3)
    rec = Recorder("loss")
    trained(rec, epochs=1)
    with pytest.raises(NotReadyError, match="ends at step 7"):
        rec.at(8)


def test_the_state_by_path():
    rec = Recorder("loss")
    model, _ = trained(rec)
    found = rec.at(21).state()
    assert set(found) == {v.path for v in [*model.weights, *model.optimizer.variables]}
    assert int(found[f"{model.optimizer.name}/iteration"]) == 21
