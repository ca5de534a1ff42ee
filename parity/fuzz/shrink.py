"""Make a failing model as small and as plain as it can be while it still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from parity.fuzz.case import FuzzCase, Output, fitted
from parity.fuzz.formulas import FORMULA
from parity.fuzz.shapes import Call, LayerSpec, Shape
from parity.units import Data, Obj

Fails = Callable[[FuzzCase], bool]


def shrink(case: FuzzCase, fails: Fails, tries: int = 250) -> FuzzCase:
    """Return the smallest model found that still fails.

    One simplification after the other is tried, the coarse ones first; what still fails is kept,
    and the search starts again from there, until nothing simpler fails.

    Args:
        case: a model that fails.
        fails: tells whether a model fails in the same way.
        tries: how many models to try at most.
    """
    left = tries
    progress = True
    while progress and left > 0:
        progress = False
        for simpler in simplifications(case):
            if left <= 0:
                break
            left -= 1
            if fails(simpler):
                case, progress = simpler, True
                break
    return case


def simplifications(case: FuzzCase) -> Iterator[FuzzCase]:
    """Yield valid models that are simpler in one respect, the boldest first."""
    seen = {repr(case)}
    for candidate in _candidates(case):
        valid = fitted(candidate)
        if valid is not None and repr(valid) not in seen:
            seen.add(repr(valid))
            yield valid


def _candidates(case: FuzzCase) -> Iterator[FuzzCase]:
    yield from _shorter(case)
    yield from _fewer_layers(case)
    yield from _plainer_training(case)
    yield from _plainer_layers(case)
    yield from _narrower(case)
    yield from _plainer_rows(case)


def _shorter(case: FuzzCase) -> Iterator[FuzzCase]:
    for steps in _smaller(case.steps):
        yield replace(case, steps=steps)
    for batch in _smaller(case.batch_size):
        yield replace(case, batch_size=batch, samples=batch)
        yield replace(case, batch_size=batch)
    for samples in (case.batch_size, *_smaller(case.samples)):
        if samples < case.samples:
            yield replace(case, samples=samples)


def _smaller(size: int) -> list[int]:
    """Return smaller sizes to try, the smallest first."""
    return sorted({n for n in (1, 2, size // 2, size - 1) if 0 < n < size})


def _fewer_layers(case: FuzzCase) -> Iterator[FuzzCase]:
    network = case.network
    if not case.calls:
        for i in range(len(network)):
            yield replace(case, network=network[:i] + network[i + 1 :])
        return
    if len(case.inputs) == 1 and not case.others:
        yield replace(case, network=tuple(network[call.layer] for call in case.calls), calls=())
    yield replace(case, others=(), packing="list")
    for other in case.others:
        yield _alone(case, other)
    for i in range(len(case.others)):
        yield replace(case, others=case.others[:i] + case.others[i + 1 :])
    for i in range(len(case.calls) - 1):
        for source in case.calls[i].sources:
            yield _without_call(case, i, source)
    for i, call in enumerate(case.calls):
        if call.layer in (other.layer for other in case.calls[:i]):
            own = Call(len(network), call.sources)
            calls = (*case.calls[:i], own, *case.calls[i + 1 :])
            yield replace(case, network=(*network, network[call.layer]), calls=calls)
    for i, tensor in enumerate(case.inputs[1:], start=1):
        if tensor == case.inputs[0]:
            yield _redirected(case, i, 0)


def _alone(case: FuzzCase, output: Output) -> FuzzCase:
    """Return the case with one of its further outputs as the only one."""
    return replace(
        case,
        calls=case.calls[: output.tensor - len(case.inputs) + 1],
        others=(),
        packing="list",
        loss=output.loss,
        metrics=output.metrics,
        weighted_metrics=output.weighted_metrics,
        loss_weight=None,
        class_weight=None,
        data=Data(case.data.maker, {**case.data.kwargs, "y": output.targets}),
    )


def _without_call(case: FuzzCase, i: int, source: int) -> FuzzCase:
    """Return the case where what call i makes is left out, and one of its sources passed on."""
    first = len(case.inputs)
    short = _redirected(case, first + i, source)

    def after(number: int) -> int:
        return number - 1 if number > first + i else number

    return replace(
        short,
        calls=tuple(
            Call(call.layer, tuple(map(after, call.sources)))
            for k, call in enumerate(short.calls)
            if k != i
        ),
        others=tuple(replace(o, tensor=after(o.tensor)) for o in short.others),
    )


def _redirected(case: FuzzCase, old: int, new: int) -> FuzzCase:
    """Return the case where one tensor takes the place of another."""

    def instead(number: int) -> int:
        return new if number == old else number

    return replace(
        case,
        calls=tuple(Call(c.layer, tuple(map(instead, c.sources))) for c in case.calls),
        others=tuple(replace(o, tensor=instead(o.tensor)) for o in case.others),
    )


def _plainer_training(case: FuzzCase) -> Iterator[FuzzCase]:
    plain: dict[str, Any] = {
        "metrics": (),
        "weighted_metrics": (),
        "weighted": False,
        "class_weight": None,
        "loss_weight": None,
        "excluded": (),
        "rate_by_function": False,
        "split": 0.0,
        "shuffle": False,
        "packing": "list",
        "others": tuple(
            replace(other, metrics=(), weighted_metrics=(), weight=1.0) for other in case.others
        ),
    }
    for name, value in plain.items():
        yield replace(case, **{name: value})
    name, options = case.optimizer
    yield replace(case, optimizer=("SGD", {}), rate_by_function=False)
    for fewer in _without_each(options):
        by_function = case.rate_by_function and "learning_rate" in fewer
        yield replace(case, optimizer=(name, fewer), rate_by_function=by_function)
    if isinstance(case.loss, Obj):
        for fewer in _without_each(case.loss.kwargs):
            yield replace(case, loss=Obj(case.loss.path, fewer))
    for metrics in ("metrics", "weighted_metrics"):
        given = getattr(case, metrics)
        for i in range(len(given)):
            yield replace(case, **{metrics: given[:i] + given[i + 1 :]})


def _without_each(options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for dropped in options:
        yield {name: value for name, value in options.items() if name != dropped}


REQUIRED = {
    *("units", "activation", "rate", "stddev", "filters", "kernel_size", "target_shape", "dims"),
    *("n", "scale", "axes", "groups", "inputs", "network", "calls", "height", "width", "factor"),
}
"""Arguments that layers cannot do without, or that shapes hang on."""


def _plainer_layers(case: FuzzCase) -> Iterator[FuzzCase]:
    for i, (kind, kwargs) in enumerate(case.network):
        for name in kwargs:
            if name not in REQUIRED and kind not in ("Normalization", FORMULA):
                fewer = {key: value for key, value in kwargs.items() if key != name}
                yield _with_layer(case, i, (kind, fewer))
        for name, value in kwargs.items():
            if isinstance(value, Obj):
                for options in _without_each(value.kwargs):
                    plainer = {**kwargs, name: Obj(value.path, options)}
                    yield _with_layer(case, i, (kind, plainer))


def _with_layer(case: FuzzCase, i: int, layer: LayerSpec) -> FuzzCase:
    return replace(case, network=(*case.network[:i], layer, *case.network[i + 1 :]))


def _narrower(case: FuzzCase) -> Iterator[FuzzCase]:
    for k, shape in enumerate(case.inputs):
        for i in range(len(shape)):
            if len(shape) > 1:
                yield _with_input(case, k, shape[:i] + shape[i + 1 :])
            for size in _smaller(shape[i]):
                yield _with_input(case, k, (*shape[:i], size, *shape[i + 1 :]))
    for i, (kind, kwargs) in enumerate(case.network):
        for units in _smaller(kwargs.get("units", 1)):
            yield _with_layer(case, i, (kind, {**kwargs, "units": units}))


def _with_input(case: FuzzCase, k: int, shape: Shape) -> FuzzCase:
    return replace(case, inputs=(*case.inputs[:k], shape, *case.inputs[k + 1 :]))


def _plainer_rows(case: FuzzCase) -> Iterator[FuzzCase]:
    rows = case.data.kwargs
    if rows["x"] != "normal":
        yield replace(case, data=Data(case.data.maker, {**rows, "x": "normal"}))
    if rows.get("decimals") is None:
        yield replace(case, data=Data(case.data.maker, {**rows, "decimals": 1}))
    if case.seed != 1:
        yield replace(case, seed=1)
