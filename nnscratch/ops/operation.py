"""What an operation is: a function of arrays beside its derivative, without weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from nnscratch import recording
from nnscratch.cache import Cache
from nnscratch.casting import handed_out
from nnscratch.errors import ShapeError
from nnscratch.layers import KerasTensor, Node
from nnscratch.naming import auto_name, to_snake_case
from nnscratch.ops.operands import as_array, as_operand, fitted
from nnscratch.typing import Array, Shape
from nnscratch.variable import Variable

TENSOR: Any = object()
"""Marks the operands of an operation that are tensors; the others are constants."""

PROBES = (2, 3)
"""Sizes that stand for an unknown one when an operation's output shape is found by trying."""


class Operation:
    """A function of one or more arrays and its derivative: a node of a graph, as a layer is.

    A subclass writes `compute`, and `gradients`, which turns dL/doutput into dL/doperand for each
    operand. It may return None for an operand that takes no gradient. A gradient of the shape that
    the operands broadcast to is summed back to the operand's own.

    Args:
        options: arguments that are no arrays, such as an axis; they become attributes.
    """

    config_names: ClassVar[tuple[str, ...]] = ()
    sublayers: ClassVar[tuple[Any, ...]] = ()
    activity_regularizer = None
    input_dtype = None
    trainable = True
    built = True

    def __init__(self, **options: Any) -> None:
        self.__dict__.update(options)
        self.name = to_snake_case(type(self).__name__)
        self.operands: list[Any] = [TENSOR]
        self._inbound_nodes: list[Node] = []

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the function's value; what `gradients` needs goes into the cache."""
        raise NotImplementedError(f"{type(self).__name__} must implement compute().")

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dL/doperand for each operand; None where it takes no gradient."""
        return [None] * len(operands)

    # -- a node of a graph ---------------------------------------------------------------------

    def forward(self, x: Any, cache: Cache, training: bool = False) -> Any:
        """Compute the value from the tensors among the operands: an array, or a list of them."""
        arrays = iter(x if isinstance(x, list) else [x])
        operands = [next(arrays) if part is TENSOR else part for part in self.operands]
        cache.operands = operands
        return self.compute(cache, *operands)

    def backward(self, dy: Array, cache: Cache) -> Any:
        """Return dL/dtensor of every tensor among the operands."""
        found = self.gradients(dy, cache, *cache.operands)
        grads = [
            None if gradient is None else fitted(gradient, operand)
            for gradient, operand, part in zip(found, cache.operands, self.operands, strict=True)
            if part is TENSOR
        ]
        return grads[0] if len(grads) == 1 else grads

    def backward_pass(self, douts: Any, dz: Any, scale: Any, cache: Cache) -> list[Any]:
        """Return dL/dtensors from dL/doutput, and once more from dL/dlogits where there is one."""
        found = [] if dz is None else [self.backward_from_logits(dz, cache)]
        return found if douts[0] is None else [*found, self.backward(douts[0], cache)]

    def backward_from_logits(self, dz: Array, cache: Cache) -> Any:
        """As `backward`, for dL/dz of the `logits`."""
        raise NotImplementedError(f"{type(self).__name__} has no logits.")

    @property
    def weights(self) -> list[Variable]:
        """The variables that the operation stands for: none."""
        return []

    @property
    def trainable_weights(self) -> list[Variable]:
        """The trainable ones of them: none."""
        return []

    def plan_backward(self, cache: Cache) -> None:
        """Do nothing: an operation is no network."""

    def penalties(self, cache: Cache) -> list[Any]:
        """Return no penalties: an operation has none."""
        return []

    def logits(self, cache: Cache) -> Array | None:
        """Return z where the output is softmax(z) or sigmoid(z), otherwise None."""
        return None

    def count_params(self) -> int:
        """Return 0: an operation has no weights."""
        return 0

    @property
    def output_shape_or_none(self) -> Shape | None:
        """Shape of the output."""
        return self._inbound_nodes[-1].outputs[0].shape if self._inbound_nodes else None

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the output's shape for inputs of this shape, or of the shapes in a list."""
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        dtypes = [tensor.dtype for tensor in self._inbound_nodes[0].inputs]
        return self.specify(shapes, dtypes)[0]

    def specify(self, shapes: Sequence[Shape], dtypes: Sequence[str]) -> tuple[Shape, str]:
        """Return shape and type of the output, found by trying.

        What changes with an unknown size of the inputs is unknown itself.

        Raises:
            ShapeError: inputs of these shapes do not go together.
        """
        tried = []
        for size in PROBES if any(None in shape for shape in shapes) else PROBES[:1]:
            arrays = [
                np.ones([size if n is None else n for n in shape], dtype)
                for shape, dtype in zip(shapes, dtypes, strict=True)
            ]
            try:
                with np.errstate(all="ignore"):
                    found = self.forward(arrays[0] if len(arrays) == 1 else arrays, Cache())
            except (ValueError, IndexError) as error:
                listed = ", ".join(str(shape) for shape in shapes)
                raise ShapeError(
                    f"ops.{self.name} cannot be applied to tensors of shape {listed}: {error}"
                ) from error
            tried.append(np.asarray(found))
        pairs = zip(tried[0].shape, tried[-1].shape, strict=True)
        return tuple(a if a == b else None for a, b in pairs), tried[0].dtype.name

    def get_config(self) -> dict[str, Any]:
        """Return the name and the options."""
        return {"name": self.name, **{name: getattr(self, name) for name in self.config_names}}

    def __repr__(self) -> str:
        return f"<Operation {type(self).__name__} name={self.name}>"


