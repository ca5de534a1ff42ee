"""Models as scikit-learn estimators; scikit-learn is imported when one of them is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnscratch.wrappers.classifier import NNScratchClassifier
    from nnscratch.wrappers.keras_names import (
        SKLearnClassifier,
        SKLearnRegressor,
        SKLearnTransformer,
    )
    from nnscratch.wrappers.regressor import NNScratchRegressor

HOMES = {
    "NNScratchClassifier": "classifier",
    "NNScratchRegressor": "regressor",
    "SKLearnClassifier": "keras_names",
    "SKLearnRegressor": "keras_names",
    "SKLearnTransformer": "keras_names",
}
"""Public names and the modules that define them."""

__all__ = [
    "NNScratchClassifier",
    "NNScratchRegressor",
    "SKLearnClassifier",
    "SKLearnRegressor",
    "SKLearnTransformer",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"nnscratch.wrappers.{HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sklearn":
            raise
        raise ImportError(
            f"{name} needs scikit-learn: run `pip install nnscratch[sklearn]` or "
            "`pip install scikit-learn`."
        ) from error


def __dir__() -> list[str]:
    return sorted(__all__)
