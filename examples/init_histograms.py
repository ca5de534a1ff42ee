"""Do the activations of a deep network survive these initial weights?

python examples/init_histograms.py
python examples/init_histograms.py --initializers "std 0.05,lecun_normal,he_uniform" --depth 10
python examples/init_histograms.py --batch-normalization
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from nnscratch import lab


@dataclass
class Settings:
    """Which starts and activations to compare, in which stack of layers."""

    initializers: tuple[str, ...] = ("std 1", "std 0.01", "Xavier", "He")
    activations: tuple[str, ...] = ("sigmoid", "tanh", "relu")
    depth: int = 5
    width: int = 100
    rows: int = 1000
    batch_normalization: bool = False
    seed: int = 0
    out: str = "lab/init_histograms"


def main() -> None:
    """Send normal numbers through each stack and say what comes out of it."""
    settings = asdict(lab.read_settings(Settings))
    out = settings.pop("out")
    result = lab.weight_init(**settings, training=False)
    print(f"{'activation':<10} {'start':<14} σ of the activations, layer by layer")
    for activation, by_start in result.signals.items():
        for start, stack in by_start.items():
            spreads = "  ".join(f"{signal.activation.std:8.2g}" for signal in stack)
            print(f"{activation:<10} {start:<14} {spreads}")
    result.save(out)
    print(f"\nfigures and tables are in {out}")


if __name__ == "__main__":
    main()
