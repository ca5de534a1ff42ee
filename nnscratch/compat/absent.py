"""What a script names and nnscratch does not have: placeholders, and messages that say so."""

from __future__ import annotations

import re
from typing import Any, NoReturn

REASONS = (
    (
        r"layers\.(.*Conv|.*Pool|UpSampling|ZeroPadding|Cropping|LocallyConnected)",
        "this convolutional layer is not among its layers. "
        "Use Flatten and Dense layers: an image becomes one row of numbers.",
    ),
    (
        r"layers\.(.*LSTM|.*GRU|.*RNN|Bidirectional|TimeDistributed|StackedRNNCells)",
        "nnscratch is an engine for dense networks and has no recurrent layers. "
        "Use Flatten and Dense layers on windows of fixed length.",
    ),
    (
        r"layers\.(.*Attention|Embedding|ReversibleEmbedding|Text|String|Hash|IntegerLookup)",
        "nnscratch is an engine for dense networks and has no layers for text. "
        "Turn text into numbers first, for example with keras.utils.to_categorical.",
    ),
    (
        r"layers\.(Random|.*Augment|.*Mix|Auto|.*Bounding)",
        "this way to change images is not among its layers; it has RandomFlip, RandomRotation, "
        "RandomTranslation, RandomZoom, RandomCrop, RandomBrightness, RandomContrast, CenterCrop "
        "and Resizing.",
    ),
    (r"keras\.applications", "nnscratch has no pretrained networks."),
    (
        r"custom_gradient|backend\.gradients",
        "write a layer with forward() and backward() instead, or compute under tf.GradientTape. "
        "Gradients of a compiled model: model.compute_gradients(x, y).",
    ),
    (
        r"compat\.v1",
        "the graphs and sessions of TensorFlow 1 are not in nnscratch. "
        "Write the model with tensorflow.keras.",
    ),
    (
        r"keras_tuner\.(Sklearn|applications|.*Sklearn)",
        "nnscratch.tuner searches models of nnscratch; for estimators of scikit-learn there are "
        "its own searches.",
    ),
)
"""Patterns of full names, each with why such a thing is missing and what there is instead."""

WHAT_THERE_IS = (
    (
        r"tensorflow\.random",
        "it has normal, uniform, truncated_normal, shuffle and set_seed; "
        "keras.random has functions of its own with Keras's bits.",
    ),
    (
        r"tensorflow\.data",
        "tf.data.Dataset has from_tensor_slices, range, zip, shuffle, batch, repeat, map, filter, "
        "take, skip, cache and prefetch.",
    ),
    (
        r"tensorflow\.(?!keras)",
        "it has the functions of TensorFlow that scripts with dense networks use on arrays; "
        "most others are in NumPy under a similar name.",
    ),
)
"""The same for names that may be misspelt: said where no name is near."""


class NotInNnscratchError(NotImplementedError):
    """Something of Keras or TensorFlow that nnscratch does not have was used."""


class Absent:
    """Stands for a class or function that nnscratch does not have.

    It may be imported, since scripts import much that they never use, and raises as soon as it is
    called, subclassed or looked into.

    Args:
        name: the full name in Keras.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise, saying what is missing."""
        raise NotInNnscratchError(missing(self._name))

    def __mro_entries__(self, bases: tuple[Any, ...]) -> NoReturn:
        raise NotInNnscratchError(missing(self._name))

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(missing(self._name))

    def __instancecheck__(self, instance: object) -> bool:
        """Tell that nothing is an instance of what is not there."""
        return False

    def __repr__(self) -> str:
        return f"<{self._name}, which nnscratch does not have>"


def missing(name: str, near: str | None = None) -> str:
    """Say that nnscratch does not have a name, why, and what there is instead.

    Args:
        name: the full name.
        near: a name in the same module that may have been meant.

    >>> print(missing("keras.layers.Dens", "Dense"))
    keras.layers.Dens is not in nnscratch. Did you mean 'Dense'?
    """
    for pattern, reason in REASONS:
        if re.search(pattern, name):
            return f"{name} is not in nnscratch: {reason}"
    if near:
        return f"{name} is not in nnscratch. Did you mean {near!r}?"
    for pattern, reason in WHAT_THERE_IS:
        if re.search(pattern, name):
            return f"{name} is not in nnscratch: {reason}"
    return f"{name} is not in nnscratch."
