"""What each search method does that no other does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from search_models import build, data, records
from search_spaces import conditional_space, play

import nnscratch
from nnscratch.preprocessing import GroupKFold, RepeatedStratifiedKFold
from nnscratch.tuner import (
    Bandit,
    Hyperband,
    HyperParameters,
    Objective,
    OptunaSearch,
    RandomSearch,
)
from nnscratch.tuner.bandit import BanditOracle
from nnscratch.tuner.bayesian import BayesianOptimizationOracle
from nnscratch.tuner.hyperband import HyperbandOracle
from nnscratch.tuner.oracle import Oracle
from nnscratch.tuner.pruning import Judge
from nnscratch.tuner.random_search import RandomSearchOracle
from nnscratch.tuner.samplers import OptunaOracle
from nnscratch.tuner.seeds import training_seed
from nnscratch.tuner.trial import Execution, Trial

pytest.importorskip("h5py")
X, Y = data()
FIT: dict[str, Any] = {"epochs": 3, "validation_split": 0.25, "verbose": 0}
SCORE = Objective("score", "min")


def valley() -> HyperParameters:
    hp = HyperParameters()
    hp.Float("learning_rate", 1e-5, 1e-1, sampling="log")
    hp.Int("units", 1, 100)
    return hp


def depth(values: dict[str, Any]) -> float:
    """Least at learning rate 1e-3 and 50 units."""
    return float(np.log10(values["learning_rate"]) + 3) ** 2 + ((values["units"] - 50) / 50) ** 2


@pytest.mark.parametrize(("surrogate", "seeds"), [("gp", 3), ("tpe", 10)])
def test_a_surrogate_finds_more_than_random_search(surrogate: str, seeds: int) -> None:
    pytest.importorskip({"gp": "sklearn", "tpe": "optuna"}[surrogate])
    found: dict[str, list[float]] = {"model": [], "random": []}
    for seed in range(0, 1000 * seeds, 1000):
        for name, method in (
            ("model", BayesianOptimizationOracle(
                SCORE, 30, 8, surrogate=surrogate, seed=seed, hyperparameters=valley())),
            ("random", RandomSearchOracle(SCORE, 30, seed=seed, hyperparameters=valley())),
        ):  # fmt: skip
            found[name].append(min(map(depth, play(method, 30, depth))))
    assert np.mean(found["model"]) < 0.6 * np.mean(found["random"])


def test_the_process_goes_through_the_scores_and_is_sure_there() -> None:
    pytest.importorskip("sklearn")
    oracle = BayesianOptimizationOracle(SCORE, 20, 6, seed=0, hyperparameters=valley())
    play(oracle, 12, depth)
    belief = oracle.belief("0012")
    mean, deviation = belief.predict(belief.points)
    assert mean == pytest.approx(belief.scores, abs=0.1 * belief.scores.std())
    far, unsure = belief.predict(np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert deviation.mean() < unsure.mean()
    assert far.shape == unsure.shape == (2,)


def test_the_next_trial_has_the_least_bound() -> None:
    pytest.importorskip("sklearn")
    oracle = BayesianOptimizationOracle(SCORE, 20, 6, seed=0, hyperparameters=valley())
    play(oracle, 10, depth)
    chosen = oracle.propose("0010", oracle.trials)
    assert chosen["notes"] == {"chosen": True}
    belief = oracle.belief("0010")
    at = oracle.bound(belief, np.array([belief.point(Trial(chosen["hyperparameters"]))]))[0]
    others = oracle.bound(belief, np.random.default_rng(5).random((4000, 2)))
    assert at <= others.min() + 0.01 * np.ptp(others)


def test_the_process_finds_out_what_matters() -> None:
    pytest.importorskip("sklearn")
    hp = HyperParameters()
    hp.Float("idle", 0.0, 1.0)
    hp.Float("active", 0.0, 1.0)
    oracle = BayesianOptimizationOracle(SCORE, 20, 12, seed=0, hyperparameters=hp)
    play(oracle, 14, lambda values: float(np.sin(6 * values["active"])))
    assert oracle.belief("0014").most_important.name == "active"


def test_past_beliefs_do_not_know_later_results() -> None:
    pytest.importorskip("sklearn")
    oracle = BayesianOptimizationOracle(SCORE, 20, 6, seed=0, hyperparameters=valley())
    play(oracle, 9, depth)
    points = np.random.default_rng(0).random((5, 2))
    then = oracle.belief("0009").predict(points)
    play(oracle, 15, depth)
    again = oracle.belief("0009").predict(points)
    assert np.array_equal(then[0], again[0])
    assert np.array_equal(then[1], again[1])


def test_failed_trials_keep_the_surrogate_away() -> None:
    pytest.importorskip("sklearn")
    hp = HyperParameters()
    hp.Float("x", 0.0, 1.0)
    oracle = BayesianOptimizationOracle(SCORE, 99, 6, seed=0, hyperparameters=hp)
    for _ in range(30):
        trial_id = f"{len(oracle.trials):04d}"
        trial = Trial(oracle.propose(trial_id, oracle.trials)["hyperparameters"], trial_id)
        x = trial.values["x"]
        trial.status, trial.score = ("FAILED", None) if x > 0.5 else ("COMPLETED", (x - 0.4) ** 2)
        oracle.trials[trial_id] = trial
    later = [trial.status for trial in oracle.trials.values()][10:]
    assert later.count("FAILED") <= 6


@pytest.mark.parametrize("surrogate", ["gp", "tpe"])
def test_surrogates_and_conditions(surrogate: str) -> None:
    pytest.importorskip({"gp": "sklearn", "tpe": "optuna"}[surrogate])
    oracle = BayesianOptimizationOracle(
        SCORE, 20, 5, surrogate=surrogate, seed=0, hyperparameters=conditional_space()
    )
    for values in play(oracle, 20):
        assert ("momentum" in values) == (values["optimizer"] == "sgd")
        assert ("rate" in values) == values["dropout"]


@pytest.mark.filterwarnings("ignore:QMCSampler is experimental")
@pytest.mark.parametrize("sampler", ["tpe", "qmc", "random", "nsgaii"])
def test_samplers_of_optuna(sampler: str) -> None:
    pytest.importorskip("optuna")
    hp = HyperParameters()
    hp.Float("r", 1.0, 10.0, sampling="reverse_log")
    hp.Float("s", 0.0, 1.0, step=0.25)
    hp.Int("t", 2, 32, step=2, sampling="log")
    hp.Int("u", 2, 9, step=3)
    hp.Choice("v", [3, 1, 2])
    hp.Choice("w", ["a", "b"])
    hp.Fixed("x", 7)
    for values in play(
        OptunaOracle(SCORE, 15, sampler, seed=0, hyperparameters=hp), 15, lambda v: v["r"] + v["s"]
    ):
        assert 1 <= values["r"] <= 10
        assert values["s"] in (0, 0.25, 0.5, 0.75, 1)
        assert values["t"] in (2, 4, 8, 16, 32)
        assert values["u"] in (2, 5, 8)
        assert values["v"] in (1, 2, 3)
        assert values["w"] in ("a", "b")
        assert values["x"] == 7


def test_a_sampler_of_ones_own(tmp_path: Path) -> None:
    optuna = pytest.importorskip("optuna")
    tuner = OptunaSearch(
        build, "val_accuracy", 2, sampler=lambda seed: optuna.samplers.RandomSampler(seed=seed),
        seed=1, directory=tmp_path,
    )  # fmt: skip
    tuner.search(X, Y, **FIT)
    assert len(tuner.trials()) == 2
    with pytest.raises(ValueError, match="Did you mean 'tpe'"):
        play(OptunaOracle(SCORE, 3, "tpee", hyperparameters=valley()), 3, depth)


# -- trials that go on -----------------------------------------------------------------------


@pytest.mark.parametrize("method", [Hyperband, Bandit])
def test_going_on_is_training_without_a_break(tmp_path: Path, method: Any) -> None:
    """The model has dropout, so its random streams must go on too."""
    arguments = {"max_epochs": 9} if method is Hyperband else {"max_trials": 12, "arms": 3}
    tuner = method(build, objective="val_accuracy", seed=1, directory=tmp_path, **arguments)
    tuner.search(X, Y, **FIT)
    last = max(tuner.trials(), key=lambda t: t.hyperparameters.values["tuner/epochs"])
    assert last.hyperparameters.values["tuner/initial_epoch"] > 0
    curve: list[float] = []
    trial: Trial | None = last
    while trial is not None:
        curve = trial.curve + curve
        origin = trial.hyperparameters.values.get("tuner/trial_id")
        trial = None if origin is None else tuner.oracle.trials[origin]

    root = last.notes["root"]
    nnscratch.utils.set_random_seed(training_seed(1, root, 0, 0, 0))
    hp = HyperParameters()
    hp.values = dict(last.values)
    history = build(hp).fit(X, Y, epochs=len(curve), validation_split=0.25, verbose=0)
    assert curve == history.history["val_accuracy"]


def test_hyperband_does_not_wait_for_ever_for_failed_trials() -> None:
    oracle = HyperbandOracle(SCORE, 9, 3, seed=0, hyperparameters=valley())
    for _ in range(200):
        trial_id = f"{len(oracle.trials):04d}"
        proposal = oracle.propose(trial_id, oracle.trials)
        if proposal["status"] != "RUNNING":
            break
        trial = Trial(proposal["hyperparameters"], trial_id, notes=proposal["notes"])
        failed = len(oracle.trials) % 2 == 0
        trial.status, trial.score = (
            ("FAILED", None) if failed else ("COMPLETED", depth(trial.values))
        )
        oracle.trials[trial_id] = trial
    assert proposal["status"] == "STOPPED"


def with_pulls(policy: str, scores: dict[int, list[float]]) -> BanditOracle:
    """Return a bandit of which each arm has been pulled with these scores."""
    oracle = BanditOracle(SCORE, 99, len(scores), policy=policy, seed=0, hyperparameters=valley())
    for arm, values in scores.items():
        for value in values:
            trial_id = f"{len(oracle.trials):04d}"
            hp = valley()
            hp.values["tuner/epochs"] = 1
            oracle.trials[trial_id] = Trial(
                hp, trial_id, "COMPLETED", score=value, notes={"arm": arm}
            )
    return oracle


def test_ucb_by_hand() -> None:
    oracle = with_pulls("ucb", {0: [5.0, 1.0], 1: [3.0]})
    # Scores 5, 1, 3, less being better: ranks 0, 1, 1/2. With discount 0.7 the mean of arm 0 is
    # (0.7·0 + 1·1) / 1.7; it was pulled twice of three times.
    first, second = oracle.arms()
    assert (first.mean, second.mean) == pytest.approx((1 / 1.7, 0.5))
    expected = [1 / 1.7 + 0.5 * np.sqrt(np.log(3) / 2), 0.5 + 0.5 * np.sqrt(np.log(3) / 1)]
    assert oracle.indices([first, second], "0003") == pytest.approx(expected)


def test_thompson_pulls_the_better_arm_more_often_but_not_always() -> None:
    oracle = with_pulls("thompson", {0: [1.0] * 4, 1: [2.0] * 4})
    pulled = [
        int(np.argmax(oracle.indices(oracle.arms(), f"{number:04d}"))) for number in range(8, 400)
    ]
    assert 0.5 < pulled.count(0) / len(pulled) < 1


@pytest.mark.parametrize("policy", ["ucb", "thompson"])
def test_a_bandit_feeds_the_good_machine(policy: str) -> None:
    oracle = BanditOracle(SCORE, 60, 6, policy=policy, seed=3, hyperparameters=valley())
    play(oracle, 60, depth)
    arms = oracle.arms()
    best = min(arms, key=lambda arm: depth(arm.pulls[0].values))
    assert len(best.pulls) == max(len(arm.pulls) for arm in arms)
    assert all(len(arm.pulls) >= 1 for arm in arms)
    assert sum(len(arm.pulls) for arm in arms) == 60


# -- the same for all ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "oracle",
    [
        lambda: RandomSearchOracle(SCORE, 12, seed=4, hyperparameters=valley()),
        lambda: BayesianOptimizationOracle(SCORE, 12, 4, seed=4, hyperparameters=valley()),
        lambda: BayesianOptimizationOracle(
            SCORE, 12, 4, surrogate="tpe", seed=4, hyperparameters=valley()
        ),
        lambda: HyperbandOracle(SCORE, 4, seed=4, hyperparameters=valley()),
        lambda: BanditOracle(SCORE, 12, 3, policy="thompson", seed=4, hyperparameters=valley()),
    ],
    ids=["random", "gp", "tpe", "hyperband", "thompson"],
)
def test_a_method_remembers_nothing_but_the_trials(oracle: Any) -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("optuna")
    whole: Oracle = oracle()
    play(whole, 12, depth)
    half: Oracle = oracle()
    half.trials = dict(list(whole.trials.items())[:6])
    assert play(half, 12, depth) == [t.hyperparameters.values for t in whole.trials.values()]


def test_a_judge_compares_with_the_median() -> None:
    pytest.importorskip("optuna")
    before = [
        Trial(HyperParameters(), f"{i}", "COMPLETED", score=0.9,
              executions=[Execution(curve=[0.7, 0.8, 0.9])])
        for i in range(5)
    ]  # fmt: skip
    judge = Judge("median", Objective("val_accuracy", "max"), before)
    assert not judge.is_hopeless(0, 0.75)
    assert judge.is_hopeless(1, 0.76)
    with pytest.raises(ValueError, match="Did you mean 'median'"):
        Judge("medium", SCORE, before)


def test_pruning(tmp_path: Path) -> None:
    pytest.importorskip("optuna")

    def search(folder: str, n_jobs: int = 1, **kwargs: Any) -> Any:
        tuner = RandomSearch(build, "val_loss", 12, seed=1, directory=tmp_path / folder, **kwargs)
        tuner.search(X, Y, **{**FIT, "epochs": 8}, n_jobs=n_jobs)
        return tuner

    pruned, whole = search("a", pruner="median"), search("b")
    statuses = [trial.status for trial in pruned.trials()]
    assert "PRUNED" in statuses
    assert statuses[:5] == ["COMPLETED"] * 5  # Optuna's median needs five curves to compare with
    for short, full in zip(pruned.trials(), whole.trials(), strict=True):
        assert short.values == full.values
        assert short.curve == full.curve[: len(short.curve)]
        assert (short.status == "PRUNED") == (len(short.curve) < 8)
    assert pruned.oracle.get_best_trials()[0].score == whole.oracle.get_best_trials()[0].score
    two = [records(search(f"c{i}", 2, pruner="median")) for i in range(2)]
    assert two[0] == two[1]
    assert any(state["status"] == "PRUNED" for state in two[0])


class Halves:
    """Two folds: the even rows and the odd ones."""

    def split(self, x: Any, y: Any) -> Any:
        even, odd = np.arange(0, len(x), 2), np.arange(1, len(x), 2)
        return [(even, odd), (odd, even)]


def test_cross_validation_by_hand(tmp_path: Path) -> None:
    tuner = RandomSearch(build, "val_accuracy", 1, seed=1, directory=tmp_path)
    tuner.search(X, Y, epochs=3, verbose=0, cv=Halves())
    trial = tuner.trials()[0]
    scores = []
    for fold, (rows, others) in enumerate(Halves().split(X, Y)):
        nnscratch.utils.set_random_seed(training_seed(1, 0, 0, 0, fold))
        history = build(trial.hyperparameters.copy()).fit(
            X[rows], Y[rows], epochs=3, verbose=0, validation_data=(X[others], Y[others])
        )
        scores.append(max(history.history["val_accuracy"]))
    assert [run.metrics["val_accuracy"] for run in trial.executions] == scores
    assert trial.score == pytest.approx(sum(scores) / 2)
    pytest.importorskip("pandas")
    assert tuner.to_frame().loc[0, "score_std"] == pytest.approx(np.std(scores, ddof=1))


def test_cross_validation_by_a_number_is_stratified(tmp_path: Path) -> None:
    tuner = RandomSearch(
        build, "val_accuracy", 2, seed=1, directory=tmp_path, executions_per_trial=2
    )
    tuner.search(X, Y, epochs=1, verbose=0, cv=3)
    assert [len(trial.executions) for trial in tuner.trials()] == [6, 6]
    with pytest.raises(TypeError, match="cv='five'"):
        tuner.search(X, Y, cv="five")
    again = RandomSearch(build, "val_accuracy", 1, directory=tmp_path / "b")
    again.search(X, Y, epochs=1, verbose=0, cv=3, validation_split=0.2)
    assert "leave `validation_split` out" in (again.trials()[0].error or "")


def test_repeated_and_grouped_folds(tmp_path: Path) -> None:
    one_hot = np.eye(2, dtype="float32")[Y]
    seen = []

    class Noted(GroupKFold):
        def split(self, x: Any, y: Any = None, groups: Any = None) -> Any:
            seen.append((y, groups))
            return super().split(x, y, groups)

    def compiled(hp: HyperParameters) -> Any:
        model = build(hp)
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        return model

    tuner = RandomSearch(compiled, "val_accuracy", 1, seed=1, directory=tmp_path / "a")
    repeated = RepeatedStratifiedKFold(n_splits=2, n_repeats=3, seed=0)
    tuner.search(X, one_hot, epochs=1, verbose=0, cv=repeated)
    assert len(tuner.trials()[0].executions) == 6
    tuner = RandomSearch(compiled, "val_accuracy", 1, seed=1, directory=tmp_path / "b")
    groups = np.arange(len(X)) // 5
    tuner.search(X, one_hot, epochs=1, verbose=0, cv=Noted(3), groups=groups)
    assert len(tuner.trials()[0].executions) == 3
    assert np.array_equal(seen[0][0], Y)
    assert seen[0][1] is groups
