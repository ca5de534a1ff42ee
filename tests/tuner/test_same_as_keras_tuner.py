"""Kinds, spaces and search methods beside what keras-tuner recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from search_spaces import conditional_space, grid_space, play

from nnscratch.tuner import HyperParameters, Objective, RandomSearch
from nnscratch.tuner.grid_search import GridSearchOracle
from nnscratch.tuner.hyperband import HyperbandOracle, schedule
from nnscratch.tuner.objective import direction_of
from nnscratch.tuner.random_search import RandomSearchOracle

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "tuner.json").read_text())
SCORE = Objective("score", "min")


@pytest.mark.parametrize("golden", GOLDEN["kinds"], ids=lambda g: f"{g['method']}-{g['arguments']}")
def test_kinds(golden: dict[str, Any]) -> None:
    hp = HyperParameters()
    assert getattr(hp, golden["method"])("name", **golden["arguments"]) == golden["default"]
    assert hp.get_config() == golden["config"]
    kind = hp.space[0]
    assert sorted(kind.values) == pytest.approx(sorted(golden["values"]))
    assert [kind.prob_to_value(p) for p in GOLDEN["shares"]] == pytest.approx(golden["at"])
    assert [kind.random_sample(seed) for seed in range(20)] == pytest.approx(golden["drawn"])
    again = HyperParameters.from_config(golden["config"])
    assert again.get_config() == golden["config"]


@pytest.mark.parametrize("seed", [1, 42])
def test_random_search_tries_the_same_configurations(seed: int) -> None:
    oracle = RandomSearchOracle(SCORE, 15, seed=seed, hyperparameters=conditional_space())
    assert play(oracle, 15) == [pytest.approx(each) for each in GOLDEN["random"][str(seed)]]


def test_random_search_ends_where_keras_tuner_does() -> None:
    hp = HyperParameters()
    hp.Choice("units", [32, 64, 96])
    hp.Choice("optimizer", ["adam", "sgd"])
    oracle = RandomSearchOracle(SCORE, 50, seed=3, hyperparameters=hp)
    assert play(oracle, 50) == GOLDEN["random_exhausted"]


def test_grid_search_goes_the_same_way() -> None:
    oracle = GridSearchOracle(SCORE, hyperparameters=grid_space())
    assert play(oracle, 99) == GOLDEN["grid"]


def test_hyperband_goes_the_same_way() -> None:
    oracle = HyperbandOracle(SCORE, 9, 3, seed=5, hyperparameters=conditional_space())
    tried = [
        {name.replace("tuner/", "tuner/"): value for name, value in each.items()}
        for each in play(oracle, 99)
    ]
    expected = [dict(each) for each in GOLDEN["hyperband"]]
    for each in [*tried, *expected]:
        each["tuner/trial_id"] = int(each.get("tuner/trial_id", -1))
    assert tried == [pytest.approx(each) for each in expected]


@pytest.mark.parametrize("arguments", GOLDEN["schedules"])
def test_hyperband_schedules(arguments: str) -> None:
    max_epochs, factor = map(int, arguments.split(","))
    ours = [[[r.size, r.epochs] for r in rounds] for rounds in schedule(max_epochs, factor)]
    assert ours == GOLDEN["schedules"][arguments]


def build(hp: HyperParameters) -> Any:
    from nnscratch import Sequential, layers

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
    return Sequential([layers.Dense(1)])


def test_every_scope_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tuner = RandomSearch(build, SCORE, 3, directory=tmp_path)
    found = [[type(p).__name__, p.name] for p in tuner.oracle.get_space().space]
    assert found == GOLDEN["discovered"]["space"]
    capsys.readouterr()
    tuner.search_space_summary()
    assert capsys.readouterr().out == GOLDEN["discovered"]["summary"]


@pytest.mark.parametrize("name", GOLDEN["directions"])
def test_directions(name: str) -> None:
    assert direction_of(name) == GOLDEN["directions"][name]
