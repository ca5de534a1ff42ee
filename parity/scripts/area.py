"""The area “whole scripts”: how a script is run, what of it is compared, and how closely."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.typing import Array
from parity import registry

AREA = "whole scripts"
SEEDS = (777, 20)
"""Every script is run from each of these."""

STEPS = 10
"""First steps of each `fit` after which every weight is compared."""

BANDS = {"float32": 1e-5, "float64": 1e-12}
REASON = (
    "a whole run by plain fit: float32 rounding grows from step to step, so weights are compared "
    "after the first 10 steps and losses after each epoch; float64 compares everything to the end"
)

Fit = Callable[..., Any]
Script = Callable[[Any, Fit], Any]
"""Takes the library and what to call instead of `model.fit`; returns further results, or None."""


def script(name: str, *behaviours: str, quick: bool = False) -> Callable[[Script], Script]:
    """Register a script.

    Args:
        name: unique name.
        behaviours: the behaviours D1 to D25 it covers.
        quick: part of the default selection.
    """

    def register(program: Script) -> Script:
        def run(lib: Any) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for seed in SEEDS:
                found |= {f"seed {seed}: {k}": v for k, v in run_script(program, lib, seed).items()}
            return found

        registry.check(
            f"script-{name}", AREA, *behaviours, bands=BANDS, reason=REASON, quick=quick
        )(run)
        return program

    return register


def run_script(program: Script, lib: Any, seed: int) -> dict[str, Any]:
    """Run a script from a seed and return what of it is compared.

    Args:
        program: the script.
        lib: the library.
        seed: what `set_random_seed` gets before the script's first line.
    """
    fits: list[tuple[Watch, Any]] = []

    def fit(model: Any, *args: Any, callbacks: Any = (), **kwargs: Any) -> Any:
        watch = Watch()
        caller = lib.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: watch.step_done(lib, model),
            on_epoch_end=lambda epoch, logs: watch.epoch_done(lib, model),
        )
        history = model.fit(*args, callbacks=[*callbacks, caller], verbose=0, **kwargs)
        watch.end = weights_of(lib, model)
        fits.append((watch, history))
        return history

    lib.utils.set_random_seed(seed)
    results = program(lib, fit)
    exact = lib.dtype == "float64"
    found: dict[str, Any] = {}
    for i, (watch, history) in enumerate(fits, start=1):
        for key, values in history.history.items():
            if exact or key in ("loss", "val_loss"):
                found[f"fit {i}/{key}"] = np.asarray(values, lib.dtype)
        found |= {f"fit {i}/{k}": v for k, v in watch.tensors(exact).items()}
    if exact:
        found |= {f"then/{k}": np.asarray(v) for k, v in (results or {}).items()}
    return found


class Watch:
    """The weights of a model after the first steps of a `fit`, after each epoch, and at the end."""

    def __init__(self) -> None:
        self.steps: list[list[Array]] = []
        self.epochs: list[list[Array]] = []
        self.end: list[Array] = []

    def step_done(self, lib: Any, model: Any) -> None:
        """Copy the weights after one of the first steps."""
        if len(self.steps) < STEPS:
            self.steps.append(weights_of(lib, model))

    def epoch_done(self, lib: Any, model: Any) -> None:
        """Copy the weights at the end of an epoch."""
        self.epochs.append(weights_of(lib, model))

    def tensors(self, exact: bool) -> dict[str, Array]:
        """Return, for each weight, its values at all those moments.

        Args:
            exact: also those beyond the first steps.
        """
        found = {
            f"steps/weight {i}": np.stack(w) for i, w in enumerate(zip(*self.steps, strict=True))
        }
        if exact:
            found |= {
                f"epochs/weight {i}": np.stack(w)
                for i, w in enumerate(zip(*self.epochs, strict=True))
            }
            found |= {f"end/weight {i}": w for i, w in enumerate(self.end)}
        return found


def weights_of(lib: Any, model: Any) -> list[Array]:
    """Return copies of all weights of a model."""
    return [np.array(lib.numpy(w)) for w in model.weights]
