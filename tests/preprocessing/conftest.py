from __future__ import annotations

import pytest

from nnscratch import random


@pytest.fixture(autouse=True)
def without_a_global_seed():
    before = random.last_seed()
    random.set_shuffle_seed(None)
    yield
    random.set_shuffle_seed(before)
