"""The laboratory: look into a training run, and the classic experiments, one call each.

Everything is imported when it is first used.

>>> surface("bowl").formula
'x²/20 + y²'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnscratch import lazy

if TYPE_CHECKING:
    from nnscratch.lab.dialects import dialect_table
    from nnscratch.lab.dialects.optimizer import optimizer
    from nnscratch.lab.differences import explain_diff, known_causes
    from nnscratch.lab.experiments.batchnorm import batchnorm
    from nnscratch.lab.experiments.diagnose_examples import diagnose_examples
    from nnscratch.lab.experiments.diagnosis import diagnose
    from nnscratch.lab.experiments.dialects import compare_dialects
    from nnscratch.lab.experiments.dropout_sweep import dropout_sweep
    from nnscratch.lab.experiments.early_stopping import early_stopping
    from nnscratch.lab.experiments.few_rows import few_rows
    from nnscratch.lab.experiments.init_training import init_training
    from nnscratch.lab.experiments.landscape import optimizer_landscape
    from nnscratch.lab.experiments.optimizer_paths import optimizer_paths
    from nnscratch.lab.experiments.optimizer_race import optimizer_race
    from nnscratch.lab.experiments.weight_decay_sweep import weight_decay_sweep
    from nnscratch.lab.experiments.weight_histograms import weight_histograms
    from nnscratch.lab.experiments.weight_init import weight_init
    from nnscratch.lab.explaining import Explanation, explain
    from nnscratch.lab.options import read_settings
    from nnscratch.lab.recorder import Moment, Recorder, Recording, Series
    from nnscratch.lab.surfaces import surface

_PLACES = {
    "Explanation": "explaining",
    "Moment": "recorder",
    "Recorder": "recorder",
    "Recording": "recorder",
    "Series": "recorder",
    "batchnorm": "experiments.batchnorm",
    "compare_dialects": "experiments.dialects",
    "diagnose": "experiments.diagnosis",
    "diagnose_examples": "experiments.diagnose_examples",
    "dialect_table": "dialects",
    "dropout_sweep": "experiments.dropout_sweep",
    "early_stopping": "experiments.early_stopping",
    "explain": "explaining",
    "explain_diff": "differences",
    "few_rows": "experiments.few_rows",
    "init_training": "experiments.init_training",
    "known_causes": "differences",
    "optimizer": "dialects",
    "optimizer_landscape": "experiments.landscape",
    "optimizer_paths": "experiments.optimizer_paths",
    "optimizer_race": "experiments.optimizer_race",
    "read_settings": "options",
    "surface": "surfaces",
    "weight_decay_sweep": "experiments.weight_decay_sweep",
    "weight_histograms": "experiments.weight_histograms",
    "weight_init": "experiments.weight_init",
}
"""Each public name and the module it comes from."""

__all__ = [
    "Explanation",
    "Moment",
    "Recorder",
    "Recording",
    "Series",
    "batchnorm",
    "compare_dialects",
    "diagnose",
    "diagnose_examples",
    "dialect_table",
    "dropout_sweep",
    "early_stopping",
    "explain",
    "explain_diff",
    "few_rows",
    "init_training",
    "known_causes",
    "optimizer",
    "optimizer_landscape",
    "optimizer_paths",
    "optimizer_race",
    "read_settings",
    "surface",
    "weight_decay_sweep",
    "weight_histograms",
    "weight_init",
]

__getattr__, __dir__ = lazy.names(__name__, _PLACES)
