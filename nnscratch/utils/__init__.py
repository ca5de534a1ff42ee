"""Small tools: labels, datasets, pictures, the progress line and where messages go."""

from nnscratch.errors import missing_attribute
from nnscratch.imaging import array_to_img, img_to_array, load_img, save_img
from nnscratch.random import set_random_seed
from nnscratch.saving import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)
from nnscratch.utils.categorical import to_categorical
from nnscratch.utils.dataset import Dataset
from nnscratch.utils.diagram import model_to_dot, plot_model
from nnscratch.utils.image_folders import image_dataset_from_directory
from nnscratch.utils.io import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from nnscratch.utils.normalize import normalize
from nnscratch.utils.progbar import Progbar
from nnscratch.utils.py_dataset import PyDataset
from nnscratch.utils.split_dataset import split_dataset
from nnscratch.utils.steps import pack_x_y_sample_weight, unpack_x_y_sample_weight
from nnscratch.utils.timeseries import timeseries_dataset_from_array

Sequence = PyDataset

__all__ = [
    "CustomObjectScope",
    "Dataset",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "load_img",
    "model_to_dot",
    "normalize",
    "pack_x_y_sample_weight",
    "plot_model",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]

__getattr__ = missing_attribute(__name__, __all__)
