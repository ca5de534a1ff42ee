"""Dynamic loss scaling: the factor, its counter, and what is passed on to the inner optimizer."""

from __future__ import annotations

import numpy as np
import pytest

from nnscratch import optimizers
from nnscratch.layers import Dense, Input
from nnscratch.models import Sequential
from nnscratch.optimizers import SGD, Adam, LossScaleOptimizer
from nnscratch.optimizers.schedules import ExponentialDecay
from nnscratch.utils import set_random_seed
from nnscratch.variable import Variable


def weight(dtype="float64"):
    return Variable(np.zeros(2, dtype), name="w")


def test_the_scale_doubles_after_enough_good_steps_and_halves_on_overflow():
    w = weight()
    optimizer = LossScaleOptimizer(SGD(1.0), initial_scale=8.0, dynamic_growth_steps=2)
    seen = []
    for g in (8.0, 8.0, 16.0, np.inf, np.nan, 4.0, 4.0, 8.0):
        optimizer.apply([[-g, 0.0]], [w])
        seen.append((float(w[0]), float(optimizer.dynamic_scale), int(optimizer.step_counter)))
    assert seen == [
        (1, 8, 1),
        (2, 16, 0),
        (3, 16, 1),
        (3, 8, 0),
        (3, 4, 0),
        (4, 4, 1),
        (5, 8, 0),
        (6, 8, 1),
    ]
    assert int(optimizer.iterations) == 6


def test_one_bad_gradient_stops_all_variables():
    a, b = weight(), weight()
    optimizer = LossScaleOptimizer(Adam(1.0), initial_scale=1.0)
    optimizer.apply([[1.0, 1.0], [np.nan, 1.0]], [a, b])
    assert a.value.tolist() == b.value.tolist() == [0, 0]
    assert int(optimizer.iterations) == 0


def test_a_variable_without_gradient_is_left_out():
    a, b = weight(), weight()
    optimizer = LossScaleOptimizer(SGD(1.0), initial_scale=2.0)
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        optimizer.apply([[2.0, 4.0], None], [a, b])
    assert a.value.tolist() == [-1, -2]


