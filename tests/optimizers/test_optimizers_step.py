"""What happens around the rule: clipping, decay, averages, accumulation, memory."""

from __future__ import annotations

import copy
import math
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch.naming import name_scope
from nnscratch.optimizers import SGD, Adagrad, Adam, AdamW, Lion, RMSprop
from nnscratch.optimizers import blocks as blocks_module
from nnscratch.variable import Variable

RULES = {
    "sgd": lambda **kw: SGD(0.1, **kw),
    "momentum": lambda **kw: SGD(0.1, momentum=0.9, **kw),
    "nesterov": lambda **kw: SGD(0.1, momentum=0.9, nesterov=True, **kw),
    "adagrad": lambda **kw: Adagrad(0.1, **kw),
    "rmsprop": lambda **kw: RMSprop(0.1, momentum=0.5, centered=True, **kw),
    "adam": lambda **kw: Adam(0.1, **kw),
    "amsgrad": lambda **kw: Adam(0.1, amsgrad=True, **kw),
}
OPTIONS = {
    "plain": {},
    "clipnorm": {"clipnorm": 0.7},
    "global_clipnorm": {"global_clipnorm": 0.7},
    "clipvalue": {"clipvalue": 0.3},
    "weight_decay": {"weight_decay": 0.01},
    "all": {
        "use_ema": True,
        "ema_overwrite_frequency": 2,
        "gradient_accumulation_steps": 2,
        "loss_scale_factor": 3.0,
        "weight_decay": 0.01,
        "clipnorm": 0.7,
    },
}
SHAPES = [(3, 5), (17,), (), (1,), (33, 7), (0,), (16,)]


def make_variables(dtype="float32", shapes=SHAPES):
    rng = np.random.default_rng(3)
    return [
        Variable(rng.standard_normal(shape).astype(dtype), name=f"v{i}")
        for i, shape in enumerate(shapes)
    ]


def gradients(steps, dtype="float32", shapes=SHAPES):
    rng = np.random.default_rng(4)
    return [[rng.standard_normal(shape).astype(dtype) for shape in shapes] for _ in range(steps)]


def state_of(optimizer, variables):
    return [v.numpy() for v in variables] + [v.numpy() for v in optimizer.variables]


def assert_same_bits(first, second):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


# -- memory -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("rule", RULES)
def test_all_at_once_gives_the_bits_of_one_by_one(rule, option, dtype):
    results = []
    for intact in (True, False):
        variables = make_variables(dtype)
        optimizer = RULES[rule](**OPTIONS[option])
        optimizer.exclude_from_weight_decay(var_names=["v1", "v4"])
        optimizer.build(variables)
        optimizer._engine._arena.intact = intact
        for arrays in gradients(5, dtype):
            optimizer.apply(arrays, variables)
        results.append(state_of(optimizer, variables))
    assert_same_bits(*results)


def test_pieces_of_any_length_give_the_same_bits(monkeypatch):
    results = []
    for length in (1 << 15, 64, 7):
        monkeypatch.setattr(blocks_module, "BLOCK", length)
        variables = make_variables()
        optimizer = Adam(0.1, weight_decay=0.1, use_ema=True)
        for arrays in gradients(3):
            optimizer.apply(arrays, variables)
        results.append(state_of(optimizer, variables))
    assert_same_bits(results[0], results[1])
    assert_same_bits(results[0], results[2])


def test_a_second_optimizer_takes_the_weights_over():
    variables, twins = make_variables(), make_variables()
    first, second = SGD(0.1, momentum=0.9), Adam(0.1)
    alone = SGD(0.1, momentum=0.9), Adam(0.1)
    arrays = gradients(4)
    for optimizer, array in zip((first, second, first, second), arrays, strict=True):
        optimizer.apply(array, variables)
    for optimizer, array in zip((*alone, *alone), arrays, strict=True):
        optimizer.apply(array, twins)
        for variable in twins:  # each step meets weights in memory of their own
            variable.move(np.empty_like(variable.value), np.empty_like(variable.value), None)
    assert not first._engine._arena.intact
    assert second._engine._arena.intact
    assert_same_bits([v.value for v in variables], [v.value for v in twins])


