"""The optimizer base class: the arguments all optimizers share, and how they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.checks import check_number
from nnscratch.errors import NotReadyError, ShapeError
from nnscratch.naming import auto_name
from nnscratch.optimizers import schedules
from nnscratch.optimizers.arguments import (
    check_count,
    check_no_more,
    check_one_clipping,
    learning_rate_from,
)
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.optimizers.updating import Updates
from nnscratch.optimizers.weight_decay import Exclusions
from nnscratch.typing import Array, ArrayLike
from nnscratch.variable import Variable

Self = TypeVar("Self", bound="Optimizer")
SMALLEST = float(np.finfo(np.float32).tiny)


class Optimizer(Updates):
    """What turns gradients into new weights.

    A step goes: gradients ÷ loss scale → accumulation → clipping → weight decay → the rule →
    moving average of the weights → constraints → iteration + 1.

    A subclass gives its rule in one of two ways. As a function of one array, which runs over all
    weights at once: `create_slots`, `rule` and `scalars`, as in `SGD`. Or, as in Keras, as the
    update of one variable: `build`, if it keeps anything, and `update_step`.

    Args:
        learning_rate: η, a float, a `LearningRateSchedule`, or a function without arguments.
        weight_decay: λ; before each update w ← w − w·λ·η, apart from the gradient. None for none.
        clipnorm: longest norm of each variable's gradient; None or 0 for no limit.
        clipvalue: largest magnitude of an element of a gradient; None or 0 for no limit.
        global_clipnorm: longest norm of all gradients together; None or 0 for no limit.
        use_ema: whether to keep a moving average of the weights, w̄ ← μw̄ + (1−μ)w, which takes
            the place of the weights at the end of training.
        ema_momentum: μ in [0, 1].
        ema_overwrite_frequency: put the average in the weights' place every so many updates.
        loss_scale_factor: what the loss was multiplied by; gradients are divided by it.
        gradient_accumulation_steps: update once in so many steps, by the mean of their gradients.
        name: first part of the variables' paths; by default after the class.
        kwargs: nothing else is accepted.

    Raises:
        ValueError: an argument of the wrong type or out of range, two kinds of clipping, or an
            unknown argument, with the nearest one that exists.

    An optimizer of one's own:

    >>> class SignDescent(Optimizer):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         self.assign_sub(variable, learning_rate * np.sign(gradient))
    >>> w = Variable(np.array([1.0, 2.0]))
    >>> SignDescent(0.25).apply([[3.0, -7.0]], [w])
    >>> w.value.tolist()
    [0.75, 2.25]
    """

    def __init__(
        self,
        learning_rate: LearningRate,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        learning_rate = learning_rate_from(kwargs, learning_rate)
        check_no_more(type(self), kwargs)
        if weight_decay is not None:
            check_number("weight_decay", weight_decay, 0)
        check_one_clipping(clipnorm, clipvalue, global_clipnorm)
        check_number("ema_momentum", ema_momentum, 0, 1)
        check_count("ema_overwrite_frequency", ema_overwrite_frequency, 1)
        check_count("gradient_accumulation_steps", gradient_accumulation_steps, 2)
        if loss_scale_factor is not None:
            check_number("loss_scale_factor", loss_scale_factor, SMALLEST)
        super().__init__(auto_name(type(self).__name__) if name is None else name, learning_rate)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps

    def apply_gradients(self, grads_and_vars: Iterable[tuple[ArrayLike | None, Variable]]) -> Any:
        """Update variables, given as (gradient, variable) pairs; return the iteration counter."""
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])
        return self._iterations

    def apply(
        self,
        grads: Sequence[ArrayLike | None],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        """Update variables by the given gradients; nothing happens where there are none.

        Args:
            grads: one array for each variable, or None where it takes no part.
            trainable_variables: the variables; by default those of `build`. The first call builds
                the optimizer for them.

        Raises:
            ShapeError: a gradient does not fit its variable; nothing has changed then.
            ValueError: all gradients are None, their number is wrong, or a variable is unknown.
        """
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is None and not self.built:
            raise NotReadyError(
                "apply(grads) without variables needs a built optimizer: call "
                "build(trainable_variables) first, or apply(grads, trainable_variables)."
            )
        variables = list(trainable_variables or self._trainable_variables)
        if len(grads) != len(variables):
            raise ValueError(
                f"There must be one gradient for each variable. Received: {len(grads)} gradients "
                f"and {len(variables)} variables."
            )
        self._ensure_built(variables)
        arrays = [_fitting(gradient, v) for gradient, v in zip(grads, variables, strict=True)]
        for variable, array in zip(variables, arrays, strict=True):
            if array is None:
                variable.clear_grad()
            else:
                variable.set_grad(array)
        self.step(variables)

    def scale_loss(self, loss: Any) -> Any:
        """Return the loss times `loss_scale_factor`, whose gradients `apply` expects."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def exclude_from_weight_decay(
        self,
        var_list: Iterable[Variable] | None = None,
        var_names: Iterable[str] | None = None,
    ) -> None:
        """Say which variables weight decay leaves alone, in place of what was said before.

        Args:
            var_list: these very variables.
            var_names: regular expressions, searched for in each variable's path with `:0` behind
                it, as in Keras on TensorFlow: `["bias"]` excludes every `…/bias`, and so does
                `["bias:0$"]`, but `["bias$"]` excludes none. `Muon` searches in each variable's
                own name, as there.
        """
        self._exclusions = Exclusions(var_list, var_names, by_path=self._spares_by_path)
        self._made_engine = None

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Put the moving averages in the place of the weights, at the end of training.

        Args:
            var_list: the weights. They stay as they are without `use_ema`, or before any step.
        """
        if self.use_ema and int(self._iterations):
            self._check_variables_are_known(var_list)
            self._take_averages(var_list)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, with the present learning rate.

        Raises:
            ValueError: the learning rate is a function without a name.
        """
        return {
            "name": self.name,
            "learning_rate": self._learning_rate_config(),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(
        cls: type[Self],
        config: Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Self:
        """Make an optimizer from what `get_config` returned; its state starts anew.

        Args:
            config: the constructor's arguments.
            custom_objects: your own schedules and functions by name.
        """
        arguments = dict(config)
        if isinstance(arguments.get("learning_rate"), Mapping):
            rate = arguments["learning_rate"]
            arguments["learning_rate"] = schedules.deserialize(rate, custom_objects)
        return cls(**arguments)


def _fitting(gradient: ArrayLike | None, variable: Variable) -> Array | None:
    if gradient is None:
        return None
    array = as_numeric(gradient, f"gradient of {variable.path}")
    if array.shape != variable.shape:
        raise ShapeError(
            f"The gradient of variable {variable.path!r} must have its shape {variable.shape}. "
            f"Received: shape {array.shape}."
        )
    return array
