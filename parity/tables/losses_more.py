"""The focal, overlap, circle and generalized losses as heads of a network."""

from __future__ import annotations

from parity import registry
from parity.tables.losses import (
    INTEGERS,
    LINEAR1,
    LINEAR3,
    ONE_HOT,
    OPTIMIZER,
    REAL,
    SEVERAL,
    SIGMOID,
    SIGMOIDS,
    SOFTMAX,
    loss,
)
from parity.tables.nets import Network, dense
from parity.units import Allowance, Case, Data, Obj

UNIT: Network = (dense(7, "tanh"), dense(3, "tanh"))
BINARY = Data("binary")
FOCAL, CATEGORICAL = "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy"
BALANCED = {"apply_class_balancing": True, "alpha": 0.7, "gamma": 1.5}

LOSSES: dict[str, tuple[Network, Data, str | Obj]] = {
    "binary-focal": (SIGMOID, BINARY, "binary_focal_crossentropy"),
    "binary-focal-columns": (SIGMOIDS, SEVERAL, loss(FOCAL, label_smoothing=0.1)),
    "binary-focal-balanced": (SIGMOID, BINARY, loss(FOCAL, **BALANCED)),
    "binary-focal-logits": (LINEAR1, BINARY, loss(FOCAL, from_logits=True)),
    "binary-focal-logits-on-sigmoid": (SIGMOID, BINARY, loss(FOCAL, from_logits=True)),
    "binary-focal-on-softmax": (SOFTMAX, ONE_HOT, loss(FOCAL)),
    "focal": (SOFTMAX, ONE_HOT, "categorical_focal_crossentropy"),
    "focal-logits": (LINEAR3, ONE_HOT, loss(CATEGORICAL, from_logits=True, gamma=3.0)),
    "focal-smoothed": (SOFTMAX, ONE_HOT, loss(CATEGORICAL, alpha=1.0, label_smoothing=0.1)),
    "dice": (SOFTMAX, ONE_HOT, "dice"),
    "dice-by-class": (SIGMOIDS, SEVERAL, loss("Dice", axis=0)),
    "tversky": (SIGMOIDS, SEVERAL, loss("Tversky", alpha=0.3, beta=0.7)),
    "circle": (UNIT, INTEGERS, loss("Circle", gamma=4.0)),
    "generalized": (SOFTMAX, INTEGERS, loss("CategoricalGeneralizedCrossEntropy", q=0.7)),
    "huber": (LINEAR3, Data("regression", {"columns": 3}), loss("Huber", delta=0.8)),
    "log-cosh": (LINEAR3, Data("regression", {"columns": 3}), "log_cosh"),
    "kl-divergence": (SOFTMAX, ONE_HOT, "kl_divergence"),
    "squared-hinge": (LINEAR3, SEVERAL, "squared_hinge"),
    "cosine": (LINEAR3, Data("regression", {"columns": 3}), loss("CosineSimilarity")),
}
BY_BATCH = {"dice", "tversky"}
"""One value for a whole batch: sample weights have nothing to weigh."""
QUICK = {"binary-focal", "focal", "circle"}


def _near_zero(band: float, what: str) -> tuple[Allowance, ...]:
    reason = f"{what}, so a loss near 0 has the rounding of 1."
    return (Allowance("float32", "*loss", band, reason),)


ALLOWANCES = {
    "dice": _near_zero(6e-5, "The loss is 1 minus a quotient"),
    "tversky": _near_zero(6e-5, "The loss is 1 minus a quotient"),
    "generalized": _near_zero(2e-5, "The loss is 1 minus a power, over q"),
    "kl-divergence": _near_zero(5e-6, "The loss is the logarithm of a quotient near 1"),
}
"""Where float32 itself is no closer."""

for name, (network, data, chosen) in LOSSES.items():
    for weighted in (False, True) if name not in BY_BATCH | {"dice-by-class"} else (False,):
        registry.add(
            Case(
                f"loss/{name}" + ("/weighted" if weighted else ""),
                "losses",
                network,
                OPTIMIZER,
                chosen,
                ("mae",) if data.maker == REAL.maker else ("accuracy",),
                data=data,
                weighted=weighted,
                samples=150,
                parts=10,
                batch_size=20,
                quick=name in QUICK and not weighted,
                behaviours=("D12",) if weighted else (),
                allowances=ALLOWANCES.get(name, ()),
            )
        )
