"""What happens inside of a network while it learns?

python examples/record_a_run.py --hidden-activation sigmoid --depth 5 --out run.html
"""

from __future__ import annotations

from dataclasses import dataclass

import nnscratch as nn
from nnscratch import lab


@dataclass
class Settings:
    """A deep network on the embedded digits, looked into every few steps."""

    hidden_activation: str = "relu"
    depth: int = 3
    units: int = 64
    optimizer: str = "adam"
    epochs: int = 10
    every: int = 5
    seed: int = 777
    out: str = "run.html"


def build(settings: Settings) -> nn.Sequential:
    """Return the compiled network."""
    hidden = [
        nn.layers.Dense(settings.units, settings.hidden_activation, name=f"hidden_{i + 1}")
        for i in range(settings.depth)
    ]
    output = nn.layers.Dense(10, "softmax", name="output")
    model = nn.Sequential([nn.Input((64,)), *hidden, output], name="digits")
    model.compile(settings.optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main() -> None:
    """Train, say what was seen, and write the page."""
    settings = lab.read_settings(Settings)
    nn.utils.set_random_seed(settings.seed)
    (x, y), (x_test, y_test) = nn.datasets.digits.load_data()
    x, x_test = (a.reshape(len(a), 64).astype("float32") / 16 for a in (x, x_test))
    recorder = lab.Recorder(every=settings.every)
    model = build(settings)
    model.fit(x, y, epochs=settings.epochs, validation_data=(x_test, y_test), verbose=0,
              callbacks=[recorder])  # fmt: skip

    print(f"{'layer':<12}{'‖gradient‖ first':>18}{'last':>10}{'‖Δw‖/‖w‖':>12}{'dead units':>12}")
    for path in recorder.paths("activation"):
        gradient = recorder[f"{path}/kernel", "grad"]["norm"]
        ratio = recorder[f"{path}/kernel", "update"]["ratio"][-1]
        dead = recorder[path, "activation"]["dead"][-1]
        print(f"{path:<12}{gradient[0]:>18.4f}{gradient[-1]:>10.4f}{ratio:>12.2e}{dead:>12.0%}")
    print("last epoch:", {k: round(v, 4) for k, v in recorder.epochs[-1]["logs"].items()})
    if settings.out:
        print(f"the page: {recorder.report(settings.out)}")


if __name__ == "__main__":
    main()
