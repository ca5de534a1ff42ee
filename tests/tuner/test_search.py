"""Searches in one process: results, files, seeds, failures, resuming."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from search_models import build, data, records

import nnscratch
from nnscratch.callbacks import Callback, EarlyStopping
from nnscratch.errors import SuspicionWarning
from nnscratch.tuner import (
    BayesianOptimization,
    FailedTrialError,
    GridSearch,
    HyperModel,
    HyperParameters,
    Objective,
    RandomSearch,
)
from nnscratch.tuner.display import Display
from nnscratch.tuner.errors import FatalTypeError, FatalValueError
from nnscratch.tuner.random_search import RandomSearchOracle
from nnscratch.tuner.trial import Trial

pytest.importorskip("h5py")
X, Y = data()
FIT: dict[str, Any] = {"epochs": 3, "validation_split": 0.25, "verbose": 0}


def search(folder: Path, **kwargs: Any) -> RandomSearch:
    settings = {"max_trials": 4, "seed": 1, "directory": folder, "project_name": "p", **kwargs}
    tuner = RandomSearch(settings.pop("build", build), "val_accuracy", **settings)
    tuner.search(X, Y, **FIT)
    return tuner


def test_the_score_is_the_best_epoch_and_the_model_is_that_of_it(tmp_path: Path) -> None:
    tuner = search(tmp_path)
    best = tuner.oracle.get_best_trials()[0]
    assert best.score == max(trial.score for trial in tuner.trials())
    assert best.score == max(best.curve) == best.curve[best.best_step]
    model = tuner.get_best_models()[0]
    rows = len(X) - int(len(X) * 0.25)
    assert model.evaluate(X[rows:], Y[rows:], verbose=0)[1] == pytest.approx(best.score)
    assert tuner.get_best_hyperparameters()[0].values == best.values
    assert tuner.get_best_step() == [best.best_step]


def test_the_folder_has_every_trial(tmp_path: Path) -> None:
    tuner = search(tmp_path)
    folders = sorted(p.name for p in (tmp_path / "p").glob("trial_*"))
    assert folders == [f"trial_000{i}" for i in range(4)]
    state = json.loads((tmp_path / "p" / "trial_0002" / "trial.json").read_text())
    assert state["status"] == "COMPLETED"
    assert state["score"] == tuner.trials()[2].score
    assert (tmp_path / "p" / "trial_0002" / "checkpoint.weights.h5").exists()


def test_a_seed_repeats_the_whole_search(tmp_path: Path) -> None:
    one, other = search(tmp_path / "a"), search(tmp_path / "b")
    assert records(one) == records(other)
    assert records(search(tmp_path / "c", seed=2)) != records(one)


def test_a_search_leaves_the_random_numbers_of_the_program_alone(tmp_path: Path) -> None:
    nnscratch.utils.set_random_seed(5)
    expected = random.random(), np.random.rand(), nnscratch.random.uniform((1,)).tolist()
    nnscratch.utils.set_random_seed(5)
    search(tmp_path)
    assert (random.random(), np.random.rand(), nnscratch.random.uniform((1,)).tolist()) == expected


def test_executions_are_averaged_and_differ(tmp_path: Path) -> None:
    tuner = search(tmp_path, executions_per_trial=3)
    for trial in tuner.trials():
        scores = [run.metrics["val_accuracy"] for run in trial.executions]
        assert len(scores) == 3
        assert trial.score == pytest.approx(sum(scores) / 3)
        assert trial.epochs == 9
    assert len({tuple(run.curve) for run in tuner.trials()[0].executions}) > 1


def test_a_second_call_does_nothing_more_and_a_larger_limit_goes_on(tmp_path: Path) -> None:
    first = records(search(tmp_path))
    assert records(search(tmp_path)) == first
    longer = records(search(tmp_path, max_trials=6))
    assert longer[:4] == first
    assert len(longer) == 6
    assert longer == records(search(tmp_path / "at once", max_trials=6))


def test_overwrite_begins_anew(tmp_path: Path) -> None:
    search(tmp_path)
    other = search(tmp_path, seed=9, overwrite=True)
    assert records(other) == records(search(tmp_path / "other", seed=9))


def test_another_objective_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    search(tmp_path)
    with pytest.raises(ValueError, match="holds a search for"):
        RandomSearch(build, "val_loss", directory=tmp_path, project_name="p")


KILLED = """
    import os, signal, sys
    sys.path.insert(0, {tests!r})
    from search_models import build, data
    from nnscratch.callbacks import Callback
    from nnscratch.tuner import {method}

    class Kill(Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch % 3 == 1 and os.path.isdir("p/trial_0003"):
                os.kill(os.getpid(), signal.SIGKILL)

    x, y = data()
    tuner = {method}(build, "val_accuracy", seed=1, project_name="p", **{arguments})
    tuner.search(x, y, epochs=3, validation_split=0.25, verbose=0, callbacks=[Kill()])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("RandomSearch", {"max_trials": 6}),
        ("Hyperband", {"max_epochs": 4}),
        ("Bandit", {"max_trials": 9, "arms": 3, "epochs_per_pull": 3}),
    ],
)
def test_a_killed_search_goes_on_with_nothing_lost_or_repeated(
    tmp_path: Path, method: str, arguments: dict[str, Any]
) -> None:
    tests = str(Path(__file__).parent)
    code = textwrap.dedent(KILLED).format(tests=tests, method=method, arguments=arguments)
    paths = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    written = {path.parent.name: path.read_text() for path in (tmp_path / "p").glob("*/trial.json")}
    ended = {name for name, text in written.items() if '"COMPLETED"' in text}
    under_way = set(written) - ended
    assert len(under_way) == 1

    begun: list[str] = []

    class Watched(getattr(nnscratch.tuner, method)):  # type: ignore[misc]
        def on_trial_begin(self, trial: Any) -> None:
            begun.append(f"trial_{trial.trial_id}")

    fit = {"epochs": 3, "validation_split": 0.25, "verbose": 0}
    resumed = Watched(build, "val_accuracy", directory=tmp_path, project_name="p", **arguments)
    resumed.search(X, Y, **fit)
    assert begun[0] in under_way
    assert not ended & set(begun)
    for name in ended:
        assert (tmp_path / "p" / name / "trial.json").read_text() == written[name]

    whole = Watched(build, "val_accuracy", seed=1, directory=tmp_path / "whole", **arguments)
    whole.search(X, Y, **fit)
    assert records(resumed) == records(whole)


