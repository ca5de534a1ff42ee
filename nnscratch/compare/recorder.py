"""Puts itself around the methods of an engine's models and writes down what they compute.

Like the driver, which loads it by path, it uses the standard library and NumPy only: it runs where
there may be no nnscratch.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

CALLS = ("evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")
"""Methods of a model whose results are written down, apart from `fit`."""

SAMPLE = 256
"""Elements of a tensor that are written down at each step; a smaller tensor is written whole."""


class Recorder:
    """What one run has computed so far.

    Args:
        settings: what the parent asked for: `folder`, `steps` and the rest.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.folder = Path(settings["folder"])
        self.record: dict[str, Any] = {"engine": settings["engine"], "fits": [], "results": []}
        self.overhead = 0.0
        self.inside = False
        self._indices: dict[int, Any] = {}

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Count the time of the block as the recorder's, not as the engine's."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.overhead += time.perf_counter() - start

    def attach(self, library: Any) -> None:
        """Put the recorder around the methods of the library's models."""
        model = library.Model
        model.fit = self._around_fit(model.fit, library)
        for name in CALLS:
            setattr(model, name, self._around_call(name, getattr(model, name)))

    def _around_fit(self, fit: Callable[..., Any], library: Any) -> Callable[..., Any]:
        signature = inspect.signature(fit)
        watcher = _watcher_class(library.callbacks.Callback, self)

        @functools.wraps(fit)
        def watched(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self.inside:
                return fit(model, *args, **kwargs)
            bound = signature.bind(model, *args, **kwargs)
            self._explain(model, bound.arguments)
            watch = watcher()
            given = bound.arguments.get("callbacks")
            if isinstance(given, library.callbacks.CallbackList):
                given.append(watch)
            else:
                flat = list(given) if isinstance(given, (list, tuple)) else [given] * bool(given)
                bound.arguments["callbacks"] = [*flat, watch]
            start, overhead = time.perf_counter(), self.overhead
            with self._outermost():
                history = fit(*bound.args, **bound.kwargs)
            seconds = time.perf_counter() - start - (self.overhead - overhead)
            with self.recording():
                self._write_fit(model, history, watch, seconds)
            return history

        return watched

    def _explain(self, model: Any, arguments: dict[str, Any]) -> None:
        """Hand a `fit` over to be explained, if this is the one."""
        wanted = self.settings.get("explain")
        if wanted is not None and wanted["fit"] == len(self.record["fits"]):
            module = importlib.import_module("nnscratch.compare.explaining")
            with self._outermost():
                module.explain_fit(model, arguments, self.settings)

    def _around_call(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def watched(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self.inside:
                return call(model, *args, **kwargs)
            with self._outermost():
                result = call(model, *args, **kwargs)
            with self.recording():
                self._write_result(name, result)
            return result

        return watched

    @contextlib.contextmanager
    def _outermost(self) -> Iterator[None]:
        self.inside = True
        try:
            yield
        finally:
            self.inside = False

    def _write_fit(self, model: Any, history: Any, watch: Any, seconds: float) -> None:
        number = len(self.record["fits"])
        arrays: dict[str, Any] = {
            f"step/{i}": np.array(d) for i, d in enumerate(watch.digests.values())
        }
        arrays |= {f"weight/{i}": np.array(v) for i, v in enumerate(model.weights)}
        np.savez(self.folder / f"fit{number}.npz", **arrays)
        idle = idle_variables(model)
        self.record["fits"].append(
            {
                "model": model.name,
                "seconds": seconds,
                "epochs": [int(e) for e in history.epoch],
                "history": {k: [float(x) for x in v] for k, v in history.history.items()},
                "weights": [{"path": v.path, "idle": v.path in idle} for v in model.weights],
                "tensors": list(watch.digests),
                "steps": watch.steps,
            }
        )

    def _write_result(self, name: str, result: Any) -> None:
        number = len(self.record["results"])
        np.savez(self.folder / f"result{number}.npz", **dict(named_arrays(result)))
        self.record["results"].append({"call": name, "after_fits": len(self.record["fits"])})

    def digest(self, variable: Any) -> Any:
        """Return norm, largest magnitude and a sample of a tensor, in float64."""
        flat = np.asarray(variable).reshape(-1).astype(np.float64)
        if flat.size > SAMPLE:
            if flat.size not in self._indices:
                self._indices[flat.size] = sampled_indices(flat.size)
            sample = flat[self._indices[flat.size]]
        else:
            sample = flat
        largest = np.max(np.abs(flat), initial=0.0)
        return np.concatenate([[np.linalg.norm(flat), largest], sample])


def sampled_indices(size: int) -> Any:
    """Return which elements of a flat tensor of so many are written down at each step."""
    return np.sort(np.random.default_rng(size).choice(size, SAMPLE, replace=False))


def _watcher_class(base: type, recorder: Recorder) -> type:
    """Return the callback that shows a recorder a run of `fit` step by step."""

    class Watcher(base):  # type: ignore[misc]
        """Writes down loss and digests at the start, the first steps and every epoch's end."""

        def __init__(self) -> None:
            super().__init__()
            self.limit = recorder.settings["steps"]
            self.steps: list[list[Any]] = []
            self.digests: dict[str, list[Any]] = {}
            self.epoch = self.step = 0

        def on_train_begin(self, logs: Any = None) -> None:
            self._look("start", None)

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = epoch

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.step += 1
            if self.step <= self.limit:
                self._look("step", logs)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self._look("epoch", logs)

        def _look(self, moment: str, logs: Any) -> None:
            with recorder.recording():
                loss = (logs or {}).get("loss")
                loss = None if loss is None else float(loss)
                self.steps.append([moment, self.epoch, self.step, loss])
                self._digest_all()

        def _digest_all(self) -> None:
            variables = [(f"weight {v.path}", v) for v in self.model.weights]
            optimizer = getattr(self.model, "optimizer", None)
            if optimizer is not None:
                variables += [(f"slot {v.path}", v) for v in optimizer.variables]
            for name, variable in variables:
                self.digests.setdefault(name, []).append(recorder.digest(variable))

    return Watcher


def idle_variables(model: Any) -> set[str]:
    """Return the paths of variables that only rounding noise moves apart from where they started.

    In training, a BatchNormalization takes away any constant that a linear layer just before it
    has added. The bias's gradient is zero but for rounding, so the bias and the moving mean that
    follows it differ from run to run without changing a step. (Adam makes whole steps out of such
    noise; as the moving mean lags behind the bias, some of it reaches evaluation.)
    """
    found = set()
    layers = list(model.layers)
    for before, after in itertools.pairwise(layers):
        linear = getattr(getattr(before, "activation", None), "__name__", "") == "linear"
        bias = getattr(before, "bias", None)
        normalizes = type(after).__name__ == "BatchNormalization" and after.trainable
        if linear and bias is not None and normalizes and _feeds(before, after):
            found |= {bias.path, after.moving_mean.path}
    return found


def _feeds(before: Any, after: Any) -> bool:
    try:
        return before.output is after.input
    except (AttributeError, ValueError, RuntimeError):  # not connected, or called twice
        return False


def named_arrays(result: Any, name: str = "value") -> Iterator[tuple[str, Any]]:
    """Yield the numbers in a result, which may be a number, an array, a list or a dict."""
    if isinstance(result, dict):
        for key, value in result.items():
            yield from named_arrays(value, str(key))
    elif isinstance(result, (list, tuple)):
        for i, value in enumerate(result):
            yield from named_arrays(value, f"[{i}]" if name == "value" else f"{name}[{i}]")
    else:
        yield name, np.asarray(result)
