"""Train the twins of a case step by step and judge every tensor of every step."""

from __future__ import annotations

from parity import data
from parity.arithmetic import deviation
from parity.bands import TRAJECTORY, band_for, companion_scale, companions
from parity.engines.protocol import STATE_KINDS, Batch, Engine, Tensors, Twin, kind_of
from parity.results import Judge, Outcome
from parity.units import Case

INSTRUMENT_ERROR = {"float32": 1e-6, "float64": 1e-13}
"""How far the instrumented step may be from the library's own, which compiles it otherwise."""


class InstrumentError(AssertionError):
    """The step that the suite looks into is not the step that the library takes."""


def run_case(case: Case, dtype: str, reference: Engine, candidate: Engine) -> Outcome:
    """Run one case in one float type.

    Both twins start from the reference's weights and get the same batches; noise layers have the
    same seeds. In float64 the twins then run freely for all steps. In float32 the candidate is set
    to the reference's state before every step, so that each step is judged alone: over many steps
    rounding makes any two float32 programs part, Keras and Keras with another matrix kernel too.
    A third, free twin shows that drift; it is reported, not judged.

    Args:
        case: the case.
        dtype: `"float32"` or `"float64"`.
        reference: Keras.
        candidate: nnscratch.
    """
    outcome = Outcome(case.name, case.area, "case", dtype, behaviours=case.behaviours)
    pairs = companions(case)
    judge = Judge(
        outcome,
        lambda tensor: band_for(tensor, dtype, TRAJECTORY[dtype], case.allowances),
        lambda tensor, tensors: companion_scale(tensor, tensors, pairs),
    )
    rows = data.make(case, dtype)
    shape = rows.x.shape[1:]
    first = Batch(*(None if a is None else a[: case.batch_size] for a in vars(rows).values()))
    ref, got = reference.twin(case, dtype, shape), candidate.twin(case, dtype, shape)
    forced = dtype == "float32"
    free = candidate.twin(case, dtype, shape) if forced else None
    state = ref.state()
    for twin in (got, free):
        if twin is not None:
            twin.load(state)
    _check_instrument(ref, first, dtype)
    _check_instrument(got, first, dtype)
    for number, (batch, new_epoch) in enumerate(data.batches(case, rows), start=1):
        if forced and number > 1:
            got.load(state)
        expected = ref.step(batch, new_epoch)
        received = got.step(batch, new_epoch)
        state = {name: t for name, t in expected.items() if kind_of(name) in STATE_KINDS}
        if number in (1, case.steps):
            if forced:
                got.load(state)
            expected = expected | ref.infer(batch)
            received = received | got.infer(batch)
        judge.compare(number, expected, received)
        if free is not None:
            judge.follow(number, expected, free.step(batch, new_epoch))
    outcome.steps = case.steps
    return outcome


def _check_instrument(twin: Twin, batch: Batch, dtype: str) -> None:
    """Compare a twin's own `train_on_batch` with its instrumented step, from the same state."""
    own, instrumented = twin.rehearse(batch)
    for name, tensor in own.items():
        d = deviation(tensor, instrumented[name], _scale(name, own))
        if d.error > INSTRUMENT_ERROR[dtype]:
            raise InstrumentError(
                f"{type(twin).__name__}: train_on_batch and the instrumented step part at {name}"
                f"{list(d.index)}: {d.reference!r} and {d.candidate!r} {d.note}."
            )


def _scale(name: str, tensors: Tensors) -> float:
    """Return the largest element among tensors of a kind: tiny ones may be pure rounding."""
    kind = kind_of(name)
    return max(float(abs(t).max()) for n, t in tensors.items() if kind_of(n) == kind) or 1.0
