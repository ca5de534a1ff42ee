"""The course of a check: one backward pass, looked at from several sides, then the differences."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from nnscratch.cache import Cache
from nnscratch.gradcheck.differences import Settings, compare
from nnscratch.gradcheck.report import Report
from nnscratch.gradcheck.subjects import Subject
from nnscratch.typing import Array

Gradients: TypeAlias = dict[str, Array | None]


def examine(subject: Subject, settings: Settings) -> Report:
    """Check a subject and return the report; weights and state are as before, gradients cleared."""
    rng = np.random.default_rng(settings.seed)
    if not np.isfinite(_stable_output(subject)).all():
        return Report(subject.name, [], ["the output is not finite"])
    upstream, gradients = _backward(subject, rng)
    results = []
    tensors: list[tuple[str, Array]] = [
        *((name, x) for name, x in subject.inputs.items() if x.dtype == np.float64),
        *((v.path, v.value) for v in subject.variables),
    ]
    for name, tensor in tensors:
        gradient = gradients[name]
        if gradient is None:
            subject.note(f"no gradient reaches {name}")
            gradient = np.zeros_like(tensor)
        if gradient.shape != tensor.shape or gradient.dtype != tensor.dtype:
            subject.note(
                f"the gradient of {name} has shape {gradient.shape} and dtype {gradient.dtype}; "
                f"expected {tensor.shape} and {tensor.dtype}"
            )
            continue
        results.append(
            compare(name, tensor, gradient, lambda: _forward(subject), upstream, settings)
        )
    for variable in subject.variables:
        variable.clear_grad()
    subject.restore()
    return Report(subject.name, results, subject.problems)


def _forward(subject: Subject, cache: Cache | None = None) -> Array:
    """Return f at the inputs as they are, on copies of them, and check that these stay clean."""
    subject.restore()
    inputs = {name: x.copy() for name, x in subject.inputs.items()}
    y = subject.forward(inputs, cache or Cache()).astype(np.float64)
    for name, x in subject.inputs.items():
        if not np.array_equal(x, inputs[name]):
            subject.note(f"{name} is written to; it belongs to the caller")
    return y


def _stable_output(subject: Subject) -> Array:
    y = _forward(subject)
    if not np.array_equal(y, _forward(subject), equal_nan=True):
        raise ValueError(
            f"Two forward passes of {subject.name} on the same input differ, so there is no "
            "gradient to check. Give `reset`, a function that puts its randomness back."
        )
    return y


def _backward(subject: Subject, rng: np.random.Generator) -> tuple[Array, Gradients]:
    """Run forward, a foreign forward and backward; then both again, for the sum of gradients."""
    for variable in subject.variables:
        variable.clear_grad()
    cache = Cache()
    y = _forward(subject, cache)
    upstream = subject.upstream(y.size, rng, cache)
    # A second call, on other values and with a cache of its own, must not disturb the first.
    subject.forward({name: x[::-1].copy() for name, x in subject.inputs.items()}, Cache())
    gradients = _gradients(subject, subject.backward(upstream, cache))

    _forward(subject, cache)
    again = _gradients(subject, subject.backward(upstream, cache))
    for variable in subject.variables:
        once, twice = gradients[variable.path], again[variable.path]
        if once is not None and twice is not None and not _close(2 * once, twice):
            subject.note(
                f"the gradient of {variable.path} does not add up over two backward passes: "
                "use Variable.add_grad"
            )
    return upstream, gradients


def _gradients(subject: Subject, by_input: dict[str, Any]) -> Gradients:
    gradients: Gradients = {
        name: None if dx is None else np.array(dx) for name, dx in by_input.items()
    }
    for variable in subject.variables:
        gradients[variable.path] = None if variable.grad is None else variable.grad.copy()
    return gradients


def _close(expected: Array, actual: Array) -> bool:
    return bool(np.allclose(expected, actual, rtol=1e-10, atol=1e-14))
