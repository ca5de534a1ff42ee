"""Write what happens in training to files that TensorBoard shows."""

from __future__ import annotations

import os
import time
import warnings
from typing import Any

import numpy as np

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.callbacks.event_file import EventFile
from nnscratch.callbacks.graph_definition import graph_definition
from nnscratch.checks import check_whole
from nnscratch.errors import unknown_name
from nnscratch.typing import Array


class TensorBoard(Callback):
    """Write losses, metrics, histograms and the graph to event files, without TensorFlow.

    Look at them with `tensorboard --logdir logs`. Training writes to the run `train` in `log_dir`
    and validation to the run `validation`, under the tags of Keras:

    * `epoch_loss` and so on, once per epoch, with `epoch_learning_rate`;
    * `batch_loss` and so on, by `update_freq`: means over the epoch so far;
    * `evaluation_loss_vs_iterations` and so on, at the end of each evaluation;
    * `dense/kernel/histogram` and so on, by `histogram_freq`: the weights after the epoch;
    * the model's graph.

    Keras no longer writes the following, which also come by `histogram_freq`; they belong to the
    last training batch of the epoch:

    * `dense/kernel/gradient`: the gradient as the optimizer used it;
    * `dense/activation`: what the layer computed, in its last call if it is shared.

    Args:
        log_dir: folder of the files.
        histogram_freq: write histograms every so many epochs; 0 for never.
        write_graph: write the model's graph.
        write_images: write the weights as pictures too, where histograms are written.
        write_steps_per_second: write how many training steps are done in a second.
        update_freq: `"epoch"`, `"batch"`, or write the batch's numbers every so many batches.
        profile_batch: accepted for compatibility; nothing is profiled.
        embeddings_freq: must be 0: there is no Embedding layer.
        embeddings_metadata: must be None.

    Raises:
        ValueError: an argument out of range.
        ImportError: the package tensorboard is not installed.

    Source: the tags are those of Keras. Keras leaves the epochs' scalars and histograms out where
    `update_freq` is a number that does not divide the number of batches so far; here they are
    always written.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: int | str = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        self.log_dir = str(log_dir)
        check_whole("histogram_freq", histogram_freq, 0)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = _checked_frequency(update_freq)
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        if embeddings_freq or embeddings_metadata is not None:
            raise ValueError(
                "nnscratch has no Embedding layer whose vectors could be shown: leave out "
                f"`embeddings_freq` and `embeddings_metadata`. Received: {embeddings_freq!r} and "
                f"{embeddings_metadata!r}"
            )
        if any(_batches_of(profile_batch)):
            warnings.warn("`profile_batch` has no effect: nothing is profiled.", stacklevel=2)
        self._files: dict[str, EventFile] = {}
        self._batches = 0
        self._epoch: int | None = None
        self._epoch_written: int | None = None

    def set_model(self, model: Any) -> None:
        """Hand over the model that runs, and write its graph."""
        super().set_model(model)
        self._close()
        self._files = {
            run: EventFile(os.path.join(self.log_dir, run)) for run in ("train", "validation")
        }
        if self.write_graph and model.graph is not None:
            train = self._files["train"]
            if type(model).__name__ in ("Functional", "Sequential"):
                self._write_configuration(train)
            train.graph(graph_definition(model))
            train.flush()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Count batches from the start."""
        self._batches = 0
        self._epoch_written = None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Take note of epoch and time."""
        self._epoch = epoch
        self._epoch_start = time.perf_counter(), self._batches

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Count the batch, and take note of the time."""
        self._batches += 1
        self._batch_start = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Write the batch's numbers, if it is their turn."""
        if self.update_freq == "epoch" or self._batches % int(self.update_freq):
            return
        numbers = dict(logs or {})
        if self.write_steps_per_second:
            numbers["steps_per_second"] = 1.0 / (time.perf_counter() - self._batch_start)
        self._scalars("train", "batch_{}", numbers, self._batches)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Write what the last training batch left behind, before validation replaces it."""
        self._write_last_batch()

    def on_test_end(self, logs: Logs = None) -> None:
        """Write the results against the number of updates so far."""
        step = int(self.model.optimizer.iterations)
        self._scalars("validation", "evaluation_{}_vs_iterations", logs or {}, step)
        if self._epoch is None:
            self._close()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write the epoch's losses and metrics, and the histograms if it is their turn."""
        self._write_last_batch()
        logs = logs or {}
        training = {name: v for name, v in logs.items() if not name.startswith("val_")}
        training["learning_rate"] = float(self.model.optimizer.learning_rate)
        if self.write_steps_per_second:
            start, batches = self._epoch_start
            steps = self._batches - batches
            training["steps_per_second"] = steps / (time.perf_counter() - start)
        validation = {n.removeprefix("val_"): v for n, v in logs.items() if n.startswith("val_")}
        self._scalars("train", "epoch_{}", training, epoch)
        self._scalars("validation", "epoch_{}", validation, epoch)
        if self._is_due(epoch):
            self._write_weights(epoch)
        for file in self._files.values():
            file.flush()

    def on_train_end(self, logs: Logs = None) -> None:
        """Close the files."""
        self._epoch = None
        self._close()

    def _write_configuration(self, train: EventFile) -> None:
        """Write the model's configuration; a model that has none can be trained all the same."""
        try:
            text = self.model.to_json()
        except (KeyError, NotImplementedError, TypeError, ValueError) as error:
            warnings.warn(
                f"TensorBoard's conceptual graph is left out, because model {self.model.name!r} "
                f"cannot be described: {type(error).__name__}: {error}",
                stacklevel=2,
            )
            return
        train.model(text)

    def _is_due(self, epoch: int) -> bool:
        return self.histogram_freq > 0 and epoch % self.histogram_freq == 0

    def _scalars(self, run: str, tag: str, values: dict[str, Any], step: int) -> None:
        for name, value in values.items():
            parts = np.ravel(value)
            for i, part in enumerate(parts):
                numbered = f"{name}_{i}" if len(parts) > 1 else name
                self._files[run].scalar(tag.format(numbered), float(part), step)

    def _write_last_batch(self) -> None:
        """Write the histograms of gradients and activations, once per epoch that has them."""
        epoch = self._epoch
        if epoch is None or epoch == self._epoch_written or not self._is_due(epoch):
            return
        self._epoch_written = epoch
        train = self._files["train"]
        for variable in self.model.trainable_weights:
            if variable.grad is not None:
                train.histogram(f"{variable.path}/gradient", variable.grad, epoch)
        for name, output in self.model.node_outputs().items():
            train.histogram(f"{name}/activation", output, epoch)

    def _write_weights(self, epoch: int) -> None:
        train = self._files["train"]
        for variable in self.model.weights:
            train.histogram(f"{variable.path}/histogram", variable.value, epoch)
            images = _as_images(variable.value)
            if self.write_images and images is not None:
                train.images(f"{variable.path}/image", images, epoch)

    def _close(self) -> None:
        for file in self._files.values():
            file.close()


