"""What the doctests start from: automatic names counted from the beginning."""

from __future__ import annotations

import pytest

from nnscratch import naming


@pytest.fixture(autouse=True)
def fresh_names() -> None:
    """Let the first layer of its class be called `dense`, not `dense_7`."""
    naming.clear_names()
