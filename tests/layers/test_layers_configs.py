"""Layers as configurations, against what Keras writes for the same layers."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnscratch import layers, naming
from nnscratch.serialization import custom_object_scope

ABOUT = json.loads((Path(__file__).parents[1] / "golden" / "layer_configs.json").read_text())
CASES = ABOUT["cases"]
every_case = pytest.mark.parametrize(
    "case", CASES, ids=[f"{case['class']}-{i}" for i, case in enumerate(CASES)]
)


@pytest.fixture(autouse=True)
def without_warnings():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*rms_scaling.*")
        yield


def read(value: Any) -> Any:
    if isinstance(value, dict):
        return np.array(value["config"]["value"], value["config"]["dtype"])
    return value


def made(case: dict[str, Any]) -> layers.Layer:
    options = {key: read(value) for key, value in case["options"].items()}
    return getattr(layers, case["class"])(**options)


def call(layer: layers.Layer, case: dict[str, Any]) -> None:
    tensors = [layers.Input(shape, dtype=layer.dtype) for shape in case["shapes"]]
    layer(tensors if len(tensors) > 1 else tensors[0])


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def ordered(value: Any) -> str:
    return json.dumps(value)  # keys in the order they were put in


@every_case
def test_a_new_layer_is_written_as_in_keras(case: dict[str, Any]) -> None:
    assert ordered(layers.serialize(made(case))) == ordered(case["unbuilt"])


@every_case
def test_a_built_layer_is_written_as_in_keras(case: dict[str, Any]) -> None:
    layer = made(case)
    if case["shapes"]:
        call(layer, case)
        assert ordered(layers.serialize(layer)) == ordered(case["built"])
        assert [[w.name, list(w.shape)] for w in layer.weights] == case["weights"]


@every_case
def test_what_keras_writes_is_read(case: dict[str, Any]) -> None:
    written = case.get("built", case["unbuilt"])
    layer = layers.deserialize(written)
    assert type(layer) is getattr(layers, case["class"])
    assert ordered(layers.serialize(layer)) == ordered(written)
    if case["shapes"]:
        call(layer, case)
        assert [[w.name, list(w.shape)] for w in layer.weights] == case["weights"]


@every_case
def test_from_config_undoes_get_config(case: dict[str, Any]) -> None:
    layer = made(case)
    again = type(layer).from_config(as_json(layer.get_config()))
    assert as_json(again.get_config()) == as_json(layer.get_config())
    assert again.name == layer.name


def test_every_class_is_recorded() -> None:
    exported = [getattr(layers, name) for name in layers.__all__]
    classes = {c.__name__ for c in exported if isinstance(c, type) and issubclass(c, layers.Layer)}
    assert classes - {"Layer", "Lambda"} == {case["class"] for case in CASES}


class Plain(layers.Layer):
    """A layer of one's own without `get_config`."""

    def __init__(self, a, b=(1, 2), **kwargs):
        super().__init__(**kwargs)
        self.a = a


def test_a_layer_without_get_config_is_described_by_its_arguments() -> None:
    made = [Plain(3), Plain("x", b=None, name="q", dtype="float64"), Plain(a={"k": [1, 2.5]})]
    assert ordered([layer.get_config() for layer in made]) == ordered(ABOUT["automatic"])
    assert Plain.from_config(made[0].get_config()).a == 3


def test_arguments_that_are_no_plain_values_need_a_get_config() -> None:
    with pytest.raises(NotImplementedError, match=r"Plain was made with .* Give it a `get_config"):
        Plain(np.ones(3)).get_config()


def test_a_constructor_that_does_not_take_the_configuration_is_named() -> None:
    class Closed(layers.Layer):
        def __init__(self, a):
            super().__init__()

    with pytest.raises(TypeError, match=r"Closed cannot be made .*'trainable'.*take \*\*kwargs"):
        Closed.from_config(Closed(1).get_config())


def test_custom_layers_come_back_under_their_names() -> None:
    written = layers.serialize(Plain(3))
    assert written["registered_name"] == "Plain"
    assert layers.deserialize(written, custom_objects={"Plain": Plain}).a == 3
    with custom_object_scope({"Plain": Plain}):
        assert layers.deserialize(as_json(written)).a == 3
    with pytest.raises(ValueError, match="Unknown layer 'Plain'"):
        layers.deserialize(written)


def test_an_unknown_layer_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match="Did you mean 'LayerNormalization'"):
        layers.deserialize({"class_name": "LayerNormalisation", "config": {}})


def test_a_policy_of_two_types_is_refused() -> None:
    policy = {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}
    with pytest.raises(ValueError, match="`dtype` must be one type for weights and computation"):
        layers.Dense(2, dtype=policy)


def test_reading_a_configuration_takes_no_automatic_name() -> None:
    layer = layers.Dense(2)
    naming.clear_names()
    layers.Dense.from_config(layer.get_config())
    assert layers.Dense(2).name == "dense"


def named(x):
    return 2.0 * x


named.backward = lambda dy, x: 2.0 * dy


def test_lambda_is_written_by_name_and_found_only_if_it_is_known() -> None:
    layer = layers.Lambda(named, output_shape=(3,), name="twice")
    config = as_json(layer.get_config())
    assert config["function"] == {
        "module": "builtins",
        "class_name": "function",
        "config": "named",
        "registered_name": "function",
    }
    assert list(config) == ["name", "trainable", "dtype", "function", "output_shape", "arguments"]
    with pytest.raises(ValueError, match="function 'named'; code is never restored"):
        layers.Lambda.from_config(config)
    with custom_object_scope({"named": named}):
        again = layers.Lambda.from_config(config)
    assert again(np.ones((1, 3))).tolist() == [[2.0, 2.0, 2.0]]


def test_lambda_never_writes_or_reads_code() -> None:
    with pytest.raises(TypeError, match="has no name, and code is never written"):
        layers.Lambda(lambda x: x).get_config()
    code = {"class_name": "__lambda__", "config": {"code": "4wEAAA==", "defaults": None}}
    with pytest.raises(ValueError, match="a lambda, that is, code; code is never restored"):
        layers.Lambda.from_config({"name": "l", "function": code})
