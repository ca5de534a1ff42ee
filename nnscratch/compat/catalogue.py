"""Which module of nnscratch stands for which module of Keras and TensorFlow."""

from __future__ import annotations

import functools
import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

ROOTS = ("keras", "tensorflow", "keras_tuner", "kerastuner")
"""The packages that are stood in for."""

_TF_KERAS = "tensorflow.keras"
_OUTDATED = {
    "kerastuner": "keras_tuner",
    "tensorflow.python.keras": _TF_KERAS,
    "keras.layers.advanced_activations": "keras.layers",
    "keras.layers.convolutional": "keras.layers",
    "keras.layers.core": "keras.layers",
    "keras.layers.experimental.preprocessing": "keras.layers",
    "keras.layers.experimental": "keras.layers",
    "keras.layers.normalization": "keras.layers",
    "keras.optimizers.experimental": "keras.optimizers",
    "keras.optimizers.legacy": "keras.optimizers",
    "keras.utils.np_utils": "keras.utils",
}


@functools.cache
def keras_names() -> dict[str, frozenset[str]]:
    """Return the public names of every module of Keras, as recorded from the reference version.

    >>> "Conv2D" in keras_names()["keras.layers"]
    True
    """
    text = Path(__file__).with_name("keras_names.json").read_text(encoding="utf-8")
    return {module: frozenset(names.split()) for module, names in json.loads(text).items()}


def present_name(name: str) -> str:
    """Return what an outdated module is called today; other names as they are.

    >>> present_name("tensorflow.python.keras.layers"), present_name("tensorflow.keras.layers")
    ('tensorflow.keras.layers', 'tensorflow.keras.layers')
    >>> present_name("tensorflow.keras.utils.np_utils")
    'tensorflow.keras.utils'
    """
    for old, new in _OUTDATED.items():
        for prefix in ("", "tensorflow.") if old.startswith("keras.") else ("",):
            if name == prefix + old or name.startswith(f"{prefix}{old}."):
                return prefix + new + name[len(prefix + old) :]
    return name


def keras_name(name: str) -> str | None:
    """Return the name under `keras` of a module of Keras, None for a module of another package.

    >>> keras_name("tensorflow.keras.layers"), keras_name("tensorflow.nn")
    ('keras.layers', None)
    """
    if name == _TF_KERAS or name.startswith(f"{_TF_KERAS}."):
        return name.removeprefix("tensorflow.")
    return name if name == "keras" or name.startswith("keras.") else None


@functools.cache
def sources(name: str) -> tuple[ModuleType, ...]:
    """Return the modules of nnscratch in which a module's names are looked up, in this order.

    A module `keras.x` is `nnscratch.x`, with what only old scripts need in `compat.keras.x`;
    `tensorflow.x` is `compat.tensorflow.x`; `keras_tuner` is `nnscratch.tuner`.

    >>> [module.__name__ for module in sources("tensorflow.keras.losses")]
    ['nnscratch.compat.keras.losses', 'nnscratch.losses']
    """
    in_keras = keras_name(name)
    if in_keras is not None:
        below = in_keras.removeprefix("keras")
        candidates = [f"nnscratch.compat.keras{below}", f"nnscratch{below}"]
        if in_keras not in keras_names():
            return ()
    else:
        root, dot, below = name.partition(".")
        home = {"tensorflow": "nnscratch.compat.tensorflow", "keras_tuner": "nnscratch.tuner"}
        candidates = [home[root] + dot + below] if root in home else []
        if root == "keras_tuner" and below.startswith("engine."):
            candidates = [f"{home[root]}.{below.removeprefix('engine.')}"]
    return tuple(import_module(found) for found in candidates if _exists(found))


def module_exists(name: str) -> bool:
    """Tell whether there is such a module, in nnscratch or at least in Keras.

    >>> module_exists("keras.layers"), module_exists("keras.layers.Dense")
    (True, False)
    """
    name = present_name(name)
    if any(part.startswith("_") for part in name.split(".")):
        return False
    packages = ("keras_tuner", "keras_tuner.engine")
    return keras_name(name) in keras_names() or name in packages or bool(sources(name))


def public_names(module: ModuleType) -> list[str]:
    """Return the names that a module of nnscratch offers; what it only imports is left out.

    >>> from nnscratch.datasets import mnist
    >>> public_names(mnist)
    ['load_data']
    """
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]


def _exists(name: str) -> bool:
    parent = name.rpartition(".")[0]
    if not parent:
        return True
    return (
        _exists(parent)
        and hasattr(import_module(parent), "__path__")
        and (find_spec(name) is not None)
    )
