"""Records what keras-tuner does: `python parity/golden/make_tuner.py` where it is installed."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from importlib.metadata import version
from pathlib import Path

import keras_tuner as kt

OUT = Path(__file__).resolve().parents[2] / "tests" / "golden" / "tuner.json"
SHARES = [i / 20 for i in range(20)] + [0.999]

KINDS = [
    ("Int", {"min_value": 32, "max_value": 512, "step": 32}),
    ("Int", {"min_value": 6, "max_value": 13, "step": 3}),
    ("Int", {"min_value": 1, "max_value": 5}),
    ("Int", {"min_value": 2, "max_value": 32, "step": 2, "sampling": "log"}),
    ("Int", {"min_value": 8, "max_value": 1000, "sampling": "log"}),
    ("Int", {"min_value": 8, "max_value": 1000, "sampling": "reverse_log", "default": 100}),
    ("Float", {"min_value": -1, "max_value": 3}),
    ("Float", {"min_value": 0, "max_value": 10, "step": 2.5}),
    ("Float", {"min_value": 1e-4, "max_value": 1e-1, "sampling": "log"}),
    ("Float", {"min_value": 1e-3, "max_value": 10, "step": 10, "sampling": "log"}),
    ("Float", {"min_value": 1, "max_value": 100, "sampling": "reverse_log", "default": 5.0}),
    ("Choice", {"values": [1e-2, 1e-3, 1e-4]}),
    ("Choice", {"values": ["adam", "sgd"], "default": "sgd"}),
    ("Choice", {"values": [4, 1, 2], "ordered": False}),
    ("Boolean", {}),
    ("Boolean", {"default": True}),
    ("Fixed", {"value": 7}),
]
NAMES = [
    *("loss", "val_loss", "accuracy", "val_accuracy", "acc", "val_acc", "auc", "precision"),
    *("mean_squared_error", "mae", "sparse_categorical_accuracy", "val_categorical_crossentropy"),
    *("weighted_accuracy", "unheard_of"),
]

SCHEDULES = [(1, 3), (9, 3), (10, 3), (81, 3), (16, 2)]


def kind(method: str, arguments: dict) -> dict:
    hp = kt.HyperParameters()
    default = getattr(hp, method)("name", **arguments)
    one = hp.space[0]
    values = list(one.values)
    return {
        "method": method,
        "arguments": arguments,
        "default": default,
        "config": hp.get_config(),
        "values": values if one.get_config().get("step") or method in "ChoiceBooleanFixed"
        else sorted(values),
        "at": [one.prob_to_value(p) for p in SHARES],
        "drawn": [one.random_sample(seed) for seed in range(20)],
    }  # fmt: skip


def space() -> kt.HyperParameters:
    hp = kt.HyperParameters()
    hp.Int("units", 32, 96, step=32, default=64)
    hp.Choice("optimizer", ["adam", "sgd"])
    hp.Choice("momentum", [0.0, 0.9], parent_name="optimizer", parent_values=["sgd"])
    hp.Boolean("dropout", default=True)
    hp.Float("rate", 0.1, 0.4, sampling="log", parent_name="dropout", parent_values=[True])
    return hp


def score(values: dict) -> float:
    cost = (values["units"] - 64) ** 2 / 1000 + (values["optimizer"] == "sgd")
    return cost + values.get("rate", 0.3) + 1 / values.get("tuner/epochs", 1)


def run(oracle: kt.Oracle, limit: int) -> list[dict]:
    tried = []
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        oracle._set_project_dir(folder, "search")
        oracle.verbose = 0
        while len(tried) < limit:
            trial = oracle.create_trial("tuner0")
            if trial.status != "RUNNING":
                break
            tried.append(dict(trial.hyperparameters.values))
            oracle.update_trial(trial.trial_id, {"score": score(trial.hyperparameters.values)})
            trial.status = "COMPLETED"
            oracle.end_trial(trial)
    return tried


def build(hp: kt.HyperParameters) -> object:
    hp.Int("units", 32, 64, step=32)
    optimizer = hp.Choice("optimizer", ["adam", "sgd", "rmsprop"])
    with hp.conditional_scope("optimizer", ["sgd"]):
        if optimizer == "sgd":
            hp.Float("momentum", 0.0, 0.9)
            if hp.Boolean("nesterov"):
                hp.Float("never_met", 0.0, 1.0)
    with hp.conditional_scope("optimizer", ["rmsprop"]):
        if optimizer == "rmsprop":
            centered = hp.Boolean("centered")
            with hp.conditional_scope("centered", [True]):
                if centered:
                    hp.Float("rho", 0.8, 0.99)
    return object()


def discovered() -> dict:
    with tempfile.TemporaryDirectory() as folder:
        tuner = kt.RandomSearch(build, kt.Objective("score", "min"), 3, directory=folder)
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            tuner.search_space_summary()
        found = [[type(p).__name__, p.name] for p in tuner.oracle.get_space().space]
        return {"space": found, "summary": text.getvalue()}


def hyperband(max_epochs: int, factor: int) -> list[list[list[int]]]:
    oracle = kt.oracles.HyperbandOracle(
        kt.Objective("score", "min"), max_epochs=max_epochs, factor=factor
    )
    return [
        [
            [oracle._get_size(b, r), oracle._get_epochs(b, r)]
            for r in range(oracle._get_num_rounds(b))
        ]
        for b in reversed(range(oracle._get_num_brackets()))
    ]


def direction(name: str) -> str | None:
    from keras_tuner.engine.metrics_tracking import infer_metric_direction

    return infer_metric_direction(name)


def main() -> None:
    objective = kt.Objective("score", "min")
    with_space = {"hyperparameters": space(), "objective": objective}
    golden = {
        "made_with": {p: version(p) for p in ("keras-tuner", "keras", "tensorflow", "numpy")},
        "shares": SHARES,
        "kinds": [kind(*each) for each in KINDS],
        "random": {
            seed: run(kt.oracles.RandomSearchOracle(max_trials=15, seed=seed, **with_space), 15)
            for seed in (1, 42)
        },
        "random_exhausted": run(
            kt.oracles.RandomSearchOracle(objective, 50, seed=3, hyperparameters=small()), 50
        ),
        "grid": run(kt.oracles.GridSearchOracle(hyperparameters=grid(), objective=objective), 99),
        "hyperband": run(
            kt.oracles.HyperbandOracle(max_epochs=9, factor=3, seed=5, **with_space), 99
        ),
        "schedules": {f"{r},{eta}": hyperband(r, eta) for r, eta in SCHEDULES},
        "discovered": discovered(),
        "directions": {name: direction(name) for name in NAMES},
    }
    OUT.write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")


def small() -> kt.HyperParameters:
    hp = kt.HyperParameters()
    hp.Choice("units", [32, 64, 96])
    hp.Choice("optimizer", ["adam", "sgd"])
    return hp


def grid() -> kt.HyperParameters:
    hp = kt.HyperParameters()
    hp.Int("units", 32, 96, step=32, default=64)
    hp.Choice("optimizer", ["adam", "sgd"])
    hp.Choice("momentum", [0.0, 0.9], parent_name="optimizer", parent_values=["sgd"])
    hp.Boolean("dropout", default=True)
    hp.Float("rate", 0.0, 0.5, step=0.25, parent_name="dropout", parent_values=[True])
    return hp


if __name__ == "__main__":
    main()
