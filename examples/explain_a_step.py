"""Where does the new value of one weight come from?

python examples/explain_a_step.py --optimizer nadam --variable "hidden/kernel[20,3]"
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nnscratch as nn
from nnscratch import lab


@dataclass
class Settings:
    """One step of a small network on the embedded digits, and the weight to follow."""

    optimizer: str = "adam"
    variable: str = "hidden/kernel"
    rows: int = 32
    steps_before: int = 10
    seed: int = 777
    out: str = ""


def main() -> None:
    """Train for a few steps, then explain the next one."""
    settings = lab.read_settings(Settings)
    nn.utils.set_random_seed(settings.seed)
    (x, y), _ = nn.datasets.digits.load_data()
    x = x.reshape(len(x), 64).astype("float32") / 16
    model = nn.Sequential(
        [
            nn.Input((64,)),
            nn.layers.Dense(16, "relu", name="hidden"),
            nn.layers.Dense(10, "softmax", name="output"),
        ]
    )
    model.compile(settings.optimizer, "sparse_categorical_crossentropy")
    for step in range(settings.steps_before):
        rows = slice(step * settings.rows, (step + 1) * settings.rows)
        model.train_on_batch(x[rows], y[rows])
    rows = slice(settings.steps_before * settings.rows, (settings.steps_before + 1) * settings.rows)
    told = lab.explain(model, x[rows], y[rows], settings.variable)
    told.show()
    if settings.out:
        text = told.to_markdown() if settings.out.endswith(".md") else told.to_html()
        Path(settings.out).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
