"""The numbers an optimizer keeps from step to step, named and ordered as in Keras."""

from __future__ import annotations

import warnings
from collections.abc import MutableMapping, Sequence
from typing import Any, overload

import numpy as np

from nnscratch import initializers
from nnscratch.casting import as_numeric
from nnscratch.errors import NotReadyError, ShapeError
from nnscratch.naming import name_scope
from nnscratch.typing import Array, ArrayLike
from nnscratch.variable import Variable


class OptimizerState:
    """What an optimizer remembers: the iteration, the learning rate and slots for each weight.

    Attributes:
        name: first part of every path, as in `adam/iteration`.
        built: whether the slots exist.
        slots: the slots by the path of the weight they belong to and by their own name:
            `slots["dense/kernel"]["momentum"]`.
    """

    _wrapped = False
    """Whether a `LossScaleOptimizer` makes the slots; Keras then lists fewer of some optimizers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.built = False
        self.slots: dict[str, dict[str, Variable]] = {}
        self._variables: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._index: dict[Variable, int] = {}
        self._keys: list[str] = []
        self._iterations = self._track(Variable, 0, dtype="int", name="iteration")

    def _track(self, make: Any, *args: Any, **kwargs: Any) -> Variable:
        with name_scope(self.name):
            variable: Variable = make(*args, trainable=False, **kwargs)
        self._variables.append(variable)
        return variable

    def _know(self, variables: Sequence[Variable]) -> None:
        """Take note of the weights to train, in order, and give each a key in `slots`."""
        index: dict[Variable, int] = {}
        slots: dict[str, dict[str, Variable]] = {}
        for variable in variables:
            if not isinstance(variable, Variable):
                raise ValueError(
                    "An optimizer is built with a list of Variables, such as "
                    f"model.trainable_variables. Received: {variable!r}"
                )
            if np.dtype(variable.dtype).kind != "f":
                raise ValueError(
                    f"Variable {variable.path!r} has dtype {variable.dtype}; only variables of a "
                    "float dtype can be trained."
                )
            if variable in index:
                raise ValueError(f"Variable {variable.path!r} is in the list twice.")
            index[variable] = len(index)
            key = variable.path
            while key in slots:
                key += "'"
            slots[key] = {}
        self._index, self.slots, self._keys = index, slots, list(slots)
        self._trainable_variables = list(variables)

    @property
    def variables(self) -> list[Variable]:
        """All numbers kept, in Keras's order: iteration, learning rate, slots."""
        return list(self._variables)

    def _get_variable_index(self, variable: Variable) -> int:
        return self._index[variable]

    def slots_of(self, variable: Variable) -> dict[str, Variable]:
        """Return what is kept for a weight, by name; nothing for one that is not known."""
        i = self._index.get(variable)
        return {} if i is None else self.slots[self._keys[i]]

    def _check_variables_are_known(self, variables: Sequence[Variable]) -> None:
        for variable in variables:
            if variable not in self._index:
                known = [v.path for v in self._trainable_variables]
                listed = ", ".join(known[:4]) + (", …" if len(known) > 4 else "")
                raise ValueError(
                    f"Unknown variable {getattr(variable, 'path', variable)!r}. This optimizer can "
                    f"only be used with the variables it was built with ({len(known)}: {listed}). "
                    "For other variables make a new optimizer; for a model whose layers have "
                    "changed, compile it again with a new optimizer."
                )

    # -- making slots ------------------------------------------------------------------------

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str | None = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a variable that belongs to the optimizer and is saved with it.

        Args:
            shape: its full shape.
            initializer: name or object.
            dtype: floatx by default.
            aggregation: accepted for compatibility.
            layout: accepted for compatibility.
            name: last part of its path.
        """
        start = initializers.get(initializer)
        return self._track(Variable, start, shape=tuple(shape), dtype=dtype, name=name)

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Make a slot: a variable of the shape and dtype of a weight.

        Args:
            reference_variable: the weight; its path goes before `name`, as in
                `adam/dense_kernel_momentum`.
            name: what the slot holds, `"var"` by default.
            initializer: name or object.
        """
        name = name or "var"
        slot = self.add_variable(
            shape=reference_variable.shape,
            initializer=initializer,
            dtype=reference_variable.dtype,
            name=f"{reference_variable.path.replace('/', '_')}_{name}",
        )
        if reference_variable in self._index:
            self.slots[self._keys[self._index[reference_variable]]][name] = slot
        return slot

    @overload
    def add_optimizer_variables(
        self, trainable_variables: Sequence[Variable], name: str, initializer: Any = "zeros"
    ) -> list[Variable]: ...

    @overload
    def add_optimizer_variables(
        self,
        trainable_variables: Sequence[Variable],
        name: list[str],
        initializer: Any = "zeros",
    ) -> tuple[list[Variable], ...]: ...

    def add_optimizer_variables(
        self,
        trainable_variables: Sequence[Variable],
        name: str | list[str],
        initializer: Any = "zeros",
    ) -> list[Variable] | tuple[list[Variable], ...]:
        """Make one slot, or one for each of several names, for every weight.

        Args:
            trainable_variables: the weights.
            name: what the slots hold; with several names the slots of one weight follow each other.
            initializer: name or object, or one for each name.

        Returns:
            A list parallel to the weights, or a tuple of such lists where `name` is a list.

        Raises:
            ValueError: as many initializers as names are needed, and there are not.
        """
        names = [name] if isinstance(name, str) else list(name)
        several = isinstance(initializer, (list, tuple))
        starts = list(initializer) if several else [initializer] * len(names)
        if len(starts) != len(names):
            raise ValueError(
                f"`initializer` must be one, or one for each name. Received: {len(starts)} "
                f"initializers and {len(names)} names."
            )
        slots: tuple[list[Variable], ...] = tuple([] for _ in names)
        for variable in trainable_variables:
            for made, one, start in zip(slots, names, starts, strict=True):
                made.append(self.add_variable_from_reference(variable, one, start))
        return slots[0] if isinstance(name, str) else slots

    def assign(self, variable: Variable, value: ArrayLike) -> None:
        """Replace a variable's value."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: ArrayLike) -> None:
        """Add to a variable's value."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: ArrayLike) -> None:
        """Subtract from a variable's value."""
        variable.assign_sub(value)

    # -- moving state in and out -------------------------------------------------------------

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Replace the values of `variables`, all of them or none.

        Args:
            weights: arrays of the right shapes, in the order of `variables`.

        Raises:
            NotReadyError: the optimizer is not built.
            ShapeError: the number of arrays, or a shape, is wrong; nothing has changed then.
        """
        if not self.built:
            raise NotReadyError(
                "set_weights() needs a built optimizer: call build(trainable_variables) first."
            )
        arrays: list[Array] = [as_numeric(weight, "weights") for weight in weights]
        if len(arrays) != len(self.variables):
            raise ShapeError(
                f"Optimizer {self.name!r} has {len(self.variables)} variables. Received: "
                f"{len(arrays)} arrays."
            )
        for variable, array in zip(self.variables, arrays, strict=True):
            if variable.shape != array.shape:
                raise ShapeError(
                    f"Optimizer variable {variable.path!r} has shape {variable.shape}. Received: "
                    f"an array of shape {array.shape}."
                )
        for variable, array in zip(self.variables, arrays, strict=True):
            variable.assign(array)

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Put a copy of every variable into a mapping, under "0", "1" and so on."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Take the variables from a mapping; with another number of entries warn and leave them."""
        if len(store) != len(self.variables):
            warnings.warn(
                f"The state of optimizer {self.name!r} was not loaded: it has "
                f"{len(self.variables)} variables{'' if self.built else ' (it is not built yet)'}"
                f", the stored one has {len(store)}.",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(self.variables):
            variable.assign(store[str(i)])
