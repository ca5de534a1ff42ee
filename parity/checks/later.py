"""Behaviours that wait for a part of nnscratch that does not exist yet: listed, not run."""

from __future__ import annotations

from parity import registry
from parity.units import Check

LATER = {"saving-and-checkpoints": (("D25",), "saving and ModelCheckpoint")}

for _name, (_behaviours, _part) in LATER.items():
    registry.add(
        Check(_name, "later", later=f"waits for {_part}", behaviours=_behaviours, quick=True)
    )
