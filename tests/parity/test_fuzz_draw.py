"""Random models: the same for a seed, valid, and of every kind."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from parity import data
from parity.fuzz.case import Activated, FuzzCase, after_activation, fitted, output_shape
from parity.fuzz.chooser import Chooser
from parity.fuzz.draw import draw
from parity.fuzz.draw_options import NAMED, NOT_DRAWN
from parity.fuzz.engines import FuzzNnscratch
from parity.fuzz.rows import INPUTS, TARGETS
from parity.units import Data, Obj

CASES = [draw(1, number) for number in range(400)]


def test_a_model_depends_on_seed_and_number_alone() -> None:
    again = [draw(1, number) for number in (399, 7, 0)]
    assert again == [CASES[399], CASES[7], CASES[0]]
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
        shape = output_shape(case.input_shape, case.network)
        assert shape is not None
        assert fitted(case) == case
        rows = data.make(case, "float64")
        assert rows.x.shape == (case.samples, *case.input_shape)
        expected = {
            "labels": shape[:-1],
            "label_column": (*shape[:-1], 1),
            "reals_flat": shape[:-1],
        }.get(case.data.kwargs["y"], shape)
        assert rows.y.shape == (case.samples, *expected)


@pytest.mark.filterwarnings("ignore")
def test_nnscratch_trains_every_model() -> None:
    engine = FuzzNnscratch()
    with engine.session():
        for case in CASES[:150]:
            dtype = case.dtypes[-1]
            twin = engine.twin(case, dtype, case.input_shape)
            batch, new_epoch = next(data.batches(case, data.make(case, dtype)))
            found = twin.step(batch, new_epoch)
            last = f"output/{case.layers()[-1][1]['name']}"
            assert found[last].shape[1:] == output_shape(case.input_shape, case.network)


def test_every_part_is_drawn() -> None:
    described = repr(CASES)
    layers = {kind for case in CASES for kind, _ in case.network}
    assert layers == {"Dense", "Activation", "BatchNormalization", "Dropout", "Flatten"}
    assert {case.optimizer[0] for case in CASES} == {"SGD", "Adagrad", "RMSprop", "Adam"}
    assert {case.data.kwargs["x"] for case in CASES} == set(INPUTS)
    assert {case.data.kwargs["y"] for case in CASES} == set(TARGETS)
    assert {len(case.input_shape) for case in CASES} == {1, 2, 3}
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


def test_what_keras_cannot_be_held_against_is_not_drawn() -> None:
    described = repr([draw(seed, number) for seed in (2, 3) for number in range(300)])
    assert not [name for name in NOT_DRAWN if f"'{name}'" in described or f"{name}(" in described]


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
    input_shape=(3,),
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
        {"input_shape": (3, 2), "weighted": True},  # one weight for several targets
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
