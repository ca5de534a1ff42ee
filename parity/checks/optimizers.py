"""Where Keras's update rules differ from the papers and from other libraries, by the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.typing import Array
from parity import registry
from parity.units import Golden


def steps(lib: Any, optimizer: Any, start: float, gradients: Sequence[float]) -> list[float]:
    """Return a scalar weight after each of some gradients."""
    w = lib.Variable(np.array(start, lib.dtype), dtype=lib.dtype)
    optimizer.build([w])
    values = []
    for gradient in gradients:
        optimizer.apply([lib.tensor(np.array(gradient, lib.dtype))], [w])
        values.append(float(lib.numpy(w)))
    return values


def array(lib: Any, values: Any) -> Array:
    """Return numbers as an array of the library's float type."""
    return np.asarray(values, lib.dtype)


@registry.check(
    "adam-epsilon-hat", "optimizers", "D1", golden={"step": Golden(0.00315, 1e-2)}, quick=True
)
def adam_epsilon(lib: Any) -> dict[str, Any]:
    """ε is added to the uncorrected √v: a gradient of 1e-8 moves 0.00315, not 0.0909."""
    return {"step": array(lib, -steps(lib, lib.optimizers.Adam(learning_rate=1.0), 0, [1e-8])[0])}


@registry.check("adam-bias-correction-dtype", "optimizers", "D2", quick=True)
def adam_dtype(lib: Any) -> dict[str, Any]:
    """β₁ᵗ, β₂ᵗ and α are computed in the variable's type, for a thousand steps."""
    gradients = np.cos(np.arange(1000) * 0.7) + 0.2
    values = steps(lib, lib.optimizers.Adam(learning_rate=0.01), 0.5, gradients.tolist())
    return {"weights": array(lib, values)}


@registry.check(
    "rmsprop-epsilon-inside",
    "optimizers",
    "D3",
    golden={"step": Golden(0.3147, 1e-3)},
    quick=True,
)
def rmsprop_epsilon(lib: Any) -> dict[str, Any]:
    """ε is under the root: a gradient of 1e-4 moves 0.3147, not 3.15."""
    optimizer = lib.optimizers.RMSprop(learning_rate=1.0)
    return {"step": array(lib, -steps(lib, optimizer, 0, [1e-4])[0])}


@registry.check(
    "adagrad-starts-at-a-tenth",
    "optimizers",
    "D4",
    golden={"step": Golden(0.953463, 1e-6)},
    quick=True,
)
def adagrad_start(lib: Any) -> dict[str, Any]:
    """The accumulator starts at 0.1 and ε is under the root."""
    optimizer = lib.optimizers.Adagrad(learning_rate=1.0)
    return {"step": array(lib, -steps(lib, optimizer, 0, [1.0])[0])}


@registry.check(
    "sgd-learning-rate-inside-the-velocity",
    "optimizers",
    "D5",
    golden={"weights": Golden([-1, -2.9, -4.71, -6.439], 1e-6)},
    quick=True,
)
def sgd_schedule(lib: Any) -> dict[str, Any]:
    """The velocity holds lr·g, so a cut of the learning rate from step 3 on acts slowly."""
    optimizer = lib.optimizers.SGD(learning_rate=1.0, momentum=0.9)
    w = lib.Variable(np.zeros((), lib.dtype), dtype=lib.dtype)
    optimizer.build([w])
    values = []
    for step in range(4):
        if step == 2:
            optimizer.learning_rate = 0.1
        optimizer.apply([lib.tensor(np.ones((), lib.dtype))], [w])
        values.append(float(lib.numpy(w)))
    return {"weights": array(lib, values)}


@registry.check("decay-before-the-update", "optimizers", "D6", "D7", quick=True)
def decay_order(lib: Any) -> dict[str, Any]:
    """Clip, then decay w −= w·wd·lr, then update; excluded variables do not decay."""
    found = {}
    for excluded in (False, True):
        optimizer = lib.optimizers.SGD(learning_rate=0.5, weight_decay=0.2, clipvalue=1.0)
        w = lib.Variable(array(lib, [2.0, -1.0]), dtype=lib.dtype, name="w")
        if excluded:
            optimizer.exclude_from_weight_decay(var_list=[w])
        optimizer.build([w])
        for _ in range(3):
            optimizer.apply([lib.tensor(array(lib, [3.0, 0.25]))], [w])
        found["excluded" if excluded else "decayed"] = lib.numpy(w)
    optimizer = lib.optimizers.SGD(learning_rate=0.5, weight_decay=0.2)
    bias = lib.Variable(array(lib, [2.0]), dtype=lib.dtype, name="some_bias")
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build([bias])
    optimizer.apply([lib.tensor(array(lib, [0.0]))], [bias])
    return found | {"excluded by name": lib.numpy(bias)}


