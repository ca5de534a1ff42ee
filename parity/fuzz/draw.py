"""Model number i of seed S."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parity.fuzz import rows
from parity.fuzz.case import CLASSES, PACKINGS, FuzzCase, Output, fitted
from parity.fuzz.chooser import Chooser
from parity.fuzz.draw_graph import Sketch, graph
from parity.fuzz.draw_head import BY_BATCH, Head, head, some_metrics
from parity.fuzz.draw_layers import body
from parity.fuzz.draw_optimizer import excluded, optimizer
from parity.fuzz.shapes import Call, LayerSpec, Shape, tensor_shapes
from parity.units import DTYPES, Data


def draw(seed: int, number: int, steps: int | None = None) -> FuzzCase:
    """Return model `number` of seed `seed`: always the same, whatever else is drawn.

    Args:
        seed: the seed of the run.
        number: number of the model, counted from 0.
        steps: training steps; drawn if None.

    >>> draw(1, 5) == draw(1, 5), draw(1, 5) == draw(1, 6)
    (True, False)
    """
    for attempt in range(1000):
        case = fitted(_attempt(Chooser(seed, number, attempt), f"fuzz/{seed}/{number}", steps))
        if case is not None:
            return case
    raise AssertionError(f"No valid model {number} of seed {seed} in 1000 attempts.")


@dataclass(frozen=True)
class Plan:
    """A network with its outputs.

    Args:
        inputs: shape of one sample of each input.
        network: the layers.
        calls: of them; none for a Sequential model.
        end: the head of the first output.
        others: the further outputs.
    """

    inputs: tuple[Shape, ...]
    network: tuple[LayerSpec, ...]
    calls: tuple[Call, ...]
    end: Head
    others: tuple[Output, ...] = ()


def _stack(c: Chooser) -> Plan:
    """Return a Sequential model."""
    shape = _input_shape(c)
    layers, behind = body(c, shape)
    end = head(c, behind)
    return Plan((shape,), (*layers, *end.layers), (), end)


def _graph(c: Chooser) -> Plan:
    """Return a functional model of one output or several."""
    sketch = graph(c, _input_shape(c))
    others: list[Output] = []
    for _ in range(c.weigh({0: 4, 1: 3, 2: 1})):
        if (found := _end(c, sketch)) is not None:
            end, tensor = found
            metrics = some_metrics(c, end.metrics, 2)
            weighted = some_metrics(c, end.metrics, 1) if c.chance(0.2) else ()
            weight = c.real(0.2, 3.0) if c.chance(0.4) else 1.0
            others.append(Output(tensor, end.loss, end.targets, metrics, weighted, weight))
    found = _end(c, sketch)
    while found is None:
        found = _end(c, sketch)
    graph_of = tuple(sketch.inputs), tuple(sketch.network), tuple(sketch.calls)
    return Plan(*graph_of, found[0], tuple(others))


def _end(c: Chooser, sketch: Sketch) -> tuple[Head, int] | None:
    """Add an output to a graph; return its head and its tensor, None if it does not fit."""
    loose = sketch.loose()
    at = c.pick(loose) if c.chance(0.8) else c.whole(0, len(sketch.shapes) - 1)
    if len(sketch.shapes[at]) > 1 and c.chance(0.85):
        flat = sketch.add(("Flatten", {}), at)
        assert flat is not None
        at = flat
    end = head(c, sketch.shapes[at])
    for layer in end.layers:
        behind = sketch.add(layer, at)
        if behind is None:
            return None
        at = behind
    return end, at


def _attempt(c: Chooser, name: str, steps: int | None) -> FuzzCase:
    plan = _stack(c) if c.chance(0.4) else _graph(c)
    end, network = plan.end, plan.network
    method = optimizer(c)
    metrics = some_metrics(c, end.metrics, 3)
    weighted_metrics = some_metrics(c, end.metrics, 2) if c.chance(0.25) else ()
    batch = c.weigh({c.whole(2, 9): 5, c.whole(10, 40): 1, 1: 0.3})
    drawn_steps = c.whole(2, 5)
    samples = batch * c.whole(1, 3) + c.whole(0, max(batch - 1, 0))
    shapes = tensor_shapes(plan.inputs, network, plan.calls) or [()]
    losses = repr([end.loss, *(o.loss for o in plan.others)])
    flat = len(shapes[-1]) == 1 and not any(one in losses for one in BY_BATCH)
    return FuzzCase(
        name=name,
        area="fuzz",
        network=network,
        optimizer=method,
        loss=end.loss,
        metrics=metrics,
        data=Data("random", _rows(c, end)),
        samples=samples,
        batch_size=batch,
        weighted=flat and c.chance(0.3),
        steps=drawn_steps if steps is None else steps,
        seed=c.whole(0, 99999),
        dtypes=_dtypes(network, method, [metrics, weighted_metrics, plan.others]),
        inputs=plan.inputs,
        calls=plan.calls,
        others=plan.others,
        packing=c.pick(PACKINGS),
        weighted_metrics=weighted_metrics,
        loss_weight=c.real(0.2, 3.0) if c.chance(0.15) else None,
        class_weight=_class_weight(c, end, shapes[-1]) if flat and c.chance(0.3) else None,
        excluded=excluded(c) if "weight_decay" in method[1] and c.chance(0.5) else (),
        rate_by_function=isinstance(method[1].get("learning_rate"), float) and c.chance(0.12),
        split=c.real(0.1, 0.6) if samples > 4 and c.chance(0.3) else 0.0,
        shuffle=c.weigh({True: 3, False: 1, "batch": 1}),
    )


def _input_shape(c: Chooser) -> Shape:
    rank = c.weigh({1: 5, 2: 2, 3: 1, 4: 3})
    if rank == 4:
        return (c.whole(3, 7), c.whole(3, 7), c.whole(1, 3))
    if rank == 1:
        return (c.weigh({c.whole(1, 9): 6, c.whole(10, 40): 1}),)
    return tuple(c.whole(1, 6 - rank) for _ in range(rank))


def _rows(c: Chooser, end: Head) -> dict[str, object]:
    kinds = {"normal": 4, "uniform": 2, "sparse": 1, "offset": 1, "constant_column": 1, "large": 1}
    kinds |= {"coarse": 1, "pixels": 0.5}
    assert kinds.keys() == rows.INPUTS.keys()
    return {"x": c.weigh(kinds), "y": end.targets, "seed": c.whole(0, 99999)}


def _class_weight(c: Chooser, end: Head, shape: Shape) -> dict[int, float] | None:
    if end.targets not in (*CLASSES, "bits") or end.targets == "soft":
        return None
    if end.targets == "bits" and shape[-1] > 1:
        return None
    classes = range(2 if end.targets == "bits" else shape[-1])
    return {label: c.real(0.0, 3.0) for label in classes if c.chance(0.7)} or None


def _dtypes(
    network: Sequence[LayerSpec], method: object, metrics: Sequence[object]
) -> tuple[str, ...]:
    """Return the float types that Keras can run a model in.

    TensorFlow finds the largest k among float32 numbers only and convolves images with channels
    first in float32 only; Keras's orthogonal penalty multiplies by a float32 whatever the type of
    the weights, and so does Muon with a schedule.
    """
    described = repr([*network, *metrics])
    only_float32 = "TopK" in described or "OrthogonalRegularizer" in described
    only_float32 |= "'Conv2D'" in described and "channels_first" in described
    only_float32 |= "'Muon'" in repr(method) and "schedules" in repr(method)
    return DTYPES[:1] if only_float32 else DTYPES
