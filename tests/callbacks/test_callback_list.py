from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from nnscratch.callbacks import (
    Callback,
    CallbackList,
    EarlyStopping,
    History,
    LambdaCallback,
    ProgbarLogger,
)
from nnscratch.callbacks.callback import HOOKS
from nnscratch.callbacks.callback_list import BATCH_HOOKS, python_logs


class Recorder(Callback):
    """Write down every call."""

    def __init__(self):
        super().__init__()
        self.calls = []


def _recording(hook):
    def record(self, *arguments, logs=None):
        self.calls.append((hook, *arguments, logs))

    return record


for _hook in HOOKS:
    setattr(Recorder, _hook, _recording(_hook))


def arguments_of(hook):
    return (3,) if "epoch" in hook or "batch" in hook else ()


@pytest.mark.parametrize("hook", sorted(HOOKS))
def test_each_moment_reaches_each_callback_in_order(hook):
    first, second = Recorder(), Recorder()
    second.calls = first.calls
    callbacks = CallbackList([first, [second]])
    getattr(callbacks, hook)(*arguments_of(hook), {"loss": np.float32(0.5)})
    assert len(first.calls) == 2
    for name, *arguments in first.calls:
        assert name == hook
        assert arguments[: len(arguments_of(hook))] == list(arguments_of(hook))
        logs = next(value for value in arguments if isinstance(value, dict))
        assert logs == {"loss": 0.5}
        assert type(logs["loss"]) is float


@pytest.mark.parametrize("hook", sorted(HOOKS))
def test_base_class_ignores_every_moment(hook):
    assert getattr(Callback(), hook)(*arguments_of(hook)) is None


def test_older_names_of_training_steps():
    calls = []

    class Older(Callback):
        def on_batch_begin(self, batch, logs=None):
            calls.append(("begin", batch, logs))

        def on_batch_end(self, batch, logs=None):
            calls.append(("end", batch, logs))

    callbacks = CallbackList([Older()])
    callbacks.on_train_batch_begin(1)
    callbacks.on_train_batch_end(1, {"loss": 2})
    assert calls == [("begin", 1, {}), ("end", 1, {"loss": 2.0})]


def test_steps_cost_nothing_without_a_watcher():
    class Untouchable:
        def items(self):
            pytest.fail("the logs were read")

    callbacks = CallbackList([EarlyStopping(), History()], add_history=True)
    for hook in BATCH_HOOKS:
        assert not callbacks.watches(hook)
        getattr(callbacks, hook)(0, Untouchable())


@pytest.mark.parametrize("hook", BATCH_HOOKS)
def test_only_watchers_are_told(hook):
    told = []
    watcher = LambdaCallback(**{hook: lambda batch, logs: told.append(batch)})
    callbacks = CallbackList([Callback(), watcher])
    assert callbacks.watches(hook)
    getattr(callbacks, hook)(7)
    assert told == [7]


def test_watchers_are_found_again_when_a_run_begins():
    plain = Callback()
    callbacks = CallbackList([plain])
    told = []
    plain.on_train_batch_end = lambda batch, logs=None: told.append(batch)
    callbacks.on_train_begin()
    callbacks.on_train_batch_end(4)
    assert told == [4]


def test_history_and_progbar_are_added_once():
    callbacks = CallbackList([], add_history=True, add_progbar=True).callbacks
    assert [type(callback) for callback in callbacks] == [History, ProgbarLogger]
    own = [ProgbarLogger(), History()]
    assert CallbackList(own, add_history=True, add_progbar=True).callbacks == own
    assert CallbackList().callbacks == []


def test_model_and_params_are_handed_on():
    model, history, other = SimpleNamespace(), History(), Callback()
    callbacks = CallbackList([other, history], model=model, epochs=3, verbose=0, steps=5)
    assert callbacks.model is other.model is history.model is model
    assert model.history is history
    assert callbacks.params == other.params == {"epochs": 3, "verbose": 0, "steps": 5}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (EarlyStopping, r"EarlyStopping\(\.\.\.\)"),
        ([EarlyStopping], r"EarlyStopping\(\.\.\.\)"),
        ("early_stopping", "'early_stopping', of type str"),
        ([print], "LambdaCallback"),
        ({"a": Callback()}, "of type dict"),
    ],
)
def test_what_is_no_callback(wrong, words):
    with pytest.raises(ValueError, match=words):
        CallbackList(wrong)


def test_a_single_callback_needs_no_list():
    callback = Callback()
    assert CallbackList(callback).callbacks == [callback]


def test_python_logs():
    outputs = np.ones((2, 1))
    one = np.ones((1, 1))
    logs = python_logs(
        {
            "loss": np.float32(0.5),
            "count": 3,
            "array": np.array(2, dtype=np.int8),
            "name": "run",
            "nothing": None,
            "outputs": outputs,
            "one": one,
            "nested": {"z": 1, "a": {"b": np.float64(0.25)}},
        }
    )
    assert list(logs) == ["array", "count", "loss", "name", "b", "z", "nothing", "one", "outputs"]
    assert logs["outputs"] is outputs
    assert logs["one"] is one
    assert (logs["name"], logs["nothing"]) == ("run", None)
    for name, value in {"loss": 0.5, "count": 3.0, "array": 2.0, "b": 0.25, "z": 1.0}.items():
        assert logs[name] == value
        assert type(logs[name]) is float


def test_lambda_callback_knows_only_the_moments():
    with pytest.raises(ValueError, match="Did you mean 'on_epoch_end'"):
        LambdaCallback(on_epoch_ends=print)
    callback = LambdaCallback(on_epoch_end=lambda epoch, logs: None, on_test_end=None)
    assert callback.on_test_end() is None