def failing(hp: HyperParameters) -> Any:
    if hp.Int("units", 4, 16, step=4) == 8:
        raise MemoryError("too many units")
    return build(hp)


def test_a_failing_build_model_is_recorded_and_the_search_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hp = HyperParameters()
    hp.Fixed("learning_rate", 0.01)
    tuner = GridSearch(failing, "val_accuracy", hyperparameters=hp, seed=1, directory=tmp_path)
    tuner.search(X, Y, **FIT)
    by_units = {trial.values["units"]: trial for trial in tuner.trials()}
    assert {u: t.status for u, t in by_units.items()} == {
        4: "COMPLETED", 8: "FAILED", 12: "COMPLETED", 16: "COMPLETED",
    }  # fmt: skip
    failed = by_units[8]
    assert failed.error == "MemoryError: too many units"
    assert "in failing" in (failed.message or "")
    assert failed.score is None
    assert all(trial.status == "COMPLETED" for trial in tuner.oracle.get_best_trials(4))
    tuner.results_summary()
    assert "1 of 4 trials failed:\nTrial 0001: MemoryError" in capsys.readouterr().out
    pytest.importorskip("pandas")
    frame = tuner.to_frame()
    assert frame.loc[1, "error"] == "MemoryError: too many units"
    assert frame["score"].isna().sum() == 1


class Flaky(RandomSearch):
    """Fails at its first attempts."""

    failures = 2

    def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
        trial.hyperparameters.Float("x", 0, 1)
        if trial.attempts < self.failures:
            raise OSError("try again")
        return trial.hyperparameters.values["x"]


