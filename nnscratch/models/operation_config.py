"""Operations between layers, such as `x + y`, as Keras writes them into configurations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nnscratch import activations
from nnscratch.layers import Node
from nnscratch.layers.config import read_array, written
from nnscratch.ops import elementwise, nn, pairs, reductions, shapes
from nnscratch.ops.operation import TENSOR, Operation, applied

HOME = "keras.src.ops."
_CORE = {"Cast": "core", "StopGradient": "core", "Rsqrt": "math", "Logsumexp": "math"}
_IN_LISTS = ("Concatenate", "Stack")


def _classes() -> dict[str, type[Operation]]:
    tables = (elementwise.CLASSES, pairs.CLASSES, reductions.CLASSES, shapes.CLASSES)
    return {name: cls for table in tables for name, cls in table.items()}


def written_operation(operation: Operation, tensor: Callable[[Any], Any]) -> dict[str, Any]:
    """Return what Keras writes for an operation and its only call.

    Args:
        operation: the operation.
        tensor: returns what is written for a tensor that goes in.

    Raises:
        ValueError: one that Keras has no name for.
    """
    name = type(operation).__name__
    names = {cls: key for key, cls in _classes().items()}
    if type(operation) not in names and not isinstance(operation, nn.Activated):
        raise ValueError(
            f"The network uses {operation!r} between its layers, which cannot be written down. "
            "Put it into the call() of a layer of your own."
        )
    home = "nn" if isinstance(operation, nn.Activated) else _CORE.get(name, "numpy")
    tensors = iter(operation._inbound_nodes[0].inputs)
    args: list[Any] = [
        tensor(next(tensors)) if part is TENSOR else written("", part)
        for part in operation.operands
    ]
    if name in _IN_LISTS:
        args = [args]
    if isinstance(operation, shapes.GetItem):
        args.append(_written_index(operation.index))
    return {
        "module": HOME + home,
        "class_name": names.get(type(operation), name),
        "config": operation.get_config(),
        "registered_name": names.get(type(operation), name),
        "name": operation.name,
        "inbound_nodes": [{"args": args, "kwargs": {}}],
    }


def _written_index(index: Any) -> Any:
    if isinstance(index, tuple):
        return [_written_index(part) for part in index]
    if isinstance(index, slice):
        sizes = {"start": index.start, "stop": index.stop, "step": index.step}
        return {"class_name": "__slice__", "config": sizes}
    return {"class_name": "__ellipsis__", "config": {}} if index is Ellipsis else index


def _read_index(index: Any) -> Any:
    if isinstance(index, list):
        return tuple(_read_index(part) for part in index)
    if isinstance(index, Mapping):
        sizes = index["config"]
        if index["class_name"] == "__slice__":
            return slice(sizes["start"], sizes["stop"], sizes["step"])
        return Ellipsis
    return index


class WrittenOperation:
    """An operation read from a configuration, applied once its inputs are there.

    Args:
        config: what was written.

    Raises:
        ValueError: there is no such operation.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        options = {k: v for k, v in config["config"].items() if k != "name"}
        name = config["class_name"]
        self.name = config["name"]
        self._inbound_nodes: list[Node] = []
        if config["module"] == f"{HOME}nn":
            rule = getattr(activations, name, None)
            if rule is None or not issubclass(rule, activations.Activation):
                raise ValueError(f"there is no operation named {name!r}")
            self.operation: Operation = nn.activated(rule(**options))
            return
        cls = _classes().get(name)
        if cls is None or not set(options) <= set(cls.config_names):
            raise ValueError(f"there is no operation {name!r} with the options {options}")
        self.operation = cls(**{key: _tuples(value) for key, value in options.items()})

    def apply(self, args: list[Any]) -> None:
        """Apply the operation to tensors and constants.

        Args:
            args: the arguments of the call, tensors in their places.
        """
        operands = list(args)
        if isinstance(self.operation, shapes.GetItem):
            self.operation.index = _read_index(operands.pop())
        if len(operands) == 1 and isinstance(operands[0], list):
            operands = operands[0]
        constants = [read_array(x) if isinstance(x, Mapping) else x for x in operands]
        output = applied(self.operation, constants, self.name)
        assert output.node is not None  # it has just been made
        self._inbound_nodes.append(output.node)


def _tuples(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(n, (int, np.integer)) for n in value):
        return tuple(value)
    return value
