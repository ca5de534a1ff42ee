"""`explain`: forward, loss, backward and update of one batch, formulas beside their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnscratch.lab.explaining.document import (
    Explanation,
    Formula,
    Item,
    Section,
    Table,
    Text,
    formula,
)
from nnscratch.lab.explaining.expressions import number
from nnscratch.lab.explaining.gradients import gradient_of_element
from nnscratch.lab.explaining.layer_formulas import ACTIVATIONS, FORMULAS, LOSSES, Formulas
from nnscratch.lab.explaining.step import Step, taken
from nnscratch.lab.explaining.update import worked_update
from nnscratch.lab.recorder.calls import Call
from nnscratch.typing import Array


def explain(
    model: Any,
    x: Any,
    y: Any = None,
    variable: str | None = None,
    *,
    sample_weight: Any = None,
    class_weight: Any = None,
) -> Explanation:
    """Explain one training step: what every layer, the loss and the optimizer compute.

    One element of one weight is followed through to its new value. The step is taken on a copy, in
    training mode; the model and all random streams are as they were.

    Args:
        model: a compiled model.
        x: the inputs of one batch.
        y: its targets.
        variable: path of a weight, with the element if it matters: `"dense_1/kernel[3,7]"`;
            by default the element of the first kernel that has the largest gradient.
        sample_weight: weights of the rows, as in `fit`.
        class_weight: weights of the classes, as in `fit`.

    Raises:
        NotReadyError: the model is not compiled.
        ValueError: there is no such weight.

    >>> import nnscratch as nn
    >>> model = nn.Sequential([nn.Input((2,)), nn.layers.Dense(1, kernel_initializer="ones")])
    >>> model.compile(nn.optimizers.SGD(0.1), "mse")
    >>> told = explain(model, np.array([[1.0, 2.0]]), np.array([[1.0]]), "dense/kernel[1,0]")
    >>> told.gradient, round(told.after, 6)
    (8.0, 0.2)
    >>> "1 − 0.1·8" in str(told)
    True
    """
    step = taken(model, x, y, sample_weight, class_weight, variable)
    where = (*step.index,)
    before, after = float(step.before.weight[where]), float(step.after[where])
    gradient = float(step.before.gradient[where])
    update, worked = _update(step)
    sections = [_overview(step), _forward(step), _loss(step), _backward(step), update]
    title = f"One training step of {model.name}: {step.element}"
    return Explanation(title, sections, step.element, before, gradient, after, worked)


def _overview(step: Step) -> Section:
    rows = len(step.batch)
    optimizer = type(step.stepper.optimizer).__name__
    where = (*step.index,)
    items: list[Item] = [
        Text(
            f"A batch of {rows} row{'' if rows == 1 else 's'} goes forwards, the loss backwards, "
            f"and {optimizer} changes the weights. The element followed is {step.element}: "
            f"{number(step.before.weight[where])} before and {number(step.after[where])} after "
            "the step."
        )
    ]
    return Section("The step", items)


def _forward(step: Step) -> Section:
    section = Section("Forward")
    owner = step.owner()
    for call in step.calls:
        section.items += _layer(call, "forward")
        if call is owner:
            section.items += _unit(step, call)
    heads = ("layer", "shape", "mean", "std", "min", "max")
    rows = [(c.path, *_statistics(c.activation())) for c in step.calls]
    section.items.append(Table(heads, tuple(rows)))
    return section


def _layer(call: Call, way: str) -> Iterator[Item]:
    """Yield the formula of a layer one way, with that of its nonlinearity."""
    name = type(call.layer).__name__
    formulas = formulas_of(call.layer)
    if formulas is None:
        yield Text(f"{call.path} ({name}): {_first_words(call.layer)}")
        return
    yield formula(getattr(formulas, way), words=f"{call.path}: {name}")
    if formulas.words and way == "forward":
        yield Text(f"Here {formulas.words}.")
    activation = getattr(call.layer, "activation", None)
    if way == "backward" and call.logit_grad() is not None:
        yield Text(f"The loss has given dz of {call.path} at once, from its logits z.")
    elif activation is not None and activation.name != "linear":
        known = ACTIVATIONS.get(activation.name)
        if known is None:
            yield Text(f"f = {activation.name}: {_first_words(activation)}")
        else:
            yield formula(getattr(known, way), words=f"f of {call.path}: {activation.name}")


def formulas_of(layer: Any) -> Formulas | None:
    """Return the formulas of a layer's class or of the nearest class that it is made from."""
    for cls in type(layer).__mro__:
        if cls.__name__ in FORMULAS:
            return FORMULAS[cls.__name__]
    return None


def _unit(step: Step, call: Call) -> list[Item]:
    """Write out one output of the Dense layer whose weight is followed, for the first row."""
    if type(call.layer).__name__ != "Dense":
        return []
    x, z = call.cache.x, call.preactivation()
    if x is None or z is None or x.ndim != 2:
        return []
    j = step.index[-1] if step.index else 0
    column = step.weights[id(call.layer.kernel)][:, j]
    terms = [f"{number(a)}·{_bracketed(b)}" for a, b in zip(x[0], column, strict=True)]
    bias = call.layer.bias
    latex = rf"z_{{0,{j}}} = \sum_i x_{{0i}}\,W_{{i,{j}}} + b_{{{j}}}"
    plain = f"z[0, {j}] = Σ_i x[0, i]·W[i, {j}]" + ("" if bias is None else f" + b[{j}]")
    shown = _shortened(terms)
    if bias is not None:
        shown += f" + {_bracketed(step.weights[id(bias)][j])}"
    words = f"unit {j} of {call.path}, first row of the batch"
    return [Formula(latex, plain, (f"= {shown} = {number(z[0, j])}",), words)]


