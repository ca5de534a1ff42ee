"""The compiled side of a model: what `compile` was told, and the metrics that came of it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from nnscratch import optimizers
from nnscratch.callbacks import CallbackList, History
from nnscratch.config import NAN_POLICIES
from nnscratch.errors import NotReadyError, unknown_name
from nnscratch.layers.graph import Graph
from nnscratch.metrics import Metric
from nnscratch.models.steps import OVERRIDABLE, Steps
from nnscratch.training.data import Data
from nnscratch.training.step import Stepper
from nnscratch.training.trainer import Trainer, check_loss_weights, check_losses, compiled_metrics
from nnscratch.typing import Array, Shape
from nnscratch.variable import Variable


class Compiles(Steps):
    """What a network needs to be compiled; the result is a `Trainer` that it has."""

    if TYPE_CHECKING:
        name: str

        @property
        def weights(self) -> list[Variable]: ...  # noqa: D102
        @property
        def run(self) -> Graph: ...  # noqa: D102
        @property
        def layers(self) -> list[Any]: ...  # noqa: D102
        @property
        def input_names(self) -> list[str]: ...  # noqa: D102
        @property
        def output_names(self) -> list[str]: ...  # noqa: D102
        @property
        def input_shapes(self) -> list[Shape]: ...  # noqa: D102
        @property
        def input_dtypes(self) -> list[str]: ...  # noqa: D102

        def ensure_built_for(self, inputs: list[Array]) -> None: ...  # noqa: D102

        def packed_output(self, outputs: list[Array]) -> Any: ...  # noqa: D102

        has_graph: bool
        is_composed: bool
        sublayers: Any
        _tracker: Any

    optimizer: optimizers.Optimizer | None = None
    loss: Any = None
    history: History | None = None
    stop_training = False
    initial_epoch = 0
    resumption: Any = None
    running_callbacks: CallbackList | None = None
    jit_compile = False
    run_eagerly = False
    steps_per_execution = 1
    _trainer: Trainer | None = None

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
        *,
        nan_policy: str | None = None,
    ) -> None:
        """Say how the model is to be trained.

        Compiling again without `loss` or without metrics keeps those given before, as in Keras.

        Args:
            optimizer: name or object.
            loss: name, function or object; a list or dict of them for several outputs.
            loss_weights: factor of each output's loss.
            metrics: list of names, functions or objects; `"accuracy"` chooses by the shapes. For
                several outputs, a list or dict with one such list for each.
            weighted_metrics: metrics that take sample weights into account.
            run_eagerly: True computes every step by the layers' own methods, so that a breakpoint
                in one of them is reached in each; otherwise steady steps are repeated as the plain
                NumPy calls that they come down to, which changes no number, and inference computes
                several batches at once, which may change the last bits of a product.
            steps_per_execution: how many batches callbacks are told of at once; it changes no
                number.
            jit_compile: True draws the noise of training in the bits that programs compiled by
                XLA use, as Keras then does. `"auto"` is False, as in Keras on a CPU.
            auto_scale_loss: accepted for compatibility; it changes no number.
            nan_policy: `"raise"` stops training with an error when the loss or a weight is not
                finite, `"keras"` carries on; the configured policy by default.

        Raises:
            ValueError: an unknown name or value, or metrics that are not a list; nothing is changed
                then.
        """
        if nan_policy is not None and nan_policy not in NAN_POLICIES:
            raise unknown_name("nan_policy", nan_policy, NAN_POLICIES)
        whole = isinstance(steps_per_execution, int) and not isinstance(steps_per_execution, bool)
        if not whole or steps_per_execution < 1:
            raise ValueError(
                "`steps_per_execution` must be a positive integer. "
                f"Received: steps_per_execution={steps_per_execution!r}"
            )
        draws_as_xla = _resolved_jit(jit_compile, run_eagerly)
        chosen = optimizers.get(optimizer)
        if chosen is None:
            raise ValueError("`optimizer` is missing. Received: None")
        check_losses(loss)
        if self.has_graph:
            check_loss_weights(loss_weights, self.output_names)
        before = self._trainer
        trainer = Trainer(
            self,
            chosen,
            self.loss if loss is None else loss,
            loss_weights,
            compiled_metrics(metrics, weighted_metrics),
            nan_policy,
        )
        if before is not None and trainer.compiled_metrics is None:
            trainer.compiled_metrics = before.compiled_metrics
        if before is not None and loss is None:
            trainer.loss_weights = before.loss_weights
        self._trainer = trainer
        self.optimizer, self.loss = trainer.optimizer, trainer.loss
        self.run_eagerly = run_eagerly
        self.steps_per_execution = steps_per_execution
        self.jit_compile = draws_as_xla
        self.stop_training = False

    @property
    def has_own_steps(self) -> bool:
        """Whether the class writes a step, or a part of one, anew."""
        return self.writes(*OVERRIDABLE)

    @property
    def compiled(self) -> bool:
        """Whether `compile` has been called."""
        return self._trainer is not None

    @property
    def metrics(self) -> list[Metric]:
        """The loss tracker, the compiled metrics, and those set as attributes here or within."""
        compiled = [] if self._trainer is None else self._trainer.metrics
        return [*compiled, *self._tracker.metrics, *_metrics_within(self)]

    @property
    def metrics_names(self) -> list[str]:
        """Names of `metrics`."""
        return [metric.name for metric in self.metrics]

    def reset_metrics(self) -> None:
        """Start all metrics anew."""
        for metric in self.metrics:
            metric.reset_state()

    def _compiled(self, method: str) -> Trainer:
        if self._trainer is None:
            raise NotReadyError(
                f"Model {self.name!r} must be compiled before {method}(): call "
                "compile(optimizer=…, loss=…) first."
            )
        if self.loss is None and not self._loses_otherwise():
            raise NotReadyError(
                f"Model {self.name!r} was compiled without a loss; {method}() needs one: "
                "compile(optimizer=…, loss='mse')."
            )
        return self._trainer

    def _loses_otherwise(self) -> bool:
        """Return whether a loss may come from somewhere else than `compile`."""
        return self.has_own_steps or self.is_composed or any(map(_may_add_loss, self.sublayers))

    def _step_for(self, method: str, *arguments: Any) -> tuple[Stepper, Data]:
        trainer = self._compiled(method)
        data = trainer.check(*arguments)
        stepper = trainer.ready(data)
        stepper.prepare()
        return stepper, data


def _may_add_loss(layer: Any) -> bool:
    return bool(layer.is_composed or layer.activity_regularizer is not None) or any(
        map(_may_add_loss, layer.sublayers)
    )


def _metrics_within(layer: Any) -> list[Metric]:
    found: list[Metric] = []
    for part in layer.sublayers:
        if not hasattr(part, "fit"):  # a model within has its own trainer
            found += part._tracker.metrics
        found += _metrics_within(part)
    return found


def _resolved_jit(jit_compile: bool | str | None, run_eagerly: bool) -> bool:
    """Return whether to draw as XLA does; `run_eagerly` rules it out, with a warning, as in Keras.

    Raises:
        ValueError: neither a bool nor `"auto"` (or None, which is the same).
    """
    if not isinstance(jit_compile, bool) and jit_compile not in ("auto", None):
        raise ValueError(
            f"`jit_compile` must be True, False or 'auto'. Received: jit_compile={jit_compile!r}"
        )
    if jit_compile is True and run_eagerly:
        warnings.warn(
            "`run_eagerly=True` rules `jit_compile=True` out; it is taken as False.", stacklevel=3
        )
        return False
    return jit_compile is True