def _checked_frequency(update_freq: Any) -> int | str:
    if isinstance(update_freq, str):
        if update_freq not in ("epoch", "batch"):
            raise unknown_name("update_freq", update_freq, ["epoch", "batch"])
        return "epoch" if update_freq == "epoch" else 1
    if not isinstance(update_freq, int) or update_freq < 1:
        raise ValueError(
            "`update_freq` must be 'epoch', 'batch' or a number of batches. "
            f"Received: update_freq={update_freq!r}"
        )
    return update_freq


def _batches_of(profile_batch: Any) -> tuple[int, int]:
    """Return the first and the last batch that were to be profiled."""
    given = profile_batch
    if isinstance(given, str) and all(part.strip().isdigit() for part in given.split(",")):
        given = [int(part) for part in given.split(",")]
    first_last = [given, given] if isinstance(given, int) else given
    if not isinstance(first_last, (list, tuple)) or len(first_last) != 2:
        raise _bad_batches(profile_batch)
    first, last = first_last
    if not isinstance(first, int) or not isinstance(last, int) or not 0 <= first <= last:
        raise _bad_batches(profile_batch)
    return first, last


def _bad_batches(received: Any) -> ValueError:
    return ValueError(
        "`profile_batch` must be the number of a batch or a pair of them, first and last. "
        f"Received: profile_batch={received!r}"
    )


def _as_images(weight: Array) -> Array | None:
    """Return a weight as pictures (N, height, width, channels), None where it has no such form.

    Source: the forms are Keras's: a vector is one column, a matrix lies on its long side, of
    three axes the last counts the pictures.
    """
    squeezed = np.squeeze(weight)
    if squeezed.ndim == 1:
        return squeezed.reshape(1, -1, 1, 1)
    if squeezed.ndim == 2:
        height, width = squeezed.shape
        return (squeezed.T if height > width else squeezed)[None, :, :, None]
    if squeezed.ndim == 3:
        return np.moveaxis(squeezed, 2, 0)[..., None]
    return squeezed if squeezed.ndim == 4 and squeezed.shape[-1] in (1, 3, 4) else None
