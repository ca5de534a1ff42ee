"""Stop training when the curve of training and that of validation meet."""

from __future__ import annotations

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.callbacks.monitor import TraceRow
from nnscratch.utils import io


class StopWhenCurvesMeet(Callback):
    """Stop after the epoch in which a metric and its validation differ by little enough.

    Training ends where |metric − val_metric| ≤ tol, or where one curve has crossed the other since
    the epoch before: two numbers that are computed are hardly ever equal, so `==` would wait for
    ever. Mind that the training metric is a mean over the epoch, taken while the weights changed
    and with dropout on, whereas validation comes after the epoch.

    Args:
        monitor: name of the metric, without `val_`.
        tol: greatest difference that counts as meeting.
        crossing: whether a crossing counts, too.
        start_from_epoch: first epoch that is looked at.
        verbose: 1 to print when training is stopped.

    Raises:
        ValueError: a negative tolerance, or the logs lack the metric or its validation.

    >>> stop = StopWhenCurvesMeet(tol=0.01)
    >>> stop.meets(0.90, 0.92), stop.meets(0.93, 0.92)
    (False, True)
    """

    def __init__(
        self,
        monitor: str = "accuracy",
        tol: float = 0.001,
        crossing: bool = True,
        start_from_epoch: int = 0,
        verbose: int = 0,
    ) -> None:
        super().__init__()
        if tol < 0:
            raise ValueError(f"`tol` must not be negative. Received: tol={tol}")
        self.monitor = monitor
        self.tol = tol
        self.crossing = crossing
        self.start_from_epoch = start_from_epoch
        self.verbose = verbose
        self._before: float | None = None
        self._trace: list[TraceRow] = []

    def trace(self) -> list[TraceRow]:
        """Return for each epoch the difference, the least so far, and what was decided."""
        return list(self._trace)

    def meets(self, value: float, validation: float) -> bool:
        """Return whether the curves meet here; the next call compares with this one."""
        before, self._before = self._before, value - validation
        crossed = before is not None and before * self._before < 0
        return abs(self._before) <= self.tol or (self.crossing and crossed)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget the last run."""
        self._before = None
        self._trace = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compare the two curves."""
        logs = logs or {}
        lacking = {self.monitor, f"val_{self.monitor}"} - logs.keys()
        if lacking:
            raise ValueError(
                f"StopWhenCurvesMeet needs {sorted(lacking)}, which the epoch did not give: name "
                "the metric in compile() and give validation data to fit(). "
                f"The epoch gave: {sorted(logs)}"
            )
        if epoch < self.start_from_epoch:
            self._note(epoch, logs, "warm-up")
            return
        if not self.meets(logs[self.monitor], logs[f"val_{self.monitor}"]):
            self._note(epoch, logs, "waiting")
            return
        self._note(epoch, logs, "stop")
        self.model.stop_training = True
        if self.verbose > 0:
            io.print_msg(
                f"Epoch {epoch + 1}: {self.monitor} {logs[self.monitor]:.4f} meets "
                f"val_{self.monitor} {logs[f'val_{self.monitor}']:.4f}: training is stopped."
            )

    def _note(self, epoch: int, logs: dict[str, float], decision: str) -> None:
        gap = abs(logs[self.monitor] - logs[f"val_{self.monitor}"])
        least = min([gap, *(row.best for row in self._trace if row.best is not None)])
        self._trace.append(TraceRow(epoch, gap, least, 0, decision))
