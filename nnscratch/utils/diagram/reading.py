"""A model as boxes and arrows: one box for each layer, an arrow where an output goes in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nnscratch.errors import NotReadyError


@dataclass(frozen=True)
class Shown:
    """What a picture tells of each layer; the names are those of `plot_model`."""

    shapes: bool = False
    dtype: bool = False
    names: bool = True
    nested: bool = False
    activations: bool = False
    trainable: bool = False


@dataclass
class Box:
    """One layer.

    Attributes:
        key: the layer's name, with those of the models around it in front.
        name: what stands in bold in the head.
        kind: what stands behind it, empty if nothing does.
        family: `"input"`, `"weights"`, `"plain"` or `"model"`, by which the head is coloured.
        activation: name of the activation function, if it is shown.
        cells: pairs of caption and content below the head.
        trainable: whether the weights are trained, if that is shown.
    """

    key: str
    name: str
    kind: str
    family: str
    activation: str | None = None
    cells: list[tuple[str, str]] = field(default_factory=list)
    trainable: bool | None = None


@dataclass
class Diagram:
    """The boxes of one model, and the models drawn within it as diagrams of their own.

    Attributes:
        name: name of the model.
        parts: boxes and inner diagrams, by key.
        arrows: pairs of keys of boxes, which may lie within inner diagrams.
        entries: for each input of the model, the boxes that an arrow from outside goes to.
        exits: for each output of the model, the box that it comes from.
    """

    name: str
    parts: dict[str, Box | Diagram] = field(default_factory=dict)
    arrows: list[tuple[str, str]] = field(default_factory=list)
    entries: list[list[str]] = field(default_factory=list)
    exits: list[str | None] = field(default_factory=list)


def diagram_of(model: Any, shown: Shown) -> Diagram:
    """Read a model's graph.

    Args:
        model: a built model.
        shown: what the boxes tell.

    Raises:
        NotReadyError: the model is not built.
    """
    if not getattr(model, "built", False):
        raise NotReadyError(
            f"Model {model.name!r} has not been built: the shape of its input is not known. Put "
            "an Input first, call build(input_shape), or call the model on data."
        )
    if getattr(model, "graph", None) is None:
        box = Box(model.name, *_title(model, shown), family="model")
        return Diagram(model.name, {box.key: box})
    return _read(model, shown, "")


def _read(model: Any, shown: Shown, scope: str) -> Diagram:
    graph = model.run
    diagram = Diagram(model.name, entries=[[] for _ in graph.inputs])
    source: dict[int, str | int] = {}
    inputs = [tensor.node.layer for tensor in graph.inputs]
    calls: dict[int, list[Any]] = {id(t.node.layer): [t.node] for t in graph.inputs}
    for node in graph.nodes:
        calls.setdefault(id(node.layer), []).append(node)
    for i, (tensor, layer) in enumerate(zip(graph.inputs, inputs, strict=True)):
        if any(layer is listed for listed in model.layers):
            key = scope + layer.name
            diagram.parts[key] = _box(key, layer, calls[id(layer)], shown)
            diagram.entries[i].append(key)
            source[id(tensor)] = key
        else:  # a stack of layers does not show its input
            source[id(tensor)] = i
    for node in graph.nodes:
        layer = node.layer
        key = scope + layer.name
        if key not in diagram.parts:
            nested = shown.nested and getattr(layer, "graph", None) is not None
            diagram.parts[key] = (
                _read(layer, shown, f"{key}/")
                if nested
                else _box(key, layer, calls[id(layer)], shown)
            )
        part = diagram.parts[key]
        for i, tensor in enumerate(node.inputs):
            targets = part.entries[i] if isinstance(part, Diagram) else [key]
            _connect(diagram, source[id(tensor)], targets)
        for i, tensor in enumerate(node.outputs):
            made_by = part.exits[i] if isinstance(part, Diagram) else key
            source[id(tensor)] = source[id(node.inputs[0])] if made_by is None else made_by
    ends = [source[id(tensor)] for tensor in graph.outputs]
    diagram.exits = [end if isinstance(end, str) else None for end in ends]
    return diagram


def _connect(diagram: Diagram, source: str | int, targets: list[str]) -> None:
    if isinstance(source, int):
        diagram.entries[source] += [t for t in targets if t not in diagram.entries[source]]
        return
    diagram.arrows += [(source, t) for t in targets if (source, t) not in diagram.arrows]


def _title(layer: Any, shown: Shown) -> tuple[str, str]:
    kind = type(layer).__name__
    return (layer.name, kind) if shown.names else (kind, "")


def _box(key: str, layer: Any, calls: list[Any], shown: Shown) -> Box:
    is_input = not calls[0].inputs
    family = "plain"
    if is_input:
        family = "input"
    elif getattr(layer, "graph", None) is not None:
        family = "model"
    elif layer.weights:
        family = "weights"
    box = Box(key, *_title(layer, shown), family=family)
    if shown.activations and not is_input:
        box.activation = _activation(layer)
    if shown.shapes:
        if not is_input:
            box.cells.append(("Input shape", _listed([_shapes(c.inputs) for c in calls])))
        box.cells.append(("Output shape", _listed([_shapes(c.outputs) for c in calls])))
    if shown.dtype:
        box.cells.append(("Output dtype", _listed([t.dtype for c in calls for t in c.outputs])))
    if shown.trainable and layer.weights:
        box.trainable = bool(layer.trainable)
    return box


def _activation(layer: Any) -> str | None:
    activation = getattr(layer, "activation", None)
    if activation is None:
        return None
    return getattr(activation, "name", None) or getattr(activation, "__name__", str(activation))


def _shapes(tensors: Any) -> str:
    shapes = [str(tensor.shape) for tensor in tensors]
    return shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"


def _listed(texts: list[str]) -> str:
    """Join what differs between the calls of a shared layer."""
    return " or ".join(dict.fromkeys(texts))
