"""Files that Keras wrote: they load, predict and train on with Keras's numbers; ours look alike."""

from __future__ import annotations

import io
import json
import warnings
import zipfile

import numpy as np
import pytest
from saved_models import FOLDER, INPUTS, TARGETS

from nnscratch import models, saving

h5py = pytest.importorskip("h5py")
CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def outputs_of(model, name):
    found = model.predict(INPUTS[name], verbose=0)
    return found if isinstance(found, dict) else {"y": found}


def check(model, name, when, golden):
    for key, value in outputs_of(model, name).items():
        np.testing.assert_allclose(value, golden[f"{name}/{when}/output/{key}"], **CLOSE)
    for kind, variables in (("weight", model.weights), ("optimizer", model.optimizer.variables)):
        keys = [key for key in golden if key.startswith(f"{name}/{when}/{kind}/")]
        assert len(keys) == len(variables)
        for i, variable in enumerate(variables):
            np.testing.assert_allclose(variable, golden[f"{name}/{when}/{kind}/{i}"], **CLOSE)


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", ["stack", "branches"])
def test_a_model_of_keras_trains_on_with_its_numbers(name, ending, golden):
    model = saving.load_model(FOLDER / f"{name}.{ending}")
    check(model, name, "saved", golden)
    losses = [
        model.train_on_batch(INPUTS[name], TARGETS[name], return_dict=True)["loss"]
        for _ in range(3)
    ]
    np.testing.assert_allclose(losses, golden[f"{name}/losses"], **CLOSE)
    check(model, name, "later", golden)


@pytest.mark.parametrize("name", ["stack", "branches"])
def test_weights_alone(name, golden):
    model = saving.load_model(FOLDER / f"{name}.keras", compile=False)
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape))
    model.load_weights(FOLDER / f"{name}.weights.h5")
    for i, weight in enumerate(model.weights):
        np.testing.assert_array_equal(weight, golden[f"{name}/saved/weight/{i}"])


@pytest.mark.parametrize("name", ["stack", "branches"])
def test_weights_of_the_older_format(name, golden):
    model = saving.load_model(FOLDER / f"{name}.keras", compile=False)
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape))
    model.load_weights(FOLDER / f"{name}.h5")
    for i, weight in enumerate(model.weights):
        np.testing.assert_array_equal(weight, golden[f"{name}/saved/weight/{i}"])


def without_sharing(config):
    """Leave out the numbers of shared objects, the `mask` that Keras passes to models, and the
    `delta` of Huber, which Keras forgets to write."""
    if isinstance(config, dict):
        dropped = ("shared_object_id", "mask", "delta")
        return {k: without_sharing(v) for k, v in config.items() if k not in dropped}
    if isinstance(config, list):
        return [without_sharing(part) for part in config]
    return config


@pytest.mark.parametrize("name", ["stack", "branches"])
def test_the_configuration_is_keras_own(name, recorded):
    written = json.loads(saving.load_model(FOLDER / f"{name}.keras").to_json())
    assert without_sharing(written) == without_sharing(recorded["configs"][name])


def tree(file):
    found = {}

    def visit(name, item):
        shape = item.shape if isinstance(item, h5py.Dataset) else None
        dtype = item.dtype if isinstance(item, h5py.Dataset) else None
        texts = {key: np.asarray(value).tolist() for key, value in item.attrs.items()}
        found[name] = (shape, dtype, texts)

    file.visititems(visit)
    return found


@pytest.mark.parametrize("name", ["stack", "branches"])
def test_the_layout_of_a_keras_file_is_keras_own(name, tmp_path):
    model = saving.load_model(FOLDER / f"{name}.keras")
    model.save(tmp_path / "ours.keras")
    trees = []
    for path in (FOLDER / f"{name}.keras", tmp_path / "ours.keras"):
        with zipfile.ZipFile(path) as archive:
            assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
            with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
                trees.append(tree(file))
    assert trees[0] == trees[1]


@pytest.mark.parametrize("name", ["stack", "branches"])
def test_the_layout_of_an_h5_file_is_keras_own(name, tmp_path):
    model = saving.load_model(FOLDER / f"{name}.h5")
    with pytest.warns(UserWarning, match="older format"):
        model.save(tmp_path / "ours.h5")
    with h5py.File(FOLDER / f"{name}.h5") as theirs, h5py.File(tmp_path / "ours.h5") as ours:
        assert tree(theirs) == tree(ours)
        for key in ("model_config", "training_config"):
            expected, received = json.loads(theirs.attrs[key]), json.loads(ours.attrs[key])
            text = json.dumps(without_sharing(expected)).replace('"mse"', '"mean_squared_error"')
            assert without_sharing(received) == json.loads(text)


def test_json_of_keras_makes_a_model(recorded):
    model = models.model_from_json(json.dumps(recorded["configs"]["branches"]))
    assert model.output_names == ["down", "up"]
    assert model.compiled


def test_loading_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        saving.load_model(FOLDER / "branches.keras")
        saving.load_model(FOLDER / "branches.h5")
