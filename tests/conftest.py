"""Settings that every test starts from."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import hypothesis
import pytest

import nnscratch
from nnscratch import config, naming

hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs Keras where it is not installed, and what takes minutes unless asked for."""
    if "slow" not in config.getoption("-m"):
        later = pytest.mark.skip(reason="takes minutes: pytest -m slow")
        for item in items:
            if item.get_closest_marker("slow") is not None:
                item.add_marker(later)
    if find_spec("keras") is not None and find_spec("tensorflow") is not None:
        return
    skip = pytest.mark.skip(reason='needs Keras on TensorFlow: pip install -e ".[parity]"')
    for item in items:
        if item.get_closest_marker("keras") is not None:
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Start from float32, Keras's epsilon, a strict NaN policy, fresh names and seed 1."""
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_nan_policy("raise")
    naming.clear_names()
    nnscratch.utils.set_random_seed(1)
    yield
    config.set_floatx("float32")
    config.set_nan_policy("raise")
