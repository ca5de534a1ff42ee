"""Record the signatures of Keras's public names; writes docs/keras_signatures.json."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import keras
from keras._tf_keras import keras as tf_keras

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "docs" / "keras_signatures.json"
NAMES = ROOT / "nnscratch" / "compat" / "keras_names.json"
WITH_METHODS = (
    "keras.Model",
    "keras.Sequential",
    "keras.Layer",
    "keras.Loss",
    "keras.Metric",
    "keras.Optimizer",
    "keras.callbacks.Callback",
    "keras.utils.PyDataset",
    "keras.initializers.Initializer",
    "keras.random.SeedGenerator",
)
LEFT_OUT = ("keras.applications", "keras.ops", "keras.backend", "keras.quantizers",
            "keras.distribution", "keras.distillation", "keras.visualization",
            "keras.export", "keras.legacy", "keras.tree", "keras.utils.bounding_boxes")  # fmt: skip
SIMPLE = (type(None), bool, int, float, str, tuple, list, dict)


def written(parameter: inspect.Parameter) -> list[str]:
    """Return a parameter as its name with stars, and its default if it has one."""
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    if parameter.default is parameter.empty:
        return [stars + parameter.name]
    default = parameter.default
    return [parameter.name, repr(default) if isinstance(default, SIMPLE) else "..."]


def explicit_init(cls: type) -> Any:
    """Return the first `__init__` in the order of bases that names its arguments."""
    for base in cls.__mro__[:-1]:
        init = vars(base).get("__init__")
        if init is not None:
            kinds = [p.kind for p in list(inspect.signature(init).parameters.values())[1:]]
            if kinds and kinds != [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]:
                return init
    return cls.__init__


def signature(value: Any) -> list[list[str]] | None:
    """Return the parameters of a class or function without `self`; None where it has none."""
    target = explicit_init(value) if inspect.isclass(value) else value
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):
        return None
    skip = inspect.isclass(value) and parameters and parameters[0].name in ("self", "cls")
    return [written(p) for p in (parameters[1:] if skip else parameters)]


def resolved(module: str, name: str) -> Any:
    """Return the object of a public name."""
    for root in (keras, tf_keras):
        value: Any = root
        for part in [*module.split(".")[1:], name]:
            value = getattr(value, part, None)
        if value is not None:
            return value
    raise AttributeError(f"{module}.{name}")


def methods(value: type) -> dict[str, Any]:
    """Return the signatures of a class's public methods."""
    found = {}
    for name, member in inspect.getmembers(value, inspect.isfunction):
        if not name.startswith("_"):
            found[name] = [
                written(p) for p in list(inspect.signature(member).parameters.values())[1:]
            ]
    return found


def main() -> None:
    recorded: dict[str, Any] = {}
    listed = json.loads(NAMES.read_text(encoding="utf-8"))
    for module, names in listed.items():
        if module.startswith(LEFT_OUT):
            continue
        for name in names.split():
            value = resolved(module, name)
            full = f"{module}.{name}"
            if not inspect.ismodule(value) and callable(value):
                recorded[full] = signature(value)
            if full in WITH_METHODS:
                for method, parameters in methods(value).items():
                    recorded[f"{full}.{method}()"] = parameters
    lines = [f"{json.dumps(name)}: {json.dumps(recorded[name])}" for name in sorted(recorded)]
    head = f'"made_with": {json.dumps({"keras": keras.__version__})}'
    OUT.write_text("{\n" + ",\n".join([head, *lines]) + "\n}\n", encoding="utf-8")
    print(f"{OUT.name}: {len(recorded)} signatures of Keras {keras.__version__}")


if __name__ == "__main__":
    main()
