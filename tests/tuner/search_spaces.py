"""Search spaces and a score without any training, which the golden script has too."""

from __future__ import annotations

from typing import Any

from nnscratch.tuner import HyperParameters
from nnscratch.tuner.oracle import Oracle
from nnscratch.tuner.trial import Trial


def conditional_space() -> HyperParameters:
    hp = HyperParameters()
    hp.Int("units", 32, 96, step=32, default=64)
    hp.Choice("optimizer", ["adam", "sgd"])
    hp.Choice("momentum", [0.0, 0.9], parent_name="optimizer", parent_values=["sgd"])
    hp.Boolean("dropout", default=True)
    hp.Float("rate", 0.1, 0.4, sampling="log", parent_name="dropout", parent_values=[True])
    return hp


def grid_space() -> HyperParameters:
    hp = HyperParameters()
    hp.Int("units", 32, 96, step=32, default=64)
    hp.Choice("optimizer", ["adam", "sgd"])
    hp.Choice("momentum", [0.0, 0.9], parent_name="optimizer", parent_values=["sgd"])
    hp.Boolean("dropout", default=True)
    hp.Float("rate", 0.0, 0.5, step=0.25, parent_name="dropout", parent_values=[True])
    return hp


def score(values: dict[str, Any]) -> float:
    cost = (values["units"] - 64) ** 2 / 1000 + (values["optimizer"] == "sgd")
    return cost + values.get("rate", 0.3) + 1 / values.get("tuner/epochs", 1)


def play(oracle: Oracle, limit: int, scored: Any = score) -> list[dict[str, Any]]:
    """Run a search method against a function of the values; return what it tried."""
    while len(oracle.trials) < limit:
        trial_id = f"{len(oracle.trials):04d}"
        proposal = oracle.propose(trial_id, oracle.trials)
        if proposal["status"] != "RUNNING":
            break
        trial = Trial(proposal["hyperparameters"], trial_id, notes=proposal.get("notes", {}))
        trial.score, trial.status = scored(trial.hyperparameters.values), "COMPLETED"
        oracle.trials[trial_id] = trial
    return [trial.hyperparameters.values for trial in oracle.trials.values()]
