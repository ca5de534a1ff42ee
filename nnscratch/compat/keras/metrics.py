"""Short and outdated names of metrics, as in `keras.metrics`."""

from typing import Any

from nnscratch.compat.keras import losses as short
from nnscratch.outdated import note

__all__ = [*short.__all__, "accuracy"]  # noqa: F822 (see __getattr__)


def __getattr__(name: str) -> Any:
    if name in short.__all__:
        return getattr(short, name)
    if name == "accuracy":
        note(
            "keras.metrics has no `accuracy` to import: write metrics=['accuracy'], which is what "
            "it stands for here."
        )
        return "accuracy"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
