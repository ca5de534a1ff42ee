"""`explain_diff` on runs whose difference is known from arithmetic or was put there by hand."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from nnscratch import callbacks, config, lab, layers, models, optimizers, utils
from nnscratch.errors import DataError, NotReadyError, ShapeError
from nnscratch.lab.differences import known_causes

X = np.random.default_rng(3).normal(size=(25, 4))
Y = X[:, :1] - X[:, 1:2] ** 2
FIT: dict[str, Any] = {"epochs": 2, "batch_size": 8, "shuffle": False}


@pytest.fixture(autouse=True)
def float64() -> None:
    config.set_floatx("float64")


def network(optimizer: Any = None, loss: Any = "mse") -> Any:
    model = models.Sequential([layers.Input((4,)), layers.Dense(5, "tanh"), layers.Dense(1)])
    model.compile(optimizer or optimizers.SGD(0.1, momentum=0.6), loss)
    return model


def other_run(model: Any, **fit: Any) -> tuple[Any, Any]:
    """Train a copy with half the learning rate."""
    twin = copy.deepcopy(model)
    twin.optimizer.learning_rate = 0.05
    return twin, twin.fit(X, Y, verbose=0, **{**FIT, **fit})


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def issue_18324() -> Any:
    """Return the network of keras-team/keras#18324 with the weights that were set there."""
    model = models.Sequential(
        [
            layers.Input((2,)),
            layers.Dense(5, "sigmoid", use_bias=False),
            layers.Dense(1, "sigmoid", use_bias=False),
        ]
    )
    model.set_weights([np.full((2, 5), 0.1), np.full((5, 1), 0.2)])
    model.compile(optimizers.SGD(0.01), "mean_absolute_error")
    return model


def test_issue_18324_by_hand() -> None:
    """Both numbers of the issue follow from their loss: 0.198825 and 0.19926(8)."""
    h = sigmoid(0.0)
    p = sigmoid(5 * 0.2 * h)
    assert round(0.2 - 0.01 * p * (1 - p) * h, 8) == 0.19882498  # d|p|/dp = 1: Keras
    assert math.floor(1e5 * (0.2 - 0.01 * p * p * (1 - p) * h)) / 1e5 == 0.19926  # d½p²/dp = p


def test_issue_18324_is_solved() -> None:
    """The derivation by hand took the derivative of half the squared error for that of |p − y|."""
    by_hand = [np.full((2, 5), 0.1), np.full((5, 1), 0.19926)]
    found = lab.explain_diff(
        issue_18324(), np.zeros((1, 2)), np.zeros((1, 1)), weights=by_hand, resolution=1e-5
    )
    assert found.best is not None
    assert found.best.label == "another loss: half the squared error"
    assert found.best.closes == 1.0
    assert [v.label for v in found.equals] == ["another loss: half the squared error"]


def test_the_catalogue_is_large_and_speaks_in_sentences() -> None:
    found = known_causes()
    assert len(found) >= 40
    for cause in found:
        assert cause.sentence.endswith("."), cause.name
        assert cause.changes
        assert cause.variations


@pytest.mark.parametrize("form", ["list", "dict", "model", "npz", "keras", "h5", "weights.h5"])
def test_weights_come_in_many_forms(form: str, tmp_path: Path) -> None:
    model = network()
    twin, _ = other_run(model)
    given: Any = {"list": twin.get_weights(), "model": twin}.get(form)
    if form == "dict":
        given = {w.path: w.numpy() for w in reversed(twin.weights)}
    elif form == "npz":
        given = tmp_path / "weights.npz"
        np.savez(given, *twin.get_weights())
    elif form not in ("list", "model"):
        pytest.importorskip("h5py")
        given = tmp_path / f"other.{form}"
        (twin.save_weights if form == "weights.h5" else twin.save)(given)
    found = lab.explain_diff(model, X, Y, weights=given, causes=["learning rate*"], **FIT)
    assert found.best is not None
    assert found.best.label == "learning rate × 0.5"


def test_history_comes_in_many_forms(tmp_path: Path) -> None:
    model = network()
    log = callbacks.CSVLogger(str(tmp_path / "log.csv"))
    _, history = other_run(model, callbacks=[log])
    losses_of_epochs = history.history["loss"]
    for given in (history, history.history, losses_of_epochs, tmp_path / "log.csv"):
        found = lab.explain_diff(model, X, Y, history=given, causes=["learning rate*"], **FIT)
        assert found.best is not None
        assert found.best.label == "learning rate × 0.5"


