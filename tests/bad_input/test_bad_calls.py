"""Every bad call says what was wrong, and the model trains on as if it had not been made."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

import nnscratch

sys.path.insert(0, str(Path(__file__).parent))
import rows_of_callbacks
import rows_of_calls
import rows_of_layers
import rows_of_losses
import rows_of_metrics
import rows_of_models
import rows_of_optimizers
import rows_of_rest
import rows_of_weights

TABLE = [
    *rows_of_layers.ROWS,
    *rows_of_models.ROWS,
    *rows_of_calls.ROWS,
    *rows_of_optimizers.ROWS,
    *rows_of_losses.ROWS,
    *rows_of_metrics.ROWS,
    *rows_of_weights.ROWS,
    *rows_of_callbacks.ROWS,
    *rows_of_rest.ROWS,
]
"""The calls: names are those of `nnscratch`, `model` is a compiled classifier, X and Y its data."""

RNG = np.random.default_rng(0)
X, LABELS = RNG.random((12, 4)), np.arange(12) % 3
Y = np.eye(3)[LABELS]
NAMES = {
    **{name: getattr(nnscratch, name) for name in nnscratch.__all__},
    "nnscratch": nnscratch,
    "np": np,
    "X": X,
    "Y": Y,
    "LAB": LABELS,
}


def compiled():
    layers = nnscratch.layers
    model = nnscratch.Sequential(
        [
            *(nnscratch.Input((4,)), layers.Dense(5, "relu"), layers.Dropout(0.2, seed=3)),
            layers.Dense(3, "softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
    return model


def history_of(model):
    return model.fit(X, Y, epochs=2, batch_size=5, verbose=0).history


def test_the_table_is_long_and_has_no_call_twice():
    assert len({call for call, _, _ in TABLE}) == len(TABLE) >= 270


@pytest.mark.parametrize(("call", "error", "words"), TABLE, ids=[row[0] for row in TABLE])
@pytest.mark.filterwarnings("ignore")
def test_bad_call(call, error, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = compiled()
    settings = (nnscratch.config.floatx(), nnscratch.config.epsilon())
    with pytest.raises(Exception) as caught:  # noqa: PT011
        eval(call, {**NAMES, "model": model})
    assert type(caught.value).__name__ == error
    for word in words:
        assert word in str(caught.value)
    assert os.listdir(tmp_path) == []
    assert (nnscratch.config.floatx(), nnscratch.config.epsilon()) == settings
    assert history_of(model) == history_of(compiled())
