"""A network as a sorted list of layer calls, run forwards and backwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.layers.graph_step import Step, step_of
from nnscratch.layers.masks import HandlesMasks, may_make_masks
from nnscratch.layers.ordering import as_they_were_made, deepest_first, needed_nodes
from nnscratch.layers.symbolic import KerasTensor
from nnscratch.routine import changed
from nnscratch.structure import flatten
from nnscratch.typing import Array, Shape


class Graph:
    """The calls between some inputs and some outputs, each after those it depends on.

    Args:
        inputs: symbolic tensors at which data enters.
        outputs: symbolic tensors wanted.
        losses: tensors whose sums are added to the loss, as `add_loss` asks.
        as_made: run the calls in the order in which they were made, as a `call` written out does;
            otherwise the deepest first, as a functional model does.

    Attributes:
        nodes: the calls in execution order, inputs left out.
        makes_masks: whether outputs may have masks where the inputs have none.
        structure: the outputs as a `call` returned them, where the graph was made of one.
    """

    structure: Any = None

    def __init__(
        self,
        inputs: Sequence[KerasTensor],
        outputs: Sequence[KerasTensor],
        losses: Sequence[KerasTensor] = (),
        as_made: bool = False,
    ) -> None:
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        nodes = needed_nodes(self.inputs, [*self.outputs, *losses])
        self.nodes = as_they_were_made(nodes) if as_made else deepest_first(nodes)
        tensors = self.inputs + [t for node in self.nodes for t in node.outputs]
        number = {id(tensor): i for i, tensor in enumerate(tensors)}
        self.steps = [step_of(node, number) for node in self.nodes]
        self._size = len(tensors)
        self._output_numbers = [number[id(t)] for t in self.outputs]
        self._loss_numbers = [number[id(t)] for t in losses]
        self._with_form = [i for i, step in enumerate(self.steps) if step.form is not None]
        self._nested = [i for i, step in enumerate(self.steps) if _is_network(step)]
        self._penalized = [
            i
            for i, step in enumerate(self.steps)
            if step.layer.activity_regularizer is not None or _is_network(step)
        ]
        self.makes_masks = any(s.mask is not None or may_make_masks(s.layer) for s in self.steps)
        self._producer = {t: i for i, step in enumerate(self.steps) for t in step.targets}

    def output_shapes(self, input_shapes: Sequence[Shape]) -> list[Shape]:
        """Return the outputs' shapes for inputs of these shapes."""
        shapes: list[Any] = [*input_shapes, *[None] * (self._size - len(input_shapes))]
        for step in self.steps:
            found = step.layer.compute_output_shape(_pick(shapes, step.sources))
            parts = [found] if len(step.targets) == 1 else found
            for target, shape in zip(step.targets, parts, strict=True):
                shapes[target] = shape
        return [shapes[i] for i in self._output_numbers]

    @property
    def is_steady(self) -> bool:
        """Whether both passes make the same calls on the same memory in every step."""
        plain = not (self._loss_numbers or self._with_form or self.makes_masks)
        return plain and all(_is_steady(step.layer) for step in self.steps)

    @property
    def is_rowwise(self) -> bool:
        """Whether, in inference, a row of the outputs follows from that row of the inputs alone."""
        return (
            not (self._loss_numbers or self._with_form or self._penalized or self.makes_masks)
            and all(tensor.shape[:1] == (None,) for tensor in self.inputs)
            and all(s.training is None and _is_rowwise(s.layer) for s in self.steps)
        )

    # -- forwards -----------------------------------------------------------------------------

    def forward(self, inputs: Sequence[Array], cache: Cache, training: bool) -> list[Array]:
        """Run every call in order.

        Args:
            inputs: one array per input, the batch first.
            cache: memory of this run; each call has a child of its own in it.
            training: whether layers behave as in training.

        Returns:
            One array per output, valid until the next run with the same cache.
        """
        values: list[Any] = [None] * self._size
        values[: len(inputs)] = inputs
        for i in self._with_form:
            cache.child(i).form = self.steps[i].form
        masks = cache.masks = self._masks_of_inputs(cache)
        for i, step in enumerate(self.steps):
            call = cache.child(i)
            x = _pick(values, step.sources)
            if masks is not None:
                call.mask = _pick(masks, step.sources) if step.mask is None else values[step.mask]
            if step.source_dtype is not None:
                x = _cast(x, step.layer.input_dtype)
            mode = training if step.training is None else step.training
            y = step.layer.forward(x, call, mode)
            if len(step.targets) == 1:
                values[step.targets[0]] = y
            else:
                for target, part in zip(step.targets, y, strict=True):
                    values[target] = part
            if masks is not None and isinstance(step.layer, HandlesMasks):
                found = step.layer.output_masks(x, call, len(step.targets))
                for target, mask in zip(step.targets, found, strict=False):
                    masks[target] = mask
            if step.layer.activity_regularizer is not None:
                call.penalty = step.layer.activity_regularizer(y) / len(y)
        cache.values = values
        return [values[i] for i in self._output_numbers]

    def _masks_of_inputs(self, cache: Cache) -> list[Any] | None:
        """Return a place for the mask of each tensor, those of the inputs filled in.

        Returns:
            None where no mask comes in and none is made, so that nobody need look for any.
        """
        if cache.mask is None and not self.makes_masks:
            return None
        given = flatten([cache.mask] * (len(self.inputs) if cache.mask is None else 1))
        return given + [None] * (self._size - len(given))

    def output_masks(self, cache: Cache) -> list[Any] | None:
        """Return the mask of each output of the latest forward run; None where there were none."""
        masks = cache.masks
        return None if masks is None else [masks[i] for i in self._output_numbers]

    def penalties(self, cache: Cache) -> list[Any]:
        """Return the penalties of the latest forward run: of activities, and from `add_loss`."""
        found: list[Any] = [np.sum(cache.values[i]) for i in self._loss_numbers]
        for i in self._penalized:
            layer, call = self.steps[i].layer, cache.child(i)
            found += layer.penalties(call)
            if layer.activity_regularizer is not None:
                found.append(call.penalty)
        return found

    def logits(self, output: int, cache: Cache) -> Array | None:
        """Return z where output number `output` is softmax(z) or sigmoid(z), else None.

        A layer that hands on the very array it was given, such as a linear activation or a dropout
        at rest, hands its logits on too.
        """
        i = self._step_with_logits(output, cache)
        return None if i is None else self.steps[i].layer.logits(cache.child(i))

    def softmax(self, output: int, cache: Cache) -> Any:
        """Return the parts of an output's softmax, None if it is none.

        They are z, z - max z, Σ e^(z - max z) along the axis, which is kept, and the softmax.
        """
        i = self._step_with_logits(output, cache)
        return None if i is None else vars(cache.child(i)).get("softmax")

    def _step_with_logits(self, output: int, cache: Cache) -> int | None:
        number = self._output_numbers[output]
        while (i := self._producer.get(number)) is not None:
            step = self.steps[i]
            if step.layer.logits(cache.child(i)) is not None:
                return i
            if len(step.sources) != 1:
                return None
            source = step.sources[0]
            if cache.values[source] is not cache.values[number]:
                return None
            number = source
        return None

    def outputs_of_calls(self, cache: Cache) -> list[tuple[str, Array]]:
        """Return layer name and output of every call of the latest forward run, in order."""
        return [
            (step.layer.name, cache.values[target])
            for step in self.steps
            for target in step.targets
        ]

    # -- backwards ----------------------------------------------------------------------------

    def plan_backward(self, cache: Cache) -> None:
        """Find out which calls must run backwards; call it when `trainable` has changed.

        A call needs to pass a gradient on only if something before it is trainable; what the
        network's own inputs need is told by `cache.needs_dx`.
        """
        changed()
        wanted = [cache.needs_dx] * len(self.inputs) + [False] * (self._size - len(self.inputs))
        cache.backward_steps = []
        for i, step in enumerate(self.steps):
            call = cache.child(i)
            call.needs_dx = any(wanted[source] for source in step.sources)
            if call.needs_dx or step.layer.trainable_weights:
                cache.backward_steps.append(i)
                for target in step.targets:
                    wanted[target] = True
            step.layer.plan_backward(call)
        cache.backward_steps.reverse()

    def backward(
        self,
        doutputs: Sequence[Array | None],
        cache: Cache,
        from_logits: Sequence[bool] = (),
        scale: float = 1.0,
    ) -> list[Array | None]:
        """Run the calls in reverse order; the weights' gradients are added on the way.

        Args:
            doutputs: dL/doutput per output; where `from_logits` is true, dL/dlogits.
            cache: the cache of the forward run.
            from_logits: per output, what its gradient is taken with respect to.
            scale: factor in all gradients, for the penalties on activities.

        Returns:
            dL/dinput per input; None where it was not needed.
        """
        grads: list[Any] = [None] * self._size
        logit_grads: list[Any] = [None] * self._size
        for i, (number, doutput) in enumerate(zip(self._output_numbers, doutputs, strict=True)):
            if i < len(from_logits) and from_logits[i] and doutput is not None:
                found = self._step_with_logits(i, cache)
                assert found is not None  # the loss had logits in the forward run
                _accumulate(logit_grads, self.steps[found].targets[0], doutput, cache)
            elif doutput is not None:
                _accumulate(grads, number, doutput, cache)
        for number in self._loss_numbers:
            value = cache.values[number]
            _accumulate(grads, number, np.full(value.shape, scale, value.dtype), cache)
        if not hasattr(cache, "backward_steps"):
            self.plan_backward(cache)
        for i in self._nested:
            cache.child(i).scale = scale
        for i in cache.backward_steps:
            step, call = self.steps[i], cache.child(i)
            if step.layer.activity_regularizer is not None:
                self._add_penalty_gradient(step, cache, grads, scale)
            by_output = any(grads[target] is not None for target in step.targets)
            if logit_grads[step.targets[0]] is not None:
                dx = step.layer.backward_from_logits(logit_grads[step.targets[0]], call)
                if by_output and dx is not None:  # the second pass uses the same buffers
                    dx = [part.copy() for part in dx] if isinstance(dx, list) else dx.copy()
                self._pass_on(step, dx, grads, cache)
            elif not by_output and i in self._nested:
                dx = step.layer.backward(_pick(grads, step.targets), call)  # the penalties within
                self._pass_on(step, dx, grads, cache)
            if by_output:
                dx = step.layer.backward(_pick(grads, step.targets), call)
                self._pass_on(step, dx, grads, cache)
        cache.grads, cache.logit_grads = grads, logit_grads
        return grads[: len(self.inputs)]

    def _pass_on(self, step: Step, dx: Any, grads: list[Any], cache: Cache) -> None:
        if dx is None:
            return
        if step.source_dtype is not None:
            dx = _cast(dx, step.source_dtype)
        parts = [dx] if len(step.sources) == 1 else dx
        for source, part in zip(step.sources, parts, strict=False):
            if part is not None:
                _accumulate(grads, source, part, cache)

    def _add_penalty_gradient(
        self, step: Step, cache: Cache, grads: list[Any], scale: float
    ) -> None:
        y = cache.values[step.targets[0]]
        gradient = step.layer.activity_regularizer.gradient(y)
        gradient *= scale / len(y)
        _accumulate(grads, step.targets[0], gradient, cache)


def _pick(values: list[Any], numbers: tuple[int, ...]) -> Any:
    return values[numbers[0]] if len(numbers) == 1 else [values[i] for i in numbers]


def _is_steady(layer: Any) -> bool:
    return layer.activity_regularizer is None and getattr(layer, "is_steady", False)


def _is_rowwise(layer: Any) -> bool:
    return getattr(layer, "is_rowwise", False)


def _is_network(step: Step) -> bool:
    return bool(step.layer.sublayers) or getattr(step.layer, "is_composed", False)


def _cast(x: Any, dtype: str) -> Any:
    return [part.astype(dtype) for part in x] if isinstance(x, list) else x.astype(dtype)


def _accumulate(grads: list[Any], number: int, gradient: Array, cache: Cache) -> None:
    """Add to a tensor's gradient; the sum of a fan-out lives in a buffer of the graph's own."""
    if grads[number] is None:
        grads[number] = gradient
        return
    total = cache.buffer(f"sum_{number}", gradient.shape, gradient.dtype)
    grads[number] = np.add(grads[number], gradient, out=total)
