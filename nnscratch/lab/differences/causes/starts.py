"""Where training starts: initializers, their fans and their tails, and the float type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch import initializers, random
from nnscratch.initializers.base import RandomInitializer
from nnscratch.initializers.variance_scaling import (
    TRUNCATED_STDDEV,
    VarianceScaling,
    compute_fans,
)
from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial
from nnscratch.typing import Array
from nnscratch.variable import Variable

Redraw = Callable[[Any, tuple[int, ...], Array], "Array | None"]


def _kernels(trial: Trial) -> list[tuple[Variable, Any]]:
    """Return the kernels that are as their initializers draw them, each with its initializer."""
    found = []
    for layer in trial.layers:
        kernel = getattr(layer, "kernel", None)
        rule = getattr(layer, "kernel_initializer", None)
        if kernel is None or not isinstance(rule, RandomInitializer):
            continue
        if isinstance(rule.seed, int) and np.array_equal(_drawn(rule, kernel), kernel.numpy()):
            found.append((kernel, rule))
    return found


def _drawn(rule: Any, kernel: Variable) -> Array:
    return np.asarray(rule(tuple(kernel.shape), kernel.dtype))


def _redraw(trial: Trial, new: Callable[[Any, Variable], Any]) -> bool:
    """Start kernels anew.

    Args:
        trial: the trial.
        new: takes a kernel's initializer and the kernel, and returns its values, or None.
    """
    changed = False
    for kernel, rule in _kernels(trial):
        values = new(rule, kernel)
        if values is not None and not np.array_equal(values, kernel.numpy()):
            kernel.assign(np.asarray(values, kernel.dtype))
            changed = True
    return changed


@cause(
    "initializer: {}",
    "Kernels start by another law, from the same seed.",
    "all weights, before the first step",
    (
        *("glorot_uniform", "he_normal", "he_uniform", "glorot_normal", "lecun_normal"),
        *("lecun_uniform", "random_normal", "random_uniform", "truncated_normal", "zeros", "ones"),
    ),
)
def other_law(trial: Trial, name: str) -> bool:
    """Draw kernels by another initializer."""

    def new(rule: Any, kernel: Variable) -> Any:
        made: Any = initializers.get(name)
        if hasattr(made, "seed"):
            made.seed = rule.seed
        return _drawn(made, kernel)

    return _redraw(trial, new)


@cause(
    "initializer: inputs and outputs exchanged",
    "The number of inputs is taken for that of outputs, as where kernels are kept transposed.",
    "all weights, before the first step",
)
def fans_swapped(trial: Trial) -> bool:
    """Scale kernels as if they were transposed."""

    def new(rule: Any, kernel: Variable) -> Any:
        if not isinstance(rule, VarianceScaling) or rule.mode == "fan_avg":
            return None
        fan_in, fan_out = compute_fans(tuple(kernel.shape))
        ratio = fan_in / fan_out if rule.mode == "fan_in" else fan_out / fan_in
        return kernel.numpy() * np.sqrt(ratio)

    return _redraw(trial, new)


@cause(
    "initializer: kernel drawn transposed",
    "The numbers are drawn in the shape (outputs, inputs) and turned round, as PyTorch keeps them.",
    "all weights, before the first step",
)
def transposed(trial: Trial) -> bool:
    """Draw in the other order."""

    def new(rule: Any, kernel: Variable) -> Any:
        if len(kernel.shape) != 2:
            return None
        return np.asarray(rule(tuple(kernel.shape)[::-1], kernel.dtype)).T

    return _redraw(trial, new)


@cause(
    "initializer: normal not truncated",
    "Truncated normal numbers have tails beyond two standard deviations.",
    "all weights, before the first step",
)
def not_truncated(trial: Trial) -> bool:
    """Draw from the whole normal distribution."""

    def new(rule: Any, kernel: Variable) -> Any:
        shape = tuple(kernel.shape)
        if isinstance(rule, initializers.TruncatedNormal):
            return random.normal(shape, rule.mean, rule.stddev, kernel.dtype, rule.seed)
        if isinstance(rule, VarianceScaling) and rule.distribution == "truncated_normal":
            stddev = _stddev(rule, shape) / TRUNCATED_STDDEV
            return random.normal(shape, 0.0, stddev, kernel.dtype, rule.seed)
        return None

    return _redraw(trial, new)


def _stddev(rule: VarianceScaling, shape: tuple[int, ...]) -> float:
    fan_in, fan_out = compute_fans(shape)
    n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[rule.mode]
    return float(np.sqrt(rule.scale / max(1.0, n)))


@cause(
    "initializer: truncation not made up for",
    "A truncated normal is not widened by 1/0.8796 to have the variance that was asked for.",
    "all weights, before the first step",
)
def truncation(trial: Trial) -> bool:
    """Shrink the kernels by 0.8796."""

    def new(rule: Any, kernel: Variable) -> Any:
        if isinstance(rule, VarianceScaling) and rule.distribution == "truncated_normal":
            return kernel.numpy() * TRUNCATED_STDDEV
        return None

    return _redraw(trial, new)


@cause(
    "initializer: seed {}",
    "Kernels are drawn from another seed.",
    "all weights, before the first step",
    (0, 1, 42, 123),
)
def seed(trial: Trial, value: int) -> bool:
    """Draw every kernel from one seed."""

    def new(rule: Any, kernel: Variable) -> Any:
        made = type(rule).from_config({**rule.get_config(), "seed": value})
        return _drawn(made, kernel)

    return _redraw(trial, new)


@cause(
    "initializer: other numbers at every call",
    "An initializer draws other numbers at every call; in Keras 3 one without a generator returns "
    "the same ones, so that layers which share it start alike.",
    "all weights, before the first step",
)
def draws_on(trial: Trial) -> bool:
    """Let every initializer go on where its last draw ended."""
    made: dict[int, Any] = {}

    def new(rule: Any, kernel: Variable) -> Any:
        if id(rule) not in made:
            stream = random.SeedGenerator(rule.seed)
            made[id(rule)] = type(rule).from_config({**rule.get_config(), "seed": None})
            made[id(rule)].seed = stream
        return _drawn(made[id(rule)], kernel)

    return _redraw(trial, new)


@cause(
    "biases start at {}",
    "Biases start elsewhere; Keras starts them at 0.",
    "biases, before the first step",
    (0.01, 0.1, 1.0),
)
def bias_start(trial: Trial, value: float) -> bool:
    """Set every bias that starts at 0."""
    changed = False
    for layer in trial.layers:
        bias = getattr(layer, "bias", None)
        if isinstance(bias, Variable) and not np.any(bias.numpy()):
            bias.assign(np.full(bias.shape, value))
            changed = True
    return changed
