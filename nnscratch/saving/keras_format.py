"""The `.keras` format: a zip of configuration, metadata and weights; and `.weights.h5` alone."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from typing import Any

from nnscratch.allowance import allocating_at_most
from nnscratch.saving import archive, atomic, hdf5, state
from nnscratch.saving.limits import Limits, check_depth, reading
from nnscratch.saving.objects import (
    FUNCTIONAL,
    deserialize_keras_object,
    serialize_keras_object,
)

KERAS_VERSION = "3.15.1"
"""The version of Keras whose format is written."""


def described(model: Any, include_optimizer: bool = True) -> dict[str, Any]:
    """Return the configuration of a model as it stands in a file.

    Args:
        model: the model.
        include_optimizer: whether to write what the model was compiled with.
    """
    written: dict[str, Any] = serialize_keras_object(model)
    if not include_optimizer:
        written.pop("compile_config", None)
    return written


def save(model: Any, path: Any, include_optimizer: bool = True) -> None:
    """Write a `.keras` file.

    Args:
        model: the model.
        path: the file.
        include_optimizer: whether to write what the model was compiled with, and the state.
    """
    metadata = {
        "keras_version": KERAS_VERSION,
        "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S"),
        "written_by": "nnscratch",
    }
    members = {
        archive.METADATA: json.dumps(metadata).encode(),
        archive.CONFIG: json.dumps(described(model, include_optimizer)).encode(),
        archive.WEIGHTS: weights_bytes(model, include_optimizer),
    }
    atomic.write_bytes(path, archive.packed(members))


def load(
    path: Any, custom_objects: Mapping[str, Any] | None, compiles: bool, limits: Limits
) -> Any:
    """Read a `.keras` file.

    Args:
        path: the file.
        custom_objects: the caller's own classes and functions by name.
        compiles: whether to compile the model as it was.
        limits: the limits.

    Raises:
        ModelFileError: the file is damaged, inconsistent or not to be trusted.
    """
    members = archive.unpacked(path, (archive.CONFIG, archive.WEIGHTS), limits)
    text = members[archive.CONFIG]
    model = model_of(text, path, archive.CONFIG, custom_objects, compiles, limits)
    stream = io.BytesIO(members[archive.WEIGHTS])
    with hdf5.opened(stream, str(path), archive.WEIGHTS, limits) as reader:
        state.read(model, reader, restores=True)
    return model


def model_of(
    text: bytes,
    path: Any,
    member: str,
    custom_objects: Mapping[str, Any] | None,
    compiles: bool,
    limits: Limits,
) -> Any:
    """Make the model that a configuration in JSON describes.

    Args:
        text: the configuration.
        path: path of the file, for errors.
        member: part of the file, for errors.
        custom_objects: the caller's own classes and functions by name.
        compiles: whether to compile the model as it was.
        limits: the limits.

    Raises:
        ModelFileError: the configuration is damaged, inconsistent or not to be trusted.
    """
    with reading(path, member), allocating_at_most(limits.max_bytes):
        config = parsed(text, limits)
        if not isinstance(config, dict) or "class_name" not in config:
            raise ValueError("it does not describe a model")
        if not compiles:
            config.pop("compile_config", None)
        model = deserialize_keras_object(config, custom_objects, module=FUNCTIONAL)
        if not hasattr(model, "fit"):
            raise ValueError(f"it describes a {type(model).__name__}, not a model")
    return model


def parsed(text: bytes | str, limits: Limits) -> Any:
    """Return what JSON says, unless it is too long or nested too deeply.

    Args:
        text: the JSON.
        limits: the limits.

    Raises:
        ValueError: it is, or is no JSON.
    """
    if len(text) > limits.max_config_bytes:
        raise ValueError(f"it has more than {limits.max_config_bytes} bytes")
    try:
        config = json.loads(text)
    except RecursionError:
        raise ValueError(f"it is nested more than {limits.max_depth} levels deep") from None
    check_depth(config, limits)
    return config


def weights_bytes(model: Any, include_optimizer: bool = True) -> bytes:
    """Return a `.weights.h5` file in memory."""
    memory = io.BytesIO()
    with hdf5.library().File(memory, "w") as root:
        state.write(model, root, include_optimizer)
    return memory.getvalue()


def save_weights(model: Any, path: Any, attributes: Mapping[str, str] | None = None) -> None:
    """Write a `.weights.h5` file.

    Args:
        model: the model.
        path: the file.
        attributes: texts to put beside the weights.
    """
    with hdf5.writing(path) as root:
        state.write(model, root)
        for name, text in (attributes or {}).items():
            root.attrs[name] = text


def load_weights(
    model: Any, path: Any, skip_mismatch: bool, limits: Limits, restores: bool = False
) -> None:
    """Read the weights of a `.weights.h5` or a `.keras` file into a model.

    Args:
        model: the model, built.
        path: the file.
        skip_mismatch: warn of what does not fit and leave it as it is.
        limits: the limits.
        restores: build the optimizer if its stored state is that of a built one.

    Raises:
        ModelFileError: the file is damaged, or of another model; no weight has changed.
    """
    source, member = path, ""
    if str(path).endswith(".keras"):
        member = archive.WEIGHTS
        source = io.BytesIO(archive.unpacked(path, (member,), limits)[member])
    with hdf5.opened(source, str(path), member, limits) as reader:
        state.read(model, reader, skip_mismatch, restores)
