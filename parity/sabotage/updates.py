"""Sabotages of what every optimizer does around its rule: clipping, decay, averages, sums."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from parity.sabotage.table import Change, around, module, sabotage

ENGINE, UPDATING = module("optimizers.engine"), module("optimizers.updating")
EXCLUSIONS = module("optimizers.weight_decay").Exclusions


@sabotage("clipnorm-of-all-together", "clipnorm-per-variable", "rule/clipnorm", "option/clipnorm")
def clipnorm_global() -> Sequence[Change]:
    """`clipnorm` looks at the joint norm of all gradients."""

    def wrapper(original: Any) -> Any:
        def clip(lanes: Any, clipnorm: Any, clipvalue: Any, global_clipnorm: Any) -> None:
            original(lanes, None, clipvalue, clipnorm or global_clipnorm)

        return clip

    return [Change(UPDATING, "clip", wrapper(ENGINE.clip))]


@sabotage("global-clip-of-each", "rule/global-clipnorm", "option/global-clipnorm")
def global_clip_of_each() -> Sequence[Change]:
    """`global_clipnorm` looks at each variable alone."""

    def wrapper(original: Any) -> Any:
        def clip(lanes: Any, clipnorm: Any, clipvalue: Any, global_clipnorm: Any) -> None:
            original(lanes, clipnorm or global_clipnorm, clipvalue, None)

        return clip

    return [Change(UPDATING, "clip", wrapper(ENGINE.clip))]


@sabotage("global-clip-with-a-margin", "rule/global-clipnorm", "option/global-clipnorm")
def global_clip_margin() -> Sequence[Change]:
    """The joint norm is 1e-6 larger than it is, as in PyTorch."""

    def clip(gradients: Any, vectors: Any, limit: float) -> None:
        norm = np.sqrt(sum(float(np.sum(g * g)) for g in vectors))
        for g in vectors:
            g *= g.dtype.type(min(1.0, limit / (norm + 1e-6)))

    return [Change(ENGINE, "clip_by_global_norm", clip)]


@sabotage("clipvalue-above-only", "rule/clipvalue", "option/clipvalue")
def clip_above() -> Sequence[Change]:
    """`clipvalue` bounds gradients from above only."""

    def clip(gradient: Any, limit: float) -> None:
        np.minimum(gradient, limit, out=gradient)

    return [Change(ENGINE, "clip_by_value", clip)]


@sabotage("decay-after-the-update", "rule/weight-decay", "decay-before-the-update")
def decay_after() -> Sequence[Change]:
    """Weights decay after the step instead of before it."""

    def wrapper(original: Any) -> Any:
        def update(self: Any, lanes: Any, variables: Any, learning_rate: float) -> None:
            original(self, lanes, variables, learning_rate)
            decay(self, lanes, learning_rate)

        return update

    decay = UPDATING.Updates._decay
    return [
        around(UPDATING.Updates, "_update", wrapper),
        Change(UPDATING.Updates, "_decay", lambda self, lanes, learning_rate: None),
    ]


@sabotage("decay-in-the-gradient", "rule/weight-decay-adam", "option/weight-decay-adam")
def decay_coupled() -> Sequence[Change]:
    """Weight decay is added to the gradient, as an L2 penalty would be."""

    def wrapper(original: Any) -> Any:
        def update(self: Any, lanes: Any, variables: Any, learning_rate: float) -> None:
            for variable in variables:
                if self.weight_decay and not self._exclusions.hold(variable):
                    variable.grad[...] += variable.value * self.weight_decay
            original(self, lanes, variables, learning_rate)

        return update

    return [
        around(UPDATING.Updates, "_update", wrapper),
        Change(UPDATING.Updates, "_decay", lambda self, lanes, learning_rate: None),
    ]


@sabotage("decay-without-the-rate", "rule/weight-decay", "decay-before-the-update")
def decay_bare() -> Sequence[Change]:
    """Weights decay by λ alone, not by λ times the learning rate."""

    def wrapper(original: Any) -> Any:
        return lambda self, lanes, learning_rate: original(self, lanes, 1.0)

    return [around(UPDATING.Updates, "_decay", wrapper)]


@sabotage("excluded-variables-decay", "decay-before-the-update")
def exclusions_ignored() -> Sequence[Change]:
    """Weight decay reaches the variables that were excluded from it."""
    return [Change(EXCLUSIONS, "hold", lambda self, variable: False)]


@sabotage("muon-spares-by-path", "decay-spares-by-path-or-name")
def patterns_searched_in_paths() -> Sequence[Change]:
    """Muon searches what it does not decay in the paths of variables, as other optimizers do."""
    return [Change(module("optimizers").Muon, "_spares_by_path", True)]


@sabotage("average-starts-at-zero", "rule/ema", "option/ema")
def average_from_zero() -> Sequence[Change]:
    """The moving average of the weights does not start at the weights."""

    def wrapper(original: Any) -> Any:
        return lambda dtype, momentum, first: original(dtype, momentum, first=False)

    return [around(UPDATING, "averaging_scalars", wrapper)]


@sabotage("average-never-taken", "rule/ema-overwrite", "option/ema-overwrite")
def average_never_taken() -> Sequence[Change]:
    """`ema_overwrite_frequency` does not put the average in the weights' place."""
    return [Change(UPDATING.Updates, "_take_averages", lambda self, variables: None)]


@sabotage("accumulated-sum", "rule/accumulation", "option/accumulation-clip")
def accumulated_sum() -> Sequence[Change]:
    """Accumulated gradients are added up, not averaged."""

    def wrapper(original: Any) -> Any:
        def accumulate(self: Any, lanes: Any, steps: int, updates: bool) -> None:
            original(self, lanes, steps, updates)
            if updates:
                for lane in lanes:
                    lane.g *= steps

        return accumulate

    return [around(UPDATING.Updates, "_accumulate", wrapper)]


@sabotage("loss-scale-left-in", "rule/loss-scale", "option/loss-scale")
def loss_scale_left() -> Sequence[Change]:
    """Gradients are not divided by the loss scale."""

    def wrapper(original: Any) -> Any:
        def run(self: Any, variables: Any) -> None:
            factor, self.loss_scale_factor = self.loss_scale_factor, None
            try:
                original(self, variables)
            finally:
                self.loss_scale_factor = factor

        return run

    return [around(UPDATING.Updates, "_run", wrapper)]


@sabotage("constraints-skipped", "constraint/max-norm", "constraint/non-neg")
def constraints_skipped() -> Sequence[Change]:
    """Weights are not projected after the update."""

    def wrapper(original: Any) -> Any:
        def run(self: Any, variables: Any) -> None:
            kept = [variable.constraint for variable in variables]
            for variable in variables:
                variable.constraint = None
            try:
                original(self, variables)
            finally:
                for variable, constraint in zip(variables, kept, strict=True):
                    variable.constraint = constraint

        return run

    return [around(UPDATING.Updates, "_run", wrapper)]


@sabotage(
    "constants-not-rounded", "rule/sgd-momentum", "rule/adam", "penalty/l2", "rule/weight-decay"
)
def constants_not_rounded() -> Sequence[Change]:
    """Constants that Keras rounds to float32 keep all their digits in float64."""
    users = [
        found
        for name, found in sorted(sys.modules.items())
        if name.startswith("nnscratch.") and hasattr(found, "through_float32")
    ]
    return [Change(found, "through_float32", float) for found in users]
