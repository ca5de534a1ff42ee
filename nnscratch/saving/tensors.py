"""Weights as safetensors: arrays by path, nothing else."""

from __future__ import annotations

import importlib
import os
from typing import Any

import numpy as np

from nnscratch.errors import ModelFileError
from nnscratch.saving import atomic, state
from nnscratch.saving.limits import Limits, get_limits, reading

ENDING = ".safetensors"


def _library() -> Any:
    try:
        return importlib.import_module("safetensors.numpy")
    except ImportError as error:
        raise ImportError(
            "'.safetensors' files need safetensors: run `pip install nnscratch[safetensors]` or "
            "`pip install safetensors`."
        ) from error


def save_safetensors(model: Any, path: Any) -> None:
    """Write a model's weights, each under its path, such as `sequential/dense/kernel`.

    Args:
        model: the model, built.
        path: the file.

    Raises:
        ImportError: safetensors is not installed.
    """
    named = state.named_variables(model)
    arrays = {name: np.ascontiguousarray(v.numpy()) for name, v in named.items()}
    atomic.write_bytes(path, _library().save(arrays, metadata={"format": "np"}))


def load_safetensors(model: Any, path: Any, *, limits: Limits | None = None) -> None:
    """Read weights into a model by their paths.

    The name of the model itself may differ, as it does from run to run (`sequential`,
    `sequential_1`).

    Args:
        model: the model, built.
        path: the file.
        limits: what the file may have at most; the ones in force by default.

    Raises:
        ModelFileError: the file is missing or damaged, or of another model; no weight has changed.
        ImportError: safetensors is not installed.
    """
    library, bounds = _library(), limits or get_limits()
    if not os.path.isfile(path):
        raise ModelFileError(path, "", "there is no such file")
    if os.path.getsize(path) > bounds.max_bytes:
        raise ModelFileError(path, "", f"it is larger than {bounds.max_bytes} bytes")
    with reading(path, ""):
        try:
            stored = library.load_file(path)
        except importlib.import_module("safetensors").SafetensorError as error:
            raise ModelFileError(path, "", str(error)) from error
    named = dict(state.named_variables(model))
    if set(stored) != set(named):
        stored = {_without_model(name): array for name, array in stored.items()}
        named = {_without_model(name): variable for name, variable in named.items()}
    if set(stored) != set(named):
        other = sorted(set(stored) ^ set(named))
        raise ModelFileError(path, other[0], "this weight is only in one of file and model")
    for name, variable in named.items():
        if variable.shape != stored[name].shape:
            reason = f"it has shape {stored[name].shape}; expected {variable.shape}"
            raise ModelFileError(path, name, reason)
    state.assign([(variable, stored[name]) for name, variable in named.items()])


def _without_model(path: str) -> str:
    return path.partition("/")[2] if path.count("/") > 1 else path
