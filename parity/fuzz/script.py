"""Write a model down as a program that needs nothing but the two libraries."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np

from parity import data
from parity.bands import CHECK, TRAJECTORY
from parity.fuzz.case import Activated, FuzzCase
from parity.fuzz.examine import Verdict
from parity.units import Obj

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

x = np.array({x}, DTYPE)
y = np.array({y}, {y_dtype})
w = {w}
'''

BODY = '''

def build(lib):
    lib.utils.set_random_seed({seed})
    optimizer = lib.optimizers.{optimizer}
{excluded}    model = lib.Sequential([
        lib.layers.Input(shape={input_shape}),
{layers}
    ])
    model.compile(
        optimizer=optimizer,
        loss={loss},
        loss_weights={loss_weight},
        metrics=[{metrics}],
        weighted_metrics=[{weighted_metrics}],
        **({{"run_eagerly": True}} if lib is keras else {{}}),
    )
    optimizer.build(model.trainable_variables)
    return model


def variables(model):
    return [v for v in model.weights] + [v for v in model.optimizer.variables]


def copy_state(source, target):
    for a, b in zip(variables(source), variables(target)):
        b.assign(np.array(a.value))


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
    first = step * BATCH % (-(-len(x) // BATCH) * BATCH)
    rows = slice(first, first + BATCH)
    batch = x[rows], y[rows], None if w is None else w[rows]
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
compare("predict", reference.predict(x, verbose=0), candidate.predict(x, verbose=0))"""

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


def expression(value: Any) -> str:
    """Return the Python expression that makes a value with a library called `lib`.

    >>> expression(Obj("regularizers.L2", {"l2": 0.1}))
    'lib.regularizers.L2(l2=0.1)'
    """
    if isinstance(value, Obj):
        return f"lib.{value.path}({_arguments(value.kwargs)})"
    if isinstance(value, Activated):
        return f"activation(lib, {value.name!r}, {_arguments(value.options)})"
    return repr(value)


def _arguments(kwargs: Any) -> str:
    return ", ".join(f"{name}={expression(value)}" for name, value in kwargs.items())


def _optimizer(case: FuzzCase) -> str:
    name, options = case.optimizer
    parts = {k: expression(v) for k, v in options.items()}
    if case.rate_by_function:
        parts["learning_rate"] = f"lambda: {parts['learning_rate']}"
    return f"{name}({', '.join(f'{k}={v}' for k, v in parts.items())})"


def _array(array: Any) -> str:
    return "None" if array is None else repr(np.asarray(array).tolist())


def render(verdict: Verdict) -> str:
    """Return the program that shows a finding.

    Args:
        verdict: the finding; its model should be as small as it can be.
    """
    case, dtype = verdict.case, verdict.dtype
    rows = data.make(case, dtype)
    layers = [f"        lib.layers.{kind}({_arguments(kwargs)})," for kind, kwargs in case.layers()]
    excluded = f"    optimizer.exclude_from_weight_decay(var_names={list(case.excluded)!r})\n"
    by_class = None if case.weighted or not case.class_weight else dict(case.class_weight)
    fit = FIT.format(
        seed=case.seed + 1, shuffle=case.shuffle, split=case.split, class_weight=by_class
    )
    text = HEAD.format(
        story=str(verdict).strip().replace("\\", "/").replace('"""', "'''"),
        dtype=dtype,
        band=max(TRAJECTORY[dtype], CHECK[dtype]),
        steps=case.steps,
        batch=case.batch_size,
        x=_array(rows.x),
        y=_array(rows.y),
        y_dtype="DTYPE" if rows.y.dtype.kind == "f" else repr(rows.y.dtype.name),
        w="None"
        if rows.sample_weight is None
        else f"np.array({_array(rows.sample_weight)}, DTYPE)",
    )
    body = BODY.format(
        seed=case.seed,
        optimizer=_optimizer(case),
        excluded=excluded if case.excluded else "",
        input_shape=case.input_shape,
        layers="\n".join(layers),
        loss=expression(case.loss),
        loss_weight=case.loss_weight,
        metrics=", ".join(expression(m) for m in case.metrics),
        weighted_metrics=", ".join(expression(m) for m in case.weighted_metrics),
        models=START + TRAIN + (fit if dtype == "float64" else ""),
    )
    return text + (ACTIVATION if "activation(lib," in body else "") + body


def reproduces(program: str) -> bool:
    """Run a program in this process and tell whether the libraries part in it, or one raises."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(program, "<fuzz>", "exec"), {"__name__": "__main__"})  # our own text
        except SystemExit as end:
            return bool(end.code)
        except Exception:  # where one library raises, the program is to raise as well
            return True
    return False
