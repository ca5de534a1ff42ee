"""What does weight decay do to the weights, and does it help?

python examples/weight_decay_sweep.py --strengths 0.0,0.001,0.01
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from nnscratch import lab


@dataclass
class Settings:
    """The strengths λ of the penalty λΣw², and what there is to overfit."""

    strengths: tuple[float, ...] = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1)
    rows: int = 500
    wrong: float = 0.3
    hidden: tuple[int, ...] = (128, 128)
    epochs: int = 25
    seeds: int = 3
    data: str = "digits"
    seed: int = 0
    out: str = "lab/weight_decay_sweep"


def main() -> None:
    """Train with every strength; print accuracies and the spread of the weights."""
    settings = asdict(lab.read_settings(Settings))
    out = settings.pop("out")
    result = lab.weight_decay_sweep(**settings)
    print(result.table_text())
    for strength, found in result.weights.items():
        print(f"λ = {strength:<6g} σ of the weights {found.std:.4f}, kurtosis {found.kurtosis:.1f}")
    result.save(out)


if __name__ == "__main__":
    main()
