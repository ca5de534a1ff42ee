"""Record what `make_rng.py` does not: classes by logits, constants, STFT kernels, configurations.

    python parity/golden/make_rng_extra.py --out tests/golden/keras_rng_extra.npz

Needs Keras on TensorFlow. The file holds `index`, a JSON text with the versions and the cases
(`id`, `section`, `params`), and the array of each case under its id.
"""

from __future__ import annotations

import argparse
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
import tensorflow as tf

LOGITS = [
    ([1, 4], "float32", 10, 7),
    ([3, 4], "float32", 10, 7),
    ([5, 17], "float32", 101, 3),
    ([64, 10], "float32", 50, 123),
    ([3, 5], "float64", 9, 7),
    ([2, 1], "float32", 3, 1),
    ([2, 3], "float32", 0, 1),
]
BOUNDS = {
    "python float": (-0.1, 0.3),
    "python int": (0, 2**24 + 1),
    "numpy float64": (np.float64(-0.1), np.float64(0.3)),
    "numpy float32": (np.float32(-0.1), np.float32(0.3)),
}
CONSTANTS = {
    "python float": 0.1,
    "python int": 2**24 + 1,
    "list": [0.1, 0.2, 0.3],
    "numpy float64": np.float64(0.1),
    "array": np.array([0.1, 0.2, 0.3]),
}


def categorical_cases():
    """Classes drawn by one thread from logits that `random.normal` makes."""
    for shape, dtype, num_samples, seed in LOGITS:
        logits = keras.random.normal(shape, 0.0, 2.0, dtype="float32", seed=1).numpy().astype(dtype)
        params = {"shape": shape, "dtype": dtype, "num_samples": num_samples, "seed": seed}
        yield params, keras.random.categorical(logits, num_samples, seed=seed).numpy()


def special_logit_cases():
    """Logits that are not finite."""
    for logits in ([0.0, "-inf", 1.0, "nan"], [0.0, 1.0, "inf"]):
        row = np.array([logits], "float32")
        yield {"logits": logits, "seed": 1}, keras.random.categorical(row, 20, seed=1).numpy()


def bound_cases():
    """Bounds of float64 uniform numbers, by the type they are given in."""
    for kind, (low, high) in BOUNDS.items():
        x = keras.random.uniform((5,), low, high, dtype="float64", seed=1).numpy()
        yield {"kind": kind, "minval": float(low), "maxval": float(high)}, x


def constant_cases():
    """Values of float64 constants, by the type they are given in."""
    for kind, value in CONSTANTS.items():
        x = keras.initializers.Constant(value)((2, 3), "float64")
        yield {"kind": kind, "value": np.asarray(value).tolist()}, np.asarray(x)


def gain_cases():
    """The gain of float64 matrices."""
    x = keras.initializers.Identity(0.1)((2, 3), "float64")
    yield {"name": "Identity", "gain": 0.1}, np.asarray(x)


def stft_cases():
    """Kernels for all sides and scalings, with NumPy's window of the same name."""
    for side in ("real", "imag"):
        for scaling in ("density", "spectrum", None):
            for window in ("hann", "hamming", "blackman", None):
                for periodic in (False, True):
                    values = None if window is None else _window(window, 12, periodic)
                    made = keras.initializers.STFT(side, values, scaling)
                    params = {"side": side, "scaling": scaling, "window": window}
                    for dtype in ("float32", "float64"):
                        yield {**params, "periodic": periodic}, np.asarray(made((12, 1, 9), dtype))


def _window(name, length, periodic):
    function = {"hann": np.hanning, "hamming": np.hamming, "blackman": np.blackman}[name]
    return function(length + periodic)[:length]


def config_cases():
    """What `serialize` writes for every class, with and without arguments."""
    k = keras.initializers
    made = [
        k.Zeros(), k.Ones(), k.Constant(), k.Constant(2.5), k.Constant(np.array([1.0, 2.0])),
        k.RandomNormal(), k.RandomNormal(1.0, 0.3, seed=4), k.TruncatedNormal(seed=4),
        k.RandomUniform(-0.1, 0.3, seed=4), k.Orthogonal(2.0, seed=4), k.GlorotUniform(),
        k.GlorotNormal(seed=1), k.HeNormal(seed=1), k.HeUniform(seed=1), k.LecunNormal(seed=1),
        k.LecunUniform(1, [0], [1]), k.VarianceScaling(0.7, "fan_out", "normal", seed=3),
        k.HeNormal(seed=keras.random.SeedGenerator(4, name="masks")),
        k.STFT("imag", None, "spectrum", True),
    ]  # fmt: skip
    for initializer in made:
        yield {"serialized": k.serialize(initializer)}, np.zeros(0)


SECTIONS = {
    "categorical": categorical_cases,
    "special_logits": special_logit_cases,
    "bounds": bound_cases,
    "constants": constant_cases,
    "gains": gain_cases,
    "stft": stft_cases,
    "configs": config_cases,
}


def main():
    """Record all sections into one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    out = parser.parse_args().out
    tf.config.threading.set_intra_op_parallelism_threads(1)
    arrays, cases = {}, []
    for section, record in SECTIONS.items():
        for number, (params, array) in enumerate(record()):
            case = {"id": f"{section}/{number:03d}", "section": section, "params": params}
            cases.append(case)
            arrays[case["id"]] = array
    meta = {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
    }
    index = json.dumps({"meta": meta, "cases": cases})
    np.savez_compressed(out, index=np.array(index), **arrays)
    print(f"{out}: {len(cases)} cases, {os.path.getsize(out)} bytes")


if __name__ == "__main__":
    main()