DECAYING = (
    *("SGD", "Adam", "AdamW", "Adagrad", "Adadelta", "Adamax", "Adafactor", "Nadam", "RMSprop"),
    *("Lion", "Lamb", "ScheduleFreeAdamW"),
)
"""Rules in which weight decay is apart from the update; with Ftrl a zero gradient moves weights."""


@registry.check("decay-spares-by-path-or-name", "optimizers", "D6")
def spared(lib: Any) -> dict[str, Any]:
    """A pattern of what does not decay is searched in a variable's path, by Muon in its name."""
    found = {}
    for rule in (*DECAYING, "Muon"):
        for pattern in ("0_", "0_Dense/kern", "^kernel", "kernel$", "kernel:0$", "bias:0|^0_D"):
            optimizer = getattr(lib.optimizers, rule)(learning_rate=0.5, weight_decay=0.5)
            optimizer.exclude_from_weight_decay(var_names=[pattern])
            ones = {"kernel_initializer": "ones", "bias_initializer": "ones"}
            layer = lib.layers.Dense(2, name="0_Dense", dtype=lib.dtype, **ones)
            layer.build((None, 2))
            optimizer.build(layer.trainable_variables)
            zeros = [lib.tensor(array(lib, np.zeros(v.shape))) for v in layer.trainable_variables]
            optimizer.apply(zeros, layer.trainable_variables)
            found[f"{rule} {pattern}"] = lib.numpy(layer.kernel)
            found[f"{rule} {pattern} bias"] = lib.numpy(layer.bias)
    return found


@registry.check(
    "clipnorm-per-variable",
    "optimizers",
    "D7",
    golden={"first": Golden([-0.6, -0.8]), "second": Golden([-0.3])},
    quick=True,
)
def clipnorm(lib: Any) -> dict[str, Any]:
    """`clipnorm` looks at each variable alone: (3, 4) shrinks to norm 1, 0.3 stays."""
    optimizer = lib.optimizers.SGD(learning_rate=1.0, clipnorm=1.0)
    variables = [lib.Variable(array(lib, [0.0] * n), dtype=lib.dtype) for n in (2, 1)]
    optimizer.build(variables)
    optimizer.apply([lib.tensor(array(lib, g)) for g in ([3.0, 4.0], [0.3])], variables)
    return dict(zip(("first", "second"), map(lib.numpy, variables), strict=True))


@registry.check("global-clip-of-infinity", "optimizers", "D7")
def infinite_norm(lib: Any) -> dict[str, Any]:
    """An infinite norm turns every gradient into NaN on purpose."""
    optimizer = lib.optimizers.SGD(learning_rate=1.0, global_clipnorm=1.0)
    variables = [lib.Variable(array(lib, [0.0, 0.0]), dtype=lib.dtype) for _ in range(2)]
    optimizer.build(variables)
    with np.errstate(all="ignore"):
        optimizer.apply([lib.tensor(array(lib, g)) for g in ([np.inf, 1.0], [1.0, 2.0])], variables)
    return dict(zip(("first", "second"), map(lib.numpy, variables), strict=True))


@registry.check("one-clip-only", "optimizers", "D7", golden={"refused": Golden(1.0)}, quick=True)
def one_clip(lib: Any) -> dict[str, Any]:
    """Two ways of clipping at once are refused, and so is an integer learning rate (D5)."""
    refused = []
    for options in ({"clipnorm": 1.0, "clipvalue": 1.0}, {"learning_rate": 1}):
        try:
            lib.optimizers.SGD(**options)
        except ValueError:
            refused.append(1.0)
        else:
            refused.append(0.0)
    return {"refused": array(lib, min(refused))}
