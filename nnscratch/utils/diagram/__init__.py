"""Pictures of models: what is in them, where it goes, and how it is drawn."""

from nnscratch.utils.diagram.dot import Dot, model_to_dot
from nnscratch.utils.diagram.plot import plot_model

__all__ = ["Dot", "model_to_dot", "plot_model"]
