"""Functions of `tf` on arrays against values recorded from TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compat.running import ROOT, run, written

GOLDEN = json.loads((ROOT / "tests" / "golden" / "compat.json").read_text(encoding="utf-8"))

EVALUATOR = """
    import json, sys
    import numpy as np
    import tensorflow as tf

    def plain(value):
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items()}
        if isinstance(value, (tuple, list)):
            return [plain(part) for part in value]
        return np.asarray(value).tolist()

    golden = json.load(open(sys.argv[1], encoding="utf-8"))
    names = {"tf": tf}
    exec(golden["setup"], names)
    result = {"values": {}, "texts": {}, "random": {}, "datasets": {}}
    for code in golden["values"]:
        value = eval(code, names)
        result["values"][code] = {"dtype": np.asarray(value).dtype.name, "value": plain(value)}
    for code in golden["texts"]:
        result["texts"][code] = eval(code, names)
    for group in golden["random"]:
        eval(group["seeding"], names)
        result["random"][group["seeding"]] = [plain(eval(c, names)) for c, _ in group["cases"]]
    for group in golden["datasets"]:
        eval(group["seeding"], names)
        found = result["datasets"][group["seeding"]] = []
        for code, _ in group["cases"]:
            dataset = eval(code, names)
            found.append([plain(list(dataset.as_numpy_iterator())) for _ in range(3)])
    json.dump(result, open(sys.argv[2], "w", encoding="utf-8"))
"""


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("tf")
    golden = ROOT / "tests" / "golden" / "compat.json"
    done = run(written(folder, EVALUATOR), str(golden), str(folder / "out.json"))
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "out.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", GOLDEN["values"])
def test_values(computed: Any, code: str) -> None:
    expected, received = GOLDEN["values"][code], computed["values"][code]
    assert received["dtype"] == expected["dtype"]
    assert np.shape(received["value"]) == np.shape(expected["value"])
    if expected["dtype"].startswith("float"):
        np.testing.assert_allclose(received["value"], expected["value"], rtol=1e-6, atol=1e-7)
    else:
        assert received["value"] == expected["value"]


@pytest.mark.parametrize("code", GOLDEN["texts"])
def test_what_is_printed(computed: Any, code: str) -> None:
    assert computed["texts"][code] == GOLDEN["texts"][code]


@pytest.mark.parametrize(
    ("kind", "number"), [(k, i) for k in ("random", "datasets") for i in range(len(GOLDEN[k]))]
)
def test_random_numbers_and_orders_are_tensorflows(computed: Any, kind: str, number: int) -> None:
    group = GOLDEN[kind][number]
    received = computed[kind][group["seeding"]]
    for (code, expected), value in zip(group["cases"], received, strict=True):
        assert value == expected, code


def test_goldens_name_their_versions() -> None:
    assert set(GOLDEN["versions"]) == {"keras", "tensorflow", "numpy"}
    assert Path(ROOT / "parity" / "golden" / "make_compat.py").is_file()