def test_its_variables_are_its_own_and_the_inner_ones():
    optimizer = LossScaleOptimizer(SGD(0.5, momentum=0.5))
    assert [v.path for v in optimizer.variables] == [
        "loss_scale_optimizer/iteration",
        "loss_scale_optimizer/learning_rate",
        "sgd/iteration",
        "sgd/learning_rate",
    ]
    w = weight()
    optimizer.build([w])
    assert [v.path for v in optimizer.variables][2:4] == [
        "loss_scale_optimizer/step_counter",
        "loss_scale_optimizer/dynamic_scale",
    ]
    assert optimizer.variables[-1] is optimizer.slots["w"]["momentum"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_wrapped_adafactor_has_no_unused_integers(wrapped):
    """Keras 3.15.1 lists them, named after the weight, only where the optimizer stands alone."""
    inner = optimizers.Adafactor()
    optimizer = LossScaleOptimizer(inner) if wrapped else inner
    optimizer.build([Variable(np.zeros(2), name="bias")])
    unused = [] if wrapped else ["bias", "bias"]
    names = [v.name for v in inner.variables]
    assert names == ["iteration", "learning_rate", *unused, "bias_velocity"]


@pytest.mark.parametrize("steps", [None, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_wrapped_nadam_makes_up_the_product_that_is_not_listed(dtype, steps):
    """Keras 3.15.1 lists it only where the optimizer stands alone, so files have none of it."""

    def wrapped():
        return LossScaleOptimizer(optimizers.Nadam(0.1, gradient_accumulation_steps=steps))

    optimizer, other, first, second = wrapped(), wrapped(), weight(dtype), weight(dtype)
    for g in (1.0, -2.0, 3.0, 4.0):
        optimizer.apply([[g, 2 * g]], [first])
    other.build([second])
    assert all(v.name != "u_product" for v in other.variables)
    second.assign(first.value)
    other.set_weights([v.numpy() for v in optimizer.variables])
    expected = np.prod([0.9 * (1 - 0.5 * 0.96**t) for t in range(1, 4 // (steps or 1) + 1)])
    assert float(other.inner_optimizer._u_product) == pytest.approx(expected, rel=1e-6)
    for g in (5.0, 6.0):
        optimizer.apply([[g, 2 * g]], [first])
        other.apply([[g, 2 * g]], [second])
    assert first.value.tolist() == second.value.tolist()


def test_state_goes_through_a_store():
    optimizer, other = (LossScaleOptimizer(SGD(0.5, momentum=0.5)) for _ in range(2))
    first, second = weight(), weight()
    optimizer.apply([[1.0, 2.0]], [first])
    other.build([second])
    store = {}
    optimizer.save_own_variables(store)
    other.load_own_variables(store)
    other.set_weights([v.numpy() for v in optimizer.variables])
    for a, b in zip(optimizer.variables, other.variables, strict=True):
        np.testing.assert_array_equal(a.value, b.value)


def test_learning_rate_and_averages_are_the_inner_ones():
    inner = SGD(0.5, use_ema=True, ema_momentum=0.0)
    optimizer, w = LossScaleOptimizer(inner, initial_scale=1.0), weight()
    optimizer.learning_rate = 0.25
    assert float(inner.learning_rate) == float(optimizer.learning_rate) == 0.25
    optimizer.apply([[-1.0, 1.0]], [w])
    w.assign([9.0, 9.0])
    optimizer.finalize_variable_values([w])
    assert w.value.tolist() == [0.25, -0.25]


def test_a_schedule_within():
    optimizer, w = (
        LossScaleOptimizer(SGD(ExponentialDecay(1.0, 1, 0.5)), initial_scale=1.0),
        weight(),
    )
    for g in (-1.0, np.inf, -1.0):
        optimizer.apply([[g, 0.0]], [w])
    assert float(w[0]) == 1.0 + 0.5 * (1 / 0.5)  # the overflow halved the factor, not the rate
    with pytest.raises(TypeError, match="cannot be set to a number"):
        optimizer.learning_rate = 0.1


def test_the_loss_is_scaled_by_the_present_factor():
    optimizer = LossScaleOptimizer(SGD(0.5), initial_scale=8.0)
    assert (optimizer.loss_scale_factor, optimizer.scale_loss(2.0)) == (8.0, 16.0)
    optimizer.apply([[np.inf, 0.0]], [weight()])
    assert (optimizer.loss_scale_factor, optimizer.scale_loss(2.0)) == (4.0, 8.0)


def test_fit_gives_what_the_inner_optimizer_gives_alone():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(64, 3)).astype("float32"), rng.normal(size=(64, 1)).astype("float32")
    weights = []
    for wrap in (lambda o: o, lambda o: LossScaleOptimizer(o, dynamic_growth_steps=5)):
        set_random_seed(7)
        model = Sequential([Input((3,)), Dense(4, "relu"), Dense(1)])
        model.compile(wrap(Adam(0.01)), "mse")
        model.fit(x, y, batch_size=8, epochs=3, verbose=0)
        weights.append(model.get_weights())
    assert model.optimizer.loss_scale_factor == 2.0 ** (15 + 24 // 5)
    for alone, wrapped in zip(*weights, strict=True):  # a factor 2ⁿ changes no bit
        np.testing.assert_array_equal(alone, wrapped)


def test_fit_finds_its_way_back_from_a_factor_that_overflows():
    model = Sequential([Input((3,)), Dense(1, kernel_initializer="ones")])
    model.compile(LossScaleOptimizer(SGD(0.01), initial_scale=2.0**127), "mse")
    x = np.full((10, 3), 100.0, "float32")
    with np.errstate(over="ignore", invalid="ignore"):
        model.fit(x, x[:, :1], batch_size=1, verbose=0)
    assert model.optimizer.loss_scale_factor < 2.0**127
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_round_trip():
    optimizer = LossScaleOptimizer(
        Adam(ExponentialDecay(0.5, 10, 0.5), beta_1=0.5), initial_scale=4.0, dynamic_growth_steps=7
    )
    described = optimizers.serialize(optimizer)
    assert described["class_name"] == "LossScaleOptimizer"
    assert set(described["config"]) == {
        "name",
        "inner_optimizer",
        "initial_scale",
        "dynamic_growth_steps",
    }
    again = optimizers.deserialize(described)
    assert again.get_config() == optimizer.get_config()
    assert again.inner_optimizer.beta_1 == 0.5


def test_old_files_name_arguments_of_the_inner_optimizer():
    LossScaleOptimizer(SGD(), weight_decay=None, use_ema=False, ema_momentum=0.99)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LossScaleOptimizer("sgd"), "`inner_optimizer` must be an Optimizer.*'sgd'"),
        (lambda: LossScaleOptimizer(SGD(), dynamic=False), "loss_scale_factor"),
        (lambda: LossScaleOptimizer(SGD(), clipnorm=1.0), "no `clipnorm`: give it to the inner"),
        (lambda: LossScaleOptimizer(SGD(), inital_scale=1.0), "Did you mean 'initial_scale'"),
        (lambda: LossScaleOptimizer(SGD(), initial_scale=0.0), "initial_scale=0.0"),
        (lambda: LossScaleOptimizer(SGD(), dynamic_growth_steps=0), "dynamic_growth_steps"),
        (lambda: LossScaleOptimizer(SGD(), dynamic_growth_steps=1.5), "dynamic_growth_steps=1.5"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_inner_factor_is_switched_off_and_the_own_one_cannot_be_set():
    inner = SGD(loss_scale_factor=8.0)
    optimizer = LossScaleOptimizer(inner)
    assert inner.loss_scale_factor is None
    with pytest.raises(ValueError, match="initial_scale"):
        optimizer.loss_scale_factor = 3.0
