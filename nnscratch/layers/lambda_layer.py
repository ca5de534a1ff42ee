"""A layer made of a function, and of its derivative where it is given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.layers.base import Layer
from nnscratch.serialization import get_registered_name, get_registered_object
from nnscratch.typing import Array, Shape


class Lambda(Layer):
    r"""A function as a layer: y = function(x). Backward: dx = backward(dy, x).

    Args:
        function: makes an array of an array, or of a list of them; where it has an argument
            `training`, it is told the mode.
        output_shape: shape of one sample of y, or a function from the input's shape to y's; found
            by a trial on zeros if not given.
        mask: the mask of the output, or a function that makes it of the input and its mask.
        arguments: further keyword arguments for both functions.
        kwargs: see `Layer`.
        backward: makes dx (a list where x is one) of dy and x; by default the attribute
            `backward` of `function`, if it has one. Without it the layer can run forwards only.

    Raises:
        TypeError: `function` or `backward` cannot be called.
        NotImplementedError: gradients are asked for and there is no `backward`.

    A function given by name can be saved, and is found again if it is registered; code is never
    written to a file, nor read from one.

    >>> square = Lambda(lambda x: x**2, backward=lambda dy, x: 2.0 * x * dy)
    >>> square(np.array([[3.0]])).tolist()
    [[9.0]]
    """

    config_names = ()

    def __init__(
        self,
        function: Callable[..., Array],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Mapping[str, Any] | None = None,
        *,
        backward: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        backward = getattr(function, "backward", None) if backward is None else backward
        for argument, given in (("function", function), ("backward", backward)):
            if not callable(given) and (given is not None or argument == "function"):
                raise TypeError(
                    f"`{argument}` of Lambda must be a function of arrays. Received: {given!r}"
                )
        self.mask = mask if mask is None or callable(mask) else np.asarray(mask, bool)
        self.supports_masking = self.makes_masks = mask is not None
        self.function = function
        self.arguments = dict(arguments or {})
        self._output_shape = output_shape
        self._backward = backward
        self._takes_training = _has_argument(function, "training")
        self._takes_mask = _has_argument(function, "mask")

    def forward(self, x: Any, cache: Cache, training: bool = False) -> Array:
        """Compute function(x)."""
        cache.x = x
        mode = {"training": training} if self._takes_training else {}
        if self._takes_mask:
            mode["mask"] = cache.mask
        y: Array = np.asarray(self.function(x, **self.arguments, **mode), self.dtype)
        return y

    def backward(self, dy: Array, cache: Cache) -> Any:
        """Return the dx that the function given makes of dy and x."""
        if self._backward is None:
            raise NotImplementedError(
                f"Lambda layer {self.name!r} has no derivative, so no gradient gets through it. "
                "Give one: Lambda(function, backward=f) with f(dy, x) that returns dL/dx, or "
                "subclass nnscratch.layers.Layer with `forward` and `backward`."
            )
        dx = self._backward(dy, cache.x, **self.arguments)
        if isinstance(dx, (list, tuple)):
            return [np.asarray(part, self.dtype) for part in dx]
        return np.asarray(dx, self.dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the mask given, or what the function given makes of input and mask."""
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return `output_shape` behind the batch, or what a trial gives."""
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._output_shape):
            return tuple(self._output_shape(input_shape))
        first = input_shape[0] if isinstance(input_shape, list) else input_shape
        return (first[0], *self._output_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the functions' names and the arguments.

        Raises:
            TypeError: a function without a name, such as a lambda.
        """
        config = {"function": self._written(self.function)}
        if self._output_shape is not None:
            by_function = callable(self._output_shape)
            config["output_shape"] = (
                self._written(self._output_shape) if by_function else tuple(self._output_shape)
            )
        if callable(self.mask):
            config["mask"] = self._written(self.mask)
        elif self.mask is not None:
            config["mask"] = np.asarray(self.mask).tolist()
        return {**super().get_config(), **config, "arguments": self.arguments}

    def _written(self, function: Callable[..., Any]) -> Any:
        name = getattr(function, "__name__", "<lambda>")
        if name == "<lambda>":
            raise TypeError(
                f"Lambda layer {self.name!r} cannot be saved: its function has no name, and code "
                "is never written to a file. Define it with `def`, and register it with "
                "register_keras_serializable() so that it is found again."
            )
        registered = get_registered_name(function)
        return {
            "module": "builtins",
            "class_name": "function",
            "config": name,
            "registered_name": "function" if registered == name else registered,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Lambda:
        """Make the layer, with functions that are registered under the names in `config`.

        Raises:
            ValueError: a function is not registered, or the configuration holds code.
        """
        found = {
            key: _found(config[key]) if isinstance(config.get(key), dict) else config[key]
            for key in ("function", "output_shape", "mask")
            if key in config
        }
        return super().from_config({**config, **found})


def _has_argument(function: Callable[..., Any], name: str) -> bool:
    try:
        return name in inspect.signature(function).parameters
    except ValueError:  # functions written in C, such as np.sin, do not tell
        return False


def _found(written: dict[str, Any]) -> Any:
    name = written.get("config")
    for candidate in (written.get("registered_name"), name):
        function = get_registered_object(candidate) if isinstance(candidate, str) else None
        if function is not None:
            return function
    what = f"function {name!r}" if isinstance(name, str) else "a lambda, that is, code"
    raise ValueError(
        f"A Lambda layer is made of {what}; code is never restored from a configuration or file. "
        "Make the function known first: register_keras_serializable() on it, or "
        "custom_object_scope({name: function}) around the call."
    )
