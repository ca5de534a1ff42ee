"""The functional model: any graph of layer calls between some inputs and some outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from nnscratch.layers import KerasTensor, Layer
from nnscratch.layers.graph import Graph
from nnscratch.models.graph_config import functional_arguments, functional_config
from nnscratch.models.model import Model
from nnscratch.models.ordering import connections, layers_by_depth
from nnscratch.saving.objects import sharing
from nnscratch.serialization import custom_object_scope
from nnscratch.structure import flatten, is_nested

Self = TypeVar("Self", bound="Functional")


class Functional(Model):
    """A model given by its symbolic inputs and outputs: branches, skips, shared layers.

    Args:
        inputs: a tensor from `Input`, or a list, tuple or dict of them.
        outputs: a tensor computed from them, or a list, tuple or dict of such.
        name: name of the model.
        trainable: False to freeze all layers.

    Raises:
        ValueError: an input or output is no symbolic tensor, an output cannot be computed from
            the inputs, or two layers have one name.

    >>> from nnscratch.layers import Dense, Input
    >>> x = Input((8,))
    >>> y = Dense(1, activation="sigmoid")(Dense(64, activation="relu")(x))
    >>> Model(inputs=x, outputs=y).count_params()
    641
    """

    def __init__(
        self, inputs: Any, outputs: Any, name: str | None = None, trainable: bool | None = None
    ) -> None:
        Layer.__init__(self, name=name)
        flat_inputs, flat_outputs = flatten(inputs), flatten(outputs)
        for argument, tensors in (("inputs", flat_inputs), ("outputs", flat_outputs)):
            for tensor in tensors:
                if not isinstance(tensor, KerasTensor):
                    raise ValueError(
                        f"`{argument}` must hold symbolic tensors, made by Input() and by calling "
                        f"layers on them. Received: {tensor!r} of type {type(tensor).__name__}"
                    )
        self.graph = Graph(flat_inputs, flat_outputs)
        self.input_structure = inputs if is_nested(inputs) else None
        self.output_structure = outputs if is_nested(outputs) else None
        self._layers = layers_by_depth(flat_inputs, flat_outputs)
        _check_names(self._layers)
        self.built = True
        if trainable is not None:
            self.trainable = trainable

    tracks = False
    has_graph = True

    @property
    def layers(self) -> list[Layer]:
        """The layers, inputs included, those farthest from the outputs first, as in Keras."""
        return [layer for layer in self._layers if isinstance(layer, Layer)]

    @property
    def operations(self) -> list[Any]:
        """The layers and, among them, the operations such as `x + y`, in the same order."""
        return list(self._layers)

    def connections(self) -> Any:
        """Return what tells where a layer's inputs come from; None for a plain row of layers."""
        return connections(self.run, self._layers)

    def get_config(self) -> dict[str, Any]:
        """Return the layers, their calls, and where inputs and outputs are, as Keras does."""
        return functional_config(self)

    @classmethod
    def from_config(
        cls: type[Self],
        config: Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Self:
        """Make the model that `get_config` described; its weights are new.

        Args:
            config: what `get_config` returned, of nnscratch or of Keras.
            custom_objects: your own classes and functions by name.
        """
        with custom_object_scope(custom_objects or {}), sharing():
            model = cls(**functional_arguments(config))
        model._trainable = config.get("trainable") is not False  # the layers say it for themselves
        return model


def become_functional(cls: type[Model]) -> None:
    """Put `Functional` in the place of `Model` among the ancestors of a class.

    A class of one's own may be made of inputs and outputs, as in Keras: `Mine(inputs, outputs)`.

    Args:
        cls: the class.
    """
    if issubclass(cls, Functional):
        return
    if Model in cls.__bases__:
        cls.__bases__ = tuple(Functional if base is Model else base for base in cls.__bases__)
        return
    for base in cls.__bases__:
        if issubclass(base, Model):
            become_functional(base)


def _check_names(layers: list[Layer]) -> None:
    names = [layer.name for layer in layers]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"{names.count(name)} layers of the model are named {name!r}; give each a `name` "
                "of its own."
            )
