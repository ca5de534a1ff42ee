"""Constraints: weights projected after every update, while training a small network."""

from __future__ import annotations

from typing import Any

from parity import registry
from parity.tables.nets import Network, dense
from parity.units import Case, Data, Obj


def constraint(name: str, **kwargs: Any) -> Obj:
    """Return a constraint object."""
    return Obj(f"constraints.{name}", kwargs)


CONSTRAINTS: dict[str, dict[str, Any]] = {
    "max-norm": {"kernel_constraint": constraint("MaxNorm", max_value=0.7)},
    "max-norm-rows": {"kernel_constraint": constraint("MaxNorm", max_value=0.7, axis=1)},
    "unit-norm": {"kernel_constraint": constraint("UnitNorm")},
    "min-max-norm": {
        "kernel_constraint": constraint("MinMaxNorm", min_value=0.5, max_value=0.8, rate=0.5)
    },
    "non-neg": {"kernel_constraint": "non_neg", "bias_constraint": constraint("NonNeg")},
}

for name, options in CONSTRAINTS.items():
    network: Network = (dense(8, "tanh", **options), dense(2))
    registry.add(
        Case(
            f"constraint/{name}",
            "constraints",
            network,
            ("Adam", {"learning_rate": 0.01}),
            "mse",
            data=Data("regression", {"columns": 2}),
            samples=150,
            batch_size=20,
            quick=name == "max-norm",
        )
    )
