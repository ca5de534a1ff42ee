"""Every activation: its value and its derivative over the whole range, kinks included."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.typing import Array
from parity import registry
from parity.tables.layers import ACTIVATIONS
from parity.units import Golden

ROWS = 25


def _near(dtype: str) -> Array:
    """Return values from −6 to 6, among them every point where an activation has a kink."""
    grid = np.linspace(-6.0, 6.0, ROWS * 8 - 1)
    kinks = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 6.0]
    rng = np.random.default_rng(3)
    return rng.permutation(np.concatenate([grid, kinks])).reshape(-1, 8).astype(dtype)


def _far(dtype: str) -> Array:
    """Return values out to where exponentials of float32 leave its range, and some near zero.

    The near ones give derivatives a scale: far out that of tanh is 1 − a², a difference of which
    rounding leaves nothing.
    """
    sizes = np.array([0.25, 0.75, 10.0, 17.5, 25.0, 40.0, 60.0, 88.0])
    rng = np.random.default_rng(4)
    return rng.permutation(np.concatenate([-sizes, sizes])).reshape(-1, 8).astype(dtype)


def _upstream(z: Array) -> Array:
    """Return an upstream gradient that is nowhere uniform."""
    shape = z.shape
    return np.random.default_rng(5).normal(size=shape).astype(z.dtype)


def _register(name: str) -> None:
    @registry.check(f"function/{name}", "activations", quick=name in {"relu", "gelu", "softmax"})
    def values(lib: Any) -> dict[str, Any]:
        function = lib.activations.get(name)
        found = {}
        for where, z in (("near", _near(lib.dtype)), ("far", _far(lib.dtype))):
            da = _upstream(z)[:, : 4 if name == "glu" else 8]
            found[f"{where}/a"], found[f"{where}/dz"] = lib.activation(function, z, da)
        return found


for _name in ACTIVATIONS:
    if _name != "sparsemax":
        _register(_name)


@registry.check("function/sparsemax", "activations")
def sparsemax_one(lib: Any) -> dict[str, Any]:
    """Where one element takes all, every reading of sparsemax agrees."""
    z = _near(lib.dtype) + 20 * np.eye(8, dtype=lib.dtype)[np.arange(ROWS + 1) % 8]
    a, dz = lib.activation(lib.activations.get("sparsemax"), z, _upstream(z))
    return {"a": a, "dz": dz}


@registry.check(
    "function/sparsemax-shared",
    "activations",
    differs="Keras 3.15.1 adds up partial sums for sparsemax's threshold, so its outputs do not "
    "sum to 1 where two elements share; nnscratch follows the definition "
    "(https://github.com/keras-team/keras/issues/23425)",
    quick=True,
)
def sparsemax_shared(lib: Any) -> dict[str, Any]:
    """Where several elements share, Keras's threshold is not the definition's."""
    z = _near(lib.dtype) / 6
    return {"a": lib.activation(lib.activations.get("sparsemax"), z, _upstream(z))[0]}


@registry.check("function/threshold", "activations")
def threshold(lib: Any) -> dict[str, Any]:
    """`threshold` has no defaults, so no layer can name it; its value alone is compared."""
    z = _near(lib.dtype)
    return {"a": lib.activations.threshold(lib.tensor(z), 0.5, -1.25)}


@registry.check(
    "activation-conventions",
    "activations",
    golden={
        "relu gradient at 0": Golden(0.0),
        "leaky_relu(-1)": Golden(-0.2),
        "hard_sigmoid(1)": Golden(1 / 6 + 0.5),
        "gelu(1)": Golden(0.8413447460685429),
    },
    quick=True,
)
def conventions(lib: Any) -> dict[str, Any]:
    """Conventions that differ between libraries: ReLU at 0, slopes, the exact gelu."""
    one = np.ones((1, 1), lib.dtype)
    functions = lib.activations
    return {
        "relu gradient at 0": lib.activation(functions.get("relu"), 0 * one, one)[1],
        "leaky_relu(-1)": functions.leaky_relu(-one),
        "hard_sigmoid(1)": functions.hard_sigmoid(one),
        "gelu(1)": functions.gelu(one),
    }
