"""What was recorded of one quantity: its values by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.errors import unknown_name
from nnscratch.lab.recorder.reductions import COLUMNS
from nnscratch.typing import Array


@dataclass(frozen=True)
class Histograms:
    """A histogram at each of several steps, each between its own lowest and highest value.

    Attributes:
        steps: (S,) the steps.
        low: (S,) the lowest value at each.
        high: (S,) the highest.
        counts: (S, bins) how many of the values looked at lie in each of equally wide bins.
    """

    steps: Array
    low: Array
    high: Array
    counts: Array

    def edges(self, index: int) -> Array:
        """Return the bins' edges of histogram number `index`, (bins + 1,)."""
        return np.linspace(self.low[index], self.high[index], self.counts.shape[1] + 1)

    def shares(self, edges: Array) -> Array:
        """Return which share of the values lies between common edges, step by step.

        Within a bin the values are taken as evenly spread.

        Args:
            edges: (E,) rising edges.

        Shapes: (S, E - 1).

        >>> one = Histograms(np.array([1]), np.array([0.0]), np.array([2.0]), np.array([[3, 1]]))
        >>> one.shares(np.array([0.0, 0.5, 2.0])).tolist()
        [[0.375, 0.625]]
        """
        found = np.zeros((len(self.steps), len(edges) - 1))
        for i, counts in enumerate(self.counts):
            total = counts.sum()
            if not total:
                continue
            if self.high[i] > self.low[i]:
                below = np.concatenate([[0.0], np.cumsum(counts, dtype=np.float64)]) / total
                found[i] = np.diff(np.interp(edges, self.edges(i), below))
            else:
                place = int(np.searchsorted(edges, self.low[i], side="right")) - 1
                found[i, min(max(place, 0), len(edges) - 2)] = 1.0
        return found


class Series:
    """The values of one quantity, such as the gradient of `dense_1/kernel`, step by step.

    `series["norm"]` is one number for each step, `series["full"]` the arrays themselves,
    `series["histogram"]` the histograms; `series[10]` is all there is of step 10: the array itself
    where it was recorded in full and nothing else, otherwise a dict by name.

    Attributes:
        path: the layer or variable.
        kind: what of it.
        steps: (S,) the steps it was recorded at.
    """

    def __init__(
        self, path: str, kind: str, found: Mapping[str, tuple[list[int], list[Array]]]
    ) -> None:
        self.path = path
        self.kind = kind
        self._found = dict(found)
        self.steps = np.unique(np.concatenate([steps for steps, _ in self._found.values()]))

    @property
    def hows(self) -> list[str]:
        """The reductions."""
        return list(self._found)

    @property
    def names(self) -> list[str]:
        """Everything that can be asked for by name."""
        return [name for how in self._found for name in (*self._columns(how), how)]

    def _columns(self, how: str) -> tuple[str, ...]:
        columns = COLUMNS.get(how, ())
        return () if columns == (how,) else columns

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[int]:
        return iter(self.steps.tolist())

    def __getitem__(self, key: str | int) -> Any:
        if isinstance(key, str):
            return self._by_name(key)
        parts = {}
        for how, (steps, rows) in self._found.items():
            if key in steps:
                parts[how] = rows[steps.index(int(key))]
        if not parts:
            near = self.steps[np.argmin(np.abs(self.steps - key))] if len(self.steps) else "none"
            raise KeyError(
                f"{self.path} {self.kind} was not recorded at step {key}; the nearest is {near}."
            )
        if list(parts) == ["full"]:
            return parts["full"]
        flat: dict[str, Any] = {}
        for how, row in parts.items():
            columns = COLUMNS.get(how)
            if columns:
                flat.update(zip(columns, np.atleast_1d(row).tolist(), strict=True))
            else:
                flat[how] = row
        return flat

    def _by_name(self, name: str) -> Any:
        if name == "histogram" and name in self._found:
            steps, rows = self._found[name]
            table = np.stack(rows)
            return Histograms(np.array(steps), table[:, 0], table[:, 1], table[:, 2:])
        for how, (_, rows) in self._found.items():
            columns = self._columns(how)
            if name == how:
                if COLUMNS.get(how) == (how,):
                    return np.concatenate([row.reshape(1) for row in rows])
                same = len({row.shape for row in rows}) == 1
                return np.stack(rows) if same else rows
            if name in columns:
                return np.stack(rows)[:, columns.index(name)]
        raise unknown_name(f"number of {self.path} {self.kind}", name, self.names)

    def numbers(self) -> Iterator[tuple[int, str, float]]:
        """Yield (step, name, number) for everything that is a single number."""
        for how, (steps, rows) in self._found.items():
            columns = COLUMNS.get(how) or (how,)
            for step, row in zip(steps, rows, strict=True):
                if row.size == len(columns):
                    values = row.reshape(-1).tolist()
                    yield from ((step, n, v) for n, v in zip(columns, values, strict=True))

    def to_frame(self) -> Any:
        """Return the single numbers as a pandas `DataFrame`, one row a step.

        Raises:
            ImportError: pandas is not installed.
        """
        from nnscratch.lab.recorder.frames import frame

        rows: dict[int, dict[str, float]] = {}
        for step, name, value in self.numbers():
            rows.setdefault(step, {})[name] = value
        return frame([{"step": s, **row} for s, row in sorted(rows.items())]).set_index("step")

    def __repr__(self) -> str:
        return f"<Series {self.path} {self.kind}: {len(self)} steps of {', '.join(self.hows)}>"
