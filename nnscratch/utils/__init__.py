"""Small tools: one-hot labels, normalization, the progress line and where messages go."""

from nnscratch.random import set_random_seed
from nnscratch.utils.categorical import to_categorical
from nnscratch.utils.io import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from nnscratch.utils.normalize import normalize
from nnscratch.utils.progbar import Progbar
from nnscratch.utils.py_dataset import PyDataset

Sequence = PyDataset

__all__ = [
    "Progbar",
    "PyDataset",
    "Sequence",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "is_interactive_logging_enabled",
    "normalize",
    "set_random_seed",
    "to_categorical",
]
