"""From names to regularizers and back."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from nnscratch.naming import to_snake_case
from nnscratch.regularizers.base import Regularizer
from nnscratch.regularizers.norms import L1, L1L2, L2
from nnscratch.regularizers.orthogonal import OrthogonalRegularizer
from nnscratch.serialization import deserialize_object, publish, serialize_object

MODULE = "keras.regularizers"
CLASSES: dict[str, type[Regularizer]] = {
    cls.__name__: cls for cls in (L1, L2, L1L2, OrthogonalRegularizer)
}
publish(MODULE, CLASSES)
publish(MODULE, {to_snake_case(name): cls for name, cls in CLASSES.items()})
publish(MODULE, {"l1_l2": L1L2})


def get(identifier: Any) -> Any:
    """Return the regularizer that a name, object, class or configuration stands for.

    Args:
        identifier: None, a name such as `"l2"`, an object that can be called and has `gradient`,
            its class, or a dictionary made by `serialize`.

    Raises:
        ValueError: an unknown name.
        TypeError: a function without a gradient, or something else altogether.

    >>> get("l2").get_config(), get(None)
    ({'l2': 0.01}, None)
    """
    if identifier is None:
        return None
    if isinstance(identifier, (str, dict)):
        identifier = deserialize(identifier)
    found = identifier() if inspect.isclass(identifier) else identifier
    if callable(found) and callable(getattr(found, "gradient", None)):
        return found
    if callable(found):
        raise TypeError(
            f"The regularizer {found!r} has no gradient. Subclass "
            "nnscratch.regularizers.Regularizer with `__call__(x)` for the penalty and "
            "`gradient(x, out=None)` for its derivative."
        )
    raise TypeError(
        "A regularizer must be a name, a Regularizer or None. "
        f"Received: {identifier!r}. For weight decay write regularizers.L2(0.01) or 'l2'."
    )


def serialize(regularizer: Any) -> dict[str, Any] | None:
    """Return the dictionary Keras writes for a regularizer, None for None.

    >>> serialize(L2(0.5))["config"]
    {'l2': 0.5}
    """
    return None if regularizer is None else serialize_object(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the regularizer that `serialize` described, or that a name stands for.

    Args:
        config: a name or a dictionary.
        custom_objects: the caller's own classes by name.

    Raises:
        ValueError: the name is unknown.

    >>> deserialize({"class_name": "L1", "config": {"l1": 0.5}}).l1
    0.5
    """
    if config is None:
        return None
    return deserialize_object(config, MODULE, custom_objects)
