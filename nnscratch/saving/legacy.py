"""The `.h5` format of older Keras: configuration in attributes, weights by layer and name."""

from __future__ import annotations

import inspect
import json
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from nnscratch.allowance import allocating_at_most
from nnscratch.saving import hdf5, state
from nnscratch.saving.hdf5 import Reader
from nnscratch.saving.keras_format import KERAS_VERSION, described, model_of, parsed
from nnscratch.saving.limits import Limits, reading
from nnscratch.saving.objects import deserialize_keras_object
from nnscratch.serialization import get_registered_object, published
from nnscratch.typing import Array
from nnscratch.variable import Variable

LOOKED_UP_IN = {
    "loss": "keras.losses",
    "metrics": "keras.metrics",
    "weighted_metrics": "keras.metrics",
    "optimizer_config": "keras.optimizers",
}
"""Where the classes of a training configuration are, which it does not say."""


def save(model: Any, path: Any, include_optimizer: bool = True) -> None:
    """Write a whole model as `.h5`.

    Args:
        model: the model.
        path: the file.
        include_optimizer: whether to write what the model was compiled with, and the state.
    """
    config = json.dumps(_without_modules(described(model)))
    training = _training_config(model) if include_optimizer and model.compiled else None
    with hdf5.writing(path) as root:
        root.attrs["keras_version"] = KERAS_VERSION
        root.attrs["backend"] = "tensorflow"
        root.attrs["model_config"] = config.encode()
        if training is not None:
            root.attrs["training_config"] = json.dumps(training).encode()
        _write_weights(model, root.create_group("model_weights"))
        if training is not None:
            _write_arrays(root.create_group("optimizer_weights"), model.optimizer.variables)


def save_weights(model: Any, path: Any) -> None:
    """Write the weights of a model alone as `.h5`.

    Args:
        model: the model.
        path: the file.
    """
    with hdf5.writing(path) as root:
        _write_weights(model, root)


def load(
    path: Any, custom_objects: Mapping[str, Any] | None, compiles: bool, limits: Limits
) -> Any:
    """Read a whole model from `.h5`.

    Args:
        path: the file.
        custom_objects: the caller's own classes and functions by name.
        compiles: whether to compile the model as it was.
        limits: the limits.

    Raises:
        ModelFileError: the file is damaged, inconsistent or not to be trusted.
    """
    with hdf5.opened(path, str(path), "", limits) as reader:
        text = reader.text(reader.root, "model_config")
        if text is None:
            raise reader.fault("model_config", "there is none; this may be a file of weights alone")
        model = model_of(text.encode(), path, "model_config", custom_objects, False, limits)
        state.assign(_weights_in_order(model, reader, reader.group("model_weights")))
        training = reader.text(reader.root, "training_config")
        if compiles and training is not None:
            _compile(model, training, reader, custom_objects)
    return model


def load_weights(model: Any, path: Any, skip_mismatch: bool, by_name: bool, limits: Limits) -> None:
    """Read the weights of a `.h5` file, of a whole model or alone, into a model.

    Args:
        model: the model, built.
        path: the file.
        skip_mismatch: warn of what does not fit and leave it as it is.
        by_name: take layers by name, leaving out those that the file or the model lacks.
        limits: the limits.

    Raises:
        ModelFileError: the file is damaged, or of another model; no weight has changed.
    """
    with hdf5.opened(path, str(path), "", limits) as reader:
        whole = reader.group("model_weights")
        group = reader.root if whole is None else whole
        if by_name:
            found = _weights_by_name(model, reader, group, skip_mismatch)
        else:
            found = _weights_in_order(model, reader, group, skip_mismatch)
        state.assign(found)


# -- configurations ------------------------------------------------------------------------------


