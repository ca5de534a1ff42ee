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
