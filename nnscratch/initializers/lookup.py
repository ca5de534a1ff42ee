"""Initializers by name, by configuration and by value."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from nnscratch.errors import ShapeError, unknown_name
from nnscratch.initializers.base import Initializer
from nnscratch.initializers.constant import Constant, Identity, Ones, Zeros
from nnscratch.initializers.plain import Orthogonal, RandomNormal, RandomUniform, TruncatedNormal
from nnscratch.initializers.stft import STFT
from nnscratch.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)
from nnscratch.naming import to_snake_case
from nnscratch.random.arguments import checked_shape, dtype_name
from nnscratch.serialization import get_registered_name, get_registered_object, serialize_object
from nnscratch.typing import Array, DTypeLike

InitializerLike: TypeAlias = Callable[..., Array]
"""Anything that is called with `(shape, dtype=None)` and returns an array."""

CLASSES: tuple[type[Initializer], ...] = (
    Initializer, Constant, Identity, Ones, STFT, Zeros, GlorotNormal, GlorotUniform, HeNormal,
    HeUniform, LecunNormal, LecunUniform, Orthogonal, RandomNormal, RandomUniform, TruncatedNormal,
    VarianceScaling,
)  # fmt: skip

BY_NAME: dict[str, type[Initializer]] = {
    **{cls.__name__: cls for cls in CLASSES},
    **{to_snake_case(cls.__name__): cls for cls in CLASSES},
    "IdentityInitializer": Identity,
    "OrthogonalInitializer": Orthogonal,
    "STFTInitializer": STFT,
    "normal": RandomNormal,
    "one": Ones,
    "uniform": RandomUniform,
    "zero": Zeros,
}


def get(identifier: Any) -> InitializerLike | None:
    """Return the initializer that `identifier` stands for.

    Args:
        identifier: a name in either spelling (`"he_normal"`, `"HeNormal"`), a configuration
            (`{"class_name": …, "config": {…}}`), a class, an instance, a function
            `(shape, dtype=None)`, an array of the values themselves, or None.

    Raises:
        ValueError: it is none of these, or a name that does not exist.

    >>> get("he_normal").scale
    2.0
    >>> get("ones")((2,)).tolist()
    [1.0, 1.0]
    >>> get(None)
    """
    if identifier is None:
        return None
    if isinstance(identifier, (str, Mapping)):
        return deserialize(identifier)
    if isinstance(identifier, (np.ndarray, np.generic)):
        return _of_values(np.asarray(identifier))
    if inspect.isclass(identifier):
        identifier = identifier()
    if not callable(identifier):
        raise ValueError(
            "An initializer is a name, a configuration, a class, an instance, a function "
            f"(shape, dtype=None) or an array. Received: {identifier!r} of type "
            f"{type(identifier).__name__}"
        )
    return identifier  # type: ignore[no-any-return]


def serialize(initializer: Any) -> dict[str, Any] | None:
    """Return the configuration of an initializer, as Keras writes it into a file.

    Args:
        initializer: an instance, a function, or None.

    >>> serialize(Zeros()) == {"module": "keras.initializers", "class_name": "Zeros",
    ...                        "config": {}, "registered_name": None}
    True
    """
    if initializer is None:
        return None
    if inspect.isfunction(initializer):
        name = get_registered_name(initializer)
        return _entry("builtins", "function", name, "function")
    cls = type(initializer)
    if cls in CLASSES:
        return _entry("keras.initializers", cls.__name__, initializer.get_config(), None)
    return serialize_object(initializer)


def deserialize(
    config: str | Mapping[str, Any] | None, custom_objects: Mapping[str, Any] | None = None
) -> InitializerLike | None:
    """Return the initializer of a configuration or a name.

    Args:
        config: what `serialize` returned, or a name.
        custom_objects: your own classes and functions by name; they come before the built-in.

    Raises:
        ValueError: the configuration has no `class_name`, or nothing has this name.

    >>> deserialize({"class_name": "Constant", "config": {"value": 3.0}})((1,)).tolist()
    [3.0]
    """
    if config is None:
        return None
    if isinstance(config, str):
        config = {"class_name": config}
    if "class_name" not in config:
        raise ValueError(f"The configuration of an initializer has a 'class_name'. Got: {config!r}")
    arguments = config.get("config", {})
    name = arguments if config["class_name"] == "function" else config["class_name"]
    found: Any = None
    for candidate in (config.get("registered_name"), name):
        if found is None and isinstance(candidate, str):
            found = get_registered_object(candidate, custom_objects, BY_NAME)
    if found is None:
        raise unknown_name("initializer", name, {**BY_NAME, **(custom_objects or {})})
    if not inspect.isclass(found):
        return found  # type: ignore[no-any-return]
    return found.from_config(dict(arguments))  # type: ignore[attr-defined, no-any-return]


def _of_values(values: Array) -> InitializerLike:
    def initialize(shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        if checked_shape(shape) != values.shape:
            raise ShapeError(
                f"The array given as initializer has shape {values.shape}; the shape wanted is "
                f"{tuple(shape)}."
            )
        return np.array(values, dtype_name(dtype))

    return initialize


def _entry(module: str, class_name: str, config: Any, registered: str | None) -> dict[str, Any]:
    return {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": registered,
    }
