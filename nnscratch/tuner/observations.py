"""The metrics of a trial: one list of observed values for each metric and step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from nnscratch.errors import unknown_name
from nnscratch.tuner.objective import direction_of


class MetricObservation(NamedTuple):
    """What was observed at one step.

    Attributes:
        value: one number for each execution.
        step: number of the step; an epoch, counted from 0.
    """

    value: list[float]
    step: int

    def mean(self) -> float:
        """Return the mean over the executions."""
        return float(np.mean(self.value))


class MetricHistory:
    """The observations of one metric.

    Args:
        direction: `"min"` or `"max"`.
    """

    def __init__(self, direction: str = "min") -> None:
        self.direction = direction
        self._observations: dict[int, list[float]] = {}

    def update(self, value: float | list[float], step: int) -> None:
        """Add an observation."""
        values = value if isinstance(value, list) else [value]
        self._observations.setdefault(step, []).extend(map(float, values))

    def get_history(self) -> list[MetricObservation]:
        """Return the observations by step."""
        return [MetricObservation(v, step) for step, v in sorted(self._observations.items())]

    def get_best_value(self) -> float | None:
        """Return the best mean over the executions, leaving NaN out; None without observations."""
        means = [observation.mean() for observation in self.get_history()]
        finite = [mean for mean in means if not np.isnan(mean)]
        if not finite:
            return float("nan") if means else None
        return min(finite) if self.direction == "min" else max(finite)

    def get_best_step(self) -> int | None:
        """Return the first step that has the best value."""
        best = self.get_best_value()
        return next((o.step for o in self.get_history() if o.mean() == best), None)

    def get_last_value(self) -> float | None:
        """Return the mean at the last step."""
        history = self.get_history()
        return history[-1].mean() if history else None

    def get_statistics(self) -> dict[str, float]:
        """Return smallest, largest, mean, median, variance and deviation of the steps' means."""
        means = [observation.mean() for observation in self.get_history()]
        names = ("min", "max", "mean", "median", "var", "std")
        return {name: float(getattr(np, f"nan{name}")(means)) for name in names if means}

    def get_config(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return {
            "direction": self.direction,
            "observations": [o._asdict() for o in self.get_history()],
        }


class MetricsTracker:
    """The observations of all metrics of a trial.

    >>> tracker = MetricsTracker()
    >>> tracker.update("val_accuracy", [0.5, 0.75], step=3)
    >>> tracker.get_best_value("val_accuracy"), tracker.get_best_step("val_accuracy")
    (0.625, 3)
    """

    def __init__(self) -> None:
        self.metrics: dict[str, MetricHistory] = {}

    def exists(self, name: str) -> bool:
        """Tell whether a metric was observed or registered."""
        return name in self.metrics

    def register(self, name: str, direction: str | None = None) -> None:
        """Make a metric known; its direction is told by its name unless given."""
        self.metrics[name] = MetricHistory(direction or direction_of(name) or "min")

    def update(self, name: str, value: float | list[float], step: int = 0) -> None:
        """Add an observation of a metric."""
        if not self.exists(name):
            self.register(name)
        self.metrics[name].update(value, step)

    def get_history(self, name: str) -> list[MetricObservation]:
        """Return a metric's observations by step."""
        return self._of(name).get_history()

    def set_history(self, name: str, observations: Iterable[MetricObservation]) -> None:
        """Add observations of a metric."""
        for observation in observations:
            self.update(name, observation.value, observation.step)

    def get_best_value(self, name: str) -> float | None:
        """Return a metric's best value."""
        return self._of(name).get_best_value()

    def get_best_step(self, name: str) -> int | None:
        """Return the step of a metric's best value."""
        return self._of(name).get_best_step()

    def get_last_value(self, name: str) -> float | None:
        """Return a metric's value at the last step."""
        return self._of(name).get_last_value()

    def get_statistics(self, name: str) -> dict[str, float]:
        """Return a metric's statistics over the steps."""
        return self._of(name).get_statistics()

    def get_direction(self, name: str) -> str:
        """Return which way a metric is better."""
        return self._of(name).direction

    def _of(self, name: str) -> MetricHistory:
        if name not in self.metrics:
            raise unknown_name("metric", name, self.metrics)
        return self.metrics[name]

    def get_config(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return {"metrics": {name: each.get_config() for name, each in self.metrics.items()}}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> MetricsTracker:
        """Make a record from what `get_config` returned."""
        tracker = cls()
        for name, metric in config["metrics"].items():
            tracker.register(name, metric["direction"])
            tracker.set_history(name, (MetricObservation(**o) for o in metric["observations"]))
        return tracker