def _loss(step: Step) -> Section:
    section = Section("Loss")
    for term in step.stepper.objective.terms:
        name = _name_of(term.loss)
        known = LOSSES.get(name)
        shown = f"L = {number(np.sum(term.value))}"
        if known is None:
            section.items.append(Text(f"{name}: {_first_words(term.loss)} Here {shown}."))
        else:
            section.items.append(formula(known.forward, shown, words=name))
        section.items.append(_first_row(step, term.output))
    terms = step.stepper.objective.terms
    penalties = step.loss - float(sum(t.weight * np.sum(t.value) for t in terms))
    if abs(penalties) > 1e-6 * max(1.0, abs(step.loss)):
        section.items.append(
            Text(
                f"Penalties on weights and activities add {number(penalties)}: in all "
                f"{number(step.loss)}."
            )
        )
    return section


def _first_row(step: Step, output: int) -> Table:
    p = step.outputs[output]
    target = step.batch.target(output)
    y = np.atleast_1d(np.asarray(target)[0]).reshape(-1) if target is not None else np.empty(0)
    heads = ("first row", *[str(k) for k in range(min(p[0].size, 10))])
    rows = [("p", *[f"{v:.5g}" for v in p[0].reshape(-1)[:10]])]
    shown = [f"{v:.5g}" for v in y[:10]]
    rows.append(("y", *shown, *[""] * (len(heads) - 1 - len(shown))))
    return Table(heads, tuple(row[: len(heads)] for row in rows))


def _backward(step: Step) -> Section:
    section = Section("Backward")
    for term in step.stepper.objective.terms:
        name = _name_of(term.loss)
        known = LOSSES.get(name)
        if known is not None:
            words = name + (f"; {known.words}" if known.words else "")
            section.items.append(formula(known.backward, words=words))
    for call in reversed(step.calls):
        section.items += _layer(call, "backward")
    section.items += gradient_of_element(step)
    rows = [
        (v.path.removeprefix(f"{step.model.name}/"), *_statistics(g))
        for v, g in zip(
            [v for v in step.stepper.variables if v.grad is not None],
            step.before.gradients,
            strict=True,
        )
    ]
    section.items.append(Table(("gradient of", "shape", "mean", "std", "min", "max"), tuple(rows)))
    return section


def _update(step: Step) -> tuple[Section, float | None]:
    where = (*step.index,)
    optimizer = step.before.optimizer
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    name = type(inner).__name__
    section = Section(f"Update by {name}")
    after = float(step.after[where])
    form = getattr(inner, "form", None)
    if form is not None:
        section.items.append(Text(f"{form.equation}, as in {form.source}."))
    try:
        lines, source = worked_update(step.before, where)
    except ValueError:
        section.items.append(
            Text(
                f"{_first_words(inner)} With g = {number(step.before.gradient[where])} it took w "
                f"from {number(step.before.weight[where])} to {number(after)}."
            )
        )
        return section, None
    section.items.append(
        Text(
            f"{source}. g = {number(step.before.gradient[where])}, "
            f"η = {number(float(inner.learning_rate))}, step t = {int(inner.iterations) + 1}."
        )
    )
    for line in lines:
        section.items.append(
            Formula(line.latex, line.formula, (f"= {line.numbers}", f"= {number(line.result)}"),
                    line.words)
        )  # fmt: skip
    moved = [line.result for line in lines if line.formula.split(" ")[0] == "w"]
    wanted = moved[-1] if moved else float(step.before.weight[where])
    section.items.append(
        Text(
            f"The engine's new {step.element} is {number(after)}; the lines above, computed in "
            f"float64, are {abs(after - wanted):.1e} away from it."
        )
    )
    return section, wanted


def _statistics(a: Array | None) -> tuple[str, ...]:
    if a is None or a.size == 0:
        return ("", "", "", "", "")
    numbers = (f"{float(v):.4g}" for v in (a.mean(), a.std(), a.min(), a.max()))
    return (" × ".join(map(str, a.shape)) or "1", *numbers)


def _first_words(thing: Any) -> str:
    """Return the first sentence of the docstring of a thing's class."""
    text = (type(thing).__doc__ or type(thing).__name__).strip().split("\n\n")[0]
    return " ".join(text.split())


def _name_of(loss: Any) -> str:
    """Return the name of a loss's class, also of one that was given as a function."""
    name = type(loss).__name__
    if name in LOSSES:
        return name
    function = getattr(loss, "fn", None)
    words = str(getattr(function, "__name__", loss.name))
    return "".join(part.capitalize() for part in words.split("_"))


def _bracketed(x: Any) -> str:
    text = number(x)
    return f"({text})" if text.startswith("−") else text


def _shortened(terms: list[str], most: int = 5) -> str:
    if len(terms) <= most:
        return " + ".join(terms)
    return " + ".join(terms[: most - 1]) + f" + … ({len(terms)} terms)"
