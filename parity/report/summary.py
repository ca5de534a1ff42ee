"""Outcomes gathered by area and by behaviour: the rows of every report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from parity.results import DIFFERS, LATER, OUT, Finding, Outcome

BEHAVIOURS = {
    "D1": "Adam: ε outside the bias correction",
    "D2": "bias correction in the variable's type",
    "D3": "RMSprop: ε under the root",
    "D4": "Adagrad starts at 0.1",
    "D5": "SGD: the learning rate inside the velocity",
    "D6": "decoupled weight decay",
    "D7": "clipping by norm, global norm, value",
    "D8": "L2 without a half, in evaluate too",
    "D9": "cross-entropy from the logits behind a softmax",
    "D10": "from_logits on a softmax output",
    "D11": "label smoothing, Huber, KL divergence",
    "D12": "reduction with sample and class weights",
    "D13": "an epoch's loss",
    "D14": "BatchNormalization's constants",
    "D15": "the variance in two passes",
    "D16": "Dropout",
    "D17": "initializer laws",
    "D18": "seeds",
    "D19": "shuffling and batches",
    "D20": "validation_split",
    "D21": "when validation runs",
    "D22": "EarlyStopping",
    "D23": "ReduceLROnPlateau",
    "D24": "what “accuracy” means",
    "D25": "saving and checkpoints",
}
"""The 25 behaviours of Keras that parity stands or falls with."""


@dataclass
class Row:
    """Outcomes that are reported together.

    Attributes:
        title: area, or behaviour.
        outcomes: what was compared and should agree.
        later: units that wait for a part of nnscratch that does not exist yet.
        differing: units in which nnscratch departs from Keras on purpose.
    """

    title: str
    outcomes: list[Outcome] = field(default_factory=list)
    later: list[Outcome] = field(default_factory=list)
    differing: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Take an outcome in."""
        apart = {LATER: self.later, DIFFERS: self.differing}
        apart.get(outcome.status, self.outcomes).append(outcome)

    @property
    def failed(self) -> list[Outcome]:
        """The outcomes that make the run fail."""
        return [outcome for outcome in self.outcomes if outcome.failed]

    @property
    def tensors(self) -> int:
        """How many tensors were compared."""
        return sum(outcome.tensors for outcome in self.outcomes)

    @property
    def units(self) -> int:
        """How many different units were run."""
        return len({outcome.unit for outcome in self.outcomes})

    def worst(self, dtype: str) -> tuple[Outcome, Finding] | None:
        """Return the outcome and finding that came nearest to its band, or went farthest out."""
        found = [(o, o.worst) for o in self.outcomes if o.dtype == dtype and o.worst is not None]
        return max(found, key=lambda pair: pair[1].bands, default=None)

    @property
    def verdict(self) -> str:
        """`ok`, `out`, `error`, or `later` where nothing could be run."""
        if not self.outcomes:
            return LATER
        failed = self.failed
        if not failed:
            return "ok"
        return OUT if any(outcome.status == OUT for outcome in failed) else "error"


def by_area(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return one row per area, in the order in which they first appear."""
    rows: dict[str, Row] = {}
    for outcome in outcomes:
        rows.setdefault(outcome.area, Row(outcome.area)).add(outcome)
    return list(rows.values())


def by_behaviour(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return one row for each of the 25 behaviours, empty if no unit that was run covers it."""
    rows = {key: Row(f"{key} {title}") for key, title in BEHAVIOURS.items()}
    for outcome in outcomes:
        for key in outcome.behaviours:
            rows[key].add(outcome)
    return list(rows.values())


def place(outcome: Outcome, finding: Finding) -> str:
    """Say where a finding is: unit, tensor, element, step."""
    index = str(list(finding.index)) if finding.index else ""
    step = f", step {finding.step}" if outcome.kind != "check" else ""
    return f"{outcome.unit}: {finding.tensor}{index}{step}"


FEW = 4
"""So many units are named at once."""


def short(number: float) -> str:
    """Return a number of bands, without a row of zeros where it is large.

    >>> short(0.25), short(1e12)
    ('0.25', '1e+12')
    """
    return f"{number:.2f}" if number < 1000 else f"{number:.0e}"
