"""The public face: arguments, learning rate, names, configurations, subclasses, wrong input."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnscratch import config, optimizers
from nnscratch.naming import name_scope
from nnscratch.optimizers import SGD, Adagrad, Adam, Optimizer, RMSprop
from nnscratch.optimizers.schedules import LearningRateSchedule
from nnscratch.variable import Variable

ALL = [SGD, Adagrad, RMSprop, Adam]


def dense(units=2, name="dense"):
    with name_scope(f"sequential/{name}"):
        return [Variable(np.ones((3, units)), name="kernel"), Variable(np.ones(units), name="bias")]


class Halving(LearningRateSchedule):
    def __init__(self, initial=1.0):
        self.initial = initial

    def __call__(self, step):
        return self.initial / 2 ** int(step)

    def get_config(self):
        return {"initial": self.initial}


def named_rate():
    return 0.25


# -- arguments --------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", ALL)
@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (1, r"Received: learning_rate=1\. Write 1\.0"),
        (True, "must be a float"),
        ("0.1", "must be a float"),
        (None, "must be a float"),
        (-0.1, "0 or more"),
        (math.nan, "finite"),
        (math.inf, "finite"),
    ],
)
def test_learning_rates_that_are_none(cls, rate, message):
    with pytest.raises(ValueError, match=message):
        cls(learning_rate=rate)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(momentum=1), "`momentum` must be a float"),
        (lambda: SGD(momentum=1.5), r"`momentum` must be a number in \[0, 1\]"),
        (lambda: SGD(momentum=-0.1), "momentum=-0.1"),
        (lambda: RMSprop(momentum=1.5), "momentum=1.5"),
        (lambda: RMSprop(rho=-1), "rho=-1"),
        (lambda: Adam(beta_1=1.0), r"\[0, 1\).*beta_1=1.0"),
        (lambda: Adam(beta_2=1.5), "beta_2=1.5"),
        (lambda: Adam(beta_2="0.9"), "beta_2='0.9'"),
        (lambda: Adam(epsilon=-1e-7), "epsilon=-1e-07"),
        (lambda: RMSprop(epsilon=math.nan), "epsilon=nan"),
        (lambda: Adagrad(epsilon=True), "epsilon=True"),
        (lambda: Adagrad(initial_accumulator_value=-0.1), "initial_accumulator_value"),
        (lambda: Adam(clipnorm=1.0, clipvalue=0.5), "Only one of.*clipnorm=1.0, clipvalue=0.5"),
        (lambda: Adam(clipnorm=-1.0), "clipnorm=-1.0"),
        (lambda: Adam(global_clipnorm=math.nan), "global_clipnorm=nan"),
        (lambda: Adam(weight_decay=-0.1), "weight_decay=-0.1"),
        (lambda: Adam(ema_momentum=1.1), "ema_momentum=1.1"),
        (lambda: Adam(use_ema=True, ema_overwrite_frequency=2.5), "integer >= 1"),
        (lambda: Adam(gradient_accumulation_steps=1), "integer >= 2"),
        (lambda: Adam(gradient_accumulation_steps=2.0), "integer >= 2"),
        (lambda: Adam(loss_scale_factor=0.0), "loss_scale_factor"),
        (lambda: Adam(beta1=0.9), "Did you mean 'beta_1'"),
        (lambda: SGD(clip_norm=1.0), "Did you mean 'clipnorm'"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_decay_is_ignored_with_a_warning():
    with pytest.warns(UserWarning, match="weight_decay"):
        SGD(0.1, decay=1e-3)


@pytest.mark.parametrize(
    ("cls", "expected"),
    [
        (SGD, {"learning_rate": 0.01, "momentum": 0.0, "nesterov": False}),
        (Adagrad, {"learning_rate": 0.001, "initial_accumulator_value": 0.1, "epsilon": 1e-7}),
        (
            RMSprop,
            {
                "learning_rate": 0.001,
                "rho": 0.9,
                "momentum": 0.0,
                "epsilon": 1e-7,
                "centered": False,
            },
        ),
        (
            Adam,
            {
                "learning_rate": 0.001,
                "beta_1": 0.9,
                "beta_2": 0.999,
                "epsilon": 1e-7,
                "amsgrad": False,
            },
        ),
    ],
)
def test_defaults_are_those_of_keras(cls, expected):
    shared = {
        "weight_decay": None,
        "clipnorm": None,
        "global_clipnorm": None,
        "clipvalue": None,
        "use_ema": False,
        "ema_momentum": 0.99,
        "ema_overwrite_frequency": None,
        "loss_scale_factor": None,
        "gradient_accumulation_steps": None,
    }
    made = cls().get_config()
    rate = expected.pop("learning_rate")
    assert made.pop("learning_rate") == float(np.float32(rate))
    assert made.pop("name") == {"RMSprop": "rm_sprop"}.get(cls.__name__, cls.__name__.lower())
    assert made == {**shared, **expected}


# -- learning rate ----------------------------------------------------------------------------


def test_learning_rate_is_a_variable():
    optimizer = SGD(0.1)
    assert float(optimizer.learning_rate) == float(np.float32(0.1))
    assert np.asarray(optimizer.learning_rate).dtype == "float32"
    assert optimizer.learning_rate.path == "sgd/learning_rate"
    optimizer.learning_rate = 0.5
    assert float(optimizer.learning_rate * 2) == 1.0
    optimizer.learning_rate = 1
    optimizer.learning_rate.assign(0.25)
    w = Variable(np.ones(1), name="w")
    optimizer.apply([[1.0]], [w])
    assert float(w[0]) == 0.75


def test_learning_rate_has_floatx():
    config.set_floatx("float64")
    assert float(SGD(0.1).learning_rate) == 0.1


@pytest.mark.parametrize("rate", [-1.0, math.nan, math.inf])
def test_setting_a_learning_rate_that_is_none(rate):
    optimizer = SGD(0.5)
    with pytest.raises(ValueError, match="learning_rate"):
        optimizer.learning_rate = rate
    assert float(optimizer.learning_rate) == 0.5


def test_a_schedule_is_called_with_the_iteration():
    w = Variable(np.zeros(1), name="w")
    optimizer = SGD(Halving())
    values = []
    for _ in range(3):
        optimizer.apply([[-1.0]], [w])
        values.append(float(w[0]))
    assert values == [1, 1.5, 1.75]
    assert optimizer.learning_rate == 0.125
    assert [v.path for v in optimizer.variables] == ["sgd/iteration"]
    with pytest.raises(TypeError, match="cannot be set to a number"):
        optimizer.learning_rate = 0.1


def test_a_function_is_called_without_arguments():
    w = Variable(np.zeros(1), name="w")
    SGD(named_rate).apply([[-1.0]], [w])
    assert float(w[0]) == 0.25


def test_a_schedule_can_take_the_place_of_a_number():
    optimizer = SGD(0.5)
    optimizer.learning_rate = Halving()
    assert [v.path for v in optimizer.variables] == ["sgd/iteration"]
    assert optimizer.learning_rate == 1.0


def test_a_schedule_that_goes_wrong_changes_no_weight():
    w = Variable(np.ones(1), name="w")
    optimizer = SGD(lambda: math.nan, weight_decay=0.1)
    with pytest.raises(ValueError, match="learning_rate"):
        optimizer.apply([[1.0]], [w])
    assert float(w[0]) == 1


# -- names ------------------------------------------------------------------------------------


def test_variables_have_the_names_and_order_of_keras():
    optimizer = Adam(amsgrad=True, use_ema=True, gradient_accumulation_steps=2)
    optimizer.build(dense())
    kernel, bias = "adam/sequential_dense_kernel", "adam/sequential_dense_bias"
    assert [v.path for v in optimizer.variables] == [
        "adam/iteration",
        "adam/learning_rate",
        f"{kernel}_average",
        f"{bias}_average",
        f"{kernel}_gradient_accumulator",
        f"{bias}_gradient_accumulator",
        f"{kernel}_momentum",
        f"{kernel}_velocity",
        f"{bias}_momentum",
        f"{bias}_velocity",
        f"{kernel}_velocity_hat",
        f"{bias}_velocity_hat",
    ]
    assert optimizer.variables[0].dtype == "int64"


def test_slots_are_found_by_path_and_name():
    kernel, bias = dense()
    optimizer = RMSprop(momentum=0.5, centered=True)
    optimizer.build([kernel, bias])
    assert list(optimizer.slots) == ["sequential/dense/kernel", "sequential/dense/bias"]
    slots = optimizer.slots["sequential/dense/kernel"]
    assert list(slots) == ["velocity", "momentum", "average_gradient"]
    assert slots["velocity"].shape == (3, 2)
    assert slots["velocity"] is optimizer.variables[2]


def test_slots_of_variables_of_one_name_stay_apart():
    a, b = Variable(np.zeros(1), name="w"), Variable(np.zeros(1), name="w")
    optimizer = SGD(1.0, momentum=0.5)
    optimizer.apply([[1.0], [2.0]], [a, b])
    assert [float(s["momentum"][0]) for s in optimizer.slots.values()] == [-1, -2]


def test_optimizers_are_numbered():
    assert [SGD().name, SGD().name, SGD(name="mine").name] == ["sgd", "sgd_1", "mine"]


# -- state ------------------------------------------------------------------------------------


def test_set_weights_restores_a_run():
    w = Variable(np.zeros(2), name="w")
    optimizer = Adam(0.1)
    optimizer.apply([[1.0, 2.0]], [w])
    weights = [v.numpy() for v in optimizer.variables]
    other = Adam(0.5)
    other.build([w])
    other.set_weights(weights)
    assert int(other.iterations) == 1
    assert float(other.learning_rate) == float(np.float32(0.1))
    for mine, theirs in zip(other.variables, weights, strict=True):
        np.testing.assert_array_equal(mine.value, theirs)


def test_set_weights_changes_all_or_nothing():
    w = Variable(np.zeros(2), name="w")
    optimizer = SGD(0.1, momentum=0.5)
    with pytest.raises(ValueError, match="built"):
        optimizer.set_weights([])
    optimizer.build([w])
    with pytest.raises(ValueError, match=r"3 variables\. Received: 2"):
        optimizer.set_weights([5, 0.5])
    with pytest.raises(ValueError, match=r"sgd/w_momentum.*\(2,\).*\(3,\)"):
        optimizer.set_weights([5, 0.5, np.ones(3)])
    assert int(optimizer.iterations) == 0


def test_state_goes_through_a_store():
    w = Variable(np.zeros(2), name="w")
    optimizer, other = SGD(0.1, momentum=0.5), SGD(0.2, momentum=0.5)
    optimizer.apply([[1.0, 2.0]], [w])
    store = {}
    optimizer.save_own_variables(store)
    with pytest.warns(UserWarning, match="not built"):
        other.load_own_variables(store)
    other.build([w])
    other.load_own_variables(store)
    assert other.slots["w"]["momentum"].value.tolist() == pytest.approx([-0.1, -0.2])


# -- configurations ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["adam", "Adam", "ADAM", "sgd", "SGD", "rmsprop", "RMSprop", "adagrad"]
)
def test_get_takes_names_in_any_case(name):
    assert type(optimizers.get(name)).__name__.lower() == name.lower()


def test_get_takes_other_forms():
    optimizer = SGD()
    assert optimizers.get(optimizer) is optimizer
    assert optimizers.get(None) is None
    assert float(optimizers.get({"class_name": "SGD", "config": {"learning_rate": 0.5}})
                 .learning_rate) == 0.5  # fmt: skip


@pytest.mark.parametrize(
    ("identifier", "message"),
    [("adm", "Did you mean 'Adam'"), (Adam, r"Write Adam\("), (3, "Received: 3"), ({}, "class_n")],
)
def test_get_refuses_the_rest(identifier, message):
    with pytest.raises(ValueError, match=message):
        optimizers.get(identifier)


def test_serialize_writes_what_keras_writes():
    assert optimizers.serialize(SGD(0.5, momentum=0.5, nesterov=True)) == {
        "module": "keras.optimizers",
        "class_name": "SGD",
        "config": {
            "name": "sgd",
            "learning_rate": 0.5,
            "weight_decay": None,
            "clipnorm": None,
            "global_clipnorm": None,
            "clipvalue": None,
            "use_ema": False,
            "ema_momentum": 0.99,
            "ema_overwrite_frequency": None,
            "loss_scale_factor": None,
            "gradient_accumulation_steps": None,
            "momentum": 0.5,
            "nesterov": True,
        },
        "registered_name": None,
    }


@pytest.mark.parametrize("cls", ALL)
def test_round_trip(cls):
    optimizer = cls(0.5, clipnorm=2.0, use_ema=True, ema_overwrite_frequency=3, name="mine")
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    assert type(again) is cls
    assert again.get_config() == optimizer.get_config()


def test_round_trip_with_a_schedule_and_with_a_function():
    custom = {"Halving": Halving, "named_rate": named_rate}
    for rate, now in ((Halving(0.5), 0.5), (named_rate, 0.25)):
        described = optimizers.serialize(SGD(rate))
        again = optimizers.deserialize(described, custom_objects=custom)
        assert again.learning_rate == now
    with pytest.raises(ValueError, match="cannot be saved"):
        SGD(lambda: 0.1).get_config()


# -- subclasses -------------------------------------------------------------------------------


class KerasStyleMomentum(Optimizer):
    """Written as for Keras, with one update per variable."""

    def __init__(self, learning_rate=0.1, momentum=0.9, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        super().build(variables)
        self.velocities = [
            self.add_variable_from_reference(reference_variable=v, name="velocity")
            for v in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        velocity = self.velocities[self._get_variable_index(variable)]
        self.assign(velocity, velocity * self.momentum - gradient * learning_rate)
        self.assign_add(variable, velocity)


def test_a_keras_style_subclass_agrees_with_the_built_in():
    theirs, ours = dense(), dense()
    mine, built_in = KerasStyleMomentum(0.1, clipnorm=1.0), SGD(0.1, momentum=0.9, clipnorm=1.0)
    rng = np.random.default_rng(0)
    for _ in range(5):
        arrays = [rng.standard_normal(v.shape) for v in theirs]
        mine.apply_gradients(zip(arrays, theirs, strict=True))
        built_in.apply_gradients(zip(arrays, ours, strict=True))
    for a, b in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(a.value, b.value, rtol=1e-6)
    assert [v.name for v in mine.variables[2:]] == [
        "sequential_dense_kernel_velocity",
        "sequential_dense_bias_velocity",
    ]
    assert "velocity" in mine.slots["sequential/dense/kernel"]


class Centralized(Adam):
    """A built-in rule on a changed gradient."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient - gradient.mean(), variable, learning_rate)


