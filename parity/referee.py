"""Ask Keras how well a tensor is determined at all, before a wide error is held against nnscratch.

A gradient that is a sum of large terms which nearly cancel has few correct digits in *any*
program of that precision. To tell such a tensor from a wrong one, Keras itself is run again with
its weights and its data moved by at most one unit in the last place, which is what storing them
has already done to them. How far Keras moves is the tensor's *spread*. An error that is no more
than a few times the spread is excused: nnscratch is then as close to Keras as Keras is to itself.
An error beyond it, or beyond a fixed limit, is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from nnscratch.structure import transform
from nnscratch.typing import Array
from parity.arithmetic import deviation
from parity.engines.protocol import Batch, Tensors, Twin, kind_of
from parity.results import Finding, Judge

FACTOR = 8.0
"""An error is excused up to this many spreads."""

LIMIT = {"float32": 1e-2, "float64": 1e-10}
"""No error beyond this is excused, however large the spread."""

TRIES = {"float32": 12, "float64": 4}
"""How many times Keras is run again at most; it stops as soon as every error is excused."""

ScaleOf = Callable[[str, Tensors], float | None]


@dataclass(frozen=True)
class Situation:
    """A step that can be taken again.

    Attributes:
        number: of the step, counted from 1.
        state: what the step started from.
        hidden: seeds and metrics it started from.
        batch: its rows.
        new_epoch: whether it opened an epoch.
        expected: every tensor that Keras made of it.
    """

    number: int
    state: Tensors
    hidden: list[Array]
    batch: Batch
    new_epoch: bool
    expected: Tensors


class Referee:
    """Runs the reference's twin again with moved inputs.

    Args:
        twin: the reference's twin; it is left in another state.
        dtype: `"float32"` or `"float64"`.
        scale_of: scale of a tensor, as the judge reads it.
    """

    def __init__(self, twin: Twin, dtype: str, scale_of: ScaleOf) -> None:
        self.twin, self.dtype, self.scale_of = twin, dtype, scale_of
        self._rng = np.random.default_rng(17)
        self._ulp = float(np.finfo(dtype).eps)

    def settle_step(self, judge: Judge, findings: list[Finding], at: Situation) -> None:
        """Settle findings of a step that started from the reference's state."""
        runs = (self._once(at, findings) for _ in range(TRIES[self.dtype]))
        self._settle(judge, findings, runs, {at.number: at.expected})

    def settle_run(
        self,
        judge: Judge,
        findings: list[Finding],
        start: Situation,
        steps: Callable[[], Iterator[tuple[int, Batch, bool]]],
        expected: dict[int, Tensors],
    ) -> None:
        """Settle findings of a run that was free from the first step on.

        Args:
            judge: where to settle them.
            findings: all that left their band.
            start: where the run started; its batch and tensors are not used.
            steps: the batches from the first to the last step with a finding.
            expected: the reference's tensors at the steps with findings.
        """
        wanted = {(f.step, f.tensor) for f in findings}
        runs = (self._whole(start, steps(), wanted) for _ in range(TRIES[self.dtype]))
        self._settle(judge, findings, runs, expected)

    def _settle(
        self,
        judge: Judge,
        findings: list[Finding],
        runs: Iterator[dict[int, Tensors]],
        expected: dict[int, Tensors],
    ) -> None:
        """Take runs until every finding is excused or there are no more of them."""
        limit = LIMIT[self.dtype]
        spreads = [0.0] * len(findings)
        open_ = [i for i, f in enumerate(findings) if f.error <= limit]
        while open_:
            moved = next(runs, None)
            if moved is None:
                break
            for i in open_:
                spread = self._distance(findings[i], expected, moved)
                spreads[i] = max(spreads[i], spread)
            open_ = [i for i in open_ if findings[i].error > FACTOR * spreads[i]]
        for finding, spread in zip(findings, spreads, strict=True):
            judge.settle(finding, min(limit, FACTOR * spread), spread)

    def _distance(
        self, finding: Finding, expected: dict[int, Tensors], moved: dict[int, Tensors]
    ) -> float:
        here, there = expected[finding.step], moved[finding.step]
        scale = self.scale_of(finding.tensor, here)
        error = deviation(here[finding.tensor], there[finding.tensor], scale).error
        return error if np.isfinite(error) else 0.0

    def _once(self, at: Situation, findings: list[Finding]) -> dict[int, Tensors]:
        batch = self._moved_batch(at.batch)
        self.twin.load(self._moved_state(at.state))
        self.twin.load_hidden(at.hidden)
        found = self.twin.step(batch, at.new_epoch)
        if any(kind_of(f.tensor) == "inference" for f in findings):
            found = found | self.twin.infer(batch)
        return {at.number: found}

    def _whole(
        self,
        start: Situation,
        steps: Iterator[tuple[int, Batch, bool]],
        wanted: set[tuple[int, str]],
    ) -> dict[int, Tensors]:
        self.twin.load(self._moved_state(start.state))
        self.twin.load_hidden(start.hidden)
        found: dict[int, Tensors] = {}
        for number, batch, new_epoch in steps:
            tensors = self.twin.step(self._moved_batch(batch), new_epoch)
            if any(step == number and kind_of(name) == "inference" for step, name in wanted):
                tensors = tensors | self.twin.infer(batch)
            found[number] = {n: t for n, t in tensors.items() if (number, n) in wanted}
        return found

    def _moved_state(self, state: Tensors) -> Tensors:
        moves = ("weight", "moving")
        return {n: self._moved(t) if kind_of(n) in moves else t for n, t in state.items()}

    def _moved_batch(self, batch: Batch) -> Batch:
        return replace(batch, x=transform(self._moved, batch.x))

    def _moved(self, tensor: Array) -> Array:
        steps = self._rng.uniform(-self._ulp, self._ulp, size=tensor.shape)
        return (tensor * (1.0 + steps)).astype(tensor.dtype)