def test_mixed_dtypes_keep_their_own():
    variables = [Variable(np.ones(3, "float32"), name="a"), Variable(np.ones(3), name="b")]
    optimizer = Adam(0.1, global_clipnorm=1.0, use_ema=True, weight_decay=0.1)
    optimizer.apply([np.ones(3), np.ones(3)], variables)
    assert [v.dtype for v in variables] == ["float32", "float64"]
    slots = optimizer.slots
    assert [slots[p]["momentum"].dtype for p in ("a", "b")] == ["float32", "float64"]
    np.testing.assert_allclose(variables[0].value, variables[1].value, rtol=1e-6)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("twin", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_a_copy_trains_like_the_original_and_apart_from_it(rule, twin):
    variables = make_variables()
    optimizer = RULES[rule](use_ema=True)
    first, second = gradients(2)
    optimizer.apply(first, variables)
    other, others = twin((optimizer, variables))
    before = state_of(optimizer, variables)
    other.apply(second, others)
    assert_same_bits(before, state_of(optimizer, variables))
    optimizer.apply(second, variables)
    assert_same_bits(state_of(other, others), state_of(optimizer, variables))


def test_a_steady_step_allocates_no_arrays():
    import tracemalloc

    variables = [Variable(np.ones((300, 400), "float32"), name="w")]
    optimizer = Adam(0.1, clipnorm=1.0, weight_decay=0.1, use_ema=True)
    optimizer.apply([np.ones((300, 400), "float32")], variables)
    tracemalloc.start()
    for _ in range(3):
        optimizer.step(variables)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000  # one such array has 480,000 bytes


def test_epsilon_zero_makes_no_noise():
    variables = make_variables(shapes=[(3,), (5,)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Adam(0.1, epsilon=0).apply([np.ones(3), np.ones(5)], variables)
    assert all(np.isfinite(v.value).all() for v in variables)


def test_apply_never_writes_into_the_callers_arrays():
    (w,) = make_variables(shapes=[(4,)])
    mine = np.full(4, 10.0, "float32")
    options = {"loss_scale_factor": 2.0, "clipnorm": 1.0, "gradient_accumulation_steps": 2}
    optimizer = Adam(0.1, **options)
    for _ in range(4):
        optimizer.apply([mine], [w])
    assert mine.tolist() == [10.0] * 4


# -- gradients before the rule ----------------------------------------------------------------


def one_step(optimizer, *grads):
    """Minus the update that SGD(1.0) makes from zero weights: the gradient as the rule saw it."""
    variables = [Variable(np.zeros(np.shape(g)), name=f"w{i}") for i, g in enumerate(grads)]
    optimizer.apply(list(grads), variables)
    return [-v.value for v in variables]


def test_clipnorm_is_per_variable():
    long, short = one_step(SGD(1.0, clipnorm=1.0), [3.0, 4.0], [0.3, 0.4])
    assert long.tolist() == pytest.approx([0.6, 0.8])
    assert short.tolist() == pytest.approx([0.3, 0.4])


def test_global_clipnorm_is_over_all():
    a, b = one_step(SGD(1.0, global_clipnorm=1.0), [3.0], [4.0])
    assert [float(a[0]), float(b[0])] == pytest.approx([0.6, 0.8])


def test_global_clipnorm_makes_infinity_visible():
    a, b = one_step(SGD(1.0, global_clipnorm=1.0), [np.inf], [4.0])
    assert math.isnan(a[0])
    assert math.isnan(b[0])


def test_clipvalue_is_per_element():
    (g,) = one_step(SGD(1.0, clipvalue=0.5), [3.0, -0.2, -4.0])
    assert g.tolist() == [0.5, -0.2, -0.5]


@pytest.mark.parametrize("limit", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_zero_gradients_and_zero_limits_change_nothing(limit):
    (g,) = one_step(SGD(1.0, **{limit: 1.0}), [0.0, 0.0])
    assert g.tolist() == [0, 0]
    (g,) = one_step(SGD(1.0, **{limit: 0.0}), [3.0, 4.0])  # as in Keras, 0 is no limit
    assert g.tolist() == [3, 4]


@settings(max_examples=50)
@given(
    st.lists(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), min_size=1, max_size=4),
    st.floats(1e-3, 1e3),
)
def test_norms_are_bounded(grads, limit):
    clipped = one_step(SGD(1.0, clipnorm=limit), *grads)
    assert all(np.linalg.norm(g) <= limit * (1 + 1e-9) for g in clipped)
    together = np.concatenate(one_step(SGD(1.0, global_clipnorm=limit), *grads))
    assert np.linalg.norm(together) <= limit * (1 + 1e-9)


def test_loss_scale_is_taken_out_of_the_gradient():
    optimizer = SGD(1.0, loss_scale_factor=4.0)
    assert optimizer.scale_loss(2.5) == 10.0
    assert SGD(1.0).scale_loss(2.5) == 2.5
    assert one_step(optimizer, [8.0])[0].tolist() == [2.0]


def test_accumulation_uses_the_mean_of_the_gradients():
    w = Variable(np.zeros(1), name="w")
    optimizer = SGD(1.0, gradient_accumulation_steps=3)
    seen = []
    for g in (3.0, 6.0, 9.0, 1.0, 1.0, 4.0):
        optimizer.apply([[g]], [w])
        seen.append((float(w.value[0]), int(optimizer.iterations)))
    assert seen == [(0, 0), (0, 0), (-6, 1), (-6, 1), (-6, 1), (-8, 2)]


def test_accumulation_forgets_a_variable_without_gradient_too():
    a, b = (Variable(np.zeros(1), name=n) for n in "ab")
    optimizer = SGD(1.0, gradient_accumulation_steps=2)
    optimizer.apply([[2.0], [2.0]], [a, b])
    with pytest.warns(UserWarning, match=r"\['b'\]"):
        optimizer.apply([[2.0], None], [a, b])
    assert (float(a[0]), float(b[0])) == (-2, 0)
    assert float(optimizer.slots["b"]["gradient_accumulator"][0]) == 0


# -- weights ----------------------------------------------------------------------------------


def test_weight_decay_comes_before_the_update():
    # η = 0.5, λ = 0.1: w = 2 − 2·0.1·0.5 = 1.9, then − 0.5·1 (the gradient 4 clipped to 1)
    w = Variable(np.array([2.0]), name="w")
    SGD(0.5, weight_decay=0.1, clipvalue=1.0).apply([[4.0]], [w])
    assert float(w.value[0]) == pytest.approx(2 - 2 * float(np.float32(0.1)) * 0.5 - 0.5, rel=1e-15)


def test_weight_decay_leaves_the_excluded_alone():
    kernel, bias, gamma = (Variable(np.ones(20), name=n) for n in ("kernel", "bias", "gamma"))
    optimizer = SGD(1.0, weight_decay=0.25)
    optimizer.exclude_from_weight_decay(var_list=[gamma], var_names=["bia"])
    optimizer.apply([np.zeros(20)] * 3, [kernel, bias, gamma])
    assert [float(v.value[0]) for v in (kernel, bias, gamma)] == [0.75, 1, 1]
    optimizer.exclude_from_weight_decay(var_names=["kernel"])  # replaces what was said before
    optimizer.apply([np.zeros(20)] * 3, [kernel, bias, gamma])
    assert [float(v.value[-1]) for v in (kernel, bias, gamma)] == [0.75, 0.75, 0.75]


def test_weight_decay_is_excluded_by_path():
    with name_scope("dense"):
        first = Variable(np.ones(1), name="kernel")
    with name_scope("dense_1"):
        second = Variable(np.ones(1), name="kernel")
    optimizer = SGD(1.0, weight_decay=0.25)
    optimizer.exclude_from_weight_decay(var_names=["dense_1/"])
    optimizer.apply([[0.0], [0.0]], [first, second])
    assert (float(first[0]), float(second[0])) == (0.75, 1)
    with pytest.raises(ValueError, match="list of strings"):
        optimizer.exclude_from_weight_decay(var_names="bias")


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("kernel$", [0.75, 0.75]),
        ("kernel:0$", [1.0, 0.75]),
        ("^kernel", [0.75, 0.75]),
        ("^dense/k", [1.0, 0.75]),
        ("dense/(bias|gamma):0", [0.75, 1.0]),
    ],
)
@pytest.mark.parametrize("rule", [SGD, Adam, Lion, AdamW])
def test_weight_decay_is_searched_in_the_names_that_tensorflow_gives(rule, pattern, left):
    """Keras 3.15.1 sees `dense/kernel:0` here; these are the weights that it left."""
    with name_scope("dense"):
        variables = [Variable(np.ones(s), name=n) for n, s in [("kernel", (2, 2)), ("bias", (2,))]]
    optimizer = rule(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=[pattern])
    optimizer.apply([np.zeros(v.shape) for v in variables], variables)
    assert [float(v.value.flat[0]) for v in variables] == left


def test_the_average_starts_at_the_weights_and_follows_them():
    w = Variable(np.zeros(1), name="w")
    optimizer = SGD(1.0, use_ema=True, ema_momentum=0.5)
    averages = []
    for _ in range(3):
        optimizer.apply([[-1.0]], [w])
        averages.append(float(optimizer.slots["w"]["average"][0]))
    assert averages == [1, 1.5, 2.25]
    optimizer.finalize_variable_values([w])
    assert float(w[0]) == 2.25


def test_the_average_replaces_the_weights_every_so_often():
    w = Variable(np.zeros(1), name="w")
    optimizer = SGD(1.0, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
    seen = []
    for _ in range(4):
        optimizer.apply([[-1.0]], [w])
        seen.append(float(w[0]))
    # averages 1, (1+2)/2 = 1.5 → w; 2.5 → (1.5+2.5)/2 = 2; 3.5 → (2+3.5)/2 = 2.75 → w
    assert seen == [1, 1.5, 2.5, 2.75]


def test_the_average_follows_a_weight_without_gradient():
    a, b = (Variable(np.ones(1), name=n) for n in "ab")
    optimizer = SGD(1.0, use_ema=True)
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        optimizer.apply([[1.0], None], [a, b])
    assert float(optimizer.slots["b"]["average"][0]) == 1


def test_finalize_before_any_step_or_without_average_changes_nothing():
    w = Variable(np.ones(1), name="w")
    for optimizer in (SGD(1.0, use_ema=True), SGD(1.0)):
        optimizer.build([w])
        optimizer.finalize_variable_values([w])
        assert float(w[0]) == 1


def test_constraints_come_last():
    w = Variable(np.array([1.0, 1.0]), name="w")
    w.constraint = lambda value: np.maximum(value, 0)
    optimizer = SGD(1.0, use_ema=True)
    optimizer.apply([[3.0, 0.5]], [w])
    assert w.value.tolist() == [0, 0.5]
    assert optimizer.slots["w"]["average"].value.tolist() == [-2, 0.5]  # as in Keras: before it


# -- which variables take part ----------------------------------------------------------------


def test_a_variable_without_gradient_stays_as_it_is():
    a, b = (Variable(np.ones(1), name=n) for n in "ab")
    optimizer = SGD(0.5, momentum=0.5)
    optimizer.apply([[1.0], [1.0]], [a, b])
    with pytest.warns(UserWarning, match=r"Gradients do not exist for variables \['b'\]"):
        optimizer.apply([[1.0], None], [a, b])
    assert (float(a[0]), float(b[0])) == (-0.25, 0.5)


def test_no_gradient_at_all_is_an_error():
    w = Variable(np.ones(1), name="w")
    optimizer = SGD(0.5)
    with pytest.raises(ValueError, match=r"No gradients provided.*w"):
        optimizer.apply([None], [w])
    assert int(optimizer.iterations) == 0


def test_some_of_the_variables_can_be_updated_alone():
    a, b = (Variable(np.ones(1), name=n) for n in "ab")
    optimizer = SGD(0.5, momentum=0.5)
    optimizer.build([a, b])
    optimizer.apply([[1.0]], [b])
    assert (float(a[0]), float(b[0])) == (1, 0.5)


def test_step_uses_the_gradients_that_were_added():
    w = Variable(np.ones(2), name="w")
    w.add_grad(np.multiply, np.ones(2), 2.0)
    w.add_grad(np.multiply, np.ones(2), 1.0)
    optimizer = SGD(0.5)
    optimizer.step([w])
    assert w.value.tolist() == [-0.5, -0.5]
    assert int(optimizer.iterations) == 1
    optimizer.step([])
    assert int(optimizer.iterations) == 1


def test_gradients_added_before_the_build_are_not_lost():
    variables = make_variables(shapes=[(2,), (3,)])
    for variable in variables:
        variable.add_grad(np.multiply, np.ones(variable.shape, "float32"), 2.0)
    optimizer = SGD(0.5)
    before = [v.numpy() for v in variables]
    optimizer.build(variables)
    optimizer.step(variables)
    assert_same_bits([v.value for v in variables], [w - np.float32(1) for w in before])
