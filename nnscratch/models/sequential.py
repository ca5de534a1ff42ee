"""The sequential model: a plain stack of layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from nnscratch.errors import ShapeError
from nnscratch.layers import InputLayer, KerasTensor, Layer
from nnscratch.layers.config import written_dtype
from nnscratch.layers.graph import Graph
from nnscratch.models.model import Model
from nnscratch.saving.objects import read_object, serialize_keras_object, sharing
from nnscratch.serialization import custom_object_scope

Self = TypeVar("Self", bound="Sequential")


class Sequential(Model):
    """A stack of layers, each fed with the output of the one before.

    With an `Input` first (or `input_shape=` in the first layer) the weights exist at once;
    otherwise they are made when the model first sees data.

    Args:
        layers: the layers, in order.
        trainable: False to freeze them all.
        name: name of the model.

    >>> from nnscratch.layers import Dense, Input
    >>> model = Sequential([Input((784,)), Dense(64, "sigmoid"), Dense(10, "softmax")])
    >>> model.output_shape, model.count_params()
    ((None, 10), 50890)
    """

    def __init__(
        self,
        layers: Iterable[Layer | KerasTensor] | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        Layer.__init__(self, trainable=trainable, name=name)
        self._layers: list[Layer] = []
        if layers is not None:
            if isinstance(layers, Layer):
                raise ValueError(
                    "Sequential takes a list of layers. Received one layer; write "
                    f"Sequential([{type(layers).__name__}(…)])."
                )
            for layer in layers:
                self._append(layer)
            self._rebuild()

    tracks = False
    has_graph = True

    @property
    def layers(self) -> list[Layer]:
        """The layers, the input left out."""
        first = 1 if self._layers and isinstance(self._layers[0], InputLayer) else 0
        return self._layers[first:]

    def add(self, layer: Layer | KerasTensor, rebuild: bool = True) -> None:
        """Put a layer on top.

        Args:
            layer: the layer, or an `Input` where the stack is empty.
            rebuild: accepted for compatibility.

        Raises:
            ValueError: not a layer, a name that is taken, or a second input; the model is
                unchanged then.
        """
        self._append(layer)
        self._rebuild()

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the top layer off and return it.

        Args:
            rebuild: accepted for compatibility.
        """
        if not self.layers:
            raise ValueError(f"Model {self.name!r} has no layers to take off.")
        layer = self._layers.pop()
        self._rebuild()
        return layer

    def _append(self, layer: Any) -> None:
        if isinstance(layer, KerasTensor) and layer.node is not None and not layer.node.inputs:
            layer = layer.node.layer
        if not isinstance(layer, Layer):
            raise ValueError(
                "Only layers can be added to a Sequential model. Received: "
                f"{layer!r} of type {type(layer).__name__}"
                + ("; did you forget the parentheses?" if isinstance(layer, type) else "")
            )
        if any(layer.name == other.name for other in self._layers):
            raise ValueError(
                f"Model {self.name!r} already has a layer named {layer.name!r}; give this one "
                "another `name`."
            )
        if isinstance(layer, InputLayer) and self._layers:
            raise ValueError(f"An Input must come first; model {self.name!r} already has layers.")
        if not self._layers and layer._input_shape_arg is not None:
            self._layers.append(InputLayer(layer._input_shape_arg, dtype=layer.dtype))
        self._layers.append(layer)

    def _rebuild(self) -> None:
        self.built = False
        self.graph = None
        if self._trainer is not None:
            self._trainer.stepper = None
        if len(self._layers) > 1 and isinstance(self._layers[0], InputLayer):
            self.build(self._layers[0].batch_shape)

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, for inputs of this shape (None for the batch).

        Raises:
            ValueError: there are no layers, or another input shape was given before.
        """
        if not self.layers:
            raise ValueError(f"Model {self.name!r} has no layers yet; add one first.")
        input_shape = tuple(input_shape)
        first = self._layers[0]
        if not isinstance(first, InputLayer):
            first = InputLayer(batch_shape=input_shape, dtype=first.dtype)
        elif first.batch_shape != input_shape:
            raise ShapeError(
                f"Model {self.name!r} takes inputs of shape {first.batch_shape}. "
                f"Received: input_shape={input_shape}"
            )
        tensor: Any = first.output
        for layer in self.layers:
            tensor = layer.call_once(tensor)
        if self._layers[0] is not first:
            self._layers.insert(0, first)
        self.graph = Graph([first.output], [tensor])

    def get_config(self) -> dict[str, Any]:
        """Return the layers, the input included, as Keras does."""
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": written_dtype(self.dtype),
            "layers": serialize_keras_object(self._layers),
        }
        first = self._layers[0] if self._layers else None
        if self.graph is not None and isinstance(first, InputLayer):
            config["build_input_shape"] = first.batch_shape
        return config

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

        Raises:
            ValueError: it does not describe a stack of layers.
        """
        if not isinstance(config, Mapping) or not {"name", "layers"} <= set(config):
            received = sorted(config) if isinstance(config, Mapping) else repr(config)
            raise ValueError(
                "The configuration of a Sequential model has 'name' and 'layers'. Received: "
                f"{received}"
            )
        with custom_object_scope(custom_objects or {}), sharing():
            layers = [read_object(layer, "keras.layers") for layer in config["layers"]]
        model = cls(name=config["name"])
        for layer in layers:
            model.add(layer)
        shape = config.get("build_input_shape")
        if model.graph is None and model.layers and shape:
            model.build(tuple(shape))
        return model
