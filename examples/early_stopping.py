"""When should training stop, and what would have come after?

python examples/early_stopping.py --patience 5
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from nnscratch import lab


@dataclass
class Settings:
    """The run that is made twice: to the end, and with EarlyStopping."""

    rows: int = 500
    wrong: float = 0.1
    dropout: float = 0.1
    patience: int = 10
    epochs: int = 60
    data: str = "digits"
    seed: int = 0
    out: str = "lab/early_stopping"


def main() -> None:
    """Make both runs and print what the callback saw around the best epoch."""
    settings = asdict(lab.read_settings(Settings))
    out = settings.pop("out")
    result = lab.early_stopping(**settings)
    print(result.trace_text())
    saved = settings["epochs"] - result.last_epoch
    print(f"\n{saved} of {settings['epochs']} epochs saved")
    print(f"test accuracy {result.restored:.1%} with the weights brought back,")
    print(f"              {result.at_the_end:.1%} at the end of the long run")
    result.save(out)


if __name__ == "__main__":
    main()
