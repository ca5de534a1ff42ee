"""From which initial weights does a deep network learn, with BatchNormalization and without?

python examples/batchnorm_starts.py --scales 1.0,0.1,0.01 --learning-rate 0.1
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from nnscratch import lab
from nnscratch.lab.experiments.batchnorm import LEARNT, epochs_to


@dataclass
class Settings:
    """The scales of the start, and the training."""

    scales: tuple[float, ...] = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001)
    units: int = 100
    epochs: int = 12
    seeds: int = 3
    learning_rate: float = 0.05
    data: str = "digits"
    seed: int = 0
    out: str = "lab/batchnorm_starts"


def main() -> None:
    """Train from every scale, and say after how many epochs each has learnt."""
    settings = asdict(lab.read_settings(Settings))
    out = settings.pop("out")
    result = lab.batchnorm(**settings)
    print(f"epochs until {LEARNT:.0%} of the training rows are right (inf: not in this run)")
    print(f"{'std':>8}  {'with':>6}  {'without':>8}")
    for std, pair in result.scales.items():
        on, off = (epochs_to(pair[key], LEARNT) for key in (True, False))
        print(f"{std:>8g}  {on:>6g}  {off:>8g}")
    result.save(out)


if __name__ == "__main__":
    main()
