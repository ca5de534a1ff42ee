"""A finished or growing recording: every quantity by path, kind and step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnscratch.errors import NotReadyError, closest_name, unknown_name
from nnscratch.lab.recorder.frames import as_html, frame
from nnscratch.lab.recorder.kinds import OF_STEPS
from nnscratch.lab.recorder.series import Series
from nnscratch.lab.recorder.store import Reader
from nnscratch.random import Draw
from nnscratch.saving import atomic
from nnscratch.saving.limits import reading
from nnscratch.typing import Array

if TYPE_CHECKING:
    from nnscratch.lab.recorder.travel import Moment


class Recording:
    """What a `Recorder` wrote down, from its file.

    `recording["dense_1/kernel", "grad"]` is the series of one quantity. A path may be shortened
    to its end where that is unambiguous. `recording["loss"]` and `recording["learning_rate"]` are
    arrays with one number for each recorded step.

    Args:
        path: the file.

    Raises:
        ModelFileError: the file is missing, damaged, or no recording.
    """

    def __init__(self, path: Any) -> None:
        self._path: Path | None = Path(path)
        self._begin()
        self._catch_up()

    @classmethod
    def load(cls, path: Any) -> Recording:
        """Open the file of a recording; only what is asked for is read.

        Args:
            path: the file.
        """
        return Recording(path)

    def _begin(self) -> None:
        self._read = 0
        self._places: dict[tuple[str, str], list[tuple[str, int, str, list[int]]]] = {}
        self._names: list[str] = []
        self._runs: list[dict[str, Any]] = []
        self._epochs: list[dict[str, Any]] = []
        self._begins: list[dict[str, Any]] = []
        self._passes: list[dict[str, Any]] = []
        self._rates: list[tuple[int, float]] = []
        self._draws: dict[int, list[Draw]] = {}

    def _settle(self) -> None:
        """Have everything in the file that was recorded so far."""

    def _reader(self) -> Reader:
        self._settle()
        if self._path is None:
            raise NotReadyError("Nothing has been recorded yet: give the recorder to `fit` first.")
        return Reader(self._path)

    def _catch_up(self) -> Reader:
        """Take in what was added to the file since the last time."""
        reader = self._reader()
        for piece in reader.pieces(self._read):
            with reading(reader.path, piece["name"]):
                self._take(piece)
            self._read += 1
        return reader

    def _take(self, piece: dict[str, Any]) -> None:
        for entry in piece["arrays"]:
            steps = [int(step) for step in entry["steps"]]
            for i, (path, kind) in enumerate(entry["series"]):
                place = (str(entry["member"]), i, str(entry["how"]), steps)
                self._places.setdefault((str(path), str(kind)), []).append(place)
        for run in piece.get("runs", []):
            self._runs.append({**run, "first": int(run["first"])})
            self._names += [str(name) for name, *_ in [*run["layers"], *run["variables"]]]
        for names in piece.get("names", []):
            self._names += [str(name) for name in names]
        for note in piece.get("epochs", []):
            logs = {str(name): float(value) for name, value in note["logs"].items()}
            self._epochs.append({**_numbers(note, "epoch", "step"), "logs": logs})
        self._begins += [_numbers(e, "run", "epoch", "step") for e in piece.get("begins", [])]
        for note in piece.get("passes", []):
            order = None if note["order"] is None else int(note["order"])
            self._passes.append({**_numbers(note, "run", "step", "skipped"), "order": order})
        self._rates += [(int(step), float(rate)) for step, rate in piece.get("rates", [])]
        for step, draws in piece.get("draws", []):
            self._draws[int(step)] = [
                Draw(str(name), str(kind), tuple(shape), (int(a), int(b)), bool(xla))
                for name, kind, shape, (a, b), xla in draws
            ]

    # -- what there is -------------------------------------------------------------------------

    def keys(self) -> list[tuple[str, str]]:
        """Return every (path, kind) there is."""
        self._catch_up()
        rank = {name: i for i, name in reversed(list(enumerate(self._names)))}
        return sorted((key for key in self._places if key[0]), key=lambda k: rank.get(k[0], -1))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.keys())

    def paths(self, kind: str | None = None) -> list[str]:
        """Return the paths recorded, in the order of the network.

        Args:
            kind: only those with this kind.
        """
        return list(dict.fromkeys(p for p, k in self.keys() if kind in (None, k)))

    @property
    def steps(self) -> list[int]:
        """The steps that something was recorded at."""
        self._catch_up()
        found = {s for places in self._places.values() for place in places for s in place[3]}
        return sorted(found)

    @property
    def epochs(self) -> list[dict[str, Any]]:
        """For each epoch its number, the step at its end, and its logs, as the history has them."""
        self._catch_up()
        return list(self._epochs)

    @property
    def runs(self) -> list[dict[str, Any]]:
        """For each `fit`: first step, network, optimizer, batches."""
        self._catch_up()
        return list(self._runs)

    def __contains__(self, key: object) -> bool:
        self._catch_up()
        return key in self._places or ("", key) in self._places

    def __getitem__(self, key: Any) -> Any:
        reader = self._catch_up()
        if isinstance(key, str):
            return self._of_steps(key, reader)
        if not isinstance(key, tuple) or len(key) != 2:
            raise TypeError(
                "A recording is asked by path and kind, recording['dense_1/kernel', 'grad'], or "
                f"for one of {', '.join(OF_STEPS)}. Received: {key!r}"
            )
        return self._series(*self._resolved(*key), reader)

    def find(self, where: str = "*", kind: str = "*") -> Iterator[Series]:
        """Yield every series whose path and kind match patterns such as `"*/kernel"`.

        Args:
            where: pattern of the path.
            kind: pattern of the kind.
        """
        reader = self._catch_up()
        for path, name in self.keys():
            if fnmatchcase(path, where) and fnmatchcase(name, kind):
                yield self._series(path, name, reader)

    def _resolved(self, path: str, kind: str) -> tuple[str, str]:
        """Return the full path; the input's gradient is that of the layer before."""
        if (path, kind) in self._places:
            return path, kind
        ends = [p for p, k in self._places if k == kind and p.endswith(f"/{path}")]
        if len(ends) == 1:
            return ends[0], kind
        if kind == "input_grad":
            for run in self._runs:
                before = run.get("before", {}).get(path)
                if before and (before, "activation_grad") in self._places:
                    return before, "activation_grad"
        at_path = [k for p, k in self._places if p == path]
        if at_path:
            raise unknown_name(f"kind recorded of {path}", kind, at_path)
        known = {p for p, _ in self._places if p}
        if not known:
            raise NotReadyError("Nothing has been recorded yet: give the recorder to `fit` first.")
        near = closest_name(path, known)
        hint = f" Did you mean {near!r}?" if near else ""
        raise KeyError(f"Nothing was recorded at {path!r}.{hint} Recorded: {sorted(known)}")

    def _of_steps(self, kind: str, reader: Reader) -> Any:
        if kind not in OF_STEPS:
            error = unknown_name("record of the steps", kind, [*OF_STEPS])
            raise KeyError(f"{error} For a path, name the kind too: recording[{kind!r}, 'grad'].")
        if kind == "draws":
            return dict(self._draws)
        if ("", kind) not in self._places:
            raise KeyError(f"{kind!r} was not recorded: name it in Recorder(what=...).")
        series = self._series("", kind, reader)
        if kind == "rows":
            return {step: series[step] for step in series}
        return series["value"]

    def _series(self, path: str, kind: str, reader: Reader) -> Series:
        places = self._places[path, kind]
        arrays = reader.arrays(list(dict.fromkeys(place[0] for place in places)))
        found: dict[str, tuple[list[int], list[Array]]] = {}
        for member, index, how, steps in places:
            with reading(reader.path, member):
                table = arrays[member][index]
                if len(table) != len(steps):
                    raise ValueError(f"it has {len(table)} rows for {len(steps)} steps")
                known = found.setdefault(how, ([], []))
                known[0].extend(steps)
                known[1].extend(table)
        for how, (steps, rows) in found.items():
            order = np.argsort(steps, kind="stable").tolist()
            found[how] = ([steps[i] for i in order], [rows[i] for i in order])
        return Series(path, kind, found)

    # -- back in time --------------------------------------------------------------------------

    def at(
        self,
        step: int,
        x: Any = None,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        *,
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Moment:
        """Return the full state of the run after a step, whether that step was recorded or not.

        The nearest keyframe before it is put back and the steps between are taken again, which
        gives the same bits. In the process that recorded the run its data is still there; for a
        recording that was loaded the data has to be given again, except at keyframes.

        Args:
            step: how many steps had been taken; 0 is the begin.
            x: the training inputs, as `fit` had them (after a validation split: what was left).
            y: the targets.
            sample_weight: weights, as `fit` had them.
            class_weight: weights of classes, as `fit` had them.
            custom_objects: your own classes and functions by name, for a recording from a file.

        Raises:
            NotReadyError: the step lies outside of the recording, or data is needed.
            DataError: the data is not that of the run.
        """
        from nnscratch.lab.recorder.travel import moment

        return moment(self, step, (x, y, sample_weight, class_weight), custom_objects)

    def _reached(self) -> int:
        """Return the last step that the recording knows of."""
        return max([p["step"] for p in self._epochs] + self.steps, default=0)

    def _recall(self, run: int) -> tuple[Any, Any] | None:
        """Return model and data of a `fit`, where this process has seen it."""
        return None

    # -- in other forms ------------------------------------------------------------------------

    def to_frame(self, where: str = "*", kind: str = "*") -> Any:
        """Return every single number as a pandas `DataFrame`: step, path, kind, name, value.

        Args:
            where: pattern of the paths.
            kind: pattern of the kinds.

        Raises:
            ImportError: pandas is not installed.
        """
        rows = [
            {"step": step, "path": s.path, "kind": s.kind, "name": name, "value": value}
            for s in self.find(where, kind)
            for step, name, value in s.numbers()
        ]
        return frame(rows, ["step", "path", "kind", "name", "value"])

    def save(self, path: Any) -> None:
        """Copy the recording into a file, whole or not at all.

        Args:
            path: the file.
        """
        atomic.copy(self._reader().path, path)

    def report(self, path: Any, title: str | None = None, comparison: Any = None) -> Path:
        """Write a page with charts of the run; see `nnscratch.lab.page.report`."""
        from nnscratch.lab.page import report

        return report(self, path, title, comparison)

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>" + ("" if self._path is None else as_html(self))

    def __repr__(self) -> str:
        if self._path is None:
            return f"<{type(self).__name__}: nothing recorded yet>"
        steps = self.steps
        span = f"steps {steps[0]} to {steps[-1]}" if steps else "no steps"
        return f"<{type(self).__name__}: {len(self.keys())} quantities, {len(steps)} of {span}>"


def _numbers(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: int(entry[name]) for name in names}
