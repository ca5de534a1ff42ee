"""Gradients of what is computed on arrays, for training loops of one's own."""

from nnscratch.errors import missing_attribute
from nnscratch.tape.recorded import Recorded
from nnscratch.tape.tape import GradientTape

__all__ = ["GradientTape", "Recorded"]

__getattr__ = missing_attribute(__name__, __all__)
