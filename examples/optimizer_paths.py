"""Which ways do optimizers take over a surface, this one of your own?

python examples/optimizer_paths.py
python examples/optimizer_paths.py --rules all --steps 100
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnscratch import lab
from nnscratch.lab.surfaces import Surface


@dataclass
class Settings:
    """Who walks, and how far."""

    rules: tuple[str, ...] = ("sgd", "momentum", "adagrad", "rmsprop", "adam")
    steps: int = 60
    ripples: float = 0.6
    out: str = "lab/optimizer_paths"


def rippled_bowl(ripples: float) -> Surface:
    """Return a bowl with ripples, each a small valley that one can be caught in."""
    return Surface(
        name="rippled bowl",
        formula=f"x²/4 + y²/4 + {ripples:g}·(2 − cos 3x − cos 3y)",
        f=lambda x, y: (x**2 + y**2) / 4 + ripples * (2 - np.cos(3 * x) - np.cos(3 * y)),
        gradient=lambda x, y: (
            x / 2 + 3 * ripples * np.sin(3 * x),
            y / 2 + 3 * ripples * np.sin(3 * y),
        ),
        start=(-3.1, 2.3),
        minima=((0.0, 0.0),),
        window=(-4.0, 4.0, -4.0, 4.0),
        levels=(0.3, 0.8, 1.5, 2.3, 3.2, 4.5, 6.0),
    )


def main() -> None:
    """Let the optimizers walk, and say who is caught on the way."""
    settings = lab.read_settings(Settings)
    ground = rippled_bowl(settings.ripples)
    result = lab.optimizer_paths(settings.rules, [ground], steps=settings.steps)
    for rule, way in result.paths[ground.name].items():
        x, y = way.points[-1]
        where = "at the bottom" if np.hypot(x, y) < 0.3 else "caught in a ripple"
        print(f"{rule:<10} η = {way.learning_rate:<7g} ends at ({x:5.2f}, {y:5.2f}): {where}")
    result.save(settings.out)
    print(f"\nopen {settings.out}/optimizer-paths.html and move the slider")


if __name__ == "__main__":
    main()
