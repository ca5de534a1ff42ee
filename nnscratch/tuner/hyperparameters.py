"""The search space of a model, and one point of it: what `build_model(hp)` is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeAlias

from nnscratch.errors import closest_name
from nnscratch.tuner.categorical import Boolean, Choice, Fixed
from nnscratch.tuner.hyperparameter import HyperParameter, Parent, Value, are_active
from nnscratch.tuner.numerical import Float, Int

KINDS: dict[str, type[HyperParameter]] = {
    kind.__name__: kind for kind in (Int, Float, Choice, Boolean, Fixed)
}

Values: TypeAlias = "dict[str, Value]"


class HyperParameters:
    """A search space that fills itself: asking for a hyper-parameter declares it.

    Each method returns the present value, or None where the hyper-parameter does not count
    because a condition does not hold.

    Attributes:
        space: the hyper-parameters, a conditional one after its parent.
        values: the present values; of those that count only.

    >>> hp = HyperParameters()
    >>> hp.Int("units", min_value=32, max_value=512, step=32)
    32
    >>> hp.values["units"] = 64
    >>> hp.Int("units", min_value=32, max_value=512, step=32)
    64
    """

    def __init__(self) -> None:
        self._name_scopes: list[str] = []
        self._conditions: list[Parent] = []
        self._space: list[HyperParameter] = []
        self.values: Values = {}
        self.active_scopes: list[list[Parent]] = []
        self.inactive_scopes: list[list[Parent]] = []

    @property
    def space(self) -> list[HyperParameter]:
        """The hyper-parameters, a conditional one after its parent."""
        return self._space

    # -- scopes --------------------------------------------------------------------------------

    @contextmanager
    def name_scope(self, name: str) -> Iterator[None]:
        """Prefix the name of every hyper-parameter made inside with `name/`."""
        self._name_scopes.append(name)
        try:
            yield
        finally:
            self._name_scopes.pop()

    @contextmanager
    def conditional_scope(self, parent_name: str, parent_values: Any) -> Iterator[None]:
        """Let the hyper-parameters made inside count only while another has one of some values.

        The code inside runs in any case; what it asks for is None while the condition fails.

        Args:
            parent_name: the other hyper-parameter.
            parent_values: its values under which these count.

        Raises:
            ValueError: there is no such hyper-parameter yet.

        >>> hp = HyperParameters()
        >>> kind = hp.Choice("optimizer", ["adam", "sgd"])
        >>> with hp.conditional_scope("optimizer", ["sgd"]):
        ...     print(hp.Float("momentum", 0.5, 0.99))
        None
        """
        name = self._full_name(parent_name)
        if not any(known.name == name for known in self._space):
            known = [hyperparameter.name for hyperparameter in self._space]
            near = closest_name(name, known)
            hint = f" Did you mean {near!r}?" if near else ""
            raise ValueError(
                f"A condition needs its parent declared before it. There is no hyper-parameter "
                f"{name!r} yet.{hint} Known: {', '.join(known) or 'none'}."
            )
        self._conditions.append(Parent(name, parent_values))
        holds = are_active(self._conditions[-1:], self.values)
        (self.active_scopes if holds else self.inactive_scopes).append(list(self._conditions))
        try:
            yield
        finally:
            self._conditions.pop()

    def is_active(self, hyperparameter: HyperParameter | str) -> bool:
        """Tell whether a hyper-parameter counts, given the present values.

        Args:
            hyperparameter: it, or its name, which any of several under that name answers.
        """
        if isinstance(hyperparameter, HyperParameter):
            return are_active(hyperparameter.conditions, self.values)
        named = [known for known in self._space if known.name == str(hyperparameter)]
        return any(are_active(known.conditions, self.values) for known in named)

    # -- the kinds -----------------------------------------------------------------------------

    def Int(  # noqa: N802
        self,
        name: str,
        min_value: int,
        max_value: int,
        step: int | None = None,
        sampling: str | None = "linear",
        default: int | None = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Ask for a whole number between two bounds, both included; see `Int`.

        Args:
            name: name of the hyper-parameter.
            min_value: the lower bound.
            max_value: the upper bound.
            step: distance of two values, or their ratio on a log scale.
            sampling: `"linear"`, `"log"` or `"reverse_log"`.
            default: the first value; `min_value` unless given.
            parent_name: another hyper-parameter on which this one depends.
            parent_values: the values of that one under which this one counts.
        """
        with self._under(parent_name, parent_values):
            return self._ask(Int(
                self._full_name(name), min_value, max_value, step, sampling, default,
                self._conditions,
            ))  # fmt: skip

    def Float(  # noqa: N802
        self,
        name: str,
        min_value: float,
        max_value: float,
        step: float | None = None,
        sampling: str | None = "linear",
        default: float | None = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Ask for a real number between two bounds; see `Float`. Arguments as for `Int`."""
        with self._under(parent_name, parent_values):
            return self._ask(Float(
                self._full_name(name), min_value, max_value, step, sampling, default,
                self._conditions,
            ))  # fmt: skip

    def Choice(  # noqa: N802
        self,
        name: str,
        values: Sequence[Any],
        ordered: bool | None = None,
        default: Any = None,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Ask for one of several values.

        Args:
            name: name of the hyper-parameter.
            values: the values, of one type.
            ordered: whether neighbours are alike; numbers are unless told otherwise.
            default: the first value unless given.
            parent_name: another hyper-parameter on which this one depends.
            parent_values: the values of that one under which this one counts.
        """
        with self._under(parent_name, parent_values):
            full = self._full_name(name)
            return self._ask(Choice(full, values, ordered, default, self._conditions))

    def Boolean(  # noqa: N802
        self,
        name: str,
        default: bool = False,
        parent_name: str | None = None,
        parent_values: Any = None,
    ) -> Any:
        """Ask for True or False. Arguments as for `Choice`."""
        with self._under(parent_name, parent_values):
            return self._ask(Boolean(self._full_name(name), default, self._conditions))

    def Fixed(  # noqa: N802
        self, name: str, value: Any, parent_name: str | None = None, parent_values: Any = None
    ) -> Any:
        """Declare a value that is not searched. Arguments as for `Choice`."""
        with self._under(parent_name, parent_values):
            return self._ask(Fixed(self._full_name(name), value, self._conditions))

    # -- values --------------------------------------------------------------------------------

    def get(self, name: str) -> Any:
        """Return the present value of a hyper-parameter.

        Raises:
            ValueError: it does not count at present.
            KeyError: there is none of that name.
        """
        full = self._full_name(name)
        if full in self.values:
            return self.values[full]
        known = [hyperparameter.name for hyperparameter in self._space]
        if full in known:
            raise ValueError(f"Hyper-parameter {full!r} does not count: its condition fails.")
        near = closest_name(full, known)
        raise KeyError(f"No hyper-parameter {full!r}." + (f" Did you mean {near!r}?" * bool(near)))

    __getitem__ = get

    def __contains__(self, name: str) -> bool:
        return self._full_name(name) in self.values

    def ensure_active_values(self) -> None:
        """Drop values that do not count; give those that lack one a random value."""
        for hyperparameter in self._space:
            if not self.is_active(hyperparameter.name):
                self.values.pop(hyperparameter.name, None)
            elif hyperparameter.name not in self.values and self.is_active(hyperparameter):
                self.values[hyperparameter.name] = hyperparameter.random_sample()

    def merge(
        self, hps: HyperParameters | Iterable[HyperParameter], overwrite: bool = True
    ) -> None:
        """Take hyper-parameters over.

        Args:
            hps: hyper-parameters, or a search space.
            overwrite: replace those of the same name and conditions, and their values.
        """
        for hyperparameter in hps.space if isinstance(hps, HyperParameters) else hps:
            if overwrite or not self.has(hyperparameter):
                self._declare(hyperparameter, overwrite)

    def has(self, hyperparameter: HyperParameter) -> bool:
        """Tell whether there is one of the same name and conditions."""
        return self._index(hyperparameter) is not None

    def get_config(self) -> dict[str, Any]:
        """Return the space and the values as plain data."""
        space = [
            {"class_name": type(hyperparameter).__name__, "config": hyperparameter.get_config()}
            for hyperparameter in self._space
        ]
        return {"space": space, "values": dict(self.values)}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> HyperParameters:
        """Make a space from what `get_config` returned."""
        hps = cls()
        hps._space = [KINDS[p["class_name"]].from_config(p["config"]) for p in config["space"]]
        hps.values = dict(config["values"])
        return hps

    def copy(self) -> HyperParameters:
        """Return a copy that shares nothing with this one."""
        return HyperParameters.from_config(self.get_config())

    def __repr__(self) -> str:
        return f"HyperParameters({self.values})"

    # -- inside --------------------------------------------------------------------------------

    def _under(self, parent_name: str | None, parent_values: Any) -> Any:
        return self.conditional_scope(parent_name, parent_values) if parent_name else nullcontext()

    def _full_name(self, name: str) -> str:
        return "/".join([*self._name_scopes, str(name)])

    def _index(self, wanted: HyperParameter) -> int | None:
        for index, known in enumerate(self._space):
            if known.name == wanted.name and known.conditions == wanted.conditions:
                return index
        return None

    def _ask(self, hyperparameter: HyperParameter) -> Any:
        if not self.has(hyperparameter):
            self._declare(hyperparameter, overwrite=False)
        if not self.is_active(hyperparameter):
            return None
        return self.values.setdefault(hyperparameter.name, hyperparameter.default)

    def _declare(self, hyperparameter: HyperParameter, overwrite: bool) -> None:
        if any(condition.name == hyperparameter.name for condition in hyperparameter.conditions):
            raise ValueError(f"Hyper-parameter {hyperparameter.name!r} cannot be its own parent.")
        copy = type(hyperparameter).from_config(hyperparameter.get_config())
        index = self._index(copy)
        if index is None:
            self._space.append(copy)
        else:
            self._space[index] = copy
        if self.is_active(copy) and (overwrite or copy.name not in self.values):
            self.values[copy.name] = copy.default
