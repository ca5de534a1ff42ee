"""Stop training when the loss is not a finite number."""

from __future__ import annotations

import math

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.utils import io


class TerminateOnNaN(Callback):
    """Stop training after a batch with which the running loss became NaN or infinite.

    It only has something to do under `nan_policy="keras"`; by default the trainer itself raises,
    before such a step changes a weight.

    Args:
        raise_error: raise a `RuntimeError` instead of ending training in order.
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"The loss became {loss} at batch {batch}; training is stopped.")
        io.print_msg(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