def test_retries(tmp_path: Path) -> None:
    tuner = Flaky(max_trials=2, max_retries_per_trial=2, directory=tmp_path, project_name="a")
    tuner.search(verbose=0)
    assert [(t.status, t.attempts) for t in tuner.trials()] == [("COMPLETED", 3)] * 2
    tuner = Flaky(max_trials=2, max_retries_per_trial=1, directory=tmp_path, project_name="b")
    tuner.search(verbose=0)
    assert [(t.status, t.attempts) for t in tuner.trials()] == [("FAILED", 2)] * 2


def test_failures_in_a_row_end_the_search(tmp_path: Path) -> None:
    tuner = Flaky(max_trials=9, max_consecutive_failed_trials=2, directory=tmp_path)
    with pytest.raises(RuntimeError, match=r"2 trials in a row failed(?s:.*)OSError: try again"):
        tuner.search(verbose=0)
    assert len(tuner.trials()) == 2


def test_a_failed_trial_error_is_not_tried_again(tmp_path: Path) -> None:
    class Hopeless(RandomSearch):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            raise FailedTrialError("too large")

    tuner = Hopeless(max_trials=2, max_retries_per_trial=5, directory=tmp_path)
    tuner.search(verbose=0)
    assert [(t.status, t.attempts) for t in tuner.trials()] == [("FAILED", 1)]


def test_a_score_that_is_not_a_number_is_a_failure(tmp_path: Path) -> None:
    class Nothing(RandomSearch):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            return float("nan")

    tuner = Nothing(max_trials=1, directory=tmp_path)
    tuner.search(verbose=0)
    assert tuner.trials()[0].status == "FAILED"
    assert "not a number" in (tuner.trials()[0].error or "")


@pytest.mark.parametrize(
    ("returned", "error", "said"),
    [
        (None, FatalTypeError, "Was `return` forgotten?"),
        ("0.5", FatalTypeError, "'0.5' of type str"),
        ({"val_loss": 1.0}, FatalValueError, 'Objective(name="val_accuracy", direction="max")'),
    ],
)
def test_a_wrong_result_ends_the_search(
    tmp_path: Path, returned: Any, error: type[Exception], said: str
) -> None:
    class Wrong(RandomSearch):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            return returned

    tuner = Wrong(None, "val_accuracy", directory=tmp_path)
    with pytest.raises(error) as raised:
        tuner.search(verbose=0)
    assert said in str(raised.value)


def test_a_search_without_validation_says_what_to_pass(tmp_path: Path) -> None:
    tuner = RandomSearch(build, "val_accuracy", directory=tmp_path)
    with pytest.raises(FatalValueError, match="There was no validation: pass `validation_data`"):
        tuner.search(X, Y, epochs=1, verbose=0)


class Whole(HyperModel):
    def build(self, hp: HyperParameters) -> Any:
        return build(hp)

    def fit(self, hp: HyperParameters, model: Any, *args: Any, **kwargs: Any) -> Any:
        batch_size = hp.Choice("batch_size", [8, 16])
        return model.fit(*args, batch_size=batch_size, **kwargs)


def test_what_fit_asks_for_is_searched(tmp_path: Path) -> None:
    tuner = search(tmp_path, build=Whole(), max_trials=8)
    assert {t.values["batch_size"] for t in tuner.trials()} == {8, 16}
    assert [p.name for p in tuner.oracle.get_space().space][-1] == "batch_size"


def test_what_is_declared_comes_first_and_a_bare_init_will_do(tmp_path: Path) -> None:
    class Declared(HyperModel):
        def __init__(self, classes: int) -> None:
            self.classes = classes  # as many do, without super().__init__()

        def declare_hyperparameters(self, hp: HyperParameters) -> None:
            hp.Fixed("learning_rate", 0.05)

        def build(self, hp: HyperParameters) -> Any:
            return build(hp)

    tuner = search(tmp_path, build=Declared(2), max_trials=2)
    assert [p.name for p in tuner.oracle.get_space().space] == ["learning_rate", "units"]
    assert {trial.values["learning_rate"] for trial in tuner.trials()} == {0.05}
    assert tuner.oracle.get_trial("1") is tuner.trials()[1]


