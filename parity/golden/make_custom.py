"""Record what Keras gives for models and steps of one's own; writes tests/golden/custom.json."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from parity.engines.keras_session import load_keras
from parity.golden.custom_programs import PROGRAMS, run

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "custom.json"


def plain(value: Any) -> Any:
    """Return a result as JSON can hold it."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def main() -> None:
    os.environ["COLUMNS"] = "120"
    keras, tf = load_keras()
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    found = {program.__name__: plain(run(program, keras, tf)) for program in PROGRAMS}
    GOLDEN.write_text(json.dumps({"versions": versions, "programs": found}), encoding="utf-8")


if __name__ == "__main__":
    main()
