"""The numbers of a model in an HDF5 file, laid out as Keras does: one group for each layer."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nnscratch.naming import to_snake_case
from nnscratch.saving.hdf5 import Reader
from nnscratch.saving.limits import reading
from nnscratch.typing import Array
from nnscratch.variable import Variable


def owners(model: Any) -> list[tuple[str, Any]]:
    """Return everything that has variables of its own, each once, with its path in the file.

    Layers are numbered by class, not named, since names change from run to run: `layers/dense`,
    `layers/dense_1`, and within a nested model `layers/sequential/layers/dense`.

    Args:
        model: the model, first in the list with an empty path.
    """
    return list(_walk(model, "", set()))


def _walk(thing: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    if id(thing) in seen:
        return
    seen.add(id(thing))
    yield path, thing
    for name, child in _children(thing):
        inner = f"{path}/{name}" if path else name
        if _is_owner(child):
            yield from _walk(child, inner, seen)
        else:
            yield from _walk_container(child, inner, seen)


def _walk_container(things: Iterable[Any], path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    if id(things) in seen:
        return
    seen.add(id(things))
    used: dict[str, int] = {}
    for thing in things.values() if isinstance(things, dict) else things:
        if _is_owner(thing):
            name = _free(to_snake_case(type(thing).__name__), used)
            yield from _walk(thing, f"{path}/{name}", seen)
        elif isinstance(thing, (list, tuple, dict)):
            yield from _walk_container(thing, f"{path}/{_free('container', used)}", seen)


def _free(name: str, used: dict[str, int]) -> str:
    used[name] = used.get(name, -1) + 1
    return f"{name}_{used[name]}" if used[name] else name


def _is_owner(thing: Any) -> bool:
    return hasattr(thing, "add_weight") or hasattr(thing, "load_own_variables")


def _children(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield what may have variables: first the listed layers of a model, then attributes."""
    if hasattr(thing, "listed_layers"):
        yield from thing.listed_layers()
    attributes = dict(vars(thing))
    if hasattr(thing, "fit") and "_layers" not in attributes:
        attributes["layers"] = list(thing.layers)  # a model that writes `call`: what is left over
    for name in sorted(attributes, key=lambda name: f"~{name}" if name[0] == "_" else name):
        value = attributes[name]
        if name not in INTERNAL and (_is_owner(value) or isinstance(value, (list, tuple, dict))):
            yield name, value


INTERNAL = frozenset(
    ("_layers", "_inbound_nodes", "_trainable_variables", "_statistics", "_variables", "slots")
)
"""Attributes of layers and optimizers that hold no part of their own."""


def own_variables(owner: Any) -> list[Variable]:
    """Return the variables of a layer or an optimizer, without those of the layers inside."""
    if hasattr(owner, "add_weight"):
        return [*owner._trainable_variables, *owner._statistics]
    return list(owner.variables)


def is_optimizer(owner: Any) -> bool:
    """Tell an optimizer from a layer."""
    return not hasattr(owner, "add_weight")


def write(model: Any, root: Any, include_optimizer: bool = True) -> None:
    """Write all variables into an open HDF5 file.

    Args:
        model: the model.
        root: the file.
        include_optimizer: whether to write the optimizer's state.
    """
    for path, owner in owners(model):
        if is_optimizer(owner) and not include_optimizer:
            continue
        group = (root.require_group(path) if path else root).create_group("vars")
        group.attrs["name"] = owner.name
        for i, variable in enumerate(own_variables(owner)):
            group[str(i)] = variable.numpy()


def read(model: Any, reader: Reader, skip_mismatch: bool = False, restores: bool = False) -> None:
    """Read all variables from an open file; either all change or, after an error, none.

    Args:
        model: the model, built.
        reader: the file.
        skip_mismatch: warn of what does not fit and leave it as it is.
        restores: build the optimizer if its stored state is that of a built one.

    Raises:
        ModelFileError: something is missing or does not fit.
    """
    found: list[tuple[Variable, Array]] = []
    for path, owner in owners(model):
        stored = _stored(reader, path)
        if is_optimizer(owner):
            found += _state_of_optimizer(model, owner, reader, path, stored, restores)
            continue
        variables = own_variables(owner)
        reason = _mismatch(reader, owner, variables, stored)
        if reason and skip_mismatch:
            warnings.warn(f"{reader.file}: {path}: skipped, since {reason}.", stacklevel=4)
        elif reason:
            raise reader.fault(path, reason)
        else:
            found += _arrays(reader, variables, stored)
    assign(found)


def assign(found: Iterable[tuple[Variable, Array]]) -> None:
    """Give each variable its array, cast to its type."""
    for variable, array in found:
        variable.assign(array)


def _stored(reader: Reader, path: str) -> Any:
    """Return the group of a layer's variables, None where the file has none."""
    group = reader.group(f"{path}/vars" if path else "vars")
    if group is None and path.startswith("layers/"):
        older = path.replace("layers", "_layer_checkpoint_dependencies", 1)
        group = reader.group(f"{older}/vars")
    return group


def _mismatch(reader: Reader, owner: Any, variables: list[Variable], stored: Any) -> str:
    """Say how what is stored differs from what the layer needs; nothing if it does not."""
    count = len(reader.names(stored))
    if count != len(variables):
        names = ", ".join(v.name for v in variables) or "none"
        return (
            f"layer {owner.name!r} has {len(variables)} variables ({names}), the file {count} for "
            "it: it is the file of another model"
        )
    for i, variable in enumerate(variables):
        shape = tuple(reader.dataset(stored, str(i)).shape)
        if shape != variable.shape:
            return (
                f"{variable.path!r} of layer {owner.name!r} has shape {variable.shape}, the file "
                f"{shape}: it is the file of another model"
            )
    return ""


def _arrays(reader: Reader, variables: list[Variable], stored: Any) -> list[tuple[Variable, Array]]:
    return [(v, reader.array(stored, str(i), v.shape)) for i, v in enumerate(variables)]


def _state_of_optimizer(
    model: Any, optimizer: Any, reader: Reader, path: str, stored: Any, restores: bool
) -> list[tuple[Variable, Array]]:
    """Return the optimizer's variables with what is stored; nothing, with a warning, if unlike."""
    count = len(reader.names(stored))
    if stored is None:
        return []
    if restores and count != len(optimizer.variables) and not optimizer.built:
        with reading(reader.file, path):
            optimizer.build(model.trainable_weights)
    variables = list(optimizer.variables)
    if count != len(variables):
        warnings.warn(
            f"{reader.file}: the state of optimizer {optimizer.name!r} was not loaded: it has "
            f"{len(variables)} variables{'' if optimizer.built else ' (it is not built yet)'}, "
            f"the stored one {count}.",
            stacklevel=5,
        )
        return []
    return _arrays(reader, variables, stored)


def named_variables(model: Any) -> Mapping[str, Variable]:
    """Return the weights of a model by path; a path that comes twice is numbered.

    Args:
        model: the model.
    """
    named: dict[str, Variable] = {}
    used: dict[str, int] = {}
    for variable in model.weights:
        named[_free(variable.path, used)] = variable
    return named
