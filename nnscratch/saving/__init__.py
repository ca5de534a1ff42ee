"""Models in files that nnscratch and Keras both read; safe to read, whole when written."""

from nnscratch.errors import ModelFileError, missing_attribute
from nnscratch.saving.api import (
    load_model,
    load_weights,
    model_from_json,
    save_model,
    save_weights,
)
from nnscratch.saving.bridge import from_keras, to_keras
from nnscratch.saving.limits import Limits, get_limits, set_limits
from nnscratch.saving.objects import deserialize_keras_object, serialize_keras_object
from nnscratch.saving.tensors import load_safetensors, save_safetensors
from nnscratch.serialization import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "Limits",
    "ModelFileError",
    "custom_object_scope",
    "deserialize_keras_object",
    "from_keras",
    "get_custom_objects",
    "get_limits",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_safetensors",
    "load_weights",
    "model_from_json",
    "register_keras_serializable",
    "save_model",
    "save_safetensors",
    "save_weights",
    "serialize_keras_object",
    "set_limits",
    "to_keras",
]

__getattr__ = missing_attribute(__name__, __all__)
