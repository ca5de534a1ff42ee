"""The fixed parts of the programs that show findings."""

from __future__ import annotations

HEAD = '''"""Keras and nnscratch part here.

{story}

Run it with Python where both are installed; it ends with exit code 1 where they part.
"""

import functools
import os
import sys
import warnings

os.environ["KERAS_BACKEND"], os.environ["CUDA_VISIBLE_DEVICES"] = "tensorflow", "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")

import keras
import numpy as np
import tensorflow as tf

import nnscratch

DTYPE, BAND, STEPS, BATCH = {dtype!r}, {band!r}, {steps}, {batch}
keras.config.set_floatx(DTYPE)
keras.config.set_dtype_policy(DTYPE)
nnscratch.config.set_floatx(DTYPE)
nnscratch.config.set_nan_policy("keras")
np.seterr(all="ignore")
np.set_printoptions(precision=17, floatmode="unique")

x = {x}
y = {y}
w = {w}
'''

BODY = '''

def build(lib):
    lib.utils.set_random_seed({seed})
    optimizer = lib.optimizers.{optimizer}
{excluded}{model}
    model.compile(
        optimizer=optimizer,
        loss={loss},
        loss_weights={loss_weights},
        metrics={metrics},
        weighted_metrics={weighted_metrics},
        **({{"run_eagerly": True}} if lib is keras else {{}}),
    )
    optimizer.build(model.trainable_variables)
    return model


def variables(model):
    return [v for v in model.weights] + [v for v in model.optimizer.variables]


def copy_state(source, target):
    for a, b in zip(variables(source), variables(target)):
        b.assign(np.array(a.value))


def each(function, value):
    """Apply a function to one array, or to each in a list or dict of them."""
    if isinstance(value, dict):
        return {{name: function(array) for name, array in value.items()}}
    if isinstance(value, list):
        return [function(array) for array in value]
    return None if value is None else function(value)


def listed(value):
    """Return arrays in a list, those of a dict sorted by name."""
    if isinstance(value, dict):
        return [value[name] for name in sorted(value)]
    return value if isinstance(value, list) else [value]


parted = False


def compare(what, a, b, band=BAND):
    """Print both numbers where they part by more than the band."""
    global parted
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        parted = True
        print(f"{{what}}: Keras has shape {{a.shape}}, nnscratch {{b.shape}}")
        return
    if a.size == 0:
        return
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    off = np.where(same, 0.0, np.abs(a.astype(float) - b))
    off = np.where(np.isnan(off), np.inf, off)
    scale = float(np.max(np.abs(np.where(np.isfinite(a), a, 0.0))))
    if off.max() > band * scale:
        i = np.unravel_index(off.argmax(), off.shape)
        if not parted:
            print("first difference:")
        parted = True
        print(f"{{what}}{{[int(n) for n in i]}}: Keras {{a[i]!r}}, nnscratch {{b[i]!r}}")


reference, candidate = build(keras), build(nnscratch)
{models}
print("both agree" if not parted else "the two part")
sys.exit(1 if parted else 0)
'''

START = """
for a, b in zip(variables(reference), variables(candidate)):
    compare(f"at the start, {a.path}", a.value, b.value)"""

TRAIN = """
copy_state(reference, candidate)
for step in range(STEPS):
    if DTYPE == "float32":
        copy_state(reference, candidate)
    first = step * BATCH % (-(-len(listed(x)[0]) // BATCH) * BATCH)
    batch = [each(lambda array: array[first : first + BATCH], part) for part in (x, y, w)]
    ours = candidate.train_on_batch(*batch, return_dict=True)
    theirs = reference.train_on_batch(*batch, return_dict=True)
    for name in theirs:
        compare(f"step {step + 1}, {name}", theirs[name], ours[name])
    for a, b in zip(variables(reference), variables(candidate)):
        compare(f"step {step + 1}, {a.path}", a.value, b.value)
copy_state(reference, candidate)
options = dict(batch_size=BATCH + 2, sample_weight=w, verbose=0, return_dict=True)
theirs, ours = reference.evaluate(x, y, **options), candidate.evaluate(x, y, **options)
for name in theirs:
    compare(f"evaluate, {name}", theirs[name], ours[name])
for a, b in zip(*(listed(model.predict(x, verbose=0)) for model in (reference, candidate))):
    compare("predict", a, b)"""

FIT = """
copy_state(reference, candidate)
history = []
for lib, model in ((keras, reference), (nnscratch, candidate)):
    lib.utils.set_random_seed({seed})
    options = dict(batch_size=BATCH, epochs=2, verbose=0)
    history.append(model.fit(
        x, y, shuffle={shuffle!r}, validation_split={split!r},
        sample_weight=w, class_weight={class_weight}, **options
    ).history)
for name in history[0]:
    compare(f"fit, {{name}}", history[0][name], history[1][name])
for a, b in zip(variables(reference), variables(candidate)):
    compare(f"after fit, {{a.path}}", a.value, b.value)"""

ACTIVATION = '''

def activation(lib, name, **options):
    """An activation with options, as each library spells it."""
    if lib is keras:
        return functools.partial(getattr(keras.activations, name), **options)
    return getattr(nnscratch.activations, name.title().replace("_", ""))(**options)
'''
