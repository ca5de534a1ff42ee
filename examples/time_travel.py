"""What would have happened with another learning rate from the middle of the run on?

python examples/time_travel.py --step 200 --rates 0.0001,0.01
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import nnscratch as nn
from nnscratch import lab


@dataclass
class Settings:
    """A recorded run on the embedded digits, and branches off one of its steps."""

    step: int = 150
    rates: tuple[float, ...] = (0.0001, 0.001, 0.01, 0.1)
    epochs: int = 8
    batch_size: int = 32
    seed: int = 777


def main() -> None:
    """Record a run, go back, branch."""
    settings = lab.read_settings(Settings)
    nn.utils.set_random_seed(settings.seed)
    (x, y), (x_test, y_test) = nn.datasets.digits.load_data()
    x, x_test = (a.reshape(len(a), 64).astype("float32") / 16 for a in (x, x_test))
    model = nn.Sequential(
        [
            nn.Input((64,)),
            nn.layers.Dense(32, "relu"),
            nn.layers.Dropout(0.2),
            nn.layers.Dense(10, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    recorder = lab.Recorder("loss")
    model.fit(x, y, settings.batch_size, settings.epochs, verbose=0, callbacks=[recorder])
    print(f"the run itself: test accuracy {model.evaluate(x_test, y_test, verbose=0)[1]:.2%}")

    moment = recorder.at(settings.step)
    print(f"back after step {moment.step}: epoch {moment.epoch + 1}, batch {moment.batch}")
    moment.continue_training()
    pairs = zip(model.get_weights(), moment.model().get_weights(), strict=True)
    same = all(np.array_equal(a, b) for a, b in pairs)
    print(f"going on unchanged repeats the run to the last bit: {same}")

    for rate in settings.rates:
        branch = recorder.at(settings.step)
        branch.model().optimizer.learning_rate = rate
        branch.continue_training()
        accuracy = branch.model().evaluate(x_test, y_test, verbose=0)[1]
        print(f"with learning rate {rate:g} from there on: test accuracy {accuracy:.2%}")


if __name__ == "__main__":
    main()
