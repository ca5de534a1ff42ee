"""Initializer laws: the same numbers from the same seed, element by element."""

from __future__ import annotations

from typing import Any

from parity import registry

SHAPES = ((7, 5), (64, 33), (3, 3, 4, 8))

LAWS: dict[str, tuple[str, dict[str, Any]]] = {
    "zeros": ("Zeros", {}),
    "ones": ("Ones", {}),
    "constant": ("Constant", {"value": 0.1}),
    "identity": ("Identity", {"gain": 1.5}),
    "random_normal": ("RandomNormal", {"mean": 0.5, "stddev": 0.2}),
    "random_uniform": ("RandomUniform", {"minval": -0.3, "maxval": 0.7}),
    "truncated_normal": ("TruncatedNormal", {"stddev": 0.2}),
    "glorot_normal": ("GlorotNormal", {}),
    "glorot_uniform": ("GlorotUniform", {}),
    "he_normal": ("HeNormal", {}),
    "he_uniform": ("HeUniform", {}),
    "lecun_normal": ("LecunNormal", {}),
    "lecun_uniform": ("LecunUniform", {}),
    "orthogonal": ("Orthogonal", {"gain": 0.7}),
    "variance_scaling": ("VarianceScaling", {}),
    "variance_scaling-fan_avg": (
        "VarianceScaling",
        {"scale": 3.0, "mode": "fan_avg", "distribution": "untruncated_normal"},
    ),
    "variance_scaling-fan_out": (
        "VarianceScaling",
        {"scale": 0.5, "mode": "fan_out", "distribution": "uniform"},
    ),
}
SEEDLESS = {"Zeros", "Ones", "Constant", "Identity"}
ORTHOGONAL = {
    "bands": {"float32": 1e-5, "float64": 1e-13},
    "reason": "two QR factorizations round differently; signs and layout agree",
}


def _register(name: str, kind: str, kwargs: dict[str, Any]) -> None:
    options: dict[str, Any] = ORTHOGONAL if name == "orthogonal" else {}

    @registry.check(
        f"initializer/{name}", "initializers", "D17", quick=name in {"he_normal"}, **options
    )
    def values(lib: Any) -> dict[str, Any]:
        seed = {} if kind in SEEDLESS else {"seed": 4711}
        shapes = [s for s in SHAPES if len(s) == 2] if kind == "Identity" else SHAPES
        initializer = getattr(lib.initializers, kind)(**kwargs, **seed)
        found = {str(s): initializer(s, dtype=lib.dtype) for s in shapes}
        if seed:
            found["again"] = initializer(SHAPES[0], dtype=lib.dtype)
        return found


for _name, (_kind, _kwargs) in LAWS.items():
    _register(_name, _kind, _kwargs)


@registry.check("initializer/one-instance-twice", "initializers", "D17", quick=True)
def shared(lib: Any) -> dict[str, Any]:
    """One instance without a seed draws one seed when it is made, and repeats itself."""
    lib.utils.set_random_seed(99)
    instance = lib.initializers.HeNormal()
    first = lib.layers.Dense(4, kernel_initializer=instance)
    second = lib.layers.Dense(4, kernel_initializer=instance)
    first.build((None, 6))
    second.build((None, 6))
    return {
        "first": first.kernel,
        "second": second.kernel,
        "distance": abs(lib.numpy(first.kernel) - lib.numpy(second.kernel)).max(),
    }
