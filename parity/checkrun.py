"""Run one behaviour against both libraries and against its recorded values."""

from __future__ import annotations

import numpy as np

from parity.bands import CHECK
from parity.engines.protocol import Engine, Library, Tensors
from parity.results import DIFFERS, LATER, OK, OUT, Finding, Judge, Outcome
from parity.units import Check


def run_check(check: Check, dtype: str, reference: Engine, candidate: Engine) -> Outcome:
    """Run a check in one float type.

    What the check returns is compared between the libraries; a recorded value is compared with
    both, so that a record that no longer describes Keras is found out as well.

    Args:
        check: the check.
        dtype: `"float32"` or `"float64"`.
        reference: Keras.
        candidate: nnscratch.
    """
    outcome = Outcome(check.name, check.area, "check", dtype, behaviours=check.behaviours)
    if check.function is None:
        outcome.status, outcome.detail = LATER, check.later
        return outcome
    band = check.bands.get(dtype, CHECK[dtype])
    wider = band > CHECK[dtype]
    expected = _values(check, reference.library(dtype))
    received = _values(check, candidate.library(dtype))
    judge = Judge(outcome, lambda tensor: (band, check.reason if wider else ""))
    _settle(judge, judge.compare(1, expected, received))
    _compare_with_records(check, outcome, expected, received)
    outcome.steps = 1
    if check.differs:
        _expect_difference(check, outcome)
    return outcome


def _compare_with_records(
    check: Check, outcome: Outcome, expected: Tensors, received: Tensors
) -> None:
    """Hold both libraries against the recorded values, which have fewer digits."""
    nearest = outcome.worst
    for name, golden in check.golden.items():
        record = np.asarray(golden.value, dtype=np.float64)
        judge = Judge(outcome, lambda tensor, tolerance=golden.tolerance: (tolerance, ""))
        for who, values in (("Keras", expected), ("nnscratch", received)):
            value = values[name].astype(np.float64).reshape(record.shape)
            label = f"{name} (recorded; {who})"
            _settle(judge, judge.compare(1, {label: record}, {label: value}))
    if outcome.status == OK:
        outcome.worst = nearest


def _settle(judge: Judge, findings: list[Finding]) -> None:
    for finding in findings:
        judge.settle(finding)


def _expect_difference(check: Check, outcome: Outcome) -> None:
    """Turn the verdict round: a difference made on purpose must be there."""
    if outcome.status == OUT:
        outcome.status, outcome.detail = DIFFERS, check.differs
    elif outcome.status == OK:
        outcome.status = OUT
        outcome.detail = f"no difference is left, although there should be one: {check.differs}"


def _values(check: Check, library: Library) -> Tensors:
    assert check.function is not None
    found = check.function(library)
    return {name: library.numpy(value) for name, value in found.items()}
