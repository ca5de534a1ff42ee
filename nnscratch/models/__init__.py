"""Models: networks of layers that can be trained."""

from nnscratch.errors import missing_attribute
from nnscratch.layers.graph import Graph
from nnscratch.models.cloning import clone_model
from nnscratch.models.functional import Functional
from nnscratch.models.model import Model
from nnscratch.models.sequential import Sequential
from nnscratch.saving import load_model, model_from_json, save_model
from nnscratch.saving.objects import FUNCTIONAL
from nnscratch.serialization import publish

publish("keras", {"Model": Model, "Sequential": Sequential})
publish(FUNCTIONAL, {"Functional": Functional, "Model": Functional})

__all__ = [
    "Functional",
    "Graph",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]

__getattr__ = missing_attribute(__name__, __all__)
