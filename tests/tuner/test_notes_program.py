"""The notes' program, whose imports are keras-tuner's and TensorFlow's."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from compat.running import ROOT, run, written

pytest.importorskip("h5py")
pytest.importorskip("loky")
SCRIPT = ROOT / "examples" / "hyperparameter_search.py"


@pytest.mark.skipif("NNSCRATCH_DATASETS" not in os.environ, reason="set NNSCRATCH_DATASETS")
def test_it_finds_a_model_above_95_percent(tmp_path: Path) -> None:
    done = run(SCRIPT, "--directory", str(tmp_path))
    assert done.returncode == 0, done.stderr
    found = re.search(r"test accuracy ([\d.]+)", done.stdout)
    assert found is not None
    assert float(found[1]) > 0.95


PROGRAM = """
    import {module} as kt
    from {module} import HyperParameters, Objective
    from {module}.tuners import RandomSearch
    from {module}.engine.hypermodel import HyperModel
    from {module}.oracles import HyperbandOracle
    from tensorflow import keras
    import numpy as np

    def build_model(hp):
        model = keras.Sequential([keras.layers.Dense(hp.Int("units", 2, 4), input_shape=(3,))])
        model.add(keras.layers.Dense(1))
        model.compile(keras.optimizers.Adam(hp.Choice("learning_rate", [1e-2, 1e-3])), "mse")
        return model

    x = np.random.default_rng(0).random((20, 3)).astype("float32")
    tuner = RandomSearch(build_model, "val_loss", max_trials=3, seed=1, directory="search")
    tuner.search(x, x[:, :1], validation_split=0.2, epochs=2, verbose=0, n_jobs={jobs})
    assert isinstance(tuner, kt.RandomSearch) and issubclass(kt.Hyperband, kt.Tuner)
    assert issubclass(HyperModel, kt.HyperModel) and HyperbandOracle and kt.errors.FailedTrialError
    print([round(trial.score, 6) for trial in tuner.oracle.get_best_trials(3)])
    print(type(tuner.get_best_models()[0]).__name__)
"""


def test_programs_with_keras_tuners_imports(tmp_path: Path) -> None:
    printed = []
    for module, jobs in (("kerastuner", 1), ("keras_tuner", 1), ("keras_tuner", 2)):
        folder = tmp_path / f"{module}{jobs}"
        folder.mkdir()
        text = PROGRAM.format(module=module, jobs=jobs)
        done = run(written(folder, text))
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
    assert printed[0].endswith("Sequential\n")
    assert printed[0] == printed[1] == printed[2]
