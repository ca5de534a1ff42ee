"""The table that `model.summary()` prints: one row a layer, then the numbers of parameters."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from nnscratch.utils import io


@dataclass(frozen=True)
class Column:
    """One column of the table.

    Attributes:
        header: its title.
        justify: to which side its cells are aligned.
        cell: returns the text of a layer's cell, in rich's markup; the second argument is the
            indent of a layer inside a nested model.
    """

    header: str
    justify: Literal["left", "center", "right"]
    cell: Callable[[Any, str], str]


@dataclass(frozen=True)
class Layout:
    """The columns of the table and where they end.

    Attributes:
        columns: the columns from left to right.
        positions: where each ends, as a share of the line.
        line_length: width of the table in a terminal that is wide enough.
    """

    columns: tuple[Column, ...]
    positions: tuple[float, ...]
    line_length: int


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print the table of a model's layers as Keras 3.15.1 prints it, character for character.

    Sizes are in units of 1024 bytes. A layer that is not built yet shows `?` and `0 (unbuilt)`.
    The optimizer's variables are counted once it has made them.

    Args:
        model: the model.
        line_length: width of the table; None means 88 (100 with `show_trainable`), or the
            terminal's width less 4 if that is smaller.
        positions: where each column ends, as a share of the line; None means 0.45, 0.80, 1.0.
        print_fn: called once with the whole text, without colours; None prints it.
        expand_nested: whether to show the layers of models inside the model.
        show_trainable: whether to show which layers are trained.
        layer_range: names of the first and the last layer to show, or regular expressions.

    Raises:
        ValueError: the table does not fit into the width, or `layer_range` names no layers.
    """
    layers, layout = list(model.layers), sequential_layout()
    if hasattr(model, "connections"):
        layers = model.operations
        links = model.connections()
        layout = layout if links is None else connected_layout(links)
    if positions:
        layout = replace(layout, positions=tuple(positions))
    if show_trainable:
        layout = with_trainable(layout)
    layers = _in_range(layers, layer_range)
    rows = [
        [column.cell(layer, indent) for column in layout.columns]
        for layer, indent in _walk(layers, expand_nested)
    ]
    plain = print_fn is not None or not io.is_interactive_logging_enabled()
    text = _render(model, layout, rows, line_length, plain)
    if print_fn is None:
        io.print_msg(text, line_break=False)
    else:
        print_fn(text)


def sequential_layout() -> Layout:
    """Return the layout for a model that is a plain sequence of layers."""
    return Layout(
        (
            Column("Layer (type)", "left", _name_cell),
            Column("Output Shape", "left", lambda layer, indent: _shape_cell(layer)),
            Column("Param #", "right", lambda layer, indent: _params_cell(layer)),
        ),
        positions=(0.45, 0.80, 1.0),
        line_length=88,
    )


def connected_layout(links: Callable[[Any], list[tuple[str, int, int]]]) -> Layout:
    """Return the layout for a network with branches, which says what each layer is called on.

    Args:
        links: returns for a layer where its inputs come from: a layer's name, the number of its
            call, the number of the output.
    """
    return Layout(
        (
            *sequential_layout().columns,
            Column("Connected to", "left", lambda layer, _: _links_cell(links(layer))),
        ),
        positions=(0.3, 0.56, 0.74, 1.0),
        line_length=108,
    )


def _links_cell(links: list[tuple[str, int, int]]) -> str:
    cells = [f"{name}[{_number(call)}][{_number(output)}]" for name, call, output in links]
    return ", ".join(cells) or "-"


def with_trainable(layout: Layout) -> Layout:
    """Return the layout with one more column, which says whether a layer is trained."""
    return Layout(
        (*layout.columns, Column("Trainable", "center", lambda layer, _: _trainable_cell(layer))),
        positions=(*(position * 0.90 for position in layout.positions), 1.0),
        line_length=layout.line_length + 12,
    )


