"""Bands, exceptions to them, and the scale of gradients that are zero by construction."""

from __future__ import annotations

import numpy as np
import pytest

from parity.bands import band_for, companion_scale, companions, sum_scale
from parity.units import Allowance, Case

NET = (
    ("Dense", {"units": 4}),
    ("BatchNormalization", {}),
    ("Dense", {"units": 4, "activation": "tanh"}),
    ("BatchNormalization", {}),
    ("Dense", {"units": 3}),
    ("Flatten", {}),
    ("Dense", {"units": 3, "activation": "linear"}),
    ("BatchNormalization", {}),
    ("Dense", {"units": 2}),
)


def case(*network: tuple[str, dict[str, object]]) -> Case:
    return Case("c", "a", network or NET, ("SGD", {}), "mse")


def test_an_allowance_holds_for_its_type_and_tensors_only() -> None:
    allowed = (Allowance("float64", "gradient/*/bias", 1e-10, "because"),)
    name = "gradient/0_Dense/bias"
    assert band_for(name, "float64", 1e-12, allowed) == (1e-10, "because")
    assert band_for(name, "float32", 1e-6, allowed) == (1e-6, "")
    assert band_for("weight/0_Dense/bias", "float64", 1e-12, allowed) == (1e-12, "")


def test_what_batch_normalization_takes_away_is_found() -> None:
    assert companions(case()) == {
        "0_Dense/bias": "0_Dense/kernel",
        "3_BatchNormalization/beta": "3_BatchNormalization/gamma",
        "4_Dense/bias": "4_Dense/kernel",
        "6_Dense/bias": "6_Dense/kernel",
    }


@pytest.mark.parametrize(
    "between", [("Dropout", {"rate": 0.5}), ("Activation", {"activation": "relu"})]
)
def test_dropout_and_activations_keep_a_bias_alive(between: tuple[str, dict[str, object]]) -> None:
    net = (("Dense", {"units": 4}), between, ("BatchNormalization", {}))
    assert companions(case(*net)) == {}


def test_frozen_batch_normalization_takes_nothing_away() -> None:
    net = (("Dense", {"units": 4}), ("BatchNormalization", {"trainable": False}))
    assert companions(case(*net)) == {}


def test_a_companion_lends_its_scale_to_the_same_quantity() -> None:
    tensors = {
        "gradient/0_Dense/bias": np.array([1e-18]),
        "gradient/0_Dense/kernel": np.array([[0.0, -2.0]]),
        "slot/0_Dense/bias/momentum": np.array([5.0]),
        "slot/0_Dense/kernel/momentum": np.array([3.0]),
    }
    pairs = {"0_Dense/bias": "0_Dense/kernel"}
    assert companion_scale("gradient/0_Dense/bias", tensors, pairs) == 2.0
    assert companion_scale("slot/0_Dense/bias/momentum", tensors, pairs) == 5.0
    assert companion_scale("gradient/0_Dense/kernel", tensors, pairs) is None


@pytest.mark.parametrize(("dtype", "band"), [("float32", 1e-6), ("float64", 1e-12)])
def test_a_sum_that_cancels_by_chance_is_measured_by_its_terms(dtype: str, band: float) -> None:
    eps = float(np.finfo(dtype).eps)
    tensors = {
        "gradient/0_Dense/bias": np.array([0.0, 1e-9], dtype),
        "gradient/0_Dense/kernel": np.array([[2.0]], dtype),
        "gradient/1_Dense/bias": np.array([1.9], dtype),
        "gradient/1_Dense/kernel": np.array([[2.0]], dtype),
        "gradient/2_Dense/bias": np.array([1.0], dtype),
        "weight/0_Dense/bias": np.array([0.0], dtype),
        "weight/0_Dense/kernel": np.array([[2.0]], dtype),
    }
    scale = sum_scale("gradient/0_Dense/bias", tensors, band)
    assert scale is not None
    assert scale * band == pytest.approx(8 * eps)  # a few roundings of the kernel's gradient
    for own in ("gradient/1_Dense/bias", "gradient/2_Dense/bias", "weight/0_Dense/bias"):
        assert sum_scale(own, tensors, band) is None
    assert sum_scale("gradient/0_Dense/kernel", tensors, band) is None
