from __future__ import annotations

import io
import json
import logging
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from nnscratch import utils
from nnscratch.utils.summary import print_summary

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "summary.json").read_text("utf-8"))


class Terminal(io.StringIO):
    def isatty(self):
        return True


def weights(described):
    return [SimpleNamespace(shape=tuple(shape), dtype=dtype) for shape, dtype in described]


def make_layer(described):
    """Build a stand-in for a layer out of what was recorded of Keras's own."""
    layer = type(described["class"], (), {"count_params": lambda self: described["params"]})()
    shape = described["output_shape"]
    layer.name = described["name"]
    layer.built = described["built"]
    layer.trainable = described["trainable"]
    layer.weights = weights(described["weights"])
    layer.output_shape_or_none = None if shape is None else tuple(shape)
    if "layers" in described:
        layer.layers = [make_layer(inner) for inner in described["layers"]]
    return layer


def make_model(key):
    described = GOLDEN["models"][key]
    optimizer = described["optimizer"]
    if optimizer is not None:
        optimizer = SimpleNamespace(
            built=optimizer["built"], variables=weights(optimizer["variables"])
        )
    return SimpleNamespace(
        name=described["name"],
        compiled=described["compiled"],
        layers=[make_layer(layer) for layer in described["layers"]],
        trainable_weights=weights(described["trainable_weights"]),
        non_trainable_weights=weights(described["non_trainable_weights"]),
        optimizer=optimizer,
    )


@pytest.fixture
def window(monkeypatch):
    """Set up a standard output of a given width."""
    for name in ("FORCE_COLOR", "NO_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")

    def install(columns, terminal=False):
        stream = Terminal() if terminal else io.StringIO()
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "stdout", stream)
        return stream

    return install


def case_id(case):
    where = "terminal" if case["terminal"] else "file"
    return f"{case['model']}-{case['columns']}-{where}-{case['options']}"


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=case_id)
def test_as_keras(case, window):
    stream = window(case["columns"], case["terminal"])
    print_summary(make_model(case["model"]), **case["options"])
    assert stream.getvalue() == case["text"]


@pytest.mark.parametrize("key", GOLDEN["print_fn"])
def test_print_fn_gets_the_whole_text_at_once(key, window):
    stream = window(80, terminal=True)
    calls = []
    print_summary(make_model(key), print_fn=calls.append)
    assert calls == GOLDEN["print_fn"][key]
    assert stream.getvalue() == ""


def test_logger_gets_the_text_without_colours(window, caplog):
    stream = window(80, terminal=True)
    utils.disable_interactive_logging()
    try:
        with caplog.at_level(logging.INFO, logger="nnscratch"):
            print_summary(make_model("empty"))
    finally:
        utils.enable_interactive_logging()
    assert stream.getvalue() == ""
    assert caplog.messages == [GOLDEN["print_fn"]["empty"][0].rstrip("\n")]


def test_stream_without_box_characters(window, monkeypatch):
    window(60)
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="\n")
    monkeypatch.setattr(sys, "stdout", stream)
    print_summary(make_model("nested"), expand_nested=True)
    printed = stream.buffer.getvalue().decode("ascii")
    assert "inner (Sequential)" in printed
    assert "d1 (Dense)" in printed
    assert "Total params: 49 (196.00 B)" in printed


def test_several_outputs(window):
    window(80)
    model = make_model("empty")
    layer = make_layer(GOLDEN["models"]["notes_built"]["layers"][1])
    layer.output_shape_or_none = [(None, 3), (None, 4)]
    model.layers = [layer]
    calls = []
    print_summary(model, print_fn=calls.append)
    assert "│ [(None, 3), (None, 4)] │" in calls[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"line_length": 12}, "width 12.*line_length"),
        ({"positions": [0.9, 0.95, 1.0]}, "positions"),
        ({"positions": [0.5, 1.0]}, "each of the 3 columns"),
        ({"layer_range": ["dense"]}, "two strings"),
        ({"layer_range": ["dense", 3]}, "two strings"),
        ({"layer_range": ["dense", "conv"]}, r"conv.*flatten, dense, dense_1"),
    ],
)
def test_bad_arguments(options, words, window):
    window(40)
    with pytest.raises(ValueError, match=words):
        print_summary(make_model("notes_built"), **options)


def test_weights_that_two_lists_share_take_their_memory_once(window):
    window(80)
    model = make_model("empty")
    shared = weights([[[256], "float32"]])[0]
    model.trainable_weights = [shared, shared]
    calls = []
    print_summary(model, print_fn=calls.append)
    assert " Trainable params: 512 (1.00 KB)\n" in calls[0]
