"""Layers as configurations: the arguments that make a layer again, as Keras writes them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from nnscratch import activations, constraints, initializers, regularizers
from nnscratch.casting import standardize_dtype
from nnscratch.typing import Shape

T = TypeVar("T", bound="Configurable")

_WRITERS: dict[str, Callable[[Any], Any]] = {
    "activation": activations.serialize,
    "initializer": initializers.serialize,
    "regularizer": regularizers.serialize,
    "constraint": constraints.serialize,
}


class Configurable:
    """A layer's `get_config` and `from_config`, and what is saved of its `build`.

    Attributes:
        config_names: the layer's own arguments in Keras's order, each also an attribute. A class
            that does not say (None) and has no `get_config` of its own is described by the
            arguments it was made with, as in Keras.
        build_is_saved: whether Keras writes the input's shape beside the configuration; it does
            not where the layer is built by its constructor.
    """

    config_names: ClassVar[tuple[str, ...] | None] = None
    build_is_saved: ClassVar[bool] = True

    if TYPE_CHECKING:
        name: str
        dtype: str
        trainable: bool
        activity_regularizer: Any
        built: bool
        build: Callable[..., None]
        _build_shape: Any

    _arguments: tuple[tuple[Any, ...], dict[str, Any]] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.config_names is None and "__init__" in cls.__dict__:
            cls.__init__ = _remembering(cls.__init__)  # type: ignore[method-assign]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again, in Keras's names, order and format.

        Raises:
            NotImplementedError: a class of one's own whose arguments are not plain values.
        """
        config: dict[str, Any] = {"name": self.name}
        own: dict[str, Any] = {}
        if self.config_names is not None:
            own = {name: written(name, getattr(self, name)) for name in self.config_names}
        elif type(self).get_config is Configurable.get_config:
            config.update(_arguments_of(self))
            if not _takes_name(type(self)):
                del config["name"]
        config["trainable"] = self.trainable
        config["dtype"] = written_dtype(self.dtype)
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        return {**config, **own}

    @classmethod
    def from_config(cls: type[T], config: Mapping[str, Any]) -> T:
        """Make the layer that `get_config` described.

        Raises:
            TypeError: the constructor does not take one of the arguments.
        """
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(
                f"{cls.__name__} cannot be made from the configuration {dict(config)}: {error}. "
                "Its `get_config` must return the arguments of its `__init__`, and `__init__` "
                "must take **kwargs and hand them to super().__init__()."
            ) from error

    def get_build_config(self) -> dict[str, Any] | None:
        """Return the shape that the layer was built for, None where there is nothing to save."""
        if self._build_shape is None or not self.build_is_saved:
            return None
        return {"input_shape": self._build_shape}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Build for the shape that `get_build_config` returned, or that was read from a file."""
        if config and not self.built:
            self.build(as_shape(config["input_shape"]))


def _remembering(init: Callable[..., None]) -> Callable[..., None]:
    """Make an `__init__` that notes the arguments of the outermost class's call."""

    @functools.wraps(init)
    def remembering(self: Configurable, *args: Any, **kwargs: Any) -> None:
        if self._arguments is None and self.config_names is None:
            self._arguments = (args, kwargs)
        init(self, *args, **kwargs)

    return remembering


def written(name: str, value: Any) -> Any:
    """Return an argument's value as Keras writes it.

    Args:
        name: name of the argument, which tells initializers from regularizers and so on.
        value: the attribute.

    >>> written("kernel_regularizer", regularizers.L2(0.5))["config"], written("units", 3)
    ({'l2': 0.5}, 3)
    >>> written("scale", np.array([1.0, 2.0]))
    {'class_name': '__numpy__', 'config': {'value': [1.0, 2.0], 'dtype': 'float64'}}
    """
    writer = _WRITERS.get(name.rpartition("_")[2])
    if writer is not None:
        return writer(value)
    if isinstance(value, np.ndarray) and value.ndim > 0:
        return {
            "class_name": "__numpy__",
            "config": {"value": value.tolist(), "dtype": value.dtype.name},
        }
    return value.item() if isinstance(value, (np.ndarray, np.generic)) else value


def read_array(value: Any) -> Any:
    """Undo `written` for a number, a list or an array."""
    if isinstance(value, dict) and value.get("class_name") == "__numpy__":
        return np.array(value["config"]["value"], value["config"]["dtype"])
    return value


def written_dtype(dtype: str) -> dict[str, Any]:
    """Return a dtype as Keras writes it: as a policy of one type.

    >>> written_dtype("float64")["config"]
    {'name': 'float64'}
    """
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": {"name": dtype},
        "registered_name": None,
    }


def read_dtype(dtype: Any) -> str:
    """Return the name of the dtype that an argument or Keras's configuration of it stands for.

    Raises:
        ValueError: a policy of two types, one for weights and one for computation.

    >>> read_dtype({"class_name": "DTypePolicy", "config": {"name": "float64"}}), read_dtype(None)
    ('float64', 'float32')
    """
    name = dtype["config"]["name"] if isinstance(dtype, dict) else dtype
    if isinstance(name, str) and name.startswith("mixed_"):
        raise ValueError(
            f"`dtype` must be one type for weights and computation, such as 'float32'. "
            f"Received: dtype={name!r}"
        )
    return standardize_dtype(name)


def as_shape(shape: Any) -> Any:
    """Return a shape, or a list of them, read from JSON, as tuples.

    >>> as_shape([None, 3]), as_shape([[None, 3], [None, 4]])
    ((None, 3), [(None, 3), (None, 4)])
    """
    if shape and isinstance(shape[0], (list, tuple)):
        return [as_shape(part) for part in shape]
    sizes: Shape = tuple(shape)
    return sizes


def not_offered(layer: object, argument: str, value: Any, instead: str) -> ValueError:
    """Build the error for an argument of Keras's that only has its default here."""
    return ValueError(
        f"`{argument}` of {type(layer).__name__} is not offered. Received: {argument}={value!r}. "
        f"{instead}"
    )


def _takes_name(cls: type) -> bool:
    parameters = inspect.signature(cls).parameters.values()
    return any(p.name == "name" or p.kind is p.VAR_KEYWORD for p in parameters)


def _arguments_of(layer: Configurable) -> dict[str, Any]:
    """Return the arguments a layer was made with, defaults included, if they are plain values."""
    args, kwargs = layer._arguments or ((), {})
    bound = inspect.signature(type(layer)).bind(*args, **kwargs)
    bound.apply_defaults()
    found: dict[str, Any] = {}
    plain = True
    for parameter in bound.signature.parameters.values():
        value = bound.arguments[parameter.name]
        if parameter.kind is parameter.VAR_KEYWORD:
            found.update(value)
        elif parameter.kind is parameter.VAR_POSITIONAL:
            plain = plain and not value
        else:
            found[parameter.name] = value
    found.pop("name", None)
    if not plain or not _is_plain(found):
        raise NotImplementedError(
            f"{type(layer).__name__} was made with arguments that cannot be written down as they "
            f"are: {found}. Give it a `get_config()` that returns "
            "{**super().get_config(), 'argument': value, ...}."
        )
    return found


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return all(_is_plain(part) for part in value)
    return value is None or isinstance(value, (str, int, float, bool))
