"""What every optimizer does around its rule: clipping, accumulation, averages, loss scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.optimizers.averaging import averaging_scalars
from nnscratch.optimizers.clipping import clip_by_value

LIMITS = ("clipnorm", "global_clipnorm", "clipvalue")


def _limit(trial: Trial) -> tuple[str, float] | None:
    for name in LIMITS:
        value = getattr(trial.optimizer, name)
        if value:
            return name, float(value)
    return None


def _clip_as(trial: Trial, name: str | None, value: float | None = None) -> None:
    for limit in LIMITS:
        setattr(trial.optimizer, limit, value if limit == name else None)


def _clip_by(trial: Trial, clip: Any) -> None:
    """Clip in a way of one's own where the optimizer would: before weight decay."""
    _clip_as(trial, None)

    def wrapper(original: Any) -> Any:
        def decay(self: Any, lanes: Any, learning_rate: float) -> None:
            clip(lanes)
            original(self, lanes, learning_rate)

        return decay

    vary(trial.optimizer, _decay=wrapper)


@cause("gradients not clipped", "The limit on the gradients does nothing.", "weights")
def not_clipped(trial: Trial) -> bool:
    """Take the limit away."""
    if _limit(trial) is None:
        return False
    _clip_as(trial, None)
    return True


@cause(
    "clipped by the joint norm",
    "The norm is that of all gradients together (`global_clipnorm`), not that of each variable.",
    "weights",
)
def clip_together(trial: Trial) -> bool:
    """Turn `clipnorm` into `global_clipnorm`."""
    found = _limit(trial)
    if found is None or found[0] == "global_clipnorm":
        return False
    _clip_as(trial, "global_clipnorm", found[1])
    return True


@cause(
    "clipped variable by variable",
    "The norm is that of each variable's gradient alone (`clipnorm`), not that of all together.",
    "weights",
)
def clip_apart(trial: Trial) -> bool:
    """Turn `global_clipnorm` into `clipnorm`."""
    found = _limit(trial)
    if found is None or found[0] == "clipnorm":
        return False
    _clip_as(trial, "clipnorm", found[1])
    return True


@cause(
    "clipped element by element",
    "Each element is bounded (`clipvalue`), not the norm.",
    "weights",
)
def clip_elements(trial: Trial) -> bool:
    """Turn a limit on norms into `clipvalue`."""
    found = _limit(trial)
    if found is None or found[0] == "clipvalue":
        return False
    _clip_as(trial, "clipvalue", found[1])
    return True


@cause(
    "norm clipped with a margin of 1e-6",
    "The norm is taken to be 1e-6 larger than it is, as in PyTorch's `clip_grad_norm_`.",
    "weights, by about 1e-6",
)
def clip_margin(trial: Trial) -> bool:
    """Clip by the joint norm, with the margin."""
    found = _limit(trial)
    if found is None or found[0] != "global_clipnorm":
        return False
    limit = found[1]

    def clip(lanes: Any) -> None:
        norm = np.sqrt(sum(float(np.sum(np.square(lane.g, dtype=np.float64))) for lane in lanes))
        for lane in lanes:
            lane.g *= lane.dtype.type(min(1.0, limit / (norm + 1e-6)))

    _clip_by(trial, clip)
    return True


@cause(
    "clipvalue bounds one side",
    "Elements are bounded from above only.",
    "weights",
)
def clip_above(trial: Trial) -> bool:
    """Take the smaller of the gradient and the limit."""
    found = _limit(trial)
    if found is None or found[0] != "clipvalue":
        return False
    limit = found[1]

    def clip(lanes: Any) -> None:
        for lane in lanes:
            np.minimum(lane.g, lane.dtype.type(limit), out=lane.g)

    _clip_by(trial, clip)
    return True


@cause(
    "clipvalue and then the norm",
    "Both kinds of clipping act one after the other: elements at the limit, then the norm.",
    "weights",
)
def clip_twice(trial: Trial) -> bool:
    """Clip elements by the limit first, then norms."""
    found = _limit(trial)
    if found is None or found[0] == "clipvalue":
        return False
    limit = found[1]

    def wrapper(original: Any) -> Any:
        def run(self: Any, variables: Any) -> None:
            for variable in variables:
                clip_by_value(variable.grad, limit)
            original(self, variables)

        return run

    vary(trial.optimizer, _run=wrapper)
    return True


@cause(
    "accumulated gradients summed",
    "Gradients that are accumulated over steps are added up, not averaged.",
    "weights",
)
def accumulated_sum(trial: Trial) -> bool:
    """Multiply the mean by the number of steps."""
    if not trial.optimizer.gradient_accumulation_steps:
        return False

    def wrapper(original: Any) -> Any:
        def accumulate(self: Any, lanes: Any, steps: int, updates: bool) -> None:
            original(self, lanes, steps, updates)
            if updates:
                for lane in lanes:
                    lane.g *= lane.dtype.type(steps)

        return accumulate

    vary(trial.optimizer, _accumulate=wrapper)
    return True


@cause(
    "gradients accumulated over {} steps",
    "Updates are made every so many steps.",
    "weights",
    (1, 2, 4, 8),
)
def accumulation(trial: Trial, steps: int) -> bool:
    """Set the number of steps that make up one update; 1 is none."""
    present = trial.optimizer.gradient_accumulation_steps or 1
    if present == steps:
        return False
    trial.remake_optimizer(gradient_accumulation_steps=None if steps == 1 else steps)
    return True


@cause(
    "loss scale left in",
    "Gradients are not divided by the factor that the loss was multiplied by.",
    "weights",
)
def loss_scale(trial: Trial) -> bool:
    """Update by the scaled gradients."""
    if not trial.optimizer.loss_scale_factor:
        return False

    def wrapper(original: Any) -> Any:
        def run(self: Any, variables: Any) -> None:
            factor, self.loss_scale_factor = self.loss_scale_factor, None
            try:
                original(self, variables)
            finally:
                self.loss_scale_factor = factor

        return run

    vary(trial.optimizer, _run=wrapper)
    return True


@cause(
    "moving average of weights starts at zero",
    "The average that `use_ema` keeps does not start at the weights.",
    "weights, once the average is taken",
)
def average_from_zero(trial: Trial) -> bool:
    """Let the first average be (1 − μ)·w."""
    if not trial.optimizer.use_ema:
        return False

    def average(self: Any) -> None:
        updates = int(self.iterations)
        self._engine.average(lambda dtype: averaging_scalars(dtype, self.ema_momentum, False))
        every = self.ema_overwrite_frequency
        if every and (updates + 1) % every == 0:
            self._take_averages(self._trainable_variables)

    vary(trial.optimizer, _average=lambda original: average)
    return True


@cause(
    "moving average of weights not taken",
    "The average is kept (or not even that) but never put in the weights' place.",
    "weights",
)
def average_not_taken(trial: Trial) -> bool:
    """Leave the weights as they are."""
    if not trial.optimizer.use_ema:
        return False
    vary(trial.optimizer, _take_averages=lambda original: lambda self, variables: None)
    return True


@cause(
    "constraints not applied",
    "Weights are not projected after the update.",
    "weights",
)
def constraints_skipped(trial: Trial) -> bool:
    """Forget the constraints."""
    held = [v for v in trial.model.trainable_weights if v.constraint is not None]
    for variable in held:
        variable.constraint = None
    return bool(held)
