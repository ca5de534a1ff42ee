"""The register of classes and the dictionaries of objects."""

import pytest

from nnscratch.serialization import (
    custom_object_scope,
    deserialize_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    publish,
    register_keras_serializable,
    serialize_object,
)


class Point:
    def __init__(self, x=0):
        self.x = x

    def get_config(self):
        return {"x": self.x}


class Other(Point):
    pass


publish("keras.tests", {"Point": Point, "point": Point})


def test_published_class():
    config = serialize_object(Point(3))
    assert config == {
        "module": "keras.tests",
        "class_name": "Point",
        "config": {"x": 3},
        "registered_name": None,
    }
    assert deserialize_object(config, "keras.tests").x == 3
    assert deserialize_object("point", "keras.tests").x == 0


def test_unknown_class_of_a_published_module():
    with pytest.raises(ValueError, match=r"Unknown test 'Pont'\. Did you mean 'point'"):
        deserialize_object("Pont", "keras.tests")


def test_custom_class_needs_a_name():
    config = serialize_object(Other(4))
    assert config["module"] == Other.__module__
    assert config["registered_name"] == "Other"
    with pytest.raises(ValueError, match="Unknown test 'Other'"):
        deserialize_object(config, "keras.tests")
    assert deserialize_object(config, "keras.tests", {"Other": Other}).x == 4
    with custom_object_scope({"Other": Other}):
        assert isinstance(deserialize_object(config, "keras.tests"), Other)
    assert get_registered_object("Other") is None


def test_inner_scope_comes_first():
    with custom_object_scope({"a": 1}), custom_object_scope({"a": 2}):
        assert get_registered_object("a") == 2
        assert get_registered_object("a", {"a": 3}) == 3


def test_registered_class():
    register_keras_serializable("house", name="Third")(Other)
    try:
        assert get_registered_name(Other) == "house>Third"
        assert get_custom_objects()["house>Third"] is Other
        assert deserialize_object(serialize_object(Other(5)), "keras.tests").x == 5
    finally:
        del get_custom_objects()["house>Third"]


def test_what_cannot_be_saved():
    with pytest.raises(TypeError, match="get_config"):
        serialize_object(object())
    with pytest.raises(ValueError, match="give it a `get_config"):
        register_keras_serializable()(type("Bare", (), {}))
    with pytest.raises(ValueError, match="`name` is needed"):
        register_keras_serializable()(3)
