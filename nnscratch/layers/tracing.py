"""A `call` made of other layers, written down once as a graph and then run as one."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import recording
from nnscratch.cache import Cache
from nnscratch.layers.graph import Graph
from nnscratch.layers.symbolic import KerasTensor
from nnscratch.naming import name_scope
from nnscratch.structure import flatten, transform
from nnscratch.typing import Array, Shape


class _Slot:
    """Stands for a tensor among arguments; there is one, also in copies of whatever holds it."""

    def __reduce__(self) -> str:
        return "SLOT"


SLOT: Any = _Slot()
"""Stands for a tensor in the form of a call."""


class BatchSizeWanted(Exception):  # noqa: N818 (asks for something, nothing is wrong)
    """A `call` asked for the size of the batch, so that each size needs a graph of its own."""


class Trace:
    """Listens while a `call` runs on symbolic tensors.

    Attributes:
        losses: what `add_loss` was given.
        tensors: the tensor of each variable used by itself, by the variable's id.
    """

    symbolic = True

    def __init__(self) -> None:
        self.losses: list[KerasTensor] = []
        self.tensors: dict[int, KerasTensor] = {}


def _name_of(part: Any) -> Any:
    if part is SLOT:
        return "a tensor"
    return part if isinstance(part, (str, int, float, bool, type(None))) else id(part)


class Form:
    """The arguments of a call: where the tensors stand in them, and everything else.

    Args:
        args: positional arguments, `SLOT` for each tensor.
        kwargs: keyword arguments, likewise.
    """

    def __init__(self, args: Any = (SLOT,), kwargs: Any = None) -> None:
        self.args, self.kwargs = args, kwargs or {}
        self.key = repr(transform(_name_of, (self.args, self.kwargs)))

    def filled(self, tensors: Sequence[Any]) -> tuple[Any, dict[str, Any]]:
        """Return the arguments with these tensors in place."""
        remaining = iter(tensors)
        args, kwargs = transform(
            lambda part: next(remaining) if part is SLOT else part, (self.args, self.kwargs)
        )
        return args, kwargs


PLAIN = Form()
"""A call on one tensor and nothing else."""


def read_form(call: Any, args: Any, kwargs: Any) -> tuple[Form, list[Any], bool | None]:
    """Take the arrays or tensors out of the arguments of a call.

    Args:
        call: the layer's `call`, whose signature the arguments must fit.
        args: positional arguments.
        kwargs: keyword arguments.

    Returns:
        The form that is left, the arrays or tensors in order, and the mode asked for.
    """
    bound = inspect.signature(call).bind(*args, **kwargs)
    training = bound.arguments.pop("training", None)
    tensors: list[Any] = []

    def taken(part: Any) -> Any:
        if isinstance(part, KerasTensor) or _is_array_like(part):
            tensors.append(part)
            return SLOT
        return part

    args, kwargs = bound.args, bound.kwargs
    if args and _holds_numbers(args[0]):  # nested lists of numbers are one array
        args = (np.asarray(args[0]), *args[1:])
    form_args, form_kwargs = transform(taken, (tuple(args), dict(kwargs)))
    return Form(form_args, form_kwargs), tensors, training


def _is_array_like(part: Any) -> bool:
    return hasattr(part, "__array__") and hasattr(part, "shape")


def _holds_numbers(x: Any) -> bool:
    if not isinstance(x, (list, tuple)) or not x:
        return False
    return all(isinstance(part, (int, float)) for part in flatten(x))


def form_of_shapes(input_shape: Any) -> tuple[Form, list[Shape]]:
    """Return the form of a call on inputs of such shapes, and the shapes in a list.

    Args:
        input_shape: a shape, or a list or dict of shapes.
    """
    if isinstance(input_shape, dict):
        keys = sorted(input_shape)
        return Form((dict.fromkeys(keys, SLOT),)), [tuple(input_shape[key]) for key in keys]
    if input_shape and isinstance(input_shape[0], (list, tuple)):
        shapes = [tuple(shape) for shape in input_shape]
        return Form(([SLOT] * len(shapes),)), shapes
    return PLAIN, [tuple(input_shape)]


def takes_training(call: Any) -> bool:
    """Tell whether a `call` has an argument `training`."""
    parameters = inspect.signature(call).parameters.values()
    return any(p.name == "training" or p.kind is p.VAR_KEYWORD for p in parameters)


def with_mask(call: Any, form: Form, mask: Any) -> Form:
    """Return the form with a place for the mask that comes with the tensor, where `call` wants it.

    Args:
        call: the layer's `call`.
        form: the form of the arguments as they were given.
        mask: the mask, or None.
    """
    wanted = not (mask is None or isinstance(mask, list)) and len(form.args) == 1
    if not wanted or "mask" not in inspect.signature(call).parameters:
        return form
    return Form(form.args, {"mask": SLOT, **form.kwargs})


class Traced:
    """The `call` of a layer, as one graph for each way in which it is called.

    A graph belongs to the form of the arguments, to training or inference, and, where `call` asks
    for the size of the batch, to that size.

    Args:
        layer: the layer.
    """

    def __init__(self, layer: Any) -> None:
        self.layer = layer
        self.graphs: dict[Any, Graph] = {}
        self.wants_batch_size = False

    # -- writing down --------------------------------------------------------------------------

    def graph(
        self, form: Form, shapes: Sequence[Shape], dtypes: Sequence[str], training: bool
    ) -> Graph:
        """Return the graph for calls of this form, writing it down where there is none yet.

        Args:
            form: the form of the arguments.
            shapes: shapes of the tensors in them.
            dtypes: their types.
            training: whether layers behave as in training.
        """
        key = (form.key, training, tuple(dtypes), self._key_of(shapes))
        if key not in self.graphs:
            self.graphs[key] = self._written(form, self._sizes(shapes), dtypes, training)
        return self.graphs[key]

    def _key_of(self, shapes: Sequence[Shape]) -> Any:
        return tuple(map(tuple, self._sizes(shapes)))

    def _sizes(self, shapes: Sequence[Shape]) -> Sequence[Shape]:
        if self.wants_batch_size:
            return shapes
        return [(None, *shape[1:]) for shape in shapes]

    def _written(
        self, form: Form, shapes: Sequence[Shape], dtypes: Sequence[str], training: bool
    ) -> Graph:
        layer = self.layer
        inputs = [KerasTensor(s, d, name="input") for s, d in zip(shapes, dtypes, strict=True)]
        trace = Trace()
        args, kwargs = form.filled(inputs)
        if takes_training(layer.call) and kwargs.get("training") is None:
            kwargs = {**kwargs, "training": training}
        with recording.recording(trace), name_scope(layer.name, caller=layer):
            output = layer.call(*args, **kwargs)
            output = transform(lambda part: self._checked(part, trace), output)
        graph = Graph(inputs, flatten(output), trace.losses, as_made=True)
        graph.structure = output
        return graph

    def _checked(self, part: Any, trace: Trace) -> KerasTensor:
        if part is None:
            raise TypeError(
                f"{type(self.layer).__name__}.call() returned None. It must return what it "
                "computed from its inputs; is a `return` missing?"
            )
        tensor: KerasTensor = recording.operate("as_tensor", part, trace)
        return tensor

    # -- shapes --------------------------------------------------------------------------------

    def output(self, form: Form, shapes: Sequence[Shape], dtypes: Sequence[str]) -> Any:
        """Return what a call gives: symbolic tensors in their structure, to read shapes off.

        Where `call` asks for the size of the batch, two sizes are tried, unless a call around this
        one can be told the size.
        """
        if not self.wants_batch_size:
            try:
                return self.graph(form, shapes, dtypes, False).structure
            except BatchSizeWanted:
                self.wants_batch_size = True
        if any(None not in shape for shape in shapes):
            return self.graph(form, shapes, dtypes, False).structure
        if recording.recorder() is not None:
            raise BatchSizeWanted(f"{self.layer.name} asked for the size of its batch")
        tried = []
        for size in (2, 3):
            sizes = [tuple(size if n is None else n for n in shape) for shape in shapes]
            tried.append(self.graph(form, sizes, dtypes, False).structure)
        seconds = iter(flatten(tried[1]))
        return transform(lambda first: _unknown_where_unlike(first, next(seconds)), tried[0])

    # -- running -------------------------------------------------------------------------------

    def forward(self, inputs: Sequence[Array], cache: Cache, training: bool) -> list[Array]:
        """Run the graph for such inputs; see `Graph.forward`."""
        given = getattr(cache, "form", None) or self.layer.form_for(len(inputs))
        form = with_mask(self.layer.call, given, cache.mask)
        cache.count = len(inputs)
        if form is not given:
            inputs = [*inputs, np.asarray(cache.mask)]
        shapes, dtypes = [x.shape for x in inputs], [x.dtype.name for x in inputs]
        try:
            graph = self.graph(form, shapes, dtypes, training)
        except BatchSizeWanted:
            self.wants_batch_size = True
            graph = self.graph(form, shapes, dtypes, training)
        inner = cache.child(id(graph))
        cache.graph, cache.inner, inner.mask = graph, inner, cache.mask
        return graph.forward(list(inputs), inner, training)

    def backward(
        self,
        doutputs: Sequence[Array | None],
        cache: Cache,
        from_logits: Sequence[bool] = (),
        scale: float = 1.0,
    ) -> list[Array | None]:
        """Run the graph of the latest forward run backwards; see `Graph.backward`."""
        inner = cache.inner
        inner.needs_dx = cache.needs_dx
        graph: Graph = cache.graph
        return graph.backward(doutputs, inner, from_logits, scale)[: cache.count]

    def output_masks(self, cache: Cache) -> list[Any] | None:
        """Return the masks that the latest forward run left; see `Graph.output_masks`."""
        graph: Graph = cache.graph
        return graph.output_masks(cache.inner)

    def plan_backward(self, cache: Cache) -> None:
        """Forget which calls must run backwards: `trainable` may have changed."""
        for graph in self.graphs.values():
            vars(cache.child(id(graph))).pop("backward_steps", None)

    def penalties(self, cache: Cache) -> list[Any]:
        """Return the penalties of the latest forward run."""
        graph: Graph = cache.graph
        return graph.penalties(cache.inner)

    def logits(self, output: int, cache: Cache) -> Array | None:
        """Return z where this output is softmax(z) or sigmoid(z), else None."""
        graph: Graph = cache.graph
        return graph.logits(output, cache.inner)

    def outputs_of_calls(self, cache: Cache) -> list[tuple[str, Array]]:
        """Return layer name and output of every call of the latest forward run, in order."""
        graph: Graph = cache.graph
        return graph.outputs_of_calls(cache.inner)


def _unknown_where_unlike(first: KerasTensor, second: KerasTensor) -> KerasTensor:
    pairs = zip(first.shape, second.shape, strict=True)
    return KerasTensor(tuple(a if a == b else None for a, b in pairs), first.dtype)