def _render(
    model: Any, layout: Layout, rows: list[list[str]], line_length: int | None, plain: bool
) -> str:
    """Return the whole text, in colour if it goes to a terminal that has any."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column as RichColumn
    from rich.table import Table

    width = line_length or min(layout.line_length, shutil.get_terminal_size().columns - 4)
    columns = [
        RichColumn(column.header, justify=column.justify, width=column_width)
        for column, column_width in zip(layout.columns, _widths(layout, width), strict=True)
    ]
    table = Table(*columns, width=width, show_lines=True)
    for row in rows:
        table.add_row(*row)
    if plain:
        console = Console(highlight=False, force_terminal=False, color_system=None)
    else:
        console = Console(highlight=False)
    with console.capture() as capture:
        console.print(_bold(f'Model: "{escape(model.name)}"'))
        console.print(table)
        for line in _totals(model):
            console.print(line)
    return capture.get()


def _widths(layout: Layout, line_length: int) -> list[int]:
    """Return the width of each column."""
    if len(layout.positions) != len(layout.columns):
        raise ValueError(
            f"`positions` must hold one number for each of the {len(layout.columns)} columns. "
            f"Received: {layout.positions}"
        )
    ends = [int(position * line_length) for position in layout.positions]
    widths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    if min(widths) < 4:
        raise ValueError(
            f"A table of width {line_length} has no room for its columns. Pass a larger "
            "`line_length`, or other `positions`, to `summary()`."
        )
    return widths


def _walk(layers: Iterable[Any], expand_nested: bool, level: int = 0) -> Iterator[tuple[Any, str]]:
    """Yield each layer with its indent, the layers of nested models after their model."""
    for layer in layers:
        yield layer, "   " * level + "└ " if level else ""
        if expand_nested:
            yield from _walk(getattr(layer, "layers", ()), expand_nested, level + 1)


def _in_range(layers: list[Any], layer_range: Sequence[str] | None) -> list[Any]:
    """Return the layers from the first to the last that `layer_range` names, in either order."""
    if layer_range is None:
        return layers
    if len(layer_range) != 2 or not all(isinstance(name, str) for name in layer_range):
        raise ValueError(
            "`layer_range` must hold two strings, the names of the first and the last layer. "
            f"Received: {layer_range!r}"
        )
    first, last = (
        [index for index, layer in enumerate(layers) if re.match(name, layer.name)]
        for name in layer_range
    )
    if not first or not last:
        raise ValueError(
            f"`layer_range` names no layers of this model. Received: {layer_range!r}. "
            f"Its layers: {', '.join(layer.name for layer in layers)}"
        )
    if first[0] > last[-1]:
        first, last = last, first
    return layers[first[0] : last[-1] + 1]


def _name_cell(layer: Any, indent: str) -> str:
    from rich.markup import escape

    return f"{escape(indent + layer.name)} ([color(33)]{escape(type(layer).__name__)}[/])"


def _shape_cell(layer: Any) -> str:
    shape = layer.output_shape_or_none
    if shape is None:
        return "?"
    if any(isinstance(part, (tuple, list)) for part in shape):
        return f"[{', '.join(_shape_text(part) for part in shape)}]"
    return _shape_text(shape)


def _shape_text(shape: Iterable[int | None]) -> str:
    sizes = [f"[color({45 if size is None else 34})]{size}[/]" for size in shape]
    return f"({', '.join(sizes)})"


def _params_cell(layer: Any) -> str:
    if not layer.built and getattr(layer, "build_is_saved", True):
        return f"{_number(0)} (unbuilt)"
    return _number(layer.count_params() if layer.built else 0)


def _trainable_cell(layer: Any) -> str:
    if not layer.weights:
        return _bold("-")
    return _bold("[color(34)]Y[/]") if layer.trainable else _bold("[color(9)]N[/]")


def _bold(text: str) -> str:
    return f"[bold]{text}[/]"


def _number(number: int) -> str:
    return f"[color(34)]{number:,}[/]"


def _totals(model: Any) -> list[str]:
    """Return the lines below the table."""
    optimizer = model.optimizer if model.compiled else None
    counted = {
        "Trainable": list(model.trainable_weights),
        "Non-trainable": list(model.non_trainable_weights),
    }
    if optimizer is not None and optimizer.built:
        counted["Optimizer"] = list(optimizer.variables)
    sizes = {
        label: (sum(math.prod(weight.shape) for weight in weights), _bytes(weights))
        for label, weights in counted.items()
    }
    totals = (sum(count for count, _ in sizes.values()), sum(size for _, size in sizes.values()))
    return [
        f"{_bold(f' {label} params: ')}{_number(count)} ({readable_size(size)})"
        for label, (count, size) in {"Total": totals, **sizes}.items()
    ]


def _bytes(weights: list[Any]) -> int:
    """Return the memory that the weights take, each counted once."""
    once = {id(weight): weight for weight in weights}.values()
    return sum(math.prod(weight.shape) * np.dtype(weight.dtype).itemsize for weight in once)


def readable_size(size: float) -> str:
    """Return a number of bytes in the largest unit that leaves at least 1.

    >>> readable_size(892), readable_size(220328), readable_size(3 * 1024**3)
    ('892.00 B', '215.16 KB', '3.00 GB')
    """
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"
