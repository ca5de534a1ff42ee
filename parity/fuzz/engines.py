"""The two engines as random models need them: graphs, more options of `compile`, and no tracing.

Keras runs eagerly here: a random model takes a few steps only, and tracing it would take longer
than all of them. The kernels are the same ones. Where a number depends on it nevertheless, Keras
is asked again with everything compiled.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.typing import Array
from parity.engines.keras_engine import KerasEngine, KerasTwin
from parity.engines.keras_session import set_float_type
from parity.engines.nnscratch_engine import NnscratchEngine
from parity.engines.protocol import Tensors


class FuzzKeras(KerasEngine):
    """Keras, run eagerly. A model is built once and afterwards set back to its start.

    Attributes:
        made: the twins made in this session, by case and float type.
    """

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[str, tuple[KerasTwin, Tensors, list[Array]]] = {}

    def twin(self, case: Any, dtype: str, input_shape: Any) -> KerasTwin:
        """Return the model of a case, at its start."""
        set_float_type(self.keras, dtype)
        key = f"{case!r} {dtype}"
        if key not in self.made:
            twin = self.new_twin(case, run_eagerly=True)
            self.made[key] = twin, twin.state(), twin.hidden()
        twin, state, hidden = self.made[key]
        twin.load(state)
        twin.load_hidden(hidden)
        return twin

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """Run eagerly inside; warnings about that, and about odd models, are not shown."""
        before = self.tf.config.functions_run_eagerly()
        self.tf.config.run_functions_eagerly(True)
        try:
            with warnings.catch_warnings(), _batches_alike():
                warnings.simplefilter("ignore")
                yield
        finally:
            self.tf.config.run_functions_eagerly(before)
            self.made.clear()

    def compiled(self, twin: KerasTwin, run: Callable[[], Tensors]) -> Tensors | None:
        """Compile all that a twin and its model run in a function, for batches of any length.

        Run eagerly, Keras knows how many rows a batch has, and may take another way because of it:
        Keras 3.15.1 takes the column b of `ops.add(a, b)` for a bias of the last axis of a where
        there are as many rows as columns.

        Args:
            twin: a twin of this session.
            run: what to run.

        Returns:
            What it returns; None where Keras cannot compile it, as Muon of Keras 3.15.1 where the
            shape of a gradient is not known.
        """
        before = self.tf.config.functions_run_eagerly()
        self._set_eager(twin, False)
        try:
            return run()
        except (TypeError, ValueError):
            return None
        finally:
            self._set_eager(twin, before)

    def _set_eager(self, twin: KerasTwin, eager: bool) -> None:
        self.tf.config.run_functions_eagerly(eager)
        model, twin.infers_compiled = twin.model, not eager
        model.run_eagerly = eager
        model.train_function = model.test_function = model.predict_function = None


@contextlib.contextmanager
def _batches_alike() -> Iterator[None]:
    """Let every batch count alike in the mean loss of one output of several, as in a compiled step.

    Keras weighs it by the static number of rows, which a compiled step does not know; run eagerly
    it would weigh a short last batch less.
    """
    from keras.src import metrics
    from keras.src.trainers import compile_utils

    class Mean(metrics.Mean):  # type: ignore[misc]
        def update_state(self, values: Any, sample_weight: Any = None) -> Any:
            given = None if isinstance(sample_weight, int) else sample_weight
            return super().update_state(values, given)

    before = compile_utils.metrics_module
    compile_utils.metrics_module = SimpleNamespace(**{**vars(metrics), "Mean": Mean})
    try:
        yield
    finally:
        compile_utils.metrics_module = before


class FuzzNnscratch(NnscratchEngine):
    """nnscratch, told to carry on when a loss is not finite, as Keras does."""

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
