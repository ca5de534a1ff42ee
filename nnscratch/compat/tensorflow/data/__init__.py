"""`tf.data`: datasets, and what their arguments are called."""

from nnscratch.compat.tensorflow._dataset import Dataset
from nnscratch.compat.tensorflow.data.experimental import AUTOTUNE
from nnscratch.utils.dataset import INFINITE as INFINITE_CARDINALITY
from nnscratch.utils.dataset import UNKNOWN as UNKNOWN_CARDINALITY

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset"]
