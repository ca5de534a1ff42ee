"""What is minimised: the weighted sum of the losses of the model's outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nnscratch.cache import Cache
from nnscratch.losses import Loss
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
    """

    output: int
    loss: Loss
    weight: float = 1.0
    tracker: Mean | None = None
    cache: Cache = field(default_factory=Cache)
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

    def forward(self, batch: Data, outputs: Sequence[Array], logits: Sequence[Array | None]) -> Any:
        """Return the total loss of the batch.

        Args:
            batch: the rows, with their targets and weights.
            outputs: the model's outputs.
            logits: z per output, where the output is softmax(z) or sigmoid(z).
        """
        total: Any = None
        for term in self.terms:
            i, loss = term.output, term.loss
            y_pred = outputs[i]
            # a cast between model and loss makes Keras forget the logits
            z = logits[i] if loss.uses_logits and y_pred.dtype == loss.dtype else None
            term.from_logits = z is not None
            y_true = batch.target(i)
            assert y_true is not None  # the trainer lets no loss without targets in
            term.value = loss.forward(y_true, y_pred, term.cache, batch.weight(i), z)
            part = term.value
            if term.weight != 1.0:
                part = part * part.dtype.type(term.weight)
            total = part if total is None else total + part
        return total

    def backward(self, scale: float) -> tuple[list[Array | None], list[bool]]:
        """Return, per output, the total's gradient and whether it is by the logits.

        Args:
            scale: factor in all gradients.
        """
        gradients: list[Array | None] = [None] * self.outputs
        from_logits = [False] * self.outputs
        for term in self.terms:
            gradients[term.output] = term.loss.backward(term.cache, scale * term.weight)
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
