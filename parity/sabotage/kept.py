"""Keras kept from one sabotage to the next: it is never sabotaged, so it need not run twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nnscratch.typing import Array
from parity.engines.protocol import Engine, Library, RuleTwin, Tensors, Twin
from parity.units import Case, Check, Rule, Unit


class KeptEngine:
    """An engine that makes each model once and afterwards sets it back to its start.

    Args:
        engine: the engine that does the work.
    """

    def __init__(self, engine: Engine) -> None:
        self.name, self._engine = engine.name, engine
        self._twins: dict[str, tuple[Twin, Tensors, list[Array]]] = {}
        self._rules: dict[str, list[Tensors]] = {}
        self._checks: dict[tuple[str, str], Tensors] = {}

    def versions(self) -> dict[str, str]:
        """Return the versions of the engine."""
        return self._engine.versions()

    def twin(self, case: Case, dtype: str, input_shape: tuple[int, ...]) -> Twin:
        """Return the model of a case, at its start."""
        key = f"{case!r} {dtype}"
        if key not in self._twins:
            twin = self._engine.twin(case, dtype, input_shape)
            self._twins[key] = twin, twin.state(), twin.hidden()
        self._engine.library(dtype)  # the float type belongs to the process
        twin, state, hidden = self._twins[key]
        twin.load(state)
        twin.load_hidden(hidden)
        return twin

    def rule_twin(self, rule: Rule, dtype: str, values: list[Array]) -> RuleTwin:
        """Return an optimizer that repeats what it did the first time."""
        key = f"{rule!r} {dtype}"
        if key in self._rules:
            return _Replayed(self._rules[key])
        self._rules[key] = []
        return _Recorded(self._engine.rule_twin(rule, dtype, values), self._rules[key])

    def library(self, dtype: str) -> Library:
        """Return the library."""
        return self._engine.library(dtype)

    def kept(self, unit: Unit) -> Unit:
        """Return a unit that asks this engine only once what does not change."""
        if not isinstance(unit, Check) or unit.function is None:
            return unit
        function = unit.function

        def remembered(library: Any) -> Mapping[str, Any]:
            if library.name != self.name:
                return function(library)
            key = unit.name, library.dtype
            if key not in self._checks:
                found = function(library)
                self._checks[key] = {n: library.numpy(v).copy() for n, v in found.items()}
            return self._checks[key]

        return replace(unit, function=remembered)


class _Recorded:
    def __init__(self, twin: RuleTwin, record: list[Tensors]) -> None:
        self._twin, self._record = twin, record

    def step(self, gradients: list[Array]) -> Tensors:
        self._record.append(self._twin.step(gradients))
        return self._record[-1]


class _Replayed:
    """Gives back what was recorded; the gradients of a rule are the same in every run."""

    def __init__(self, record: list[Tensors]) -> None:
        self._left = iter(record)

    def step(self, gradients: list[Array]) -> Tensors:
        return next(self._left)
