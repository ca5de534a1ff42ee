"""What a metric is: a few variables that take in batches, and a number made of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnscratch import initializers
from nnscratch.casting import handed_out, standardize_dtype
from nnscratch.naming import auto_name, name_scope
from nnscratch.typing import Array
from nnscratch.variable import Variable


def _handing_out(result: Callable[..., Any]) -> Callable[..., Any]:
    """Make a `result` that returns what the user is to see."""

    @functools.wraps(result)
    def handing_out(self: Metric) -> Any:
        return handed_out(result(self))

    return handing_out


class Metric:
    """A number about a model that is gathered over batches.

    A metric of your own is a subclass that makes its variables in `__init__` (after calling
    `super().__init__`), takes a batch in with `update_state`, and gives the number with `result`.
    Variables and metrics that are set as attributes are found and reset by themselves.

    Args:
        dtype: float type of the variables and the result; floatx if None.
        name: name in logs; made from the class name if None.

    Raises:
        ValueError: a dtype that is not a float type.

    >>> class Largest(Metric):
    ...     def __init__(self, name="largest", dtype=None):
    ...         super().__init__(name=name, dtype=dtype)
    ...         self.most = self.add_variable((), "zeros", name="most")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.most.assign(max(float(self.most), float(np.max(y_pred))))
    ...     def result(self):
    ...         return self.most.value[()]
    >>> metric = Largest()
    >>> float(metric([0.0, 0.0], [1.0, 3.0])), float(metric([0.0], [2.0]))
    (3.0, 3.0)
    """

    _kinds = "f"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "result" in cls.__dict__:
            cls.result = _handing_out(cls.result)  # type: ignore[method-assign]

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self._variables: list[Variable] = []
        self._metrics: list[Metric] = []
        self.name = name or auto_name(type(self).__name__)
        self._dtype = standardize_dtype(dtype)
        if np.dtype(self._dtype).kind not in self._kinds:
            raise ValueError(f"`dtype` of a metric must be a float type. Received: dtype={dtype!r}")
        self._numpy_dtype = np.dtype(self._dtype)

    @property
    def dtype(self) -> str:
        """Name of the float type of the variables and the result."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """The metric's own variables, then those of the metrics within it."""
        return self._variables + [v for metric in self._metrics for v in metric.variables]

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any,
        dtype: Any = None,
        aggregation: str | None = "sum",
        name: str | None = None,
    ) -> Variable:
        """Make a variable that `reset_state` sets back to zeros.

        Args:
            shape: its shape.
            initializer: first value: a name, an initializer, or a function `(shape, dtype)`.
            dtype: element type; floatx if None.
            aggregation: accepted for compatibility.
            name: its name within the metric.
        """
        self._check_started()
        with name_scope(self.name.replace("/", ">")):
            variable = Variable(
                initializers.get(initializer) or initializers.Zeros(),
                shape=tuple(shape),
                dtype=dtype,
                trainable=False,
                aggregation=aggregation,
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: Any = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a variable; the older name of `add_variable`."""
        return self.add_variable(shape, initializer, dtype, name=name)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take a batch in; a subclass implements it."""
        raise NotImplementedError(f"{type(self).__name__} must implement update_state.")

    def result(self) -> Any:
        """Return the number for the batches so far; a subclass implements it."""
        raise NotImplementedError(f"{type(self).__name__} must implement result.")

    def reset_state(self) -> None:
        """Forget all batches: every variable becomes zeros."""
        for variable in self.variables:
            variable.value[...] = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch in and return the result so far."""
        self._check_started()
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(
        self, metric_variables: Sequence[Array], *args: Any, **kwargs: Any
    ) -> list[Array]:
        """Return what the variables would become; the metric itself stays as it is.

        Args:
            metric_variables: values to start from, one per variable.
            args: arguments of `update_state`.
            kwargs: keyword arguments of `update_state`.
        """
        return self._aside(metric_variables, lambda: self.update_state(*args, **kwargs))[1]

    def stateless_result(self, metric_variables: Sequence[Array]) -> Any:
        """Return the result for these values of the variables."""
        return self._aside(metric_variables, self.result)[0]

    def stateless_reset_state(self) -> list[Array]:
        """Return what the variables are after `reset_state`; the metric itself stays as it is."""
        return self._aside([v.value for v in self.variables], self.reset_state)[1]

    def _aside(self, values: Sequence[Array], action: Any) -> tuple[Any, list[Array]]:
        variables = self.variables
        if len(values) != len(variables):
            raise ValueError(
                f"`metric_variables` must hold one array for each of the {len(variables)} "
                f"variables of {self.name!r}. Received {len(values)}."
            )
        own = [variable.numpy() for variable in variables]
        try:
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
            outcome = action()
            return outcome, [variable.numpy() for variable in variables]
        finally:
            for variable, value in zip(variables, own, strict=True):
                variable.assign(value)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        """Make a metric from what `get_config` returned."""
        return cls(**config)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, (Variable, Metric)):
            self._check_started()
            found: list[Any] = self._variables if isinstance(value, Variable) else self._metrics
            if not any(value is known for known in found):
                found.append(value)
        super().__setattr__(name, value)

    def _check_started(self) -> None:
        if "_variables" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}.__init__ must call super().__init__() before anything else."
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
