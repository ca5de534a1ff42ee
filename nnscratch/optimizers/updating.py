"""One step of an optimizer: what happens to the gradients, the weights and the averages."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.arena import ALIGNMENT
from nnscratch.casting import through_float32
from nnscratch.optimizers.averaging import averaging_scalars
from nnscratch.optimizers.blocks import Rule, scalar
from nnscratch.optimizers.engine import Engine, Lane, clip
from nnscratch.optimizers.learning_rate import HasLearningRate, LearningRate
from nnscratch.optimizers.weight_decay import Exclusions
from nnscratch.typing import Array
from nnscratch.variable import Variable

TIDY_EVERY = 32
"""Updates between two looks for numbers that only cost time, see `drop_subnormals`."""


class Updates(HasLearningRate):
    """An optimizer's step; the constructor's arguments are those of `Optimizer`.

    Attributes:
        fading_slots: how many of the rule's slots, the first ones, are averages of gradients that
            fade to numbers which cost time and change no weight.
    """

    weight_decay: float | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: float | None
    gradient_accumulation_steps: int | None
    fading_slots = 0

    _spares_by_path = True
    """Whether `exclude_from_weight_decay` searches paths, not only the variables' own names."""

    def __init__(self, name: str, learning_rate: LearningRate) -> None:
        super().__init__(name, learning_rate)
        self._exclusions = Exclusions()
        self._averages: list[Variable] | None = None
        self._accumulators: list[Variable] | None = None
        self._rule_slots: list[list[Variable]] = []
        self._made_engine: Engine | None = None

    # -- what a subclass writes --------------------------------------------------------------

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make what the rule keeps for each weight, in the order of the rule's arguments."""
        return []

    @property
    def rule(self) -> Rule:
        """The function `rule(w, g, *slots, scratch=…, **scalars)` that makes the update."""
        raise NotImplementedError(
            f"{type(self).__name__} must implement update_step(), or `rule` and scalars()."
        )

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return the rule's constants for this update, in the weights' dtype."""
        return {"learning_rate": scalar(learning_rate, dtype)}

    def update_step(self, gradient: Array, variable: Variable, learning_rate: Any) -> None:
        """Update one variable; by default with the rule.

        Args:
            gradient: array of the variable's shape.
            variable: the weight to change.
            learning_rate: the learning rate of this update.
        """
        lane = self._engine.lane_of_one(variable, np.asarray(gradient, variable.dtype))
        lane.update(self.rule, self.scalars(lane.dtype, float(learning_rate)))

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the slots for these weights; done once.

        Args:
            variables: the weights to train, in order. Their memory moves into one arena.

        Raises:
            ValueError: the optimizer is built already, for other variables; or a variable is not
                of a float dtype, or given twice.
        """
        variables = list(variables)
        if self.built:
            self._check_variables_are_known(variables)
            return
        self._know(variables)
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulators = self.add_optimizer_variables(variables, "gradient_accumulator")
        self._rule_slots = self.create_slots(variables)
        self.built = True
        self._make_engine()

    def _ensure_built(self, variables: Sequence[Variable]) -> None:
        if not self.built:
            self.build(variables)
        elif not self._engine.serves_just(variables):
            self._check_variables_are_known(variables)

    @property
    def _engine(self) -> Engine:
        return self._made_engine or self._make_engine()

    def _make_engine(self) -> Engine:
        divides_by_zero = getattr(self, "epsilon", None) == 0  # in the gaps, where all is zero
        self._made_engine = Engine(
            self._trainable_variables,
            self._rule_slots,
            self._averages,
            self._accumulators,
            self._exclusions,
            1 if divides_by_zero else ALIGNMENT,
            self.fading_slots,
        )
        return self._made_engine

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_made_engine": None}  # a copy makes an arena of its own

    @property
    def averages(self) -> list[tuple[Variable, Variable]]:
        """Each weight with its moving average; empty without `use_ema` or before the build."""
        return list(zip(self._trainable_variables, self._averages or (), strict=False))

    # -- the step ----------------------------------------------------------------------------

    @property
    def iterations(self) -> Any:
        """Number of updates so far: the steps, divided by those that make up one update."""
        if self.gradient_accumulation_steps:
            return self._iterations.value // self.gradient_accumulation_steps
        return self._iterations

    def step(self, variables: Sequence[Variable]) -> None:
        """Update variables by the gradients that they hold; the gradients may be changed too.

        Args:
            variables: the weights; one whose `grad` is None stays as it is, with a warning.

        Raises:
            ValueError: no variable has a gradient, or a variable is unknown.
        """
        if not variables:
            return
        if not self.built:
            self.build(variables)
        for variable in variables:
            if variable.grad is None:
                variables = self._with_gradients(variables)
                break
        self._run(variables)

    def _with_gradients(self, variables: Sequence[Variable]) -> list[Variable]:
        self._check_variables_are_known(variables)
        missing = [v.path for v in variables if v.grad is None]
        if len(missing) == len(variables):
            raise ValueError(
                "No gradients provided for any variable: nothing was added to the gradients "
                f"of {', '.join(missing)}."
            )
        warnings.warn(
            f"Gradients do not exist for variables {missing}: the loss does not depend on "
            "them, and this step leaves them as they are.",
            stacklevel=3,
        )
        return [v for v in variables if v.grad is not None]

    def _run(self, variables: Sequence[Variable]) -> None:
        steps = self.gradient_accumulation_steps
        updates = not steps or (int(self._iterations) + 1) % steps == 0
        learning_rate = self._learning_rate_now() if updates else 0.0
        lanes = self._lanes(variables)
        if self.loss_scale_factor is not None:
            for lane in lanes:
                lane.g /= scalar(self.loss_scale_factor, lane.dtype)
        if steps:
            self._accumulate(lanes, steps, updates)
        if updates:
            clip(lanes, self.clipnorm, self.clipvalue, self.global_clipnorm)
            self._decay(lanes, learning_rate)
            self._update(lanes, variables, learning_rate)
        if self.use_ema:
            self._average()
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))
        iterations = self._iterations.value
        iterations[()] = iterations[()] + 1

    def _lanes(self, variables: Sequence[Variable]) -> list[Lane]:
        whole = self._engine.serves_just(variables)
        if not whole:
            self._check_variables_are_known(variables)
        return self._engine.lanes(variables, whole)

    def _accumulate(self, lanes: Sequence[Lane], steps: int, updates: bool) -> None:
        for lane in lanes:
            if lane.accumulator is None:
                continue
            if updates:  # the mean over the steps takes the gradient's place
                lane.g += lane.accumulator
                lane.g /= scalar(steps, lane.dtype)
            else:
                lane.accumulator += lane.g
        if updates:
            for accumulator in self._accumulators or ():
                accumulator.value.fill(0)

    def _decay(self, lanes: Sequence[Lane], learning_rate: float) -> None:
        if not self.weight_decay:
            return
        weight_decay = through_float32(self.weight_decay)
        for lane in lanes:
            lane.decay(scalar(weight_decay, lane.dtype), scalar(learning_rate, lane.dtype))

    def _update(
        self, lanes: Sequence[Lane], variables: Sequence[Variable], learning_rate: float
    ) -> None:
        if type(self).update_step is not Updates.update_step:
            own = isinstance(self._learning_rate, Variable)
            for variable in variables:
                if variable.grad is not None:
                    rate = self._learning_rate if own else learning_rate
                    self.update_step(variable.grad, variable, rate)
            return
        rule = self.rule
        tidy = int(self._iterations) % TIDY_EVERY == TIDY_EVERY - 1
        for lane in lanes:
            lane.update(rule, self.scalars(lane.dtype, learning_rate))
            if tidy:
                lane.tidy()

    def _average(self) -> None:
        updates = int(self.iterations)
        self._engine.average(
            lambda dtype: averaging_scalars(dtype, self.ema_momentum, first=updates == 0)
        )
        if self.ema_overwrite_frequency and (updates + 1) % self.ema_overwrite_frequency == 0:
            self._take_averages(self._trainable_variables)

    def _take_averages(self, variables: Sequence[Variable]) -> None:
        assert self._averages is not None
        for variable in variables:
            variable.assign(self._averages[self._index[variable]].value)
