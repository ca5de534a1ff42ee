"""Why does a step of backpropagation computed by hand differ from Keras's?

The numbers are those of https://github.com/keras-team/keras/issues/18324.

python examples/why_do_they_differ.py --all yes
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnscratch import lab, layers, models, optimizers


@dataclass
class Settings:
    """What was trained, and what came out of it on paper."""

    by_hand: float = 0.19926  # the second layer's weights after one step, as computed by hand
    resolution: float = 1e-5  # five decimals were given
    hidden: float = 0.1  # weights that the first layer starts with
    output: float = 0.2  # weights that the second layer starts with
    units: int = 5
    learning_rate: float = 0.01
    loss: str = "mean_absolute_error"
    all: str = "no"  # "yes" also prints the tables


def network(settings: Settings) -> models.Sequential:
    """Return the network of the issue at its start."""
    model = models.Sequential(
        [
            layers.Input((2,)),
            layers.Dense(settings.units, "sigmoid", use_bias=False),
            layers.Dense(1, "sigmoid", use_bias=False),
        ]
    )
    model.set_weights(
        [
            np.full((2, settings.units), settings.hidden),
            np.full((settings.units, 1), settings.output),
        ]
    )
    model.compile(optimizers.SGD(settings.learning_rate), settings.loss)
    return model


def main(settings: Settings) -> None:
    """Train one step, then ask for the cause of the difference."""
    x, y = np.zeros((1, 2)), np.zeros((1, 1))
    model = network(settings)
    model.fit(x, y, verbose=0)
    ours = float(model.get_weights()[1][0, 0])
    print(f"one step of nnscratch, as of Keras: {ours:.8f}; by hand: {settings.by_hand}")
    by_hand = [
        np.full((2, settings.units), settings.hidden),
        np.full((settings.units, 1), settings.by_hand),
    ]
    found = lab.explain_diff(
        network(settings), x, y, weights=by_hand, resolution=settings.resolution
    )
    if settings.all == "yes":
        found.print()
    else:
        print(found.text())


if __name__ == "__main__":
    main(lab.read_settings(Settings))
