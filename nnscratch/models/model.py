"""The model: a layer made of layers, with a graph to run and a way to train it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnscratch.cache import Cache
from nnscratch.errors import NotReadyError, ShapeError, closest_name
from nnscratch.layers import Layer
from nnscratch.models.graph import Graph
from nnscratch.models.training import Trains
from nnscratch.typing import Array, Shape
from nnscratch.utils.summary import print_summary


class Model(Trains, Layer):
    """A network of layers that can be trained, evaluated and used as a layer itself.

    Subclasses say how the graph comes to be (`Sequential`).
    """

    graph: Graph | None = None

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        raise NotImplementedError(f"{type(self).__name__} must define `layers`.")

    @property
    def sublayers(self) -> list[Layer]:
        """The layers, in order."""
        return self.layers

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return one layer, by name or by its place in `layers`.

        Args:
            name: name of the layer.
            index: its place, counted from 0.

        Raises:
            ValueError: no such layer, or not exactly one of name and index.
        """
        if (name is None) == (index is None):
            raise ValueError(
                "get_layer() needs exactly one of `name` and `index`. "
                f"Received: name={name!r}, index={index!r}"
            )
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(
                    f"Model {self.name!r} has {len(self.layers)} layers. Received: index={index}"
                )
            return self.layers[index]
        names = [layer.name for layer in self.layers]
        if name in names:
            return self.layers[names.index(name)]
        near = closest_name(name, names)
        hint = f" Did you mean {near!r}?" if near else ""
        raise ValueError(
            f"No layer named {name!r} in model {self.name!r}.{hint} Its layers: {names}"
        )

    # -- a model is a layer --------------------------------------------------------------------

    def _built_graph(self) -> Graph:
        if self.graph is None:
            raise NotReadyError(
                f"Model {self.name!r} has not been built: the shape of its input is not known. "
                "Call it on data, fit it, or give the first layer an `input_shape`."
            )
        return self.graph

    def forward(self, x: Any, cache: Cache, training: bool = False) -> Array:
        """Run the graph; what it returns is valid until the next run with this cache."""
        return self._built_graph().forward([x], cache, training)[0]

    def backward(self, dy: Array, cache: Cache) -> Array | None:
        """Run the graph backwards from dL/doutput; return dL/dinput where it is needed."""
        if not hasattr(cache, "backward_steps"):
            self.plan_backward(cache)
        scale = getattr(cache, "scale", 1.0)
        return self._built_graph().backward([dy], cache, scale=scale)[0]

    def backward_from_logits(self, dz: Array, cache: Cache) -> Array | None:
        """As `backward`, from the gradient with respect to the logits."""
        scale = getattr(cache, "scale", 1.0)
        return self._built_graph().backward([dz], cache, from_logits=[True], scale=scale)[0]

    def logits(self, cache: Cache) -> Array | None:
        """Return z where the output is softmax(z) or sigmoid(z), otherwise None."""
        return self._built_graph().logits(0, cache)

    def plan_backward(self, cache: Cache) -> None:
        """Take note of which weights are trainable."""
        self._built_graph().plan_backward(cache)

    def penalties(self, cache: Cache) -> list[Any]:
        """Return the penalties on activities of the latest forward run."""
        return self._built_graph().penalties(cache)

    def outputs_of_calls(self, cache: Cache) -> list[tuple[str, Array]]:
        """Return layer name and output of every call of the latest forward run, in order."""
        return [
            (step.layer.name, cache.values[target])
            for step in self._built_graph().steps
            for target in step.targets
        ]

    def check_input_shape(self, input_shape: Any) -> None:
        """Raise unless the input has the shape that the model was built for."""
        expected = self.input_shape
        fits = len(input_shape) == len(expected) and all(
            want is None or got in (None, want)
            for got, want in zip(input_shape[1:], expected[1:], strict=True)
        )
        if not fits:
            raise ShapeError(
                f"Model {self.name!r} expects inputs of shape {('N', *expected[1:])!r}. "
                f"Received: shape={('N', *input_shape[1:])!r}"
            )

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the output's shape for an input of this shape."""
        shape: Shape = input_shape
        for layer in self.layers:
            shape = layer.compute_output_shape(shape)
        return shape

    @property
    def input_shape(self) -> Shape:
        """Shape of the input, None for the batch."""
        return self._built_graph().inputs[0].shape

    @property
    def output_shape(self) -> Shape:
        """Shape of the output, None for the batch."""
        return self._built_graph().outputs[0].shape

    @property
    def inputs(self) -> list[Any]:
        """The symbolic inputs."""
        return self._built_graph().inputs

    @property
    def outputs(self) -> list[Any]:
        """The symbolic outputs."""
        return self._built_graph().outputs

    def summary(
        self,
        line_length: int | None = None,
        positions: list[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: list[str] | tuple[str, str] | None = None,
    ) -> None:
        """Print a table of the layers with their output shapes and numbers of weights.

        Args:
            line_length: width of the table.
            positions: relative ends of the columns.
            print_fn: called with the text instead of printing it.
            expand_nested: show the layers of models within.
            show_trainable: add a column that tells which layers are frozen.
            layer_range: names or patterns of the first and last layer to show.
        """
        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )
