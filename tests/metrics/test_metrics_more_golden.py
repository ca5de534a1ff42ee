"""Confusion, F, IoU, correlation and R² metrics against the numbers that Keras gave."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_metrics_golden import label

from nnscratch import config, metrics

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "metrics_more.npz")
ABOUT = json.loads(str(GOLDEN["about"]))
CASES = ABOUT["cases"]
RTOL = {"float32": 2e-6, "float64": 2e-14}
ATOL = {"float32": 4e-7, "float64": 4e-15}


def recorded() -> list[tuple[np.ndarray, np.ndarray]]:
    values = {dtype: GOLDEN[dtype] for dtype in RTOL}
    found, place = [], dict.fromkeys(RTOL, 0)
    for case in CASES:
        dtype, size = case["dtype"], int(np.prod(case["shape"]))
        start = place[dtype]
        place[dtype] = end = start + size + case["state"]
        part = values[dtype][start:end]
        found.append((part[:size].reshape(case["shape"]), part[size:]))
    assert all(place[dtype] == len(values[dtype]) for dtype in RTOL)
    return found


RECORDED = recorded()


def made(case: dict[str, Any]) -> metrics.Metric:
    options = {"dtype": case["dtype"], **case["options"]}
    if "IoU" in case["class"] and "dtype" not in case["options"]:
        del options["dtype"]
    return getattr(metrics, case["class"])(**options)


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda i: label(CASES[i]))
def test_results_and_state_are_those_of_keras(number: int) -> None:
    case = CASES[number]
    dtype = case["dtype"]
    config.set_floatx(dtype)
    metric, results = made(case), []
    for batch in range(case["shape"][0]):
        names = [case[key] for key in ("y_true", "y_pred", "weight") if case[key]]
        arrays = [GOLDEN[f"input/{name}/{batch}"] for name in names]
        arrays = [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            metric.update_state(*arrays)
            results.append(metric.result())
    wanted, wanted_state = RECORDED[number]
    kind = "float32" if "IoU" in case["class"] else dtype
    assert {np.asarray(result).dtype for result in results} == {np.dtype(kind)}
    state = np.concatenate([variable.value.ravel() for variable in metric.variables])
    for found, keras in ((np.array(results), wanted), (state, wanted_state)):
        size = max(1.0, float(np.abs(keras).max())) if np.isfinite(keras).all() else 1.0
        np.testing.assert_allclose(found, keras, rtol=RTOL[kind], atol=ATOL[kind] * size)


@pytest.mark.parametrize("name", sorted(ABOUT["configs"]))
def test_configurations_directions_and_paths_are_those_of_keras(name: str) -> None:
    metric = getattr(metrics, name)(**ABOUT["made_with"][name])
    assert metric.get_config() == ABOUT["configs"][name]
    assert getattr(metric, "_direction", None) == ABOUT["directions"][name]
    assert [v.path for v in metric.variables] == ABOUT["paths"][name]


def test_every_metric_of_keras_is_here() -> None:
    assert set(ABOUT["exported"]) <= set(metrics.__all__)


def test_the_file_says_what_it_was_made_with() -> None:
    assert ABOUT["versions"]["keras"] == "3.15.1"
    assert set(ABOUT["versions"]) == {"keras", "tensorflow", "numpy"}
