"""How much Dropout is enough, and how much is too much?

python examples/dropout_sweep.py
python examples/dropout_sweep.py --wrong 0.0 --rows 200      # clean labels: is there a best rate?
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from nnscratch import lab


@dataclass
class Settings:
    """The rates, and what there is to overfit: few rows, some with wrong labels."""

    rates: tuple[float, ...] = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9)
    rows: int = 500
    wrong: float = 0.3
    hidden: tuple[int, ...] = (128, 128)
    epochs: int = 25
    seeds: int = 3
    data: str = "digits"
    seed: int = 0
    out: str = "lab/dropout_sweep"


def main() -> None:
    """Train at every rate and print where over- and underfitting lie."""
    settings = asdict(lab.read_settings(Settings))
    out = settings.pop("out")
    result = lab.dropout_sweep(**settings)
    print(result.table_text())
    print(f"best on test data: {result.best:g}")
    result.save(out)


if __name__ == "__main__":
    main()
