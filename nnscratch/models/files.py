"""Models in files and as configurations: what `Model` has for saving, loading and copying."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nnscratch import saving
from nnscratch.saving.keras_format import described
from nnscratch.saving.objects import read_object, serialize_keras_object

SETTINGS = ("run_eagerly", "steps_per_execution", "jit_compile")
"""What `compile` was told that changes no number and is written down all the same."""


class Saves:
    """Saving, loading and describing a model; mixed into `Model`."""

    if TYPE_CHECKING:
        _trainer: Any
        _build_shape: Any
        built: bool
        optimizer: Any
        compile: Any
        jit_compile: bool
        check_finite: Any

    def save(
        self,
        filepath: Any,
        overwrite: bool = True,
        zipped: bool | None = None,
        *,
        include_optimizer: bool = True,
        save_format: str | None = None,
    ) -> None:
        """Write the whole model into a file; see `nnscratch.saving.save_model`.

        Args:
            filepath: a path that ends in `.keras`, or in `.h5` or `.hdf5` for the older format.
            overwrite: False refuses to replace a file.
            zipped: accepted for compatibility.
            include_optimizer: whether the optimizer, its state and the losses are written.
            save_format: accepted for compatibility.
        """
        self.check_finite()
        saving.save_model(
            self,
            filepath,
            overwrite,
            zipped,
            include_optimizer=include_optimizer,
            save_format=save_format,
        )

    def save_weights(
        self, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None
    ) -> None:
        """Write the weights into a file; see `nnscratch.saving.save_weights`.

        Args:
            filepath: a path that ends in `.weights.h5`, `.h5`, `.hdf5` or `.safetensors`.
            overwrite: False refuses to replace a file.
            max_shard_size: not offered; everything is in one file.
        """
        self.check_finite()
        saving.save_weights(self, filepath, overwrite, max_shard_size)

    def load_weights(
        self, filepath: Any, skip_mismatch: bool = False, *, by_name: bool = False
    ) -> None:
        """Read the weights from a file; see `nnscratch.saving.load_weights`.

        Args:
            filepath: a `.weights.h5`, `.keras`, `.h5`, `.hdf5` or `.safetensors` file.
            skip_mismatch: warn of layers that do not fit and leave them as they are.
            by_name: for `.h5` and `.hdf5`: take layers by name instead of by order.
        """
        saving.load_weights(self, filepath, skip_mismatch, by_name=by_name)

    def to_json(self, **kwargs: Any) -> str:
        """Return the model's configuration as JSON, without its weights.

        Args:
            kwargs: arguments of `json.dumps`, such as `indent`.
        """
        return json.dumps(described(self), **kwargs)

    def to_keras(self, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Return the same model in Keras, ready for the next training step.

        See `nnscratch.saving.to_keras`.

        Args:
            custom_objects: your own classes and functions, of Keras, by name.
        """
        return saving.to_keras(self, custom_objects)

    def listed_layers(self) -> Iterator[tuple[str, Any]]:
        """Yield what a file holds under `layers`; a class that only has attributes lists none."""
        if hasattr(self, "_layers"):
            yield "layers", self.layers  # type: ignore[attr-defined]

    def get_build_config(self) -> dict[str, Any] | None:
        """Return the shape of the input; None where the model is not built."""
        return {"input_shape": self._build_shape} if self.built else None

    # -- what it was compiled with -------------------------------------------------------------

    def get_compile_config(self) -> dict[str, Any]:
        """Return what `compile` was given, as Keras writes it; nothing before it was called."""
        trainer = self._trainer
        if trainer is None:
            return {}
        given = trainer.compiled_metrics.given if trainer.compiled_metrics is not None else {}
        config = {
            "optimizer": trainer.optimizer,
            "loss": trainer.loss,
            "loss_weights": trainer.loss_weights,
            "metrics": given.get("metrics"),
            "weighted_metrics": given.get("weighted_metrics"),
        }
        settings = {name: getattr(self, name) for name in SETTINGS}
        written: dict[str, Any] = serialize_keras_object({**config, **settings})
        return written

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Compile as `get_compile_config` says.

        Args:
            config: what it returned, or what Keras wrote.
        """
        if type(self).compile is not _plain_compile(type(self)):
            warnings.warn(
                f"{type(self).__name__} has a `compile` of its own, so it was not compiled when "
                "it was restored: override `compile_from_config` too, or call compile().",
                stacklevel=2,
            )
            return
        self.compile(**read_object(config))


def _plain_compile(cls: type) -> Any:
    """Return the `compile` of this package that a class inherits."""
    for base in reversed(cls.__mro__):
        if "compile" in vars(base):
            return vars(base)["compile"]
    return None
