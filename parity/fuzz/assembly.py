"""A random model made with a library's public API."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from parity.engines.protocol import resolve
from parity.fuzz.activated import Activated, OwnActivation
from parity.fuzz.case import FuzzCase
from parity.fuzz.formulas import FORMULA, formula_of
from parity.fuzz.shapes import JOINING, Call, LayerSpec, Shape
from parity.units import named_layers

MakeActivation = Callable[[Activated], Any]


@dataclass
class Assembled:
    """A model and the symbolic tensors in it.

    Attributes:
        model: the model.
        made: the tensor that each call of a functional model made, by number of the call.
    """

    model: Any
    made: dict[int, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Assembly:
    """Makes layers and models with one library.

    Args:
        library: the library's top module.
        make_activation: makes an activation with options in the library's way.
    """

    library: Any
    make_activation: MakeActivation

    def _layer(self, net: FuzzNet, i: int, kind: str, kwargs: Mapping[str, Any]) -> Any:
        """Return a layer, or a model or formula that is to be used as one."""
        if kind == FORMULA:
            return functools.partial(_apply, self.library, kwargs)
        if kind != "Nested":
            made = {k: self._value(v) for k, v in kwargs.items()}
            return getattr(self.library.layers, kind)(**made)
        model = self.model(net.within(i)).model
        if kwargs.get("trainable") is False:
            model.trainable = False
        return model

    def _value(self, value: Any) -> Any:
        if isinstance(value, Activated):
            return self.make_activation(value)
        if isinstance(value, OwnActivation):
            return lambda z: _evaluated(self.library, value.written("ops", "z"), z=z)
        return resolve(self.library, value)

    def model(self, net: FuzzNet) -> Assembled:
        """Return a Sequential model, or a functional one where calls are given."""
        lib = self.library
        layers = [self._layer(net, i, *layer) for i, layer in net.layers()]
        if not net.calls:
            first = lib.layers.Input(shape=net.inputs[0])
            return Assembled(lib.Sequential([first, *layers], name=net.name))
        inputs = [lib.layers.Input(shape=s, name=f"in_{i}") for i, s in enumerate(net.inputs)]
        tensors = list(inputs)
        for call in net.calls:
            sources = [tensors[i] for i in call.sources]
            kind = net.network[call.layer][0]
            given = sources if kind == FORMULA else [sources if kind in JOINING else sources[0]]
            tensors.append(layers[call.layer](*given))
        outputs = [tensors[i] for i in net.outputs or (len(tensors) - 1,)]
        entries = inputs[0] if len(inputs) == 1 else inputs
        ends = outputs[0] if len(outputs) == 1 else outputs
        if net.names is not None:
            entries = dict(zip(net.names[0], inputs, strict=True)) if len(inputs) > 1 else entries
            ends = dict(zip(net.names[1], outputs, strict=True)) if len(outputs) > 1 else ends
        model = lib.Model(entries, ends, name=net.name)
        return Assembled(model, dict(enumerate(tensors[len(inputs) :])))


def _apply(library: Any, arguments: Mapping[str, Any], *tensors: Any) -> Any:
    """Apply the formula that a layer's arguments name, by the text that a program shows."""
    formula, options = formula_of(arguments)
    names = "ab"[: len(tensors)]
    written = formula.written("ops", names, options)
    return _evaluated(library, written, **dict(zip(names, tensors, strict=True)))


def _evaluated(library: Any, written: str, **tensors: Any) -> Any:
    """Return the value of a formula, which is our own text."""
    return eval(written, {"ops": library.ops}, tensors)


@dataclass(frozen=True)
class FuzzNet:
    """A network without what it is trained for.

    Args:
        inputs: shape of one sample of each input.
        network: the layers.
        calls: of the layers; none for a Sequential model.
        seed: of its noise layers.
        name: of the model, and start of the names of its layers if it is not the whole one.
        outputs: numbers of the tensors that come out; the last one if empty.
        names: of inputs and outputs, where they are handed over in dicts.
    """

    inputs: Sequence[Shape]
    network: Sequence[LayerSpec]
    calls: Sequence[Call]
    seed: int
    name: str
    outputs: Sequence[int] = ()
    names: tuple[Sequence[str], Sequence[str]] | None = None

    def layers(self) -> list[tuple[int, tuple[str, dict[str, Any]]]]:
        """Return the layers with their numbers, names and seeds."""
        prefix = "" if self.name == "twin" else self.name.removesuffix("Nested")
        return list(enumerate(named_layers(self.network, self.seed, prefix)))

    def within(self, i: int) -> FuzzNet:
        """Return the network of layer i, which is a model itself."""
        _, (_, kwargs) = self.layers()[i]
        inside = kwargs["inputs"], kwargs["network"], kwargs["calls"]
        return FuzzNet(*inside, self.seed + i + 1, kwargs["name"])


def net_of(case: FuzzCase) -> FuzzNet:
    """Return the network of a model."""
    outputs = [end.tensor for end in case.ends]
    names = case.data.kwargs.get("names")
    return FuzzNet(case.inputs, case.network, case.calls, case.seed, "twin", outputs, names)


def build(
    library: Any, case: FuzzCase, make_activation: MakeActivation, **options: Any
) -> Assembled:
    """Build and compile a random model with a library's public API.

    Args:
        library: the library's top module.
        case: the model.
        make_activation: makes an activation with options in the library's way.
        options: further arguments of `compile`.
    """
    library.utils.set_random_seed(case.seed)
    assembled = Assembly(library, make_activation).model(net_of(case))

    def made(values: Any) -> list[Any]:
        return [resolve(library, value) for value in values]

    ends = case.ends
    assembled.model.compile(
        optimizer=_optimizer(library, case),
        loss=_packed(case, made(end.loss for end in ends)),
        loss_weights=_loss_weights(case),
        metrics=_packed(case, [made(end.metrics) for end in ends]),
        weighted_metrics=_packed(case, [made(end.weighted_metrics) for end in ends]),
        **options,
    )
    return assembled


def _loss_weights(case: FuzzCase) -> Any:
    if not case.others:
        return case.loss_weight
    weights = [end.weight for end in case.ends]
    return None if set(weights) == {1.0} else _packed(case, weights)


def _packed(case: FuzzCase, values: list[Any]) -> Any:
    """Return one value for each output as `compile` takes them."""
    if not case.others:
        return values[0]
    names = case.data.kwargs.get("names")
    return values if names is None else dict(zip(names[1], values, strict=True))


def _optimizer(library: Any, case: FuzzCase) -> Any:
    name, given = case.optimizer
    kwargs = {key: resolve(library, value) for key, value in given.items()}
    if case.rate_by_function:
        kwargs["learning_rate"] = functools.partial(float, kwargs["learning_rate"])
    optimizer = getattr(library.optimizers, name)(**kwargs)
    if case.excluded:
        optimizer.exclude_from_weight_decay(var_names=list(case.excluded))
    return optimizer
