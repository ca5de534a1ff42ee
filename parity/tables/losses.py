"""Losses: each head, from probabilities and from logits, smoothed, weighted, reduced."""

from __future__ import annotations

from typing import Any

from parity import registry
from parity.tables.nets import Network, dense
from parity.units import Case, Data, Obj

ONE_HOT = Data("clusters")
INTEGERS = Data("clusters", {"one_hot": False})
BINARY = Data("binary")
SEVERAL = Data("binary", {"columns": 3})
REAL = Data("regression", {"columns": 2})

SOFTMAX: Network = (dense(7, "tanh"), dense(3, "softmax"))
SOFTMAX_LAYER: Network = (dense(7, "tanh"), dense(3), ("Activation", {"activation": "softmax"}))
SIGMOID: Network = (dense(7, "tanh"), dense(1, "sigmoid"))
SIGMOIDS: Network = (dense(7, "tanh"), dense(3, "sigmoid"))
LINEAR1: Network = (dense(7, "tanh"), dense(1))
LINEAR3: Network = (dense(7, "tanh"), dense(3))
LINEAR2: Network = (dense(7, "tanh"), dense(2))
TANH3: Network = (dense(7, "tanh"), dense(3, "softplus"))


def loss(name: str, **kwargs: Any) -> Obj:
    """Return a loss object."""
    return Obj(f"losses.{name}", kwargs)


CCE, SCCE, BCE = "CategoricalCrossentropy", "SparseCategoricalCrossentropy", "BinaryCrossentropy"

LOSSES: dict[str, tuple[Network, Data, str | Obj, tuple[str, ...]]] = {
    "cce": (SOFTMAX, ONE_HOT, loss(CCE), ("D9",)),
    "cce-softmax-layer": (SOFTMAX_LAYER, ONE_HOT, "categorical_crossentropy", ("D9",)),
    "cce-logits": (LINEAR3, ONE_HOT, loss(CCE, from_logits=True), ()),
    "cce-logits-on-softmax": (SOFTMAX, ONE_HOT, loss(CCE, from_logits=True), ("D10",)),
    "cce-not-softmax": (TANH3, ONE_HOT, loss(CCE), ()),
    "cce-smoothed": (SOFTMAX, ONE_HOT, loss(CCE, label_smoothing=0.1), ("D11",)),
    "scce": (SOFTMAX, INTEGERS, loss(SCCE), ("D9",)),
    "scce-logits": (LINEAR3, INTEGERS, loss(SCCE, from_logits=True), ()),
    "scce-logits-on-softmax": (SOFTMAX, INTEGERS, loss(SCCE, from_logits=True), ("D10",)),
    "scce-ignore": (SOFTMAX, INTEGERS, loss(SCCE, ignore_class=1), ()),
    "bce": (SIGMOID, BINARY, loss(BCE), ("D9",)),
    "bce-logits": (LINEAR1, BINARY, loss(BCE, from_logits=True), ()),
    "bce-logits-on-sigmoid": (SIGMOID, BINARY, loss(BCE, from_logits=True), ("D10",)),
    "bce-smoothed": (SIGMOID, BINARY, loss(BCE, label_smoothing=0.2), ("D11",)),
    "bce-columns": (SIGMOIDS, SEVERAL, loss(BCE), ()),
    "mse": (LINEAR2, REAL, loss("MeanSquaredError"), ()),
    "mae": (LINEAR2, REAL, loss("MeanAbsoluteError"), ()),
    "mse-sum": (LINEAR2, REAL, loss("MeanSquaredError", reduction="sum"), ("D12",)),
    "mse-weighted-mean": (
        LINEAR2,
        REAL,
        loss("MeanSquaredError", reduction="mean_with_sample_weight"),
        ("D12",),
    ),
}

QUICK = {"cce-smoothed", "scce", "bce-logits", "mae"}
OPTIMIZER = ("Adam", {"learning_rate": 0.01})

for name, (network, data, chosen, behaviours) in LOSSES.items():
    metrics = ("mae",) if data is REAL else ("accuracy",)
    for weighted in (False, True):
        registry.add(
            Case(
                f"loss/{name}" + ("/weighted" if weighted else ""),
                "losses",
                network,
                ("SGD", {"learning_rate": 0.01}) if "sum" in name else OPTIMIZER,
                chosen,
                metrics,
                data=data,
                weighted=weighted,
                samples=150,
                parts=10,
                batch_size=20,
                quick=name in QUICK and weighted,
                behaviours=(*behaviours, "D12") if weighted else behaviours,
            )
        )
