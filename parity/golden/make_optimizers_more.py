"""Record the other optimizers and all schedules; writes tests/golden/optimizers_more.npz.

As in `make_optimizers.py` every case feeds the same gradients, exact in both dtypes, and records
weights and slots after some of the steps, flat and end to end. The schedules' values are recorded
as a compiled step computes them, and how `fit` moves a weight by them: its gradient is −1, so that
the weight is the sum of the learning rates. (In a graph that holds an optimizer and nothing else
TensorFlow folds the constants of a cosine otherwise; what counts is what `fit` does.)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from make_optimizers import STEPS, gradient, weights

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "optimizers_more.npz"
SHAPES = {"kernel": (2, 3), "tall": (4, 2), "stack": (2, 2, 3), "bias": (3,), "scale": ()}
OVERFLOWS = (3, 4, 8)

RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "adamw": ("AdamW", {}),
    "adamw_amsgrad": ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.1, "amsgrad": True}),
    "nadam": ("Nadam", {"learning_rate": 0.01}),
    "nadam_betas": ("Nadam", {"beta_1": 0.8, "beta_2": 0.9999, "epsilon": 1e-4}),
    "adamax": ("Adamax", {"learning_rate": 0.01}),
    "adamax_betas": ("Adamax", {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3}),
    "adadelta": ("Adadelta", {}),
    "adadelta_one": ("Adadelta", {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-5}),
    "ftrl": ("Ftrl", {"learning_rate": 0.05}),
    "ftrl_regularized": (
        "Ftrl",
        {
            "learning_rate": 0.05,
            "l1_regularization_strength": 0.5,
            "l2_regularization_strength": 0.02,
            "l2_shrinkage_regularization_strength": 0.01,
            "beta": 0.3,
        },
    ),
    "ftrl_power": ("Ftrl", {"learning_rate_power": -0.7, "initial_accumulator_value": 0.5}),
    "lion": ("Lion", {}),
    "lion_betas": ("Lion", {"learning_rate": 0.003, "beta_1": 0.6, "beta_2": 0.95}),
    "lamb": ("Lamb", {"learning_rate": 0.01}),
    "lamb_betas": ("Lamb", {"beta_1": 0.8, "beta_2": 0.98, "epsilon": 1e-4}),
    "adafactor": ("Adafactor", {}),
    "adafactor_options": (
        "Adafactor",
        {
            "learning_rate": 0.05,
            "beta_2_decay": -0.6,
            "epsilon_1": 1e-5,
            "epsilon_2": 0.01,
            "clip_threshold": 0.5,
            "relative_step": False,
        },
    ),
    "muon": ("Muon", {}),
    "muon_options": (
        "Muon",
        {
            "learning_rate": 0.01,
            "adam_beta_1": 0.8,
            "adam_beta_2": 0.98,
            "adam_weight_decay": None,
            "weight_decay": 0.1,
            "exclude_layers": ["tal+"],
            "adam_lr_ratio": 0.1,
            "momentum": 0.9,
            "ns_steps": 3,
            "nesterov": False,
            "rms_rate": None,
            "muon_a": 3.0,
            "muon_b": -4.0,
            "muon_c": 1.5,
        },
    ),
    "schedule_free": ("ScheduleFreeAdamW", {}),
    "schedule_free_warmup": (
        "ScheduleFreeAdamW",
        {"learning_rate": 0.01, "beta_1": 0.8, "warmup_steps": 50, "weight_decay": 0.01},
    ),
}
EVERYTHING = {
    "gradient_accumulation_steps": 3,
    "use_ema": True,
    "ema_overwrite_frequency": 5,
    "clipnorm": 2.0,
    "weight_decay": 0.004,
    "loss_scale_factor": 8.0,
}
WITH_EVERYTHING = ("nadam", "ftrl", "lion", "lamb", "adafactor", "muon", "schedule_free")

SCHEDULES: dict[str, tuple[str, dict[str, Any]]] = {
    "exponential": (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 70, "decay_rate": 0.9},
    ),
    "exponential_staircase": (
        "ExponentialDecay",
        {"initial_learning_rate": 0.3, "decay_steps": 49, "decay_rate": 0.8, "staircase": True},
    ),
    "piecewise": (
        "PiecewiseConstantDecay",
        {"boundaries": [10, 100, 101], "values": [0.1, 0.07, 0.3, 0.01]},
    ),
    "piecewise_fractional": (
        "PiecewiseConstantDecay",
        {"boundaries": [10.5, 40.0], "values": [0.1, 0.2, 0.3]},
    ),
    "polynomial": ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 300}),
    "polynomial_power": (
        "PolynomialDecay",
        {
            "initial_learning_rate": 0.1,
            "decay_steps": 300,
            "end_learning_rate": 0.003,
            "power": 2.3,
        },
    ),
    "polynomial_cycle": (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 60, "power": 0.5, "cycle": True},
    ),
    "inverse_time": (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5},
    ),
    "inverse_time_uneven": (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.827, "decay_steps": 74, "decay_rate": 0.65},
    ),
    "inverse_time_staircase": (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True},
    ),
    "cosine": ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 700}),
    "cosine_alpha": (
        "CosineDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 300, "alpha": 0.07},
    ),
    "cosine_warmup": (
        "CosineDecay",
        {
            "initial_learning_rate": 0.001,
            "decay_steps": 500,
            "alpha": 0.1,
            "warmup_target": 0.1,
            "warmup_steps": 30,
        },
    ),
    "restarts": ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 50}),
    "restarts_equal": (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 70, "t_mul": 1.0, "m_mul": 0.9},
    ),
    "restarts_options": (
        "CosineDecayRestarts",
        {
            "initial_learning_rate": 0.1,
            "first_decay_steps": 20,
            "t_mul": 1.7,
            "m_mul": 0.8,
            "alpha": 0.05,
        },
    ),
}


def cases() -> dict[str, dict[str, Any]]:
    """Return class and arguments of every case; `inner` and `schedule` are given likewise."""
    made = {name: {"class": cls, "arguments": kwargs} for name, (cls, kwargs) in RULES.items()}
    for rule in WITH_EVERYTHING:
        cls, kwargs = RULES[rule]
        made[f"{rule}-everything"] = {"class": cls, "arguments": {**kwargs, **EVERYTHING}}
    made["adam-cosine_warmup"] = {
        "class": "Adam",
        "arguments": {"weight_decay": 0.05, "gradient_accumulation_steps": 2},
        "schedule": list(SCHEDULES["cosine_warmup"]),
    }
    made["loss_scale"] = {
        "class": "LossScaleOptimizer",
        "arguments": {"initial_scale": 64.0, "dynamic_growth_steps": 40},
        "inner": ["Adam", {"learning_rate": 0.01, "clipnorm": 1.0}],
        "overflows": list(OVERFLOWS),
    }
    return made


def make(case: dict[str, Any]) -> Any:
    arguments = dict(case["arguments"])
    if "schedule" in case:
        cls, kwargs = case["schedule"]
        arguments["learning_rate"] = getattr(keras.optimizers.schedules, cls)(**kwargs)
    if "inner" in case:
        cls, kwargs = case["inner"]
        arguments["inner_optimizer"] = getattr(keras.optimizers, cls)(**kwargs, name="inner")
    return getattr(keras.optimizers, case["class"])(**arguments, name="golden")


def run(case: dict[str, Any], dtype: str) -> tuple[np.ndarray, list[str]]:
    variables = [
        keras.Variable(weights(i, shape).astype(dtype), name=name, dtype=dtype)
        for i, (name, shape) in enumerate(SHAPES.items())
    ]
    optimizer = make(case)
    optimizer.build(variables)
    state = variables + [v for v in optimizer.variables if "float" in v.dtype]

    @tf.function
    def apply(gradients: list[tf.Tensor]) -> None:
        optimizer.apply(gradients, variables)

    rows = []
    for step in range(1, STEPS[-1] + 1):
        arrays = [gradient(step, i, shape) for i, shape in enumerate(SHAPES.values())]
        if step in case.get("overflows", ()):
            arrays[step % 3].flat[0] = np.inf
        apply([tf.constant(array, dtype) for array in arrays])
        if step in STEPS:
            rows.append(np.concatenate([v.numpy().ravel().astype(dtype) for v in state]))
    return np.stack(rows), [v.path for v in optimizer.variables]


def schedule_steps() -> np.ndarray:
    return np.concatenate([np.arange(1200), [5000, 65536, 10**6, 2**24 + 1, 10**9]])


def schedule_values(cls: str, kwargs: dict[str, Any]) -> np.ndarray:
    schedule = getattr(keras.optimizers.schedules, cls)(**kwargs)
    iteration = keras.Variable(0, dtype="int", name="iteration")

    @tf.function
    def value() -> tf.Tensor:
        return schedule(iteration)

    values = []
    for step in schedule_steps():
        iteration.assign(step)
        values.append(value().numpy())
    return np.stack(values)


def fitted(cls: str, kwargs: dict[str, Any]) -> np.ndarray:
    """Return the weight of a one-weight model after each of 250 batches of `fit`."""
    keras.utils.clear_session()
    dtype = keras.config.floatx()
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros", dtype=dtype)
    model = keras.Sequential([keras.Input((1,), dtype=dtype), layer])
    schedule = getattr(keras.optimizers.schedules, cls)(**kwargs)
    model.compile(keras.optimizers.SGD(schedule), "mae")
    values: list[np.ndarray] = []

    class Record(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            values.append(layer.kernel.numpy()[0, 0])

    x = np.ones((250, 1))
    model.fit(x, 1000 * x, batch_size=1, shuffle=False, verbose=0, callbacks=[Record()])
    return np.stack(values)


def main() -> None:
    arrays: dict[str, np.ndarray] = {"steps": schedule_steps()}
    for name, (cls, kwargs) in SCHEDULES.items():
        arrays[f"schedule/{name}"] = schedule_values(cls, kwargs)
        precise = {k: np.float64(v) if k.startswith("initial") else v for k, v in kwargs.items()}
        if cls != "PiecewiseConstantDecay":
            arrays[f"schedule64/{name}"] = schedule_values(cls, precise)
    table = cases()
    for dtype in ("float32", "float64"):
        keras.config.set_floatx(dtype)
        for name, (cls, kwargs) in SCHEDULES.items():
            arrays[f"fit/{dtype}/{name}"] = fitted(cls, kwargs)
        for name, case in table.items():
            arrays[f"{dtype}/{name}"], case["variables"] = run(case, dtype)
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "shapes": SHAPES,
        "cases": table,
        "schedules": SCHEDULES,
    }
    np.savez_compressed(GOLDEN, about=json.dumps(about), **arrays)


if __name__ == "__main__":
    main()
