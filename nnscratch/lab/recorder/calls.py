"""The calls of layers within one run of a network, each with the arrays of its latest step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nnscratch.cache import Cache
from nnscratch.lab.recorder.reductions import RANGES
from nnscratch.typing import Array


class Call:
    """One call of a layer, seen through the caches that the step has left.

    Args:
        path: the layer's name, after those of the models around it; `#2` marks a second call.
        layer: the layer.
        cache: the call's own cache.
        around: the cache of the graph in which it stands.
        source: number of its input tensor there.
        target: number of its output tensor there.

    Attributes:
        before: path of the call whose output comes in, or None.
        ends: the range of its activation, where that is bounded.
    """

    def __init__(
        self, path: str, layer: Any, cache: Cache, around: Cache, source: int, target: int
    ) -> None:
        self.path = path
        self.layer = layer
        self.cache = cache
        self.around = around
        self.source = source
        self.target = target
        self.before: str | None = None
        self.ends = _ends(layer)
        self._given = not layer.weights  # an Activation layer: z is what it is given
        activation = getattr(layer, "activation", None)
        self._linear = activation is not None and activation.name == "linear"

    def has(self, kind: str) -> bool:
        """Tell whether a kind can occur in a call of this layer."""
        if kind in ("preactivation", "preactivation_grad"):
            return hasattr(self.layer, "activation")
        if kind in ("batch_mean", "batch_variance"):
            return hasattr(self.layer, "moving_mean")
        return kind != "mask" or hasattr(self.layer, "seed_generator")

    def activation(self) -> Array | None:
        """Return y."""
        output: Array | None = self.around.values[self.target]
        return output

    def preactivation(self) -> Array | None:
        """Return z, None for a layer without a nonlinearity of its own."""
        if self._given:
            given: Array | None = self.around.values[self.source]
            return given
        return self._held("z")

    def activation_grad(self) -> Array | None:
        """Return dL/dy; None where the loss went straight to the logits."""
        gradient: Array | None = self.around.grads[self.target]
        return gradient

    def logit_grad(self) -> Array | None:
        """Return dL/dz where the loss was computed from the logits z, otherwise None."""
        gradient: Array | None = self.around.logit_grads[self.target]
        return gradient

    def preactivation_grad(self) -> Array | None:
        """Return dL/dz."""
        gradient = self.logit_grad()
        if gradient is not None:
            return gradient
        da = self.activation_grad()
        if da is None or self._linear:
            return da
        return self._held("dz")

    def input_grad(self) -> Array | None:
        """Return dL/dx."""
        gradient: Array | None = self.around.grads[self.source]
        return gradient

    def batch_mean(self) -> Array | None:
        """Return BatchNormalization's mean of the batch."""
        return self._statistic("mean")

    def batch_variance(self) -> Array | None:
        """Return BatchNormalization's variance of the batch."""
        return self._statistic("var")

    def mask(self) -> Array | None:
        """Return which elements a dropout kept, or what a noise layer drew."""
        if not getattr(self.cache, "active", False):
            return None
        for name in ("keep", "noise"):
            if hasattr(self.cache, name):
                found: Array = getattr(self.cache, name)
                return found
        return None

    def _held(self, name: str) -> Array | None:
        output = self.activation()
        return None if output is None else self.cache.held(name, output.shape)

    def _statistic(self, name: str) -> Array | None:
        if not getattr(self.cache, "on_batch", False):
            return None
        return self.cache.held(name, self.layer.moving_mean.shape)


def calls_of(run: Any, cache: Cache, prefix: str = "") -> list[Call]:
    """Return all calls of a network, those within nested models included, in order.

    Args:
        run: the network's graph, or what traces its `call`, which has no graph before a step.
        cache: the cache of its run.
        prefix: names of the models around it.
    """
    if not hasattr(run, "steps"):
        graph = getattr(cache, "graph", None)
        return [] if graph is None else calls_of(graph, cache.inner, prefix)
    found: list[Call] = []
    taken: dict[str, int] = {}
    producer: dict[int, str] = {}
    for i, step in enumerate(run.steps):
        path = prefix + step.layer.name
        taken[path] = taken.get(path, 0) + 1
        if taken[path] > 1:
            path += f"#{taken[path]}"
        inside = cache.child(i)
        if getattr(step.layer, "graph", None) is not None:
            found += calls_of(step.layer.run, inside, path + "/")
        elif getattr(inside, "graph", None) is not None:
            found += calls_of(inside.graph, inside.inner, path + "/")
        else:
            target = step.targets[0]
            call = Call(path, step.layer, cache.child(i), cache, step.sources[0], target)
            call.before = producer.get(step.sources[0])
            found.append(call)
        producer.update(dict.fromkeys(step.targets, path))
    return found


def names_of_variables(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield every weight of a model with the name it is recorded under: its path in the model.

    The model's own name is left out, as Keras does for models built at once; where two weights
    would have one name, the second gets a prime.
    """
    taken: set[str] = set()
    for variable in model.weights:
        name = variable.path.removeprefix(f"{model.name}/")
        while name in taken:
            name += "'"
        taken.add(name)
        yield name, variable


def _ends(layer: Any) -> tuple[float, float] | None:
    activation = getattr(layer, "activation", None)
    name = getattr(activation, "name", None) or type(layer).__name__.lower()
    return RANGES.get(name)
