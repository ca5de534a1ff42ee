"""One run of the user's model with something about it changed, and the numbers it leaves."""

from __future__ import annotations

import copy
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from nnscratch.callbacks import Callback
from nnscratch.lab.differences.numbers import END, Numbers
from nnscratch.lab.recorder.keyframes import random_state_untouched
from nnscratch.layers import Layer
from nnscratch.losses import Loss, LossFunctionWrapper
from nnscratch.typing import Array

T = TypeVar("T")


def vary(thing: Any, **changes: Callable[[Callable[..., Any]], Any]) -> None:
    """Make one object behave otherwise, and no other of its class.

    The object gets a class of its own, a subclass of the one it had.

    Args:
        thing: the object.
        changes: by name of a method, a function that takes the original method (a function of
            `self` and the arguments) and returns the one to take its place, or a property.

    >>> class Dog:
    ...     def says(self):
    ...         return "woof"
    >>> loud, plain = Dog(), Dog()
    >>> vary(loud, says=lambda original: lambda self: original(self).upper())
    >>> loud.says(), plain.says()
    ('WOOF', 'woof')
    """
    cls = type(thing)
    made: dict[str, Any] = {name: change(getattr(cls, name)) for name, change in changes.items()}
    made |= {"__module__": cls.__module__, "_varied": True}
    object.__setattr__(
        thing,
        "__class__",
        types.new_class(cls.__name__, (cls,), exec_body=lambda body: body.update(made)),
    )


class Trial:
    """A copy of the user's model, about to be trained as the user trained it.

    Args:
        model: compiled model at its start; it is copied.
        x: inputs.
        y: targets.
        fit: further arguments of `fit`.

    Attributes:
        model: the copy.
        x: inputs.
        y: targets.
        fit: further arguments of `fit`.
    """

    def __init__(self, model: Any, x: Any, y: Any, fit: Mapping[str, Any]) -> None:
        self.model = copy.deepcopy(model)
        self.x, self.y, self.fit = x, y, dict(fit)
        if "callbacks" in self.fit:
            self.fit["callbacks"] = copy.deepcopy(self.fit["callbacks"])
        self.trainer.ready(self.trainer.check(x, y, self.fit.get("sample_weight")))
        for term in self.stepper.objective.terms:
            if isinstance(term.loss, LossFunctionWrapper):  # the class behind a name
                term.loss = term.loss._rule or term.loss

    @property
    def trainer(self) -> Any:
        """The compiled side of the model."""
        return self.model._trainer

    @property
    def stepper(self) -> Any:
        """The training step."""
        return self.trainer.step

    @property
    def optimizer(self) -> Any:
        """The optimizer, whose slots have been made."""
        return self.trainer.optimizer

    @property
    def losses(self) -> list[Loss]:
        """The loss of each output."""
        return [term.loss for term in self.stepper.objective.terms]

    def of_type(self, cls: type[T]) -> list[T]:
        """Return the model's layers of a class, those inside of other layers too."""
        return [layer for layer in _layers(self.model) if isinstance(layer, cls)]

    @property
    def layers(self) -> list[Layer]:
        """All layers that are no models."""
        return self.of_type(Layer)

    def use_optimizer(self, optimizer: Any) -> None:
        """Put an optimizer in the place of the present one."""
        kept = self.optimizer._exclusions
        self.model.optimizer = self.trainer.optimizer = self.stepper.optimizer = optimizer
        optimizer._exclusions = kept
        optimizer.build(self.model.trainable_weights)

    def remake_optimizer(self, **changes: Any) -> None:
        """Put an optimizer of the same class and other arguments in the present one's place.

        What was varied about it stays so, unless the new one keeps other slots.
        """
        present = self.optimizer
        arguments = {**present.get_config(), **changes}
        self.use_optimizer(type(present).from_config(arguments))
        if len(self.optimizer._rule_slots) != len(present._rule_slots):
            self.use_optimizer(_class_before(present).from_config(arguments))

    @property
    def batch_size(self) -> int:
        """Rows per batch."""
        return int(self.fit.get("batch_size") or 32)

    def run(self, wanted: Numbers) -> Numbers:
        """Train, and return the numbers that the other run gave.

        Args:
            wanted: the other run's numbers.
        """
        watch = _Watch(wanted)
        callbacks = [*_listed(self.fit.get("callbacks")), watch]
        arguments = {**self.fit, "callbacks": callbacks, "verbose": 0}
        with random_state_untouched(), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            history = self.model.fit(self.x, self.y, **arguments).history
        weights = dict(watch.weights)
        if END in wanted.weights:
            weights[END] = self.model.get_weights()
        found = {name: [float(v) for v in history.get(name, [])] for name in wanted.history}
        return Numbers(weights, found)


class _Watch(Callback):
    """Copies the weights after the steps asked for, and stops the run when nothing is left."""

    def __init__(self, wanted: Numbers) -> None:
        super().__init__()
        self.weights: dict[int, list[Array]] = {}
        self.steps = {step for step in wanted.weights if step != END}
        rows = max((len(values) for values in wanted.history.values()), default=0)
        self.epochs = None if END in wanted.weights else rows
        self.step = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Copy the weights, if this step is one of those."""
        self.step += 1
        if self.step in self.steps:
            self.weights[self.step] = self.model.get_weights()
        if self.epochs == 0 and self.step >= max(self.steps):
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Stop after the last epoch that was told of, unless a later step was."""
        if self.epochs is None or epoch + 1 < self.epochs:
            return
        if self.step >= max(self.steps, default=0):
            self.model.stop_training = True


def _class_before(thing: Any) -> Any:
    """Return the class that an object had before it was varied."""
    return next(cls for cls in type(thing).__mro__ if "_varied" not in vars(cls))


def _listed(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]


def _layers(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _layers(layer)
        else:
            yield layer