def test_a_subclass_can_change_the_gradient():
    w, other = Variable(np.zeros(3), name="w"), Variable(np.zeros(3), name="w")
    Centralized(0.1).apply([[1.0, 2.0, 6.0]], [w])
    Adam(0.1).apply([[-2.0, -1.0, 3.0]], [other])
    np.testing.assert_array_equal(w.value, other.value)


def test_a_subclass_gets_the_value_of_a_schedule():
    class Plain(Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            seen.append(float(learning_rate))

    seen = []
    w = Variable(np.zeros(1), name="w")
    optimizer = Plain(Halving())
    for _ in range(2):
        optimizer.apply([[1.0]], [w])
    optimizer = Plain(0.25)
    optimizer.apply([[1.0]], [w])
    assert seen == [1, 0.5, 0.25]


def test_a_subclass_without_a_rule_is_told_so():
    class Nothing(Optimizer):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing must implement update_step\(\)"):
        Nothing(0.1).apply([[1.0]], [Variable(np.zeros(1), name="w")])


def test_add_variable():
    optimizer = SGD(0.1)
    made = optimizer.add_variable((2,), initializer="ones", name="extra")
    assert (made.path, made.value.tolist()) == ("sgd/extra", [1, 1])
    assert optimizer.variables[-1] is made
    firsts, seconds = optimizer.add_optimizer_variables(dense(), ["a", "b"], ["ones", "zeros"])
    assert float(firsts[0][0, 0]) == 1
    assert float(seconds[1][0]) == 0
    with pytest.raises(ValueError, match="2 initializers and 1 names"):
        optimizer.add_optimizer_variables(dense(), ["a"], ["ones", "zeros"])


# -- wrong input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grads", "message"),
    [
        ([np.ones((3, 2)), np.ones(3)], r"'sequential/dense/bias'.*\(2,\).*\(3,\)"),
        ([np.ones((3, 2)), 1.0], r"\(2,\).*\(\)"),
        ([np.ones((3, 2))], "1 gradients and 2 variables"),
        ([np.ones((3, 2)), ["a", "b"]], "gradient of sequential/dense/bias"),
    ],
)
def test_wrong_gradients_change_nothing(grads, message):
    variables = dense()
    optimizer = SGD(0.1)
    optimizer.build(variables)
    with pytest.raises(ValueError, match=message):
        optimizer.apply(grads)
    assert all((v.value == 1).all() for v in variables)
    assert all(v.grad is None for v in variables)


