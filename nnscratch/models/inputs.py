"""What a model takes in and puts out: shapes, types, names and structures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnscratch.cache import Cache
from nnscratch.errors import NotReadyError
from nnscratch.layers import KerasTensor
from nnscratch.layers.graph import Graph
from nnscratch.layers.tracing import PLAIN, SLOT, Form, form_of_shapes
from nnscratch.structure import flatten, is_nested, pack, transform
from nnscratch.typing import Array, Shape


class HasInputs:
    """Inputs and outputs of a model; mixed into `Model`.

    A functional model knows them from its graph. A model that writes `call` learns them from the
    first data, or from `build`.
    """

    if TYPE_CHECKING:
        name: str
        dtype: str
        is_composed: bool
        built: bool
        ensure_built: Any
        _build_shape: Any

    graph: Graph | None = None
    has_graph = False
    input_structure: Any = None
    output_structure: Any = None
    _seen: tuple[Form, list[Shape], list[str]] | None = None

    @property
    def run(self) -> Graph:
        """The graph of the built model."""
        if self.graph is None and not self.has_graph:
            raise self.no_call()
        if self.graph is None:
            raise NotReadyError(
                f"Model {self.name!r} has not been built: the shape of its input is not known. "
                "Call it on data, fit it, or give the first layer an `input_shape`."
            )
        return self.graph

    @property
    def runs(self) -> bool:
        """Whether there is something to run: a graph, or a `call`."""
        return self.is_composed or self.has_graph

    def no_call(self) -> NotImplementedError:
        """Return the error for a model that has neither a graph nor a `call`."""
        return NotImplementedError(
            f"Model {type(self).__name__} does not have a call(self, inputs): write one that "
            "combines its layers, or make the model of inputs and outputs."
        )

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs."""
        return self._graph_or_example().inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs."""
        return self._graph_or_example().outputs

    def _graph_or_example(self) -> Graph:
        if not self.is_composed:
            return self.run
        if self._seen is None:
            raise NotReadyError(
                f"Model {self.name!r} has not seen data yet, so it does not know its inputs and "
                "outputs. Call it on data, fit it, or build(input_shape)."
            )
        graph: Graph = self.run.graph(*self._seen, False)  # type: ignore[attr-defined]
        return graph

    @property
    def input_shapes(self) -> list[Shape]:
        """Shape of each input, None for the batch and wherever any size will do."""
        if not self.has_graph:
            return [] if self._seen is None else [(None,) * len(s) for s in self._seen[1]]
        return [tensor.shape for tensor in self.inputs]

    @property
    def output_shapes(self) -> list[Shape]:
        """Shape of each output, None for the batch."""
        return [tensor.shape for tensor in self.outputs] if self.runs else []

    @property
    def input_dtypes(self) -> list[str]:
        """Type that each input is cast to."""
        if not self.has_graph:
            return [] if self._seen is None else self._seen[2]
        return [tensor.dtype for tensor in self.inputs]

    @property
    def input_dtype(self) -> str | None:
        """Type that the first input is cast to."""
        return None if self.is_composed else self.inputs[0].dtype

    def output_dtypes(self, count: int) -> list[str]:
        """Return the types of the outputs."""
        return [tensor.dtype for tensor in self.outputs]

    @property
    def input_shape(self) -> Any:
        """Shape of the input; a list of shapes where there are several."""
        shapes = [tensor.shape for tensor in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        """Shape of the output; a list of shapes where there are several."""
        shapes = self.output_shapes
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def input_names(self) -> list[str]:
        """Name of each input."""
        if self.graph is not None:
            return [tensor.name for tensor in self.inputs]
        if isinstance(self.input_structure, dict):
            return sorted(self.input_structure)
        count = len(flatten(self.input_structure)) if is_nested(self.input_structure) else 1
        return ["x"] if count == 1 else [f"x_{i}" for i in range(count)]

    @property
    def output_names(self) -> list[str]:
        """Name of each output: that of the layer that makes it, or of its key in a dict."""
        if self.graph is not None:
            return [t.name if t.node is None else t.node.layer.name for t in self.outputs]
        structure = self.structure_of_output()
        if isinstance(structure, dict):
            return sorted(structure)
        count = len(flatten(structure)) if is_nested(structure) else 1
        return ["y"] if count == 1 else [f"output_{i}" for i in range(1, count + 1)]

    def structure_of_output(self) -> Any:
        """Return the structure that holds the outputs: a list, a dict, or None for one alone."""
        if not self.is_composed or self._seen is None:
            return self.output_structure
        structure = self._graph_or_example().structure
        return structure if is_nested(structure) else None

    def packed_output(self, outputs: list[Any]) -> Any:
        """Return the outputs as one array, or in the list or dict that the model was made with."""
        structure = self.structure_of_output()
        return outputs[0] if structure is None else pack(structure, outputs)

    def structured_inputs(self, arrays: list[Any]) -> Any:
        """Return arrays as one, or in the list or dict in which the model takes its inputs."""
        if not is_nested(self.input_structure):
            return arrays[0] if len(arrays) == 1 else arrays
        return pack(self.input_structure, arrays)

    # -- learning from data --------------------------------------------------------------------

    def learn_form(self, x: Any) -> None:
        """Take note of whether inputs come as one array or in a list or dict."""
        if self.has_graph:
            return
        nested = isinstance(x, dict) or (isinstance(x, (list, tuple)) and _holds_arrays(x))
        self.input_structure = transform(lambda _: SLOT, x) if nested else None

    def learn_shapes(self, shape: Any) -> None:
        """Take note of the shapes that `build` was given."""
        form, shapes = form_of_shapes(shape)
        self._seen = (form, shapes, [self.dtype] * len(shapes))
        self.input_structure = None if form is PLAIN else form.args[0]

    def ensure_built_for(self, inputs: list[Array]) -> None:
        """Build for inputs of these shapes unless the model is built already."""
        shapes: list[Shape] = [(None, *x.shape[1:]) for x in inputs]
        if self.has_graph:
            if self.graph is None:
                self.ensure_built(shapes[0])
            return
        structure = self.input_structure
        form = PLAIN if structure is None else Form((structure,))
        dtypes = [self.dtype if x.dtype.kind == "f" else x.dtype.name for x in inputs]
        if self._seen is None or self._seen[0].key != form.key:
            self._seen = (form, shapes, dtypes)
        if self.is_composed and not self.built:
            self.build_for(form, shapes)  # type: ignore[attr-defined]
            self.run.output(*self._seen)  # type: ignore[attr-defined]
            self.built = True
            self._build_shape = shapes[0] if len(shapes) == 1 else shapes

    def form_for(self, count: int) -> Form:
        """Return the form in which the data came."""
        return PLAIN if self._seen is None else self._seen[0]

    def remember_call(self, cache: Cache, form: Form, x: list[Array]) -> None:
        """Take note of a call on arrays, which is as good an example as any."""
        if self._seen is None:
            shapes: list[Shape] = [(None, *part.shape[1:]) for part in x]
            self._seen = (form, shapes, [part.dtype.name for part in x])
            self._build_shape = shapes[0] if len(shapes) == 1 else shapes


def _holds_arrays(x: Any) -> bool:
    return any(isinstance(part, KerasTensor) or hasattr(part, "shape") for part in flatten(x))
