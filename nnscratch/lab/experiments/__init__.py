"""The experiments by name; each module is imported when its experiment is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from nnscratch.errors import unknown_name


@dataclass(frozen=True)
class Experiment:
    """An experiment that can be run by name.

    Attributes:
        name: as on the command line.
        place: module and function, `"weight_init:weight_init"`.
        question: what it answers.
    """

    name: str
    place: str
    question: str

    @property
    def function(self) -> Callable[..., Any]:
        """The function that runs it and returns a `Result`."""
        module, function = self.place.split(":")
        found: Callable[..., Any] = getattr(import_module(f"{__name__}.{module}"), function)
        return found


EXPERIMENTS = {
    experiment.name: experiment
    for experiment in (
        Experiment(
            "weight-init",
            "weight_init:weight_init",
            "which initial weights keep the signals of a deep network alive?",
        ),
        Experiment(
            "weight-histograms",
            "weight_histograms:weight_histograms",
            "what does a sigmoid make of weights at three scales?",
        ),
        Experiment(
            "init-training",
            "init_training:init_training",
            "how does training go on from different initial weights?",
        ),
        Experiment(
            "optimizer-paths",
            "optimizer_paths:optimizer_paths",
            "which ways do the update rules take over surfaces of two variables?",
        ),
        Experiment(
            "optimizer-race",
            "optimizer_race:optimizer_race",
            "which optimizer learns a real network fastest, and are the seeds sure of it?",
        ),
        Experiment(
            "optimizer-landscape",
            "landscape:optimizer_landscape",
            "where do several optimizers go on one loss landscape of a real network?",
        ),
        Experiment(
            "dialects",
            "dialects:compare_dialects",
            "what do Keras, PyTorch, the book and the papers do differently, and does it matter?",
        ),
        Experiment(
            "batchnorm",
            "batchnorm:batchnorm",
            "how much faster is training with BatchNormalization, and from which starts?",
        ),
        Experiment(
            "dropout-sweep",
            "dropout_sweep:dropout_sweep",
            "at which rate does Dropout turn overfitting into underfitting?",
        ),
        Experiment(
            "weight-decay-sweep",
            "weight_decay_sweep:weight_decay_sweep",
            "what does weight decay do to the gap, and to the weights?",
        ),
        Experiment(
            "early-stopping",
            "early_stopping:early_stopping",
            "where do the curves cross, where should training stop, what comes after?",
        ),
        Experiment(
            "few-rows",
            "few_rows:few_rows",
            "how wide is the gap by the number of training rows?",
        ),
        Experiment(
            "diagnose",
            "diagnose_examples:diagnose_examples",
            "how do learning curves tell over- from underfitting?",
        ),
    )
}
"""Every experiment by its name."""


def experiment(name: str) -> Experiment:
    """Return the experiment of this name.

    Raises:
        ValueError: there is none, with the nearest name that exists.
    """
    if name not in EXPERIMENTS:
        raise unknown_name("experiment", name, EXPERIMENTS)
    return EXPERIMENTS[name]