class WeightValue(Operation):
    """The value of a variable that a `call` uses by itself; its gradient goes to the variable."""

    def __init__(self, variable: Variable) -> None:
        super().__init__()
        self.variable = variable
        self.operands = []

    def forward(self, x: Any, cache: Cache, training: bool = False) -> Array:
        """Return the live value."""
        return self.variable.value

    def backward(self, dy: Array, cache: Cache) -> None:
        """Add dy to the variable's gradient."""
        self.variable.add_grad(np.positive, dy)

    @property
    def weights(self) -> list[Variable]:
        """The variable."""
        return [self.variable]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The variable, if training changes it."""
        return [self.variable] if self.variable.trainable else []

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the variable's shape."""
        return self.variable.shape


class Constant(Operation):
    """An array that does not depend on any tensor."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = as_array(value)
        self.operands = []

    def compute(self, cache: Cache, *operands: Any) -> Array:
        """Return the array."""
        return self.value


def apply(operation: Operation, *operands: Any) -> Any:
    """Apply an operation: to arrays at once, to symbolic tensors as a new node of their graph.

    Args:
        operation: the operation, made for this call.
        operands: arrays, numbers, variables or symbolic tensors.
    """
    recorder = recording.recorder()
    tracing = recorder is not None and recorder.symbolic
    if any(isinstance(x, KerasTensor) or (tracing and isinstance(x, Variable)) for x in operands):
        return _new_node(operation, operands, recorder if tracing else None)
    if recorder is not None and not tracing:
        return recorder.apply(operation, operands)
    return handed_out(on_arrays(operation, operands))


def on_arrays(operation: Operation, operands: Sequence[Any]) -> Any:
    """Return an operation's value for arrays, numbers and variables."""
    found = operation.compute(Cache(), *(as_operand(x) for x in operands))
    return found[()] if found.ndim == 0 else found


def applied(operation: Operation, operands: Sequence[Any], name: str) -> KerasTensor:
    """Return the output of a new node under a given name.

    Args:
        operation: the operation.
        operands: symbolic tensors and constants.
        name: the name.
    """
    return _new_node(operation, operands, None, name)


def _new_node(
    operation: Operation, operands: Sequence[Any], trace: Any, name: str | None = None
) -> KerasTensor:
    tensors: list[KerasTensor] = []
    parts: list[Any] = []
    for x in operands:
        x = tensor_of(x, trace) if isinstance(x, Variable) else x
        if isinstance(x, KerasTensor):
            tensors.append(x)
            parts.append(TENSOR)
        else:
            parts.append(as_operand(x))
    operation.operands = parts
    if trace is None:
        operation.name = name or auto_name(type(operation).__name__)
    shape, dtype = operation.specify([t.shape for t in tensors], [t.dtype for t in tensors])
    output = KerasTensor(shape, dtype)
    operation._inbound_nodes.append(Node(operation, tensors, [output]))
    return output


def tensor_of(x: Any, trace: Any) -> KerasTensor:
    """Return the tensor that stands for a variable, one for each in a trace, or for an array."""
    if trace is not None and id(x) in trace.tensors:
        tensor: KerasTensor = trace.tensors[id(x)]
        return tensor
    source = WeightValue(x) if isinstance(x, Variable) else Constant(x)
    shape = source.variable.shape if isinstance(source, WeightValue) else source.value.shape
    dtype = x.dtype if isinstance(source, WeightValue) else source.value.dtype.name
    tensor = KerasTensor(shape, dtype)
    source._inbound_nodes.append(Node(source, [], [tensor]))
    if trace is not None and isinstance(x, Variable):
        trace.tensors[id(x)] = tensor
    return tensor


def as_tensor(x: Any, trace: Any = None) -> KerasTensor:
    """Return a symbolic tensor as it is, and one that stands for a variable or an array.

    Args:
        x: a tensor, variable, array or number.
        trace: the trace of the `call` under way, if there is one.
    """
    return x if isinstance(x, KerasTensor) else tensor_of(x, trace)
