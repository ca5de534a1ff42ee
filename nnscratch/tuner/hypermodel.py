"""What is searched: a function that builds a model from hyper-parameters, and how it is trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnscratch.tuner.errors import FatalValueError
from nnscratch.tuner.hyperparameters import HyperParameters


class HyperModel:
    """A family of models; override `build`, and `fit` where the training is searched too.

    Args:
        name: a name for it.
        tunable: False keeps what `build` asks for out of the search; the defaults are used.

    >>> from nnscratch import Sequential, layers
    >>> class Net(HyperModel):
    ...     def build(self, hp):
    ...         model = Sequential([layers.Dense(hp.Int("units", 4, 8)), layers.Dense(1)])
    ...         model.compile(hp.Choice("optimizer", ["adam", "sgd"]), "mse")
    ...         return model
    ...
    ...     def fit(self, hp, model, *args, **kwargs):
    ...         batch_size = hp.Int("batch_size", 16, 64, step=2, sampling="log")
    ...         return model.fit(*args, batch_size=batch_size, **kwargs)
    >>> Net().build(HyperParameters()).optimizer.name
    'adam'
    """

    name: str | None = None
    tunable: bool = True

    def __init__(self, name: str | None = None, tunable: bool = True) -> None:
        self.name = name
        self.tunable = tunable

    def build(self, hp: HyperParameters) -> Any:
        """Build and compile a model.

        Args:
            hp: where to ask for values.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method `build(self, hp)`.")

    def declare_hyperparameters(self, hp: HyperParameters) -> None:
        """Declare hyper-parameters before the first model is built; nothing by default.

        Args:
            hp: where to declare them.
        """

    def fit(self, hp: HyperParameters, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Train a model.

        Args:
            hp: where to ask for values.
            model: what `build` returned.
            args: the arguments of `search`.
            kwargs: the keyword arguments of `search`, with the `callbacks` of the search.

        Returns:
            The `History` of `model.fit`, a dict of metrics with the objective, or the objective's
            value.
        """
        return model.fit(*args, **kwargs)


class BuildFunction(HyperModel):
    """A `HyperModel` around a function `build(hp)`.

    Args:
        build: the function.
    """

    def __init__(self, build: Callable[[HyperParameters], Any]) -> None:
        super().__init__(getattr(build, "__name__", None))
        self._build = build

    def build(self, hp: HyperParameters) -> Any:
        """Build a model by calling the function."""
        return self._build(hp)


def as_hypermodel(hypermodel: Any) -> HyperModel | None:
    """Return a `HyperModel` for a function, one as it is, and None for None.

    Raises:
        FatalValueError: it is neither.
    """
    if hypermodel is None or isinstance(hypermodel, HyperModel):
        return hypermodel
    if not callable(hypermodel):
        raise FatalValueError(
            "`hypermodel` must be a function `build(hp)` that returns a compiled model, or a "
            f"`HyperModel`. Received: hypermodel={hypermodel!r}"
        )
    return BuildFunction(hypermodel)


def build_model(hypermodel: HyperModel, hp: HyperParameters) -> Any:
    """Build a model; what one that is not tunable asks for stays out of the space."""
    return hypermodel.build(hp if hypermodel.tunable else hp.copy())
