"""Write a model down as a program that needs nothing but the two libraries."""

from __future__ import annotations

import contextlib
import io

from parity import data
from parity.bands import CHECK, TRAJECTORY
from parity.fuzz.assembly import net_of
from parity.fuzz.case import FuzzCase
from parity.fuzz.examine import Verdict
from parity.fuzz.expressions import array, expression, grouped, listed
from parity.fuzz.model_text import model_lines
from parity.fuzz.program_text import ACTIVATION, BODY, FIT, HEAD, START, TRAIN


def _optimizer(case: FuzzCase) -> str:
    name, options = case.optimizer
    parts = {k: expression(v) for k, v in options.items()}
    if case.rate_by_function:
        parts["learning_rate"] = f"lambda: {parts['learning_rate']}"
    return f"{name}({', '.join(f'{k}={v}' for k, v in parts.items())})"


def render(verdict: Verdict) -> str:
    """Return the program that shows a finding.

    Args:
        verdict: the finding; its model should be as small as it can be.
    """
    case, dtype = verdict.case, verdict.dtype
    rows = data.make(case, dtype)
    excluded = f"    optimizer.exclude_from_weight_decay(var_names={list(case.excluded)!r})\n"
    by_class = None if case.weighted or not case.class_weight else dict(case.class_weight)
    fit = FIT.format(
        seed=case.seed + 1, shuffle=case.shuffle, split=case.split, class_weight=by_class
    )
    text = HEAD.format(
        story=str(verdict).strip().replace("\\", "/").replace('"""', "'''"),
        dtype=dtype,
        band=max(TRAJECTORY[dtype], CHECK[dtype]),
        steps=case.steps,
        batch=case.batch_size,
        x=array(rows.x),
        y=array(rows.y),
        w=array(rows.sample_weight),
    )
    names = (case.data.kwargs.get("names") or (None, None))[1]
    ends = case.ends
    weights = [repr(end.weight) for end in ends]
    body = BODY.format(
        seed=case.seed,
        optimizer=_optimizer(case),
        excluded=excluded if case.excluded else "",
        model="\n".join("    " + line for line in model_lines(net_of(case))),
        loss=grouped([expression(end.loss) for end in ends], names),
        loss_weights=grouped(weights, names) if case.others else repr(case.loss_weight),
        metrics=grouped([listed(end.metrics) for end in ends], names),
        weighted_metrics=grouped([listed(end.weighted_metrics) for end in ends], names),
        models=START + TRAIN + (fit if dtype == "float64" else ""),
    )
    return text + (ACTIVATION if "activation(lib," in body else "") + body


def reproduces(program: str) -> bool:
    """Run a program in this process and tell whether the libraries part in it, or one raises."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(program, "<fuzz>", "exec"), {"__name__": "__main__"})  # our own text
        except SystemExit as end:
            return bool(end.code)
        except Exception:  # where one library raises, the program is to raise as well
            return True
    return False
