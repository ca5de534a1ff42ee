"""Layers and models made of other layers: what runs a graph as if it were one layer."""

from __future__ import annotations

from typing import Any

from nnscratch.cache import Cache
from nnscratch.layers.masks import Mask, inner_or_own
from nnscratch.layers.symbolic import KerasTensor
from nnscratch.layers.tracing import PLAIN, SLOT, Form, Traced
from nnscratch.structure import flatten, transform
from nnscratch.typing import Array


class Composed:
    """The mathematics of a layer whose `run` is a graph: forwards, backwards, penalties, logits."""

    run: Any
    sublayers: Any

    def forward(self, x: Any, cache: Cache, training: bool = False) -> Any:
        """Run the graph on an array or a list of arrays; return the output or a list of outputs."""
        outputs = self.run.forward(x if isinstance(x, list) else [x], cache, training)
        return outputs[0] if len(outputs) == 1 else outputs

    def backward(self, dy: Any, cache: Cache) -> Any:
        """Run the graph backwards from dL/doutput; return dL/dinput where it is needed."""
        scale = getattr(cache, "scale", 1.0)
        dx = self.run.backward(dy if isinstance(dy, list) else [dy], cache, scale=scale)
        return dx[0] if len(dx) == 1 else dx

    def backward_from_logits(self, dz: Array, cache: Cache) -> Any:
        """As `backward`, from the gradient with respect to the logits."""
        scale = getattr(cache, "scale", 1.0)
        dx = self.run.backward([dz], cache, from_logits=[True], scale=scale)
        return dx[0] if len(dx) == 1 else dx

    def logits(self, cache: Cache) -> Array | None:
        """Return z where the only output is softmax(z) or sigmoid(z), otherwise None."""
        graph = getattr(cache, "graph", self.run)
        found: Array | None = self.run.logits(0, cache) if len(graph.outputs) == 1 else None
        return found

    def output_masks(self, x: Any, cache: Cache, count: int) -> list[Mask]:
        """Return the mask of each output of the call that left this cache."""
        return inner_or_own(self, self.run.output_masks(cache), x, cache)

    def plan_backward(self, cache: Cache) -> None:
        """Take note of which weights are trainable."""
        self.run.plan_backward(cache)

    def penalties(self, cache: Cache) -> list[Any]:
        """Return the penalties within this call, on activities and from `add_loss`."""
        found: list[Any] = self.run.penalties(cache)
        return found

    def backward_pass(self, douts: Any, dz: Any, scale: float | None, cache: Cache) -> list[Any]:
        """Return dL/dinputs, once for each way in which a gradient came; see `Calls`."""
        factor = 0.0 if scale is None else scale
        found: list[Any] = []
        if dz is not None:
            parts = self.run.backward([dz], cache, from_logits=[True], scale=factor)
            found.append([None if part is None else part.copy() for part in parts])
            factor = 0.0
        if dz is None or any(dy is not None for dy in douts):
            found.append(self.run.backward(list(douts), cache, scale=factor))
        return found


class ByCall(Composed):
    """What a class gets that writes `call` instead of `forward` and `backward`."""

    name: str
    dtype: str

    @property
    def run(self) -> Traced:
        """The graphs of `call`."""
        found = vars(self).get("_traced")
        if found is None:
            found = vars(self)["_traced"] = Traced(self)
        traced: Traced = found
        return traced

    @property
    def input_dtype(self) -> None:
        """Arrays come in as they are: each layer inside casts for itself."""
        return None

    def form_for(self, count: int) -> Form:
        """Return the form of a call on so many arrays, where nothing else is known of it."""
        return PLAIN if count == 1 else Form(([SLOT] * count,))

    def symbolic_output(self, form: Form, tensors: list[KerasTensor]) -> Any:
        """Return new tensors of the shapes that `call` gives, in its structure."""
        shapes, dtypes = [t.shape for t in tensors], [t.dtype for t in tensors]
        output = self.run.output(form, shapes, dtypes)
        return transform(lambda t: KerasTensor(t.shape, t.dtype), output)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the output's shape, or the shapes in the structure of the output."""
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        form = PLAIN if not isinstance(input_shape, list) else Form(([SLOT] * len(shapes),))
        output = self.run.output(form, shapes, [self.dtype] * len(shapes))
        if isinstance(output, KerasTensor):
            return output.shape
        return [t.shape for t in flatten(output)]


METHODS = (
    *("forward", "backward", "backward_from_logits", "logits", "plan_backward", "penalties"),
    *("backward_pass", "output_masks"),
    *("run", "input_dtype", "symbolic_output", "compute_output_shape", "form_for"),
)


def give_methods(cls: type) -> None:
    """Give a class that writes `call` the methods that it does not write itself."""
    for name in METHODS:
        if name == "form_for" and hasattr(cls, "learn_form"):
            continue  # a model knows the form in which its data came
        if name not in vars(cls):
            owner = ByCall if name in vars(ByCall) else Composed
            setattr(cls, name, vars(owner)[name])


def as_parent(layer: Any) -> Any:
    """Return the layer as an object of the nearest class that writes `forward` itself.

    It is what `super().call(x)` means in a class that gives a layer with `forward` a new `call`:
    the same weights and settings, the parent's mathematics. None where there is no such class.

    Args:
        layer: the layer.
    """
    for cls in type(layer).__mro__:
        if "forward" in vars(cls) and vars(cls).get("is_composed") is False:
            twin: Any = object.__new__(cls)
            object.__setattr__(twin, "__dict__", vars(layer))
            return twin
    return None
