"""Programs written for Keras and TensorFlow, run on nnscratch without a change."""

from nnscratch.compat.absent import NotInNnscratchError
from nnscratch.compat.importing import KerasNames, use_as_keras
from nnscratch.compat.running import run_script
from nnscratch.compat.tensor import Tensor
from nnscratch.outdated import OutdatedWarning

__all__ = [
    "KerasNames",
    "NotInNnscratchError",
    "OutdatedWarning",
    "Tensor",
    "run_script",
    "use_as_keras",
]
