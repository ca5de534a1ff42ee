"""Initializers by name and value, their seeds, their laws and their errors."""

from __future__ import annotations

import math
import random as python_random
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch import config, initializers, random
from nnscratch.errors import ShapeError
from nnscratch.initializers import compute_fans
from nnscratch.initializers.stft import named_window

NAMES = {
    "Zeros": ["zeros", "zero"],
    "Ones": ["ones", "one"],
    "Constant": ["constant"],
    "Identity": ["identity", "IdentityInitializer"],
    "STFT": ["stft", "STFTInitializer"],
    "RandomNormal": ["random_normal", "normal"],
    "RandomUniform": ["random_uniform", "uniform"],
    "TruncatedNormal": ["truncated_normal"],
    "VarianceScaling": ["variance_scaling"],
    "GlorotUniform": ["glorot_uniform"],
    "GlorotNormal": ["glorot_normal"],
    "HeUniform": ["he_uniform"],
    "HeNormal": ["he_normal"],
    "LecunUniform": ["lecun_uniform"],
    "LecunNormal": ["lecun_normal"],
    "Orthogonal": ["orthogonal", "OrthogonalInitializer"],
    "Initializer": ["initializer"],
}
RANDOM = [n for n in NAMES if issubclass(getattr(initializers, n), initializers.RandomInitializer)]


@pytest.mark.parametrize("class_name", NAMES)
def test_every_name_gives_its_class(class_name):
    cls = getattr(initializers, class_name)
    for name in [class_name, *NAMES[class_name]]:
        assert type(initializers.get(name)) is cls
        assert type(initializers.get({"class_name": name, "config": {}})) is cls
    assert type(initializers.get(cls)) is cls


@pytest.mark.parametrize("class_name", set(NAMES) - {"Initializer"})
def test_the_lower_case_names_are_attributes_too(class_name):
    assert getattr(initializers, NAMES[class_name][0]) is getattr(initializers, class_name)


def test_unknown_names_get_a_hint():
    with pytest.raises(ValueError, match="Did you mean 'glorot_uniform'"):
        initializers.get("glorot_unifrom")
    with pytest.raises(ValueError, match="class_name"):
        initializers.get({"config": {}})
    with pytest.raises(ValueError, match="initializer"):
        initializers.get({"class_name": "function", "config": "mine"})


@pytest.mark.parametrize("identifier", [5, 2.0, [1, 2], object()])
def test_what_is_no_initializer(identifier):
    with pytest.raises(ValueError, match="An initializer is"):
        initializers.get(identifier)


def test_functions_and_instances_are_taken_as_they_are():
    def mine(shape, dtype=None):
        return np.full(shape, 2, dtype)

    instance = initializers.Zeros()
    assert initializers.get(mine) is mine
    assert initializers.get(instance) is instance
    assert initializers.get(None) is initializers.deserialize(None) is initializers.serialize(None)
    entry = initializers.serialize(mine)
    assert entry["config"] == "mine"
    assert initializers.deserialize(entry, {"mine": mine}) is mine


def test_your_own_class_goes_there_and_back():
    class Sevens(initializers.Initializer):
        def __init__(self, plus=0):
            self.plus = plus

        def get_config(self):
            return {"plus": self.plus}

    entry = initializers.serialize(Sevens(3))
    assert (entry["class_name"], entry["registered_name"]) == ("Sevens", "Sevens")
    again = initializers.deserialize(entry, {"Sevens": Sevens})
    assert (type(again), again.plus) == (Sevens, 3)
    with pytest.raises(ValueError, match="Unknown initializer 'Sevens'"):
        initializers.deserialize(entry)
    with pytest.raises(NotImplementedError, match="Sevens"):
        again((2,))


def test_an_array_gives_its_own_values():
    values = np.arange(6.0).reshape(2, 3)
    initializer = initializers.get(values)
    made = initializer((2, 3), "float32")
    assert made.dtype == np.float32
    np.testing.assert_array_equal(made, values)
    copy = initializer((2, 3), "float64")
    copy[0, 0] = 99
    assert values[0, 0] == 0
    assert initializers.get(np.float32(3))(()).item() == 3
    with pytest.raises(ShapeError, match=r"\(2, 3\).*\(3, 2\)"):
        initializer((3, 2))


