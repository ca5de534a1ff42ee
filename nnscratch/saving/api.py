"""Saving and loading by the ending of a file's name."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from typing import Any

from nnscratch.errors import NotReadyError
from nnscratch.saving import keras_format, legacy, tensors
from nnscratch.saving.limits import Limits, get_limits

LEGACY = (".h5", ".hdf5")
WEIGHTS = ".weights.h5"


def save_model(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    zipped: bool | None = None,
    *,
    include_optimizer: bool = True,
    save_format: str | None = None,
) -> None:
    """Write a whole model: configuration, weights, what it was compiled with, optimizer state.

    The file appears whole or not at all. Keras reads it, as nnscratch reads Keras's.

    Args:
        model: the model.
        filepath: a path that ends in `.keras`, or in `.h5` or `.hdf5` for the older format.
        overwrite: False refuses to replace a file.
        zipped: accepted for compatibility; a `.keras` file is always an archive.
        include_optimizer: whether the optimizer, its state and the losses are written.
        save_format: accepted for compatibility; the ending decides.

    Raises:
        ValueError: another ending; or something in the model cannot be written down.
        FileExistsError: the file exists and `overwrite` is False.
        ImportError: h5py is not installed.
    """
    path = os.fspath(filepath)
    if zipped is False:
        raise ValueError("`zipped=False` is not offered: a `.keras` file is an archive.")
    _check_free(path, overwrite)
    if path.endswith(".keras"):
        if not model.built:
            warnings.warn(
                f"Model {model.name!r} is saved before it was built: the file has no weights. "
                "Call the model on data first.",
                stacklevel=3,
            )
        keras_format.save(model, path, include_optimizer)
    elif path.endswith(LEGACY):
        warnings.warn(
            f"{path}: HDF5 is the older format of whole models; `.keras` is the present one. "
            "Both are read by Keras.",
            stacklevel=3,
        )
        legacy.save(model, path, include_optimizer)
    else:
        raise ValueError(
            "A model is saved in a file whose name ends in '.keras', or in '.h5' or '.hdf5' for "
            f"the older format. Received: filepath={path!r}"
        )


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
    *,
    limits: Limits | None = None,
) -> Any:
    """Read a whole model that nnscratch or Keras saved; training goes on with the same numbers.

    No code is run and nothing outside the file is read or written: classes are looked up among
    nnscratch's own and those made known by `custom_objects`, `custom_object_scope` or
    `register_keras_serializable`.

    Args:
        filepath: a `.keras`, `.h5` or `.hdf5` file.
        custom_objects: your own classes and functions by name.
        compile: whether to compile the model as it was.
        safe_mode: accepted for compatibility; False lets no more in.
        limits: what the file may have at most; the ones in force by default.

    Raises:
        ModelFileError: the file is missing, damaged, inconsistent or not to be trusted.
        ValueError: another ending.
        ImportError: h5py is not installed.
    """
    if not isinstance(filepath, (str, os.PathLike)):
        raise ValueError(f"`filepath` must be the path of a file. Received: filepath={filepath!r}")
    path = os.fspath(filepath)
    bounds = limits or get_limits()
    if path.endswith(".keras"):
        return keras_format.load(path, custom_objects, compile, bounds)
    if path.endswith(LEGACY):
        return legacy.load(path, custom_objects, compile, bounds)
    raise ValueError(
        "A model is loaded from a file whose name ends in '.keras', '.h5' or '.hdf5'. "
        f"Received: filepath={path!r}"
    )


def save_weights(
    model: Any, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None
) -> None:
    """Write the weights of a model, and the state of its optimizer.

    Args:
        model: the model, built.
        filepath: a path that ends in `.weights.h5`; or, without the optimizer's state, in `.h5` or
            `.hdf5` for the older format, or in `.safetensors`.
        overwrite: False refuses to replace a file.
        max_shard_size: not offered; everything is in one file.

    Raises:
        ValueError: another ending, or the model is not built.
        FileExistsError: the file exists and `overwrite` is False.
        ImportError: h5py, or safetensors, is not installed.
    """
    if max_shard_size is not None:
        raise ValueError(
            "nnscratch writes the weights into one file: leave out `max_shard_size`. "
            f"Received: max_shard_size={max_shard_size!r}"
        )
    path = os.fspath(filepath)
    _check_built(model, "save_weights")
    _check_free(path, overwrite)
    if path.endswith(WEIGHTS):
        keras_format.save_weights(model, path)
    elif path.endswith(LEGACY):
        legacy.save_weights(model, path)
    elif path.endswith(tensors.ENDING):
        tensors.save_safetensors(model, path)
    else:
        raise ValueError(
            "Weights are saved in a file whose name ends in '.weights.h5', or in '.h5', '.hdf5' "
            f"or '.safetensors'. Received: filepath={path!r}"
        )


def load_weights(
    model: Any,
    filepath: Any,
    skip_mismatch: bool = False,
    *,
    by_name: bool = False,
    limits: Limits | None = None,
) -> None:
    """Read weights into a model; after an error none has changed.

    Args:
        model: the model, built.
        filepath: a `.weights.h5`, `.keras`, `.h5`, `.hdf5` or `.safetensors` file.
        skip_mismatch: warn of layers that do not fit and leave them as they are.
        by_name: for `.h5` and `.hdf5`: take layers by name instead of by order.
        limits: what the file may have at most; the ones in force by default.

    Raises:
        ModelFileError: the file is missing or damaged, or is that of another model.
        ValueError: another ending, or the model is not built.
    """
    path = os.fspath(filepath)
    bounds = limits or get_limits()
    _check_built(model, "load_weights")
    if by_name and (not path.endswith(LEGACY) or path.endswith(WEIGHTS)):
        raise ValueError(
            "`by_name` is for '.h5' and '.hdf5' files of the older format. "
            f"Received: filepath={path!r}"
        )
    if path.endswith((WEIGHTS, ".keras")):
        keras_format.load_weights(model, path, skip_mismatch, bounds)
    elif path.endswith(LEGACY):
        legacy.load_weights(model, path, skip_mismatch, by_name, bounds)
    elif path.endswith(tensors.ENDING):
        tensors.load_safetensors(model, path, limits=bounds)
    else:
        raise ValueError(
            "Weights are loaded from a file whose name ends in '.weights.h5', '.keras', '.h5', "
            f"'.hdf5' or '.safetensors'. Received: filepath={path!r}"
        )


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make the model that `to_json` described, of nnscratch or of Keras; its weights are new.

    Args:
        json_string: the description.
        custom_objects: your own classes and functions by name.

    Raises:
        ModelFileError: it describes no model.
    """
    text = json_string.encode()
    return keras_format.model_of(text, "json_string", "", custom_objects, True, get_limits())


def _check_built(model: Any, method: str) -> None:
    if not model.built:
        raise NotReadyError(
            f"{method}() on model {model.name!r}, which is not built yet and has no weights. Call "
            "it on data, or give the first layer an `input_shape`."
        )


def _check_free(path: str, overwrite: bool) -> None:
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"{path} exists and `overwrite` is False.")
