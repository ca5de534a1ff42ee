"""How many rows does it take until the network no longer learns them by heart?

python examples/few_rows.py --rows 50,200,800
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from nnscratch import lab


@dataclass
class Settings:
    """The numbers of rows, and the training that is the same for all."""

    rows: tuple[int, ...] = (30, 100, 300, 1000)
    hidden: tuple[int, ...] = (100, 100, 100, 100, 100, 100)
    updates: int = 500
    seeds: int = 3
    data: str = "digits"
    seed: int = 0
    out: str = "lab/few_rows"


def main() -> None:
    """Train on each number of rows and print the gap."""
    settings = asdict(lab.read_settings(Settings))
    out = settings.pop("out")
    result = lab.few_rows(**settings)
    for rows, found in result.findings().items():
        bar = "█" * round(100 * found["gap"])
        print(f"{rows:>5} rows: {100 * found['gap']:5.1f} points {bar}")
    result.save(out)


if __name__ == "__main__":
    main()
