"""What a gradient check found: per tensor the worst element, and what else was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class GradientError(AssertionError):
    """A backward pass does not compute the gradient of its forward pass."""


@dataclass(frozen=True)
class Comparison:
    """One partial derivative: what backward says and what differences say.

    Attributes:
        index: position of the element; `"direction"` for a derivative along a random direction
            through all elements at once.
        backward: dL/dx_i by the backward pass.
        differences: dL/dx_i by central differences.
        noise: what rounding alone can put between the two.
    """

    index: Any
    backward: float
    differences: float
    noise: float

    def error(self, floor: float) -> float:
        """Return the difference beyond noise, relative to the larger value or to `floor`."""
        gap = abs(self.backward - self.differences)
        if not gap > self.noise:
            return 0.0 if gap == gap else float("inf")
        return gap / max(abs(self.backward), abs(self.differences), floor, 1e-300)


@dataclass(frozen=True)
class TensorResult:
    """The comparisons made for one tensor.

    Attributes:
        name: `"x"` for an input, the path of a variable such as `"dense/kernel"`.
        size: number of its elements.
        comparisons: the derivatives compared.
        kinks: number of derivatives left out because the function has a corner there.
        tolerance: largest relative error allowed.
    """

    name: str
    size: int
    comparisons: list[Comparison]
    kinks: int
    tolerance: float

    @property
    def _floor(self) -> float:
        return 1e-3 * max((abs(c.differences) for c in self.comparisons), default=0.0)

    @property
    def worst(self) -> Comparison | None:
        """The comparison with the largest relative error, None if nothing was compared."""
        return max(self.comparisons, key=lambda c: c.error(self._floor), default=None)

    @property
    def error(self) -> float:
        """Largest relative error."""
        return 0.0 if self.worst is None else self.worst.error(self._floor)

    @property
    def ok(self) -> bool:
        """Whether something was compared and all of it agrees."""
        return bool(self.comparisons) and self.error <= self.tolerance

    def __str__(self) -> str:
        text = f"{self.name}: {self.size} elements, {len(self.comparisons)} derivatives compared"
        if self.kinks:
            text += f", {self.kinks} left out at kinks"
        worst = self.worst
        if worst is None:
            return f"{text}: NOTHING COMPARED, move the point away from the kinks"
        if self.ok:
            return f"{text}, largest relative error {self.error:.1e}"
        return (
            f"{text}: WRONG at {worst.index}, backward {worst.backward:.8g}, "
            f"differences {worst.differences:.8g}"
        )


@dataclass(frozen=True)
class Report:
    """The outcome of a gradient check; print it, or call `assert_ok`.

    Attributes:
        subject: what was checked.
        results: one entry per tensor.
        problems: other breaches of the protocol, in words.

    >>> comparison = Comparison((0, 1), 2.0, 1.0, noise=0.0)
    >>> print(Report("Dense 'd'", [TensorResult("x", 6, [comparison], 0, tolerance=1e-5)]))
    Gradients of Dense 'd' are wrong.
      x: 6 elements, 1 derivatives compared: WRONG at (0, 1), backward 2, differences 1
    """

    subject: str
    results: list[TensorResult]
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every tensor agrees and nothing else was found."""
        return not self.problems and all(result.ok for result in self.results)

    @property
    def wrong(self) -> list[str]:
        """Names of the tensors whose gradient is wrong."""
        return [result.name for result in self.results if not result.ok]

    def assert_ok(self) -> Report:
        """Return the report if all is well.

        Raises:
            GradientError: something is wrong; the message is the report.
        """
        if not self.ok:
            raise GradientError(str(self))
        return self

    def __str__(self) -> str:
        verdict = "agree with central differences" if self.ok else "are wrong"
        lines = [f"Gradients of {self.subject} {verdict}."]
        lines += [f"  {result}" for result in self.results]
        lines += [f"  problem: {problem}" for problem in self.problems]
        return "\n".join(lines)
