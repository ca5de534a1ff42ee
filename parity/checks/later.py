"""Behaviours that wait for a part of nnscratch that does not exist yet: listed, not run."""

from __future__ import annotations

from parity import registry
from parity.units import Check

LATER = {
    "huber-and-kl-divergence": (("D11",), "the losses beyond crossentropy, MSE and MAE"),
    "reduce-lr-on-plateau": (("D23",), "the callbacks that change the learning rate"),
    "f1-auc-r2": (("D24",), "the metrics beyond the accuracy family"),
    "saving-and-checkpoints": (("D25",), "saving and ModelCheckpoint"),
}

for _name, (_behaviours, _part) in LATER.items():
    registry.add(
        Check(_name, "later", later=f"waits for {_part}", behaviours=_behaviours, quick=True)
    )
