"""One training step on a copy of a model, with everything that an explanation speaks of."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.errors import NotReadyError, ShapeError, closest_name
from nnscratch.lab.explaining.update import Before
from nnscratch.lab.recorder.calls import Call, calls_of, names_of_variables
from nnscratch.lab.recorder.keyframes import random_state_untouched
from nnscratch.training.data import Data
from nnscratch.typing import Array
from nnscratch.variable import Variable


@dataclass(frozen=True)
class Step:
    """What one training step of a model was.

    Attributes:
        model: the copy that took it.
        stepper: its training step; caches and gradients are those of the step.
        batch: the batch.
        calls: the calls of layers, in order.
        outputs: copies of the model's outputs.
        loss: the total loss before the update.
        name: path of the weight that is followed.
        index: the element of it.
        before: what the optimizer was about to use for it.
        after: its value after the update.
        weights: copies of all weights before it, by `id`.
    """

    model: Any
    stepper: Any
    batch: Data
    calls: list[Call]
    outputs: list[Array]
    loss: float
    name: str
    index: tuple[int, ...]
    before: Before
    after: Array
    weights: dict[int, Array]

    @property
    def variable(self) -> Variable:
        """The weight that is followed."""
        return self.before.variable

    @property
    def element(self) -> str:
        """Path and index, as in `dense/kernel[3, 7]`."""
        return f"{self.name}[{', '.join(map(str, self.index))}]" if self.index else self.name

    def owner(self) -> Call | None:
        """Return the first call of the layer whose weight is followed."""
        for call in self.calls:
            if any(v is self.variable for v in call.layer.weights):
                return call
        return None


def taken(
    model: Any, x: Any, y: Any, sample_weight: Any, class_weight: Any, wanted: str | None
) -> Step:
    """Take one training step on a copy of the model.

    Args:
        model: a compiled model, which stays as it is.
        x: inputs of one batch.
        y: its targets.
        sample_weight: weights of its rows.
        class_weight: weights of the classes.
        wanted: path of a weight, perhaps with an index; None for the first kernel.

    Raises:
        NotReadyError: the model is not compiled.
        ValueError: there is no such weight, or index.
    """
    if getattr(model, "_trainer", None) is None:
        raise NotReadyError("explain() needs a compiled model: call compile(optimizer=…, loss=…).")
    model._compiled("explain")
    with random_state_untouched():
        model = copy.deepcopy(model)
        stepper, data = model._step_for("explain", x, y, sample_weight, class_weight)
        stepper.reset()
        batch = model.as_batch(data)
        name, variable, index = _chosen(model, stepper, wanted)
        outputs = [output.copy() for output in stepper.forward(batch, training=True)]
        loss = float(np.sum(stepper.total))
        stepper.backward()
        if variable.grad is None:
            raise ValueError(f"The loss does not depend on {name}: it has no gradient.")
        if index is None:
            place = int(np.argmax(np.abs(variable.grad)))
            index = tuple(int(i) for i in np.unravel_index(place, variable.shape))
        before = _before(stepper, variable)
        weights = {id(v): v.numpy() for v in model.weights}
        stepper.optimizer.step(stepper.variables)
        calls = calls_of(stepper.run, stepper.cache)
        after = variable.numpy()
    return Step(model, stepper, batch, calls, outputs, loss, name, index, before, after, weights)


def _before(stepper: Any, variable: Variable) -> Before:
    optimizer = stepper.optimizer
    optimizer._ensure_built(stepper.variables)
    kept = {id(v): optimizer.slots_of(v) for v in stepper.variables}
    with_gradient = [v for v in stepper.variables if v.grad is not None]
    sums = [kept[id(v)].get("gradient_accumulator") for v in with_gradient]
    twin = copy.deepcopy(optimizer)
    return Before(
        twin,
        variable,
        variable.numpy(),
        {name: slot.numpy() for name, slot in kept[id(variable)].items()},
        np.array(variable.grad),
        [np.array(v.grad) for v in with_gradient],
        [None if a is None else a.numpy() for a in sums],
    )


def _chosen(
    model: Any, stepper: Any, wanted: str | None
) -> tuple[str, Variable, tuple[int, ...] | None]:
    trained = {id(v) for v in stepper.variables}
    named = {name: v for name, v in names_of_variables(model) if id(v) in trained}
    if not named:
        raise ValueError(f"Model {model.name!r} has no weight that is trained.")
    if wanted is None:
        first = next((n for n in named if n.endswith("kernel")), next(iter(named)))
        return first, named[first], None
    found = re.fullmatch(r"\s*([^\[\]]+?)\s*(?:\[([^\]]*)\])?\s*", wanted)
    path, inside = found.groups() if found else (wanted, None)
    names = [n for n in named if n == path] or [n for n in named if n.endswith(f"/{path}")]
    if len(names) != 1:
        near = closest_name(path, named)
        hint = f" Did you mean {near!r}?" if near else ""
        problem = "names several weights" if names else "names no weight that is trained"
        raise ValueError(f"{path!r} {problem}.{hint} There are: {', '.join(named)}.")
    variable = named[names[0]]
    return names[0], variable, None if inside is None else _index(inside, names[0], variable)


def _index(inside: str, name: str, variable: Variable) -> tuple[int, ...]:
    try:
        index = tuple(int(part) for part in inside.split(",") if part.strip())
        place = np.arange(variable.value.size).reshape(variable.shape)[index]
    except (ValueError, IndexError) as error:
        raise ShapeError(f"[{inside}] is no element of {name}, whose shape is {variable.shape}.") \
            from error  # fmt: skip
    if np.ndim(place):
        raise ShapeError(f"[{inside}] is no single element of {name}, shape {variable.shape}.")
    return tuple(int(i) for i in np.unravel_index(int(place), variable.shape))
