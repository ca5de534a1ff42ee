"""Penalties alone: no half, no division by the batch; the factor passes through float32."""

from __future__ import annotations

from typing import Any

import numpy as np

from parity import registry
from parity.units import Golden

PENALTIES: dict[str, tuple[str, dict[str, Any]]] = {
    "l1": ("L1", {"l1": 0.03}),
    "l2": ("L2", {"l2": 0.07}),
    "l1l2": ("L1L2", {"l1": 0.03, "l2": 0.07}),
    "orthogonal-rows": ("OrthogonalRegularizer", {"factor": 0.02, "mode": "rows"}),
    "orthogonal-columns": ("OrthogonalRegularizer", {"factor": 0.02, "mode": "columns"}),
}


def _register(name: str, kind: str, kwargs: dict[str, Any]) -> None:
    only_float32: dict[str, Any] = {"dtypes": ("float32",)}  # Keras's own fails in float64

    @registry.check(
        f"regularizer/{name}",
        "regularizers",
        quick=name == "l1l2",
        **(only_float32 if "orthogonal" in name else {}),
    )
    def values(lib: Any) -> dict[str, Any]:
        w = np.random.default_rng(8).normal(size=(9, 4)).astype(lib.dtype)
        return {"penalty": getattr(lib.regularizers, kind)(**kwargs)(lib.tensor(w))}


for _name, (_kind, _kwargs) in PENALTIES.items():
    _register(_name, _kind, _kwargs)


@registry.check(
    "l2-in-evaluate-and-step",
    "regularizers",
    "D8",
    golden={"evaluate": Golden(0.01), "after one SGD(1.0) step": Golden(0.98)},
    quick=True,
)
def l2_everywhere(lib: Any) -> dict[str, Any]:
    """λ·Σw² is in the loss of `fit` and of `evaluate`, and its gradient is 2λw."""
    model = lib.Sequential(
        [
            lib.layers.Input(shape=(1,)),
            lib.layers.Dense(
                1,
                use_bias=False,
                kernel_initializer="ones",
                kernel_regularizer=lib.regularizers.L2(0.01),
            ),
        ]
    )
    model.compile(optimizer=lib.optimizers.SGD(learning_rate=1.0), loss="mse")
    x = np.zeros((4, 1), lib.dtype)
    evaluated = model.evaluate(x, np.zeros((4, 1), lib.dtype), verbose=0)
    fitted = model.train_on_batch(x, np.zeros((4, 1), lib.dtype))
    return {
        "evaluate": np.asarray(evaluated, lib.dtype),
        "train_on_batch": np.asarray(fitted, lib.dtype),
        "after one SGD(1.0) step": lib.numpy(model.weights[0])[0, 0],
    }


@registry.check("default-factors", "regularizers", "D8")
def defaults(lib: Any) -> dict[str, Any]:
    """The strings "l1" and "l2" stand for a factor of 0.01."""
    w = np.random.default_rng(8).normal(size=(9, 4)).astype(lib.dtype)
    return {name: lib.regularizers.get(name)(lib.tensor(w)) for name in ("l1", "l2")}
