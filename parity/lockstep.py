"""Train the twins of a case step by step and judge every tensor of every step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parity import data
from parity.arithmetic import deviation
from parity.bands import TRAJECTORY, band_for, companion_scale, companions, sum_scale
from parity.engines.protocol import STATE_KINDS, Batch, Engine, Tensors, Twin, kind_of
from parity.referee import Referee, Situation
from parity.results import Finding, Judge, Outcome
from parity.units import Case

INSTRUMENT_ERROR = 1e-13
"""How far the instrumented step may be from the library's own, which compiles it otherwise."""


class InstrumentError(AssertionError):
    """The step that the suite looks into is not the step that the library takes."""


def run_case(
    case: Case, dtype: str, reference: Engine, candidate: Engine, thorough: bool = True
) -> Outcome:
    """Run one case in one float type.

    Both twins start from the reference's weights and get the same batches; noise layers have the
    same seeds. All else that they start from (slots, learning rate, moving statistics) is each
    library's own and is compared as step 0. In float64 the twins then run freely for all steps.
    In float32 the candidate is set to the reference's state before every step, so that each step
    is judged alone: over many steps rounding makes any two float32 programs part, Keras and Keras
    with another matrix kernel too.
    A third, free twin shows that drift; it is reported, not judged.

    Args:
        case: the case.
        dtype: `"float32"` or `"float64"`.
        reference: Keras.
        candidate: nnscratch.
        thorough: also check the instrument, and ask the referee about what left its band.
    """
    if dtype == "float64":
        return _Free(case, dtype, reference, candidate, thorough).run()
    short = replace(case, steps=min(case.steps, case.forced_steps))
    return _Forced(short, dtype, reference, candidate, thorough).run()


class _LockStep:
    """What both ways of running a case have in common."""

    def __init__(
        self, case: Case, dtype: str, reference: Engine, candidate: Engine, thorough: bool
    ) -> None:
        self.case, self.dtype, self.candidate = case, dtype, candidate
        self.thorough = thorough
        self.outcome = Outcome(case.name, case.area, "case", dtype, behaviours=case.behaviours)
        self.pairs = companions(case)
        self.judge = Judge(
            self.outcome,
            lambda tensor: band_for(tensor, dtype, TRAJECTORY[dtype], case.allowances),
            self.scale_of,
        )
        self.rows = data.make(case, dtype)
        self.ref = reference.twin(case, dtype, data.input_shape(self.rows))
        self.start = self.ref.state()
        self.got = self.new_twin()
        self.referee = Referee(self.ref, dtype, self.scale_of)

    def scale_of(self, tensor: str, tensors: Tensors) -> float | None:
        """Return the scale of a tensor whose terms cancel, else None."""
        found = companion_scale(tensor, tensors, self.pairs)
        return sum_scale(tensor, tensors, TRAJECTORY[self.dtype]) if found is None else found

    def new_twin(self) -> Twin:
        """Return a candidate that starts from the reference's weights."""
        twin = self.candidate.twin(self.case, self.dtype, data.input_shape(self.rows))
        own = twin.state()
        weights = {n: t for n, t in self.start.items() if kind_of(n) == "weight" and n in own}
        twin.load(own | weights)
        return twin

    def run(self) -> Outcome:
        """Run all steps."""
        if self.thorough and self.dtype == "float64":  # no step depends on the float type
            first, _ = next(data.batches(self.case, self.rows))
            for twin in (self.ref, self.got):
                check_instrument(twin, first)
        for finding in self.judge.compare(0, self.start, self.got.state()):
            self.judge.settle(finding)
        self.train()
        self.outcome.steps = self.case.steps
        return self.outcome

    def steps(self) -> Iterator[tuple[int, Batch, bool]]:
        """Yield number, rows and whether an epoch begins, for each step."""
        batches = data.batches(self.case, self.rows)
        yield from ((i, batch, new) for i, (batch, new) in enumerate(batches, start=1))

    def looks_at_inference(self, number: int) -> bool:
        """Whether outputs in inference mode are compared after this step too."""
        return number in (1, self.case.steps)

    def train(self) -> None:
        """Take all steps and settle every finding."""
        raise NotImplementedError


