"""The layer base class: how a layer is built and called; the mathematics is in the subclasses."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from nnscratch import regularizers
from nnscratch.cache import Cache
from nnscratch.errors import NotReadyError, ShapeError, unknown_name
from nnscratch.layers.calling import Calls
from nnscratch.layers.composed import give_methods
from nnscratch.layers.config import Configurable, read_dtype
from nnscratch.layers.masks import HandlesMasks
from nnscratch.layers.symbolic import KerasTensor, Node
from nnscratch.layers.tracking import INTERNAL, Tracker
from nnscratch.layers.weights import HasWeights
from nnscratch.naming import auto_name, name_scope
from nnscratch.outdated import note
from nnscratch.recording import recording
from nnscratch.routine import changed
from nnscratch.typing import Array, Shape


def _scoped(build: Callable[..., None]) -> Callable[..., None]:
    """Make a `build` that names its variables after the layer and marks the layer built."""

    @functools.wraps(build)
    def scoped(self: Layer, *args: Any, **kwargs: Any) -> None:
        if self._building:
            build(self, *args, **kwargs)
            return
        self._building = True
        try:
            with name_scope(self.name, caller=self), recording(None):
                build(self, *args, **kwargs)
        finally:
            self._building = False
        self.built = True
        shapes = [*args, *kwargs.values()]
        self._build_shape = shapes[0] if shapes else None

    return scoped


class Layer(Calls, Configurable, HandlesMasks, HasWeights):
    """A function of arrays with weights, and its derivative.

    A subclass writes the mathematics: `build` makes weights from the input's shape, `forward`
    computes the output and leaves in the cache what `backward` needs, `backward` turns dL/doutput
    into dL/dinput and adds the weights' gradients on the way. The cache belongs to the call, so
    one layer may be used in several places. A layer made of other layers and of operations writes
    `call` instead, as in Keras, and needs no backward pass of its own.

    Args:
        activity_regularizer: penalty on the layer's output, averaged over the batch.
        trainable: whether training changes the weights.
        dtype: type of weights and computation; floatx by default.
        autocast: accepted for compatibility; inputs are always cast to `dtype`.
        name: unique name; automatic by default.
        kwargs: `input_shape` or `input_dim`, the shape of one sample, where this is the first
            layer of a `Sequential`.

    Raises:
        ValueError: an unknown argument, with the nearest one that exists.

    A layer of one's own:

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.s = self.add_weight(shape=(), initializer="ones", name="s")
    ...     def forward(self, x, cache, training=False):
    ...         cache.x = x
    ...         return np.multiply(x, self.s.value, out=cache.buffer("y", x.shape, x.dtype))
    ...     def backward(self, dy, cache):
    ...         self.s.add_grad(np.sum, dy * cache.x)
    ...         return dy * self.s.value
    >>> Scale()(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0]]
    """

    is_composed = False
    tracks = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _scoped(cls.build)  # type: ignore[method-assign]
        if "forward" in cls.__dict__:
            cls.is_composed = False
        elif "call" in cls.__dict__:
            cls.is_composed = cls.tracks = True
            give_methods(cls)

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if name is not None and not isinstance(name, str):
            raise ValueError(f"`name` must be a text or None. Received: name={name!r}")
        super().__init__(
            auto_name(type(self).__name__) if name is None else name,
            read_dtype(dtype),
            bool(trainable),
        )
        self._tracker = Tracker(self)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.autocast = autocast
        self._building = False
        self._build_shape: Any = None
        self._inbound_nodes: list[Node] = []
        self._input_shape_arg = self._pop_input_shape(kwargs)
        if kwargs:
            raise self._unknown_argument(next(iter(kwargs)))

    def __setattr__(self, name: str, value: Any) -> None:
        if type(self).tracks and name not in INTERNAL:
            tracker = self.__dict__.get("_tracker")
            if tracker is not None:
                if name in self.__dict__ and self.__dict__[name] is not value:
                    tracker.forget(self.__dict__[name])
                value = tracker.track(value)
            elif hasattr(value, "add_weight"):
                raise RuntimeError(
                    f"{type(self).__name__}.__init__() sets `{name}` before it has called "
                    "super().__init__(). Call super().__init__() in its first line."
                )
        if self.__dict__.get(name) is not value:
            changed()
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if type(self).tracks:
            self._tracker.forget(self.__dict__.get(name))
        super().__delattr__(name)

    @property
    def sublayers(self) -> Sequence[Any]:
        """Layers set as attributes, in order; a layer with a `forward` of its own has none."""
        return self._tracker.layers

    def _pop_input_shape(self, kwargs: dict[str, Any]) -> Shape | None:
        for name in kwargs.keys() & {"input_dim", "input_shape", "batch_input_shape"}:
            note(
                f"`{name}` belongs into an Input of its own: put Input(shape) first in the "
                "Sequential model."
            )
        if "input_dim" in kwargs:
            return (kwargs.pop("input_dim"),)
        if "input_shape" in kwargs:
            shape = kwargs.pop("input_shape")
            return (shape,) if isinstance(shape, int) else tuple(shape)
        if "batch_input_shape" in kwargs:
            return tuple(kwargs.pop("batch_input_shape"))[1:]
        return None

    def _unknown_argument(self, received: str) -> ValueError:
        known = {"input_shape", "input_dim"}
        for cls in type(self).__mro__[:-2]:
            known |= set(inspect.signature(cls).parameters) - {"self", "kwargs"}
        return unknown_name(f"argument of {type(self).__name__}", received, known)

    # -- what a subclass writes ---------------------------------------------------------------

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for inputs of this shape, None standing for the batch."""
        if self.is_composed:
            self.build_by_call(input_shape)
        self.built = True

    def forward(self, x: Any, cache: Cache, training: bool = False) -> Array:
        """Compute the output; write into buffers of the cache, never into `x`."""
        raise NotImplementedError(
            f"{type(self).__name__} must implement call(self, inputs), made of layers and "
            "operations; or forward() and backward(), its mathematics and the derivative."
        )

    def backward(self, dy: Array, cache: Cache) -> Any:
        """Add the weights' gradients and return dL/dx (a list where `x` is a list).

        Where `cache.needs_dx` is False nobody uses the result and it may be None.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement backward().")

    def check_input_shape(self, input_shape: Any) -> None:
        """Raise `ShapeError` for inputs that the built layer cannot take."""

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the output's shape; by default found by a forward pass over one row of zeros."""
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        rows = [np.zeros((1, *(d or 1 for d in shape[1:])), self.dtype) for shape in shapes]
        output = self.forward(rows if isinstance(input_shape, list) else rows[0], Cache())
        return (None, *output.shape[1:])

    def plan_backward(self, cache: Cache) -> None:
        """Prepare for `backward` where `cache.needs_dx` has just been set; rarely needed."""

    def penalties(self, cache: Cache) -> list[Any]:
        """Return the penalties on activities within this call, of the layers inside."""
        return []

    def logits(self, cache: Cache) -> Array | None:
        """Return z where the output is softmax(z) or sigmoid(z), otherwise None."""
        return None

    def backward_from_logits(self, dz: Array, cache: Cache) -> Any:
        """As `backward`, for dL/dz of the `logits`."""
        raise NotImplementedError(f"{type(self).__name__} has no logits.")

    @property
    def is_steady(self) -> bool:
        """Whether `forward` and `backward` make the same calls on the same memory in every step.

        A class says so by `steady = True` in its own body (a subclass does other things), and so
        must its activation, if it has one. What it does beyond NumPy it does by `perform`; see
        `nnscratch.routine`.
        """
        return self._says("steady")

    @property
    def is_rowwise(self) -> bool:
        """Whether, in inference, a row of the output follows from that row of the input alone.

        A class says so by `rowwise = True` in its own body. `evaluate` and `predict` may compute
        several batches at once then; see `nnscratch.training.lots`.
        """
        return self._says("rowwise")

    def _says(self, word: str) -> bool:
        own = vars(type(self)).get(word, False) and "forward" not in vars(self)
        return own and getattr(getattr(self, "activation", None), "is_steady", True)

    # -- where it stands in a graph -----------------------------------------------------------

    @property
    def input_dtype(self) -> str | None:
        """Type that arrays are cast to before they come in."""
        return self.dtype

    def output_dtypes(self, count: int) -> list[str]:
        """Return the types of the outputs."""
        return [self.dtype] * count

    def call_once(self, x: KerasTensor) -> KerasTensor:
        """Return the output of the call on this very tensor, calling only if there is none yet."""
        for node in self._inbound_nodes:
            if node.inputs == (x,):
                return node.outputs[0]
        output: KerasTensor = self(x)
        return output

    @property
    def output_shape_or_none(self) -> Shape | None:
        """Shape of the latest symbolic output, or else that for the shape it was built for."""
        if self._inbound_nodes:
            outputs = self._inbound_nodes[-1].outputs
            return outputs[0].shape if len(outputs) == 1 else _joined(t.shape for t in outputs)
        if self._build_shape is None or not self.build_is_saved:
            return None
        found: Any = self.compute_output_shape(self._build_shape)
        return _joined(found)

    @property
    def input(self) -> KerasTensor:
        """The symbolic input of the layer's first call."""
        return self._first_node().inputs[0]

    @property
    def output(self) -> KerasTensor:
        """The symbolic output of the layer's first call."""
        return self._first_node().outputs[0]

    def _first_node(self) -> Node:
        if not self._inbound_nodes:
            raise NotReadyError(
                f"Layer {self.name!r} has never been called on a symbolic tensor, so it has no "
                "`input` and no `output` yet."
            )
        return self._inbound_nodes[0]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


Layer.build = _scoped(Layer.build)  # type: ignore[method-assign]


def check_axis(layer: Layer, input_shape: Shape, axis: int, expected: int) -> None:
    """Raise unless the input has this size along this axis."""
    rank_fits = -len(input_shape) <= axis < len(input_shape) and len(input_shape) > 1
    if not rank_fits or input_shape[axis] not in (None, expected):
        raise ShapeError(
            f"{type(layer).__name__} layer {layer.name!r} expects inputs with {expected} values "
            f"along axis {axis}. Received: shape={('N', *input_shape[1:])!r}"
        )


def check_rank(layer: Layer, input_shape: Shape, axes: str) -> None:
    """Raise unless the input has the axes named, such as `"N, height, width, channels"`."""
    if isinstance(input_shape, list) or len(input_shape) != len(axes.split(",")):
        received = input_shape if isinstance(input_shape, list) else ("N", *input_shape[1:])
        raise ShapeError(
            f"{type(layer).__name__} layer {layer.name!r} expects inputs of shape ({axes}). "
            f"Received: shape={received!r}"
        )


def _joined(sizes: Iterable[Any]) -> Shape:
    """Return a shape, or several shapes, as a tuple."""
    return tuple(sizes)
