"""A model in the language of Graphviz."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import Any

from nnscratch.utils.diagram.drawing import FAMILIES, FROZEN, TRAINABLE
from nnscratch.utils.diagram.plot import check_arguments
from nnscratch.utils.diagram.reading import Box, Diagram, Shown, diagram_of


class Dot:
    """A graph as Graphviz text, where the package pydot is not installed.

    Args:
        text: the text.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def to_string(self) -> str:
        """Return the text."""
        return self._text

    def write(self, path: str | os.PathLike[str], prog: Any = None, format: str = "raw") -> bool:
        """Write the text to a file, from which `dot -Tsvg` and its kin make pictures.

        Args:
            path: the file.
            prog: accepted for compatibility.
            format: must be `"raw"` or `"dot"`.
        """
        if format not in ("raw", "dot"):
            raise ValueError(
                f"Only the text of the graph can be written without pydot and Graphviz; "
                f"nnscratch.utils.plot_model draws {format!r} without them."
            )
        Path(path).write_text(self._text, encoding="utf-8")
        return True

    def __str__(self) -> str:
        return self._text


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Describe the layers of a model and what goes where in the language of Graphviz.

    Args:
        model: a built model.
        show_shapes: write the shapes that go in and come out.
        show_dtype: write the type that comes out.
        show_layer_names: write the layers' names, not only their classes.
        rankdir: `"TB"` to read downwards, `"LR"` to the right, also `"BT"` and `"RL"`.
        expand_nested: show the layers of models within.
        dpi: dots per inch.
        subgraph: describe the model as a cluster to be put into another graph.
        show_layer_activations: write the activation of layers that have one.
        show_trainable: say which layers with weights are trained and which are frozen.
        splines: how arrows run.
        kwargs: `layer_range=None` is accepted.

    Returns:
        A `pydot.Dot` (or `pydot.Cluster`) where pydot is installed, otherwise a `Dot`, whose
        `to_string()` is the text.

    Raises:
        NotReadyError: the model is not built.
        ValueError: an unknown direction or kind of arrow.

    >>> from nnscratch import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(1, name="a"), layers.ReLU(name="b")])
    >>> '"a" -> "b";' in model_to_dot(model).to_string().replace("  ", "")
    True
    """
    check_arguments(rankdir, splines, kwargs)
    shown = Shown(
        show_shapes,
        show_dtype,
        show_layer_names,
        expand_nested,
        show_layer_activations,
        show_trainable,
    )
    diagram = diagram_of(model, shown)
    lines = [
        f"digraph {_quoted(model.name)} {{",
        f"  graph [rankdir={rankdir}, concentrate=true, dpi={dpi}, splines={splines}];",
        '  node [shape=plain, fontname="Helvetica"];',
        "  edge [penwidth=1.5];",
    ]
    body = _cluster(diagram, "  ") if subgraph else _parts(diagram, "  ")
    text = "\n".join([*lines, *body, "}\n"])
    try:
        import pydot
    except ImportError:
        return Dot(text)
    graph = pydot.graph_from_dot_data(text)[0]
    return graph.get_subgraphs()[0] if subgraph else graph


def _cluster(diagram: Diagram, indent: str) -> list[str]:
    inside = indent + "  "
    label = f'{inside}graph [label={_quoted(diagram.name)}, style=dashed, labeljust="l"];'
    head = f"{indent}subgraph {_quoted('cluster_' + diagram.name)} {{"
    return [head, label, *_parts(diagram, inside), f"{indent}}}"]


def _parts(diagram: Diagram, indent: str) -> list[str]:
    lines = []
    for key, part in diagram.parts.items():
        if isinstance(part, Diagram):
            lines += _cluster(part, indent)
        else:
            lines.append(f"{indent}{_quoted(key)} [label=<{_table(part)}>];")
    lines += [f"{indent}{_quoted(a)} -> {_quoted(b)};" for a, b in diagram.arrows]
    return lines


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _table(box: Box) -> str:
    columns = max(1, len(box.cells) + (box.trainable is not None))
    colour = FAMILIES[box.family]
    head = f"<b>{escape(box.name)}</b>" + (f" ({escape(box.kind)})" if box.kind else "")
    rows = [
        f'<td colspan="{columns}" bgcolor="{colour}"><font color="white" point-size="16">{head}'
        "</font></td>"
    ]
    if box.activation is not None:
        rows.append(f'<td colspan="{columns}">Activation: <b>{escape(box.activation)}</b></td>')
    cells = [f"<td>{caption}: <b>{escape(text)}</b></td>" for caption, text in box.cells]
    if box.trainable is not None:
        fill, word = (TRAINABLE, "Trainable") if box.trainable else (FROZEN, "Non-trainable")
        cells.append(f'<td bgcolor="{fill}"><font color="white"><b>{word}</b></font></td>')
    if cells:
        rows.append("".join(cells))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table border="0" cellborder="1" cellspacing="0" cellpadding="8">{body}</table>'