@pytest.mark.parametrize("class_name", RANDOM)
def test_the_default_seed_is_drawn_once_in_the_constructor(class_name):
    cls = getattr(initializers, class_name)
    python_random.seed(11)
    expected, following = (python_random.randint(1, 10**9) for _ in range(2))
    python_random.seed(11)
    initializer = cls()
    assert initializer.seed == expected
    first = initializer((4, 4))
    np.testing.assert_array_equal(initializer((4, 4)), first)
    np.testing.assert_array_equal(cls(seed=expected)((4, 4)), first)
    assert python_random.randint(1, 10**9) == following
    assert initializer.get_config()["seed"] is None


@pytest.mark.parametrize("class_name", sorted(set(NAMES) - set(RANDOM)))
def test_the_others_draw_no_seed(class_name):
    state = python_random.getstate()
    getattr(initializers, class_name)()
    assert python_random.getstate() == state


def test_a_generator_as_seed_goes_on():
    initializer = initializers.HeNormal(seed=random.SeedGenerator(3))
    first, second = initializer((4, 4)), initializer((4, 4))
    assert (first != second).all()
    again = initializers.deserialize(initializers.serialize(initializer))
    np.testing.assert_array_equal(again((4, 4)), first)


@pytest.mark.parametrize("class_name", RANDOM)
@pytest.mark.parametrize("seed", [1.5, "a", True, np.int64(3)])
def test_bad_seeds(class_name, seed):
    with pytest.raises(ValueError, match="`seed` must be a Python int"):
        getattr(initializers, class_name)(seed=seed)


@pytest.mark.parametrize("class_name", sorted(set(NAMES) - {"Initializer", "STFT"}))
@pytest.mark.parametrize("shape", [3, (2, -1), (2, None), (2.0, 3)])
def test_bad_shapes(class_name, shape):
    with pytest.raises(ShapeError, match="shape"):
        getattr(initializers, class_name)()(shape)


def test_shapes_that_do_not_fit():
    for initializer in (initializers.Identity(), initializers.Orthogonal()):
        with pytest.raises(ShapeError, match=r"\(3,\)"):
            initializer((3,))
    with pytest.raises(ShapeError, match="does not broadcast"):
        initializers.Constant([1.0, 2.0])((3,))


def test_bad_variance_scaling():
    for scale in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="`scale` must be a positive number"):
            initializers.VarianceScaling(scale)
    with pytest.raises(ValueError, match="Did you mean 'fan_in'"):
        initializers.VarianceScaling(mode="fanin")
    with pytest.raises(ValueError, match="distribution 'gamma'"):
        initializers.VarianceScaling(distribution="gamma")
    assert initializers.VarianceScaling(distribution="NORMAL").distribution == "truncated_normal"


@pytest.mark.parametrize("class_name", sorted(set(NAMES) - {"Initializer", "STFT"}))
def test_the_default_dtype_is_floatx(class_name):
    initializer = getattr(initializers, class_name)()
    assert initializer((3, 3)).dtype == np.float32
    config.set_floatx("float64")
    try:
        assert initializer((3, 3)).dtype == np.float64
        assert initializer((3, 3), "float32").dtype == np.float32
    finally:
        config.set_floatx("float32")


def test_unknown_dtype():
    with pytest.raises(ValueError, match="flaot32"):
        initializers.Zeros()((2,), "flaot32")
    assert initializers.Zeros()((2,), "int32").dtype == np.int32


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((7,), (7, 7)), ((5, 7), (5, 7)), ((3, 5, 7), (15, 21)),
     ((3, 2, 5, 7), (30, 42))],
)  # fmt: skip
def test_fans(shape, fans):
    assert compute_fans(shape) == fans


