"""Run one random model with both engines and say whether they agree."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import nnscratch
from parity import data
from parity.bands import CHECK
from parity.engines.keras_engine import KerasTwin
from parity.engines.protocol import Tensors
from parity.fuzz.case import FuzzCase
from parity.fuzz.closing import closing
from parity.fuzz.engines import FuzzKeras, FuzzNnscratch
from parity.fuzz.noise import (
    Appeal,
    first_unexplained,
    has_diverged,
    moved_rows,
    moved_state,
    rounded_otherwise,
)
from parity.lockstep import run_case
from parity.results import OUT, Finding

AGREE, NOISE, APART, DIVERGED, REFUSED, MISMATCH, ONLY_OURS, ONLY_KERAS, BROKEN = (
    "agree",
    "noise",
    "two ways",
    "diverged",
    "refused",
    "mismatch",
    "only nnscratch raises",
    "only Keras raises",
    "the suite raises",
)
FINDINGS = (MISMATCH, ONLY_OURS, ONLY_KERAS, BROKEN)
"""The verdicts that make a run fail."""

START = {"float32": 0.0, "float64": 5e-16}
"""Initial weights come from the seed, to the bit; float64 normals to their last place or two."""

ORTHOGONAL = {"float32": 1e-5, "float64": 1e-13}
"""Two QR factorizations round differently."""


@dataclass(frozen=True)
class Verdict:
    """What came of one model in one float type.

    Attributes:
        case: the model.
        dtype: the float type.
        verdict: one of the words above.
        stage: where the finding is: `start`, `steps`, `closing`.
        finding: the first tensor that differs, if any.
        detail: the errors raised, where any were.
        tensors: how many tensors were compared.
        seconds: how long it took.
    """

    case: FuzzCase
    dtype: str
    verdict: str
    stage: str = ""
    finding: Finding | None = None
    detail: str = ""
    tensors: int = 0
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether this is a finding."""
        return self.verdict in FINDINGS

    def __str__(self) -> str:
        what = f"{self.case.name} ({self.dtype}): {self.verdict}"
        if self.finding is not None:
            what += f" in {self.stage}: {self.finding}"
        return f"{what}\n{self.detail}" if self.detail else what


def examine(case: FuzzCase, dtype: str, reference: FuzzKeras, candidate: FuzzNnscratch) -> Verdict:
    """Run one random model in one float type.

    Args:
        case: the model.
        dtype: `"float32"` or `"float64"`.
        reference: Keras.
        candidate: nnscratch.
    """
    start = time.perf_counter()
    with reference.session(), candidate.session():
        try:
            verdict = _compare(case, dtype, reference, candidate)
        except Exception:  # whatever a library raises is the subject of this comparison
            verdict = _refusals(case, dtype, reference, candidate, traceback.format_exc())
    return replace(verdict, seconds=time.perf_counter() - start)


def _compare(case: FuzzCase, dtype: str, reference: FuzzKeras, candidate: FuzzNnscratch) -> Verdict:
    ref, got = (engine.twin(case, dtype, case.inputs) for engine in (reference, candidate))
    hidden = ref.hidden()
    found = _starts(case, dtype, ref.state(), got.state())
    if found is not None:
        return Verdict(case, dtype, MISMATCH, "start", found)
    verdict = _steps(case, dtype, reference, candidate)
    if verdict.verdict in (MISMATCH, DIVERGED):
        return verdict
    trained = ref.state()
    if has_diverged(trained):
        return replace(verdict, verdict=DIVERGED)
    ref.load_hidden(hidden)
    found, word = _endings(case, dtype, reference, ref, got, trained)
    if found is not None:
        return replace(verdict, verdict=MISMATCH, stage="closing", finding=found)
    return replace(verdict, verdict=max(verdict.verdict, word, key=(AGREE, NOISE, APART).index))