class _Forced(_LockStep):
    """Every step starts from the reference's state."""

    def train(self) -> None:
        """Take all steps, each judged and settled at once, and follow a free twin."""
        free = self.new_twin()
        state = self.start
        for number, batch, new_epoch in self.steps():
            hidden = self.ref.hidden()
            self.force(state)
            expected = self.ref.step(batch, new_epoch)
            received = self.got.step(batch, new_epoch)
            after = {name: t for name, t in expected.items() if kind_of(name) in STATE_KINDS}
            if self.looks_at_inference(number):
                self.force(after)
                expected = expected | self.ref.infer(batch)
                received = received | self.got.infer(batch)
            if findings := self.judge.compare(number, expected, received):
                resume = self.ref.hidden()
                at = Situation(number, state, hidden, batch, new_epoch, expected)
                self.referee.settle_step(self.judge, findings, at)
                self.ref.load(after)
                self.ref.load_hidden(resume)
            self.judge.follow(number, expected, free.step(batch, new_epoch))
            state = after

    def force(self, state: Tensors) -> None:
        """Set the candidate to the reference's state, but for its learning rate and counter."""
        own = self.got.state()
        same = {n: t for n, t in state.items() if kind_of(n) != "optimizer" and n in own}
        self.got.load(own | same)


class _Free(_LockStep):
    """Both twins go their own way from the first step on."""

    def train(self) -> None:
        """Take all steps, then settle all findings together."""
        hidden = self.ref.hidden()
        findings: list[Finding] = []
        kept: dict[int, Tensors] = {}
        for number, batch, new_epoch in self.steps():
            expected = self.ref.step(batch, new_epoch)
            received = self.got.step(batch, new_epoch)
            if self.looks_at_inference(number):
                expected = expected | self.ref.infer(batch)
                received = received | self.got.infer(batch)
            if found := self.judge.compare(number, expected, received):
                findings += found
                kept[number] = expected
                if not self.thorough:
                    break
        if not self.thorough:
            for finding in findings:
                self.judge.settle(finding)
        elif findings:
            last = findings[-1].step
            first, new_epoch = next(data.batches(self.case, self.rows))
            start = Situation(1, self.start, hidden, first, new_epoch, {})
            self.referee.settle_run(
                self.judge,
                findings,
                start,
                lambda: (step for step in self.steps() if step[0] <= last),
                kept,
            )


def check_instrument(twin: Twin, batch: Batch) -> None:
    """Compare a library's own `train_on_batch` with the instrumented step; leave no trace.

    Raises:
        InstrumentError: the two do not agree.
    """
    state, hidden = twin.state(), twin.hidden()
    own = twin.own_step(batch)
    twin.load(state)
    twin.load_hidden(hidden)
    instrumented = twin.step(batch, new_epoch=True)
    twin.load(state)
    twin.load_hidden(hidden)
    for name, tensor in own.items():
        again = instrumented[name]
        if kind_of(name) == "metric":  # `train_on_batch` returns plain numbers
            again = again.astype(tensor.dtype)
        d = deviation(tensor, again, _scale(name, own))
        if d.error > INSTRUMENT_ERROR:
            raise InstrumentError(
                f"{type(twin).__name__}: train_on_batch and the instrumented step part at {name}"
                f"{list(d.index)}: {d.reference!r} and {d.candidate!r} {d.note}."
            )


def _scale(name: str, tensors: Tensors) -> float:
    """Return the largest element among tensors of a kind: tiny ones may be pure rounding."""
    kind = kind_of(name)
    return max(float(abs(t).max()) for n, t in tensors.items() if kind_of(n) == kind) or 1.0
