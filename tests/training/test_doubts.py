"""Warnings of what is legal but probably wrong, and silence where nothing is."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from nnscratch import Input, Sequential, layers, losses, optimizers
from nnscratch.errors import SuspicionWarning

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, size=(40, 6))
LABELS = np.arange(40) % 3


def model(*first, rate=0.1, activation="tanh"):
    net = Sequential(
        [
            Input((6,)),
            *first,
            layers.Dense(4, activation, name="hidden"),
            layers.Dense(3, "softmax"),
        ]
    )
    net.compile(optimizers.SGD(rate), "sparse_categorical_crossentropy")
    return net


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32"])
def test_pixels_that_are_not_scaled(dtype):
    with pytest.warns(SuspicionWarning, match="divide by 255"):
        model().fit(PIXELS.astype(dtype), LABELS, verbose=0)


@pytest.mark.parametrize(
    ("x", "first"),
    [
        (PIXELS / 255, []),
        (PIXELS, [layers.Rescaling(1 / 255)]),
        (PIXELS, [layers.BatchNormalization()]),
        (PIXELS % 100, []),
        (RNG.normal(size=(40, 6)) * 200, []),
    ],
)
def test_what_is_scaled_or_no_picture_is_not_doubted(x, first):
    with warnings.catch_warnings():
        warnings.simplefilter("error", SuspicionWarning)
        model(*first).fit(x, LABELS, epochs=4, verbose=0)


def test_a_layer_that_is_dead():
    net = model(activation="relu")
    net.layers[0].bias.assign(np.full(4, -100.0))
    with pytest.warns(SuspicionWarning, match="'hidden' is dead"):
        net.fit(PIXELS / 255, LABELS, verbose=0)


def test_a_loss_that_does_not_move():
    with pytest.warns(SuspicionWarning, match="has not moved in 3 epochs"):
        model(rate=0.0).fit(PIXELS / 255, LABELS, epochs=3, verbose=0)


def test_a_softmax_whose_loss_expects_logits():
    net = model()
    net.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
    with pytest.warns(UserWarning, match="from_logits=True"):
        net.fit(PIXELS / 255, LABELS, verbose=0)
