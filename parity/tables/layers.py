"""Layers and their options: every activation, penalties, BatchNormalization, Dropout."""

from __future__ import annotations

from typing import Any

from parity import registry
from parity.tables.nets import BN, FLATTEN, Network, dense, dropout
from parity.units import DTYPES, Allowance, Case, Data, Obj

ACTIVATIONS = (
    "celu",
    "elu",
    "exponential",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "tanh",
    "tanh_shrink",
)
"""Every activation of Keras that has a name and needs no arguments."""


def penalty(name: str, **kwargs: Any) -> Obj:
    """Return a regularizer object."""
    return Obj(f"regularizers.{name}", kwargs)


def bn(**kwargs: Any) -> tuple[str, dict[str, Any]]:
    """Return a `BatchNormalization` layer."""
    return "BatchNormalization", kwargs


def _case(
    name: str, area: str, network: Network, *behaviours: str, quick: bool = False, **options: Any
) -> None:
    given: dict[str, Any] = {
        "optimizer": ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
        "loss": "mse",
        "data": Data("regression", {"columns": 2}),
        "samples": 150,
        "parts": 10,
        "batch_size": 20,
    }
    given |= options
    registry.add(Case(name, area, network, quick=quick, behaviours=behaviours, **given))


NOT_IN_A_LAYER = {"glu", "sparsemax"}
"""glu halves the width, which Keras's Dense does not know of; for sparsemax see the checks."""

GROWING = {"exponential", "log_softmax"}
"""Two of these in a row leave the range of float32 within a few steps."""

for activation in ACTIVATIONS:
    if activation not in NOT_IN_A_LAYER:
        inner = "tanh" if activation in GROWING else activation
        _case(
            f"activation/{activation}",
            "activations",
            (dense(8, activation), dense(6, inner), dense(2)),
            optimizer=("SGD", {"learning_rate": 0.005, "momentum": 0.9}),
            quick=activation in {"gelu", "softmax"},
        )

PENALTIES: dict[str, tuple[Network, tuple[str, ...]]] = {
    "l1": ((dense(8, "tanh", kernel_regularizer=penalty("L1", l1=0.003)), dense(2)), ()),
    "l2": ((dense(8, "tanh", kernel_regularizer=penalty("L2", l2=0.01)), dense(2)), ("D8",)),
    "l2-string": ((dense(8, "tanh", kernel_regularizer="l2"), dense(2)), ("D8",)),
    "l1l2": (
        (dense(8, "tanh", kernel_regularizer=penalty("L1L2", l1=0.002, l2=0.003)), dense(2)),
        (),
    ),
    "orthogonal": (
        (dense(8, "tanh", kernel_regularizer=penalty("OrthogonalRegularizer")), dense(2)),
        (),
    ),
    "bias": ((dense(8, "tanh", bias_regularizer=penalty("L2", l2=0.1)), dense(2)), ("D8",)),
    "activity": (
        (dense(8, "tanh", activity_regularizer=penalty("L1L2", l1=0.01, l2=0.02)), dense(2)),
        (),
    ),
    "bn": (
        (
            dense(8),
            bn(gamma_regularizer=penalty("L2", l2=0.01), beta_regularizer=penalty("L1", l1=0.01)),
            dense(2),
        ),
        ("D8",),
    ),
}
for name, (network, behaviours) in PENALTIES.items():
    _case(
        f"penalty/{name}",
        "regularizers",
        network,
        *behaviours,
        quick=name in {"l2", "activity"},
        dtypes=("float32",) if name == "orthogonal" else DTYPES,  # Keras's own fails in float64
    )

LAYERS: dict[str, tuple[Network, tuple[str, ...]]] = {
    "bn": ((dense(8), BN, ("Activation", {"activation": "relu"}), dense(2)), ("D14", "D15")),
    "bn-momentum": ((dense(8, "tanh"), bn(momentum=0.7, epsilon=0.05), dense(2)), ("D14",)),
    "bn-no-centre": ((dense(8, "relu"), bn(center=False), dense(2)), ("D14",)),
    "bn-no-scale": ((dense(8, "relu"), bn(scale=False), dense(2)), ("D14",)),
    "bn-bare": ((dense(8, "relu"), bn(center=False, scale=False), dense(2)), ("D14",)),
    "bn-frozen": ((dense(8, "relu"), bn(trainable=False), dense(2)), ("D14",)),
    "bn-first": ((BN, dense(8, "tanh"), BN, dense(2)), ("D14",)),
    "bn-last": ((dense(8, "tanh"), dense(2), BN), ("D14",)),
    "dense-no-bias": ((dense(8, "tanh", use_bias=False), dense(2, use_bias=False)), ()),
    "dense-frozen": ((dense(8, "tanh"), dense(6, "relu", trainable=False), dense(2)), ()),
    "dropout": (
        (dense(16, "tanh"), dropout(0.5), dense(8, "relu"), dropout(0.1), dense(2)),
        ("D16",),
    ),
    "dropout-first": ((dropout(0.2), dense(8, "tanh"), dense(2)), ("D16",)),
    "dropout-zero": ((dense(8, "tanh"), dropout(0.0), dense(2)), ("D16",)),
}
for name, (network, behaviours) in LAYERS.items():
    _case(f"layer/{name}", "layers", network, *behaviours, quick=name in {"bn-momentum", "dropout"})

SQUARE = Data("digits", {"flat": False})
ON_SQUARES: dict[str, tuple[Network, tuple[str, ...]]] = {
    "dense-rank-3": ((dense(4, "tanh"), FLATTEN, dense(10, "softmax")), ()),
    "bn-rank-3": ((bn(axis=-1), FLATTEN, dense(10, "softmax")), ("D14",)),
    "bn-axis-1": ((bn(axis=1), FLATTEN, dense(10, "softmax")), ("D14",)),
    "dropout-noise-shape": (
        (("Dropout", {"rate": 0.3, "noise_shape": (None, 1, 8)}), FLATTEN, dense(10, "softmax")),
        ("D16",),
    ),
}
KERAS_ROUNDS = Allowance(
    "float32",
    "*",
    4e-6,
    "against the same first step in float64, γ's gradient is off by 2.8e-6 in Keras and by 3e-7 "
    "in nnscratch: each feature's 256 values cancel, and Keras adds them in another order",
)

for name, (network, behaviours) in ON_SQUARES.items():
    _case(
        f"layer/{name}",
        "layers",
        network,
        *behaviours,
        data=SQUARE,
        loss="categorical_crossentropy",
        metrics=("accuracy",),
        samples=200,
        parts=7,
        batch_size=32,
        allowances=(KERAS_ROUNDS,) if name == "bn-axis-1" else (),
    )

_case(
    "layer/bn-far-from-zero",
    "layers",
    (BN, dense(8, "tanh"), dense(2)),
    "D15",
    data=Data("offset", {"columns": 2, "mean": 10.0}),
    quick=True,
)
