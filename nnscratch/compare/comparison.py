"""The comparison of two runs of one script, and the verdict on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nnscratch.compare.arithmetic import ALL_DIGITS, digits
from nnscratch.compare.growth import Curve, Growth, Point
from nnscratch.compare.lines import Line, history_lines, missing_line, result_lines, weight_lines
from nnscratch.compare.microscope import Sight, first_difference
from nnscratch.compare.printed import LineDifference, compare_printed
from nnscratch.compare.runs import Run


@dataclass(frozen=True)
class FitComparison:
    """One `fit` in both runs.

    Attributes:
        number: counted from 1.
        model: name of the model.
        history: every epoch and metric.
        weights: every weight at the end.
        growth: the distance at the start, at each of the first steps and after each epoch.
        seconds: time inside of it in the first and in the second run.
        first_bits: the first difference of the two runs, however small; None if there is none.
        curves: the distance of each weight at the same moments.
    """

    number: int
    model: str
    history: list[Line]
    weights: list[Line]
    growth: list[Point]
    seconds: tuple[float, float]
    first_bits: Sight | None = None
    curves: list[Curve] = field(default_factory=list)

    @property
    def relative(self) -> float:
        """The largest difference in history and weights that counts."""
        return worst([line for line in self.history + self.weights if line.judged])


@dataclass(frozen=True)
class Parting:
    """The first place where two runs are farther apart than allowed.

    Attributes:
        where: the place in words.
        name: the number or tensor.
        relative: how far apart it is there.
        fit: number of the fit, None outside of one.
        point: index into the fit's growth, None where only an epoch or a result tells.
    """

    where: str
    name: str
    relative: float
    fit: int | None = None
    point: int | None = None


@dataclass
class Comparison:
    """Two runs of a script side by side.

    Attributes:
        first: the reference run.
        second: the run that is judged.
        rtol: how far apart they may be.
        fits: every `fit`.
        results: every number from `evaluate`, `predict` and their kin.
        structure: what one run did and the other did not.
        printed: number of lines that the first run printed.
        printed_apart: those that the second printed otherwise.
    """

    first: Run
    second: Run
    rtol: float
    fits: list[FitComparison] = field(default_factory=list)
    results: list[Line] = field(default_factory=list)
    structure: list[Line] = field(default_factory=list)
    printed: int = 0
    printed_apart: list[LineDifference] = field(default_factory=list)

    def parts(self) -> dict[str, list[Line]]:
        """Return all judged lines by what they are: histories, weights, results."""
        found = {
            "histories": [line for fit in self.fits for line in fit.history],
            "weights": [line for fit in self.fits for line in fit.weights],
            "results": self.results,
        }
        return {name: [line for line in lines if line.judged] for name, lines in found.items()}

    def lines(self) -> Iterator[Line]:
        """Yield every judged line."""
        yield from self.structure
        for lines in self.parts().values():
            yield from lines

    @property
    def relative(self) -> float:
        """How far apart the runs are: the largest difference of anything that is judged."""
        return worst(self.lines())

    @property
    def digits(self) -> int:
        """To how many digits the runs are equal."""
        return digits(self.relative)

    @property
    def apart(self) -> bool:
        """Whether the runs are farther apart than allowed."""
        return self.relative > self.rtol

    @property
    def judged_count(self) -> int:
        """How many numbers and tensors were judged."""
        return sum(1 for _ in self.lines())

    @property
    def identical(self) -> bool:
        """Whether every judged number is equal to the last bit."""
        return self.digits == ALL_DIGITS

    def parting(self) -> Parting | None:
        """Return the first place where the runs part, None if they do not."""
        for fit in self.fits:
            for i, point in enumerate(fit.growth):
                if point.relative > self.rtol:
                    where = f"in fit {fit.number}, {point}"
                    return Parting(where, point.name, point.relative, fit.number, i)
            for line in fit.history + [w for w in fit.weights if w.judged]:
                if line.relative > self.rtol:
                    where = f"in fit {fit.number}, {line.place}"
                    return Parting(where, line.name, line.relative, fit.number)
        for line in self.results + self.structure:
            if line.relative > self.rtol:
                return Parting(f"in {line.place}", line.name, line.relative)
        return None


def worst(lines: Iterable[Line]) -> float:
    """Return the largest difference among lines, 0 if there are none."""
    return max((line.relative for line in lines), default=0.0)


def compare_runs(first: Run, second: Run, rtol: float) -> Comparison:
    """Hold two finished runs against each other.

    Args:
        first: the reference.
        second: the run to judge.
        rtol: how far apart they may be.
    """
    found = Comparison(first, second, rtol)
    for i, (a, b) in enumerate(zip(first.fits, second.fits, strict=False)):
        theirs, ours = first.arrays(f"fit{i}"), second.arrays(f"fit{i}")
        growth = Growth(a, b, theirs, ours)
        found.fits.append(
            FitComparison(
                i + 1,
                a["model"],
                history_lines(a, b),
                weight_lines(a, b, theirs, ours),
                growth.points(),
                (a["seconds"], b["seconds"]),
                first_difference(a, b, theirs, ours, first.record["floatx"]),
                growth.curves(),
            )
        )
    if len(first.fits) != len(second.fits):
        counts = f"{len(first.fits)} and {len(second.fits)}"
        found.structure.append(missing_line("script", "number of fits", counts))
    found.results = list(result_lines(first, second))
    found.printed, found.printed_apart = compare_printed(first.stdout, second.stdout)
    return found
