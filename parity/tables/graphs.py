"""Functional graphs: skips, shared layers, several inputs and outputs, models within models."""

from __future__ import annotations

from typing import Any

from parity import registry
from parity.fuzz import rows
from parity.fuzz.case import FuzzCase, Output, fitted
from parity.fuzz.shapes import MERGING, Call, LayerSpec, Shape
from parity.tables.nets import BN, FLATTEN, Network, dense, dropout
from parity.units import Data

assert "random" in rows.data.MAKERS  # what graphs train on

Wires = tuple[tuple[int, tuple[int, ...]], ...]
"""Calls in short: the layer's number, and the tensors it takes; inputs come first."""

ADAM = ("Adam", {"learning_rate": 0.003})
NESTEROV = ("SGD", {"learning_rate": 0.02, "momentum": 0.9, "nesterov": True})
RMSPROP = ("RMSprop", {"learning_rate": 0.002, "momentum": 0.5})


def nested(inputs: tuple[Shape, ...], network: Network, **options: Any) -> LayerSpec:
    """Return a model that is used as a layer."""
    return "Nested", {"inputs": inputs, "network": network, "calls": (), **options}


def _graph(
    name: str, inputs: tuple[Shape, ...], network: Network, wires: Wires, **options: Any
) -> None:
    given: dict[str, Any] = {"optimizer": ADAM, "loss": "mse", "metrics": ("mae",)}
    given |= {"samples": 150, "parts": 10, "batch_size": 20, "quick": False} | options
    targets = given.pop("targets", "reals")
    case = fitted(
        FuzzCase(
            name=f"graph/{name}",
            area="graphs",
            network=network,
            inputs=inputs,
            calls=tuple(Call(layer, sources) for layer, sources in wires),
            data=Data("random", {"x": "normal", "y": targets, "seed": 41}),
            **given,
        )
    )
    assert case is not None, name
    registry.add(case)


TWO: tuple[Shape, ...] = ((5,), (5,))

_graph(
    "skip",
    ((6,),),
    (dense(6, "tanh"), ("Add", {}), BN, dense(6, "relu"), dense(2)),
    ((0, (0,)), (1, (0, 1)), (2, (2,)), (3, (3,)), (1, (3, 4)), (4, (5,))),
    optimizer=NESTEROV,
    quick=True,
)
_graph(
    "shared",
    TWO,
    (dense(5, "tanh"), dropout(0.3), ("Subtract", {}), dense(2)),
    (
        *((0, (0,)), (0, (1,)), (0, (3,)), (1, (2,)), (1, (4,))),
        *((1, (5,)), (2, (7, 6)), (3, (8,))),
    ),
    quick=True,
)
_graph(
    "shared-draws",
    ((5,),),
    (dropout(0.4), dense(5, "tanh"), dense(4), dense(2), dense(2)),
    ((1, (0,)), (0, (1,)), (2, (2,)), (3, (3,)), (0, (0,)), (4, (5,))),
    others=(Output(4, "mse", "reals"),),
)
_graph(
    "shared-normalization",
    TWO,
    (BN, dense(4, "relu"), ("Concatenate", {}), dense(1)),
    ((0, (0,)), (0, (1,)), (1, (2,)), (1, (3,)), (2, (4, 5)), (3, (6,))),
    optimizer=RMSPROP,
)
_graph(
    "merges",
    TWO,
    (*((kind, {}) for kind in MERGING), ("Concatenate", {}), dense(3)),
    (*((i, (0, 1)) for i in range(6)), (6, (2, 3, 4, 5, 6, 7)), (7, (8,))),
)
_graph(
    "dot",
    ((4, 3), (4, 3)),
    (
        *(dense(3, "tanh"), ("Dot", {"axes": 2}), ("Dot", {"axes": 1, "normalize": True})),
        *(FLATTEN, ("Flatten", {"name": "second"}), ("Concatenate", {}), dense(2)),
    ),
    (
        *((0, (0,)), (1, (2, 1)), (2, (2, 1)), (3, (3,)), (4, (4,))),
        *((5, (5, 6)), (6, (7,))),
    ),
)
HEADS: Network = (dense(6, "relu"), dense(3, "tanh"), dense(2), dense(1, "sigmoid"))
FORKED: Wires = ((0, (0,)), (1, (0,)), (3, (2,)), (2, (1,)))
BINARY = Output(3, "binary_crossentropy", "bits", ("accuracy",), (), 0.3)
_graph("two-outputs", ((5,),), HEADS, FORKED, others=(BINARY,), loss_weight=2.0, quick=True)
_graph(
    "two-outputs-weighted",
    ((5,),),
    HEADS,
    FORKED,
    others=(BINARY,),
    weighted_metrics=("mse",),
    weighted=True,
    packing="dict",
)
_graph(
    "output-in-the-middle",
    ((5,),),
    (dense(6, "relu"), dense(3, "softmax"), dense(2)),
    ((0, (0,)), (1, (1,)), (2, (2,))),
    others=(Output(2, "categorical_crossentropy", "one_hot", ("accuracy",)),),
    packing="dict",
)
WITHIN: Network = (dense(5, "tanh", kernel_regularizer="l2"), BN, dropout(0.2))
_graph(
    "nested",
    TWO,
    (nested(((5,),), WITHIN), ("Add", {}), dense(2)),
    ((0, (0,)), (0, (1,)), (1, (2, 3)), (2, (4,))),
    quick=True,
)
_graph(
    "nested-frozen",
    ((5,),),
    (nested(((5,),), WITHIN, trainable=False), nested(((5,),), WITHIN), ("Average", {}), dense(2)),
    ((0, (0,)), (1, (0,)), (2, (1, 2)), (3, (3,))),
    optimizer=NESTEROV,
)
_graph(
    "images",
    ((6, 6, 2),),
    (
        ("Conv2D", {"filters": 3, "kernel_size": 3, "padding": "same", "activation": "relu"}),
        *(("MaxPooling2D", {}), ("AveragePooling2D", {"pool_size": 2}), ("Concatenate", {})),
        *(("LayerNormalization", {}), ("GlobalAveragePooling2D", {}), dense(2)),
    ),
    ((0, (0,)), (1, (1,)), (2, (1,)), (3, (2, 3)), (4, (4,)), (5, (5,)), (6, (6,))),
)
FIRST = {"data_format": "channels_first"}
FILTERS = {"filters": 4, "kernel_size": 3, "padding": "same", "strides": 2, "groups": 2}
_graph(
    "images-channels-first",
    ((2, 8, 7),),
    (
        ("ZeroPadding2D", {"padding": ((1, 0), (0, 2)), **FIRST}),
        ("Conv2D", {**FILTERS, "activation": "tanh", **FIRST}),
        *(("MaxPooling2D", FIRST), ("AveragePooling2D", {"pool_size": 2, **FIRST})),
        *(("Concatenate", {"axis": 1}), ("BatchNormalization", {"axis": 1})),
        *(("Flatten", FIRST), dense(3, "tanh"), ("GlobalMaxPooling2D", FIRST)),
        *(("GlobalAveragePooling2D", FIRST), ("Concatenate", {}), dense(2)),
    ),
    (
        *((0, (0,)), (1, (1,)), (2, (2,)), (3, (2,)), (4, (3, 4)), (5, (5,)), (6, (6,))),
        *((7, (7,)), (8, (6,)), (9, (6,)), (10, (8, 9, 10)), (11, (11,))),
    ),
    quick=True,
)
