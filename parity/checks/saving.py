"""Models that change sides: trained here, saved, loaded there, and trained on.

Each journey has a writer, which trains three steps and saves. The library under test goes on from
there: the writer itself stays in memory, the other one loads the file. So a slot that got lost on
the way shows as a difference between the two.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import nnscratch
from parity import registry
from parity.checks.crossing_models import OPTIMIZERS, STACKS, Specs, branches, stack
from parity.engines.keras_session import load_keras

STEPS_BEFORE = 3
STEPS_AFTER = {"float32": 3, "float64": 50}
"""How far training goes on; in float32 rounding would make any two programs part in 50 steps."""
AT = (1, 3, 10, 50)
"""After so many steps the whole state is compared."""

MOVED = frozenset({"RandomRotation", "RandomTranslation", "RandomZoom"})
"""Layers that Keras works out in float32 whatever the type of the model."""

ONLY = {
    ("adafactor", "h5"): "nnscratch",
    ("loss-scale-adafactor", "h5"): "nnscratch",
    ("image-colors", "h5"): "nnscratch",
}
"""Who writes, where Keras fails: two slots of one name, and RandomBrightness's range."""

FREE: dict[str, Any] = {
    "bands": {"float32": 1e-5},
    "reason": "six float32 steps, none of them started from equal state, add their roundings up",
}


def sides(lib: Any) -> dict[str, Any]:
    """Return both libraries, set to the float type of the one under test."""
    keras, _ = load_keras()
    keras.backend.set_floatx(lib.dtype)
    nnscratch.config.set_floatx(lib.dtype)
    return {"keras": keras, "nnscratch": nnscratch}


def journey(
    lib: Any,
    make: Callable[[Any], Any],
    x: Any,
    y: Any,
    route: str,
    both_load: bool = False,
    only: str | None = None,
) -> dict[str, Any]:
    """Return what the library under test makes of models that both libraries began.

    Args:
        lib: the library under test.
        make: makes a compiled model.
        x: the inputs.
        y: the targets.
        route: the ending of the file, or `"memory"`.
        both_load: the writer loads its own file too; streams of noise begin anew there.
        only: the one library that writes.
    """
    found: dict[str, Any] = {}
    for writer, side in sides(lib).items():
        if only not in (None, writer):
            continue
        model = make(side)
        rng = np.random.default_rng(5)
        model.set_weights([np.abs(rng.normal(size=w.shape)) * 0.3 for w in model.get_weights()])
        for _ in range(STEPS_BEFORE):
            model.train_on_batch(x, y)
        if lib.name != writer or both_load:
            model = arrived(lib, model, route, make)
        found |= {f"{writer}/{name}": value for name, value in report(lib, model, x).items()}
        losses = []
        steps = STEPS_BEFORE if route == "memory" else STEPS_AFTER[lib.dtype]
        for step in range(1, steps + 1):
            losses.append(np.ravel(model.train_on_batch(x, y))[0])
            if step in AT:
                after = report(lib, model, x)
                found |= {f"{writer}/after {step}/{name}": v for name, v in after.items()}
        found[f"{writer}/losses"] = np.asarray(losses, lib.dtype)
    return found


def arrived(lib: Any, model: Any, route: str, make: Callable[[Any], Any]) -> Any:
    """Return the model after its way into the library under test.

    A file of weights goes into a new model, which has the optimizer's slots from it too.
    """
    if route == "weights.h5":
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder, "model.weights.h5"))
            model.save_weights(path)
            fresh = make(sides(lib)[lib.name])
            fresh.load_weights(path)
            return fresh
    if route == "memory":
        return nnscratch.from_keras(model) if lib.name == "nnscratch" else model.to_keras()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = str(Path(folder, f"model.{route}"))
        model.save(path)
        if route == "h5" and lib.name == "keras":
            return trainable_again(path, make(sides(lib)["keras"]))
        return with_product(lib.saving.load_model(path))


def trainable_again(path: str, fresh: Any) -> Any:
    """Return Keras's model from `.h5`, compiled anew: its own optimizer is built for no variables.

    Args:
        path: the file.
        fresh: a model compiled as the one in the file was.
    """
    import h5py
    import keras
    from keras.src.legacy.saving.legacy_h5_format import load_optimizer_weights_from_hdf5_group

    rule = fresh.optimizer
    # Keras does not find Lamb by the name that it writes
    model = keras.saving.load_model(path, compile=not isinstance(rule, keras.optimizers.Lamb))
    model.compile_from_config(fresh.get_compile_config())
    with h5py.File(path) as file:
        stored = [np.array(v) for v in load_optimizer_weights_from_hdf5_group(file)]
    for variable, value in zip(model.optimizer.variables, stored, strict=True):
        variable.assign(value)  # `set_weights` leaves an optimizer within as it is
    return with_product(model)


