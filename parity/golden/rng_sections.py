"""What Keras and TensorFlow draw for the cases of each section, for `make_rng.py`."""

from __future__ import annotations

import ctypes
import ctypes.util
import random

import keras
import numpy as np
import tensorflow as tf
from keras.src.backend.tensorflow.random import _cast_seed
from keras.src.random.seed_generator import draw_seed
from rng_models import build, fit_noise, make_layer, shuffle_order, train, variables

BILLION = 1_000_000_000


def philox(case):
    """Words for a key and a counter."""
    key, counter = (tf.constant(np.array(case[name], np.uint64)) for name in ("key", "counter"))
    words = tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=[case["n"]], key=key, counter=counter, alg=1, dtype=tf.uint32
    )
    return {"bits": words.numpy()}


def derive(case):
    """Key and counter for a pair of seeds."""
    pair = tf.constant(case["seed"], tf.int32)
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=pair)
    return {"key": key.numpy(), "counter": counter.numpy()}


def cast_seed(case):
    """The pair of seeds for a whole number."""
    return {"seed32": _cast_seed(draw_seed(case["seed"])).numpy()}


def uniform(case):
    """Uniform numbers."""
    return {"x": keras.random.uniform(**_with_tuple(case)).numpy()}


def randint(case):
    """Whole numbers."""
    return {"x": keras.random.randint(**_with_tuple(case)).numpy()}


def normal(case):
    """Normal numbers."""
    return {"x": keras.random.normal(**_with_tuple(case)).numpy()}


def truncated_normal(case):
    """Truncated normal numbers."""
    return {"x": keras.random.truncated_normal(**_with_tuple(case)).numpy()}


def libm32(case):
    """The C library's functions at all inputs that a float32 uniform number can give."""
    library = ctypes.CDLL(ctypes.util.find_library("m"))
    u = (np.arange(case["n"], dtype=np.uint32) | np.uint32(0x3F800000)).view(np.float32) - 1
    angle = ((2 * np.pi) * u.astype(np.float64)).astype(np.float32)
    inputs = {"logf_u": np.maximum(u, np.float32(1e-7)), "sinf_2piu": angle, "cosf_2piu": angle}
    out = {}
    for name, values in inputs.items():
        function = getattr(library, name.split("_")[0])
        function.restype, function.argtypes = ctypes.c_float, [ctypes.c_float]
        out[name] = np.fromiter(map(function, values.tolist()), np.float32, len(values))
    return out


def python_draws(case):
    """Default seeds after seeding Python's `random`."""
    random.seed(case["seed"])
    return {"draws": np.array([random.randint(1, BILLION) for _ in range(case["n"])])}


def seedgen(case):
    """States of a generator."""
    generator = keras.random.SeedGenerator(case["seed"])
    states = [generator.next(ordered=case["ordered"]).numpy() for _ in range(case["n"])]
    return {"seeds": np.stack(states)}


def global_seedgen(case):
    """Draws without a seed."""
    keras.utils.set_random_seed(case["seed"])
    out = {f"uniform{k}": keras.random.uniform((5,)).numpy() for k in range(3)}
    out["normal3"] = keras.random.normal((6,)).numpy()
    out["next_python_draw"] = np.array(random.randint(1, BILLION))
    return out


def stateful_calls(case):
    """Draws from one generator."""
    generator, shape = keras.random.SeedGenerator(case["seed"]), tuple(case["shape"])
    out = {
        f"uniform{k}": keras.random.uniform(shape, seed=generator).numpy() for k in range(case["n"])
    }
    out["normal"] = keras.random.normal(shape, seed=generator).numpy()
    out["truncated_normal"] = keras.random.truncated_normal(shape, seed=generator).numpy()
    out["state"] = generator.state.numpy()
    return out


