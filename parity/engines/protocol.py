"""What the suite asks of a library, whichever it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from nnscratch.typing import Array
from parity.units import Case, Obj, Rule

Tensors = dict[str, Array]
"""Named tensors in the order in which a training step makes them.

Names start with the kind: `output/<layer>`, `loss`, `gradient/<layer>/<variable>`,
`slot/<layer>/<variable>/<slot>`, `optimizer/<variable>`, `moving/<layer>/<variable>`,
`weight/<layer>/<variable>`, `metric/<name>`; `inference/<layer>` outside training.
"""

STATE_KINDS = ("slot", "optimizer", "moving", "weight")
"""The kinds that one step leaves for the next, the noise layers' seeds apart."""


def kind_of(tensor: str) -> str:
    """Return the kind of a tensor from its name.

    >>> kind_of("gradient/0_Dense/kernel"), kind_of("loss")
    ('gradient', 'loss')
    """
    return tensor.partition("/")[0]


@dataclass(frozen=True)
class Batch:
    """The rows of one step.

    Attributes:
        x: the inputs: an array, or a list or dict of them.
        y: the targets, likewise.
        sample_weight: weights of the rows, in the structure of the targets, or None.
    """

    x: Any
    y: Any
    sample_weight: Any = None


class Twin(Protocol):
    """One engine's model of a case."""

    def state(self) -> Tensors:
        """Return copies of all that a step starts from (kinds of `STATE_KINDS`)."""

    def load(self, state: Tensors) -> None:
        """Start from this state, given by either engine."""

    def step(self, batch: Batch, new_epoch: bool) -> Tensors:
        """Train on one batch and return every tensor of the step; metrics go on in an epoch."""

    def infer(self, batch: Batch) -> Tensors:
        """Return every output and the loss of one batch in inference mode; no state changes."""

    def hidden(self) -> list[Array]:
        """Return copies of what else a step changes: noise seeds and running metrics."""

    def load_hidden(self, values: list[Array]) -> None:
        """Set back what `hidden` returned."""

    def own_step(self, batch: Batch) -> Tensors:
        """Run the library's own `train_on_batch`; return the state and the metrics it leaves."""


class RuleTwin(Protocol):
    """One engine's optimizer with variables to update."""

    def step(self, gradients: list[Array]) -> Tensors:
        """Apply gradients and return the variables and every slot."""


class Library(Protocol):
    """A library as the single checks see it: Keras's public names, plus a few helpers.

    Attribute access falls through to the library's own module (`lib.layers`, `lib.optimizers`).
    """

    name: str
    dtype: str

    def __getattr__(self, name: str) -> Any: ...

    def numpy(self, value: Any) -> Array:
        """Return a tensor, variable or array as a NumPy array."""

    def tensor(self, array: Array) -> Any:
        """Return an array as the library's own kind of tensor."""

    def activation(self, function: Any, z: Array, da: Array) -> tuple[Array, Array]:
        """Return a = f(z) and dz for the upstream gradient da."""

    def loss(self, loss: Any, y: Array, y_pred: Array) -> tuple[Array, Array]:
        """Return the loss and its gradient with respect to `y_pred`."""


class Engine(Protocol):
    """A library that can build twins."""

    name: str

    def versions(self) -> dict[str, str]:
        """Return the versions that a report must carry."""

    def twin(self, case: Case, dtype: str, input_shape: tuple[int, ...]) -> Twin:
        """Build and compile the model of a case."""

    def rule_twin(self, rule: Rule, dtype: str, values: list[Array]) -> RuleTwin:
        """Make an optimizer and variables with these values."""

    def library(self, dtype: str) -> Library:
        """Return the library for single checks, set to this float type."""


def resolve(library: Any, value: Any) -> Any:
    """Replace every `Obj` in a value by an object of this library.

    Args:
        library: the library's top module.
        value: a plain value, an `Obj`, or a list or tuple of them.
    """
    if isinstance(value, Obj):
        target = library
        for part in value.path.split("."):
            target = getattr(target, part)
        return target(**{k: resolve(library, v) for k, v in value.kwargs.items()})
    if isinstance(value, (list, tuple)):
        return type(value)(resolve(library, v) for v in value)
    return value


