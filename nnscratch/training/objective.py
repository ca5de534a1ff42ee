"""What is minimised: the weighted sum of the losses of the model's outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.losses import Loss
from nnscratch.losses.reduction import MEANS, derivative_by_values
from nnscratch.metrics import Mean
from nnscratch.training.data import Data
from nnscratch.typing import Array


@dataclass
class Term:
    """The loss of one output.

    Attributes:
        output: number of the output.
        loss: its loss.
        weight: factor in the total.
        tracker: mean of the loss without that factor, where several outputs have losses.
        reduced: where the latest loss without weights lies.
        value: the latest loss.
    """

    output: int
    loss: Loss
    weight: float = 1.0
    tracker: Mean | None = None
    cache: Cache = field(default_factory=Cache)
    reduced: Array | None = None
    value: Any = None
    from_logits: bool = False


class Objective:
    """The sum over outputs of weight · loss.

    Args:
        terms: the losses, at most one per output.
        outputs: number of outputs.
    """

    def __init__(self, terms: Sequence[Term], outputs: int) -> None:
        self.terms = list(terms)
        self.outputs = outputs
        self.trackers = [term.tracker for term in self.terms if term.tracker is not None]

    @property
    def is_steady(self) -> bool:
        """Whether each step makes the same NumPy calls on the same memory."""
        return all(term.loss.is_steady for term in self.terms)

    def compare(
        self,
        batch: Data,
        outputs: Sequence[Array],
        logits: Sequence[Array | None],
        masks: Sequence[Array | None] | None = None,
        softmaxes: Sequence[Any] | None = None,
    ) -> None:
        """Compute the loss of every sample.

        Args:
            batch: the rows, with their targets and weights.
            outputs: the model's outputs.
            logits: z per output, where the output is softmax(z) or sigmoid(z).
            masks: which samples or steps of each output count; None if all do.
            softmaxes: what each output's softmax is made of, see `Graph.softmax`, if known.
        """
        for term in self.terms:
            i, loss = term.output, term.loss
            y_pred = outputs[i]
            # a cast between model and loss makes Keras forget the logits
            z = logits[i] if loss.uses_logits and y_pred.dtype == loss.dtype else None
            term.from_logits = z is not None
            y_true = batch.target(i)
            assert y_true is not None  # the trainer lets no loss without targets in
            term.cache.mask = None if masks is None else masks[i]
            term.cache.softmax = None if softmaxes is None else softmaxes[i]
            loss.compare(y_true, y_pred, term.cache, z)
            term.reduced = None if batch.weights else loss.reduce(term.cache)

    def total(self, batch: Data) -> Any:
        """Return the total loss of the batch, None where there is no loss."""
        total: Any = None
        for term in self.terms:
            reduced = term.reduced
            if reduced is None or batch.weights:
                reduced = term.loss.reduce(term.cache, batch.weight(term.output))
            part = term.value = reduced[()]
            if term.weight != 1.0:
                part = part * part.dtype.type(term.weight)
            total = part if total is None else total + part
        return total

    def sums_rows(self, batch: Data) -> bool:
        """Return whether the losses of several batches can be told from the rows' losses."""
        return all(
            term.loss.is_steady
            and term.loss.reduction in MEANS
            and term.tracker is None
            and batch.weight(term.output) is None
            for term in self.terms
        )

    def totals(self, batches: int) -> Array:
        """Return the total loss of each of so many equal batches that were compared at once."""
        total: Any = None
        for term in self.terms:
            values = term.cache.values.reshape(batches, -1)
            part = np.add.reduce(values, axis=1) / values.dtype.type(values.shape[1])
            if term.weight != 1.0:
                part *= part.dtype.type(term.weight)
            total = part if total is None else total + part
        found: Array = total
        return found

    def by_values(self, scale: float) -> list[float | Array]:
        """Return, per loss, the total's derivative by each sample's value, times a factor."""
        return [derivative_by_values(term.cache, scale * term.weight) for term in self.terms]

    def differentiate(
        self, by_values: Sequence[float | Array]
    ) -> tuple[list[Array | None], list[bool]]:
        """Return, per output, the total's gradient and whether it is by the logits."""
        gradients: list[Array | None] = [None] * self.outputs
        from_logits = [False] * self.outputs
        for term, dvalues in zip(self.terms, by_values, strict=True):
            gradients[term.output] = term.loss.differentiate(dvalues, term.cache)
            from_logits[term.output] = term.from_logits
        return gradients, from_logits

    def track(self) -> None:
        """Take the latest losses into their means.

        Convention: every batch counts alike, a short last one too, as in Keras, which weighs by
        rows only the total.
        """
        for term in self.terms:
            if term.tracker is not None:
                term.tracker.update_state(term.value)
