"""One update of one element, line by line, with the numbers of the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.lab.explaining.expressions import (
    element,
    latex,
    number,
    parsed,
    plain,
    value,
    with_whole,
)
from nnscratch.lab.explaining.update_rules import RULES, Line, Rule
from nnscratch.typing import Array
from nnscratch.variable import Variable


@dataclass(frozen=True)
class Worked:
    """A line of arithmetic with its numbers.

    Attributes:
        formula: `w ← w − η·g`.
        latex: the same in LaTeX.
        numbers: the right side with numbers, `0.5 − 0.1·2`.
        result: its value.
        words: what it is.
    """

    formula: str
    latex: str
    numbers: str
    result: float
    words: str = ""


@dataclass(frozen=True)
class Before:
    """What an optimizer is about to use.

    Attributes:
        optimizer: the optimizer, not yet stepped.
        variable: the weight.
        weight: copy of its value.
        slots: copies of its slots, by name.
        gradient: its gradient as backward left it.
        gradients: all gradients, for a clipping by their common norm.
        accumulators: the sums that each of them is added to, where gradients are accumulated.
    """

    optimizer: Any
    variable: Variable
    weight: Array
    slots: dict[str, Array]
    gradient: Array
    gradients: Sequence[Array]
    accumulators: Sequence[Array | None]


def worked_update(before: Before, index: tuple[int, ...]) -> tuple[list[Worked], str]:
    """Return the update of one element line by line, and the rule's source.

    Args:
        before: what the optimizer is about to use.
        index: the element.

    Raises:
        ValueError: there is no rule for this optimizer.
    """
    outer = before.optimizer
    o = getattr(outer, "inner_optimizer", outer)
    name = type(o).__name__
    if name not in RULES:
        raise ValueError(f"There are no formulas for {name}.")
    rule = RULES[name](o, before.variable, before.slots)
    env = _environment(before, o, rule)
    lines = _first(before, outer, o, env)
    steps = o.gradient_accumulation_steps
    updates = not steps or (int(o._iterations.value) + 1) % steps == 0
    if updates:
        lines += _clipping(before, o, env) + _decay(o, before.variable, env) + rule.lines
    if o.use_ema:
        lines += _average(o, env)
    if before.variable.constraint is not None:
        lines += _constraint(before.variable)
    return [_work(line, env, before.variable.shape, index) for line in lines], rule.source


def _environment(before: Before, o: Any, rule: Rule) -> dict[str, Any]:
    env: dict[str, Any] = {name: float(x) for name, x in rule.numbers.items()}
    env["w"] = before.weight.astype(np.float64)
    env["g"] = before.gradient.astype(np.float64)
    env["eta"] = float(o.learning_rate)
    env["t"] = float(int(o.iterations) + 1)
    for slot, symbol in {**rule.slots, "average": "w_mean", "gradient_accumulator": "a"}.items():
        if slot in before.slots:
            env[symbol] = before.slots[slot].astype(np.float64)
    if "r" in rule.slots and "c" in rule.slots:
        env["r"], env["c"] = env["r"][..., None], env["c"][..., None, :]
    return env


def _first(before: Before, outer: Any, o: Any, env: dict[str, Any]) -> list[Line]:
    lines = []
    scale = outer.loss_scale_factor
    if scale:
        env["s_loss"] = float(scale)
        lines.append(Line("g", "g/s_loss", "without the loss scale"))
    steps = o.gradient_accumulation_steps
    if steps:
        env["k"] = float(steps)
        if (int(o._iterations.value) + 1) % steps == 0:
            lines.append(Line("g", "(g + a)/k", "mean of the gradients of k steps"))
        else:
            lines.append(Line("a", "a + g", "gathered; the weights move every k-th step"))
    return lines


def _clipping(before: Before, o: Any, env: dict[str, Any]) -> list[Line]:
    if o.clipnorm:
        env["c_max"] = float(o.clipnorm)
        return [Line("g", "g*c_max/max(norm(g), c_max)", "clipped to a norm")]
    if o.global_clipnorm:
        env["c_max"] = float(o.global_clipnorm)
        env["g_norm"] = _norm_of_all(before, env)
        return [Line("g", "g*c_max*min(1/g_norm, 1/c_max)", "clipped by the norm of all gradients")]
    if o.clipvalue:
        env["c_max"] = float(o.clipvalue)
        return [Line("g", "clip(g, -c_max, c_max)", "clipped")]
    return []


def _norm_of_all(before: Before, env: Mapping[str, Any]) -> float:
    scale, steps = env.get("s_loss", 1.0), env.get("k", 1.0)
    total = 0.0
    for gradient, gathered in zip(before.gradients, before.accumulators, strict=True):
        g = gradient.astype(np.float64) / scale
        g = g if gathered is None else (g + gathered) / steps
        total += float(np.sum(np.square(g)))
    return float(np.sqrt(total))


def _decay(o: Any, variable: Variable, env: dict[str, Any]) -> list[Line]:
    decay = o.weight_decay
    if hasattr(o, "has_adam") and o.has_adam(variable):
        decay = o.adam_weight_decay
    if not decay or o._exclusions.hold(variable):
        return []
    env["lam"] = float(decay)
    return [Line("w", "w - w*lam*eta", "weight decay, apart from the gradient")]


def _average(o: Any, env: dict[str, Any]) -> list[Line]:
    updates = int(o.iterations)
    env["mu_w"] = 0.0 if updates == 0 else float(o.ema_momentum)
    lines = [Line("w_mean", "mu_w*w_mean + (1 - mu_w)*w", "moving average of the weight")]
    if o.ema_overwrite_frequency and (updates + 1) % o.ema_overwrite_frequency == 0:
        lines.append(Line("w", "w_mean", "the average takes the weight's place"))
    return lines


def _constraint(variable: Variable) -> list[Line]:
    def project(env: Mapping[str, Any]) -> Any:
        projected = variable.constraint(env["w"].astype(variable.dtype))
        return np.asarray(projected, np.float64)

    return [Line("w", None, f"constraint {type(variable.constraint).__name__}", project)]


def _work(line: Line, env: dict[str, Any], shape: tuple[int, ...], index: Any) -> Worked:
    target = parsed(line.target)
    if line.expression is None:
        assert line.compute is not None
        env[line.target] = line.compute(env)
        result = element(env[line.target], shape, index)
        return Worked(plain(target), latex(target), number(result), result, line.words)
    node = parsed(line.expression)
    numbers = plain(node, with_whole(node, env, shape, index))
    with np.errstate(all="ignore"):
        env[line.target] = value(node, env)
    result = element(env[line.target], shape, index)
    return Worked(
        f"{plain(target)} ← {plain(node)}",
        rf"{latex(target)} \leftarrow {latex(node)}",
        numbers,
        result,
        line.words,
    )
