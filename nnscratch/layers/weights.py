"""What layers and models have in common: weights that can be listed, copied and frozen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nnscratch import constraints, initializers, regularizers
from nnscratch.casting import as_numeric, is_float, standardize_dtype
from nnscratch.errors import NotReadyError, ShapeError
from nnscratch.naming import name_scope
from nnscratch.recording import operate, recorder, recording
from nnscratch.structure import flatten
from nnscratch.typing import Array, ArrayLike
from nnscratch.variable import Variable


class HasWeights:
    """An object with weights of its own and, perhaps, layers inside.

    Args:
        name: unique name.
        dtype: type of the weights.
        trainable: whether training changes them.
    """

    def __init__(self, name: str, dtype: str, trainable: bool) -> None:
        self.name = name
        self.dtype = dtype
        self.built = False
        self._trainable = trainable
        self._trainable_variables: list[Variable] = []
        self._statistics: list[Variable] = []

    @property
    def sublayers(self) -> Sequence[HasWeights]:
        """Layers inside this one, in order; a plain layer has none."""
        return ()

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a weight; the same as `add_weight`, with its arguments in another order.

        Args:
            shape: see `add_weight`.
            initializer: see `add_weight`.
            dtype: see `add_weight`.
            trainable: see `add_weight`.
            autocast: see `add_weight`.
            regularizer: see `add_weight`.
            constraint: see `add_weight`.
            name: see `add_weight`.
        """
        return self.add_weight(
            shape, initializer, dtype, trainable, autocast, regularizer, constraint, name=name
        )

    def add_weight(
        self,
        shape: Sequence[int] | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Make a weight.

        Args:
            shape: full shape; a scalar by default.
            initializer: string, object, function or array; `glorot_uniform` by default, zeros for
                types other than float.
            dtype: the layer's by default.
            trainable: False for statistics that no optimizer changes.
            autocast: accepted for compatibility.
            regularizer: penalty added to the loss.
            constraint: projection applied after every update.
            aggregation: accepted for compatibility.
            overwrite_with_gradient: not offered; it serves 8-bit floats.
            name: last part of the variable's path.
        """
        if overwrite_with_gradient:
            raise ValueError(
                "`overwrite_with_gradient` of add_weight() is not offered; change the weight in "
                "`forward` instead. Received: overwrite_with_gradient=True"
            )
        dtype = self.dtype if dtype is None else standardize_dtype(dtype)
        if initializer is None:
            initializer = "glorot_uniform" if is_float(dtype) else "zeros"
        made_by = initializers.get(initializer)
        assert made_by is not None  # only None gives None
        sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
        with name_scope(self.name, caller=self), recording(None):
            variable = Variable(
                made_by,
                shape=sizes,
                dtype=dtype,
                trainable=trainable and self._trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
            )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        (self._trainable_variables if trainable else self._statistics).append(variable)
        return variable

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it reaches the layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for variable in self._trainable_variables:
            variable.trainable = self._trainable
        for layer in self.sublayers:
            layer.trainable = value

    @property
    def weights(self) -> list[Variable]:
        """All weights, each once; within a layer the trainable ones come first."""
        found = {id(v): v for v in self._trainable_variables + self._statistics}
        for layer in self.sublayers:
            found.update({id(v): v for v in layer.weights if id(v) not in found})
        return list(found.values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [v for v in self.weights if v.trainable]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone: frozen ones and statistics."""
        return [v for v in self.weights if not v.trainable]

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    @property
    def losses(self) -> list[Any]:
        """The penalties of the latest call, then those on weights, one per regularized weight.

        Those of a call are what `add_loss` was given and the penalties on activities. Under a tape
        they are recorded, so that `sum(model.losses)` may be added to a loss of one's own.
        """
        found = self._losses_of_calls()
        regularized = [v for v in self.trainable_weights if v.regularizer]
        if recorder() is not None:
            return found + [operate("penalty", v, v.regularizer) for v in regularized]
        return found + [v.regularizer(v.value) for v in regularized]

    call_losses: list[Any] = []  # noqa: RUF012 (replaced, never changed)

    def _losses_of_calls(self) -> list[Any]:
        within = [loss for layer in self.sublayers for loss in layer._losses_of_calls()]
        return [*self.call_losses, *within]

    def _forget_losses(self) -> None:
        self.__dict__.pop("call_losses", None)
        for layer in self.sublayers:
            layer._forget_losses()

    def add_loss(self, loss: Any) -> None:
        """Add to what is minimised; for use inside `call`.

        Args:
            loss: what was computed from the inputs, the outputs or the weights; the sum of its
                elements is added. Or a list of such.

        Raises:
            ValueError: called from outside `call`.

        >>> from nnscratch import layers, ops
        >>> class Small(layers.Layer):
        ...     def call(self, x):
        ...         self.add_loss(0.1 * ops.mean(ops.square(x)))
        ...         return x
        >>> layer = Small()
        >>> y = layer([[1.0, 3.0]])
        >>> [round(float(loss), 3) for loss in layer.losses]
        [0.5]
        """
        trace = recorder()
        if trace is None or not trace.symbolic:
            raise ValueError(
                f"add_loss() on {self.name!r} from outside of call(). A loss on what a layer "
                "computes is added inside the call() of a layer; one on weights is a regularizer "
                "(kernel_regularizer=…); any other goes into compute_loss() of the model."
            )
        for part in flatten(loss):
            trace.losses.append(operate("as_tensor", part, trace))

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """Raise: Keras 3 has no such method.

        Raises:
            NotImplementedError: always, saying what to write.
        """
        raise NotImplementedError(
            "add_metric() is not in Keras 3. Give compile(metrics=[…]), or make a metric in "
            "__init__() (self.m = metrics.Mean(name=…)) and call its update_state()."
        )

    def get_weights(self) -> list[Array]:
        """Return copies of all weights, in the order of `weights`."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Replace all weights; either all are replaced or, on error, none.

        Args:
            weights: arrays in the order and shapes of `weights`.

        Raises:
            ShapeError: the number of arrays or a shape differs.
        """
        variables = self.weights
        arrays = [as_numeric(w, f"weights[{i}]") for i, w in enumerate(weights)]
        if len(arrays) != len(variables):
            raise ShapeError(
                f"set_weights() on {self.name!r} expects {len(variables)} arrays "
                f"({', '.join(v.path for v in variables)}). Received {len(arrays)}."
            )
        for i, (variable, array) in enumerate(zip(variables, arrays, strict=True)):
            if variable.shape != array.shape:
                raise ShapeError(
                    f"set_weights() on {self.name!r}: weights[{i}] has shape {array.shape}; "
                    f"{variable.path!r} has shape {variable.shape}."
                )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def count_params(self) -> int:
        """Return how many numbers the weights hold.

        Raises:
            NotReadyError: the weights do not exist yet.
        """
        if not self.built:
            raise NotReadyError(
                f"count_params() on {self.name!r}, which is not built yet: the shape of its "
                "input is not known. Call it on data or give `input_shape`."
            )
        return sum(math.prod(v.shape) for v in self.weights)
