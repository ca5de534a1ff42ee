"""A random model as plain data, and whether it is one that Keras accepts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from parity.fuzz.formulas import FORMULA
from parity.fuzz.shapes import Call, LayerSpec, Shape, chain, tensor_shapes
from parity.units import Case, Data, Obj

PACKINGS = ("list", "dict")
"""How several inputs and outputs are handed over."""


@dataclass(frozen=True)
class Output:
    """A further output of a model: where it comes from and what it is trained on.

    Args:
        tensor: number of the tensor; the inputs come first, then one for each call.
        loss: its loss.
        targets: kind of targets, a name in `parity.fuzz.rows.TARGETS`.
        metrics: its metrics.
        weighted_metrics: metrics that take sample weights into account.
        weight: factor of its loss.
    """

    tensor: int
    loss: str | Obj
    targets: str
    metrics: tuple[str | Obj, ...] = ()
    weighted_metrics: tuple[str | Obj, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True)
class FuzzCase(Case):
    """A case that also says what only random models vary.

    Args:
        inputs: shape of one sample of each input.
        calls: which layer is called on which tensors; empty for a Sequential model. The last one
            makes the first output.
        others: further outputs.
        packing: `"list"` or `"dict"`, how several inputs and outputs are handed over.
        weighted_metrics: metrics that take sample weights into account.
        loss_weight: factor of the first output's loss, or None.
        class_weight: weights of classes in the closing `fit`, or None.
        excluded: regular expressions of the variables without weight decay.
        rate_by_function: give the learning rate as a function instead of a number.
        split: part of the rows that the closing `fit` validates on.
        shuffle: as in `fit`.
    """

    inputs: tuple[Shape, ...] = ((1,),)
    calls: tuple[Call, ...] = ()
    others: tuple[Output, ...] = ()
    packing: str = "list"
    weighted_metrics: tuple[str | Obj, ...] = ()
    loss_weight: float | None = None
    class_weight: Mapping[int, float] | None = None
    excluded: tuple[str, ...] = ()
    rate_by_function: bool = False
    split: float = 0.0
    shuffle: bool | str = False

    @property
    def is_chain(self) -> bool:
        """Whether every layer works on what the one before it made."""
        return not self.calls and not any(kind == "Nested" for kind, _ in self.network)

    @property
    def wires(self) -> tuple[Call, ...]:
        """The calls, of a Sequential model too."""
        return self.calls or chain(len(self.network))

    @property
    def ends(self) -> tuple[Output, ...]:
        """All outputs, the first one included."""
        last = len(self.inputs) + len(self.wires) - 1
        weight = 1.0 if self.loss_weight is None else self.loss_weight
        kind = self.data.kwargs["y"]
        own = (self.loss, kind, self.metrics, self.weighted_metrics, weight)
        return (Output(last, *own), *self.others)

    def name_of_tensor(self, number: int) -> str:
        """Return the name of the input or layer that makes a tensor."""
        if number < len(self.inputs):
            return f"in_{number}"
        layer = self.wires[number - len(self.inputs)].layer
        return str(self.layers()[layer][1]["name"])


CLASSES = ("one_hot", "soft", "labels", "label_column")
"""Kinds of targets that need more than one column of outputs."""


def fitted(case: FuzzCase) -> FuzzCase | None:
    """Return the case with data that fits its network, or None if it is not a valid one.

    Args:
        case: a case whose network, inputs or batches may have been changed since it was drawn.
    """
    case = pruned(case)
    if not case.calls and _has_formulas(case.network):
        return None
    shapes = tensor_shapes(case.inputs, case.network, case.wires)
    if shapes is None or not has_weights(case.network) or not _options_fit(case, shapes):
        return None
    if not _outputs_fit(case, shapes) or not _rows_fit(case, shapes):
        return None
    rows = {**case.data.kwargs, "shape": case.inputs[0], "output": shapes[-1]}
    for name in ("more", "others", "names"):
        rows.pop(name, None)
    if len(case.inputs) > 1:
        rows["more"] = case.inputs[1:]
    if case.others:
        rows["others"] = tuple((shapes[o.tensor], o.targets) for o in case.others)
    if case.packing == "dict" and ("more" in rows or "others" in rows):
        inputs = tuple(f"in_{i}" for i in range(len(case.inputs)))
        rows["names"] = inputs, tuple(case.name_of_tensor(o.tensor) for o in case.ends)
    return replace(case, data=Data(case.data.maker, rows))


def _has_formulas(network: Sequence[LayerSpec]) -> bool:
    """Tell whether formulas are among the layers: a Sequential model has no place for them."""
    return any(kind == FORMULA for kind, _ in network)


def pruned(case: FuzzCase) -> FuzzCase:
    """Return the case without calls, layers and inputs that no output depends on."""
    if not case.calls:
        return case
    first = len(case.inputs)
    wanted = {o.tensor for o in case.ends}
    for number in range(first + len(case.calls) - 1, first - 1, -1):
        if number in wanted:
            wanted.update(case.calls[number - first].sources)
    tensors = {old: new for new, old in enumerate(sorted(wanted))}
    kept = [call for i, call in enumerate(case.calls) if first + i in wanted]
    places = {old: new for new, old in enumerate(sorted({call.layer for call in kept}))}
    return replace(
        case,
        inputs=tuple(shape for i, shape in enumerate(case.inputs) if i in wanted),
        network=tuple(layer for i, layer in enumerate(case.network) if i in places),
        calls=tuple(Call(places[c.layer], tuple(tensors[i] for i in c.sources)) for c in kept),
        others=tuple(replace(o, tensor=tensors[o.tensor]) for o in case.others),
    )


def _outputs_fit(case: FuzzCase, shapes: Sequence[Shape]) -> bool:
    """Tell whether each output is made by a layer of its own and has targets that fit it."""
    first = len(case.inputs)
    if any(output.tensor < first for output in case.ends):
        return False
    makers = [case.wires[output.tensor - first].layer for output in case.ends]
    if len(set(makers)) < len(makers) or _has_formulas([case.network[i] for i in makers]):
        return False
    return all(_targets_fit(o.targets, shapes[o.tensor]) for o in case.ends)


def _targets_fit(kind: str, shape: Shape) -> bool:
    if kind in CLASSES and shape[-1] < 2:
        return False
    return kind != "reals_flat" or shape[-1] == 1


def _rows_fit(case: FuzzCase, shapes: Sequence[Shape]) -> bool:
    flat = all(len(shapes[output.tensor]) == 1 for output in case.ends)
    if not flat and (case.weighted or case.class_weight):
        return False
    if case.class_weight:
        kind = case.data.kwargs["y"]
        if case.others or kind not in ("one_hot", "labels", "label_column", "bits"):
            return False
    if case.split and not 0 < math.floor(case.samples * (1.0 - case.split)) < case.samples:
        return False
    return 1 <= case.batch_size <= case.samples


ALWAYS_TRAINED = ("Dense", "Conv2D", "PReLU", "RMSNormalization")
TRAINED_IF_USED = ("BatchNormalization", "LayerNormalization", "GroupNormalization")


def has_weights(network: Sequence[LayerSpec]) -> bool:
    """Tell whether anything can be trained: without it both libraries have nothing to do."""
    return any(
        kwargs.get("trainable", True)
        and (
            kind in ALWAYS_TRAINED
            or (kind in TRAINED_IF_USED and any(kwargs.get(f, True) for f in ("scale", "center")))
            or (kind == "Nested" and has_weights(kwargs["network"]))
        )
        for kind, kwargs in network
    )


def _options_fit(case: FuzzCase, shapes: Sequence[Shape]) -> bool:
    """Tell whether penalties fit the shapes they are for, and shared layers their tensors."""
    taken: dict[int, list[Shape]] = {}
    for layer, sources in _calls_within(case.network, case.wires, shapes):
        if layer[0] in ("Dense", "Conv2D") and not _penalty_fits(layer, sources[0]):
            return False
    for call in case.wires:
        sources = [shapes[i] for i in call.sources]
        if taken.setdefault(call.layer, sources) != sources:
            return False
    return True


def _calls_within(
    network: Sequence[LayerSpec], calls: Sequence[Call], shapes: Sequence[Shape]
) -> Iterator[tuple[LayerSpec, list[Shape]]]:
    """Yield each layer with the shapes it is called on, those of nested models too."""
    for call in calls:
        kind, kwargs = network[call.layer]
        yield network[call.layer], [shapes[i] for i in call.sources]
        if kind == "Nested":
            inside = kwargs["network"], kwargs["calls"] or chain(len(kwargs["network"]))
            within = tensor_shapes(kwargs["inputs"], *inside)
            assert within is not None
            yield from _calls_within(*inside, within)


def _penalty_fits(layer: LayerSpec, shape: Shape) -> bool:
    kind, kwargs = layer
    penalty = kwargs.get("kernel_regularizer")
    if not (isinstance(penalty, Obj) and penalty.path.endswith("OrthogonalRegularizer")):
        return True
    rows = penalty.kwargs.get("mode", "rows") == "rows"
    return kind == "Dense" and (shape[-1] if rows else kwargs["units"]) >= 2
