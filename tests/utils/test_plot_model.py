"""Pictures of models: what they show, where things are, and files that can be opened."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch import Input, Model, Sequential, layers
from nnscratch.utils import model_to_dot, plot_model
from nnscratch.utils.diagram.layered import layered
from nnscratch.utils.diagram.reading import Shown, diagram_of
from nnscratch.utils.diagram.routing import Arrow


def branching():
    a, b = Input((4,), name="a"), Input((3,), name="b")
    h = layers.Dense(4, name="h")(a)
    r = layers.Add(name="r")([h, layers.Dense(4, activation="tanh", name="k")(h)])
    c = layers.Concatenate(name="c")([r, layers.Dense(2, name="m")(b)])
    return Model([a, b], [layers.Dense(1, name="o")(c), layers.Dense(2, name="p")(r)], name="net")


def nested():
    x = Input((4,), name="x")
    deep = layers.Dense(3, name="deep")(x)
    encoder = Model(x, [deep, layers.ReLU(name="positive")(deep)], name="encoder")
    stack = Sequential(
        [Input((3,)), layers.Dense(2, name="one"), layers.Dense(4, name="two")], name="stack"
    )
    p, q = Input((4,), name="p"), Input((4,), name="q")
    difference = layers.Subtract(name="difference")([encoder(p)[0], encoder(q)[1]])
    return Model([p, q], [difference, stack(encoder(p)[0])], name="outer")


def test_a_branching_model_is_read_layer_by_layer():
    diagram = diagram_of(branching(), Shown())
    assert set(diagram.parts) == {"a", "b", "h", "k", "r", "c", "m", "o", "p"}
    assert set(diagram.arrows) == {
        ("a", "h"), ("h", "k"), ("h", "r"), ("k", "r"), ("r", "c"), ("b", "m"), ("m", "c"),
        ("c", "o"), ("r", "p"),
    }  # fmt: skip


def test_arrows_reach_into_nested_models():
    closed = diagram_of(nested(), Shown())
    assert ("encoder", "difference") in closed.arrows
    opened = diagram_of(nested(), Shown(nested=True))
    assert set(opened.arrows) == {
        ("p", "encoder/x"), ("q", "encoder/x"), ("encoder/deep", "difference"),
        ("encoder/positive", "difference"), ("encoder/deep", "stack/one"),
    }  # fmt: skip
    assert set(opened.parts["encoder"].arrows) == {
        ("encoder/x", "encoder/deep"), ("encoder/deep", "encoder/positive"),
    }  # fmt: skip


def test_boxes_say_what_is_asked():
    net = branching()
    net.get_layer("k").trainable = False
    shown = Shown(shapes=True, dtype=True, names=False, activations=True, trainable=True)
    parts = diagram_of(net, shown).parts
    k, c, a = parts["k"], parts["c"], parts["a"]
    assert (k.name, k.kind, k.activation, k.trainable) == ("Dense", "", "tanh", False)
    assert k.cells == [
        ("Input shape", "(None, 4)"),
        ("Output shape", "(None, 4)"),
        ("Output dtype", "float32"),
    ]
    assert c.cells[0] == ("Input shape", "[(None, 4), (None, 2)]")
    assert c.trainable is None
    assert [cell[0] for cell in a.cells] == ["Output shape", "Output dtype"]


def test_a_shared_layer_is_one_box_even_where_it_feeds_itself():
    x = Input((4,), name="x")
    again = layers.Dense(4, name="again")
    net = Model(x, again(layers.ReLU(name="relu")(again(again(x)))))
    arrows = diagram_of(net, Shown()).arrows
    assert set(arrows) == {
        ("x", "again"), ("again", "again"), ("again", "relu"), ("relu", "again"),
    }  # fmt: skip


GRAPHS = st.integers(2, 9).flatmap(
    lambda n: st.tuples(
        st.lists(st.tuples(st.floats(20, 200), st.floats(10, 60)), min_size=n, max_size=n),
        st.sets(st.sampled_from([(i, j) for i, j in itertools.combinations(range(n), 2)])),
        st.booleans(),
    )
)


@settings(max_examples=60, deadline=None)
@given(GRAPHS)
def test_no_box_lies_on_another_and_arrows_lead_down(graph):
    boxes, pairs, spread = graph
    sizes = {str(i): size for i, size in enumerate(boxes)}
    arrows = [Arrow(str(i), str(j)) for i, j in sorted(pairs)]
    layout = layered(sizes, arrows, gap=10.0, row_gap=20.0, spread=spread)
    places = {key: (layout.middle[key] - w / 2, layout.start[key], w, h)
              for key, (w, h) in sizes.items()}  # fmt: skip
    for (x0, y0, w0, h0), (x1, y1, w1, h1) in itertools.combinations(places.values(), 2):
        beside = x0 + w0 <= x1 + 1e-6 or x1 + w1 <= x0 + 1e-6
        assert beside or y0 + h0 <= y1 + 1e-6 or y1 + h1 <= y0 + 1e-6
    for arrow, route in zip(arrows, layout.routes, strict=True):
        assert route[0][1] == pytest.approx(places[arrow.source][1] + sizes[arrow.source][1])
        assert route[-1][1] == pytest.approx(places[arrow.target][1])
        assert all(b[1] >= a[1] for a, b in itertools.pairwise(route))
        for (xa, ya), (xb, yb) in itertools.pairwise(route):
            assert xa == xb or ya == yb
            for key, (x, y, w, h) in places.items():
                through = y + 1e-6 < max(ya, yb) and min(ya, yb) < y + h - 1e-6
                inside = x + 1e-6 < max(xa, xb) and min(xa, xb) < x + w - 1e-6
                assert not (through and inside), (arrow, key)


def test_a_chain_is_straight():
    sizes = {"a": (50.0, 10.0), "b": (90.0, 10.0), "c": (20.0, 10.0)}
    layout = layered(sizes, [Arrow("a", "b"), Arrow("b", "c")])
    assert [len(route) for route in layout.routes] == [2, 2]
    assert layout.width == 90.0


@pytest.mark.parametrize(
    ("kind", "begin"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_files_of_each_kind(kind, begin, tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / f"model.{kind}"
    plot_model(nested(), path, show_shapes=True, show_layer_names=True, expand_nested=True, dpi=50)
    assert path.read_bytes().startswith(begin)


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
def test_every_direction_shows_every_layer(rankdir, tmp_path):
    pytest.importorskip("matplotlib")
    from nnscratch.utils.diagram.drawing import measure
    from nnscratch.utils.diagram.placing import scene_of

    scene = scene_of(diagram_of(nested(), Shown(nested=True)), measure, rankdir)
    width, height = scene.size
    assert len(scene.boxes) == 8
    places = {box.key: rectangle for box, rectangle in scene.boxes}
    for x, y, w, h in [*places.values(), *(rectangle for _, rectangle in scene.frames)]:
        assert min(x, y) >= -1e-6
        assert x + w <= width + 1e-6
        assert y + h <= height + 1e-6
    axis, sign = {"TB": (1, 1), "BT": (1, -1), "LR": (0, 1), "RL": (0, -1)}[rankdir]
    first, last = places["p"][axis], places["difference"][axis]
    assert (last - first) * sign > 0


@pytest.mark.parametrize("splines", ["ortho", "curved", "spline", "polyline", "line"])
def test_every_kind_of_arrow(splines, tmp_path):
    pytest.importorskip("matplotlib")
    plot_model(branching(), tmp_path / "model.png", splines=splines, dpi=40)
    assert (tmp_path / "model.png").stat().st_size > 1000


def test_the_text_for_graphviz():
    dot = model_to_dot(nested(), expand_nested=True, show_shapes=True, rankdir="LR").to_string()
    assert "rankdir=LR" in dot
    assert dot.count("subgraph") == 2
    assert '"encoder/deep" -> "stack/one"' in dot
    assert "<b>difference</b> (Subtract)" in dot
    assert dot.count("{") == dot.count("}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rankdir": "UP"}, "rankdir"),
        ({"splines": "orto"}, "Did you mean 'ortho'"),
        ({"to_file": "model.pgn"}, "Did you mean 'png'"),
        ({"layer_range": ["a", "b"]}, "layer_range"),
        ({"show_shape": True}, "Did you mean 'show_shapes'"),
    ],
)
def test_bad_arguments(arguments, message):
    pytest.importorskip("matplotlib")
    with pytest.raises(ValueError, match=message):
        plot_model(branching(), **arguments)


def test_a_model_without_shapes_cannot_be_drawn():
    with pytest.raises(ValueError, match="has not been built"):
        plot_model(Sequential([layers.Dense(1)]))
