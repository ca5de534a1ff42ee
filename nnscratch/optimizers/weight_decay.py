"""Decoupled weight decay, and which weights it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from nnscratch.optimizers.blocks import Scratch
from nnscratch.typing import Array
from nnscratch.variable import Variable


def decay_weights(w: Array, *, weight_decay: Any, learning_rate: Any, scratch: Scratch) -> None:
    """Shrink weights, apart from the gradient: w ← w − w·λ·η.

    Source: Loshchilov & Hutter (2019), "Decoupled weight decay regularization", algorithm 2,
    line 12. Convention: η is the learning rate itself, and the decay comes before the update.
    """
    a, _ = scratch
    np.multiply(w, weight_decay, a)
    np.multiply(a, learning_rate, a)
    np.subtract(w, a, w)


class Exclusions:
    """The variables that weight decay leaves alone.

    Args:
        variables: these very variables.
        names: regular expressions; a variable is excluded if its path, with `:0` behind it, holds
            a match of any.
        by_path: False to search them in a variable's own name, the last part of its path.

    Source: Keras 3.15.1 on TensorFlow, which searches in the names that TensorFlow gives, so that
    `kernel$` excludes nothing and `kernel:0$` all kernels. Its names of variables that a layer
    made by `call` builds in its first call lack the names of the layers inside; here they have
    them.

    >>> gamma = Variable(np.ones(2), name="gamma")
    >>> Exclusions(names=["bias", "gamma"]).hold(gamma), Exclusions(names=["bias"]).hold(gamma)
    (True, False)
    """

    def __init__(
        self,
        variables: Iterable[Variable] | None = None,
        names: Iterable[str] | None = None,
        *,
        by_path: bool = True,
    ) -> None:
        if isinstance(names, str):
            raise ValueError(f"`var_names` must be a list of strings. Received: {names!r}")
        self._variables = list(variables or ())
        self._pattern = re.compile("|".join(names)) if names else None
        self._by_path = by_path

    def hold(self, variable: Variable) -> bool:
        """Tell whether the variable is excluded."""
        if any(variable is excluded for excluded in self._variables):
            return True
        searched = f"{variable.path}:0" if self._by_path else variable.name
        return self._pattern is not None and self._pattern.search(searched) is not None