def _steps(case: FuzzCase, dtype: str, reference: FuzzKeras, candidate: FuzzNnscratch) -> Verdict:
    """Compare the training steps.

    In float64 both run freely. Where a free run parts, and always in float32, each step is judged
    by itself from equal states, since rounding makes any two float32 programs part in time.
    """
    tensors = 0
    if dtype == "float64":
        outcome = run_case(case, dtype, reference, candidate, thorough=False)
        tensors = outcome.tensors
        if outcome.status != OUT:
            return Verdict(case, dtype, AGREE, tensors=tensors)
    appeal = Appeal(case, dtype, reference, candidate)
    found = appeal.hear()
    tensors += appeal.tensors
    if found is not None:
        return Verdict(case, dtype, MISMATCH, "steps", found, tensors=tensors)
    if appeal.diverged:
        return Verdict(case, dtype, DIVERGED, tensors=tensors)
    word = _word(appeal.asked or dtype == "float64", appeal.apart)
    return Verdict(case, dtype, word, tensors=tensors)


def _word(asked: bool, apart: bool) -> str:
    """Return the verdict on a run that was cleared, by what Keras had to be asked for."""
    return APART if apart else NOISE if asked else AGREE


def _starts(case: FuzzCase, dtype: str, expected: Tensors, received: Tensors) -> Finding | None:
    """Compare the initial weights, which both libraries draw from the seed."""
    orthogonal = any("Orthogonal(" in repr(kwargs) for _, kwargs in case.network)
    band = ORTHOGONAL[dtype] if orthogonal else START[dtype]
    return first_unexplained(expected, received, lambda turn: expected, band, 0)


def _endings(
    case: FuzzCase, dtype: str, reference: FuzzKeras, ref: KerasTwin, got: Any, state: Tensors
) -> tuple[Finding | None, str]:
    """Compare evaluate, predict and fit from one state; return the verdict where all is well."""
    rows, keras = data.make(case, dtype), reference.keras
    with_fit = dtype == "float64"
    hidden = ref.hidden()
    for twin in (ref, got):
        twin.load(state)
    expected = closing(keras, ref.model, case, rows, with_fit)
    received = closing(nnscratch, got.model, case, rows, with_fit)
    rng = np.random.default_rng(29)
    asked = apart = False

    def once_more(turn: int) -> Tensors:
        nonlocal asked
        asked = True
        ref.load(moved_state(state, rng))
        ref.load_hidden(hidden)
        with rounded_otherwise(rng, turn):
            return closing(keras, ref.model, case, moved_rows(rows, rng), with_fit)

    def as_it_was() -> Tensors:
        ref.load(state)
        ref.load_hidden(hidden)
        return closing(keras, ref.model, case, rows, with_fit)

    def compiled() -> Tensors | None:
        nonlocal apart
        apart = True
        return reference.compiled(ref, as_it_was)

    if has_diverged(expected):
        return None, NOISE
    found = first_unexplained(expected, received, once_more, CHECK[dtype], case.steps, compiled)
    return found, _word(asked, apart)


def _refusals(
    case: FuzzCase, dtype: str, reference: FuzzKeras, candidate: FuzzNnscratch, report: str
) -> Verdict:
    """Run each library alone and tell which of them raises."""
    keras = _error_of(case, dtype, reference, reference.keras)
    ours = _error_of(case, dtype, candidate, nnscratch)
    detail = "\n".join(
        f"  {who}: {error}" for who, error in (("Keras", keras), ("nnscratch", ours)) if error
    )
    if keras and ours:
        return Verdict(case, dtype, REFUSED, detail=detail)
    if keras or ours:
        return Verdict(case, dtype, ONLY_KERAS if keras else ONLY_OURS, detail=detail)
    return Verdict(case, dtype, BROKEN, detail=report)


def _error_of(case: FuzzCase, dtype: str, engine: Any, library: Any) -> str:
    """Return what a library raises when it runs a case alone, or nothing."""
    try:
        twin = engine.twin(case, dtype, case.inputs)
        rows = data.make(case, dtype)
        for batch, new_epoch in data.batches(case, rows):
            twin.own_step(batch)
            twin.step(batch, new_epoch)
        twin.infer(batch)
        closing(library, twin.model, case, rows, dtype == "float64")
    except Exception as error:  # the error is what is asked for
        return f"{type(error).__name__}: {str(error).strip()[:600]}"
    return ""
