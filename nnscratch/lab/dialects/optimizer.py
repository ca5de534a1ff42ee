"""The dialect switch: an optimizer whose rule and numbers are those of another library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import optimizers
from nnscratch.checks import check_number
from nnscratch.errors import unknown_name
from nnscratch.initializers import Constant
from nnscratch.lab.dialects.forms import form
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.blocks import Rule, scalar
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.serialization import publish
from nnscratch.typing import Array
from nnscratch.variable import Variable

OPTIONS = (
    "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum",
    "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps", "name",
)  # fmt: skip
"""What every optimizer can do whatever its rule."""


class DialectOptimizer(Optimizer):
    """One of the rules as PyTorch, "Deep Learning from Scratch" or the paper writes it.

    Make it with `optimizer`. To load a saved model that was compiled with one, import
    `nnscratch.lab.dialects` first.

    Args:
        rule: name of the rule.
        dialect: who writes it.
        learning_rate: η, a float, schedule or function; the dialect's own by default.
        kwargs: the rule's other numbers, by Keras's names, and the options of `Optimizer`.

    Attributes:
        form: the equation, its source, the function of one array and the default numbers.
        numbers: the numbers in use, without the learning rate.

    Raises:
        ValueError: no such rule, dialect or argument, or a number out of range.
    """

    def __init__(
        self,
        rule: str,
        dialect: str,
        learning_rate: LearningRate | None = None,
        **kwargs: Any,
    ) -> None:
        self.form = form(rule, dialect)
        self._names = {"rule": rule, "dialect": dialect}
        defaults = dict(self.form.defaults)
        rate = defaults.pop("learning_rate")
        _check_arguments(rule, dialect, kwargs, list(defaults))
        self.numbers = {name: float(kwargs.pop(name, start)) for name, start in defaults.items()}
        for name, value in self.numbers.items():
            high = 1.0 if name in ("momentum", "rho", "beta_1", "beta_2") else math.inf
            check_number(name, value, 0, high, below_high=name.startswith("beta"))
        self.epsilon = self.numbers.get("epsilon")
        kwargs.setdefault("name", f"{rule}_{dialect}")
        super().__init__(rate if learning_rate is None else learning_rate, **kwargs)

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make what the rule keeps for each weight."""
        start = Constant(self.numbers.get("initial_accumulator_value", 0.0))
        return [self.add_optimizer_variables(variables, slot, start) for slot in self.form.slots]

    @property
    def rule(self) -> Rule:
        """The function of one array."""
        return self.form.rule

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Array]:
        """Return the rule's constants in the weights' dtype."""
        numbers = {**self.numbers, "learning_rate": learning_rate}
        constants = self.form.constants(numbers, int(self.iterations) + 1)
        return {name: scalar(value, dtype) for name, value in constants.items()}

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        del config["weight_decay"]
        return {**self._names, **config, **self.numbers}


publish("nnscratch.lab", {"DialectOptimizer": DialectOptimizer})


def optimizer(
    rule: str,
    dialect: str = "keras",
    learning_rate: LearningRate | None = None,
    **arguments: Any,
) -> Optimizer:
    """Return an optimizer whose formula *and* default numbers are those of a dialect.

    The switch is a function and no argument of the optimizers because a dialect differs in its
    default numbers too: `Adagrad(dialect="torch")` with Keras's signature would start h at 0.1.

    Args:
        rule: `"sgd"`, `"momentum"`, `"nesterov"`, `"adagrad"`, `"rmsprop"`, `"adam"`; in all but
            the book `"adadelta"`, `"adamax"` and `"nadam"`; in the dialect `"keras"` any optimizer
            by its name.
        dialect: `"keras"`; `"torch"`, PyTorch; `"dlfs"`, the book "Deep Learning from Scratch";
            `"paper"`, the publication that introduced the rule.
        learning_rate: η; the dialect's own by default.
        arguments: other numbers of the rule by Keras's names (`momentum`, `rho`, `beta_1`,
            `epsilon`, …), or options every optimizer has (`clipnorm`, `use_ema`, …).

    Returns:
        An optimizer for `compile`, `apply` and all else optimizers are used for.

    Raises:
        ValueError: no such rule, dialect or argument.

    Source: `dialect_table` lists every equation with its source.

    The same gradient, the same learning rate, Keras's and PyTorch's first step of Adam:

    >>> for dialect in ("keras", "torch"):
    ...     w = Variable(np.array([0.0]))
    ...     optimizer("adam", dialect, learning_rate=1.0).apply([[1e-8]], [w])
    ...     print(round(float(w[0]), 4))
    -0.0032
    -0.5
    """
    if dialect != "keras":
        return DialectOptimizer(rule, dialect, learning_rate, **arguments)
    if learning_rate is not None:
        arguments["learning_rate"] = learning_rate
    if rule in ("momentum", "nesterov"):
        arguments.setdefault("momentum", 0.9)
        return optimizers.SGD(nesterov=rule == "nesterov", **arguments)
    return optimizers.deserialize({"class_name": rule, "config": arguments})


def _check_arguments(rule: str, dialect: str, given: dict[str, Any], numbers: list[str]) -> None:
    if given.get("weight_decay") is not None:
        raise ValueError(
            f"`weight_decay` is no part of the dialect {dialect!r}: there it means λw added to "
            "the gradient. Give the layers kernel_regularizer=L2(λ/2), whose gradient is λw (and "
            "bias_regularizer=L2(λ/2) for PyTorch, which decays biases too). Received: "
            f"weight_decay={given['weight_decay']!r}"
        )
    given.pop("weight_decay", None)
    known = [*numbers, *OPTIONS]
    for name in given:
        if name not in known:
            raise unknown_name(f"argument of {rule!r} in the dialect {dialect!r}", name, known)
