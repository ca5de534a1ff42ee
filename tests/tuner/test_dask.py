"""A search on a Dask cluster on this machine, one of whose workers is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from search_models import Die, build, data, records

from nnscratch.tuner import Hyperband, RandomSearch

pytest.importorskip("h5py")
distributed = pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL"),
    pytest.mark.filterwarnings("ignore"),
]
X, Y = data()
FIT: dict[str, Any] = {"epochs": 3, "validation_split": 0.25, "verbose": 0}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    paths = [str(ROOT), str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, distributed.Client(cluster) as client:
        yield client


def test_no_trial_is_lost_and_none_counted_twice(tmp_path: Path, client: Any) -> None:
    ended: list[str] = []

    class Watched(RandomSearch):
        def on_trial_end(self, trial: Any) -> None:
            ended.append(trial.trial_id)

    before = set(client.run(os.getpid).values())
    killer = Die(str(tmp_path / "died"), False)
    tuner = Watched(build, "val_accuracy", 8, seed=1, directory=tmp_path / "a")
    tuner.search(X, Y, **FIT, client=client, callbacks=[killer])
    assert (tmp_path / "died").exists()
    assert set(client.run(os.getpid).values()) != before
    assert sorted(ended) == [f"{i:04d}" for i in range(8)]
    assert [trial.attempts for trial in tuner.trials()] == [1] * 8

    calm = RandomSearch(build, "val_accuracy", 8, seed=1, directory=tmp_path / "b")
    calm.search(X, Y, **FIT)
    assert records(tuner) == records(calm)
    assert len(tuner.get_best_models(8)) == 8


def test_trials_that_go_on_take_their_weights_along(tmp_path: Path, client: Any) -> None:
    here = Hyperband(build, "val_accuracy", max_epochs=4, seed=1, directory=tmp_path / "a")
    here.search(X, Y, **FIT, n_jobs=2)
    there = Hyperband(build, "val_accuracy", max_epochs=4, seed=1, directory=tmp_path / "b")
    there.search(X, Y, **FIT, client=client)
    assert records(here) == records(there)


def test_not_both(tmp_path: Path, client: Any) -> None:
    tuner = RandomSearch(build, "val_accuracy", directory=tmp_path)
    with pytest.raises(ValueError, match="not both"):
        tuner.search(X, Y, client=client, n_jobs=2)
