"""`explain` tells what the step really computed, for every layer, and changes nothing."""

from __future__ import annotations

import inspect
import random as python_random
import re

import numpy as np
import pytest
from runs import assert_same_bits, branched, data, network, state, trained

from nnscratch import Input, Sequential, layers, losses, optimizers, random
from nnscratch.errors import NotReadyError, ShapeError
from nnscratch.lab import explain, optimizer
from nnscratch.lab.explaining.layer_formulas import ACTIVATIONS, FORMULAS, LOSSES
from nnscratch.lab.explaining.plain_math import plain_math

NO_LAYERS = {"Layer", "KerasTensor", "Node"}


def batch():
    x, y = data()
    return x[:8], y[:8]


def test_every_layer_has_its_formulas():
    exported = {t.__name__ for t in vars(layers).values() if inspect.isclass(t)}
    exported &= {getattr(layers, n).__name__ for n in layers.__all__}
    assert exported - NO_LAYERS - set(FORMULAS) == set()
    assert set(FORMULAS) - exported == set()
    for formulas in [*FORMULAS.values(), *ACTIVATIONS.values(), *LOSSES.values()]:
        for text in (formulas.forward, formulas.backward):
            assert text.count("{") == text.count("}")
            assert "=" in text
            assert not re.search(r"[\\{}]", plain_math(text))
    assert set(LOSSES) <= set(losses.__all__)


@pytest.mark.parametrize("path", [
    "first/kernel[3,7]", "first/bias[2]", "norm/gamma[0]", "norm/beta[4]", "second/kernel[1, 2]",
    "last/bias", "last/kernel", None,
])  # fmt: skip
def test_the_numbers_are_those_of_the_step(path):
    model, _ = trained(epochs=1)
    told = explain(model, *batch(), path)
    before = dict(zip([v.path for v in model.weights], model.get_weights(), strict=True))
    model.train_on_batch(*batch())
    name, index = re.fullmatch(r"(.*)\[(.*)\]", told.element).groups()
    place = tuple(int(i) for i in index.split(","))
    full = next(p for p in before if p.endswith(name))
    variable = next(v for v in model.weights if v.path == full)
    assert told.before == before[full][place]
    assert told.after == variable.value[place]
    assert told.gradient == pytest.approx(variable.grad[place], rel=1e-6)
    text = str(told)
    assert told.element in text
    assert "Update by Adam" in text
    assert told.worked == pytest.approx(told.after, rel=1e-6, abs=1e-8)
    if path == "first/kernel[3,7]":
        total = float(re.search(r"dW\[3, 7\] = .*\n.*\n +=(.*)", text).group(1).replace("−", "-"))
        assert total == pytest.approx(told.gradient, rel=1e-5)


def test_the_model_and_the_streams_are_left_as_they_were():
    model, _ = trained(epochs=1)
    python_random.seed(4)
    bits = state(model)
    seeds = [layer.seed_generator.state.copy() for layer in model.layers[2:3]]
    expected = python_random.Random(4).random()
    explain(model, *batch())
    assert_same_bits(bits, state(model))
    assert model.layers[2].seed_generator.state.tolist() == seeds[0].tolist()
    assert python_random.random() == expected
    fresh = network()
    before = fresh.get_weights()
    explain(fresh, *batch())
    assert not fresh.optimizer.built
    assert_same_bits(before, fresh.get_weights())


def test_one_unit_is_written_out():
    random.set_random_seed(1)
    model = Sequential([Input((3,)), layers.Dense(2, name="d")])
    model.compile(optimizers.SGD(0.5), "mse")
    x, y = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]]), np.zeros((2, 2))
    kernel = model.get_weights()[0]
    text = str(explain(model, x, y, "d/bias[1]"))
    z = (x @ kernel)[0, 1]
    line = text.split("z[0, 1]")[1].split("\n")[1]
    assert float(line.split("=")[-1].replace("−", "-")) == pytest.approx(z, rel=1e-5)
    for w in kernel[:, 1]:
        assert f"{w:.8g}".replace("-", "−") in line
    assert "MeanSquaredError" in text
    loss = float(re.search(r"L = (\S+)\n", text.split("MeanSquaredError")[1]).group(1))
    assert loss == pytest.approx(np.mean((x @ kernel) ** 2), rel=1e-5)


def test_every_form_says_the_same():
    told = explain(trained(epochs=1)[0], *batch(), "first/kernel[0,0]")
    html, markdown, text = told.to_html(), told.to_markdown(), told.to_text()
    new = f"{told.after:.8g}".replace("-", "−")
    assert new in html
    assert new in markdown
    assert new in text
    assert markdown.count("$$") % 2 == 0
    assert r"\frac" in markdown
    assert html.startswith("<!doctype html>")
    assert "http" not in html
    assert told._repr_html_() in html
    assert "Explanation of first/kernel[0, 0]" in repr(told)


def test_it_is_written_to_the_terminal(capsys):
    told = explain(trained(epochs=1)[0], *batch(), "first/kernel[0,0]")
    told.show()
    shown = capsys.readouterr().out
    assert "Update by Adam" in shown
    assert "w ← w − α·m/(√(v) + ε)" in shown


@pytest.mark.parametrize(
    "name",
    sorted(
        set(optimizers.__all__)
        - {"Optimizer", "deserialize", "get", "schedules", "serialize", "LossScaleOptimizer"}
    ),
)
def test_every_optimizer_is_explained(name):
    model, _ = trained(optimizer=name.lower(), epochs=1)
    told = explain(model, *batch(), "second/kernel[1,2]")
    assert told.worked == pytest.approx(told.after, rel=1e-5, abs=1e-7)
    assert told.after != told.before


def test_a_scaled_loss_and_a_rule_of_ones_own():
    model, _ = trained(optimizer=optimizers.LossScaleOptimizer(optimizers.Adam()), epochs=1)
    assert "without the loss scale" in str(explain(model, *batch()))
    model, _ = trained(optimizer=optimizer("momentum", dialect="torch"), epochs=1)
    assert "v ← μv + g; w ← w − ηv" in str(explain(model, *batch()))


def test_shared_layers_and_nested_models():
    x = np.random.default_rng(0).random((6, 4)).astype("float32")
    text = str(explain(branched(), [x, 2 * x], np.ones(6), "shared/kernel[0,0]"))
    assert "inner/deep: Dense" in text
    assert "shared#2: Dense" in text


def test_images():
    model = Sequential([
        Input((6, 6, 1)), layers.RandomFlip(), layers.Conv2D(2, 3, activation="relu"),
        layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2, "softmax"),
    ])  # fmt: skip
    model.compile("sgd", "sparse_categorical_crossentropy")
    x = np.random.default_rng(0).random((4, 6, 6, 1))
    told = explain(model, x, np.array([0, 1, 0, 1]), "conv2d/kernel[0,0,0,1]")
    assert "Conv2D" in str(told)
    assert told.after == pytest.approx(told.before - 0.01 * told.gradient, rel=1e-4)


def test_what_cannot_be_explained_is_told():
    with pytest.raises(NotReadyError, match="compile"):
        explain(Sequential([Input((2,)), layers.Dense(1)]), np.ones((1, 2)), np.ones(1))
    model, _ = trained(epochs=1)
    with pytest.raises(ValueError, match="Did you mean 'first/kernel'"):
        explain(model, *batch(), "frist/kernel")
    with pytest.raises(ShapeError, match="no element"):
        explain(model, *batch(), "first/kernel[9,9]")
    with pytest.raises(ShapeError, match="no single element"):
        explain(model, *batch(), "first/kernel[1]")
