"""Is one optimizer really better than another, or was it the seed?

python examples/optimizer_race.py --rules sgd,adam --seeds 8
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from nnscratch import lab


@dataclass
class Settings:
    """Who races, how long and how often."""

    rules: tuple[str, ...] = ("momentum", "rmsprop", "adam")
    epochs: int = 10
    seeds: int = 6
    hidden: tuple[int, ...] = (64, 32, 64)
    data: str = "digits"
    out: str = "lab/optimizer_race"


def main() -> None:
    """Race, and name the pairs that the seeds tell apart."""
    settings = lab.read_settings(Settings)
    result = lab.optimizer_race(
        settings.rules,
        epochs=settings.epochs,
        seeds=settings.seeds,
        hidden=settings.hidden,
        data=settings.data,
    )
    found = result.findings()
    ranked = sorted(found, key=lambda rule: found[rule]["loss"][1])
    for better, worse in pairwise(ranked):
        sure = found[better]["loss"][2] < found[worse]["loss"][0]
        word = "is better than" if sure else "cannot be told from"
        print(f"{better} {word} {worse} ({settings.seeds} seeds, 95 % intervals of the loss)")
    result.save(settings.out)
    print(f"\n{result.text()}")


if __name__ == "__main__":
    main()
