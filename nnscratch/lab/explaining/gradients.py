"""Where the gradient of a single element comes from: the sum over the batch, term by term."""

from __future__ import annotations

import numpy as np

from nnscratch.lab.explaining.document import Formula, Item, Text
from nnscratch.lab.explaining.expressions import number
from nnscratch.lab.explaining.step import Step
from nnscratch.lab.recorder.calls import Call
from nnscratch.typing import Array

Terms = tuple[str, str, list[tuple[float, float]], float]
"""Formula in LaTeX and plain, the factors of each term, and what a penalty adds."""

MOST = 5
"""Terms of a sum that are written out."""


def gradient_of_element(step: Step) -> list[Item]:
    """Return dL/dw of the element that is followed, as a sum over the rows where that is short."""
    total = float(step.before.gradient[step.index])
    call = step.owner()
    found = None if call is None else _terms(step, call)
    scale = step.stepper.optimizer.loss_scale_factor or 1.0
    if found is None:
        return [Text(f"dL/d{step.element} = {number(total)}.")]
    latex, plain, factors, rest = found
    largest = sorted(factors, key=lambda pair: -abs(pair[0] * pair[1]))[:MOST]
    shown = factors if len(factors) <= MOST else largest
    terms = [f"{number(a)}·{_bracketed(b)}" for a, b in shown]
    more = f" + … (the largest of {len(factors)} terms)" if len(factors) > MOST else ""
    sum_of_all = float(sum(float(a) * float(b) for a, b in factors))
    lines = [f"= {' + '.join(terms)}{more}", f"= {number(sum_of_all)}"]
    if abs(rest) > 0:
        lines.append(f"with the penalty's {number(rest)}: {number(total)}")
    words = f"the gradient of {step.element}" + ("" if scale == 1.0 else ", times the loss scale")
    return [Formula(latex, plain, tuple(lines), words)]


def _terms(step: Step, call: Call) -> Terms | None:
    """Return formula, the factors of each row's term, and the regularizer's part."""
    if sum(c.layer is call.layer for c in step.calls) > 1:
        return None
    name, layer = step.name.rsplit("/", 1)[-1], type(call.layer).__name__
    if layer == "Dense":
        return _dense(step, call, name)
    if layer == "BatchNormalization" and name in ("gamma", "beta"):
        return _batch_normalization(step, call, name)
    return None


def _dense(step: Step, call: Call, name: str) -> Terms | None:
    x, dz = call.cache.x, call.preactivation_grad()
    if dz is None or x.ndim != 2:
        return None
    rest = _penalty(step)
    if name == "kernel":
        i, j = step.index
        factors = list(zip(x[:, i].tolist(), dz[:, j].tolist(), strict=True))
        return (
            rf"dW_{{{i},{j}}} = \sum_n x_{{n,{i}}}\,dz_{{n,{j}}}",
            f"dW[{i}, {j}] = Σ_n x[n, {i}]·dz[n, {j}]",
            factors,
            rest,
        )
    (j,) = step.index
    factors = [(1.0, value) for value in dz[:, j].tolist()]
    return rf"db_{{{j}}} = \sum_n dz_{{n,{j}}}", f"db[{j}] = Σ_n 1·dz[n, {j}]", factors, rest


def _batch_normalization(step: Step, call: Call, name: str) -> Terms | None:
    dy, xhat = call.activation_grad(), call.cache.xhat
    if dy is None or dy.ndim != 2 or call.layer.axis not in (-1, 1):
        return None
    (j,) = step.index
    column: Array = xhat[:, j] if name == "gamma" else np.ones(len(dy))
    factors = list(zip(column.tolist(), dy[:, j].tolist(), strict=True))
    if name == "gamma":
        latex = rf"d\gamma_{{{j}}} = \sum_n \hat x_{{n,{j}}}\,dy_{{n,{j}}}"
        return latex, f"dγ[{j}] = Σ_n x̂[n, {j}]·dy[n, {j}]", factors, _penalty(step)
    latex = rf"d\beta_{{{j}}} = \sum_n dy_{{n,{j}}}"
    return latex, f"dβ[{j}] = Σ_n 1·dy[n, {j}]", factors, _penalty(step)


def _penalty(step: Step) -> float:
    """Return the regularizer's part of the element's gradient."""
    regularizer = step.variable.regularizer
    if regularizer is None:
        return 0.0
    scale = step.stepper.optimizer.loss_scale_factor or 1.0
    return float(np.asarray(regularizer.gradient(step.before.weight))[step.index]) * scale


def _bracketed(x: float) -> str:
    text = number(x)
    return f"({text})" if text.startswith("−") else text
