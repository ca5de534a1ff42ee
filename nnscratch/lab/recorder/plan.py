"""What is read at a recorded step: the probes for a model, its layers' calls and its optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from nnscratch.lab.recorder.blocks import Sampled, take
from nnscratch.lab.recorder.calls import Call, calls_of, names_of_variables
from nnscratch.lab.recorder.changes import Changes
from nnscratch.lab.recorder.flat import FlatRatios, FlatTrack
from nnscratch.lab.recorder.kinds import OF_CALLS, SLOTS
from nnscratch.lab.recorder.reductions import DEFAULT, Reduction
from nnscratch.lab.recorder.tracks import Probe, Rows, Track
from nnscratch.typing import Array
from nnscratch.variable import Variable


class Wanted:
    """Which quantities are recorded: kinds, at paths that match a pattern.

    Args:
        kinds: the kinds.
        where: patterns as in file names: `"dense_*"` also means what lies below, `dense_1/kernel`.

    >>> Wanted(frozenset(["grad"]), ["dense_1*"])("dense_1/kernel", "grad")
    True
    """

    def __init__(self, kinds: frozenset[str], where: list[str]) -> None:
        self.kinds = kinds
        self.where = where

    def __call__(self, path: str, kind: str) -> bool:
        """Tell whether this kind is recorded at this path."""
        return kind in self.kinds and self.place(path)

    def place(self, path: str) -> bool:
        """Tell whether a path matches."""
        return any(fnmatchcase(path, p) or fnmatchcase(path, f"{p}/*") for p in self.where)


def call_probes(stepper: Any, wanted: Wanted) -> list[Probe]:
    """Return a probe for every quantity of the layers' calls that is wanted."""
    calls = calls_of(stepper.run, stepper.cache)
    return [probe for call in calls for probe in _of_call(call, wanted)]


def _of_call(call: Call, wanted: Wanted) -> Iterator[Probe]:
    for kind in OF_CALLS:
        if wanted(call.path, kind) and call.has(kind):
            ends = call.ends if kind == "activation" else None
            yield Probe(call.path, kind, getattr(call, kind), ends)


def variable_probes(
    model: Any, optimizer: Any, changes: Changes, wanted: Wanted
) -> Iterator[Probe]:
    """Yield a probe for every quantity of the weights that is wanted.

    Args:
        model: the model.
        optimizer: its optimizer.
        changes: what a step changes.
        wanted: which quantities.
    """
    numbers = {id(v): i for i, v in enumerate(changes.variables)}
    for name, variable in names_of_variables(model):
        i = numbers.get(id(variable))
        readers: dict[str, Callable[[], Array | None]] = {"weight": _value(variable)}
        before = None
        if i is not None:
            readers["grad"] = _gradient(variable)
            readers["update"] = _numbered(changes.update, i)
            readers["step_size"] = _numbered(changes.step_size, i)
            before = _numbered(changes.before, i)
        for kind, read in readers.items():
            if wanted(name, kind):
                yield Probe(name, kind, read, None, before if kind == "update" else None, i)
        if i is not None and wanted(name, SLOTS):
            for slot, kept in optimizer.slots_of(variable).items():
                yield Probe(name, slot, _value(kept), None, None, i)


def _value(variable: Variable) -> Callable[[], Array]:
    return lambda: variable.value


def _gradient(variable: Variable) -> Callable[[], Array | None]:
    return lambda: variable.grad


def _numbered(function: Callable[[int], Any], i: int) -> Callable[[], Any]:
    return lambda: function(i)


Chosen = tuple[Probe, tuple[Reduction, ...]]


def flatten(
    chosen: Sequence[Chosen], changes: Changes, capacity: int, sample: int
) -> tuple[list[FlatTrack], list[FlatRatios], list[Chosen]]:
    """Take together what can be read from the arena's flat vectors.

    Args:
        chosen: the probes with their reductions.
        changes: the changes of the weights.
        capacity: steps that there is room for.
        sample: elements looked at of each weight, at most.

    Returns:
        Tracks of all weights at once, ratios of all at once, and what is left.
    """
    changes.note()
    arena = changes.arena
    if arena is None:
        return [], [], list(chosen)
    flat = {
        "weight": lambda: arena.values,
        "grad": lambda: arena.grads,
        "update": changes.flat_update,
        "step_size": None,
        **{name: _constant(vector) for name, vector in changes.flat_slots().items()},
    }
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, int]]] = {}
    ratios: list[tuple[str, int]] = []
    left: list[Chosen] = []
    for probe, how in chosen:
        if probe.number is None or probe.kind not in flat:
            left.append((probe, how))
            continue
        place = (probe.path, probe.number)
        counted = tuple(h for h in how if isinstance(h, str) and h in DEFAULT)
        if counted:
            groups.setdefault((probe.kind, counted), []).append(place)
        if "ratio" in how:
            ratios.append(place)
        rest = tuple(h for h in how if h not in (*DEFAULT, "ratio"))
        if rest:
            left.append((probe, rest))
    tracks = [
        FlatTrack(kind, counted, arena, weights, *_readers(flat[kind], changes), capacity, sample)
        for (kind, counted), weights in groups.items()
    ]
    made = [FlatRatios(arena, ratios, changes.flat_update, changes.flat_before)] if ratios else []
    return tracks, made, left


def _readers(
    flat: Callable[[], Array] | None, changes: Changes
) -> tuple[Callable[[Array], Array], Callable[[], Array] | None]:
    if flat is None:
        return changes.sizes_at, None
    return lambda index: flat().take(index), flat


def _constant(vector: Array) -> Callable[[], Array]:
    return lambda: vector


def take_all(tracks: Sequence[Track], flat: Sequence[FlatTrack], bins: int) -> list[Rows]:
    """Return all rows since the last call.

    Args:
        tracks: quantities one by one.
        flat: quantities of all weights at once.
        bins: bins of a histogram.
    """
    places: list[tuple[str, str, tuple[str, ...]]] = []
    blocks: list[Sampled] = []
    for track in tracks:
        for block in track.blocks():
            places.append((track.probe.path, track.probe.kind, track.counted))
            blocks.append(block)
    for together in flat:
        for name, part in together.parts():
            places.append((name, together.kind, together.counted))
            blocks.append(part)
    found: list[Rows] = []
    taken = take(blocks, bins)
    for (path, kind, counted), (steps, summary, histogram) in zip(places, taken, strict=True):
        both = {"summary": summary, "histogram": histogram}
        found += [Rows(path, kind, how, steps, both[how]) for how in counted]
    return found + [row for track in tracks for row in track.take()]
