"""The gradient tape: listens to what is computed on arrays, and gives gradients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import numpy as np

from nnscratch import recording
from nnscratch.cache import Cache
from nnscratch.casting import face, handed_out
from nnscratch.layers.masks import HandlesMasks, cache_with
from nnscratch.ops.operands import as_operand
from nnscratch.ops.operation import TENSOR, Operation, on_arrays
from nnscratch.structure import flatten, pack, transform
from nnscratch.tape.backwards import add_gradient, backwards
from nnscratch.tape.log import SPENT, Entry, Log
from nnscratch.tape.recorded import Recorded, plain
from nnscratch.variable import Variable


class GradientTape:
    """Writes down what is computed inside the `with` block, so that gradients can be asked for.

    Calls of models, layers and losses are written down whole, each with its own backward pass;
    operators and functions of `nnscratch.ops` one by one. TensorFlow's class of the same name is
    this one under `nnscratch run`.

    Args:
        persistent: whether `gradient` may be called more than once.
        watch_accessed_variables: whether trainable variables are followed unasked.

    >>> w = Variable(3.0)
    >>> with GradientTape() as tape:
    ...     loss = w * w + 2.0 * w
    >>> float(tape.gradient(loss, w))
    8.0
    """

    symbolic = False

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self.persistent = persistent
        self.watches_variables = watch_accessed_variables
        self.log: Log | None = None
        self._open: Any = None

    def __enter__(self) -> GradientTape:
        around = recording.recorder()
        shared = around.log if isinstance(around, GradientTape) else None
        self.log = shared or self.log or Log()
        self._open = recording.recording(self)
        self._open.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Write nothing down inside the `with` block."""
        with recording.recording(None):
            yield

    def reset(self) -> None:
        """Forget what was written down."""
        self.log = Log()

    def watch(self, tensor: Any) -> Any:
        """Follow an array, or arrays in a list, that are no variables; return them to compute with.

        Args:
            tensor: the array. Under `nnscratch run`, where arrays are tensors already, it may be
                used as it is; a plain NumPy array must be replaced by what is returned.
        """
        return transform(self._watched, tensor)

    def _watched(self, x: Any) -> Any:
        if isinstance(x, Variable):
            self._log.leaf(x)
            return x
        watched = x if isinstance(x, Recorded) else np.asarray(x).view(Recorded)
        watched.entry = (self._log, self._log.leaf(watched))
        return watched

    @property
    def _log(self) -> Log:
        if self.log is None:
            raise RuntimeError("The tape has not listened yet: compute inside `with tape:`.")
        return self.log

    # -- writing down --------------------------------------------------------------------------

    def follows(self, x: Any) -> bool:
        """Return whether a gradient may be asked of what is computed from this."""
        return self._number_of(x) is not None

    def _number_of(self, x: Any) -> int | None:
        log = self._log
        if isinstance(x, Recorded):
            return x.entry[1] if x.entry is not None and x.entry[0] is log else None
        if isinstance(x, Variable):
            followed = (x.trainable and self.watches_variables) or id(x) in log.leaves
            return log.leaf(x) if followed else None
        return None

    def apply(self, operation: Operation, operands: Sequence[Any]) -> Any:
        """Apply an operation and write it down, if a gradient may be asked of it."""
        numbers = [self._number_of(x) for x in operands]
        if all(number is None for number in numbers):
            with recording.recording(None):
                return handed_out(on_arrays(operation, [plain(x) for x in operands]))
        parts = [as_operand(plain(x)) for x in operands]
        pairs = list(zip(numbers, parts, strict=True))
        operation.operands = [part if number is None else TENSOR for number, part in pairs]
        arrays = [part for number, part in pairs if number is not None]
        sources = self._behind_logits(operation, [n for n in numbers if n is not None])
        cache = Cache()
        with recording.recording(None):
            found = operation.forward(arrays[0] if len(arrays) == 1 else arrays, cache)
        entry = Entry(operation, cache, sources, arrays, [])
        return self._written(entry, [found])[0]

    def _behind_logits(self, operation: Any, sources: list[Any]) -> list[Any]:
        """Let a crossentropy of a softmax or sigmoid output take the z behind it."""
        if not getattr(operation, "takes_logits", False):
            return sources
        number = sources[-1]
        entry = self._log.made_by.get(number)
        if entry is None or len(entry.targets) > 1:
            return sources
        operation.mask = _mask_left_by(entry)
        z = entry.layer.logits(entry.cache)
        if z is None or not operation.take_logits(z):
            return sources
        if entry.logits < 0:
            entry.logits = self._log.number()
        return [*sources[:-1], entry.logits]

    def call(
        self, layer: Any, form: Any, tensors: Any, training: bool | None, mask: Any = None
    ) -> Any:
        """Call a layer or model on arrays and write the call down."""
        flat = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
        numbers = [self._number_of(x) for x in flat]
        given = transform(_value, tensors)
        cache = cache_with(mask)
        with recording.recording(None):
            structure, outputs = layer.applied(form, layer.arrays_of(given), cache, bool(training))
            penalties = layer.penalties_of(outputs, cache)
        arrays = [_value(x) for x in flat]
        entry = Entry(layer, cache, numbers, arrays, [])
        found = self._written(entry, [*flatten(structure), *penalties])
        count = len(found) - len(penalties)
        entry.targets, entry.penalties = entry.targets[:count], entry.targets[count:]
        layer.call_losses = found[count:]
        return pack(structure, found[:count])

    def _written(self, entry: Entry, outputs: Sequence[Any]) -> list[Any]:
        log = self._log
        log.entries.append(entry)
        cls = face() if issubclass(face(), Recorded) else Recorded
        found = []
        for output in outputs:
            number = log.number()
            array = np.asarray(output).view(cls)
            array.entry = (log, number)
            entry.targets.append(number)
            log.made_by[number] = entry
            found.append(array)
        return found

    # -- running backwards ---------------------------------------------------------------------

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = "none",
    ) -> Any:
        """Return d target/d source for every source, None where the target does not depend on it.

        Args:
            target: what was computed: one array, or a list whose gradients add up. Of an array
                with several elements, the gradient of their sum.
            sources: variables and watched arrays, in a list or any structure.
            output_gradients: what to begin with instead of ones.
            unconnected_gradients: `"none"`, or `"zero"` for zeros instead of None.

        Raises:
            RuntimeError: a second call, and the tape is not persistent.
        """
        log = self._log
        if log is SPENT:
            raise RuntimeError(
                "gradient() was called a second time; GradientTape(persistent=True) allows it."
            )
        targets = flatten(target)
        seeds = flatten(output_gradients) if output_gradients is not None else [None] * len(targets)
        grads: dict[int, Any] = {}
        for part, seed in zip(targets, seeds, strict=True):
            number = self._number_of(part)
            if number is not None:
                shape, dtype = np.shape(part), np.asarray(part).dtype
                start = np.ones(shape, dtype) if seed is None else np.asarray(seed, dtype)
                add_gradient(grads, number, start)
        with recording.recording(None):
            found = backwards(log, grads, flatten(sources))
        if unconnected_gradients == "zero":
            pairs = zip(found, flatten(sources), strict=True)
            found = [np.zeros(np.shape(s), s.dtype) if g is None else g for g, s in pairs]
        if not self.persistent:
            self.log = SPENT
        return pack(sources, [None if g is None else handed_out(g) for g in found])


def _value(x: Any) -> Any:
    return x.value if isinstance(x, Variable) else plain(x)


def logits_of(output: Any) -> Any:
    """Return z where an output that a tape recorded is softmax(z) or sigmoid(z), else None."""
    made_by = _call_behind(output)
    return None if made_by is None else made_by.layer.logits(made_by.cache)


def mask_of(output: Any) -> Any:
    """Return which samples or steps of an output that a tape recorded count; None if all do."""
    made_by = _call_behind(output)
    return None if made_by is None else _mask_left_by(made_by)


def _call_behind(output: Any) -> Entry | None:
    entry = getattr(output, "entry", None)
    made_by: Entry | None = None if entry is None else entry[0].made_by.get(entry[1])
    return None if made_by is None or len(made_by.targets) > 1 else made_by


def _mask_left_by(entry: Entry) -> Any:
    if not isinstance(entry.layer, HandlesMasks):
        return None
    x = entry.arrays[0] if len(entry.arrays) == 1 else entry.arrays
    masks = entry.layer.output_masks(x, entry.cache, 1)
    return masks[0] if masks else None
