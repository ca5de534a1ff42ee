"""Write a model down as a program that needs nothing but the two libraries."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np

from parity import data
from parity.bands import CHECK, TRAJECTORY
from parity.fuzz.assembly import FuzzNet, net_of
from parity.fuzz.case import FuzzCase
from parity.fuzz.examine import Verdict
from parity.fuzz.shapes import JOINING, Activated
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


def _array(value: Any) -> str:
    """Return the expression of one array, or of a list or dict of them."""
    if value is None:
        return "None"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_array(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_array(part) for part in value) + "]"
    kind = "DTYPE" if value.dtype.kind == "f" else repr(value.dtype.name)
    return f"np.array({np.asarray(value).tolist()!r}, {kind})"


def model_lines(net: FuzzNet, variable: str = "model") -> list[str]:
    """Return the lines that make a network in a library called `lib`."""
    lines, made = [], []
    for i, (kind, kwargs) in net.layers():
        if kind == "Nested":
            made.append(f"{variable}_l{i}")
            lines += model_lines(net.within(i), made[-1])
            if kwargs.get("trainable") is False:
                lines.append(f"{made[-1]}.trainable = False")
        else:
            made.append(f"lib.layers.{kind}({_arguments(kwargs)})")
    if not net.calls:
        layers = "".join(f"    {layer},\n" for layer in made)
        first = f"    lib.layers.Input(shape={net.inputs[0]}),\n"
        text = f"{variable} = lib.Sequential([\n{first}{layers}], name={net.name!r})"
        return lines + text.split("\n")
    inputs = [f"{variable}_t{i}" for i in range(len(net.inputs))]
    lines += [
        f"{name} = lib.layers.Input(shape={shape}, name='in_{i}')"
        for i, (name, shape) in enumerate(zip(inputs, net.inputs, strict=True))
    ]
    lines += [f"{variable}_l{i} = {layer}" for i, layer in enumerate(made) if "(" in layer]
    for i, call in enumerate(net.calls, start=len(inputs)):
        sources = ", ".join(f"{variable}_t{source}" for source in call.sources)
        several = net.network[call.layer][0] in JOINING
        sources = f"[{sources}]" if several else sources
        lines.append(f"{variable}_t{i} = {variable}_l{call.layer}({sources})")
    last = len(inputs) + len(net.calls) - 1
    outputs = [f"{variable}_t{i}" for i in net.outputs or (last,)]
    names = net.names or (None, None)
    ends = _grouped(inputs, names[0]), _grouped(outputs, names[1])
    return [*lines, f"{variable} = lib.Model({ends[0]}, {ends[1]}, name={net.name!r})"]


def _grouped(values: Any, names: Any) -> str:
    """Return one expression as it is, several as a list, or as a dict by names."""
    if len(values) == 1:
        return str(values[0])
    if names is None:
        return "[" + ", ".join(values) + "]"
    pairs = zip(names, values, strict=True)
    return "{" + ", ".join(f"{name!r}: {value}" for name, value in pairs) + "}"


def _several(values: Any) -> str:
    return "[" + ", ".join(map(expression, values)) + "]"


def render(verdict: Verdict) -> str:
    """Return the program that shows a finding.

    Args:
        verdict: the finding; its model should be as small as it can be.
    """
    case, dtype = verdict.case, verdict.dtype
    rows = data.make(case, dtype)
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
        w=_array(rows.sample_weight),
    )
    names = (case.data.kwargs.get("names") or (None, None))[1]
    ends = case.ends
    weights = [repr(end.weight) for end in ends]
    body = BODY.format(
        seed=case.seed,
        optimizer=_optimizer(case),
        excluded=excluded if case.excluded else "",
        model="\n".join("    " + line for line in model_lines(net_of(case))),
        loss=_grouped([expression(end.loss) for end in ends], names),
        loss_weights=_grouped(weights, names) if case.others else repr(case.loss_weight),
        metrics=_grouped([_several(end.metrics) for end in ends], names),
        weighted_metrics=_grouped([_several(end.weighted_metrics) for end in ends], names),
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