def build_optimizer(library: Any, unit: Case | Rule) -> Any:
    """Make the optimizer of a case or rule with a library's public API."""
    name, options = unit.optimizer
    return resolve(library, Obj(f"optimizers.{name}", options))


def build_model(library: Any, case: Case, input_shape: tuple[int, ...]) -> Any:
    """Build and compile the model of a case with a library's public API.

    Args:
        library: the library's top module.
        case: the case.
        input_shape: shape of one sample.
    """
    library.utils.set_random_seed(case.seed)
    model = library.Sequential(name="twin")
    model.add(library.layers.Input(shape=input_shape))
    for kind, kwargs in case.layers():
        layer = getattr(library.layers, kind)
        model.add(layer(**{k: resolve(library, v) for k, v in kwargs.items()}))
    model.compile(
        optimizer=build_optimizer(library, case),
        loss=resolve(library, case.loss),
        metrics=[resolve(library, m) for m in case.metrics],
    )
    return model


def named_weights(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield each weight of a model with the name of its layer, those of models within too."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from named_weights(layer)
        else:
            yield from ((layer.name, v) for v in layer.weights)


def weight_key(layer: str, variable: str) -> str:
    """Return the tensor name of a layer's variable.

    >>> weight_key("1_BatchNormalization", "moving_mean"), weight_key("0_Dense", "bias")
    ('moving/1_BatchNormalization/moving_mean', 'weight/0_Dense/bias')
    """
    kind = "moving" if variable.startswith("moving_") else "weight"
    return f"{kind}/{layer}/{variable}"


def listed_variables(optimizer: Any) -> list[tuple[str, Any]]:
    """Return an optimizer's variables with their names, and Nadam's product in any case.

    Keras leaves the product without a name, and does not list it where Nadam is wrapped.

    Args:
        optimizer: a built optimizer of either library.
    """
    product = getattr(getattr(optimizer, "inner_optimizer", optimizer), "_u_product", None)
    variables = list(optimizer.variables)
    if product is not None and all(v is not product for v in variables):
        variables.append(product)
    return [("u_product" if v is product else v.name, v) for v in variables]


def keyed_slots(
    named: Iterable[tuple[str, Any]], variables: list[tuple[str, str]]
) -> dict[str, Any]:
    """Return an optimizer's variables by tensor name; names that come again are numbered.

    Args:
        named: name and variable.
        variables: as for `slot_key`.

    >>> keyed_slots([("kernel", 1), ("kernel", 2)], [])
    {'optimizer/kernel': 1, 'optimizer/kernel/2': 2}
    """
    found: dict[str, Any] = {}
    times: Counter[str] = Counter()
    for name, variable in named:
        key = slot_key(name, variables)
        times[key] += 1
        found[key if times[key] == 1 else f"{key}/{times[key]}"] = variable
    return found


def slot_key(slot: str, variables: list[tuple[str, str]]) -> str:
    """Turn an optimizer variable's name into a tensor name.

    Args:
        slot: such as `"0_Dense_kernel_momentum"`.
        variables: path (`"0_Dense/kernel"`, as the optimizer sees it) and tensor name of each
            trained variable.

    >>> slot_key("0_Dense_kernel_momentum", [("0_Dense/kernel", "0_Dense/kernel")])
    'slot/0_Dense/kernel/momentum'
    >>> slot_key("iteration", [])
    'optimizer/iteration'
    """
    fitting = [
        (prefix, key)
        for path, key in variables
        if slot.startswith(prefix := path.replace("/", "_") + "_")
    ]
    if not fitting:
        return f"optimizer/{slot}"
    prefix, key = max(fitting, key=lambda pair: len(pair[0]))
    return f"slot/{key}/{slot[len(prefix) :]}"
