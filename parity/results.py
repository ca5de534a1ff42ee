"""What a run found: the judgement of every tensor, gathered into one outcome per unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from parity.arithmetic import deviation
from parity.engines.protocol import Tensors, kind_of

OK, OUT, ERROR, LATER, DIFFERS = "ok", "out", "error", "later", "differs"


@dataclass(frozen=True)
class Finding:
    """One tensor at one step, held against its reference.

    Attributes:
        step: counted from 1.
        tensor: its name.
        error: relative to the scale (see `parity.arithmetic.deviation`).
        band: what the error may be.
        index: the element that is farthest off.
        reference: that element in Keras.
        candidate: that element in nnscratch.
        note: what else is wrong, or empty.
        spread: how far Keras itself moves when its inputs move by one rounding (see
            `parity.referee`); 0 if nobody asked.
    """

    step: int
    tensor: str
    error: float
    band: float
    index: tuple[int, ...] = ()
    reference: float = 0.0
    candidate: float = 0.0
    note: str = ""
    spread: float = 0.0

    @property
    def bands(self) -> float:
        """The error in units of the band: above 1 the tensor has left it."""
        return self.error / self.band

    def __str__(self) -> str:
        place = f"{self.tensor}{list(self.index) if self.index else ''} at step {self.step}"
        if self.note:
            place += f" ({self.note})"
        text = (
            f"{place}: Keras {self.reference!r}, nnscratch {self.candidate!r}, "
            f"error {self.error:.2e}, band {self.band:.1e}"
        )
        return text + (f", Keras itself moves by {self.spread:.1e}" if self.spread else "")


@dataclass
class Outcome:
    """The verdict on one unit in one float type.

    Attributes:
        status: `ok`, `out` (a tensor left its band), `error` (it could not be run), `later` (it
            waits for a part of nnscratch that does not exist yet), `differs` (nnscratch departs
            from Keras on purpose).
        tensors: how many tensors were compared, over all steps.
        worst: the finding nearest to, or farthest beyond, its band.
        first: the first finding beyond its band.
        growth: largest error of each kind of tensor after each step.
        drift: the same for a run that is never set back to the reference; not judged.
        reasons: the reasons of the wider bands in use.
        excused: how many tensors left their band but no farther than Keras itself moves.
        excuse: the one of them with the largest error.
        detail: the traceback of an error, what a `later` unit waits for, why a unit `differs`.
    """

    unit: str
    area: str
    kind: str
    dtype: str
    status: str = OK
    steps: int = 0
    tensors: int = 0
    worst: Finding | None = None
    first: Finding | None = None
    growth: dict[str, list[float]] = field(default_factory=dict)
    drift: dict[str, list[float]] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    excused: int = 0
    excuse: Finding | None = None
    behaviours: tuple[str, ...] = ()
    detail: str = ""
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the run as a whole must fail because of this unit."""
        return self.status in (OUT, ERROR)

    def as_json(self) -> dict[str, Any]:
        """Return plain data; infinities become strings, since JSON has none."""
        plain: dict[str, Any] = _finite(asdict(self))
        return plain


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    return value


BandOf = Callable[[str], tuple[float, str]]
ScaleOf = Callable[[str, Tensors], float | None]


class Judge:
    """Compares the tensors of each step and keeps what matters of it in an outcome.

    Args:
        outcome: where the findings go.
        band_of: band of a tensor and the reason, if it is not the default.
        scale_of: scale to judge a tensor by, None for its own largest element.
    """

    def __init__(self, outcome: Outcome, band_of: BandOf, scale_of: ScaleOf | None = None) -> None:
        self.outcome = outcome
        self.band_of = band_of
        self.scale_of = scale_of or (lambda tensor, tensors: None)

    def compare(self, step: int, reference: Tensors, candidate: Tensors) -> list[Finding]:
        """Judge all tensors of one step, in the order in which the reference made them.

        Step 0 is what both start from; it has no part in the growth of errors.

        Returns:
            The findings beyond their band; each is to be handed to `settle`.
        """
        worst: dict[str, float] = {}
        beyond = []
        for name in [*reference, *(n for n in candidate if n not in reference)]:
            finding = self._measure(step, name, reference, candidate)
            kind = kind_of(name)
            worst[kind] = max(worst.get(kind, 0.0), finding.error)
            if finding.error <= finding.band:
                self._keep(finding)
            else:
                beyond.append(finding)
        if step > 0:
            self._grow(self.outcome.growth, worst)
        return beyond

    def settle(self, finding: Finding, allowed: float = 0.0, spread: float = 0.0) -> None:
        """Decide on a finding beyond its band.

        Args:
            finding: what `compare` returned.
            allowed: the error that is excused, 0 if none is.
            spread: what that rests on.
        """
        outcome = self.outcome
        finding = replace(finding, band=max(finding.band, allowed), spread=spread)
        if finding.error <= allowed:
            outcome.excused += 1
            if outcome.excuse is None or finding.error > outcome.excuse.error:
                outcome.excuse = finding
        elif outcome.first is None or finding.step < outcome.first.step:
            outcome.first, outcome.status = finding, OUT
        self._keep(finding)

    def follow(self, step: int, reference: Tensors, candidate: Tensors) -> None:
        """Note how far a free run has drifted, without judging it."""
        worst: dict[str, float] = {}
        for name in reference.keys() & candidate.keys():
            scale = self.scale_of(name, reference)
            error = deviation(reference[name], candidate[name], scale).error
            worst[kind_of(name)] = max(worst.get(kind_of(name), 0.0), error)
        self._grow(self.outcome.drift, worst)

    @staticmethod
    def _grow(series: dict[str, list[float]], values: Mapping[str, float]) -> None:
        for kind, value in values.items():
            series.setdefault(kind, []).append(value)

    def _measure(self, step: int, name: str, reference: Tensors, candidate: Tensors) -> Finding:
        band, reason = self.band_of(name)
        self.outcome.tensors += 1
        if reason and reason not in self.outcome.reasons:
            self.outcome.reasons.append(reason)
        if name not in reference or name not in candidate:
            missing = "nnscratch" if name in reference else "Keras"
            return Finding(step, name, math.inf, band, note=f"missing in {missing}")
        d = deviation(reference[name], candidate[name], self.scale_of(name, reference))
        return Finding(step, name, d.error, band, d.index, d.reference, d.candidate, d.note)

    def _keep(self, finding: Finding) -> None:
        worst = self.outcome.worst
        if worst is None or finding.bands > worst.bands:
            self.outcome.worst = finding