def test_fans_of_given_axes():
    assert compute_fans((4, 5, 6), [0], [1, 2]) == (4, 30)
    assert compute_fans((4, 5, 6), [-1], [0]) == (6, 4)
    assert compute_fans((4, 5), input_axes=[1]) == (4, 5)
    with pytest.raises(ShapeError, match="no axis 3"):
        compute_fans((4, 5, 6), [3], [0])
    wide = initializers.HeUniform(1, [1], [0])((5, 300))
    assert abs(wide).max() <= math.sqrt(6 / 300)


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
def test_a_fan_of_zero_counts_as_one(mode):
    assert initializers.VarianceScaling(mode=mode)((0, 0)).shape == (0, 0)


# name: (variance times n, n of a (300, 200) matrix, bound of the values)
SPREADS = {
    "glorot_uniform": (1, 250, math.sqrt(3 / 250)),
    "glorot_normal": (1, 250, 2 * math.sqrt(1 / 250) / 0.8796256610342398),
    "he_uniform": (2, 300, math.sqrt(6 / 300)),
    "he_normal": (2, 300, 2 * math.sqrt(2 / 300) / 0.8796256610342398),
    "lecun_uniform": (1, 300, math.sqrt(3 / 300)),
    "lecun_normal": (1, 300, 2 * math.sqrt(1 / 300) / 0.8796256610342398),
}


@pytest.mark.parametrize("name", SPREADS)
def test_spread_of_the_values(name):
    scale, n, bound = SPREADS[name]
    python_random.seed(2)
    values = initializers.get(name)((300, 200), "float64")
    variance = scale / n
    assert abs(values.mean()) < 6 * math.sqrt(variance / values.size)
    assert abs(values.var() / variance - 1) < 6 * math.sqrt(2 / values.size)
    assert 0.99 * bound < abs(values).max() <= bound * (1 + 1e-7)


@settings(deadline=None)
@given(
    rows=st.integers(1, 12),
    columns=st.integers(1, 12),
    window=st.integers(1, 3),
    gain=st.floats(0.1, 3),
    seed=st.integers(0, 2**32),
)
def test_orthogonal_rows_or_columns(rows, columns, window, gain, seed):
    kernel = initializers.Orthogonal(gain, seed)((window, rows, columns), "float64")
    w = kernel.reshape(window * rows, columns)
    gram = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    np.testing.assert_allclose(gram, gain**2 * np.eye(len(gram)), atol=1e-12)


def test_windows_against_numpys():
    for name, function in (
        ("hann", np.hanning),
        ("hamming", np.hamming),
        ("blackman", np.blackman),
        ("boxcar", np.ones),
    ):
        np.testing.assert_allclose(named_window(name, 9, False), function(9), atol=1e-15)
        np.testing.assert_allclose(named_window(name, 8, True), function(9)[:8], atol=1e-15)
        assert named_window(name, 1, False).tolist() == [1.0]


def test_other_windows_need_scipy(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.signal", None)
    with pytest.raises(ImportError, match="pip install scipy"):
        initializers.STFT(window="tukey")


def test_bad_stft():
    with pytest.raises(ValueError, match=r"side 'rael'.*Did you mean 'real'"):
        initializers.STFT("rael")
    with pytest.raises(ValueError, match="scaling 'x'"):
        initializers.STFT(scaling="x")
    with pytest.raises(ShapeError, match="window"):
        initializers.STFT(window=[1.0, 2.0])((3, 1, 5))
    with pytest.raises(ShapeError, match="kernels"):
        initializers.STFT()((3, 5))


def test_clone_and_repr():
    initializer = initializers.RandomNormal(0.5, 2.0, seed=3)
    np.testing.assert_array_equal(initializer.clone()((3,)), initializer((3,)))
    assert repr(initializer) == "RandomNormal(seed=3, mean=0.5, stddev=2.0)"
    assert initializers.Identity(2.0).clone().gain == 2.0
    assert initializers.Constant(np.float32(0.5)).get_config() == {"value": 0.5}
