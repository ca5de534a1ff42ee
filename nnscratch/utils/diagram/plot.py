"""Draw a model to a file."""

from __future__ import annotations

import os
import sys
from typing import Any

from nnscratch.errors import unknown_name
from nnscratch.utils.diagram.drawing import draw, measure, save
from nnscratch.utils.diagram.placing import DIRECTIONS, scene_of
from nnscratch.utils.diagram.reading import Shown, diagram_of

SPLINES = ("ortho", "curved", "spline", "polyline", "line")


def plot_model(
    model: Any,
    to_file: str | os.PathLike[str] = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Draw the layers of a model and what goes where; Graphviz is not needed.

    A shared layer is one box with several arrows going in. A model whose class writes its own
    `call` is a single box, as in Keras.

    Args:
        model: a built model.
        to_file: the file; its ending says which kind: `.png`, `.svg`, `.pdf`, `.jpg`, `.eps`.
        show_shapes: write the shapes that go in and come out.
        show_dtype: write the type that comes out.
        show_layer_names: write the layers' names, not only their classes.
        rankdir: `"TB"` to read downwards, `"LR"` to the right, also `"BT"` and `"RL"`.
        expand_nested: draw the layers of models within.
        dpi: dots per inch, for pictures made of dots.
        show_layer_activations: write the activation of layers that have one.
        show_trainable: say which layers with weights are trained and which are frozen.
        splines: how arrows run: `"ortho"`, `"polyline"`, `"line"`, `"curved"` or `"spline"`.
        kwargs: `layer_range=None` is accepted.

    Returns:
        In a notebook the picture, to be shown; otherwise None.

    Raises:
        NotReadyError: the model is not built.
        ValueError: an unknown direction, kind of arrow or kind of file.
        ImportError: matplotlib is not installed.
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
    try:
        figure = draw(scene_of(diagram, measure, rankdir), rankdir, splines)
    except ImportError as error:
        raise ImportError(
            "plot_model draws with matplotlib: run `pip install nnscratch[figures]` or "
            "`pip install matplotlib`."
        ) from error
    path = os.fspath(to_file)
    kind = os.path.splitext(path)[1][1:] or "png"
    known = figure.canvas.get_supported_filetypes()
    if kind.lower() not in known:
        raise unknown_name("kind of picture", kind, sorted(known))
    save(figure, path, kind.lower(), dpi)
    return _for_notebook(path, kind)


def check_arguments(rankdir: str, splines: str, others: dict[str, Any]) -> None:
    """Raise unless direction and kind of arrow are known and nothing else was given."""
    if rankdir not in DIRECTIONS:
        raise unknown_name("rankdir", rankdir, DIRECTIONS)
    if splines not in SPLINES:
        raise unknown_name("splines", splines, SPLINES)
    if others.pop("layer_range", None) is not None:
        raise ValueError("Keras no longer supports `layer_range`, and neither does nnscratch.")
    if others:
        known = ("show_shapes", "show_dtype", "show_layer_names", "rankdir", "expand_nested",
                 "dpi", "show_layer_activations", "show_trainable", "splines")  # fmt: skip
        raise unknown_name("argument", next(iter(others)), known)


def _for_notebook(path: str, kind: str) -> Any:
    if "IPython" not in sys.modules or kind not in ("png", "jpg", "jpeg", "svg"):
        return None
    from IPython import display

    return display.SVG(filename=path) if kind == "svg" else display.Image(filename=path)
