"""Every optimizer's update, recomputed from the text that explains it, is what it did."""

from __future__ import annotations

import inspect
import math
import re

import numpy as np
import pytest

from nnscratch import constraints, optimizers
from nnscratch.lab.explaining.expressions import latex, parsed, plain
from nnscratch.lab.explaining.update import Before, worked_update
from nnscratch.lab.explaining.update_rules import RULES
from nnscratch.variable import Variable

ROWS = {
    "Adadelta": [{}, {"rho": 0.5, "epsilon": 1e-3}],
    "Adafactor": [{}, {"epsilon_1": 1e-6, "clip_threshold": 0.5}],
    "Adagrad": [{}, {"initial_accumulator_value": 0.5, "epsilon": 1e-3}],
    "Adam": [{}, {"amsgrad": True, "beta_1": 0.5, "beta_2": 0.9}],
    "AdamW": [{}, {"weight_decay": 0.1, "amsgrad": True}],
    "Adamax": [{}, {"beta_1": 0.5, "beta_2": 0.9}],
    "Ftrl": [
        {"l1_regularization_strength": 0.1, "l2_regularization_strength": 0.1, "beta": 0.1},
        {"learning_rate_power": -0.7, "l2_shrinkage_regularization_strength": 0.1},
    ],
    "Lamb": [{}, {"beta_1": 0.5, "epsilon": 1e-3}],
    "Lion": [{}, {"beta_1": 0.5, "beta_2": 0.9}],
    "LossScaleOptimizer": [{}],
    "Muon": [{}, {"nesterov": False, "ns_steps": 3, "rms_rate": None}, {"exclude_layers": ["w"]}],
    "Nadam": [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}],
    "RMSprop": [{}, {"momentum": 0.5}, {"momentum": 0.5, "centered": True}],
    "SGD": [{}, {"momentum": 0.5}, {"momentum": 0.5, "nesterov": True}],
    "ScheduleFreeAdamW": [{}, {"beta_1": 0.5, "warmup_steps": 9}],
}
OPTIONS = {
    "plain": {},
    "clipnorm": {"clipnorm": 0.7, "weight_decay": 0.01},
    "clipvalue": {"clipvalue": 0.2, "loss_scale_factor": 3.0},
    "global_clipnorm": {"global_clipnorm": 0.5, "gradient_accumulation_steps": 2},
    "averaged": {"use_ema": True, "ema_overwrite_frequency": 3, "ema_momentum": 0.5},
}
CASES = [(n, row, o) for n, rows in ROWS.items() for row in rows for o in OPTIONS]


def make(name, row, options):
    if name == "LossScaleOptimizer":
        inner = optimizers.SGD(0.05, momentum=0.5, **{**options, "loss_scale_factor": None})
        return optimizers.LossScaleOptimizer(inner, initial_scale=4.0)
    return getattr(optimizers, name)(learning_rate=0.05, **{**options, **row})


def recomputed(text):
    """Compute a line's right side from its text alone."""
    code = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    for shown, meant in (("−", "-"), ("·", "*"), ("√", "sqrt"), ("²", "**2"), ("^", "**")):
        code = code.replace(shown, meant)
    known = {
        "sqrt": math.sqrt, "abs": abs, "max": max, "min": min, "sign": np.sign,
        "clip": lambda x, low, high: min(max(x, low), high),
    }  # fmt: skip
    return float(eval(code, {"__builtins__": {}}, known))


@pytest.mark.parametrize(("name", "row", "option"), CASES)
@pytest.mark.parametrize("steps", [0, 2, 5])
def test_the_text_gives_the_new_weight(name, row, option, steps):
    rng = np.random.default_rng(steps)
    variables = [
        Variable(rng.standard_normal((3, 4)), name="w"),
        Variable(rng.standard_normal(5), name="b", dtype="float64"),
    ]
    optimizer = make(name, row, OPTIONS[option])
    optimizer.build(variables)
    for _ in range(steps):
        optimizer.apply([rng.standard_normal(v.shape) for v in variables])
    for i, index in ((0, (2, 1)), (1, (3,))):
        variable = variables[i]
        gradients = [rng.standard_normal(v.shape) for v in variables]
        slots = {n: s.numpy() for n, s in optimizer.slots_of(variable).items()}
        gathered = [optimizer.slots_of(v).get("gradient_accumulator") for v in variables]
        before = Before(
            optimizer, variable, variable.numpy(), slots,
            gradients[i], gradients,
            [None if a is None else a.numpy() for a in gathered],
        )  # fmt: skip
        lines, source = worked_update(before, index)
        optimizer.apply(gradients)
        for line in lines:
            assert recomputed(line.numbers) == pytest.approx(line.result, rel=1e-5, abs=1e-7)
        new = [line for line in lines if line.formula.startswith("w ←") or line.formula == "w"]
        wanted = new[-1].result if new else before.weight[index]
        assert float(variable.value[index]) == pytest.approx(wanted, rel=1e-6, abs=1e-9)
        assert source


def test_every_optimizer_has_a_rule():
    exported = {n for n in optimizers.__all__ if inspect.isclass(getattr(optimizers, n))}
    assert exported - {"Optimizer", "LossScaleOptimizer"} == set(RULES)
    assert exported - {"Optimizer"} == set(ROWS)


def test_a_constraint_is_the_last_line():
    w = Variable(np.array([2.0, -3.0]), name="w")
    w.constraint = constraints.NonNeg()
    optimizer = optimizers.SGD(0.1)
    optimizer.build([w])
    before = Before(optimizer, w, w.numpy(), {}, np.ones(2), [np.ones(2)], [None])
    lines, _ = worked_update(before, (1,))
    assert lines[-1].words == "constraint NonNeg"
    assert lines[-1].result == 0.0


@pytest.mark.parametrize(("text", "tex", "shown"), [
    ("a - (b - c)", r"a - \left(b - c\right)", "a − (b − c)"),
    ("a/(b*c)", r"\frac{a}{b\,c}", "a/(b·c)"),
    ("(a + b)**2", r"\left(a + b\right)^{2}", "(a + b)²"),
    ("a/b/c", r"\frac{\frac{a}{b}}{c}", "a/b/c"),
    ("-a*b", r"-a\,b", "−a·b"),
    ("beta_1**(t + 1)", r"\beta_1^{t + 1}", "β₁^(t + 1)"),
    ("max(u, abs(g))", r"\mathrm{max}(u, \lvert g \rvert)", "max(u, |g|)"),
])  # fmt: skip
def test_formulas_are_set_with_the_brackets_they_need(text, tex, shown):
    assert latex(parsed(text)) == tex
    assert plain(parsed(text)) == shown
