"""Do different optimizers end in the same place of weight space?

python examples/optimizer_landscape.py --rules sgd,adam --epochs 10
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnscratch import lab


@dataclass
class Settings:
    """Who walks through weight space, and how fine the landscape is drawn."""

    rules: tuple[str, ...] = ("sgd", "momentum", "adagrad", "rmsprop", "adam")
    hidden: tuple[int, ...] = (24,)
    epochs: int = 12
    grid: int = 31
    data: str = "digits"
    seed: int = 0
    out: str = "lab/optimizer_landscape"


def main() -> None:
    """Train from one start, and measure how far apart the ways end."""
    settings = lab.read_settings(Settings)
    result = lab.optimizer_landscape(
        settings.rules,
        hidden=settings.hidden,
        epochs=settings.epochs,
        grid=settings.grid,
        data=settings.data,
        seed=settings.seed,
    )
    start = next(iter(result.ways.values()))[0]
    for rule, way in result.ways.items():
        walked = np.hypot(*(way[-1] - start))
        print(f"{rule:<10} ends {walked:5.2f} from the start, loss {result.losses[rule][-1]:.3f}")
    names = list(result.ways)
    apart = [[np.hypot(*(result.ways[a][-1] - result.ways[b][-1])) for b in names] for a in names]
    print("\ndistance of the ends from each other, in the plane")
    for name, row in zip(names, apart, strict=True):
        print(f"{name:<10}", "  ".join(f"{distance:5.2f}" for distance in row))
    result.save(settings.out)


if __name__ == "__main__":
    main()
