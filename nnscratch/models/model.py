"""The model: a layer made of layers, with a graph to run and a way to train it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnscratch.cache import Cache
from nnscratch.casting import as_numeric, handed_out
from nnscratch.errors import ShapeError, closest_name
from nnscratch.layers import KerasTensor, Layer
from nnscratch.layers.composed import Composed
from nnscratch.models.files import Saves
from nnscratch.models.inputs import HasInputs
from nnscratch.models.removed import HasRemovedMethods
from nnscratch.models.training import Trains
from nnscratch.serialization import custom_object_scope
from nnscratch.structure import flatten, is_nested
from nnscratch.typing import Array, Shape
from nnscratch.utils.notebook import model_html
from nnscratch.utils.summary import print_summary


class Model(Saves, Trains, HasInputs, Layer, HasRemovedMethods):
    """A network of layers that can be trained, evaluated and used as a layer itself.

    `Model(inputs, outputs)` makes a functional model, see `Functional`; `Sequential` is a stack. A
    subclass makes layers in `__init__` and combines them in `call`.

    Args:
        args: for a functional model the inputs, from `Input`, and the outputs made of them.
        activity_regularizer: see `Layer`.
        trainable: see `Layer`.
        dtype: see `Layer`.
        autocast: see `Layer`.
        name: name of the model.
        kwargs: `inputs` and `outputs` by name.

    >>> from nnscratch import layers
    >>> class Net(Model):
    ...     def __init__(self):
    ...         super().__init__(name="net")
    ...         self.hidden = layers.Dense(4, "relu")
    ...         self.out = layers.Dense(1)
    ...     def call(self, x):
    ...         return self.out(self.hidden(x))
    >>> model = Net()
    >>> model.build((None, 3))
    >>> [weight.path for weight in model.weights][:2]
    ['net/dense/kernel', 'net/dense/bias']
    """

    tracks = True
    takes_mask = True

    def __new__(cls, *args: Any, **kwargs: Any) -> Model:
        """Make a functional model where inputs and outputs are given."""
        if cls is Model and _are_tensors(args, kwargs):
            from nnscratch.models.functional import Functional

            return super().__new__(Functional)
        return super().__new__(cls)

    def __init__(
        self,
        *args: Any,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        from nnscratch.models.functional import Functional, become_functional

        if _are_tensors(args, kwargs) and not isinstance(self, Functional):
            become_functional(type(self))
            functional: Any = Functional
            functional.__init__(self, *args, **({} if name is None else {"name": name}), **kwargs)
            if not trainable:
                self.trainable = False
            return
        super().__init__(
            *args,
            activity_regularizer=activity_regularizer,
            trainable=trainable,
            dtype=dtype,
            autocast=autocast,
            name=name,
            **kwargs,
        )

    @classmethod
    def from_config(cls, config: Any, custom_objects: Any = None) -> Any:
        """Make the model that `get_config` described; its weights are new.

        Args:
            config: what `get_config` returned, of nnscratch or of Keras.
            custom_objects: your own classes and functions by name.
        """
        from nnscratch.models.functional import Functional
        from nnscratch.models.graph_config import functional_arguments

        with custom_object_scope(custom_objects or {}):
            if "input_layers" not in config:
                return super().from_config(config)
            if cls is Model:
                return Functional.from_config(config)
            return cls(**functional_arguments(config))

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order: those set as attributes, where the class writes `call`."""
        return [layer for layer in self._tracker.layers if isinstance(layer, Layer)]

    @property
    def sublayers(self) -> list[Any]:
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

    forward = Composed.forward
    backward = Composed.backward
    backward_from_logits = Composed.backward_from_logits
    logits = Composed.logits
    plan_backward = Composed.plan_backward
    penalties = Composed.penalties
    backward_pass = Composed.backward_pass
    output_masks = Composed.output_masks

    def taken(self, x: Any) -> Any:
        """Return the arrays or tensors in a list; an array of numbers comes alone."""
        flat = flatten(x) if is_nested(x) and _holds_arrays(x) else [x]
        return flat if len(flat) > 1 else flat[0]

    def prepare(self, form: Any, flat: Any, several: bool) -> None:
        """Build for arrays or tensors such as these, and check that they fit."""
        if form is not None or any(isinstance(part, KerasTensor) for part in flat):
            super().prepare(form, flat, several)
            return
        arrays = [as_numeric(part, "x") for part in flat]
        self.ensure_built_for(arrays)
        shapes = [(None, *array.shape[1:]) for array in arrays]
        self.check_input_shape(shapes if len(shapes) > 1 else shapes[0])

    def arrays_of(self, tensors: Any) -> list[Array]:
        """Return what was given as arrays of the types of the inputs."""
        flat = tensors if isinstance(tensors, (list, tuple)) else [tensors]
        if self.is_composed:
            return [self._array(part) for part in flat]
        pairs = zip(flat, self.input_dtypes, strict=True)
        return [as_numeric(part, "x").astype(dtype, copy=False) for part, dtype in pairs]

    def applied(self, form: Any, x: Any, cache: Cache, training: bool) -> tuple[Any, Any]:
        """Return the output as the caller is to see it, and the list of its arrays."""
        if form is not None:
            self.remember_call(cache, form, x)
            return super().applied(form, x, cache, training)
        outputs = self.run.forward(x, cache, training)
        return self.packed_output([handed_out(output.copy()) for output in outputs]), outputs

    def structured(self, outputs: list[Any]) -> Any:
        """Return symbolic outputs in the structure that the model was made with."""
        return self.packed_output(outputs)

    def check_input_shape(self, input_shape: Any) -> None:
        """Raise unless the inputs have the shapes that the model was built for."""
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        expected = self.input_shapes
        if len(shapes) != len(expected) or not all(map(_fits, shapes, expected)):
            raise ShapeError(
                f"Model {self.name!r} expects inputs of shape {_listed(expected)}. "
                f"Received: shape={_listed(shapes)}"
            )

    def build(self, input_shape: Any = None) -> None:
        """Make all weights, for inputs of this shape (None for the batch).

        Args:
            input_shape: the shape; a list of shapes for several inputs.
        """
        if not self.is_composed and not self.has_graph:
            raise self.no_call()
        self.learn_shapes(input_shape)
        self.build_by_call(input_shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the output's shape for inputs of this shape (lists of shapes for several)."""
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        found = self.run.output_shapes(shapes)
        return found[0] if len(found) == 1 else found

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

    def _repr_html_(self) -> str:
        return model_html(self)


def _are_tensors(args: Any, kwargs: Any) -> bool:
    """Tell whether a model is made of inputs and outputs."""
    if len(args) >= 2 or (len(args) == 1 and "outputs" in kwargs):
        return True
    return "inputs" in kwargs and "outputs" in kwargs


def _holds_arrays(x: Any) -> bool:
    if isinstance(x, dict):
        return True
    return any(isinstance(part, KerasTensor) or hasattr(part, "shape") for part in flatten(x))


def _fits(shape: Shape, expected: Shape) -> bool:
    return len(shape) == len(expected) and all(
        want is None or got in (None, want)
        for got, want in zip(shape[1:], expected[1:], strict=True)
    )


def _listed(shapes: list[Shape]) -> str:
    return ", ".join(str(("N", *shape[1:])) for shape in shapes)
