"""A network written down as the lines that make it."""

from __future__ import annotations

from collections.abc import Sequence

from parity.fuzz.assembly import FuzzNet
from parity.fuzz.expressions import arguments, grouped
from parity.fuzz.formulas import FORMULA, formula_of
from parity.fuzz.shapes import JOINING


def model_lines(net: FuzzNet, variable: str = "model") -> list[str]:
    """Return the lines that make a network in a library called `lib`."""
    lines, made = [], []
    for i, (kind, kwargs) in net.layers():
        if kind == "Nested":
            made.append(f"{variable}_l{i}")
            lines += model_lines(net.within(i), made[-1])
            if kwargs.get("trainable") is False:
                lines.append(f"{made[-1]}.trainable = False")
        elif kind == FORMULA:
            made.append("")
        else:
            made.append(f"lib.layers.{kind}({arguments(kwargs)})")
    if not net.calls:
        layers = "".join(f"    {layer},\n" for layer in made)
        first = f"    lib.layers.Input(shape={net.inputs[0]}),\n"
        text = f"{variable} = lib.Sequential([\n{first}{layers}], name={net.name!r})"
        return lines + text.split("\n")
    inputs = [f"{variable}_t{i}" for i in range(len(net.inputs))]
    lines += [
        f"{name} = lib.layers.Input(shape={shape}, name='in_{i}')"
        for i, (name, shape) in enumerate(zip(inputs, net.inputs, strict=True))
    ]
    lines += [f"{variable}_l{i} = {layer}" for i, layer in enumerate(made) if "(" in layer]
    for i, call in enumerate(net.calls, start=len(inputs)):
        sources = [f"{variable}_t{source}" for source in call.sources]
        lines.append(f"{variable}_t{i} = {_called(net, call.layer, variable, sources)}")
    last = len(inputs) + len(net.calls) - 1
    outputs = [f"{variable}_t{i}" for i in net.outputs or (last,)]
    names = net.names or (None, None)
    ends = grouped(inputs, names[0]), grouped(outputs, names[1])
    return [*lines, f"{variable} = lib.Model({ends[0]}, {ends[1]}, name={net.name!r})"]


def _called(net: FuzzNet, layer: int, variable: str, sources: Sequence[str]) -> str:
    """Return the expression of one call."""
    kind, kwargs = net.network[layer]
    if kind == FORMULA:
        formula, options = formula_of(kwargs)
        return formula.written("lib.ops", sources, options)
    given = ", ".join(sources)
    return f"{variable}_l{layer}([{given}])" if kind in JOINING else f"{variable}_l{layer}({given})"
