"""Networks × optimizers: the notes' networks, and a head for each kind of target."""

from __future__ import annotations

from typing import Any

from parity import registry
from parity.tables.nets import block_net, dense, dropout_net, he_net, sigmoid_net
from parity.units import Case, Data

OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {"learning_rate": 0.1}),
    "momentum": ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
    "nesterov": ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {"learning_rate": 0.05}),
    "rmsprop": ("RMSprop", {}),
    "rmsprop-centered": ("RMSprop", {"momentum": 0.5, "centered": True}),
    "adam": ("Adam", {}),
    "amsgrad": ("Adam", {"learning_rate": 0.002, "amsgrad": True}),
}

SQUARE = Data("digits", {"flat": False})

NETWORKS: dict[str, dict[str, Any]] = {
    "sigmoid": {"network": sigmoid_net(24, 16, 24)},
    "he-relu": {"network": he_net(24, 16)},
    "blocks": {"network": block_net(20, 12)},
    "bn-dropout": {"network": dropout_net(24, 16), "data": SQUARE},
    "l2-bn-dropout": {"network": block_net(20, 12, rate=0.25, l2=0.01)},
    "binary-head": {
        "network": (dense(8, "tanh"), dense(1, "sigmoid")),
        "loss": "binary_crossentropy",
        "data": Data("binary"),
        "seed": 778,
    },
    "regression-head": {
        "network": (dense(12, "tanh"), dense(6, "relu"), dense(2)),
        "loss": "mse",
        "metrics": ("mae",),
        "data": Data("regression", {"columns": 2}),
    },
}

QUICK = {
    "sigmoid/sgd",
    "he-relu/adam",
    "blocks/nesterov",
    "bn-dropout/rmsprop",
    "l2-bn-dropout/amsgrad",
    "binary-head/adagrad",
    "regression-head/rmsprop-centered",
}

for net, options in NETWORKS.items():
    for optimizer, given in OPTIMIZERS.items():
        registry.add(
            Case(
                f"{net}/{optimizer}",
                "networks",
                optimizer=given,
                parts=7,
                quick=f"{net}/{optimizer}" in QUICK,
                **{"loss": "categorical_crossentropy", "metrics": ("accuracy",), **options},
            )
        )

TRUE_SIZE: dict[str, Any] = {
    "samples": 350,
    "parts": 4,
    "loss": "categorical_crossentropy",
    "metrics": ("accuracy",),
}

registry.add(
    Case(
        "notes-784/sgd",
        "networks",
        sigmoid_net(64, 32, 64),
        ("SGD", {}),
        data=Data("mnist"),
        **TRUE_SIZE,
    ),
    Case(
        "notes-784/adam",
        "networks",
        he_net(64, 32, 64),
        ("Adam", {}),
        data=Data("mnist"),
        quick=True,
        **TRUE_SIZE,
    ),
    Case(
        "notes-784-bn-dropout/rmsprop",
        "networks",
        dropout_net(100, 50),
        ("RMSprop", {}),
        batch_size=100,
        data=Data("mnist"),
        **TRUE_SIZE,
    ),
)
