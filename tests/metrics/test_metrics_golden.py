"""Metrics over several batches against the numbers that Keras on TensorFlow gave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnscratch import config, metrics

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "metrics.npz")
ABOUT = json.loads(str(GOLDEN["about"]))
CASES = ABOUT["cases"]
RTOL = {"float32": 1e-6, "float64": 2e-14}
ATOL = {"float32": 1e-7, "float64": 1e-15}
EXACT = {"Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy"}


def label(case: dict[str, Any]) -> str:
    options = ",".join(f"{key}={value}" for key, value in case["options"].items())
    parts = (case["class"], case["y_true"], case["y_pred"], case["weight"], options, case["dtype"])
    return "-".join(part for part in parts if part)


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda i: label(CASES[i]))
def test_results_and_state_are_those_of_keras(number: int) -> None:
    case = CASES[number]
    dtype = case["dtype"]
    config.set_floatx(dtype)
    metric = getattr(metrics, case["class"])(dtype=dtype, **case["options"])
    results = []
    for batch in range(3):
        names = [case[key] for key in ("y_true", "y_pred", "weight") if case[key]]
        arrays = [GOLDEN[f"input/{name}/{batch}"] for name in names]
        arrays = [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays]
        if case["weight"]:
            metric.update_state(*arrays[:-1], sample_weight=arrays[-1])
        else:
            metric.update_state(*arrays)
        results.append(metric.result())
    assert {np.asarray(result).dtype for result in results} == {np.dtype(dtype)}
    unweighted_hits = case["class"] in EXACT and not case["weight"]
    rtol, atol = (0.0, 0.0) if unweighted_hits else (RTOL[dtype], ATOL[dtype])
    np.testing.assert_allclose(results, GOLDEN[f"{number}/results"], rtol=rtol, atol=atol)
    state = [variable.value for variable in metric.variables]
    np.testing.assert_allclose(state, GOLDEN[f"{number}/state"], rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", sorted(ABOUT["configs"]))
def test_configurations_and_directions_are_those_of_keras(name: str) -> None:
    metric = getattr(metrics, name)()
    assert ABOUT["configs"][name].items() <= metric.get_config().items()
    assert set(metric.get_config()) - set(ABOUT["configs"][name]) <= {"axis"}
    assert getattr(metric, "_direction", None) == ABOUT["directions"][name]


def test_variables_have_the_paths_of_keras() -> None:
    assert [v.path for v in metrics.Mean(name="val/loss").variables] == ABOUT["paths"]


def test_a_wrapped_function_is_serialized_as_keras_does() -> None:
    wrapped = metrics.MeanMetricWrapper(metrics.mean_squared_error)
    assert metrics.serialize(wrapped) == ABOUT["serialized"]
    assert metrics.deserialize(ABOUT["serialized"])._fn is metrics.mean_squared_error


def test_the_file_says_what_it_was_made_with() -> None:
    assert ABOUT["versions"]["keras"] == "3.15.1"
    assert set(ABOUT["versions"]) == {"keras", "tensorflow", "numpy"}
