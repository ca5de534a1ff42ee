"""The versions that every report carries."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import nnscratch

REFERENCE = {"keras": "3.15.1", "tensorflow": "2.21.0"}
"""The release that nnscratch is held against; the parity extra pins it."""


def versions() -> dict[str, str]:
    """Return the versions of both sides and of what they run on, without importing them.

    Raises:
        PackageNotFoundError: Keras or TensorFlow is not installed.
    """
    found = {"nnscratch": nnscratch.__version__}
    found |= {name: version(name) for name in ("keras", "tensorflow", "numpy")}
    return found | {"python": platform.python_version(), "machine": platform.machine()}


def missing() -> list[str]:
    """Return which packages of the reference are not installed."""
    absent = []
    for name in REFERENCE:
        try:
            version(name)
        except PackageNotFoundError:
            absent.append(name)
    return absent


def differences(found: dict[str, str]) -> list[str]:
    """Return one sentence for every package that is not the pinned reference.

    >>> differences({"keras": "3.15.1", "tensorflow": "2.20.0"})
    ['tensorflow is 2.20.0; the reference is 2.21.0']
    """
    return [
        f"{name} is {found[name]}; the reference is {pinned}"
        for name, pinned in REFERENCE.items()
        if found[name] != pinned
    ]
