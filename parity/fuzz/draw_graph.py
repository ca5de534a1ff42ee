"""Random graphs: branches that part and join, layers that are shared, models within models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from parity.fuzz.case import has_weights
from parity.fuzz.chooser import Chooser
from parity.fuzz.draw_formulas import some_formula
from parity.fuzz.draw_kinds import some_axis
from parity.fuzz.draw_layers import body, dense, hidden_layer
from parity.fuzz.formulas import FORMULA, formula_of
from parity.fuzz.shapes import MERGING, Call, LayerSpec, Shape, after_layer


@dataclass
class Sketch:
    """A graph under way.

    Attributes:
        inputs: shape of one sample of each input.
        network: the layers.
        calls: of them.
        shapes: of one sample of every tensor.
    """

    inputs: list[Shape]
    network: list[LayerSpec] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shapes = list(self.inputs)

    def add(self, layer: LayerSpec, *sources: int) -> int | None:
        """Call a new layer; return the number of the tensor it makes, None if it does not fit."""
        shape = after_layer([self.shapes[i] for i in sources], layer)
        if shape is None or min(shape) < 1:
            return None
        self.network.append(layer)
        return self._call(len(self.network) - 1, sources, shape)

    def share(self, place: int, *sources: int) -> int | None:
        """Call a layer once more, on tensors of the shapes it was first called on."""
        first = next(call for call in self.calls if call.layer == place)
        if [self.shapes[i] for i in first.sources] != [self.shapes[i] for i in sources]:
            return None
        shape = after_layer([self.shapes[i] for i in sources], self.network[place])
        assert shape is not None
        return self._call(place, sources, shape)

    def _call(self, place: int, sources: tuple[int, ...], shape: Shape) -> int:
        self.calls.append(Call(place, sources))
        self.shapes.append(shape)
        return len(self.shapes) - 1

    def loose(self) -> list[int]:
        """Return the tensors that no call takes yet."""
        taken = {i for call in self.calls for i in call.sources}
        return [i for i in range(len(self.shapes)) if i not in taken]


def graph(c: Chooser, first: Shape) -> Sketch:
    """Return a random graph whose first input has samples of this shape."""
    inputs = [first]
    for _ in range(c.weigh({0: 4, 1: 3, 2: 1})):
        inputs.append(first if c.chance(0.6) else (c.whole(1, 7),))
    sketch = Sketch(inputs)
    for _ in range(c.whole(2, 7)):
        step = c.weigh({_grow: 5, _join: 4, _share: 2, _nest: 1, _compute: 8})
        step(c, sketch)
    return sketch


def _somewhere(c: Chooser, sketch: Sketch) -> int:
    """Return a tensor to go on from, one that leads nowhere yet more often than not."""
    loose = sketch.loose()
    return c.pick(loose) if c.chance(0.7) else c.whole(0, len(sketch.shapes) - 1)


def _grow(c: Chooser, sketch: Sketch) -> None:
    source = _somewhere(c, sketch)
    sketch.add(hidden_layer(c, sketch.shapes[source]), source)


def _share(c: Chooser, sketch: Sketch) -> None:
    """Call a layer again, on another tensor, on the same one, or on what it made itself."""
    places = sorted({k.layer for k in sketch.calls if sketch.network[k.layer][0] != FORMULA})
    if not places:
        return
    place = c.pick(places)
    shapes = [sketch.shapes[i] for i in next(k.sources for k in sketch.calls if k.layer == place)]
    fitting = [[i for i, s in enumerate(sketch.shapes) if s == shape] for shape in shapes]
    sketch.share(place, *(c.pick(numbers) for numbers in fitting))


def _compute(c: Chooser, sketch: Sketch) -> None:
    """Apply a formula to a tensor, or to two of them that fit."""
    source = _somewhere(c, sketch)
    for _ in range(5):
        layer = some_formula(c, sketch.shapes[source])
        if formula_of(layer[1])[0].sources == 1:
            groups = [(source,)]
        else:
            groups = [(source, i) for i in range(len(sketch.shapes))]
        fitting = [g for g in groups if after_layer([sketch.shapes[i] for i in g], layer)]
        if fitting:
            sketch.add(layer, *c.pick(fitting))
            return


def _join(c: Chooser, sketch: Sketch) -> None:
    """Join tensors of equal shape; where there is but one, make another out of any other."""
    source = _somewhere(c, sketch)
    shape = sketch.shapes[source]
    kind = c.weigh({**dict.fromkeys(MERGING, 1.0), "Concatenate": 1.5, "Dot": 0.8})
    equal = [i for i, other in enumerate(sketch.shapes) if other == shape and i != source]
    if not equal:
        made = _reshaped_to(c, sketch, shape)
        if made is None:
            return
        equal = [made]
    sources = [source, *c.some(equal, 2)] if kind not in ("Subtract", "Dot") else [source]
    if len(sources) < 2:
        sources = [source, c.pick(equal)]
    sketch.add((kind, _joining_options(c, kind, shape)), *sources)


def _joining_options(c: Chooser, kind: str, shape: Shape) -> dict[str, Any]:
    if kind == "Concatenate":
        return {"axis": some_axis(c, shape)} if c.chance(0.6) else {}
    if kind != "Dot":
        return {}
    axis = some_axis(c, shape)
    axes = (axis, axis) if c.chance(0.4) else axis
    return {"axes": axes, **({"normalize": True} if c.chance(0.4) else {})}


def _reshaped_to(c: Chooser, sketch: Sketch, shape: Shape) -> int | None:
    """Return a new tensor of this shape, made by a `Dense` from one of as many axes."""
    near = [i for i, s in enumerate(sketch.shapes) if s[:-1] == shape[:-1]]
    return sketch.add(dense(c, shape[-1], shape=shape), c.pick(near)) if near else None


def _nest(c: Chooser, sketch: Sketch) -> None:
    """Add a small model that is used as a layer."""
    source = _somewhere(c, sketch)
    shape = sketch.shapes[source]
    layers, behind = body(c, shape)
    if not layers:
        return
    inner: dict[str, Any] = {"inputs": (shape,), "network": tuple(layers), "calls": ()}
    if c.chance(0.5):
        within = Sketch([shape])
        at = 0
        for layer in layers:
            at = within.add(layer, at) or at
        same = [i for i, s in enumerate(within.shapes[:-1]) if s == behind]
        if same:
            within.add((c.pick(MERGING), {}), at, c.pick(same))
        if c.chance(0.3):
            _compute(c, within)
        inner |= {"network": tuple(within.network), "calls": tuple(within.calls)}
    if has_weights(inner["network"]) and c.chance(0.15):
        inner["trainable"] = False
    sketch.add(("Nested", inner), source)
