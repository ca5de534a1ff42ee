"""The book's findings about initial weights, as numbers."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import numpy as np
import pytest

from nnscratch import initializers, lab
from nnscratch.lab.experiments.normality import moments, qq
from nnscratch.lab.experiments.signals import histogram, pass_through
from nnscratch.lab.experiments.starts import BOOK, he, starts, xavier
from nnscratch.lab.experiments.weight_init import WeightInit


@pytest.fixture(scope="module")
def result() -> WeightInit:
    return lab.weight_init(training=False)


def test_std_1_saturates_sigmoid_and_tanh(result: WeightInit) -> None:
    for activation in ("sigmoid", "tanh"):
        for signal in result.signals[activation]["std 1"]:
            assert signal.saturated > 0.4
            shares = signal.activation_histogram.shares
            assert shares[0] + shares[-1] > 10 * shares[10:20].sum() / 10  # two ends, no middle
            assert signal.activation.kurtosis < -1.5
            assert signal.qq.straightness < 0.92


def test_std_001_collapses(result: WeightInit) -> None:
    sigmoid, tanh, relu = (result.signals[a]["std 0.01"] for a in ("sigmoid", "tanh", "relu"))
    assert sigmoid[-1].activation.mean == pytest.approx(0.5, abs=0.02)
    assert sigmoid[-1].activation.std < 0.02
    for stack in (tanh, relu):
        ratios = [b.activation.std / a.activation.std for a, b in pairwise(stack)]
        assert max(ratios) < 0.11  # σ of the next layer ≈ 0.01·√100 σ at most
        assert stack[0].gradient.std < 2e-4


def test_the_text_says_so(result: WeightInit) -> None:
    by_activation = {part.split("\n")[0]: part for part in result.text().split("\n\n")}
    for activation in ("sigmoid", "tanh"):
        assert re.search(r"std 1: \d+% of the last layer saturated", by_activation[activation])
        assert "std 0.01: collapses" in by_activation[activation]
    assert "std 1: explodes" in by_activation["relu"]
    assert "std 0.01: collapses" in by_activation["relu"]
    assert "He: σ from 0.83 at the first layer to 0.99 at the last" in by_activation["relu"]


def test_xavier_keeps_tanh_and_sigmoid_alive(result: WeightInit) -> None:
    for activation in ("sigmoid", "tanh"):
        for signal in result.signals[activation]["Xavier"]:
            assert signal.saturated < 0.06
            assert signal.activation.std > 0.1
            assert signal.qq.straightness > 0.96
    assert result.signals["tanh"]["Xavier"][0].gradient.std > 0.4


def test_relu_needs_he(result: WeightInit) -> None:
    he_stack, xavier_stack = (result.signals["relu"][start] for start in ("He", "Xavier"))
    for signal in he_stack:  # mean square of a is 1 where x is N(0, 1): σ² + mean² ≈ 1
        power = signal.activation.std**2 + signal.activation.mean**2
        assert power == pytest.approx(1, abs=0.5)
        assert signal.gradient.std == pytest.approx(1, abs=0.3)
    first, last = xavier_stack[0].activation.std, xavier_stack[-1].activation.std
    assert last / first == pytest.approx(2 ** (-4 / 2), rel=0.4)  # halves the power in each layer
    big = result.signals["relu"]["std 1"]
    assert big[-1].activation.std / big[0].activation.std == pytest.approx(50**2, rel=0.5)


def test_batch_normalization_makes_the_start_matter_little() -> None:
    stds = [
        pass_through(start, "relu", batch_normalization=True)[-1].activation.std
        for start in starts(BOOK).values()
    ]
    assert max(stds) / min(stds) < 1.25  # ε = 0.001 counts beside a variance of 0.01


def test_gradient_sent_back_is_the_derivative() -> None:
    """Against W₂ᵀ(f′(z₂) ⊙ da₂), with the random numbers drawn once more."""
    rows, width = 40, 6
    signals = pass_through(xavier(), "tanh", depth=2, width=width, rows=rows, seed=3)
    rng = np.random.default_rng(3)
    x, da = rng.standard_normal((rows, width)), rng.standard_normal((rows, width))
    scale = {"scale": 1.0, "mode": "fan_in", "distribution": "untruncated_normal"}
    w1, w2 = (
        initializers.VarianceScaling(**scale, seed=3000 + layer)((width, width), "float64")
        for layer in range(2)
    )
    a1 = np.tanh(x @ w1)
    a2 = np.tanh(a1 @ w2)
    da1 = (da * (1 - a2**2)) @ w2.T
    dw1 = x.T @ (da1 * (1 - a1**2))
    assert signals[0].gradient.std == pytest.approx(da1.std())
    assert signals[0].weight_gradient_std == pytest.approx(dw1.std())
    assert signals[1].gradient.std == pytest.approx(da.std())
    assert signals[1].activation.std == pytest.approx(a2.std())


def test_starts_have_the_spread_they_name() -> None:
    shape = (400, 300)
    expected = {
        "std 0.3": 0.3,
        "Xavier": math.sqrt(1 / 400),
        "He": math.sqrt(2 / 400),
        "lecun_uniform": math.sqrt(1 / 400),
    }
    for name, start in starts(list(expected)).items():
        assert float(start(shape).std()) == pytest.approx(expected[name], rel=0.02)
    assert starts({"mine": he()})["mine"].get_config()["scale"] == 2.0
    with pytest.raises(ValueError, match="Did you mean 'Xavier'"):
        starts(["Xaviar"])
    with pytest.raises(ValueError, match="initializer is a name"):
        starts({"mine": 3})


def test_moments_and_quantiles_by_hand() -> None:
    m = moments(np.array([0.0, 0.0, 0.0, 4.0]))
    assert (m.mean, m.std) == (1.0, math.sqrt(3))
    assert m.skewness == pytest.approx((3 * (-1) ** 3 + 27) / 4 / 3**1.5)
    assert m.kurtosis == pytest.approx((3 * 1 + 81) / 4 / 9 - 3)
    assert math.isnan(moments(np.full(5, 0.3)).kurtosis)
    assert math.isnan(qq(np.zeros(5)).straightness)
    assert qq(np.array([-1.0, 1.0] * 50)).straightness == pytest.approx(
        math.sqrt(2 / math.pi), abs=0.02
    )
    assert qq(np.arange(5.0), points=3).normal[1] == 0


def test_histogram_counts_shares() -> None:
    bars = histogram(np.array([0.01, 0.02, 0.99, 5.0]), (0.0, 1.0))
    assert bars.shares[0] == 0.5
    assert bars.shares[-1] == 0.25  # and one value lies outside
    assert bars.edges[[0, -1]].tolist() == [0.0, 1.0]


def test_weights_are_normal_at_every_scale_but_outputs_are_not() -> None:
    big, tiny, good = lab.weight_histograms().scales
    for scale in (big, tiny, good):
        assert scale.weights.std == pytest.approx(scale.scale, rel=0.02)
        assert abs(scale.weights.kurtosis) < 0.1
    assert big.at_the_ends > 0.99
    assert tiny.outputs.std == pytest.approx(0.25 * 1e-5 * math.sqrt(784), rel=0.1)
    assert good.outputs.std == pytest.approx(0.25 * 0.01 * math.sqrt(784), rel=0.1)
    assert good.at_the_ends == 0


def test_training_follows_the_start() -> None:
    result = lab.init_training(["std 0.01", "Xavier", "He", "zeros"], epochs=6)
    accuracy = {start: run.curves.val_accuracy[-1] for start, run in result.runs.items()}
    assert accuracy["He"] > 0.9
    assert accuracy["He"] >= accuracy["Xavier"] - 0.02
    assert accuracy["zeros"] < 0.15
    assert result.runs["zeros"].curves.loss[-1] == pytest.approx(math.log(10), abs=0.01)
    assert result.runs["zeros"].equal_units == 0
    assert result.runs["He"].equal_units > 0
    assert result.runs["zeros"].spread.shape == (7, 4)


def test_a_start_that_diverges_is_told_and_no_error() -> None:
    run = lab.init_training(["std 1"], epochs=2, learning_rate=0.5).runs["std 1"]
    assert run.curves.diverged
    assert run.spread[0, -1] > 100


def test_the_figures_show_the_numbers(result: WeightInit) -> None:
    pytest.importorskip("matplotlib")
    figure = result.plot("activations-tanh")
    panels = np.array(figure.axes).reshape(4, 5)
    for row, stack in zip(panels, result.signals["tanh"].values(), strict=True):
        for panel, signal in zip(row, stack, strict=True):
            drawn = panel.patches[0].get_data()
            np.testing.assert_array_equal(drawn.values, signal.activation_histogram.shares)
            np.testing.assert_array_equal(drawn.edges, signal.activation_histogram.edges)
    spread = result.plot("spread").axes[0]
    for line, stack in zip(spread.get_lines(), result.signals["sigmoid"].values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), [s.activation.std for s in stack])
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4, 5])
    assert spread.get_yscale() == "log"
