"""Parts of one's own, registered under the name of a package, cross over and train on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import numpy as np

import nnscratch
from parity import registry
from parity.checks.saving import FREE, data, journey
from parity.engines.keras_session import load_keras

PACKAGE = "parity"


@cache
def own(name: str) -> SimpleNamespace:
    """Return one library's classes and functions of one's own, registered there.

    Args:
        name: `"keras"` or `"nnscratch"`.
    """
    side = load_keras()[0] if name == "keras" else nnscratch
    made = {**functions(side), **rules(side), **layers(side)}
    registered = side.saving.register_keras_serializable(PACKAGE)
    return SimpleNamespace(**{key: registered(thing) for key, thing in made.items()})


def functions(side: Any) -> dict[str, Any]:
    """Return functions, and classes that are one function and its arguments."""
    ops = side.ops

    def bent(x: Any) -> Any:
        return ops.tanh(x) + 0.1 * x

    def farthest(y_true: Any, y_pred: Any) -> Any:
        return ops.max(ops.abs(y_true - y_pred), axis=-1)

    class Tilted(side.losses.Loss):
        def __init__(self, tau: float = 0.5, name: str = "tilted", **kwargs: Any) -> None:
            super().__init__(name=name, **kwargs)
            self.tau = tau

        def call(self, y_true: Any, y_pred: Any) -> Any:
            error = y_true - y_pred
            return ops.mean(ops.maximum(self.tau * error, (self.tau - 1.0) * error), axis=-1)

        def gradient(self, y_true: Any, y_pred: Any) -> Any:
            return ((y_true < y_pred) - self.tau) / y_pred.shape[-1]

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "tau": self.tau}

    class Largest(side.metrics.Metric):
        def __init__(self, unit: float = 1.0, name: str = "largest", **kwargs: Any) -> None:
            super().__init__(name=name, **kwargs)
            self.unit = unit
            self.seen = self.add_weight(name="seen", initializer="zeros")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.seen.assign(ops.maximum(self.seen, ops.max(ops.abs(y_pred)) / self.unit))

        def result(self) -> Any:
            return self.seen

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "unit": self.unit}

    class Fourth(side.regularizers.Regularizer):
        def __init__(self, factor: float = 0.1) -> None:
            self.factor = factor

        def __call__(self, x: Any) -> Any:
            return self.factor * ops.sum(ops.square(ops.square(x)))

        def gradient(self, x: Any, out: Any = None) -> Any:
            return np.multiply(4 * self.factor * x**2, x, out=out)

        def get_config(self) -> dict[str, Any]:
            return {"factor": self.factor}

    class Capped(side.constraints.Constraint):
        def __init__(self, limit: float = 1.0) -> None:
            self.limit = limit

        def __call__(self, w: Any) -> Any:
            return ops.clip(w, -self.limit, self.limit)

        def get_config(self) -> dict[str, Any]:
            return {"limit": self.limit}

    class Stripes(side.initializers.Initializer):
        def __init__(self, width: float = 1.0) -> None:
            self.width = width

        def __call__(self, shape: Any, dtype: Any = None) -> Any:
            return ops.full(shape, self.width, dtype=dtype)

        def get_config(self) -> dict[str, Any]:
            return {"width": self.width}

    made = (bent, farthest, Tilted, Largest, Fourth, Capped, Stripes)
    return {thing.__name__: thing for thing in made}


def rules(side: Any) -> dict[str, Any]:
    """Return a schedule and an optimizer with a slot."""
    ops = side.ops

    class Slowing(side.optimizers.schedules.LearningRateSchedule):
        def __init__(self, start: float = 0.1) -> None:
            self.start = start

        def __call__(self, step: Any) -> Any:
            return self.start / (1.0 + ops.cast(step, side.config.floatx()))

        def get_config(self) -> dict[str, Any]:
            return {"start": self.start}

    class Warm(side.optimizers.Optimizer):
        def __init__(self, learning_rate: Any = 0.1, share: float = 0.5, **kwargs: Any) -> None:
            super().__init__(learning_rate=learning_rate, **kwargs)
            self.share = share

        def build(self, variables: Any) -> None:
            if not self.built:
                super().build(variables)
                self.heats = self.add_optimizer_variables(variables, "heat")

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            heat = self.heats[self._get_variable_index(variable)]
            self.assign(heat, ops.add(ops.multiply(heat, self.share), gradient))
            rate = ops.cast(learning_rate, variable.dtype)
            self.assign_sub(variable, ops.multiply(heat, rate))

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "share": self.share}

    return {"Slowing": Slowing, "Warm": Warm}


def layers(side: Any) -> dict[str, Any]:
    """Return a layer with a layer within and a weight, and models."""

    class Gated(side.layers.Layer):
        def __init__(self, units: int = 1, scale: float = 1.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units, self.scale = units, scale
            self.inner = side.layers.Dense(units)

        def build(self, input_shape: Any) -> None:
            self.inner.build(input_shape)
            self.gate = self.add_weight(shape=(self.units,), initializer="ones", name="gate")

        def call(self, x: Any) -> Any:
            return self.inner(x) * side.ops.sigmoid(self.scale * self.gate)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "units": self.units, "scale": self.scale}

    class Hazy(side.layers.Layer):
        def __init__(self, rate: float = 0.5, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.rate = rate
            self.haze = [side.layers.Dropout(rate, seed=3), side.layers.GaussianNoise(0.1, seed=4)]
            self.last = side.layers.AlphaDropout(rate, seed=5)

        def call(self, x: Any, training: Any = None) -> Any:
            for layer in self.haze:
                x = layer(x, training=training)
            return self.last(x, training=training)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "rate": self.rate}

    class Stacked(side.Sequential):
        pass

    class Net(side.Model):
        def __init__(self, units: int = 1, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units = units
            self.first = side.layers.Dense(units, "relu")
            self.more = [Gated(units, 2.0), side.layers.Dense(3)]

        def call(self, x: Any) -> Any:
            x = self.first(x)
            for layer in self.more:
                x = layer(x)
            return x

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "units": self.units}

    class HazyNet(Net):
        def __init__(self, units: int = 1, **kwargs: Any) -> None:
            super().__init__(units, **kwargs)
            self.hazy = Hazy(0.3)

        def call(self, x: Any, training: Any = None) -> Any:
            return super().call(self.hazy(x, training=training))

    made = (Gated, Hazy, Stacked, Net, HazyNet)
    return {thing.__name__: thing for thing in made}


def stacked(side: Any, own_class: bool = True) -> Any:
    """Return a compiled model of parts of one's own.

    Args:
        side: the library.
        own_class: whether the model's own class is one of them.
    """
    parts = own(side.__name__)
    options = {
        "kernel_initializer": parts.Stripes(0.5),
        "kernel_regularizer": parts.Fourth(0.02),
        "kernel_constraint": parts.Capped(0.4),
    }
    network = [
        side.layers.Input((4,)),
        parts.Gated(5, 1.5),
        side.layers.Dense(4, parts.bent, **options),
        side.layers.Dense(3),
    ]
    model = (parts.Stacked if own_class else side.Sequential)(network)
    rule = parts.Warm(parts.Slowing(0.2), share=0.7)
    metrics = [parts.farthest, parts.Largest(0.5)]
    model.compile(rule, parts.Tilted(0.3), metrics=metrics, run_eagerly=True)
    return model


def hazy(side: Any) -> Any:
    """Return a compiled model whose noise layers are inside of a layer."""
    parts = own(side.__name__)
    named = side.layers
    network = [named.Input((4,)), named.Dense(6, "tanh"), parts.Hazy(0.4), named.Dense(3)]
    model = side.Sequential([*network, named.Dropout(0.2, seed=6)])
    model.compile(side.optimizers.Adam(0.01), "mse")
    return model


def subclassed(side: Any, net: str = "Net") -> Any:
    """Return a compiled model that writes its own `call`.

    Args:
        side: the library.
        net: its class.
    """
    parts = own(side.__name__)
    model = getattr(parts, net)(4)
    model(np.zeros((1, 4), side.config.floatx()))  # makes the weights
    model.compile(parts.Warm(0.1), parts.Tilted(0.6), run_eagerly=True)
    return model


def add_own(name: str, make: Callable[[Any], Any], route: str, quick: bool = False) -> None:
    """Register the journey of a model with parts of one's own."""

    def run(lib: Any) -> dict[str, Any]:
        x, y = data(lib, (4,))
        found = journey(lib, make, x, y, route)
        model = make(lib)
        again = lib.models.model_from_json(model.to_json())
        again.set_weights([np.full(w.shape, 0.25) for w in model.get_weights()])
        again.train_on_batch(x, y)
        return found | {"evaluate": np.asarray(again.evaluate(x, y, verbose=0), lib.dtype)}

    registry.check(f"saved-own-{name}-{route}", "saving", "D25", quick=quick, **FREE)(run)


add_own("parts", stacked, "keras", quick=True)
# Keras writes the class of a whole model without its package into .h5
add_own("parts", partial(stacked, own_class=False), "h5")
add_own("parts", stacked, "memory")
add_own("noise", hazy, "memory")
add_own("model", subclassed, "keras")
add_own("model", subclassed, "memory")
add_own("noisy-model", partial(subclassed, net="HazyNet"), "memory")
