"""The folder of pictures whose numbers were recorded from Keras."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "data.npz")
ABOUT = json.loads(str(GOLDEN["about"]))


def recorded(prefix: str) -> dict[str, np.ndarray]:
    """Return the arrays below a name."""
    return {
        name.removeprefix(f"{prefix}/"): GOLDEN[name]
        for name in GOLDEN.files
        if name.startswith(f"{prefix}/")
    }


def write_pictures(root: Path) -> Path:
    """Write the pictures into a folder."""
    for name, content in recorded("file").items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.tobytes())
    return root


def flat(element: Any) -> list[np.ndarray]:
    """Return the arrays of an element."""
    parts = element if isinstance(element, (tuple, list)) else (element,)
    return [np.asarray(part) for part in parts]


def loops(dataset: Any, count: int = 2) -> dict[str, np.ndarray]:
    """Return every array of some loops, under the names it was recorded by."""
    return {
        f"{loop}/{number}/{part}": array
        for loop in range(count)
        for number, element in enumerate(dataset)
        for part, array in enumerate(flat(element))
    }


def assert_same(
    found: dict[str, np.ndarray], expected: dict[str, np.ndarray], band: float = 0.0
) -> None:
    """Check that the same arrays came, of the same types, with the same values within a band."""
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype, name
        if band:
            scale = max(1.0, float(np.abs(array).max()))
            np.testing.assert_allclose(found[name], array, rtol=0, atol=band * scale, err_msg=name)
        else:
            np.testing.assert_array_equal(found[name], array, err_msg=name)


def numbered(key: str) -> Any:
    """Parametrize a test over recorded options."""
    return pytest.mark.parametrize("number", range(len(ABOUT[key])))
