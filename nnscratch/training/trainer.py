"""What `compile` makes of a model: checked data goes in, a step that fits it comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnscratch import losses, metrics
from nnscratch.errors import DataError, NotReadyError, ShapeError
from nnscratch.metrics import Mean
from nnscratch.optimizers import Optimizer
from nnscratch.structure import flatten
from nnscratch.training.batches import Batches
from nnscratch.training.choice import Choice
from nnscratch.training.compiled import CompiledMetrics, check_metrics, per_output, resolve_loss
from nnscratch.training.data import Data, checked_data, fitted_to
from nnscratch.training.objective import Objective, Term
from nnscratch.training.own_steps import OwnStepper, form_of
from nnscratch.training.step import Stepper
from nnscratch.training.streams import Source, Stream, is_stream
from nnscratch.typing import Shape


class Trainer:
    """The compiled side of a model.

    Args:
        model: the model.
        optimizer: its optimizer.
        loss: the loss or losses as `compile` received them.
        loss_weights: factors of the losses.
        compiled_metrics: the metrics, if any.
        nan_policy: `"raise"`, `"keras"`, or None for the configured one.
    """

    def __init__(
        self,
        model: Any,
        optimizer: Optimizer,
        loss: Any,
        loss_weights: Any,
        compiled_metrics: CompiledMetrics | None,
        nan_policy: str | None,
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        self.loss = loss
        self.loss_weights = loss_weights
        self.compiled_metrics = compiled_metrics
        self.nan_policy = nan_policy
        self.loss_tracker = Mean(name="loss")
        self.stepper: Stepper | None = None
        self.choice: Choice | None = None

    @property
    def step(self) -> Stepper:
        """The step; `ready` has made it."""
        assert self.stepper is not None
        return self.stepper

    @property
    def metrics(self) -> list[metrics.Metric]:
        """The loss tracker, the compiled metrics, and the trackers of the outputs' losses."""
        found: list[metrics.Metric] = [self.loss_tracker]
        if self.compiled_metrics is not None:
            found.append(self.compiled_metrics)
        if self.stepper is not None:
            found += self.stepper.objective.trackers
        return found

    def check(self, x: Any, y: Any, sample_weight: Any, class_weight: Any = None) -> Data:
        """Return the arguments as data that fits the model, building it if need be."""
        model = self.model
        model.learn_form(x)
        if not model.has_graph:  # its outputs have names once it has been built
            model.ensure_built_for(checked_data(x, input_names=model.input_names).inputs)
        data = checked_data(
            x, y, sample_weight, class_weight, model.input_names, model.output_names
        )
        model.ensure_built_for(data.inputs)
        self._y_form, self._weight_form = form_of(y), form_of(sample_weight)
        return fitted_to(data, model.input_shapes, model.name)

    _y_form: Any = None
    _weight_form: Any = None

    def own_stepper(self) -> OwnStepper:
        """Return the step of a model that has steps of its own, making it if need be."""
        if not isinstance(self.stepper, OwnStepper):
            self.stepper = self._stepper_of(OwnStepper, [])
            self.stepper.prepare()
        assert isinstance(self.stepper, OwnStepper)
        return self.stepper

    def _ready_for_own_steps(self, data: Data) -> Stepper:
        """Return the step of a model that computes in its own way: it checks for itself."""
        stepper = self.own_stepper()
        stepper.y_form, stepper.weight_form = self._y_form, self._weight_form
        if not self.model.writes("train_step"):
            stepper.find_terms(data.targets, self.model.output_shapes)
        weights = self.model.trainable_weights
        if weights and not self.optimizer.built:
            self.optimizer.build(weights)
        return stepper

    def ready(self, data: Data) -> Stepper:
        """Return the step for such data; what does not fit raises before anything changes."""
        if self.model.has_own_steps:
            return self._ready_for_own_steps(data)
        shapes = self.model.output_shapes
        targets = [data.target(i) for i in range(len(shapes))]
        target_shapes = [None if y is None else y.shape for y in targets]
        stepper = self.stepper or self._new_stepper(target_shapes, shapes)
        for term in stepper.objective.terms:
            y_true = targets[term.output]
            if y_true is None:
                raise NotReadyError(f"Model {self.model.name!r} needs targets: `y` is missing.")
            term.loss.check_targets(y_true, shapes[term.output])
            _check_weights(data.weight(term.output), shapes[term.output])
        if self.compiled_metrics is not None:
            self.compiled_metrics.build(target_shapes, shapes, self.model.output_names)
        weights = self.model.trainable_weights
        if weights and not self.optimizer.built:
            self.optimizer.build(weights)
        self.stepper = stepper
        return stepper

    def source(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        *,
        batch_size: int | None = None,
        steps: int | None = None,
        shuffle: bool | str = False,
        reshuffle: bool = False,
    ) -> Source:
        """Return where batches come from: arrays to cut up, or a stream of batches.

        Args:
            x: inputs, or a generator, `PyDataset` or other iterable of batches.
            y: targets; not with a stream, which brings its own.
            sample_weight: weights; likewise.
            class_weight: dict from class index to weight.
            batch_size: rows per batch.
            steps: batches per epoch.
            shuffle: see `Batches`.
            reshuffle: see `Batches`.
        """
        if not is_stream(x):
            data = self.check(x, y, sample_weight, class_weight)
            return self.batches(data, batch_size, steps, shuffle, reshuffle)
        if y is not None or sample_weight is not None:
            raise DataError(
                f"`x` is a {type(x).__name__}, whose batches bring targets and sample weights: "
                "give neither `y` nor `sample_weight`."
            )

        def prepare(inputs: Any, targets: Any, weights: Any) -> Data:
            batch: Data = self.model.as_batch(self.check(inputs, targets, weights, class_weight))
            return batch

        stream = Stream(x, prepare, steps, shuffle)
        self.ready(stream.first())
        return stream

    def batches(
        self,
        data: Data,
        batch_size: int | None = None,
        steps: int | None = None,
        shuffle: bool | str = False,
        reshuffle: bool = False,
    ) -> Batches:
        """Return batches of checked data; the step is made ready for them."""
        self.ready(data)
        return Batches(data, batch_size, shuffle, steps, reshuffle, self.model.input_dtypes)

    def _new_stepper(
        self, target_shapes: Sequence[Shape | None], shapes: Sequence[Shape]
    ) -> Stepper:
        return self._stepper_of(Stepper, self.terms_for(target_shapes, shapes), len(shapes))

    def _stepper_of(self, cls: type[Stepper], terms: list[Term], outputs: int = 0) -> Stepper:
        return cls(
            self.model,
            self.optimizer,
            Objective(terms, outputs),
            self.loss_tracker,
            self.compiled_metrics,
            self.nan_policy,
        )

    def terms_for(
        self, target_shapes: Sequence[Shape | None], shapes: Sequence[Shape]
    ) -> list[Term]:
        """Return the losses of the outputs.

        Args:
            target_shapes: shape of each output's targets, None where it has none.
            shapes: shape of each output.

        Raises:
            NotReadyError: an output with a loss has no targets.
        """
        names = self.model.output_names
        given = per_output("loss", self.loss, names)
        weights = per_output("loss_weights", self.loss_weights, names)
        terms = []
        for i, (loss, weight, name) in enumerate(zip(given, weights, names, strict=True)):
            if loss is None:
                continue
            target = target_shapes[i]
            if target is None:
                raise NotReadyError(f"Model {self.model.name!r} needs targets: `y` is missing.")
            resolved = resolve_loss(loss, target, shapes[i])
            tracker = Mean(name=f"{name}_loss") if _count(given) > 1 else None
            terms.append(Term(i, resolved, 1.0 if weight is None else weight, tracker))
        return terms


