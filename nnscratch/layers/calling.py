"""What happens when a layer is called: on arrays, on symbolic tensors, under a tape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnscratch import recording
from nnscratch.cache import Cache
from nnscratch.casting import as_numeric, handed_out
from nnscratch.layers.composed import as_parent
from nnscratch.layers.masks import cache_with
from nnscratch.layers.symbolic import KerasTensor, Node
from nnscratch.layers.tracing import PLAIN, Form, form_of_shapes, read_form
from nnscratch.structure import flatten, pack
from nnscratch.typing import Array, Shape


class Calls:
    """Calling a layer; mixed into `Layer`."""

    if TYPE_CHECKING:
        name: str
        dtype: str
        built: bool
        is_composed: bool
        build: Any
        forward: Any
        run: Any
        symbolic_output: Any
        check_input_shape: Any
        compute_output_shape: Any
        output_dtypes: Any
        _inbound_nodes: list[Node]
        _building: bool
        activity_regularizer: Any
        penalties: Any
        backward: Any
        backward_from_logits: Any
        call_losses: list[Any]

    def __call__(self, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """Apply the layer to arrays (giving arrays) or to symbolic tensors (a new node).

        Args:
            args: an array whose first axis is the batch, or a `KerasTensor`; a list of them where
                the layer takes several; whatever `call` takes, where the class writes one.
            training: True for training behaviour (Dropout active, BatchNormalization on the
                batch's own statistics).
            kwargs: further arguments of `call`; `mask`, of layers that take one.
        """
        if self.is_composed:
            form, tensors, asked = read_form(self.call, args, kwargs)
            training, mask = asked if training is None else training, None
        else:
            form, tensors = None, self.taken(_argument(self, args, kwargs))
            training, mask = _mode(args, training), kwargs.get("mask")
        several = isinstance(tensors, (list, tuple))
        flat: list[Any] = list(tensors) if several else [tensors]
        recorder = recording.recorder()
        tracing = recorder is not None and recorder.symbolic
        if tracing or any(isinstance(t, KerasTensor) for t in flat):
            trace = recorder if tracing else None
            flat = [recording.operate("as_tensor", t, trace) for t in flat]
            return self._new_node(form, flat, several, training, tracing, mask)
        self.prepare(form, flat, several)
        if recorder is not None:
            return recorder.call(self, form, tensors, training, mask)
        arrays = self.arrays_of(tensors)
        cache = cache_with(mask)
        found, outputs = self.applied(form, arrays, cache, bool(training))
        self.call_losses = self.penalties_of(outputs, cache)
        return found

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Apply the mathematics of the class this one inherits from: what `super().call()` means.

        Args:
            inputs: arrays or symbolic tensors.
            training: whether layers behave as in training.
            mask: which samples or steps count, for a layer that takes a mask.
        """
        parent = as_parent(self)
        if parent is None:
            raise NotImplementedError(
                f"{type(self).__name__} must implement call(self, inputs), made of layers and "
                "operations; or forward() and backward(), its mathematics and the derivative."
            )
        flat = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        if any(isinstance(t, KerasTensor) for t in flat):
            several = isinstance(inputs, (list, tuple))
            return parent._new_node(None, list(flat), several, training, True, mask)
        cache = cache_with(mask)
        return parent.applied(None, parent.arrays_of(inputs), cache, bool(training))[0]

    # -- on arrays -----------------------------------------------------------------------------

    def taken(self, x: Any) -> Any:
        """Return what the layer is called on: one array or tensor, or a list of them."""
        return x

    def prepare(self, form: Form | None, flat: Any, several: bool) -> None:
        """Build for arrays or tensors such as these, and check that they fit."""
        shapes = [t.shape if isinstance(t, KerasTensor) else _shape(t) for t in flat]
        if form is None:
            shape = shapes if several else shapes[0]
            self.ensure_built(shape)
            self.check_input_shape(shape)
        elif not self.built:
            self.build_for(form, shapes)

    def arrays_of(self, tensors: Any) -> Any:
        """Return what was given as arrays of the layer's type, in a list where it came in one."""
        if isinstance(tensors, (list, tuple)):
            return [self._array(t) for t in tensors]
        return self._array(tensors)

    def _array(self, x: Any) -> Array:
        array = as_numeric(x, "x")
        if self.is_composed and array.dtype.kind != "f":
            return array
        return array.astype(self.dtype, copy=False)

    def applied(self, form: Form | None, x: Any, cache: Cache, training: bool) -> tuple[Any, Any]:
        """Return the output as the caller is to see it, and the list of its arrays."""
        if form is None:
            outputs = [self.forward(x, cache, training=training)]
            if self.activity_regularizer is not None:
                cache.output_for_penalty = outputs[0]
            return handed_out(outputs[0].copy()), outputs
        cache.form = form
        outputs = self.run.forward(x, cache, training)
        self.built = True
        copies = [handed_out(output.copy()) for output in outputs]
        return pack(cache.graph.structure, copies), outputs

    # -- on a tape -----------------------------------------------------------------------------

    def penalties_of(self, outputs: list[Array], cache: Cache) -> list[Any]:
        """Return the penalties of a call with these outputs."""
        found = list(self.penalties(cache))
        if self.activity_regularizer is not None:
            found.append(self.activity_regularizer(outputs[0]) / len(outputs[0]))
        return found

    def backward_pass(self, douts: Any, dz: Any, scale: float | None, cache: Cache) -> list[Any]:
        """Return dL/dinputs, once for each way in which a gradient came.

        Args:
            douts: dL/doutput per output, None where there is none.
            dz: dL/dlogits, if there is one.
            scale: factor on the penalties of the call; None where they are not in the loss.
            cache: the cache of the call.
        """
        found: list[Any] = []
        if dz is not None:
            dx = self.backward_from_logits(dz, cache)
            found.append([_copied(part) for part in dx] if isinstance(dx, list) else _copied(dx))
        dy = douts[0] if len(douts) == 1 else list(douts)
        if self.activity_regularizer is not None and scale is not None:
            y = cache.output_for_penalty
            penalty = self.activity_regularizer.gradient(y) * y.dtype.type(scale / len(y))
            dy = penalty if dy is None else dy + penalty
        if dy is not None:
            found.append(self.backward(dy, cache))
        return found

    # -- on symbolic tensors -------------------------------------------------------------------

    def _new_node(
        self,
        form: Form | None,
        tensors: list[KerasTensor],
        several: bool,
        training: bool | None,
        tracing: bool,
        mask: KerasTensor | None,
    ) -> Any:
        self.prepare(form, tensors, several)
        if form is not None:
            structure = self.symbolic_output(form, tensors)
            outputs = flatten(structure)
            self.built = True
        else:
            shape: Any = [t.shape for t in tensors] if several else tensors[0].shape
            found = self.compute_output_shape(shape)
            shapes = found if isinstance(found, list) else [found]
            dtypes = self.output_dtypes(len(shapes))
            outputs = [KerasTensor(s, dtype) for s, dtype in zip(shapes, dtypes, strict=True)]
            structure = self.structured(outputs)
        node = Node(self, tensors, outputs, training, None if form is PLAIN else form, mask)
        if not tracing:
            self._inbound_nodes.append(node)
        return structure

    def structured(self, outputs: list[Any]) -> Any:
        """Return the outputs of a call as the caller is to see them."""
        return outputs[0] if len(outputs) == 1 else outputs

    # -- building ------------------------------------------------------------------------------

    def ensure_built(self, input_shape: Any) -> None:
        """Build for this shape unless the layer is built already."""
        if not self.built:
            self.build(input_shape)

    def build_for(self, form: Form, shapes: list[Shape]) -> None:
        """Call the `build` that the class writes; without one, `call` builds what is inside."""
        if not hasattr(type(self).build, "__wrapped__") or _is_default(type(self).build):
            return
        args, kwargs = form.filled(shapes)
        given = [*args, *kwargs.values()]
        self.build(given[0])

    def build_by_call(self, input_shape: Any) -> None:
        """Run `call` on symbolic tensors of this shape, so that the layers inside are built."""
        form, shapes = form_of_shapes(input_shape)
        self.run.output(form, shapes, [self.dtype] * len(shapes))


def _copied(part: Any) -> Any:
    return None if part is None else part.copy()


def _is_default(build: Any) -> bool:
    return str(build.__qualname__) in ("Layer.build", "Model.build")


def _shape(t: Any) -> Shape:
    shape: Shape = as_numeric(t, "x").shape
    return (None, *shape[1:])


def _mode(args: Any, training: bool | None) -> bool | None:
    """Return the mode, which may also come as the second argument."""
    return args[1] if len(args) == 2 and isinstance(args[1], bool) else training


def _argument(layer: Any, args: Any, kwargs: Any) -> Any:
    """Return what a layer with a `forward` of its own is called on."""
    if kwargs.get("mask") is None or layer.takes_mask:
        kwargs = {name: value for name, value in kwargs.items() if name != "mask"}
    if not args and kwargs.keys() & {"inputs", "x"}:
        args = (kwargs.pop("inputs", None) if "inputs" in kwargs else kwargs.pop("x"),)
    if len(args) == 2 and _mode(args, None) is not None:
        args = args[:1]
    if len(args) != 1 or kwargs:
        raise TypeError(
            f"{type(layer).__name__} layer {layer.name!r} is called on one array, or on a list of "
            f"them. Received {len(args)} arguments"
            + (f" and {', '.join(kwargs)}" if kwargs else "")
            + "."
        )
    return args[0]