def test_a_model_that_is_not_tunable_keeps_its_defaults(tmp_path: Path) -> None:
    class Fixed(Whole):
        def __init__(self) -> None:
            super().__init__(tunable=False)

    tuner = RandomSearch(Fixed(), "val_accuracy", 1, seed=1, directory=tmp_path)
    assert tuner.oracle.get_space().space == []


def test_a_model_that_learns_its_shape_from_the_data_comes_back(tmp_path: Path) -> None:
    def shapeless(hp: HyperParameters) -> Any:
        model = nnscratch.Sequential([nnscratch.layers.Dense(hp.Int("units", 2, 4), "tanh")])
        model.add(nnscratch.layers.Dense(2, "softmax"))
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    tuner = search(tmp_path, build=shapeless, max_trials=1)
    rows = len(X) - int(len(X) * 0.25)
    scores = tuner.get_best_models()[0].evaluate(X[rows:], Y[rows:], verbose=0)
    assert scores[1] == pytest.approx(tuner.trials()[0].score)


def test_fit_may_return_a_dict_or_a_number(tmp_path: Path) -> None:
    class Custom(Whole):
        def fit(self, hp: HyperParameters, model: Any, *args: Any, **kwargs: Any) -> Any:
            return {"val_accuracy": hp["units"] / 16, "seconds": 0.5}

    tuner = search(tmp_path, build=Custom())
    trial = tuner.trials()[0]
    assert trial.score == trial.values["units"] / 16
    assert trial.metrics.get_best_value("seconds") == 0.5


def test_several_objectives(tmp_path: Path) -> None:
    tuner = RandomSearch(
        build, ["val_accuracy", Objective("val_loss", "min")], 2, seed=1, directory=tmp_path
    )
    tuner.search(X, Y, **FIT)
    for trial in tuner.trials():
        values = {n: trial.metrics.get_best_value(n) for n in ("val_loss", "val_accuracy")}
        assert trial.score == pytest.approx(values["val_loss"] - values["val_accuracy"])
        assert trial.score == pytest.approx(min(trial.curve))


def test_callbacks_are_copied_for_each_training(tmp_path: Path) -> None:
    stopping = EarlyStopping("val_loss", patience=0)
    tuner = RandomSearch(build, "val_accuracy", 3, seed=1, directory=tmp_path)
    tuner.search(X, Y, epochs=30, validation_split=0.25, verbose=0, callbacks=[stopping])
    assert stopping.model is None
    assert all(trial.epochs < 30 for trial in tuner.trials())


def test_hooks(tmp_path: Path) -> None:
    seen = []

    class Hooked(RandomSearch):
        def on_epoch_end(self, trial: Any, model: Any, epoch: int, logs: Any = None) -> None:
            seen.append((trial.trial_id, epoch))

    tuner = Hooked(build, "val_accuracy", 2, seed=1, directory=tmp_path)
    tuner.search(X, Y, **FIT)
    assert seen == [(trial, epoch) for trial in ("0000", "0001") for epoch in range(3)]


def test_max_model_size(tmp_path: Path) -> None:
    # units 4: 4·4+4 + 4·2+2 = 30 weights; units 8: 58; 12: 86; 16: 114
    tuner = search(tmp_path, max_model_size=60, max_trials=12, max_consecutive_failed_trials=99)
    for trial in tuner.trials():
        assert (trial.status == "FAILED") == (trial.values["units"] > 8)
    assert any("more than max_model_size=60" in (t.error or "") for t in tuner.trials())


def test_a_budget_of_epochs(tmp_path: Path) -> None:
    tuner = RandomSearch(build, "val_accuracy", 100, seed=1, directory=tmp_path)
    tuner.search(X, Y, **FIT, max_total_epochs=10)
    assert [trial.epochs for trial in tuner.trials()] == [3, 3, 3, 3]


def test_only_what_is_declared_is_searched(tmp_path: Path) -> None:
    hp = HyperParameters()
    hp.Choice("units", [4, 8])
    tuner = RandomSearch(
        build, "val_accuracy", 9, seed=1, directory=tmp_path, hyperparameters=hp,
        tune_new_entries=False,
    )  # fmt: skip
    tuner.search(X, Y, **FIT)
    assert sorted(trial.values["units"] for trial in tuner.trials()) == [4, 8]
    assert {trial.values["learning_rate"] for trial in tuner.trials()} == {1e-3}
    with pytest.raises(RuntimeError, match="asks for learning_rate"):
        RandomSearch(
            build, "val_accuracy", directory=tmp_path / "b", hyperparameters=hp,
            allow_new_entries=False,
        )  # fmt: skip


