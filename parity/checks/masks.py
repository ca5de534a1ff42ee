"""Masks: networks that leave samples or steps out, trained by each library on its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.structure import flatten
from parity import registry
from parity.golden import mask_programs

REASON = "three epochs from equal starts, each library on its own: rounding adds up"


def _register(name: str, quick: bool) -> None:
    program = getattr(mask_programs, name)

    @registry.check(
        f"masks/{name}",
        "layers",
        bands={"float32": 3e-5},
        reason=REASON,
        dtypes=("float32",),
        quick=quick,
    )
    def masked(lib: Any) -> dict[str, Any]:
        lib.utils.set_random_seed(11)
        found = program(lib, None)
        return {
            f"{title} {i}" if i else title: np.asarray(part)
            for title, value in found.items()
            for i, part in enumerate(flatten(value))
        }


for _name in ("rows", "steps", "merged", "given", "within"):
    _register(_name, _name == "rows")