def _without_modules(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration of a layer in the old form: name and configuration only."""
    config = dict(written["config"])
    if "layers" in config:
        config["layers"] = [_without_modules(layer) for layer in config["layers"]]
    kept = {key: written[key] for key in ("name", "inbound_nodes") if key in written}
    name = written["registered_name"] or written["class_name"]
    return {"class_name": name, "config": config, **kept}


def _training_config(model: Any) -> dict[str, Any]:
    written = {
        key: _old_form(value) if key in LOOKED_UP_IN else value
        for key, value in model.get_compile_config().items()
    }
    optimizer, written["loss"] = written.pop("optimizer"), _full_names(written["loss"])
    return {**written, "optimizer_config": _old_form(optimizer)}


def _full_names(loss: Any) -> Any:
    """Write `"mse"` out as `"mean_squared_error"`: Keras cannot read short names here."""
    if isinstance(loss, dict) and "class_name" not in loss:
        return {key: _full_names(part) for key, part in loss.items()}
    if isinstance(loss, list):
        return [_full_names(part) for part in loss]
    function = published("keras.losses").get(loss) if isinstance(loss, str) else None
    return function.__name__ if inspect.isfunction(function) else loss


def _old_form(written: Any) -> Any:
    if isinstance(written, (list, tuple)):
        return [_old_form(part) for part in written]
    if not isinstance(written, dict):
        return written
    if "class_name" not in written:
        return {key: _old_form(value) for key, value in written.items()}
    if written["class_name"] == "function":
        return written["config"]
    name = written["registered_name"] or written["class_name"]
    return {"class_name": name, "config": written["config"]}


def _compile(
    model: Any, text: str, reader: Reader, custom_objects: Mapping[str, Any] | None
) -> None:
    with reading(reader.file, "training_config"):
        config = parsed(text, reader.limits)
        arguments = {
            key: deserialize_keras_object(config.get(key), custom_objects, module=module)
            for key, module in LOOKED_UP_IN.items()
        }
        arguments["optimizer"] = arguments.pop("optimizer_config")
        arguments["loss_weights"] = config.get("loss_weights")
        model.compile(**_with_custom_functions(arguments, custom_objects))
    stored = reader.group("optimizer_weights")
    if stored is None:
        return
    names = reader.texts(stored, "weight_names")
    with reading(reader.file, "optimizer_weights"), allocating_at_most(reader.limits.max_bytes):
        if len(names) != len(model.optimizer.variables):
            model.optimizer.build(model.trainable_weights)
    variables = model.optimizer.variables
    if len(names) != len(variables):
        warnings.warn(
            f"{reader.file}: the state of optimizer {model.optimizer.name!r} was not loaded: it "
            f"has {len(variables)} variables, the stored one {len(names)}.",
            stacklevel=5,
        )
        return
    pairs = zip(variables, names, strict=True)
    state.assign([(v, reader.array(stored, name, v.shape)) for v, name in pairs])


def _with_custom_functions(value: Any, custom_objects: Mapping[str, Any] | None) -> Any:
    """Replace the names of the caller's own functions, which old files give as plain text."""
    if isinstance(value, dict):
        return {k: _with_custom_functions(v, custom_objects) for k, v in value.items()}
    if isinstance(value, list):
        return [_with_custom_functions(part, custom_objects) for part in value]
    own = get_registered_object(value, custom_objects) if isinstance(value, str) else None
    return own if inspect.isfunction(own) else value


# -- weights -------------------------------------------------------------------------------------


def _in_old_order(layer: Any) -> list[Variable]:
    """Return a layer's weights, the trainable ones first, those of layers inside included."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _write_weights(model: Any, group: Any) -> None:
    hdf5.write_texts(group, "layer_names", [layer.name for layer in model.layers])
    group.attrs["backend"] = b"tensorflow"
    group.attrs["keras_version"] = KERAS_VERSION.encode()
    for layer in sorted(model.layers, key=lambda layer: layer.name):
        _write_arrays(group.create_group(layer.name), _in_old_order(layer))
    _write_arrays(group.create_group("top_level_model_weights"), state.own_variables(model))


def _write_arrays(group: Any, variables: list[Variable]) -> None:
    names: list[str] = []
    for variable in variables:
        name = variable.path
        while name in names:
            name += "_"
        names.append(name)
        group.create_dataset(name, data=variable.numpy())
    hdf5.write_texts(group, "weight_names", names)


def _weights_in_order(
    model: Any, reader: Reader, group: Any, skip_mismatch: bool = False
) -> list[tuple[Variable, Array]]:
    """Return what the layers with weights get, first layer from first group and so on."""
    names = reader.texts(group, "layer_names") if group is not None else []
    stored = [(name, _names_in(reader, group, name)) for name in names]
    stored = [(name, inside) for name, inside in stored if inside]
    layers = [layer for layer in model.layers if layer.weights]
    if stored and not layers and not model.built:
        raise reader.fault(
            "layer_names",
            "the file does not tell which shapes the input of a model with a `call` of its own "
            "has, so that it can be given its weights only after it is built: make the model, "
            "build it, and call load_weights() with this file",
        )
    if len(stored) != len(layers):
        raise reader.fault(
            "layer_names",
            f"the model has {len(layers)} layers with weights, the file {len(stored)}: it is the "
            "file of another model",
        )
    found: list[tuple[Variable, Array]] = []
    for layer, (name, inside) in zip(layers, stored, strict=True):
        found += _fitted(reader, reader.group(name, group), inside, layer, name, skip_mismatch)
    own = state.own_variables(model)
    if own:
        top = reader.group("top_level_model_weights", group)
        inside = [] if top is None else reader.texts(top, "weight_names")
        found += _fitted(reader, top, inside, model, "top_level_model_weights", skip_mismatch)
    return found


def _weights_by_name(
    model: Any, reader: Reader, group: Any, skip_mismatch: bool
) -> list[tuple[Variable, Array]]:
    by_name = {layer.name: layer for layer in model.layers}
    found: list[tuple[Variable, Array]] = []
    for name in reader.texts(group, "layer_names"):
        if name in by_name:
            inside = _names_in(reader, group, name)
            stored = reader.group(name, group)
            found += _fitted(reader, stored, inside, by_name[name], name, skip_mismatch)
    return found


def _names_in(reader: Reader, group: Any, layer: str) -> list[str]:
    stored = reader.group(layer, group)
    if stored is None:
        raise reader.fault(layer, "there is no such group")
    return reader.texts(stored, "weight_names")


def _fitted(
    reader: Reader, group: Any, names: list[str], layer: Any, place: str, skip_mismatch: bool
) -> list[tuple[Variable, Array]]:
    top = place == "top_level_model_weights"
    variables = state.own_variables(layer) if top else _in_old_order(layer)
    reason = ""
    if len(names) != len(variables):
        reason = f"layer {layer.name!r} has {len(variables)} weights, the file {len(names)} for it"
    arrays = [] if reason else [reader.array(group, name) for name in names]
    for variable, array in zip(variables, arrays, strict=False):
        if np.shape(array) != variable.shape and not reason:
            reason = f"{variable.path!r} has shape {variable.shape}, the file {np.shape(array)}"
    if reason and skip_mismatch:
        warnings.warn(f"{reader.file}: {place}: skipped, since {reason}.", stacklevel=5)
        return []
    if reason:
        raise reader.fault(place, f"{reason}: it is the file of another model")
    return list(zip(variables, arrays, strict=True))
