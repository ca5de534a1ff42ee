"""Record how Keras's optimizers move three small variables; writes tests/golden/optimizers.npz.

Every case feeds the same gradients, given by a formula in integers so that they are exact in
both dtypes, and records weights and slots after some of the steps, flat and end to end.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "optimizers.npz"
SHAPES = {"kernel": (2, 3), "bias": (3,), "scale": ()}
STEPS = (1, 2, 3, 10, 100, 1000)

RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {"learning_rate": 0.003}),
    "momentum": ("SGD", {"learning_rate": 0.003, "momentum": 0.9}),
    "nesterov": ("SGD", {"learning_rate": 0.003, "momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {"learning_rate": 0.01}),
    "adagrad_zero": ("Adagrad", {"initial_accumulator_value": 0.0, "epsilon": 1e-3}),
    "rmsprop": ("RMSprop", {"learning_rate": 0.01}),
    "rmsprop_momentum": ("RMSprop", {"rho": 0.95, "momentum": 0.7, "epsilon": 1e-5}),
    "rmsprop_centered": ("RMSprop", {"learning_rate": 0.01, "centered": True}),
    "rmsprop_both": ("RMSprop", {"momentum": 0.5, "centered": True}),
    "adam": ("Adam", {"learning_rate": 0.01}),
    "adam_betas": ("Adam", {"beta_1": 0.8, "beta_2": 0.9999, "epsilon": 1e-4}),
    "amsgrad": ("Adam", {"learning_rate": 0.01, "amsgrad": True}),
}
OPTIONS: dict[str, dict[str, Any]] = {
    "clipnorm": {"clipnorm": 1.0},
    "clipvalue": {"clipvalue": 0.5},
    "global_clipnorm": {"global_clipnorm": 3.0},
    "weight_decay": {"weight_decay": 0.01},
    "excluded": {"weight_decay": 0.01},
    "ema": {"use_ema": True, "ema_momentum": 0.9},
    "ema_overwrite": {"use_ema": True, "ema_overwrite_frequency": 7},
    "accumulation": {"gradient_accumulation_steps": 4},
    "loss_scale": {"loss_scale_factor": 3.0},
    "everything": {
        "gradient_accumulation_steps": 3,
        "use_ema": True,
        "ema_overwrite_frequency": 5,
        "clipnorm": 2.0,
        "weight_decay": 0.004,
        "loss_scale_factor": 8.0,
    },
}


def weights(number: int, shape: tuple[int, ...]) -> np.ndarray:
    k = np.arange(int(np.prod(shape)))
    return (((13 * k + 5 * number) % 17 - 8) / 8).reshape(shape)


def gradient(step: int, number: int, shape: tuple[int, ...]) -> np.ndarray:
    k = np.arange(int(np.prod(shape)))
    n = (step * (7 + 2 * number) + 11 * k * k + 5 * number + step * step * k) % 101 - 50
    return (n / 16 * 2.0 ** (3 * k % 7 - 4)).reshape(shape)


def cases() -> dict[str, dict[str, Any]]:
    made = {name: {"class": cls, "arguments": kwargs} for name, (cls, kwargs) in RULES.items()}
    for rule in ("momentum", "adam"):
        cls, kwargs = RULES[rule]
        for option, extra in OPTIONS.items():
            made[f"{rule}-{option}"] = {"class": cls, "arguments": {**kwargs, **extra}}
            if option == "excluded":
                made[f"{rule}-{option}"]["exclude"] = ["bias", "sca"]
    return made


def run(case: dict[str, Any], dtype: str) -> tuple[np.ndarray, list[str]]:
    variables = [
        keras.Variable(weights(i, shape).astype(dtype), name=name, dtype=dtype)
        for i, (name, shape) in enumerate(SHAPES.items())
    ]
    optimizer = getattr(keras.optimizers, case["class"])(**case["arguments"], name="golden")
    optimizer.exclude_from_weight_decay(var_names=case.get("exclude"))
    optimizer.build(variables)

    @tf.function
    def apply(gradients: list[tf.Tensor]) -> None:
        optimizer.apply(gradients, variables)

    rows = []
    for step in range(1, STEPS[-1] + 1):
        arrays = [gradient(step, i, shape) for i, shape in enumerate(SHAPES.values())]
        apply([tf.constant(array, dtype) for array in arrays])
        if step in STEPS:
            state = variables + optimizer.variables[2:]
            rows.append(np.concatenate([v.numpy().ravel() for v in state]))
    return np.stack(rows), [v.path for v in optimizer.variables]


def main() -> None:
    arrays: dict[str, np.ndarray] = {}
    table = cases()
    for dtype in ("float32", "float64"):
        keras.config.set_floatx(dtype)
        for name, case in table.items():
            arrays[f"{dtype}/{name}"], case["variables"] = run(case, dtype)
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "steps": STEPS,
        "shapes": SHAPES,
        "cases": table,
    }
    np.savez_compressed(GOLDEN, about=json.dumps(about), **arrays)


if __name__ == "__main__":
    main()