def test_weights_after_some_steps_are_enough() -> None:
    model = network()
    twin = copy.deepcopy(model)
    twin.optimizer.momentum = 0.9
    seen: dict[int, Any] = {}
    note = callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.setdefault(batch + 1, twin.get_weights())
    )
    twin.fit(X, Y, verbose=0, callbacks=[note], **FIT)
    found = lab.explain_diff(model, X, Y, weights={1: seen[1], 3: seen[3]}, **FIT)
    assert found.best is not None
    assert found.best.label == "momentum is 0.9"
    assert {name.rpartition(" ")[2] for name in found.base.parts} == {"1", "3"}


def test_two_causes_are_found_together() -> None:
    model = network(optimizers.SGD(0.05, momentum=0.5))
    twin = copy.deepcopy(model)
    twin.optimizer.momentum = 0.9
    history = twin.fit(X, Y, verbose=0, **{**FIT, "batch_size": 16})
    causes = ["momentum is", "batch size", "loss*"]
    found = lab.explain_diff(model, X, Y, weights=twin, history=history, causes=causes, **FIT)
    assert found.best is not None
    assert set(found.best.labels) == {"momentum is 0.9", "batch size 16"}
    assert found.best.closes == 1.0
    alone = lab.explain_diff(
        model, X, Y, weights=twin, history=history, causes=causes, pairs=False, **FIT
    )
    assert alone.best is None or alone.best.closes < 0.99


def test_ties_are_told() -> None:
    """Without a history, half the learning rate and half the loss are one and the same."""
    model = network(optimizers.SGD(0.1))
    twin, _ = other_run(model)
    found = lab.explain_diff(model, X, Y, weights=twin, **FIT)
    labels = [v.label for v in found.equals]
    assert labels[0] == "loss × ½"
    assert "learning rate × 0.5" in labels
    assert "cannot tell it from: learning rate × 0.5" in found.text()


def test_equal_runs_have_nothing_to_explain() -> None:
    model = network()
    twin = copy.deepcopy(model)
    history = twin.fit(X, Y, verbose=0, **FIT)
    found = lab.explain_diff(model, X, Y, weights=twin, history=history, **FIT)
    assert found.base.total == 0.0
    assert found.best is None
    assert "do not differ" in found.text()


def test_what_no_cause_explains_is_called_so() -> None:
    model = network()
    noise = [np.random.default_rng(8).normal(size=w.shape) * 9 for w in model.get_weights()]
    found = lab.explain_diff(model, X, Y, weights=noise, causes=["momentum*", "ε*"], **FIT)
    assert found.best is None or found.best.closes < 0.5
    assert "no explanation" in found.text() or "none of" in found.text()


def test_neither_model_nor_random_streams_are_touched() -> None:
    utils.set_random_seed(4)
    model = network()
    twin, _ = other_run(model)
    before = [w.copy() for w in model.get_weights()]
    expected = np.random.RandomState(4).rand(3)
    lab.explain_diff(model, X, Y, weights=twin, causes=["loss*", "dropout*"], **FIT)
    assert all(map(np.array_equal, before, model.get_weights()))
    assert int(model.optimizer.iterations) == 0
    assert np.array_equal(np.random.rand(3), expected)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)


def test_the_answer_in_text_markdown_html_and_json() -> None:
    model = network()
    twin, history = other_run(model)
    found = lab.explain_diff(model, X, Y, weights=twin, history=history, **FIT)
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    found.print(console)
    for text in (str(found), found.to_markdown(), found._repr_html_(), console.export_text()):
        assert "learning rate × 0.5" in text
        assert "100.0 %" in text
    assert found.to_json()["causes"][0]["closes"] == 1.0
    assert "learning rate × 0.5 closes 100.0 %" in repr(found)
    assert "<script" not in found._repr_html_()


def test_bad_input_says_what_is_missing() -> None:
    model = network()
    with pytest.raises(DataError, match="give the other run's `weights`, `history` or both"):
        lab.explain_diff(model, X, Y)
    with pytest.raises(NotReadyError, match="not compiled"):
        lab.explain_diff(models.Sequential([layers.Dense(1)]), X, Y, history=[1.0])
    with pytest.raises(ShapeError, match="one array for each of the model's 4 weights"):
        lab.explain_diff(model, X, Y, weights=[np.zeros(3)])
    with pytest.raises(ValueError, match="cause"):
        lab.explain_diff(model, X, Y, history=[1.0], causes=["momentun"])
    with pytest.raises(DataError, match="must be an array"):
        lab.explain_diff(model, ((X, Y) for _ in range(2)), history=[1.0])