def test_an_interrupted_search_can_go_on(tmp_path: Path) -> None:
    class Interrupt(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            raise KeyboardInterrupt

    def tuner() -> RandomSearch:
        return RandomSearch(build, "val_accuracy", 2, seed=1, directory=tmp_path)

    with pytest.raises(KeyboardInterrupt):
        tuner().search(X, Y, **FIT, callbacks=[Interrupt()])
    again = tuner()
    assert [trial.status for trial in again.trials()] == ["RUNNING"]
    again.search(X, Y, **FIT)
    assert [trial.status for trial in again.trials()] == ["COMPLETED"] * 2


def test_a_frame_has_a_row_for_each_trial(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    tuner = search(tmp_path)
    frame = tuner.to_frame()
    assert list(frame["score"]) == [trial.score for trial in tuner.trials()]
    assert list(frame["units"]) == [trial.values["units"] for trial in tuner.trials()]
    assert list(frame["epochs"]) == [3] * 4


def test_trials_of_another_machine_are_left_alone_until_reclaimed(tmp_path: Path) -> None:
    first = search(tmp_path, max_trials=2)
    record = tmp_path / "p" / "trial_0001" / "trial.json"
    state = json.loads(record.read_text())
    state.update(status="RUNNING", attempts=0, owner={"host": "elsewhere", "token": "abc"})
    record.write_text(json.dumps(state))
    tuner = RandomSearch(build, "val_accuracy", 2, directory=tmp_path, project_name="p")
    tuner.search(X, Y, **FIT)
    assert [trial.status for trial in tuner.trials()] == ["COMPLETED", "RUNNING"]
    tuner.search(X, Y, **FIT, reclaim=True)
    assert records(tuner) == records(first)


def test_a_search_says_for_whom_it_waits(capsys: pytest.CaptureFixture[str]) -> None:
    trial = Trial(HyperParameters(), "0004", owner={"host": "elsewhere", "token": "abc"})
    oracle = RandomSearchOracle("val_loss", 9)
    oracle.trials = {"0004": trial}
    Display(0).on_wait(oracle)
    assert capsys.readouterr().out == ""
    Display().on_wait(oracle)
    assert "Waiting for trial 5 of another program (on elsewhere)" in capsys.readouterr().out


def test_suspicions_are_kept_with_the_trial(tmp_path: Path) -> None:
    class Odd(RandomSearch):
        def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
            warnings.warn("a layer is dead", SuspicionWarning, stacklevel=1)
            warnings.warn("something else", UserWarning, stacklevel=1)
            return 1.0

    tuner = Odd(max_trials=1, directory=tmp_path)
    with pytest.warns(UserWarning, match="something else") as seen:
        tuner.search(verbose=0)
    assert [str(one.message) for one in seen] == ["something else"]
    assert tuner.trials()[0].notes["suspicions"] == ["a layer is dead"]


def test_errors_of_the_constructor(tmp_path: Path) -> None:
    with pytest.raises(FatalValueError, match="hypermodel=None"):
        RandomSearch(objective="val_loss", directory=tmp_path)
    with pytest.raises(FatalValueError, match="must be a function"):
        RandomSearch(3, "val_loss", directory=tmp_path)
    with pytest.raises(FatalTypeError, match="forgotten"):
        RandomSearch(lambda hp: None, "val_loss", directory=tmp_path)
    with pytest.raises(ValueError, match="Nothing says whether 'speed'"):
        RandomSearch(build, "speed", directory=tmp_path)
    with pytest.raises(ValueError, match="Did you mean 'gp'"):
        BayesianOptimization(build, "val_loss", surrogate="gpp", directory=tmp_path)
    with pytest.raises(ValueError, match="n_jobs=0"):
        RandomSearch(build, "val_loss", directory=tmp_path).search(X, Y, n_jobs=0)
