"""Figures of searches: what is drawn, read back from the drawing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from search_spaces import conditional_space, play

from nnscratch.tuner import HyperParameters, Objective, figures
from nnscratch.tuner.bandit import BanditOracle
from nnscratch.tuner.bayesian import BayesianOptimizationOracle
from nnscratch.tuner.comparing import Budget, Comparison, best_so_far, compare, finest
from nnscratch.tuner.figures.axes import Axis, searched
from nnscratch.tuner.grid_search import GridSearchOracle
from nnscratch.tuner.random_search import RandomSearchOracle
from nnscratch.tuner.trial import Execution, Trial

pytest.importorskip("matplotlib")
SCORE = Objective("score", "min")


def square() -> HyperParameters:
    hp = HyperParameters()
    hp.Float("important", 0.0, 1.0)
    hp.Float("unimportant", 0.0, 1.0)
    return hp


def bump(x: Any, middle: float) -> Any:
    return np.exp(-(((x - middle) / 0.13) ** 2))


def tried(oracle: Any, scored: Any, limit: int) -> list[Trial]:
    play(oracle, limit, scored)
    return list(oracle.trials.values())


def test_random_search_beats_the_grid_where_one_hyper_parameter_matters() -> None:
    best: dict[str, list[float]] = {"grid": [], "random": []}
    for task in range(100):
        middle = float(np.random.default_rng(task).random())

        def score(values: dict[str, Any], middle: float = middle) -> float:
            return -float(bump(values["important"], middle)) - 0.05 * values["unimportant"]

        seed = 1_000_003 * task
        for name, oracle in (
            ("grid", GridSearchOracle(SCORE, resolution=3, hyperparameters=square())),
            ("random", RandomSearchOracle(SCORE, 9, seed=seed, hyperparameters=square())),
        ):
            trials = tried(oracle, score, 9)
            assert len(trials) == 9
            best[name].append(min(trial.score or 0.0 for trial in trials))
    difference = np.array(best["random"]) - np.array(best["grid"])
    standard_error = difference.std(ddof=1) / np.sqrt(len(difference))
    assert difference.mean() < -3 * standard_error


def test_coverage_counts_the_values() -> None:
    grid = tried(GridSearchOracle(SCORE, resolution=3, hyperparameters=square()), _sum, 9)
    random = tried(RandomSearchOracle(SCORE, 9, seed=1, hyperparameters=square()), _sum, 9)
    figure = figures.coverage({"grid": grid, "random": random})
    texts = [text.get_text() for panel in figure.axes for text in panel.texts]
    assert sorted(texts) == ["3 values", "3 values", "9 values", "9 values"]
    points = figure.axes[4].collections[0].get_offsets()
    assert len(np.unique(points[:, 0])) == 3


def _sum(values: dict[str, Any]) -> float:
    return float(sum(value for value in values.values() if isinstance(value, float)))


def test_scores_are_on_the_scales_of_the_space() -> None:
    hp = conditional_space()
    trials = tried(RandomSearchOracle(SCORE, 20, seed=1, hyperparameters=hp), _mixed, 20)
    trials[3].status, trials[3].score = "FAILED", None
    figure = figures.scores(trials, SCORE)
    panels = {panel.get_xlabel(): panel for panel in figure.axes if panel.get_visible()}
    assert list(panels) == ["units", "optimizer", "momentum", "dropout", "rate"]
    assert panels["rate"].get_xscale() == "log"
    assert panels["units"].get_xscale() == "linear"
    names = [label.get_text() for label in panels["optimizer"].get_xticklabels()]
    assert names == ["adam", "sgd"]
    best = min((t for t in trials if t.score is not None), key=lambda t: t.score or 0.0)
    star = panels["units"].collections[1].get_offsets()[0]
    assert star[1] == pytest.approx(best.score)


def _mixed(values: dict[str, Any]) -> float:
    return float(values["units"]) + values.get("rate", 0.0)


def test_parallel_lines_end_at_the_scores() -> None:
    hp = conditional_space()
    trials = tried(RandomSearchOracle(SCORE, 12, seed=1, hyperparameters=hp), _mixed, 12)
    panel = figures.parallel(trials, SCORE).axes[0]
    scores = np.array([trial.score for trial in trials], float)
    shares = np.sort((scores - scores.min()) / np.ptp(scores))
    count = len(searched(trials)) + 1
    lines = [line for line in panel.lines if len(line.get_xdata()) == count and line.get_alpha()]
    assert np.sort([line.get_ydata()[-1] for line in lines]) == pytest.approx(shares)


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(ValueError, match="before trials with different values have ended"):
        figures.scores([], SCORE)
    with pytest.raises(ValueError, match="before trials"):
        figures.parallel([], SCORE)
    with pytest.raises(ValueError, match="two hyper-parameters"):
        figures.coverage({"none": []})


class _Searched:
    """What `belief` and `allocations` need of a tuner."""

    def __init__(self, oracle: Any) -> None:
        self.oracle = oracle

    def trials(self) -> list[Trial]:
        return list(self.oracle.trials.values())


def test_belief_marks_what_was_chosen() -> None:
    pytest.importorskip("sklearn")
    hp = HyperParameters()
    hp.Float("rate", 1e-4, 1.0, sampling="log")
    oracle = BayesianOptimizationOracle(SCORE, 20, 3, seed=0, hyperparameters=hp)
    play(oracle, 8, lambda values: float(np.log10(values["rate"]) + 2) ** 2)
    searched_by: Any = _Searched(oracle)
    figure = figures.belief(searched_by, [3, 6])
    upper = figure.axes[0]
    assert upper.get_title(loc="left") == "choice of trial 4"
    assert upper.get_xscale() == "log"
    chosen = oracle.trials["0003"].values["rate"]
    assert any(line.get_xdata()[0] == pytest.approx(chosen) for line in upper.lines)
    with pytest.raises(ValueError, match="0 chosen trials"):
        figures.belief(_Searched(RandomLike()))  # type: ignore[arg-type]


class RandomLike(BayesianOptimizationOracle):
    """A search that has chosen nothing yet."""


def test_allocations_show_every_pull() -> None:
    oracle = BanditOracle(SCORE, 30, 4, seed=1, hyperparameters=square())
    play(oracle, 30, _sum)
    searched_by: Any = _Searched(oracle)
    _, right = figures.allocations(searched_by).axes
    assert sum(len(dots.get_offsets()) for dots in right.collections) == 30
    counts = [text.get_text() for text in right.texts[:-1]]
    assert sum(map(int, counts)) == 30


def test_axes_know_their_scale() -> None:
    hp = HyperParameters()
    hp.Choice("few", [1e-2, 1e-3, 1e-4])
    hp.Choice("near", [1, 2, 3])
    hp.Boolean("flag")
    few, near, flag = (Axis(p) for p in hp.space)
    assert (few.is_log, near.is_log, flag.is_log) == (True, False, False)
    assert few.share(1e-3) == pytest.approx(0.5)
    assert [label for _, label in flag.ticks()] == ["False", "True"]


def test_comparison_by_hand() -> None:
    comparison = Comparison(Objective("val_accuracy", "max"), Budget(2, 2), [0, 1, 2])
    comparison.best["random"] = np.array([[0.1, 0.4], [0.1, 0.5], [0.1, 0.6]])
    comparison.best["grid"] = np.array([[0.2, 0.3], [0.2, 0.3], [0.2, 0.3]])
    comparison.seconds = {"random": [1.0], "grid": [2.0]}
    comparison.trials = {"random": [2], "grid": [2]}
    pytest.importorskip("scipy")
    mean, half = comparison.interval("random")
    assert mean.tolist() == pytest.approx([0.1, 0.5])
    # t quantile of 97.5 % with 2 degrees of freedom: 4.303; deviation 0.1, three seeds
    assert half.tolist() == pytest.approx([0.0, 4.302653 * 0.1 / np.sqrt(3)], abs=1e-6)
    pytest.importorskip("pandas")
    frame = comparison.to_frame()
    assert list(frame.index) == ["random", "grid"]
    assert frame.loc["random", "worst"] == 0.4
    figure = figures.budgets(comparison)
    titles = [panel.get_title(loc="left") for panel in figure.axes[:3]]
    assert titles == ["random", "grid", "at the end (3 seeds, 95 %)"]


def test_every_method_gets_the_same_epochs() -> None:
    pytest.importorskip("optuna")
    pytest.importorskip("sklearn")
    from search_models import build, data

    x, y = data()
    spent: list[str] = []
    comparison = compare(
        build, "val_loss", x, y, trials=4, epochs=3, seeds=[0], validation_split=0.25,
        told=spent.append,
    )  # fmt: skip
    assert len(spent) == len(comparison.methods) == 7
    for name in comparison.methods:
        assert comparison.best[name].shape == (1, 12)
        assert (np.diff(comparison.best[name]) <= 0).all()
    with pytest.raises(ValueError, match="Did you mean 'hyperband'"):
        compare(build, "val_loss", x, y, methods=["hyperbant"])


def test_a_grid_is_as_fine_as_the_budget_allows() -> None:
    hp = HyperParameters()
    hp.Float("a", 0, 1)
    hp.Choice("b", ["x", "y"])
    hp.Float("c", 0, 1)
    assert finest(hp, 27) == {"a": 4, "b": 2, "c": 3}


def test_best_so_far_keeps_its_last_value() -> None:
    trial = Trial(HyperParameters(), "0", executions=[Execution(curve=[3.0, 4.0, 2.0])])
    assert best_so_far([trial], SCORE, 5).tolist() == [3.0, 3.0, 2.0, 2.0, 2.0]
    assert best_so_far([trial], SCORE, 2).tolist() == [3.0, 3.0]


def test_pictures_are_files(tmp_path: Path) -> None:
    from nnscratch.lab import pictures

    trials = tried(RandomSearchOracle(SCORE, 5, seed=1, hyperparameters=square()), _sum, 5)
    path = pictures.write(figures.scores(trials, SCORE), tmp_path / "scores.png")
    assert path.read_bytes().startswith(b"\x89PNG")
