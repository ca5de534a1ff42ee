"""Model number i of seed S."""

from __future__ import annotations

from collections.abc import Sequence

from parity.fuzz import rows
from parity.fuzz.case import CLASSES, FuzzCase, LayerSpec, Shape, fitted, output_shape
from parity.fuzz.chooser import Chooser
from parity.fuzz.draw_head import Head, head, some_metrics
from parity.fuzz.draw_layers import body
from parity.fuzz.draw_optimizer import excluded, optimizer
from parity.units import DTYPES, Data, Obj


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


def _attempt(c: Chooser, name: str, steps: int | None) -> FuzzCase:
    input_shape = _input_shape(c)
    layers, shape = body(c, input_shape)
    end = head(c, shape)
    network = (*layers, *end.layers)
    method = optimizer(c)
    metrics = some_metrics(c, end.metrics, 3)
    weighted_metrics = some_metrics(c, end.metrics, 2) if c.chance(0.25) else ()
    batch = c.weigh({c.whole(2, 9): 5, c.whole(10, 40): 1, 1: 0.3})
    drawn_steps = c.whole(2, 5)
    samples = batch * c.whole(1, 3) + c.whole(0, max(batch - 1, 0))
    behind = output_shape(input_shape, network)
    flat = behind is not None and len(behind) == 1
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
        dtypes=_dtypes(network, (*metrics, *weighted_metrics)),
        input_shape=input_shape,
        weighted_metrics=weighted_metrics,
        loss_weight=c.real(0.2, 3.0) if c.chance(0.15) else None,
        class_weight=_class_weight(c, end, behind) if flat and c.chance(0.3) else None,
        excluded=excluded(c) if "weight_decay" in method[1] and c.chance(0.5) else (),
        rate_by_function="learning_rate" in method[1] and c.chance(0.12),
        split=c.real(0.1, 0.6) if samples > 4 and c.chance(0.3) else 0.0,
        shuffle=c.weigh({True: 3, False: 1, "batch": 1}),
    )


def _input_shape(c: Chooser) -> Shape:
    rank = c.weigh({1: 5, 2: 2, 3: 1})
    if rank == 1:
        return (c.weigh({c.whole(1, 9): 6, c.whole(10, 40): 1}),)
    return tuple(c.whole(1, 6 - rank) for _ in range(rank))


def _rows(c: Chooser, end: Head) -> dict[str, object]:
    kinds = {"normal": 4, "uniform": 2, "sparse": 1, "offset": 1, "constant_column": 1, "large": 1}
    kinds["coarse"] = 1
    assert kinds.keys() == rows.INPUTS.keys()
    return {"x": c.weigh(kinds), "y": end.targets, "seed": c.whole(0, 99999)}


def _class_weight(c: Chooser, end: Head, shape: Shape | None) -> dict[int, float] | None:
    if shape is None or end.targets not in (*CLASSES, "bits") or end.targets == "soft":
        return None
    if end.targets == "bits" and shape[-1] > 1:
        return None
    classes = range(2 if end.targets == "bits" else shape[-1])
    return {label: c.real(0.0, 3.0) for label in classes if c.chance(0.7)} or None


def _dtypes(network: Sequence[LayerSpec], metrics: Sequence[str | Obj]) -> tuple[str, ...]:
    """Return the float types that Keras can run a model in.

    TensorFlow finds the largest k among float32 numbers only, and Keras's orthogonal penalty
    multiplies by a float32 whatever the type of the weights.
    """
    described = repr([*network, *metrics])
    only_float32 = "TopK" in described or "OrthogonalRegularizer" in described
    return DTYPES[:1] if only_float32 else DTYPES
