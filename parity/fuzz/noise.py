"""The court of appeal: is a difference a mismatch, or does Keras itself not know the number?

`parity.lockstep` excuses an error that is a few times what Keras moves by when its inputs move by
one rounding, up to a fixed limit. Random models also sit on kinks (a unit at exactly 0 before a
relu, a tie of scores), saturate, and take sums that cancel altogether, where one rounding changes
a number completely and a free run then leaves Keras's for good. So a run that was found guilty is
heard again, step by step from equal states, and element by element: an element is excused only
where Keras's own answer moves as much when its inputs, and the result of each operation on the
way, move by at most one unit in the last place (`parity.fuzz.roundings`), or when a normalization
is written in its other form (`parity.fuzz.centred`). There is no limit then, and no excuse for any
other element.

What is left is asked of Keras in its other way. It runs random models eagerly, and knows then how
many rows a batch has; compiled, as its owners run it, it does not. Where the two make different
numbers, either is Keras's.

A run that diverges is heard as long as its numbers can be squared. Beyond that, whether a sum
overflows depends on the order of its terms.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nnscratch.structure import transform
from nnscratch.typing import Array
from parity import data
from parity.arithmetic import Deviation, deviation, scale_of
from parity.bands import TRAJECTORY
from parity.engines.protocol import STATE_KINDS, Batch, Engine, Tensors, Twin, kind_of
from parity.fuzz.case import FuzzCase
from parity.fuzz.centred import centred
from parity.fuzz.engines import FuzzKeras
from parity.fuzz.roundings import moved, shaken
from parity.results import Finding

FACTOR = 4.0
"""An element is excused up to this many times the largest movement seen."""

EPSILON = 1e-7
"""An adaptive optimizer divides by the root of nothing and this: what TensorFlow drops of a product
of learning rate and momentum is missing in the weight so many times over."""

TRIES = 48
"""How many times Keras is run again at most; it stops as soon as everything is explained."""


def moved_state(state: Tensors, rng: np.random.Generator) -> Tensors:
    """Return a state whose weights and moving statistics moved; counters and slots stay."""
    kinds = ("weight", "moving")
    return {n: moved(t, rng) if kind_of(n) in kinds else t for n, t in state.items()}


def moved_rows(rows: Batch, rng: np.random.Generator) -> Batch:
    """Return rows whose inputs moved; targets and sample weights stay."""
    return replace(rows, x=transform(lambda array: moved(array, rng), rows.x))


@contextlib.contextmanager
def rounded_otherwise(rng: np.random.Generator, turn: int) -> Iterator[None]:
    """Let Keras round in another way inside the block, in every other turn in another form too.

    Args:
        rng: where the movements come from.
        turn: number of the run.
    """
    with shaken(rng), centred() if turn % 2 else contextlib.nullcontext():
        yield


def has_diverged(tensors: Tensors) -> bool:
    """Tell whether some number is NaN, infinite, or too large for its square to be finite.

    >>> has_diverged({"loss": np.array(1e200)}), has_diverged({"loss": np.array(1e100)})
    (True, False)
    """
    floats = [t for t in tensors.values() if t.dtype.kind == "f"]
    return not all((np.abs(t) < math.sqrt(np.finfo(t.dtype).max)).all() for t in floats)


def unexplained(
    name: str,
    expected: Tensors,
    received: Tensors,
    again: Sequence[Tensors],
    band: float,
    compiled: Tensors | None = None,
) -> Deviation | None:
    """Return how far a tensor is off beyond what Keras's own movement explains, or None.

    Args:
        name: the tensor.
        expected: what Keras computed.
        received: what nnscratch computed.
        again: what Keras computed from moved inputs.
        band: error, relative to the largest element, that needs no explanation.
        compiled: what Keras computed in its other way, where it was asked.
    """
    if name not in received or name not in expected:
        return Deviation(np.inf, note=f"missing in {'nnscratch' if name in expected else 'Keras'}")
    whole = deviation(expected[name], received[name])
    if whole.error <= band:
        return None
    if expected[name].shape != received[name].shape or whole.note.startswith("dtype"):
        return whole
    reference = expected[name].astype(np.float64)
    difference = _distance(reference, received[name])
    if compiled is not None:
        other = _distance(compiled[name].astype(np.float64), received[name])
        difference = np.minimum(difference, other)
    spread = np.zeros_like(reference)
    for tensors in again:
        spread = np.maximum(spread, _distance(reference, tensors[name]))
    scale = scale_of(reference)
    lost = dropped(expected[name].dtype) / (EPSILON if kind_of(name) == "weight" else 1.0)
    allowed = band * scale + FACTOR * spread + lost
    beyond = difference > allowed
    if not beyond.any():
        return None
    worst = int(np.where(beyond, difference, -1.0).argmax())
    error = difference.flat[worst] / scale if scale > 0 else np.inf
    index = tuple(int(i) for i in np.unravel_index(worst, reference.shape))
    pair = float(reference.flat[worst]), float(received[name].flat[worst])
    return Deviation(float(error), index, *pair, note=whole.note)


def dropped(dtype: np.dtype[Any]) -> float:
    """Return how much a number may lack where TensorFlow takes subnormal numbers for 0.

    What is dropped is below the smallest normal number, but may be multiplied before it is seen:
    silu's z·σ(z) by a |z| as large as it can be where σ(z) = e^z is subnormal.

    >>> [round(dropped(np.dtype(name)) / float(np.finfo(name).tiny)) for name in ("f4", "f8")]
    [103, 744]
    """
    if dtype.kind != "f":
        return 0.0
    limits = np.finfo(dtype)
    return float(limits.tiny) * -math.log(float(limits.smallest_subnormal))


def _distance(reference: Array, other: Array) -> Array:
    """Return |other − reference|: 0 where both are NaN or the same infinity, else infinite."""
    other = other.astype(np.float64)
    alike = (reference == other) | (np.isnan(reference) & np.isnan(other))
    with np.errstate(invalid="ignore"):
        distance = np.abs(other - reference)
    distance = np.where(np.isfinite(distance), distance, np.inf)
    return np.asarray(np.where(alike, 0.0, distance))


def first_unexplained(
    expected: Tensors,
    received: Tensors,
    once_more: Callable[[int], Tensors],
    band: float,
    step: int,
    compiled: Callable[[], Tensors | None] | None = None,
) -> Finding | None:
    """Return the first tensor that Keras's own movement does not explain, or None.

    Args:
        expected: what Keras computed.
        received: what nnscratch computed.
        once_more: runs Keras from moved inputs; takes the number of the run.
        band: error that needs no explanation.
        step: number of the step, for the finding.
        compiled: runs Keras in its other way; asked where nothing else explains a tensor. It may
            return None for no answer.
    """
    names = [*expected, *(name for name in received if name not in expected)]
    again: list[Tensors] = []

    def guilty(other: Tensors | None = None) -> dict[str, Deviation]:
        found = ((n, unexplained(n, expected, received, again, band, other)) for n in names)
        return {name: d for name, d in found if d is not None}

    while (left := guilty()) and len(again) < TRIES:
        names = list(left)
        again.append(once_more(len(again)))
    if left and compiled is not None:
        left = guilty(compiled())
    if not left:
        return None
    name, d = next(iter(left.items()))
    return Finding(step, name, d.error, band, d.index, d.reference, d.candidate, d.note)


class Appeal:
    """One case, run step by step from equal states.

    Args:
        case: the case.
        dtype: `"float32"` or `"float64"`.
        reference: Keras.
        candidate: nnscratch.

    Attributes:
        diverged: whether the run left the range of its float type.
        asked: whether Keras's own movement had to be asked for.
        apart: whether Keras compiled had to be asked for too.
        tensors: how many tensors were compared.
    """

    def __init__(self, case: FuzzCase, dtype: str, reference: FuzzKeras, candidate: Engine) -> None:
        self.case, self.band = case, TRAJECTORY[dtype]
        self.rows = data.make(case, dtype)
        self.reference = reference
        self.ref = reference.twin(case, dtype, case.inputs)
        self.got: Twin = candidate.twin(case, dtype, case.inputs)
        self.rng = np.random.default_rng(23)
        self.diverged = self.asked = self.apart = False
        self.tensors = 0

    def hear(self) -> Finding | None:
        """Run all steps; return the first mismatch, or None if there is none."""
        batches = enumerate(data.batches(self.case, self.rows), start=1)
        for number, (batch, _) in batches:
            found = self._step(number, batch, number in (1, self.case.steps))
            if found is not None or self.diverged:
                return found
        return None

    def _step(self, number: int, batch: Batch, look: bool) -> Finding | None:
        """Judge one step from equal states; afterwards Keras is where the step leaves it."""
        state, hidden = self.ref.state(), self.ref.hidden()
        self.got.load(state)
        expected = self.ref.step(batch, True)
        after = {n: t for n, t in expected.items() if kind_of(n) in STATE_KINDS}
        resume = self.ref.hidden()
        received = self.got.step(batch, True)
        if look:
            self.got.load(after)
            expected = expected | self.ref.infer(batch)
            received = received | self.got.infer(batch)
        if has_diverged(expected):
            self.diverged = True
            return None

        def once_more(turn: int) -> Tensors:
            self.asked = True
            self.ref.load(moved_state(state, self.rng))
            self.ref.load_hidden(hidden)
            with rounded_otherwise(self.rng, turn):
                tensors = self.ref.step(moved_rows(batch, self.rng), True)
                if look:
                    self.ref.load(moved_state(after, self.rng))
                    tensors = tensors | self.ref.infer(moved_rows(batch, self.rng))
            return tensors

        def as_it_was() -> Tensors:
            self.ref.load(state)
            self.ref.load_hidden(hidden)
            tensors = self.ref.step(batch, True)
            if look:
                self.ref.load(after)
                tensors = tensors | self.ref.infer(batch)
            return tensors

        def compiled() -> Tensors | None:
            self.apart = True
            return self.reference.compiled(self.ref, as_it_was)

        self.tensors += len(expected)
        found = first_unexplained(expected, received, once_more, self.band, number, compiled)
        if look or self.asked:
            self.ref.load(after)
            self.ref.load_hidden(resume)
        return found
