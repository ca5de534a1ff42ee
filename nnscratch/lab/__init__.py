"""The laboratory: the classic experiments, one call each, with their numbers and figures.

Everything is imported when it is first used.

>>> surface("bowl").formula
'x²/20 + y²'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nnscratch.errors import missing_attribute

if TYPE_CHECKING:
    from nnscratch.lab.dialects import dialect_table, optimizer
    from nnscratch.lab.experiments.init_training import init_training
    from nnscratch.lab.experiments.weight_histograms import weight_histograms
    from nnscratch.lab.experiments.weight_init import weight_init
    from nnscratch.lab.surfaces import surface

_PLACES = {
    "dialect_table": "dialects",
    "init_training": "experiments.init_training",
    "optimizer": "dialects",
    "surface": "surfaces",
    "weight_histograms": "experiments.weight_histograms",
    "weight_init": "experiments.weight_init",
}
"""Each public name and the module it comes from."""

__all__ = [
    "dialect_table",
    "init_training",
    "optimizer",
    "surface",
    "weight_histograms",
    "weight_init",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        missing_attribute(__name__, _PLACES)(name)
    value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
