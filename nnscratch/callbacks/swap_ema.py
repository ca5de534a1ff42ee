"""Validate, test and predict with the averaged weights, train with the raw ones."""

from __future__ import annotations

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.variable import Variable


class SwapEMAWeights(Callback):
    """Exchange the weights and their moving averages around every evaluation.

    Args:
        swap_on_epoch: exchange them at the end of each epoch too, so that other callbacks, such as
            one that saves the model, see the averaged weights; they are exchanged back when the
            next epoch begins.

    Raises:
        ValueError: the optimizer keeps no average; make it with `use_ema=True`.
    """

    kept = ("_swapped",)

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._swapped = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Go back to the raw weights."""
        if self.swap_on_epoch:
            self._set(False)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Show the averaged weights; in the last epoch they stay."""
        if not self.swap_on_epoch:
            return
        self._set(True)
        if self.params and epoch == self.params["epochs"] - 1:
            for weight, average in self._pairs():
                average.assign(weight.value)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Show the averaged weights."""
        self._set(True)

    def on_test_end(self, logs: Logs = None) -> None:
        """Go back to the raw weights."""
        self._set(False)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Show the averaged weights."""
        self._set(True)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Go back to the raw weights."""
        self._set(False)

    def abandon(self) -> None:
        """Go back to the raw weights."""
        self._set(False)

    def _set(self, swapped: bool) -> None:
        if swapped == self._swapped:
            return
        for weight, average in self._pairs():
            raw = weight.numpy()
            weight.assign(average.value)
            average.assign(raw)
        self._swapped = swapped

    def _pairs(self) -> list[tuple[Variable, Variable]]:
        pairs: list[tuple[Variable, Variable]] = self.model.optimizer.averages
        if not pairs:
            raise ValueError(
                "SwapEMAWeights needs an optimizer that averages the weights: make it with "
                "`use_ema=True`, and train before evaluating."
            )
        return pairs
