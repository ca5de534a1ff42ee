"""The other optimizers and all schedules against Keras's own numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnscratch import config, optimizers
from nnscratch.layers import Dense, Input
from nnscratch.models import Sequential
from nnscratch.optimizers import Muon, ScheduleFreeAdamW, schedules
from nnscratch.variable import Variable

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "optimizers_more.npz")
ABOUT = json.loads(str(GOLDEN["about"]))
STEPS = (1, 2, 3, 10, 100, 1000)
SHAPES = {name: tuple(shape) for name, shape in ABOUT["shapes"].items()}
BAND = {"float32": 2e-6, "float64": 1e-12}
WIDER = {("schedule_free", "float32"): 4e-6}
"""x is carried in w and divided out again in every step; TensorFlow folds the constants of that
otherwise for 0-d variables than for the others, and the last bits add up."""
DTYPES = ["float32", "float64"]
CASES = list(ABOUT["cases"])
SCHEDULES = list(ABOUT["schedules"])


def start(number, shape):
    k = np.arange(int(np.prod(shape)))
    return (((13 * k + 5 * number) % 17 - 8) / 8).reshape(shape)


def gradient(step, number, shape):
    k = np.arange(int(np.prod(shape)))
    n = (step * (7 + 2 * number) + 11 * k * k + 5 * number + step * step * k) % 101 - 50
    return (n / 16 * 2.0 ** (3 * k % 7 - 4)).reshape(shape)


GRADIENTS = [
    [gradient(step, i, shape) for i, shape in enumerate(SHAPES.values())]
    for step in range(1, STEPS[-1] + 1)
]


def make(name):
    case = ABOUT["cases"][name]
    arguments = dict(case["arguments"])
    if "schedule" in case:
        cls, kwargs = case["schedule"]
        arguments["learning_rate"] = getattr(schedules, cls)(**kwargs)
    if "inner" in case:
        cls, kwargs = case["inner"]
        arguments["inner_optimizer"] = getattr(optimizers, cls)(**kwargs, name="inner")
    return getattr(optimizers, case["class"])(**arguments, name="golden")


def run(name, dtype, steps=STEPS[-1]):
    """Return the recorded rows of a run and the sizes of the variables in them."""
    config.set_floatx(dtype)
    optimizer = make(name)
    variables = [
        Variable(start(i, shape).astype(dtype), name=of)
        for i, (of, shape) in enumerate(SHAPES.items())
    ]
    optimizer.build(variables)
    state = variables + [v for v in optimizer.variables if "float" in v.dtype]
    overflows = ABOUT["cases"][name].get("overflows", ())
    rows = []
    for step, arrays in enumerate(GRADIENTS[:steps], start=1):
        if step in overflows:
            arrays = [array.copy() for array in arrays]
            arrays[step % 3].flat[0] = np.inf
        optimizer.apply(arrays, variables)
        if step in STEPS:
            rows.append(np.concatenate([v.value.ravel().astype(dtype) for v in state]))
    return np.stack(rows), [v.value.size for v in state], optimizer


def gap(ours, recorded, sizes):
    """The largest difference within each variable, relative to its largest element ever."""
    assert ours.shape[1] == recorded.shape[1] == sum(sizes)
    worst, at = 0.0, 0
    for size in sizes:
        part = slice(at, at + size)
        largest = np.max(np.abs(recorded[:, part])) or 1.0
        worst = max(worst, float(np.max(np.abs(ours[:, part] - recorded[:, part])) / largest))
        at += size
    return worst


def test_versions_are_stamped():
    assert set(ABOUT["versions"]) == {"keras", "tensorflow", "numpy"}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CASES)
def test_follows_keras(name, dtype):
    ours, sizes, optimizer = run(name, dtype)
    paths = [v.path for v in optimizer.variables]
    if isinstance(optimizer, optimizers.Nadam):  # Keras's has no name but a running number
        assert paths.pop() == "golden/u_product"
        assert ABOUT["cases"][name]["variables"][-1].startswith("variable")
        assert paths == ABOUT["cases"][name]["variables"][:-1]
    else:
        assert paths == ABOUT["cases"][name]["variables"]
    band = WIDER.get((name, dtype), BAND[dtype])
    assert gap(ours, GOLDEN[f"{dtype}/{name}"], sizes) <= band


EXACT = "adamw adamax adamax_betas ftrl ftrl_regularized lion lion_betas loss_scale nadam"


@pytest.mark.parametrize("name", EXACT.split())
def test_float32_has_the_very_bits(name):
    ours, _, _ = run(name, "float32", 100)
    np.testing.assert_array_equal(ours, GOLDEN[f"float32/{name}"][:5])


def test_the_comparison_sees_another_direction_of_muon(monkeypatch):
    """Sabotage: without looking ahead along the momentum the run must leave the band."""
    right = Muon.scalars
    monkeypatch.setattr(
        Muon, "scalars", lambda self, *given: {**right(self, *given), "nesterov": False}
    )
    ours, sizes, _ = run("muon", "float64")
    assert gap(ours, GOLDEN["float64/muon"], sizes) > 1e-6


def test_the_comparison_sees_the_paper_s_schedule_free_average(monkeypatch):
    """Sabotage: (1−c) where Keras has (1−c)/β₁ must leave the band at once."""
    right = ScheduleFreeAdamW.scalars

    def wrong(self, *given):
        made = right(self, *given)
        return {**made, "old_part": made["old_part"] * made["beta_1"]}

    monkeypatch.setattr(ScheduleFreeAdamW, "scalars", wrong)
    ours, sizes, _ = run("schedule_free", "float64", 10)
    assert gap(ours, GOLDEN["float64/schedule_free"][:4], sizes) > 1e-6


# -- schedules --------------------------------------------------------------------------------


def schedule(name, precise=False):
    cls, kwargs = ABOUT["schedules"][name]
    if precise:
        kwargs = {k: np.float64(v) if k.startswith("initial") else v for k, v in kwargs.items()}
    return getattr(schedules, cls)(**kwargs)


@pytest.mark.parametrize("floatx", DTYPES)
@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_have_the_very_bits(name, floatx):
    config.set_floatx(floatx)
    made, recorded = schedule(name), GOLDEN[f"schedule/{name}"]
    ours = np.array([made(step) for step in GOLDEN["steps"].tolist()])
    assert ours.dtype == recorded.dtype == np.float32
    tiny = np.finfo(np.float32).tiny  # TensorFlow's threads flush what is smaller to 0
    np.testing.assert_array_equal(np.where(ours < tiny, 0, ours), recorded)


@pytest.mark.parametrize("name", [n for n in SCHEDULES if "piecewise" not in n])
def test_a_float64_learning_rate_makes_a_schedule_precise(name):
    made, recorded = schedule(name, precise=True), GOLDEN[f"schedule64/{name}"]
    ours = np.array([made(step) for step in GOLDEN["steps"].tolist()])
    assert ours.dtype == recorded.dtype == np.float64
    np.testing.assert_allclose(ours, recorded, rtol=3e-15, atol=1e-30)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SCHEDULES)
def test_fit_moves_a_weight_by_the_schedule(name, dtype):
    config.set_floatx(dtype)
    layer = Dense(1, use_bias=False, kernel_initializer="zeros")
    model = Sequential([Input((1,)), layer])
    model.compile(optimizers.SGD(schedule(name)), "mae")
    x = np.ones((250, 1), dtype)
    values = []
    for i in range(0, 250, 50):
        model.fit(x[:50], 1000 * x[:50], batch_size=1, shuffle=False, verbose=0)
        values.append(layer.kernel.numpy()[0, 0])
        assert int(model.optimizer.iterations) == i + 50
    np.testing.assert_array_equal(values, GOLDEN[f"fit/{dtype}/{name}"][49::50])
    assert model.optimizer.learning_rate == schedule(name)(250)
