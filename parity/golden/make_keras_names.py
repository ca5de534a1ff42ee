"""Record the public names of Keras, module by module; writes nnscratch/compat/keras_names.json."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import keras
from keras._tf_keras import keras as tf_keras

OUT = Path(__file__).resolve().parents[2] / "nnscratch" / "compat" / "keras_names.json"


def public_names(module: ModuleType) -> list[str]:
    return [name for name in dir(module) if not name.startswith("_") and name != "src"]


def collect(module: ModuleType, name: str, found: dict[str, set[str]]) -> None:
    """Note a module's names and those of the public modules below it."""
    found.setdefault(name, set()).update(public_names(module))
    for child in public_names(module):
        value = getattr(module, child)
        if isinstance(value, ModuleType) and value.__name__.endswith(f".{child}"):
            collect(value, f"{name}.{child}", found)


def main() -> None:
    found: dict[str, set[str]] = {}
    collect(keras, "keras", found)
    collect(tf_keras, "keras", found)
    names = {module: " ".join(sorted(found[module])) for module in sorted(found)}
    OUT.write_text(json.dumps(names, indent=0) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {sum(map(len, found.values()))} names of Keras {keras.__version__}")


if __name__ == "__main__":
    main()
