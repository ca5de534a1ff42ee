"""The whole run as JSON, for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from parity.bands import CHECK, RULE, TRAJECTORY
from parity.results import Outcome

FORMAT = 1
"""Raised when a field changes its meaning."""


def as_json(outcomes: Sequence[Outcome], versions: dict[str, str], seconds: float) -> str:
    """Return every outcome, with versions and bands; infinities and NaN are strings."""
    return json.dumps(
        {
            "format": FORMAT,
            "versions": versions,
            "seconds": round(seconds, 3),
            "bands": {"trajectory": TRAJECTORY, "rule": RULE, "check": CHECK},
            "passed": not any(outcome.failed for outcome in outcomes),
            "outcomes": [outcome.as_json() for outcome in outcomes],
        },
        indent=1,
        allow_nan=False,
        ensure_ascii=False,
    )
