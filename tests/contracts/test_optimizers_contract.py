"""What every exported optimizer promises; an optimizer without a row here fails the tests."""

from __future__ import annotations

import copy
import inspect
import pickle
import warnings

import numpy as np
import pytest

from nnscratch import config, optimizers
from nnscratch.optimizers import SGD
from nnscratch.optimizers.schedules import ExponentialDecay
from nnscratch.optimizers.updating import Updates
from nnscratch.variable import Variable

ROWS = {
    "Adadelta": [{}, {"rho": 0.5, "epsilon": 1e-3}],
    "Adafactor": [{}, {"epsilon_1": 1e-6, "clip_threshold": 0.5, "relative_step": False}],
    "Adagrad": [{}, {"initial_accumulator_value": 0.5, "epsilon": 1e-3}],
    "Adam": [{}, {"amsgrad": True, "beta_1": 0.5, "beta_2": 0.9}, {"epsilon": 0}],
    "AdamW": [{}, {"weight_decay": 0.1, "amsgrad": True}],
    "Adamax": [{}, {"beta_1": 0.5, "beta_2": 0.9}, {"epsilon": 0}],
    "Ftrl": [
        {},
        {"l1_regularization_strength": 0.1, "l2_regularization_strength": 0.1, "beta": 0.1},
        {"learning_rate_power": -0.7, "l2_shrinkage_regularization_strength": 0.1},
    ],
    "Lamb": [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}],
    "Lion": [{}, {"beta_1": 0.5, "beta_2": 0.9}],
    "LossScaleOptimizer": [{}, {"initial_scale": 4.0, "dynamic_growth_steps": 2}],
    "Muon": [{}, {"nesterov": False, "ns_steps": 3, "rms_rate": None, "exclude_layers": ["v0"]}],
    "Nadam": [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}],
    "RMSprop": [{}, {"momentum": 0.5, "centered": True}],
    "SGD": [{}, {"momentum": 0.5}, {"momentum": 0.5, "nesterov": True}],
    "ScheduleFreeAdamW": [{}, {"beta_1": 0.5, "warmup_steps": 3}],
}
OPTIONS = {
    "plain": {},
    "all": {
        "use_ema": True,
        "ema_overwrite_frequency": 2,
        "gradient_accumulation_steps": 2,
        "loss_scale_factor": 3.0,
        "weight_decay": 0.01,
        "clipnorm": 0.7,
    },
}
SHAPES = [(3, 5), (17,), (), (1,), (2, 3, 4), (0,), (5, 3)]
RATE = 0.05

CASES = [
    pytest.param(name, row, id=f"{name}-{i}")
    for name, rows in ROWS.items()
    for i, row in enumerate(rows)
]
WITHOUT_ANOTHER = sorted(set(ROWS) - {"LossScaleOptimizer"})
every_optimizer = pytest.mark.parametrize(("name", "row"), CASES)
both_dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])


def make(name, row, rate=RATE, **options):
    cls = getattr(optimizers, name)
    if name == "LossScaleOptimizer":
        return cls(SGD(rate, momentum=0.5, **options), **row)
    return cls(**{"learning_rate": rate, **options, **row})


def make_variables(dtype="float32"):
    rng = np.random.default_rng(3)
    return [
        Variable(rng.standard_normal(shape).astype(dtype), name=f"v{i}")
        for i, shape in enumerate(SHAPES)
    ]


def gradients(steps, dtype="float32"):
    rng = np.random.default_rng(4)
    return [[rng.standard_normal(shape).astype(dtype) for shape in SHAPES] for _ in range(steps)]


def state_of(optimizer, variables):
    return [v.numpy() for v in variables] + [v.numpy() for v in optimizer.variables]


def assert_same_bits(first, second):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def trained(name, row, steps=4, dtype="float32", **options):
    optimizer, variables = make(name, row, **options), make_variables(dtype)
    for arrays in gradients(steps, dtype):
        optimizer.apply(arrays, variables)
    return optimizer, variables


def test_every_exported_optimizer_has_a_row():
    exported = {n for n in optimizers.__all__ if inspect.isclass(getattr(optimizers, n))}
    assert exported - {"Optimizer"} == set(ROWS)


@pytest.mark.parametrize("name", WITHOUT_ANOTHER)
def test_it_has_a_name_in_any_case(name):
    for spelling in (name, name.lower(), name.upper()):
        assert type(optimizers.get(spelling)).__name__ == name


@every_optimizer
@both_dtypes
def test_it_keeps_the_dtype_and_moves_the_weights(name, row, dtype):
    optimizer, variables = trained(name, row, steps=3, dtype=dtype)
    slots = [slot for slots in optimizer.slots.values() for slot in slots.values()]
    assert {v.dtype for v in [*variables, *slots]} == {dtype}
    for variable, before in zip(variables, make_variables(dtype), strict=True):
        assert np.isfinite(variable.value).all()
        assert variable.value.size == 0 or (variable.value != before.value).any()


@every_optimizer
@pytest.mark.parametrize("option", OPTIONS)
def test_it_descends(name, row, option):
    config.set_floatx("float64")
    w = Variable(np.array([[2.0, -3.0], [1.0, 4.0]]), name="w")
    optimizer = make(name, row, **OPTIONS[option])
    losses = []
    for _ in range(400):
        losses.append(float(np.sum(w.value**2)))
        optimizer.apply([2 * w.value * (optimizer.loss_scale_factor or 1.0)], [w])
    assert losses[-1] < losses[10] < losses[0]


