"""Record what Keras gives for masks; writes tests/golden/masks.json."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from parity.engines.keras_session import load_keras
from parity.golden.custom_programs import run
from parity.golden.make_custom import plain
from parity.golden.mask_programs import PROGRAMS

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "masks.json"


def main() -> None:
    keras, tf = load_keras()
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    found = {program.__name__: plain(run(program, keras, tf)) for program in PROGRAMS}
    GOLDEN.write_text(json.dumps({"versions": versions, "programs": found}), encoding="utf-8")


if __name__ == "__main__":
    main()
