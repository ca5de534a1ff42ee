"""What can be checked, each seen as a vector function of some tensors with a backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from nnscratch.cache import Cache
from nnscratch.gradcheck.state import remember
from nnscratch.typing import Array
from nnscratch.variable import Variable

Reset: TypeAlias = Callable[[], Any] | None


class Subject:
    """A function f of named inputs and variables.

    Attributes:
        name: for the report.
        inputs: live arrays; those of type float64 are checked.
        variables: their values are inputs too, their gradients are left in them.
        restore: puts back what a forward pass changes besides.
        problems: breaches of the protocol noticed on the way.
    """

    def __init__(
        self,
        name: str,
        inputs: dict[str, Array],
        variables: list[Variable],
        restore: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.variables = variables
        self.restore = restore
        self.problems: list[str] = []

    def note(self, problem: str) -> None:
        """Add a problem, once."""
        if problem not in self.problems:
            self.problems.append(problem)

    def forward(self, inputs: dict[str, Array], cache: Cache) -> Array:
        """Return f as a vector."""
        raise NotImplementedError

    def upstream(self, size: int, rng: np.random.Generator, cache: Cache) -> Array:
        """Return dL/df; a loss or penalty is L itself."""
        return np.ones(size)

    def backward(self, upstream: Array, cache: Cache) -> dict[str, Array | None]:
        """Return dL/dinput by name and add the variables' gradients."""
        raise NotImplementedError


class MapSubject(Subject):
    """An activation, a layer or a model: y = f(x), followed by a model's activity penalties.

    Args:
        name: for the report.
        target: has `backward(dy, cache)` and, perhaps, weights and penalties.
        x: input array, or list of them.
        call: y from x and a cache.
        reset: called whenever state is put back.
    """

    def __init__(
        self, name: str, target: Any, x: Any, call: Callable[[Any, Cache], Array], reset: Reset
    ) -> None:
        self.many = isinstance(x, (list, tuple))
        arrays = list(x) if self.many else [x]
        names = [f"x[{i}]" for i in range(len(arrays))] if self.many else ["x"]
        variables = list(getattr(target, "trainable_weights", ()))
        inputs = dict(zip(names, arrays, strict=True))
        super().__init__(name, inputs, variables, remember(target, reset))
        self.target = target
        self.call = call

    def _output(self, inputs: dict[str, Array], cache: Cache) -> Array:
        arrays = list(inputs.values())
        return self.call(arrays if self.many else arrays[0], cache)

    def _penalties(self, cache: Cache) -> list[float]:
        if not hasattr(self.target, "penalties"):
            return []
        return [float(penalty) for penalty in self.target.penalties(cache)]

    def forward(self, inputs: dict[str, Array], cache: Cache) -> Array:
        """Return the elements of y, then the penalties."""
        y = self._output(inputs, cache)
        cache.gradcheck_shape = y.shape
        vector: Array = np.append(y.reshape(-1), self._penalties(cache))
        return vector

    def upstream(self, size: int, rng: np.random.Generator, cache: Cache) -> Array:
        """Return weights of both signs for y, none near 0 and no two alike, and 1 for penalties."""
        upstream: Array = rng.uniform(0.5, 1.5, size) * rng.choice([-1.0, 1.0], size)
        upstream[int(np.prod(cache.gradcheck_shape)) :] = 1.0
        return upstream

    def backward(self, upstream: Array, cache: Cache) -> dict[str, Array | None]:
        """Run the target's backward pass on dy."""
        shape = cache.gradcheck_shape
        dy = upstream[: int(np.prod(shape))].reshape(shape).copy()
        given = dy.copy()
        dx = self.target.backward(dy, cache)
        if not np.array_equal(dy, given):
            self.note("backward writes into dy, which belongs to its caller")
        return dict(zip(self.inputs, dx if self.many else [dx], strict=True))


class TrainingSubject(MapSubject):
    """A model with a loss: the total loss as `fit` computes it, all penalties included."""

    def __init__(
        self,
        name: str,
        model: Any,
        x: Any,
        call: Callable[[Any, Cache], Array],
        reset: Reset,
        loss: Any,
        y_true: Array,
    ) -> None:
        super().__init__(name, model, x, call, reset)
        self.loss = loss
        self.y_true = y_true
        self.regularized = [v for v in self.variables if v.regularizer is not None]

    def forward(self, inputs: dict[str, Array], cache: Cache) -> Array:
        """Return the total loss."""
        y_pred = self._output(inputs, cache)
        logits = self.target.logits(cache) if self.loss.uses_logits else None
        cache.gradcheck_logits = logits
        total = float(self.loss.forward(self.y_true, y_pred, cache.child("loss"), logits=logits))
        total += sum(self._penalties(cache))
        total += sum(float(v.regularizer(v.value)) for v in self.regularized)
        return np.array([total])

    def upstream(self, size: int, rng: np.random.Generator, cache: Cache) -> Array:
        """Return 1: f is the loss."""
        return np.ones(size)

    def backward(self, upstream: Array, cache: Cache) -> dict[str, Array | None]:
        """Go back through loss and model, from the logits where the loss was computed from them."""
        doutput = self.loss.backward(cache.child("loss"))
        if cache.gradcheck_logits is None:
            dx = self.target.backward(doutput, cache)
        else:
            self.target.plan_backward(cache)
            dx = self.target.backward_from_logits(doutput, cache)
        for variable in self.regularized:
            variable.add_grad(variable.regularizer.gradient, variable.value)
        return dict(zip(self.inputs, dx if self.many else [dx], strict=True))


class LossSubject(Subject):
    """A loss as a function of the predictions, or of the logits."""

    def __init__(
        self, loss: Any, y_true: Array, y_pred: Array, sample_weight: Any, from_logits: bool
    ) -> None:
        super().__init__(
            f"{type(loss).__name__} {loss.name!r}",
            {"logits" if from_logits else "y_pred": y_pred},
            [],
        )
        self.loss = loss
        self.y_true = y_true
        self.sample_weight = sample_weight
        self.from_logits = from_logits

    def forward(self, inputs: dict[str, Array], cache: Cache) -> Array:
        """Return the loss, or the losses where they are not reduced."""
        (output,) = inputs.values()
        logits = {"logits": output} if self.from_logits else {}
        value = self.loss.forward(self.y_true, output, cache, self.sample_weight, **logits)
        return np.array(value, dtype=np.float64).reshape(-1)

    def backward(self, upstream: Array, cache: Cache) -> dict[str, Array | None]:
        """Return the loss's gradient."""
        return dict.fromkeys(self.inputs, self.loss.backward(cache))


class RegularizerSubject(Subject):
    """A penalty as a function of the weights."""

    def __init__(self, regularizer: Any, w: Array) -> None:
        super().__init__(type(regularizer).__name__, {"w": w}, [])
        self.regularizer = regularizer

    def forward(self, inputs: dict[str, Array], cache: Cache) -> Array:
        """Return the penalty."""
        cache.w = inputs["w"]
        return np.array([float(self.regularizer(cache.w))])

    def backward(self, upstream: Array, cache: Cache) -> dict[str, Array | None]:
        """Return the gradient, having compared its two forms."""
        gradient = self.regularizer.gradient(cache.w)
        if not np.array_equal(gradient, self.regularizer.gradient(cache.w, np.empty_like(cache.w))):
            self.note("gradient(x, out) differs from gradient(x)")
        return {"w": gradient}
