"""Files that Keras 3.0 to 3.12 wrote load, predict and train on as they did there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnscratch import models

pytest.importorskip("h5py", reason="model files need the extra `files`")
FOLDER = Path(__file__).parents[1] / "golden" / "older_keras"
VERSIONS = sorted(path.name for path in FOLDER.iterdir())
X = np.sin(np.arange(32.0)).reshape(8, 4).astype("float32")
Y = np.cos(np.arange(16.0)).reshape(8, 2).astype("float32")


def outputs(version):
    with np.load(FOLDER / version / "outputs.npz") as file:
        return file["before"], file["after"]


def test_versions_from_the_first_on():
    assert VERSIONS[0] == "3.0.5"
    assert len(VERSIONS) >= 7


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_model_goes_on(version, name):
    before, after = outputs(version)
    model = models.load_model(FOLDER / version / name)
    np.testing.assert_allclose(model.predict(X, verbose=0), before, rtol=0, atol=1e-6)
    for _ in range(3):
        model.train_on_batch(X, Y)
    np.testing.assert_allclose(model.predict(X, verbose=0), after, rtol=0, atol=5e-6)


@pytest.mark.parametrize("version", VERSIONS)
def test_weights_alone(version):
    before, _ = outputs(version)
    model = models.load_model(FOLDER / "3.12.0" / "m.keras")
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    model.load_weights(FOLDER / version / "m.weights.h5")
    np.testing.assert_allclose(model.predict(X, verbose=0), before, rtol=0, atol=1e-6)
