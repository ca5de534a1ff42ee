"""Did this run overfit or underfit, and which numbers say so?

python examples/diagnose_run.py
python examples/diagnose_run.py --rows 150 --units 200
python examples/diagnose_run.py --units 3 --epochs 40
"""

from __future__ import annotations

from dataclasses import dataclass

import nnscratch as nn
from nnscratch import lab
from nnscratch.lab.experiments.data import load


@dataclass
class Settings:
    """A small network; make it too small, or give it too few rows."""

    rows: int = 1437
    units: int = 64
    dropout: float = 0.0
    optimizer: str = "adam"
    epochs: int = 25
    seed: int = 0
    out: str = "lab/diagnose_run"


def main() -> None:
    """Train with Keras's own API and hand the history to `diagnose`."""
    settings = lab.read_settings(Settings)
    data = load("digits", settings.rows)
    nn.random.set_random_seed(settings.seed)
    model = nn.Sequential(
        [
            nn.Input((64,)),
            nn.layers.Dense(settings.units, "relu"),
            nn.layers.Dropout(settings.dropout),
            nn.layers.Dense(10, "softmax"),
        ]
    )
    model.compile(settings.optimizer, "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(
        data.x_train,
        data.y_train,
        epochs=settings.epochs,
        validation_data=(data.x_test, data.y_test),
        verbose=0,
    )
    found = lab.diagnose(history)
    print(found.text())
    found.save(settings.out)


if __name__ == "__main__":
    main()
