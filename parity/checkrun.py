"""Run one behaviour against both libraries and against its recorded values."""

from __future__ import annotations

import numpy as np

from parity.bands import CHECK
from parity.engines.protocol import Engine, Library, Tensors
from parity.results import LATER, Judge, Outcome
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
    Judge(outcome, lambda tensor: (band, check.reason if wider else "")).compare(
        1, expected, received
    )
    for name, golden in check.golden.items():
        record = np.asarray(golden.value, dtype=np.float64)
        judge = Judge(outcome, lambda tensor, tolerance=golden.tolerance: (tolerance, ""))
        for who, values in (("Keras", expected), ("nnscratch", received)):
            judge.compare(
                1,
                {f"{name} (recorded)": record},
                {f"{name} (recorded)": values[name].astype(np.float64).reshape(record.shape)},
            )
            if outcome.first is not None and not outcome.detail:
                outcome.detail = f"first left its band when {who} was compared"
    outcome.steps = 1
    return outcome


def _values(check: Check, library: Library) -> Tensors:
    assert check.function is not None
    found = check.function(library)
    return {name: library.numpy(value) for name, value in found.items()}
