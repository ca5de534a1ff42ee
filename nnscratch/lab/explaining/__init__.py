"""One training step explained: formulas beside the numbers of a batch."""

from nnscratch.lab.explaining.document import Explanation
from nnscratch.lab.explaining.explain import explain

__all__ = ["Explanation", "explain"]