def _check_weights(weights: Any, output_shape: Shape) -> None:
    """Raise unless there is one weight a sample, or one for each place that has a loss."""
    if weights is None or weights.ndim == 1:
        return
    places = tuple(output_shape[1:-1])
    found = weights.shape[1:] if weights.shape[-1:] != (1,) else weights.shape[1:-1]
    known = [size if size is not None else n for size, n in zip(places, found, strict=False)]
    if len(found) > len(places) or any(n not in (1, m) for n, m in zip(found, known, strict=True)):
        raise ShapeError(
            f"`sample_weight` must have one weight per sample, shape (N,), or one per loss, shape "
            f"{('N', *places)}. Received: sample_weight.shape={weights.shape}"
        )


def _count(given: list[Any]) -> int:
    return sum(loss is not None for loss in given)


def check_losses(loss: Any) -> None:
    """Raise if an entry is no loss; what depends on shapes is left for later."""
    for entry in flatten(loss):
        name = isinstance(entry, str) and entry.lower() in ("crossentropy", "ce")
        if not name and entry is not None:
            losses.get(entry)


def check_loss_weights(loss_weights: Any, outputs: Sequence[str]) -> None:
    """Raise unless the factors of the losses are numbers, one for each output."""
    per_output("loss_weights", loss_weights, outputs)
    for weight in flatten(loss_weights):
        if weight is not None and not isinstance(weight, (int, float)):
            raise ValueError(
                "`loss_weights` must be a number, or a list or dict with one number per output. "
                f"Received: loss_weights={loss_weights!r}"
            )


def compiled_metrics(plain: Any, weighted: Any) -> CompiledMetrics | None:
    """Return the metrics that `compile` was given, or None if neither argument was.

    Raises:
        ValueError: not lists, or a name that names no metric.
    """
    if plain is None and weighted is None:
        return None
    check_metrics("metrics", plain)
    check_metrics("weighted_metrics", weighted)
    return CompiledMetrics(plain, weighted)
