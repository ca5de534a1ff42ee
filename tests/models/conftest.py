"""What tests of models share."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nnscratch
from nnscratch import casting, naming
from nnscratch.compat import tensorflow
from nnscratch.compat.tensor import Tensor


@pytest.fixture
def as_keras() -> Iterator[tuple[Any, Any]]:
    """Give nnscratch under the names of Keras and TensorFlow, with tensors handed out."""
    utils = SimpleNamespace(
        clear_session=naming.clear_names, set_random_seed=nnscratch.utils.set_random_seed
    )
    names = {name: getattr(nnscratch, name) for name in nnscratch.__all__} | {"utils": utils}
    casting.set_array_class(Tensor)
    yield SimpleNamespace(**names), tensorflow
    casting.set_array_class(np.ndarray)
