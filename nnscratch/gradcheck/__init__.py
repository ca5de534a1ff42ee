"""Gradient checking: any backward pass against central differences of its forward pass."""

from nnscratch.gradcheck.checks import (
    check_activation,
    check_layer,
    check_loss,
    check_model,
    check_regularizer,
)
from nnscratch.gradcheck.differences import Settings
from nnscratch.gradcheck.report import Comparison, GradientError, Report, TensorResult

__all__ = [
    "Comparison",
    "GradientError",
    "Report",
    "Settings",
    "TensorResult",
    "check_activation",
    "check_layer",
    "check_loss",
    "check_model",
    "check_regularizer",
]
