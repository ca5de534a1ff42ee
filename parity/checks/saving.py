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
from parity.engines.keras_session import load_keras

STEPS_BEFORE = 3
STEPS_AFTER = {"float32": 3, "float64": 50}
"""How far training goes on; in float32 rounding would make any two programs part in 50 steps."""
AT = (1, 3, 10, 50)
"""After so many steps the whole state is compared."""

Specs = tuple[tuple[str, dict[str, Any]], ...]
FREE: dict[str, Any] = {
    "bands": {"float32": 1e-5},
    "reason": "six float32 steps, none of them started from equal state, add their roundings up",
}

STACKS: dict[str, tuple[tuple[int, ...], Specs]] = {
    "dense-and-norms": (
        (4,),
        (
            ("Dense", {"units": 5, "activation": "relu", "kernel_regularizer": "l2"}),
            ("BatchNormalization", {}),
            ("LayerNormalization", {}),
            ("UnitNormalization", {}),
            ("RMSNormalization", {}),
            ("Activation", {"activation": "selu"}),
            ("Dense", {"units": 3, "kernel_constraint": "max_norm"}),
        ),
    ),
    "activations": (
        (4,),
        (
            ("Dense", {"units": 5}),
            ("ReLU", {"negative_slope": 0.1}),
            ("Dense", {"units": 5}),
            ("LeakyReLU", {}),
            ("PReLU", {}),
            ("Dense", {"units": 5}),
            ("ELU", {}),
            ("Dense", {"units": 5}),
            ("Softmax", {}),
            ("ActivityRegularization", {"l2": 0.1}),
            ("Dense", {"units": 3}),
        ),
    ),
    "noise": (
        (4,),
        (
            ("GaussianNoise", {"stddev": 0.1, "seed": 1}),
            ("Dense", {"units": 5}),
            ("Dropout", {"rate": 0.5, "seed": 2}),
            ("GaussianDropout", {"rate": 0.3, "seed": 3}),
            ("AlphaDropout", {"rate": 0.3, "seed": 4}),
            ("Dense", {"units": 3}),
        ),
    ),
    "images": (
        (8, 8, 2),
        (
            ("Rescaling", {"scale": 0.5}),
            ("ZeroPadding2D", {}),
            ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}),
            ("MaxPooling2D", {}),
            ("GroupNormalization", {"groups": 2}),
            ("AveragePooling2D", {"pool_size": 2, "padding": "same"}),
            ("Flatten", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "global-average": (
        (8, 8, 2),
        (
            ("Conv2D", {"filters": 4, "kernel_size": 3}),
            ("GlobalAveragePooling2D", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "global-max": (
        (8, 8, 2),
        (
            ("Conv2D", {"filters": 4, "kernel_size": 3}),
            ("GlobalMaxPooling2D", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "shapes": (
        (5, 4),
        (
            ("Permute", {"dims": (2, 1)}),
            ("Reshape", {"target_shape": (10, 2)}),
            ("Flatten", {}),
            ("Dense", {"units": 4}),
            ("RepeatVector", {"n": 2}),
            ("SpatialDropout1D", {"rate": 0.5, "seed": 4}),
            ("Flatten", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "normalization": (
        (4,),
        (
            ("Normalization", {"mean": [0.0, 1.0, 2.0, 3.0], "variance": [1.0, 2.0, 3.0, 4.0]}),
            ("Dense", {"units": 3}),
        ),
    ),
}

OPTIMIZERS: dict[str, Callable[[Any], Any]] = {
    "sgd": lambda o: o.SGD(0.01, momentum=0.9, nesterov=True),
    "schedule": lambda o: o.SGD(o.schedules.ExponentialDecay(0.1, 3, 0.5)),
    "rmsprop": lambda o: o.RMSprop(0.01, momentum=0.5, centered=True),
    "adam": lambda o: o.Adam(0.01, amsgrad=True),
    "adamw": lambda o: o.AdamW(0.01),
    "nadam": lambda o: o.Nadam(0.01),
    "adamax": lambda o: o.Adamax(0.01),
    "adagrad": lambda o: o.Adagrad(0.01),
    "adadelta": lambda o: o.Adadelta(0.5),
    "adafactor": lambda o: o.Adafactor(0.01),
    "ftrl": lambda o: o.Ftrl(0.01),
    "lion": lambda o: o.Lion(0.01),
    "lamb": lambda o: o.Lamb(0.01),
    "muon": lambda o: o.Muon(0.01),
    "schedule-free": lambda o: o.ScheduleFreeAdamW(0.01),
    "loss-scale": lambda o: o.LossScaleOptimizer(o.SGD(0.01, momentum=0.5)),
    "loss-scale-adafactor": lambda o: o.LossScaleOptimizer(o.Adafactor(0.01)),
    "average": lambda o: o.SGD(0.01, use_ema=True, ema_overwrite_frequency=2),
    "accumulation": lambda o: o.Adam(0.01, gradient_accumulation_steps=2),
    "clipping": lambda o: o.Adam(0.01, global_clipnorm=0.5, weight_decay=0.01),
}


def stack(shape: tuple[int, ...], specs: Specs, optimizer: str = "adam") -> Callable[[Any], Any]:
    """Return what makes a compiled Sequential model in either library."""

    def make(side: Any) -> Any:
        layers = [getattr(side.layers, name)(**kwargs) for name, kwargs in specs]
        model = side.Sequential([side.layers.Input(shape), *layers])
        rule = OPTIMIZERS[optimizer](side.optimizers)
        # a compiled step works a schedule out with other roundings than an eager one
        eager = optimizer != "schedule"
        model.compile(rule, "mean_squared_error", metrics=["mae"], run_eagerly=eager)
        return model

    return make


def branches(side: Any) -> Any:
    """Return a compiled model of two inputs and outputs, a shared layer and models within."""
    layers, options = side.layers, {"run_eagerly": True}
    a, b = layers.Input((4,), name="a"), layers.Input((4,), name="b")
    shared = layers.Dense(4, "tanh")
    h, g = shared(a), shared(shared(b))
    inner = side.Sequential([layers.Input((4,)), layers.Dense(4, "relu")])
    i, j = layers.Input((4,)), layers.Input((4,))
    outer = side.Model([i, j], [layers.Add()([i, j]), layers.Subtract()([i, j])])
    p, q = outer([inner(h), g])
    parts = [
        *(layers.Multiply()([p, g]), layers.Average()([p, q])),
        *(layers.Maximum()([h, g]), layers.Minimum()([h, g]), layers.Dot(axes=1)([h, g])),
    ]
    outputs = {
        "up": layers.Dense(2, name="up")(layers.Concatenate()(parts)),
        "down": layers.Dense(1, "sigmoid", name="down")(p),
    }
    model = side.Model({"a": a, "b": b}, outputs)
    losses = {"up": "mean_squared_error", "down": side.losses.Huber()}
    model.compile("adam", losses, loss_weights={"up": 0.5, "down": 2.0}, **options)
    return model


def sides(lib: Any) -> dict[str, Any]:
    """Return both libraries, set to the float type of the one under test."""
    keras, _ = load_keras()
    keras.backend.set_floatx(lib.dtype)
    nnscratch.config.set_floatx(lib.dtype)
    return {"keras": keras, "nnscratch": nnscratch}


def journey(
    lib: Any, make: Callable[[Any], Any], x: Any, y: Any, route: str, both_load: bool = False
) -> dict[str, Any]:
    """Return what the library under test makes of models that both libraries began.

    Args:
        lib: the library under test.
        make: makes a compiled model.
        x: the inputs.
        y: the targets.
        route: the ending of the file, or `"memory"`.
        both_load: the writer loads its own file too; streams of noise begin anew there.
    """
    found: dict[str, Any] = {}
    for writer, side in sides(lib).items():
        model = make(side)
        rng = np.random.default_rng(5)
        model.set_weights([np.abs(rng.normal(size=w.shape)) * 0.3 for w in model.get_weights()])
        for _ in range(STEPS_BEFORE):
            model.train_on_batch(x, y)
        if lib.name != writer or both_load:
            model = arrived(lib, model, route, make)
        before = report(lib, model, x)
        if route == "h5" and writer == "nnscratch":
            # Keras restores no optimizer from .h5 and cannot train on: weights are compared
            found |= {f"{writer}/{k}": v for k, v in before.items() if "optimizer" not in k}
            continue
        found |= {f"{writer}/{name}": value for name, value in before.items()}
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
        return lib.saving.load_model(path)


def report(lib: Any, model: Any, x: Any) -> dict[str, Any]:
    """Return a model's predictions and state."""
    outputs = model.predict(x, verbose=0)
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
    if noisy and route == "h5":  # it keeps no streams of noise
        return

    def run(lib: Any) -> dict[str, Any]:
        x, y = data(lib, shape)
        both_load = route == "weights.h5" or (noisy and route == "keras")
        return journey(lib, stack(shape, specs), x, y, route, both_load)

    registry.check(f"saved-{name}-{route}", "saving", "D25", quick=quick, **FREE)(run)


for _name in STACKS:
    for _route in ("keras", "h5", "weights.h5", "memory"):
        add_journeys(_name, _route, quick=_name == "dense-and-norms")


def add_optimizer(name: str) -> None:
    """Register the journey of one optimizer."""
    specs: Specs = (("Dense", {"units": 5, "activation": "relu"}), ("Dense", {"units": 3}))

    def run(lib: Any) -> dict[str, Any]:
        x, y = data(lib, (4,))
        found = journey(lib, stack((4,), specs, name), x, y, "keras")
        return found | {
            f"memory/{key}": value
            for key, value in journey(lib, stack((4,), specs, name), x, y, "memory").items()
        }

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