def with_product(model: Any) -> Any:
    """Give a Nadam that Keras loaded within another optimizer the product that it forgets."""
    inner = getattr(model.optimizer, "inner_optimizer", None)
    if hasattr(inner, "_u_product") and not isinstance(model, nnscratch.Model):
        past = np.arange(1, int(inner.iterations) + 1)
        inner._u_product.assign(np.prod(inner.beta_1 * (1 - 0.5 * 0.96**past)))
    return model


def report(lib: Any, model: Any, x: Any) -> dict[str, Any]:
    """Return a model's predictions and state."""
    crops = any(type(layer).__name__ == "RandomCrop" for layer in model.layers)
    outputs = {} if crops else model.predict(x, verbose=0)  # Keras does not cut in inference
    outputs = outputs if isinstance(outputs, dict) else {"y": outputs}
    found = {f"output/{name}": np.asarray(value) for name, value in outputs.items()}
    for i, weight in enumerate(model.get_weights()):
        found[f"weight/{i}"] = np.asarray(weight)
    for i, variable in enumerate(model.optimizer.variables):
        found[f"optimizer/{i}"] = np.array(lib.numpy(variable), np.float64)
    return found


def data(lib: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Return inputs of a shape and targets of three columns."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(8, *shape)).astype(lib.dtype)
    return x, np.tanh(rng.normal(size=(8, 3))).astype(lib.dtype)


def add_journeys(name: str, route: str, quick: bool = False) -> None:
    """Register the journeys of one stack by one route."""
    shape, specs = STACKS[name]
    noisy = any("seed" in kwargs for _, kwargs in specs)
    moved = any(kind in MOVED for kind, _ in specs)

    def run(lib: Any) -> dict[str, Any]:
        x, y = data(lib, shape)
        both_load = route == "weights.h5" or (noisy and route != "memory")
        return journey(lib, stack(shape, specs), x, y, route, both_load, ONLY.get((name, route)))

    options = FREE | ({"dtypes": ("float32",)} if moved else {})
    registry.check(f"saved-{name}-{route}", "saving", "D25", quick=quick, **options)(run)


for _name in STACKS:
    for _route in ("keras", "h5", "weights.h5", "memory"):
        add_journeys(_name, _route, quick=_name == "dense-and-norms")


def add_optimizer(name: str) -> None:
    """Register the journey of one optimizer."""
    specs: Specs = (("Dense", {"units": 5, "activation": "relu"}), ("Dense", {"units": 3}))

    def run(lib: Any) -> dict[str, Any]:
        x, y = data(lib, (4,))
        make, found = stack((4,), specs, name), {}
        for route in ("keras", "h5", "memory"):
            values = journey(lib, make, x, y, route, False, ONLY.get((name, route)))
            found |= {f"{route}/{key}": value for key, value in values.items()}
        return found

    registry.check(f"saved-optimizer-{name}", "saving", "D25", **FREE)(run)


for _name in OPTIMIZERS:
    add_optimizer(_name)


def add_branches(route: str) -> None:
    """Register the journey of a branched model."""

    def run(lib: Any) -> dict[str, Any]:
        x, _ = data(lib, (4,))
        y = {"up": x[:, :2], "down": x[:, 2:3]}
        return journey(lib, branches, {"a": x, "b": x[::-1].copy()}, y, route)

    quick = route == "keras"
    registry.check(f"saved-branches-{route}", "saving", "D25", quick=quick, **FREE)(run)


for _route in ("keras", "h5", "memory"):
    add_branches(_route)


@registry.check("checkpoints", "saving", "D25", quick=True)
def checkpoints(lib: Any) -> dict[str, Any]:
    """Epochs count from 1 in names; a missing metric saves anyway; ties are no improvement."""
    patterns: dict[str, tuple[str, dict[str, Any]]] = {
        "every": ("{epoch:02d}.keras", {}),
        "best": ("{epoch:02d}.keras", {"save_best_only": True}),
        "highest": ("{epoch}.weights.h5", {"save_best_only": True, "save_weights_only": True}),
        "missing": ("{epoch}.keras", {"save_best_only": True, "monitor": "no", "mode": "min"}),
        "batches": ("{epoch}{batch}.keras", {"save_freq": 3}),
    }
    patterns["highest"][1]["mode"] = "max"
    found = {}
    for name, (pattern, options) in patterns.items():
        model = lib.Sequential([lib.layers.Input((1,)), lib.layers.Dense(1)])
        model.compile("sgd", "mean_squared_error")
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            callback = lib.callbacks.ModelCheckpoint(str(Path(folder, "new", pattern)), **options)
            callback.set_model(model)
            callback.on_train_begin()
            for epoch, value in enumerate([0.5, 0.6, 0.6, 0.5, 0.25]):
                callback.on_epoch_begin(epoch)
                for batch in range(4):
                    callback.on_train_batch_end(batch, {"loss": 1.0})
                callback.on_epoch_end(epoch, {"loss": 1.0, "val_loss": value})
            names = sorted(int(p.name.split(".")[0]) for p in Path(folder, "new").iterdir())
        found[name] = np.asarray(names, lib.dtype)
    return found
