"""Weights that h5py stored in other ways than Keras does, and configurations changed at random."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from saved_models import FOLDER, X

from nnscratch import saving
from nnscratch.errors import ModelFileError

h5py = pytest.importorskip("h5py")
LAYOUTS = {
    "chunked": {"chunks": True},
    "packed": {"compression": "gzip", "shuffle": True, "fletcher32": True},
    "growing": {"maxshape": (None, None)},
    "of the other byte order": {"dtype": ">f8"},
    "early": {"track_order": True},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout, tmp_path):
    model = saving.load_model(FOLDER / "stack.keras", compile=False)
    path = tmp_path / "m.weights.h5"
    model.save_weights(path)
    expected = model(X)
    with h5py.File(path, "r+") as file:
        values = file["layers/dense/vars/0"][()]
        del file["layers/dense/vars/0"]
        file["layers/dense/vars"].create_dataset("0", data=values, **LAYOUTS[layout])
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    model.load_weights(path)
    np.testing.assert_array_equal(model(X), expected)


with zipfile.ZipFile(FOLDER / "stack.keras") as archive:
    MEMBERS = {name: archive.read(name) for name in archive.namelist()}
CONFIG = json.loads(MEMBERS["config.json"])


def places(part, path=()):
    """Yield the path of every value in the configuration."""
    pairs = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in pairs:
        yield (*path, key)
        if isinstance(value, (dict, list)):
            yield from places(value, (*path, key))


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**12),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["Dense", "os.system", "builtins", "../x", "relu", [], {}, [[]], {"a": 1}]),
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(list(places(CONFIG))), VALUES)
@example(("config", "layers", 2, "config", "dtype", "config", "name"), "S")
@example(("config", "layers", 2, "config", "dtype", "config", "name"), "L")
@pytest.mark.filterwarnings("ignore")
def test_any_value_anywhere_in_a_configuration(tmp_path_factory, place, value):
    config = json.loads(MEMBERS["config.json"])
    part = config
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, data in {**MEMBERS, "config.json": json.dumps(config).encode()}.items():
            archive.writestr(name, data)
    path = tmp_path_factory.mktemp("config") / "m.keras"
    path.write_bytes(memory.getvalue())
    with contextlib.suppress(ModelFileError):
        assert saving.load_model(path, limits=saving.Limits(max_bytes=2**26)).layers
    assert [p.name for p in path.parent.iterdir()] == [path.name]
