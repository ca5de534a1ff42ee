"""Searches in several processes: the same results, dying workers, shared folders."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from search_models import Die, build, data, records

from nnscratch.callbacks import Callback
from nnscratch.tuner import BayesianOptimization, GridSearch, Hyperband, RandomSearch
from nnscratch.tuner.oracle import Oracle
from nnscratch.tuner.tuner import Tuner

pytest.importorskip("h5py")
pytest.importorskip("loky")
X, Y = data()
FIT: dict[str, Any] = {"epochs": 3, "validation_split": 0.25, "verbose": 0}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def importable_by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    here = str(Path(__file__).parent)
    paths = [str(ROOT), here, *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


def test_two_processes_find_what_one_does(tmp_path: Path) -> None:
    def search(n_jobs: int) -> Any:
        folder = tmp_path / str(n_jobs)
        tuner = RandomSearch(build, "val_accuracy", 5, seed=1, directory=folder)
        tuner.search(X, Y, **FIT, n_jobs=n_jobs)
        return tuner

    one, two = search(1), search(2)
    assert records(one) == records(two)
    weights = [[w.tolist() for w in t.get_best_models()[0].get_weights()] for t in (one, two)]
    assert weights[0] == weights[1]


class Unequal(Callback):
    """Makes one of two trainings much slower than the other, by what is told from outside."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def on_train_begin(self, logs: Any = None) -> None:
        slow = len(Path(self.file).read_text())
        Path(self.file).write_text("x" * (slow + 1))
        time.sleep(0.2 * (slow % 2))


@pytest.mark.parametrize("method", [BayesianOptimization, Hyperband])
def test_a_seed_repeats_a_search_whichever_worker_is_faster(
    tmp_path: Path, method: type[Tuner]
) -> None:
    arguments: dict[str, Any] = {"max_epochs": 4}
    if method is BayesianOptimization:
        pytest.importorskip("sklearn")
        arguments = {"max_trials": 8, "num_initial_points": 3}
    found = []
    for first in ("", "x"):
        file = tmp_path / f"order{first}"
        file.write_text(first)
        tuner = method(  # type: ignore[call-arg]
            build, objective="val_accuracy", seed=1, directory=tmp_path / f"d{first}", **arguments
        )
        tuner.search(X, Y, **FIT, n_jobs=2, callbacks=[Unequal(str(file))])
        found.append(records(tuner))
    assert found[0] == found[1]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_worker_that_is_killed_loses_no_trial(tmp_path: Path) -> None:
    tuner = RandomSearch(build, "val_accuracy", 5, seed=1, directory=tmp_path / "a")
    killer = Die(str(tmp_path / "died"), False)
    tuner.search(X, Y, **FIT, n_jobs=2, callbacks=[killer])
    assert (tmp_path / "died").exists()
    calm = RandomSearch(build, "val_accuracy", 5, seed=1, directory=tmp_path / "b")
    calm.search(X, Y, **FIT)
    assert records(tuner) == records(calm)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_trial_that_kills_its_worker_every_time_fails(tmp_path: Path) -> None:
    tuner = RandomSearch(build, "val_accuracy", 1, seed=1, directory=tmp_path)
    tuner.search(X, Y, **FIT, n_jobs=2, callbacks=[Die(str(tmp_path / "died"), True)])
    assert tuner.trials()[0].status == "FAILED"
    assert "its process died 3 times" in (tuner.trials()[0].error or "")


class Fails(RandomSearch):
    def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
        x = trial.hyperparameters.Float("x", 0, 1)
        if x > 0.5:
            raise ArithmeticError(f"{x} is too much")
        return x


def test_errors_come_back_from_processes(tmp_path: Path) -> None:
    tuner = Fails(max_trials=8, seed=1, max_consecutive_failed_trials=99, directory=tmp_path)
    tuner.search(n_jobs=2)
    for trial in tuner.trials():
        assert (trial.status == "FAILED") == (trial.values["x"] > 0.5)
        if trial.status == "FAILED":
            assert (trial.error or "").startswith("ArithmeticError: ")
            assert "in run_trial" in (trial.message or "")


def test_an_oracle_whose_trials_all_run_is_waited_for(tmp_path: Path) -> None:
    tuner = GridSearch(build, "val_accuracy", 4, seed=1, directory=tmp_path)
    assert isinstance(tuner.oracle, Oracle)
    tuner.search(X, Y, **FIT, n_jobs=3)
    assert [trial.status for trial in tuner.trials()] == ["COMPLETED"] * 4


SHARING = """
    import sys
    sys.path.insert(0, {tests!r})
    from search_models import build, data
    from nnscratch.tuner import RandomSearch

    x, y = data()
    tuner = RandomSearch(build, "val_accuracy", 14, seed=1, project_name="p", storage={storage!r})
    tuner.search(x, y, epochs=6, validation_split=0.25, verbose=0)
    print(len(tuner.trials()))
"""


@pytest.mark.parametrize("storage", [None, "journal.log", "sqlite:///trials.db"])
def test_several_programs_share_a_search(tmp_path: Path, storage: str | None) -> None:
    if storage is not None:
        pytest.importorskip("optuna")
    code = textwrap.dedent(SHARING).format(tests=str(Path(__file__).parent), storage=storage)
    command = [sys.executable, "-c", code]
    begun = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    _wait_for_a_trial(tmp_path / "p", begun)
    others = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in "ab"
    ]
    for process in (begun, *others):
        printed, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        assert printed.strip() == "14"
    os.chdir(tmp_path)
    tuner = RandomSearch(build, "val_accuracy", 14, seed=1, project_name="p", storage=storage)
    trials = tuner.trials()
    assert {trial.status for trial in trials} == {"COMPLETED"}
    assert len({str(trial.values) for trial in trials}) == 14
    alone = RandomSearch(build, "val_accuracy", 14, seed=1, directory=tmp_path / "alone")
    alone.search(X, Y, epochs=6, validation_split=0.25, verbose=0)
    assert sorted(str(t.values) for t in trials) == sorted(str(t.values) for t in alone.trials())


def _wait_for_a_trial(folder: Path, process: subprocess.Popen[str]) -> None:
    """Wait until the first program has settled the seed and begun."""
    while not (folder / "oracle.json").exists():
        assert process.poll() is None
        time.sleep(0.05)


def test_a_storage_opens_as_a_study_of_optuna(tmp_path: Path) -> None:
    optuna = pytest.importorskip("optuna")
    url = f"sqlite:///{tmp_path}/trials.db"
    tuner = RandomSearch(
        build, "val_accuracy", 3, seed=1, directory=tmp_path, project_name="p", storage=url
    )
    tuner.search(X, Y, **FIT)
    study = optuna.load_study(study_name="p", storage=url)
    assert study.best_value == tuner.oracle.get_best_trials()[0].score
    assert [trial.params for trial in study.trials] == [trial.values for trial in tuner.trials()]
    assert list(study.trials[0].intermediate_values.values()) == tuner.trials()[0].curve
