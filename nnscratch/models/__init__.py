"""Models: networks of layers that can be trained."""

from nnscratch.errors import missing_attribute
from nnscratch.models.functional import Functional
from nnscratch.models.graph import Graph
from nnscratch.models.model import Model
from nnscratch.models.sequential import Sequential

__all__ = ["Functional", "Graph", "Model", "Sequential"]

__getattr__ = missing_attribute(__name__, __all__)