def keras_random(case):
    """Shuffling and dropout."""
    if case["fn"] == "shuffle":
        return {"x": keras.random.shuffle(np.arange(case["n"]), seed=case["seed"]).numpy()}
    ones = np.ones(case["shape"], "float32")
    return {"x": keras.random.dropout(ones, case["rate"], seed=case["seed"]).numpy()}


def initializers(case):
    """Initial values."""
    config = {"class_name": case["name"], "config": case["config"]}
    made = keras.initializers.get(config)
    return {"x": np.asarray(made(tuple(case["shape"]), dtype=case["dtype"]))}


def draw_counts(case):
    """How many seeds a constructor draws from Python's `random`."""
    random.seed(123)
    make_layer(*case["layer"])
    after = random.getstate()
    for count in range(50):
        random.seed(123)
        for _ in range(count):
            random.randint(1, BILLION)
        if random.getstate() == after:
            return {"draws": np.array(count)}
    raise RuntimeError(f"unexplained use of the random module by {case['layer'][0]}")


def models(case):
    """Every variable of a freshly built model, and the next default seed."""
    keras.utils.set_random_seed(case["seed"])
    model, named = build(case["model"])
    if "lazy_input" in case:
        model(np.zeros((2, *case["lazy_input"]), case["floatx"]))
    return {**variables(named), "next_python_draw": np.array(random.randint(1, BILLION))}


def noise_layers(case):
    """Three calls of a layer in training and one in inference."""
    layer = make_layer(*case["layer"])
    shape = tuple(case["shape"])
    x = keras.random.uniform(shape, 0.5, 1.5, dtype=case["dtype"], seed=1).numpy()
    out = {f"call{k}": layer(x, training=True).numpy() for k in range(3)}
    out["inference"] = np.asarray(layer(x, training=False))
    out["state"] = layer.seed_generator.state.numpy()
    return out


def xla_uniform(case):
    """Uniform numbers in a program compiled by XLA."""
    pair = (case["seed"], 0)
    compiled = tf.function(
        lambda: tf.random.stateless_uniform(case["shape"], seed=pair, dtype=case["dtype"]),
        jit_compile=True,
    )
    return {"x": compiled().numpy()}


def xla_normal(case):
    """Normal numbers in a program compiled by XLA."""
    pair = (case["seed"], 0)
    compiled = tf.function(
        lambda: tf.random.stateless_normal(case["shape"], seed=pair, dtype=case["dtype"]),
        jit_compile=True,
    )
    return {"x": compiled().numpy()}


def _with_tuple(case):
    return {**case, "shape": tuple(case["shape"])}


ONCE = {
    "philox": philox,
    "derive": derive,
    "cast_seed": cast_seed,
    "uniform": uniform,
    "randint": randint,
    "normal": normal,
    "truncated_normal": truncated_normal,
    "libm32": libm32,
    "python_draws": python_draws,
    "seedgen": seedgen,
    "global_seedgen": global_seedgen,
    "stateful_calls": stateful_calls,
    "keras_random": keras_random,
    "initializers": initializers,
    "draw_counts": draw_counts,
    "shuffle": shuffle_order,
    "xla_uniform": xla_uniform,
    "xla_normal": xla_normal,
}
"""Sections that do not depend on floatx."""

FOR_EACH_FLOATX = {
    "models": models,
    "noise_layers": noise_layers,
    "fit_noise": fit_noise,
    "xla_fit_noise": fit_noise,
    "e2e": train,
}
"""Sections whose cases name the floatx they need; recorded as `<section>_<floatx>`."""

SINGLE_ARGUMENT = {
    "derive": lambda seed: {"seed": seed},
    "cast_seed": lambda seed: {"seed": seed},
    "libm32": lambda _: {"n": 2**23},
    "python_draws": lambda seed: {"seed": seed, "n": 12},
    "global_seedgen": lambda seed: {"seed": seed},
    "draw_counts": lambda layer: {"layer": layer},
}
"""Sections whose table gives a bare value for each case."""
