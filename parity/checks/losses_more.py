"""The other losses alone, losses of one's own, and where nnscratch departs from Keras."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nnscratch.typing import Array
from parity import registry
from parity.units import Golden

OPTIONS: dict[str, tuple[str, dict[str, Any], str]] = {
    "binary-focal": ("BinaryFocalCrossentropy", {}, "yes"),
    "binary-focal-logits": ("BinaryFocalCrossentropy", {"from_logits": True, "gamma": 1.3}, "z"),
    "focal": ("CategoricalFocalCrossentropy", {}, "one-hot"),
    "focal-logits": ("CategoricalFocalCrossentropy", {"from_logits": True}, "z"),
    "dice": ("Dice", {}, "yes"),
    "dice-by-sample": ("Dice", {"axis": -1}, "yes"),
    "tversky": ("Tversky", {"alpha": 0.3, "beta": 0.9, "axis": (1,)}, "yes"),
    "circle": ("Circle", {"gamma": 6.0}, "circle"),
    "generalized": ("CategoricalGeneralizedCrossEntropy", {"q": 0.3}, "labels"),
}


def _data(kind: str, dtype: str) -> tuple[Array, Array]:
    rng = np.random.default_rng(41)
    labels = np.array([0, 1, 2, 0, 1, 2, 2, 1, 3])
    one_hot = np.eye(4)[labels]
    p = rng.dirichlet(np.ones(4), size=9)
    z = rng.normal(size=(9, 4)) * 2
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    y, y_pred = {
        "yes": ((rng.random((9, 4)) < 0.4).astype(float), rng.uniform(0.05, 0.95, (9, 4))),
        "z": (one_hot, z),
        "one-hot": (one_hot, p),
        "labels": (labels, p),
        "circle": (labels, unit),
    }[kind]
    return (y if kind in ("labels", "circle") else y.astype(dtype)), y_pred.astype(dtype)


def _register(name: str, kind: str, kwargs: dict[str, Any], data: str) -> None:
    @registry.check(f"value/{name}", "losses", quick=name in ("binary-focal", "circle"))
    def values(lib: Any) -> dict[str, Any]:
        y, y_pred = _data(data, lib.dtype)
        found = {}
        for reduction in ("sum_over_batch_size", "sum"):
            loss = getattr(lib.losses, kind)(reduction=reduction, **kwargs)
            found[reduction], found[f"{reduction}/gradient"] = lib.loss(loss, y, y_pred)
        weight = np.arange(len(y)).astype(lib.dtype) / 3
        for reduction in ("sum_over_batch_size", "mean_with_sample_weight", "none"):
            loss = getattr(lib.losses, kind)(reduction=reduction, **kwargs)
            found[f"{reduction}/weighted"] = loss(y, y_pred, sample_weight=weight)
        return found


for _name, (_kind, _kwargs, _data_kind) in OPTIONS.items():
    _register(_name, _kind, _kwargs, _data_kind)


@registry.check(
    "huber-and-kl-divergence",
    "losses",
    "D11",
    golden={"huber": Golden([0.125, 2.5]), "kl": Golden([np.log(2.0), np.log(4.0)], 1e-5)},
    quick=True,
)
def huber_and_kl(lib: Any) -> dict[str, Any]:
    """Huber's δ is 1: 0.5² / 2 and 3 - 1/2; the divergence of a sure target is a logarithm."""
    errors = np.array([[0.5], [3.0]], lib.dtype)
    sure = np.array([[1.0, 0.0], [0.0, 1.0]], lib.dtype)
    guess = np.array([[0.5, 0.5], [0.75, 0.25]], lib.dtype)
    return {
        "huber": lib.losses.huber(np.zeros_like(errors), lib.tensor(errors)),
        "kl": lib.losses.kl_divergence(sure, lib.tensor(guess)),
    }


@registry.check(
    "generalized-crossentropy-of-a-column",
    "losses",
    golden={},
    differs="For labels (n, 1) Keras 3.15.1 broadcasts the loss over all pairs of a label and a "
    "row; nnscratch takes them for labels (n,).",
)
def generalized_column(lib: Any) -> dict[str, Any]:
    """Labels in a column are labels."""
    y, p = _data("labels", lib.dtype)
    loss = lib.losses.CategoricalGeneralizedCrossEntropy()
    return {"loss": loss(y[:, None], p)}


def _trained(lib: Any, loss: Any) -> dict[str, Any]:
    rng = np.random.default_rng(42)
    x, y = rng.normal(size=(2, 24, 3)).astype(lib.dtype)
    lib.utils.set_random_seed(5)
    layers = [lib.layers.Input(shape=(3,)), lib.layers.Dense(3, "tanh")]
    model = lib.Sequential(layers)
    model.compile(optimizer=lib.optimizers.SGD(learning_rate=0.1), loss=loss)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        losses = [np.asarray(model.train_on_batch(x, y), lib.dtype) for _ in range(5)]
    return {"losses": np.array(losses), "kernel": lib.numpy(model.weights[0])}


def _mean(lib: Any) -> Any:
    """Return the mean over the last axis: NumPy's, or that of the library's tensors."""
    return np.mean if lib.name == "nnscratch" else lib.ops.mean


@registry.check(
    "a-function-as-loss",
    "losses",
    bands={"float64": 1e-7, "float32": 2e-6},
    reason="Keras differentiates the function itself, nnscratch takes central differences.",
    quick=True,
)
def function_as_loss(lib: Any) -> dict[str, Any]:
    """A plain function of targets and predictions trains a network."""
    mean = _mean(lib)

    def quartic(y_true: Any, y_pred: Any) -> Any:
        return mean((y_pred - y_true) ** 4 + abs(y_pred), axis=-1)

    return _trained(lib, quartic)


@registry.check("a-function-as-loss-with-its-gradient", "losses")
def function_with_gradient(lib: Any) -> dict[str, Any]:
    """With its gradient given, the function trains as exactly as a loss of the package."""
    mean = _mean(lib)

    def quartic(y_true: Any, y_pred: Any) -> Any:
        return mean((y_pred - y_true) ** 4, axis=-1)

    def gradient(y_true: Any, y_pred: Any) -> Any:
        return 4 * (y_pred - y_true) ** 3 / 3

    if lib.name != "nnscratch":
        return _trained(lib, quartic)
    return _trained(lib, lib.losses.LossFunctionWrapper(quartic, gradient=gradient))