@every_optimizer
@both_dtypes
@pytest.mark.parametrize("option", OPTIONS)
def test_all_at_once_gives_the_bits_of_one_by_one(name, row, option, dtype):
    results = []
    for intact in (True, False):
        variables, optimizer = make_variables(dtype), make(name, row, **OPTIONS[option])
        optimizer.build(variables)
        getattr(optimizer, "inner_optimizer", optimizer)._engine._arena.intact = intact
        for arrays in gradients(4, dtype):
            optimizer.apply(arrays, variables)
        results.append(state_of(optimizer, variables))
    assert_same_bits(*results)


@every_optimizer
def test_it_leaves_the_given_gradients_as_they_are(name, row):
    optimizer, variables = make(name, row), make_variables()
    arrays = gradients(1)[0]
    kept = copy.deepcopy(arrays)
    optimizer.apply(arrays, variables)
    assert_same_bits(arrays, kept)


@every_optimizer
def test_a_variable_without_gradient_stays_as_it_is(name, row):
    optimizer, variables = trained(name, row, 2)
    before = variables[0].numpy(), [s.numpy() for s in optimizer.slots["v0"].values()]
    arrays = gradients(1)[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        optimizer.apply([None, *arrays[1:]], variables)
    assert_same_bits([before[0]], [variables[0].value])
    assert_same_bits(before[1], [s.value for s in optimizer.slots["v0"].values()])


@every_optimizer
@pytest.mark.parametrize("twin", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_a_copy_trains_like_the_original_and_apart_from_it(name, row, twin):
    optimizer, variables = trained(name, row)
    other, others = twin((optimizer, variables))
    before = state_of(optimizer, variables)
    other.apply(gradients(1)[0], others)
    assert_same_bits(before, state_of(optimizer, variables))
    optimizer.apply(gradients(1)[0], variables)
    assert_same_bits(state_of(other, others), state_of(optimizer, variables))


@every_optimizer
@pytest.mark.parametrize("option", OPTIONS)
def test_a_run_goes_on_from_its_saved_state(name, row, option):
    optimizer, variables = trained(name, row, **OPTIONS[option])
    store = {}
    optimizer.save_own_variables(store)
    others = [Variable(v.numpy(), name=v.name) for v in variables]
    other = make(name, row, **OPTIONS[option])
    other.build(others)
    other.load_own_variables(store)
    for arrays in gradients(2):
        optimizer.apply(arrays, variables)
        other.apply(arrays, others)
    assert_same_bits(state_of(optimizer, variables), state_of(other, others))


@every_optimizer
@pytest.mark.parametrize("rate", [RATE, ExponentialDecay(0.5, 10, 0.5)], ids=["rate", "schedule"])
def test_round_trip(name, row, rate):
    optimizer = make(name, row, rate)
    described = optimizers.serialize(optimizer)
    assert (described["module"], described["registered_name"]) == ("keras.optimizers", None)
    again = optimizers.deserialize(described)
    assert type(again) is type(optimizer)
    assert again.get_config() == optimizer.get_config()
    assert optimizers.get(described).get_config() == optimizer.get_config()


@pytest.mark.parametrize("name", WITHOUT_ANOTHER)
def test_the_configuration_holds_all_arguments(name):
    cls = getattr(optimizers, name)
    arguments = set(inspect.signature(cls).parameters) - {"kwargs"}
    assert set(cls().get_config()) == arguments


@every_optimizer
def test_a_zero_learning_rate_moves_nothing(name, row):
    if name == "Ftrl":
        pytest.skip("divides by the learning rate")
    optimizer, variables = make(name, row, 0.0), make_variables()
    before = [v.numpy() for v in variables]
    for arrays in gradients(3):
        optimizer.apply(arrays, variables)
    if name == "ScheduleFreeAdamW":  # carries x in w, to the last bit or two
        for a, b in zip(before, variables, strict=True):
            np.testing.assert_allclose(a, b.value, rtol=1e-6)
    else:
        assert_same_bits(before, [v.value for v in variables])


@every_optimizer
def test_a_learning_rate_is_set_from_outside(name, row):
    optimizer, variables = trained(name, row, 1)
    optimizer.learning_rate = 0.5
    assert float(optimizer.learning_rate) == 0.5
    with pytest.raises(ValueError, match="learning_rate"):
        optimizer.learning_rate = -1.0
    optimizer.apply(gradients(1)[0], variables)


@pytest.mark.parametrize("name", WITHOUT_ANOTHER)
@pytest.mark.parametrize("argument", ["learning_rate", "clipnorm", "ema_momentum"])
def test_numbers_that_are_none_are_refused(name, argument):
    for wrong in (float("nan"), "a", -0.5):
        with pytest.raises(ValueError, match=argument):
            getattr(optimizers, name)(**{argument: wrong})


@pytest.mark.parametrize("name", sorted(ROWS))
def test_unknown_arguments_are_refused(name):
    with pytest.raises(ValueError, match=r"learning_rat|lerning"):
        make(name, {"lerning_rate": 0.1})


def test_elementwise_rules_run_over_the_arena():
    """Only optimizers whose rule looks at a variable as a whole may go one by one."""
    one_by_one = {
        name for name in ROWS if getattr(optimizers, name).update_step is not Updates.update_step
    }
    assert one_by_one == {"Adafactor", "Lamb", "Muon"}