def test_unknown_variables_are_refused():
    optimizer = SGD(0.1)
    optimizer.build(dense())
    (stranger,) = [Variable(np.ones(1), name="stranger")]
    stranger.set_grad([1.0])
    for use in (
        lambda: optimizer.build([stranger]),
        lambda: optimizer.step([stranger]),
        lambda: optimizer.apply([[1.0]], [stranger]),
    ):
        with pytest.raises(ValueError, match=r"'stranger'.*can only be used with.*new optimizer"):
            use()
    assert float(stranger[0]) == 1


def test_build_again_with_some_of_the_variables_is_harmless():
    kernel, bias = dense()
    optimizer = SGD(0.1, momentum=0.5)
    optimizer.build([kernel, bias])
    count = len(optimizer.variables)
    optimizer.build([bias])
    assert len(optimizer.variables) == count


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ([np.ones(2)], "list of Variables"),
        ([Variable(np.ones(2, "int32"), name="counts")], "'counts' has dtype int32"),
        ([Variable(np.ones(2), name="w")] * 2, "'w' is in the list twice"),
    ],
)
def test_what_cannot_be_trained_is_refused(variables, message):
    optimizer = SGD(0.1)
    with pytest.raises(ValueError, match=message):
        optimizer.build(variables)
    assert not optimizer.built
    assert optimizer.slots == {}


def test_apply_without_variables_needs_a_build():
    with pytest.raises(ValueError, match="build"):
        SGD(0.1).apply([np.ones(1)])


def test_nothing_to_apply_is_nothing_done():
    optimizer = SGD(0.1)
    optimizer.apply([])
    assert int(optimizer.apply_gradients([])) == 0
