"""Sabotages of activations, initializers and penalties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from parity.sabotage.table import Change, around, module, sabotage

RECTIFIERS, GATES = module("activations.rectifiers"), module("activations.gates")
HARD = module("activations.hard")
SCALING, RANDOM = module("initializers.variance_scaling"), module("random")
NORMS, STEPPER = module("regularizers.norms"), module("training.step").Stepper
GRAPH = module("models").Graph


@sabotage("relu-slope-one-at-zero", "activation-conventions", "function/relu")
def relu_at_zero() -> Sequence[Change]:
    """The derivative of relu at 0 is 1."""

    def wrapper(original: Any) -> Any:
        def backward(self: Any, da: Any, cache: Any) -> Any:
            if self._rule() is not None:
                return original(self, da, cache)
            return da * (cache.z >= 0)

        return backward

    return [around(RECTIFIERS.Relu, "backward", wrapper)]


@sabotage("leaky-slope-of-pytorch", "activation-conventions", "function/leaky_relu")
def leaky_slope() -> Sequence[Change]:
    """leaky_relu falls by 0.01 by default, not by 0.2."""
    leaky = RECTIFIERS.LeakyRelu(0.01)

    def value(original: Any) -> Any:
        return lambda self, z, out: original(leaky, z, out)

    def slope(original: Any) -> Any:
        return lambda self, z, a, out: original(leaky, z, a, out)

    cls = RECTIFIERS.LeakyRelu
    return [around(cls, "value", value), around(cls, "slope", slope)]


@sabotage("gelu-by-tanh", "activation-conventions", "function/gelu", "activation/gelu")
def gelu_by_tanh() -> Sequence[Change]:
    """Gelu is the tanh approximation by default, as in the first GPTs."""

    def wrapper(original: Any) -> Any:
        return lambda self, z, cache: original(GATES.Gelu(True), z, cache)

    def wrapper_backward(original: Any) -> Any:
        return lambda self, da, cache: original(GATES.Gelu(True), da, cache)

    return [
        around(GATES.Gelu, "forward", wrapper),
        around(GATES.Gelu, "backward", wrapper_backward),
    ]


@sabotage("hard-sigmoid-of-keras-2", "activation-conventions", "function/hard_sigmoid")
def hard_sigmoid_old() -> Sequence[Change]:
    """hard_sigmoid rises by 0.2, as it did in Keras 2."""

    def value(self: Any, z: Any, out: Any) -> None:
        np.clip(0.2 * z + 0.5, 0.0, 1.0, out=out)

    return [Change(HARD.HardSigmoid, "value", value)]


@sabotage("normal-not-truncated", "initializer/truncated_normal", "initializer/he_normal")
def normal_not_truncated() -> Sequence[Change]:
    """Truncated normal numbers have tails beyond two standard deviations."""
    return [Change(RANDOM, "truncated_normal", RANDOM.normal)]


@sabotage("truncation-not-made-up-for", "initializer/he_normal", "initializer/glorot_normal")
def truncation_not_corrected() -> Sequence[Change]:
    """A truncated normal is not widened by 1/0.8796 to have the variance that was asked for."""
    return [Change(SCALING, "TRUNCATED_STDDEV", 1.0)]


@sabotage("fans-swapped", "initializer/he_uniform", "initializer/lecun_normal")
def fans_swapped() -> Sequence[Change]:
    """Inputs are counted as outputs."""

    def wrapper(original: Any) -> Any:
        return lambda *args, **kwargs: original(*args, **kwargs)[::-1]

    return [around(SCALING, "compute_fans", wrapper)]


@sabotage("l2-halved", "l2-in-evaluate-and-step", "regularizer/l2", "penalty/l2")
def l2_halved() -> Sequence[Change]:
    """The L2 penalty is ½λΣw², as in the textbooks."""

    def call(original: Any) -> Any:
        return lambda self, x: original(self, x) * x.dtype.type(0.5)

    def gradient(original: Any) -> Any:
        return lambda self, x, out=None: np.multiply(original(self, x), 0.5, out=out)

    return [around(NORMS.L2, "__call__", call), around(NORMS.L2, "gradient", gradient)]


@sabotage("l2-gradient-without-two", "l2-in-evaluate-and-step", "penalty/l2")
def l2_gradient() -> Sequence[Change]:
    """The penalty is λΣw², but its gradient λw."""

    def gradient(original: Any) -> Any:
        return lambda self, x, out=None: np.multiply(original(self, x), 0.5, out=out)

    return [around(NORMS.L2, "gradient", gradient)]


@sabotage("l1-slope-at-zero", "penalty/bn")
def l1_at_zero() -> Sequence[Change]:
    """The derivative of |w| at 0 is 1."""

    def gradient(self: Any, x: Any, out: Any = None) -> Any:
        return np.multiply(np.where(x >= 0, 1.0, -1.0).astype(x.dtype), self.l1, out=out)

    return [Change(NORMS.L1, "gradient", gradient)]


@sabotage("penalty-missing-in-evaluate", "l2-in-evaluate-and-step", "penalty/l2")
def penalty_not_evaluated() -> Sequence[Change]:
    """Penalties on weights are left out of the loss in inference."""

    def leaving_out(original: Any, training: Callable[..., bool]) -> Any:
        def run(self: Any, *args: Any, **options: Any) -> Any:
            kept = self.regularized
            self.regularized = kept if training(*args, **options) else []
            try:
                return original(self, *args, **options)
            finally:
                self.regularized = kept

        return run

    return [
        around(STEPPER, "forward", lambda f: leaving_out(f, lambda batch, training: training)),
        around(STEPPER, "test_lot", lambda f: leaving_out(f, lambda *lot: False)),
    ]


@sabotage("penalty-averaged", "penalty/l2", "regularizer/l2")
def penalty_averaged() -> Sequence[Change]:
    """A penalty is the mean over the weights, not the sum."""

    def call(original: Any) -> Any:
        return lambda self, x: original(self, x) / x.dtype.type(x.size)

    return [around(NORMS.L2, "__call__", call)]


@sabotage("activity-not-averaged", "penalty/activity")
def activity_not_averaged() -> Sequence[Change]:
    """The penalty on activities is the sum over the batch, not the mean."""

    def wrapper(original: Any) -> Any:
        def penalties(self: Any, cache: Any) -> Any:
            return [p * len(cache.values[0]) for p in original(self, cache)]

        return penalties

    return [around(GRAPH, "penalties", wrapper)]
