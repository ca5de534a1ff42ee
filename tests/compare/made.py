"""Runs made up by hand, for what reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nnscratch.compare.runs import Engine, Run


def fit_record(**changes: Any) -> dict[str, Any]:
    return {
        "model": "net",
        "seconds": 0.5,
        "epochs": [0, 1],
        "history": {"loss": [0.5, 0.25]},
        "weights": [
            {"path": "net/dense/kernel", "idle": False},
            {"path": "net/dense/bias", "idle": True},
        ],
        "tensors": ["weight net/dense/kernel", "weight net/dense/bias"],
        "steps": [["start", 0, 0, None], ["step", 0, 1, 0.5], ["epoch", 0, 1, 0.5]],
        **changes,
    }


def digest(*elements: float) -> list[float]:
    values = np.array(elements)
    return [float(np.sqrt(np.sum(values**2))), float(np.max(np.abs(values))), *elements]


def fit_arrays(**changes: Any) -> dict[str, Any]:
    rows = np.array([digest(1.0, 2.0), digest(0.5, 2.0), digest(0.5, 2.0)])
    return {
        "step/0": rows,
        "step/1": rows,
        "weight/0": np.array([0.5, 2.0]),
        "weight/1": np.array([1.0]),
        **{name.replace("_", "/"): value for name, value in changes.items()},
    }


def make_run(
    folder: Path,
    fits: list[tuple[dict[str, Any], dict[str, Any]]],
    results: list[tuple[str, dict[str, Any]]] = (),  # type: ignore[assignment]
    stdout: str = "",
    name: str = "keras",
) -> Run:
    folder = folder / name
    folder.mkdir()
    for i, (_, arrays) in enumerate(fits):
        np.savez(folder / f"fit{i}.npz", **arrays)
    for i, (_, arrays) in enumerate(results):
        np.savez(folder / f"result{i}.npz", **arrays)
    record = {
        "fits": [record for record, _ in fits],
        "results": [{"call": call, "after_fits": 1} for call, _ in results],
        "seconds": 2.0,
        "import_seconds": 1.0,
        "recording_seconds": 0.0,
        "memory": 50_000_000,
        "memory_before": None,
        "versions": {name: "1.0"},
        "floatx": "float32",
    }
    return Run(Engine(name, name.title(), name), 0, stdout, "", record, folder)
