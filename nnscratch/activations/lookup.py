"""From names to activations and back."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from nnscratch.activations import exponentials, gates, hard, rectifiers, sigmoids, simplex
from nnscratch.activations.base import Activation, class_name, linear
from nnscratch.activations.custom import FromFunctions, FromLayer
from nnscratch.errors import unknown_name
from nnscratch.recording import operate
from nnscratch.serialization import (
    deserialize_object,
    get_registered_name,
    get_registered_object,
    publish,
    serialize_object,
)

BUILT_IN: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        linear,
        *(rectifiers.relu, rectifiers.leaky_relu, rectifiers.relu6, rectifiers.threshold),
        *(rectifiers.soft_shrink, rectifiers.hard_shrink),
        *(sigmoids.sigmoid, sigmoids.tanh, sigmoids.tanh_shrink, sigmoids.log_sigmoid),
        sigmoids.softsign,
        *(hard.hard_sigmoid, hard.hard_silu, hard.hard_tanh),
        *(hard.sparse_sigmoid, hard.sparse_plus),
        *(exponentials.elu, exponentials.selu, exponentials.celu, exponentials.exponential),
        *(exponentials.softplus, exponentials.squareplus),
        *(gates.silu, gates.gelu, gates.mish, gates.glu),
        *(simplex.softmax, simplex.log_softmax, simplex.sparsemax),
    )
}
ALIASES = {"swish": gates.silu, "hard_swish": hard.hard_silu}
_NAMES = {**BUILT_IN, **ALIASES}
MODULE = "nnscratch.activations"
publish(MODULE, {class_name(activation): type(activation) for activation in BUILT_IN.values()})
publish(MODULE, _NAMES)


def get(identifier: Any) -> Activation:
    """Return the activation that a name, object, class or configuration stands for.

    Args:
        identifier: None for `linear`, a name such as `"relu"`, an `Activation` or a subclass of
            it, a layer without weights, a dictionary made by `serialize`, or a function made of
            operators and `nnscratch.ops`, whose derivative is theirs.

    Raises:
        ValueError: an unknown name.
        TypeError: something else altogether.

    >>> get("swish") is get("silu"), get(None) is get("linear")
    (True, True)
    """
    if identifier is None:
        return linear
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    found = identifier() if inspect.isclass(identifier) else identifier
    if isinstance(found, Activation):
        return found
    if callable(getattr(found, "forward", None)) and callable(getattr(found, "backward", None)):
        return FromLayer(found)
    if callable(found):
        of_operations: Activation = operate("activation_of", found)
        return of_operations
    raise TypeError(
        "`activation` must be a name, an nnscratch.activations.Activation, a layer or None. "
        f"Received: {identifier!r}"
    )


def serialize(activation: Any) -> Any:
    """Return the name of a built-in activation, or the dictionary of any other one.

    Args:
        activation: anything that `get` takes.

    >>> serialize(get("swish")), serialize(get("relu"))
    ('silu', 'relu')
    """
    activation = get(activation)
    name = activation.name
    if BUILT_IN.get(name) == activation:
        return name
    if isinstance(activation, FromLayer):
        return serialize_object(activation.layer)
    if isinstance(activation, FromFunctions):
        return {
            "module": "builtins",
            "class_name": "function",
            "config": name,
            "registered_name": get_registered_name(activation),
        }
    function = getattr(activation, "function", None)
    return serialize_object(activation) if function is None else _described(function)


def _described(function: Any) -> dict[str, Any]:
    """Return what Keras writes for a function of operations, or for an object that is called."""
    if not inspect.isfunction(function):
        return serialize_object(function)
    if function.__name__ == "<lambda>":
        return {"class_name": "__lambda__", "config": {}}
    name = get_registered_name(function)
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": "function",
    }


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Activation:
    """Return the activation that `serialize` described.

    Args:
        config: a name or a dictionary.
        custom_objects: activations (objects or classes) of the caller by name.

    Raises:
        ValueError: the name is unknown.

    >>> deserialize("hard_swish") is deserialize("hard_silu")
    True
    """
    if not isinstance(config, str):
        return get(deserialize_object(config, MODULE, custom_objects))
    found = get_registered_object(config, custom_objects, _NAMES)
    if found is None:
        raise unknown_name("activation", config, {*_NAMES, *(custom_objects or {})})
    return get(found)
