"""Verdicts on histories whose fault is known."""

from __future__ import annotations

import numpy as np
import pytest

from nnscratch import lab
from nnscratch.callbacks import History
from nnscratch.errors import DataError

pytest.importorskip("matplotlib")
EPOCHS = np.arange(40)


def history(loss: object, val_loss: object, accuracy: float, val_accuracy: float) -> dict:
    flat = np.ones(len(EPOCHS))
    return {
        "loss": np.asarray(loss, float) * flat,
        "val_loss": np.asarray(val_loss, float) * flat,
        "accuracy": accuracy * flat,
        "val_accuracy": val_accuracy * flat,
    }


FALLING = 2.3 * 0.85**EPOCHS
CASES = {
    "good fit": history(FALLING, FALLING + 0.05, 0.99, 0.97),
    "overfitting": history(FALLING, np.abs(EPOCHS - 15) / 40 + 0.3, 0.97, 0.96),
    "underfitting": history(1.7 + 0.6 * 0.5**EPOCHS, 1.75 + 0.6 * 0.5**EPOCHS, 0.4, 0.39),
    "still learning": history(2.3 - 0.03 * EPOCHS, 2.31 - 0.03 * EPOCHS, 0.7, 0.69),
    "diverged": history(2.3 + EPOCHS, 2.3 + EPOCHS, 0.1, 0.1),
}


@pytest.mark.parametrize("verdict", CASES)
def test_verdict(verdict: str) -> None:
    found = lab.diagnose(CASES[verdict])
    assert found.verdict == verdict
    assert found.text().lower().startswith(verdict)
    assert found.plot().axes
    assert found.findings()["verdict"] == verdict
    assert found.tables()["evidence"][0]["name"] in ("growth", "loss")


def test_overfitting_by_the_gap_alone() -> None:
    found = lab.diagnose(history(FALLING, FALLING + 0.2, 1.0, 0.9))
    assert found.verdict == "overfitting"
    gap = next(item for item in found.evidence if item.name == "gap")
    assert gap.counts
    assert gap.value == pytest.approx(0.1)
    assert "10.0 points" in gap.meaning
    rise = next(item for item in found.evidence if item.name == "rise")
    assert not rise.counts


def test_the_evidence_by_hand() -> None:
    found = lab.diagnose({"loss": [4.0, 2.0, 1.0, 0.5], "val_loss": [4.0, 2.0, 2.5, 3.0]})
    numbers = found.findings()
    assert numbers["growth"] == 0.5 / 4
    assert numbers["rise"] == (3.0 - 2.0) / 2.0
    assert numbers["level"] == 0.5 / 4
    assert numbers["slope"] == (1.0 - 0.5) / 1.0
    assert found.best_epoch == 2


def test_takes_histories_of_fit_and_limits_of_ones_own() -> None:
    made = History()
    made.on_train_begin()
    for loss, val_loss in ((2.0, 2.0), (1.0, 1.5), (0.5, 1.58)):
        made.on_epoch_end(0, {"loss": loss, "val_loss": val_loss})
    assert lab.diagnose(made).verdict == "good fit"
    assert lab.diagnose(made, rise=0.05).verdict == "overfitting"


def test_not_finite_is_diverged() -> None:
    found = lab.diagnose({"loss": [2.0, np.nan], "val_loss": [2.0, np.nan]})
    assert found.verdict == "diverged"
    assert found.best_epoch == 1


def test_a_history_without_validation_is_refused() -> None:
    with pytest.raises(DataError, match="validation_data or validation_split"):
        lab.diagnose({"loss": [1.0]})
    with pytest.raises(DataError, match="after every epoch"):
        lab.diagnose({"loss": [1.0, 0.5], "val_loss": [1.0]})


def test_examples_get_the_verdicts_they_were_made_for() -> None:
    result = lab.diagnose_examples(epochs=20)
    assert [found.verdict for found in result.found.values()] == [
        "good fit",
        "overfitting",
        "underfitting",
        "still learning",
        "diverged",
    ]
    assert result.plot().axes
