"""What happens if all weights start at zero, or all at the same number?

python examples/init_symmetry.py
"""

from __future__ import annotations

from dataclasses import dataclass

from nnscratch import initializers, lab


@dataclass
class Settings:
    """The network that is trained from equal and from unequal weights."""

    constant: float = 0.1
    activation: str = "tanh"
    learning_rate: float = 0.1
    epochs: int = 15
    data: str = "digits"
    seed: int = 0
    out: str = "lab/init_symmetry"


def main() -> None:
    """Train from zeros, from a constant and from Xavier's start; compare the units."""
    settings = lab.read_settings(Settings)
    constant = initializers.Constant(settings.constant)
    result = lab.init_training(
        {"zeros": "zeros", f"all {settings.constant:g}": constant, "Xavier": "Xavier"},
        activation=settings.activation,
        hidden=(50, 50),
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        data=settings.data,
        seed=settings.seed,
    )
    for start, run in result.runs.items():
        alike = "all units equal" if run.equal_units == 0 else "units differ"
        print(f"{start:<8} test accuracy {run.curves.val_accuracy[-1]:.1%}, {alike}")
    print("Units that start equal get equal gradients, so fifty of them do the work of one.")
    result.save(settings.out)


if __name__ == "__main__":
    main()
