"""How close is close enough: the bands, the exceptions to them, and the scale they are read on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np

from nnscratch.typing import Array
from parity.arithmetic import scale_of
from parity.units import Allowance, Case

TRAJECTORY = {"float32": 1e-6, "float64": 1e-12}
"""Lock-step training: float32 for one step from equal state, float64 over the whole run."""

RULE = {"float32": 2e-6, "float64": 1e-12}
"""An optimizer fed identical gradients, over the whole run."""

CHECK = {"float32": 1e-6, "float64": 1e-12}
"""A single value or tensor."""


def band_for(
    tensor: str, dtype: str, default: float, allowances: tuple[Allowance, ...]
) -> tuple[float, str]:
    """Return the band of one tensor and the reason if it is not the default.

    >>> band_for("weight/0_Dense/bias", "float32", 1e-6, ())
    (1e-06, '')
    """
    for allowance in allowances:
        if allowance.dtype == dtype and fnmatchcase(tensor, allowance.tensors):
            return allowance.band, allowance.reason
    return default, ""


def companions(case: Case) -> dict[str, str]:
    """Return, for variables whose gradient is zero by construction, the variable to measure by.

    BatchNormalization takes the batch mean away, and with it any constant that a layer before it
    added: the bias of a linear `Dense` or the beta of an earlier BatchNormalization. The gradient
    of such a variable is a sum that cancels to rounding noise in both engines, so its error is
    measured on the scale of the same quantity of the layer's kernel (or gamma), whose terms are
    the ones that cancel.

    >>> layers = (("Dense", {"units": 3}), ("BatchNormalization", {}))
    >>> companions(Case("c", "a", layers, ("SGD", {}), "mse"))
    {'0_Dense/bias': '0_Dense/kernel'}
    """
    pairs: dict[str, str] = {}
    if not case.is_chain:
        return pairs
    names = case.layers()
    for i, (kind, kwargs) in enumerate(names):
        if not _cancelled_downstream(names, i):
            continue
        if kind == "Dense":
            pairs[f"{kwargs['name']}/bias"] = f"{kwargs['name']}/kernel"
        elif kind == "BatchNormalization":
            pairs[f"{kwargs['name']}/beta"] = f"{kwargs['name']}/gamma"
    return pairs


def _cancelled_downstream(layers: Sequence[tuple[str, Mapping[str, object]]], i: int) -> bool:
    kind, kwargs = layers[i]
    if kind == "Dense" and not _is_linear(kwargs):
        return False
    for kind, kwargs in layers[i + 1 :]:
        if kind == "BatchNormalization":
            return kwargs.get("trainable", True) is True
        if kind != "Flatten" and not (kind == "Dense" and _is_linear(kwargs)):
            return False
    return False


def _is_linear(kwargs: Mapping[str, object]) -> bool:
    return kwargs.get("activation") in (None, "linear")


def companion_scale(
    tensor: str, tensors: Mapping[str, Array], pairs: Mapping[str, str]
) -> float | None:
    """Return the scale to judge a tensor by, or None for its own.

    Args:
        tensor: name such as `"gradient/0_Dense/bias"` or `"slot/0_Dense/bias/momentum"`.
        tensors: all tensors of the reference at this step.
        pairs: what `companions` returned.
    """
    kind, _, rest = tensor.partition("/")
    for variable, companion in pairs.items():
        if rest == variable or rest.startswith(variable + "/"):
            other = f"{kind}/{companion}{rest[len(variable) :]}"
            if other in tensors:  # it may be frozen, or left out
                return max(scale_of(tensors[tensor]), scale_of(tensors[other]))
    return None


WEIGHED = {"bias": "kernel", "beta": "gamma"}
"""Variables whose gradient sums up the terms that, weighed by inputs, make another's."""

ULPS = 4.0
"""Roundings of the terms of such a sum that are no difference."""


def sum_scale(tensor: str, tensors: Mapping[str, Array], band: float) -> float | None:
    """Return the scale for a sum whose terms cancel by chance, or None for its own.

    Signs that add up to nothing (an absolute error, a hinge) leave the gradient of a bias with the
    last roundings of its terms. The gradient of the kernel is made of the same terms and tells how
    large they are: a difference of a few units in the last place of it is none.

    Args:
        tensor: name such as `"gradient/0_Dense/bias"`.
        tensors: all tensors of the reference at this step.
        band: the error that the tensor may have.

    >>> tensors = {"gradient/a/bias": np.array([0.0]), "gradient/a/kernel": np.array([2.0])}
    >>> round(sum_scale("gradient/a/bias", tensors, 1e-12), 6)
    0.001776
    """
    kind, _, rest = tensor.partition("/")
    layer, _, variable = rest.partition("/")
    name, slash, slot = variable.partition("/")
    other = f"{kind}/{layer}/{WEIGHED.get(name)}{slash}{slot}"
    if kind not in ("gradient", "slot") or other not in tensors:
        return None
    eps = float(np.finfo(tensors[tensor].dtype).eps)
    least = ULPS * eps / band * scale_of(tensors[other])
    own = scale_of(tensors[tensor])
    return least if least > own else None
