"""Why does "the same" optimizer behave differently in PyTorch, in Keras and in the book?

python examples/dialects.py --rule rmsprop --gradient 1e-5
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnscratch import Variable, lab


@dataclass
class Settings:
    """One weight, one constant gradient, a few steps."""

    rule: str = "adam"
    gradient: float = 1e-6
    learning_rate: float = 1.0
    steps: int = 5


def main() -> None:
    """Print each dialect's formula, default numbers and first steps."""
    settings = lab.read_settings(Settings)
    for row in lab.dialect_table():
        if row["rule"] != settings.rule:
            continue
        shown = {k: v for k, v in row.items() if isinstance(v, float)}
        print(f"{row['dialect']:<6} {row['equation']}")
        print(f"       {', '.join(f'{name} {value:g}' for name, value in shown.items())}")
        print(f"       {row['source']}")
        w = Variable(np.zeros(1), dtype="float64")
        optimizer = lab.optimizer(settings.rule, row["dialect"], settings.learning_rate)
        way = []
        for _ in range(settings.steps):
            optimizer.apply([[settings.gradient]], [w])
            way.append(float(w.numpy()[0]))
        steps = "  ".join(f"{value:.4g}" for value in way)
        print(f"       w after each step with g = {settings.gradient:g}: {steps}\n")


if __name__ == "__main__":
    main()
