"""Losses alone: values, gradients, reductions, and what happens at the edge."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.typing import Array
from parity import registry
from parity.units import Golden


def _probabilities(dtype: str) -> tuple[Array, Array]:
    rng = np.random.default_rng(21)
    p = rng.dirichlet(np.ones(4), size=9)
    p[0] = [1.0, 0.0, 0.0, 0.0]
    return np.eye(4)[rng.integers(0, 4, 9)].astype(dtype), p.astype(dtype)


def _reals(dtype: str) -> tuple[Array, Array]:
    rng = np.random.default_rng(22)
    y, y_pred = rng.normal(size=(2, 9, 3)) * 2
    y_pred[0] = y[0]
    return y.astype(dtype), y_pred.astype(dtype)


LOSSES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "categorical": ("CategoricalCrossentropy", {}, "p", ""),
    "categorical-smoothed": ("CategoricalCrossentropy", {"label_smoothing": 0.2}, "p", "D11"),
    "categorical-logits": ("CategoricalCrossentropy", {"from_logits": True}, "r", ""),
    "sparse": ("SparseCategoricalCrossentropy", {}, "s", ""),
    "binary": ("BinaryCrossentropy", {}, "p", ""),
    "binary-smoothed": ("BinaryCrossentropy", {"label_smoothing": 0.2}, "p", "D11"),
    "binary-logits": ("BinaryCrossentropy", {"from_logits": True}, "r", ""),
    "mse": ("MeanSquaredError", {}, "r", ""),
    "mae": ("MeanAbsoluteError", {}, "r", ""),
    "huber": ("Huber", {}, "r", "D11"),
    "huber-delta": ("Huber", {"delta": 0.7}, "r", "D11"),
    "kl-divergence": ("KLDivergence", {}, "p", "D11"),
    "log-cosh": ("LogCosh", {}, "r", ""),
    "mape": ("MeanAbsolutePercentageError", {}, "r", ""),
    "poisson": ("Poisson", {}, "p", ""),
    "hinge": ("Hinge", {}, "r", ""),
    "squared-hinge": ("SquaredHinge", {}, "r", ""),
    "categorical-hinge": ("CategoricalHinge", {}, "p", ""),
    "cosine-similarity": ("CosineSimilarity", {}, "r", ""),
}


def _register(name: str, kind: str, kwargs: dict[str, Any], data: str, behaviour: str) -> None:
    @registry.check(
        f"value/{name}", "losses", *([behaviour] if behaviour else []), quick=name == "categorical"
    )
    def values(lib: Any) -> dict[str, Any]:
        y, y_pred = _reals(lib.dtype) if data == "r" else _probabilities(lib.dtype)
        y = y.argmax(axis=1) if data == "s" else y
        if data == "r" and "logits" in name:
            y = (y == y.max(axis=1, keepdims=True)).astype(lib.dtype)
        found = {}
        for reduction in ("sum_over_batch_size", "sum"):
            loss = getattr(lib.losses, kind)(reduction=reduction, **kwargs)
            found[reduction], found[f"{reduction}/gradient"] = lib.loss(loss, y, y_pred)
        weight = np.arange(len(y)).astype(lib.dtype) / 3
        for reduction in ("sum_over_batch_size", "mean_with_sample_weight", "none"):
            loss = getattr(lib.losses, kind)(reduction=reduction, **kwargs)
            found[f"{reduction}/weighted"] = loss(y, y_pred, sample_weight=weight)
        return found


for _name, (_kind, _kwargs, _data, _behaviour) in LOSSES.items():
    _register(_name, _kind, _kwargs, _data, _behaviour)


def _bias_model(lib: Any, units: int, loss: Any, activation: str = "softmax") -> Any:
    """Return a model whose logits are its input, so that SGD(1) leaves −gradient in the bias."""
    model = lib.Sequential(
        [
            lib.layers.Input(shape=(units,)),
            lib.layers.Dense(units, activation, kernel_initializer="identity"),
        ]
    )
    model.compile(optimizer=lib.optimizers.SGD(learning_rate=1.0), loss=loss)
    return model


@registry.check(
    "crossentropy-of-a-sure-wrong-answer",
    "losses",
    "D9",
    golden={
        "loss": Golden(40.0),
        "gradient": Golden([[1.0, -1.0, 2e-9]], 1e-8),
    },
    quick=True,
)
def sure_and_wrong(lib: Any) -> dict[str, Any]:
    """After a softmax the logits count: loss 40 and a gradient of 1, where clipping gives 16, 0."""
    model = _bias_model(lib, 3, "sparse_categorical_crossentropy")
    x = np.array([[20.0, -20.0, 0.0]], lib.dtype)
    loss = model.train_on_batch(x, np.array([1]))
    return {
        "loss": np.asarray(loss, lib.dtype),
        "gradient": -lib.numpy(model.weights[1])[None],
    }


@registry.check("from-logits-on-a-softmax-output", "losses", "D10", quick=True)
def logits_flag_on_softmax(lib: Any) -> dict[str, Any]:
    """`from_logits=True` on a softmax output uses the logits behind it, with a warning."""
    import warnings

    x = np.array([[2.0, 0.5, -1.0], [0.1, 0.2, 0.4]], lib.dtype)
    found = {}
    for flag in (True, False):
        loss = lib.losses.SparseCategoricalCrossentropy(from_logits=flag)
        model = _bias_model(lib, 3, loss)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = model.train_on_batch(x, np.array([0, 2]))
        found[f"from_logits={flag}"] = np.asarray(value, lib.dtype)
    found["difference"] = found["from_logits=True"] - found["from_logits=False"]
    return found


@registry.check(
    "mean-over-elements-not-weights",
    "losses",
    "D12",
    golden={"loss": Golden(0.75)},
    quick=True,
)
def weighted_mean(lib: Any) -> dict[str, Any]:
    """Squared errors (1, 1, 1, 1) with weights (1, 0, 0, 2) give 3/4, not 1."""
    y, y_pred = np.zeros((4, 1), lib.dtype), np.ones((4, 1), lib.dtype)
    loss = lib.losses.MeanSquaredError()
    return {"loss": loss(y, y_pred, sample_weight=np.array([1.0, 0.0, 0.0, 2.0], lib.dtype))}


@registry.check("class-weight", "losses", "D12", quick=True)
def class_weight(lib: Any) -> dict[str, Any]:
    """`class_weight` becomes sample weights; a class that is not named weighs 1."""
    x = np.random.default_rng(1).normal(size=(8, 3)).astype(lib.dtype)
    y = np.array([0, 1, 2, 0, 1, 2, 2, 0])
    found = {}
    for name, targets, loss in (
        ("sparse", y, "sparse_categorical_crossentropy"),
        ("one-hot", np.eye(3, dtype=lib.dtype)[y], "categorical_crossentropy"),
    ):
        model = _bias_model(lib, 3, loss)
        value = model.train_on_batch(x, targets, class_weight={0: 2.0, 2: 0.25})
        found[name] = np.asarray(value, lib.dtype)
        found[f"{name}/gradient"] = -lib.numpy(model.weights[1])
    return found
