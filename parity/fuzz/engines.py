"""The two engines as random models need them: more options of `compile`, and no tracing.

Keras runs eagerly here: a random model takes a few steps only, and tracing it would take longer
than all of them. The kernels are the same ones.
"""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import nnscratch
from nnscratch import config
from parity.engines import nnscratch_engine
from parity.engines.keras_engine import KerasEngine, KerasTwin
from parity.engines.keras_session import set_float_type
from parity.engines.nnscratch_engine import NnscratchEngine, NnscratchTwin
from parity.engines.protocol import resolve
from parity.fuzz.case import Activated, FuzzCase

MakeActivation = Callable[[Activated], Any]


def build(library: Any, case: FuzzCase, make_activation: MakeActivation, **options: Any) -> Any:
    """Build and compile a random model with a library's public API.

    Args:
        library: the library's top module.
        case: the model.
        make_activation: makes an activation with options in the library's way.
        options: further arguments of `compile`.
    """

    def made(value: Any) -> Any:
        return make_activation(value) if isinstance(value, Activated) else resolve(library, value)

    library.utils.set_random_seed(case.seed)
    model = library.Sequential(name="twin")
    model.add(library.layers.Input(shape=case.input_shape))
    for kind, kwargs in case.layers():
        model.add(getattr(library.layers, kind)(**{k: made(v) for k, v in kwargs.items()}))
    model.compile(
        optimizer=_optimizer(library, case),
        loss=resolve(library, case.loss),
        loss_weights=case.loss_weight,
        metrics=[resolve(library, m) for m in case.metrics],
        weighted_metrics=[resolve(library, m) for m in case.weighted_metrics],
        **options,
    )
    return model


def _optimizer(library: Any, case: FuzzCase) -> Any:
    name, given = case.optimizer
    kwargs = dict(given)
    if case.rate_by_function:
        kwargs["learning_rate"] = functools.partial(float, kwargs["learning_rate"])
    optimizer = getattr(library.optimizers, name)(**kwargs)
    if case.excluded:
        optimizer.exclude_from_weight_decay(var_names=list(case.excluded))
    return optimizer


class FuzzKeras(KerasEngine):
    """Keras, run eagerly.

    Attributes:
        made: the twins made so far, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.made: list[KerasTwin] = []

    def twin(self, case: Any, dtype: str, input_shape: tuple[int, ...]) -> KerasTwin:
        """Build the model of a case."""
        set_float_type(self.keras, dtype)
        model = build(self.keras, case, self._activation, run_eagerly=True)
        self.made.append(KerasTwin(self, model))
        return self.made[-1]

    def _activation(self, spec: Activated) -> Any:
        function = getattr(self.keras.activations, spec.name)
        return functools.partial(function, **spec.options)

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """Run eagerly inside; warnings about that, and about odd models, are not shown."""
        before = self.tf.config.functions_run_eagerly()
        self.tf.config.run_functions_eagerly(True)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            self.tf.config.run_functions_eagerly(before)
            self.made.clear()


class FuzzNnscratch(NnscratchEngine):
    """nnscratch, told to carry on when a loss is not finite, as Keras does.

    Attributes:
        made: the twins made so far, in order.
    """

    def __init__(self) -> None:
        self.made: list[NnscratchTwin] = []

    def twin(self, case: Any, dtype: str, input_shape: tuple[int, ...]) -> NnscratchTwin:
        """Build the model of a case."""
        nnscratch_engine.set_float_type(dtype)
        self.made.append(NnscratchTwin(build(nnscratch, case, self._activation)))
        return self.made[-1]

    @staticmethod
    def _activation(spec: Activated) -> Any:
        name = "".join(part.capitalize() for part in spec.name.split("_"))
        return getattr(nnscratch.activations, name)(**spec.options)

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """Carry on inside whatever is not finite."""
        before = config.nan_policy()
        config.set_nan_policy("keras")
        try:
            with np.errstate(all="ignore"):
                yield
        finally:
            config.set_nan_policy(before)
            self.made.clear()
