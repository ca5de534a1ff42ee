"""Random models: the same for a seed, valid, and of every kind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from nnscratch import (
    activations,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    ops,
    optimizers,
    regularizers,
)
from nnscratch.naming import to_snake_case
from nnscratch.structure import flatten
from parity import data
from parity.fuzz import left_out
from parity.fuzz.activated import Activated, after_activation
from parity.fuzz.case import FuzzCase, fitted
from parity.fuzz.chooser import Chooser
from parity.fuzz.draw import draw
from parity.fuzz.draw_options import NAMED
from parity.fuzz.engines import FuzzNnscratch
from parity.fuzz.formulas import FORMULA, FORMULAS
from parity.fuzz.rows import INPUTS, TARGETS
from parity.fuzz.shapes import Call, after_layer, tensor_shapes
from parity.units import Data, Obj

CASES = [draw(1, number) for number in range(1500)]


def test_a_model_depends_on_seed_and_number_alone() -> None:
    again = [draw(1, number) for number in (1499, 7, 0)]
    assert again == [CASES[1499], CASES[7], CASES[0]]
    assert draw(2, 7) != CASES[7]


def test_a_model_is_the_same_in_another_process() -> None:
    program = "from parity.fuzz.draw import draw; print([draw(1, i) for i in range(40)])"
    environment = {**os.environ, "PYTHONHASHSEED": "3", "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == repr(CASES[:40])


def test_the_number_of_steps_can_be_given() -> None:
    assert draw(1, 3, steps=9) == replace(CASES[3], steps=9)


def test_every_model_is_valid_and_its_rows_fit_it() -> None:
    for case in CASES:
        shapes = tensor_shapes(case.inputs, case.network, case.calls)
        assert shapes is not None
        assert fitted(case) == case
        rows = data.make(case, "float64")
        for x, shape in zip(flatten(rows.x), case.inputs, strict=True):
            assert x.shape == (case.samples, *shape)
        targets = rows.y if isinstance(rows.y, dict) else dict(enumerate(listed(rows.y)))
        for y, end in zip(targets.values(), case.ends, strict=True):
            shape = shapes[end.tensor]
            expected = {
                "labels": shape[:-1],
                "label_column": (*shape[:-1], 1),
                "reals_flat": shape[:-1],
            }.get(end.targets, shape)
            assert y.shape == (case.samples, *expected)
        if isinstance(rows.y, dict):
            assert list(rows.y) == [case.name_of_tensor(end.tensor) for end in case.ends]
        assert (rows.sample_weight is not None) is case.weighted


def listed(value):
    return value if isinstance(value, list) else [value]


@pytest.mark.filterwarnings("ignore")
def test_nnscratch_trains_every_model() -> None:
    engine = FuzzNnscratch()
    with engine.session():
        for case in CASES[:150]:
            dtype = case.dtypes[-1]
            twin = engine.twin(case, dtype, case.inputs)
            batch, new_epoch = next(data.batches(case, data.make(case, dtype)))
            found = twin.step(batch, new_epoch)
            shapes = tensor_shapes(case.inputs, case.network, case.calls)
            assert shapes is not None
            called = [call.layer for call in case.wires]
            for i, call in enumerate(case.wires):
                if case.network[call.layer][0] == FORMULA:
                    continue
                name = case.layers()[call.layer][1]["name"]
                key = f"output/{name}" + (f"/{i}" if called.count(call.layer) > 1 else "")
                assert found[key].shape[1:] == shapes[len(case.inputs) + i]


def test_every_part_is_drawn() -> None:
    described = repr(CASES)
    kinds = {kind for case in CASES for kind, _ in case.network}
    assert kinds == classes(layers, layers.Layer) - set(left_out.LAYERS) | {"Nested", FORMULA}
    wanted = classes(optimizers, optimizers.Optimizer) - set(left_out.OPTIMIZERS)
    assert {case.optimizer[0] for case in CASES} == wanted
    rates = classes(optimizers.schedules, optimizers.schedules.LearningRateSchedule)
    for name in rates:
        assert f"optimizers.schedules.{name}(" in described, name
    for name in classes(initializers, initializers.Initializer) - set(left_out.INITIALIZERS):
        assert f"initializers.{name}(" in described or f"'{to_snake_case(name)}'" in described, name
    for name in classes(regularizers, regularizers.Regularizer):
        assert f"regularizers.{name}(" in described, name
    for name in classes(constraints, constraints.Constraint):
        assert f"constraints.{name}(" in described, name
    for name in classes(losses, losses.Loss) - set(left_out.LOSSES):
        assert f"losses.{name}(" in described, name
    for name in classes(metrics, metrics.Metric) - set(left_out.METRICS):
        assert f"metrics.{name}(" in described or to_snake_case(name) in described, name
    assert {case.data.kwargs["x"] for case in CASES} == set(INPUTS)
    assert {case.data.kwargs["y"] for case in CASES} == set(TARGETS)
    assert {len(shape) for case in CASES for shape in case.inputs} == {1, 2, 3}
    assert {len(case.inputs) for case in CASES} == {1, 2, 3}
    assert {len(case.others) for case in CASES} == {0, 1, 2}
    shared = [[call.layer for call in case.calls] for case in CASES]
    assert any(len(set(called)) < len(called) for called in shared)
    for name in NAMED:
        assert f"'activation': '{name}'" in described, name
    for word in (
        "clipnorm",
        "weight_decay",
        "use_ema",
        "amsgrad",
        "centered",
        "nesterov",
        "gradient_accumulation_steps",
        "loss_scale_factor",
        "noise_shape",
        "'activation': (lambda z: ",
        "channels_first",
        "ignore_class",
        "label_smoothing",
        "from_logits",
        "OrthogonalRegularizer",
        "MinMaxNorm",
        "'trainable': False",
        "mean_with_sample_weight",
        "moving_variance_initializer",
    ):
        assert word in described, word
    for field in (
        "weighted",
        "class_weight",
        "loss_weight",
        "excluded",
        "rate_by_function",
        "split",
        "weighted_metrics",
    ):
        assert any(getattr(case, field) for case in CASES), field


def classes(module, base: type) -> set[str]:
    """Return the names of the classes of a kind, each by the name that it calls itself."""
    found = [value for value in vars(module).values() if isinstance(value, type)]
    return {c.__name__ for c in found if issubclass(c, base) and c is not base}


def test_what_keras_cannot_be_held_against_is_not_drawn() -> None:
    described = repr([draw(seed, number) for seed in (2, 3) for number in range(300)])
    for name in {**left_out.ACTIVATIONS, **left_out.LAYERS, **left_out.LOSSES}:
        assert f"'{name}'" not in described, name
        assert f"{name}(" not in described, name
    for name in {**left_out.METRICS, **left_out.INITIALIZERS}:
        assert f"metrics.{name}(" not in described, name
        assert f"initializers.{name}(" not in described, name


def operations() -> set[str]:
    """Return the operations that formulas are written with."""
    texts = " ".join(formula.text for formula in FORMULAS.values())
    return set(re.findall(r"{ops}\.(\w+)", texts))


@pytest.mark.parametrize(
    ("exported", "reasons"),
    [
        (layers, left_out.LAYERS),
        (losses, left_out.LOSSES),
        (metrics, left_out.METRICS),
        (optimizers, left_out.OPTIMIZERS),
        (initializers, left_out.INITIALIZERS),
        (activations, left_out.ACTIVATIONS),
        (ops, left_out.OPERATIONS),
    ],
)
def test_only_what_there_is_is_left_out(exported, reasons: dict[str, str]) -> None:
    assert all(hasattr(exported, name) for name in reasons)
    assert all(len(reason) > 10 for reason in reasons.values())


def test_every_operation_is_drawn_or_left_out() -> None:
    assert not operations() & set(left_out.OPERATIONS)
    assert operations() | set(left_out.OPERATIONS) == set(ops.__all__)
    formulas = [kwargs["formula"] for c in CASES for kind, kwargs in c.network if kind == FORMULA]
    assert set(formulas) == set(FORMULAS)


def test_epochs_have_short_last_batches() -> None:
    assert any(case.samples % case.batch_size for case in CASES)
    assert any(case.samples % case.batch_size == 1 for case in CASES)


SOUND = FuzzCase(
    "fuzz/0/0",
    "fuzz",
    (("Dense", {"units": 4}),),
    ("SGD", {}),
    "mse",
    data=Data("random", {"x": "normal", "y": "one_hot", "seed": 1}),
    samples=10,
    batch_size=4,
    steps=2,
    inputs=((3,),),
)


@pytest.mark.parametrize(
    "change",
    [
        {"network": (("Dense", {"units": 1}),)},  # one class
        {"network": (("Dense", {"units": 4, "trainable": False}),)},  # nothing to train
        {"network": (("Activation", {"activation": "relu"}),)},
        {"network": (("Dense", {"units": 4}), ("BatchNormalization", {"axis": 2}))},
        {"network": (("Dense", {"units": 4}), ("Dropout", {"rate": 0.5, "noise_shape": (None,)}))},
        {"network": (("Dense", {"units": 5, "activation": "glu"}),)},
        {"inputs": ((3, 2),), "weighted": True},  # one weight for several targets
        {"batch_size": 11},
        {"split": 0.95},  # no row left to learn from
        {"data": Data("random", {"x": "normal", "y": "reals_flat", "seed": 1})},
        {"class_weight": {0: 2.0}, "data": Data("random", {"x": "normal", "y": "soft", "seed": 1})},
    ],
)
def test_invalid_models_are_told_apart(change: dict[str, object]) -> None:
    assert fitted(SOUND) is not None
    assert fitted(replace(SOUND, **change)) is None


def test_an_orthogonal_penalty_needs_two_vectors() -> None:
    for mode, units, fits in (("rows", 1, True), ("columns", 2, True), ("columns", 1, False)):
        penalty = Obj("regularizers.OrthogonalRegularizer", {"mode": mode})
        layers = (("Dense", {"units": units, "kernel_regularizer": penalty}), *SOUND.network)
        assert (fitted(replace(SOUND, network=layers)) is not None) is fits


FORKED = replace(
    SOUND,
    network=(
        ("Dense", {"units": 3}),
        ("Add", {}),
        ("Dense", {"units": 4}),
        ("Dense", {"units": 4}),
    ),
    calls=(Call(0, (0,)), Call(0, (1,)), Call(1, (0, 2)), Call(3, (1,)), Call(2, (3,))),
)


def test_a_graph_loses_what_no_output_depends_on() -> None:
    case = fitted(FORKED)
    assert case is not None
    assert [kind for kind, _ in case.network] == ["Dense", "Add", "Dense"]
    assert case.calls == (Call(0, (0,)), Call(0, (1,)), Call(1, (0, 2)), Call(2, (3,)))
    assert [end.tensor for end in case.ends] == [4]


@pytest.mark.parametrize(
    "calls",
    [
        (Call(0, (0,)), Call(1, (0,)), Call(2, (2,))),  # one tensor to add
        (Call(2, (0,)), Call(1, (0, 1))),  # 3 and 4 columns
        (Call(0, (0,)), Call(3, (1,)), Call(0, (2,)), Call(1, (1, 3)), Call(2, (4,))),  # 3 and 4
    ],
)
def test_invalid_graphs_are_told_apart(calls: tuple[Call, ...]) -> None:
    assert fitted(replace(FORKED, calls=calls)) is None


@pytest.mark.parametrize(
    ("shapes", "layer", "behind"),
    [
        ([(5, 6, 2)], ("Conv2D", {"filters": 3, "kernel_size": (2, 3)}), (4, 4, 3)),
        ([(5, 6, 2)], ("Conv2D", {"filters": 3, "kernel_size": 2, "strides": 2}), (2, 3, 3)),
        ([(5, 6, 2)], ("Conv2D", {"filters": 3, "kernel_size": 3, "dilation_rate": 2}), (1, 2, 3)),
        ([(5, 6, 2)], ("Conv2D", {"filters": 3, "kernel_size": 2, "groups": 2}), None),
        ([(5, 6, 2)], ("MaxPooling2D", {}), (2, 3, 2)),
        ([(5, 6, 2)], ("MaxPooling2D", {"padding": "same"}), (3, 3, 2)),
        ([(5, 6, 2)], ("ZeroPadding2D", {"padding": (1, 2)}), (7, 10, 2)),
        ([(5, 6, 2)], ("Cropping2D", {"cropping": (1, 2)}), (3, 2, 2)),
        ([(5, 6, 2)], ("Cropping2D", {"cropping": (1, 3)}), None),
        ([(5, 6, 2)], ("UpSampling2D", {"size": (1, 3)}), (5, 18, 2)),
        ([(5, 6, 2)], ("GlobalMaxPooling2D", {"keepdims": True}), (1, 1, 2)),
        ([(2, 6)], ("Permute", {"dims": (2, 1)}), (6, 2)),
        ([(2, 6)], ("Reshape", {"target_shape": (3, -1)}), (3, 4)),
        ([(2, 6)], ("Reshape", {"target_shape": (5, -1)}), None),
        ([(6,)], ("GroupNormalization", {"groups": 4}), None),
        ([(2, 6), (2, 1)], ("Multiply", {}), (2, 6)),
        ([(2, 6), (2, 5)], ("Multiply", {}), None),
        ([(2, 6), (2, 5)], ("Concatenate", {}), (2, 11)),
        ([(2, 6), (2, 5)], ("Concatenate", {"axis": 1}), None),
        ([(2, 6), (5, 6)], ("Dot", {"axes": 2}), (2, 5)),
        ([(6,), (6,)], ("Dot", {"axes": 1}), (1,)),
        ([(3,), (3,), (3,)], ("Subtract", {}), None),
    ],
)
def test_shapes_behind_layers(shapes, layer, behind) -> None:
    assert after_layer(shapes, layer) == behind


def test_activations_along_an_axis() -> None:
    assert after_activation((4, 6), Activated("glu", {"axis": 1})) == (2, 6)
    assert after_activation((4, 6), Activated("glu", {"axis": -1})) == (4, 3)
    assert after_activation((3,), Activated("softmax", {"axis": 2})) is None
    assert after_activation((3,), None) == (3,)


def test_choices_respect_their_bounds() -> None:
    c = Chooser("bounds")
    assert {c.whole(2, 4) for _ in range(200)} == {2, 3, 4}
    assert all(0.25 <= c.real(0.25, 0.5) <= 0.5 for _ in range(200))
    assert all(1e-3 <= c.size(1e-3, 10.0) <= 10.0 for _ in range(200))
    assert all(len(set(c.some("abc", 2))) <= 2 for _ in range(200))
    share = np.mean([c.weigh({"a": 3.0, "b": 1.0}) == "a" for _ in range(2000)])
    assert 0.7 < share < 0.8
