"""Randomness as it goes through layers, models and fit, against what Keras 3.15.1 recorded."""

from __future__ import annotations

import json
import random as python_random

import numpy as np
import pytest
from rng_engine import (
    QUIET,
    build,
    fit_noise,
    make_layer,
    names_of_layers,
    orders_of_fit,
    train,
    variables,
    watched_line,
)
from rng_golden import INDEX, assert_close, assert_exact, cases, stored

from nnscratch import Sequential, config, layers, random

NOT_YET = {
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU"), "recurrent layers"),
    "Embedding": "embeddings",
}
"""The layers of the golden file that the engine does not have; their cases are skipped."""


def each(*sections):
    return pytest.mark.parametrize("case", [_param(c) for s in sections for c in cases(s)])


def _param(case):
    missing = sorted(names_of_layers(case["params"]) & set(NOT_YET))
    reason = ", ".join(f"{name} ({NOT_YET[name]})" for name in missing)
    return pytest.param(
        case["params"] | {"case": case},
        id=case["id"],
        marks=[pytest.mark.skip(reason=f"needs {reason}")] if missing else [],
    )


def test_what_is_skipped_is_exactly_what_does_not_exist():
    wanted = {name for case in INDEX["cases"] for name in names_of_layers(case["params"])}
    assert {name for name in wanted if name not in layers.__all__} == set(NOT_YET)


@each("draw_counts")
def test_seeds_drawn_by_a_constructor(case):
    python_random.seed(123)
    make_layer(*case["layer"])
    drawn = python_random.getstate()
    python_random.seed(123)
    for _ in range(int(stored(case["case"], "draws"))):
        random.make_default_seed()
    assert python_random.getstate() == drawn


@each("models_float32", "models_float64")
def test_fresh_models(case):
    config.set_floatx(case["floatx"])
    random.set_random_seed(case["seed"])
    model, named = build(case["model"])
    if "lazy_input" in case:
        model(np.zeros((2, *case["lazy_input"]), case["floatx"]))
    found = {**variables(named), "next_python_draw": np.array(random.make_default_seed())}
    assert set(found) == set(case["case"]["out"])
    exact = case["floatx"] == "float32" or "normal" not in json.dumps(case["model"])
    for name, value in found.items():
        if exact:
            assert_exact(case["case"], name, value)
        else:  # normal numbers in float64 depend on the C library's last bit
            assert_close(case["case"], name, value, ulp=2)


@each("noise_layers_float32", "noise_layers_float64")
def test_calls_of_noise_layers(case):
    config.set_floatx(case["dtype"])
    layer = make_layer(*case["layer"])
    x = random.uniform(case["shape"], 0.5, 1.5, case["dtype"], seed=1)
    normal = case["layer"][0].startswith("Gaussian")
    for k in range(3):
        y = layer(x, training=True)
        if normal and case["dtype"] == "float64":
            assert_close(case["case"], f"call{k}", y, atol=2e-15)
        else:
            assert_exact(case["case"], f"call{k}", y)
    assert_exact(case["case"], "inference", layer(x, training=False))
    assert_exact(case["case"], "state", layer.seed_generator.state)


@each("fit_noise_float32", "fit_noise_float64")
def test_noise_in_fit_evaluate_predict_and_fit(case):
    config.set_floatx(case["floatx"])
    for name, value in fit_noise(case).items():
        assert_exact(case["case"], name, value)


@each("xla_fit_noise_float32", "xla_fit_noise_float64")
def test_noise_in_fit_compiled_by_xla(case):
    config.set_floatx(case["floatx"])
    found = fit_noise(case)
    if case["layer"][0] != "Dropout":  # XLA has a log and sine of its own, and fuses a*x + b
        values = found.pop("values")  # the largest lie between 2 and 4
        assert_close(case["case"], "values", values, atol=4 * np.spacing(values.dtype.type(2)))
    for name, value in found.items():
        assert_exact(case["case"], name, value)


def test_xla_draws_something_else():
    """The two sections hold the same case; without this the switch might do nothing."""
    plain, xla = (
        fit_noise({**cases(section)[0]["params"], "epochs": 1})["values"]
        for section in ("fit_noise_float32", "xla_fit_noise_float32")
    )
    assert plain.shape == xla.shape
    assert (plain != xla).any()


@each("shuffle")
def test_order_of_samples_in_fit(case):
    random.set_random_seed(case["seed"])
    model, watch = watched_line()
    orders = [order for _ in range(case["fits"]) for order in orders_of_fit(model, watch, case)]
    assert_exact(case["case"], "order", np.stack(orders))


@each("shuffle")
def test_a_second_model_gets_the_order_of_the_first(case):
    random.set_random_seed(case["seed"])
    orders_of_fit(*watched_line(), {**case, "epochs": 1})
    orders = orders_of_fit(*watched_line(), case)
    assert_exact(case["case"], "order", np.stack(orders * case["fits"]))


@each("global_seedgen")
def test_training_leaves_the_global_generator_alone(case):
    x = np.ones((6, 4), np.float32)
    model = Sequential([layers.Input((4,)), layers.Dropout(0.5), layers.Dense(1)])
    model.compile("sgd", "mse")
    random.set_random_seed(case["seed"])
    between = [
        lambda: model.fit(x, x[:, :1], **QUIET),
        lambda: model.evaluate(x, x[:, :1], **QUIET),
        lambda: model.predict(x, **QUIET),
    ]
    for k, use in enumerate(between):
        assert_exact(case["case"], f"uniform{k}", random.uniform((5,)))
        use()
    assert_exact(case["case"], "normal3", random.normal((6,)))
    state = layers.Dropout(0.5).seed_generator.state
    assert_exact(case["case"], "next_python_draw", state[0])


@each("e2e_float64")
def test_training_in_float64(case):
    config.set_floatx("float64")
    found = train(case)
    assert set(found) == set(case["case"]["out"])
    for name, value in found.items():
        if name.startswith("step0.") and "normal" not in json.dumps(case["layers"]):
            assert_exact(case["case"], name, value)
        else:
            assert_close(case["case"], name, value, atol=1e-12)


FLOAT32_BARS = {"step1": 1e-5, "step10": 1e-5, "step100": 1e-5, "history": 1e-5}
"""Later, rounding may turn a ReLU: 1e-3 for the end of a run and what is measured there."""


@each("e2e_float32")
def test_training_in_float32(case):
    found = train(case)
    assert set(found) == set(case["case"]["out"])
    for name, value in found.items():
        if name.startswith(("step0.", "x_", "y_", "steps")):
            assert_exact(case["case"], name, value)
        else:
            bar = FLOAT32_BARS.get(name.split(".")[0], 1e-3)
            assert_close(case["case"], name, value, atol=bar)
