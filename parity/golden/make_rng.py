"""Record golden vectors for the seed-for-seed reproduction of Keras 3 on TensorFlow (CPU).

    python parity/golden/make_rng.py --out tests/golden/keras_rng.npz
    python parity/golden/make_rng.py --out other.npz --table other_table.json

Takes about two minutes. The cases are in `rng_table.py`; `--table` gives others of the same form.

The file holds `index`, a JSON text `{"meta": versions, "cases": [...]}`, and plain arrays named
`<case id>|<output name>`. A case is `{"id", "section", "params", "out"}`; `params` holds all that
is needed to do it again, and `out` maps an output name to

* `{"store": "full", "key"}`: the array is stored whole; or
* `{"store": "digest", "sha256", "shape", "dtype", "stride", "key"}`: only `array.ravel()[::stride]`
  is stored, and the SHA-256 of the little-endian C-order bytes of the whole array.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from rng_table import default_table

FULL_LIMIT = 6000
"""Arrays of more bytes are stored as digest and sample."""


class Store:
    """Collects cases and the arrays that go with them."""

    def __init__(self):
        """Start empty."""
        self.arrays = {}
        self.cases = []

    def add(self, section, params, outputs):
        """Add a case. Of training runs all is kept whole but the weights before the first step."""
        number = sum(case["section"] == section for case in self.cases)
        case_id = f"{section}/{number:03d}"
        out = {}
        for name, value in outputs.items():
            array, samples = np.asarray(value, order="C"), 61
            large = array.nbytes > FULL_LIMIT
            if section.startswith("e2e"):
                large, samples = name.startswith("step0."), 7
            key = f"{case_id}|{name}"
            stride = max(1, array.size // samples) if large else 1
            self.arrays[key] = array.ravel()[::stride] if large else array
            out[name] = digest(array, stride, key) if large else {"store": "full", "key": key}
        if section == "libm32":
            for name, value in outputs.items():
                self.arrays[f"{case_id}|{name}_every_8191"] = value[::8191]
        self.cases.append({"id": case_id, "section": section, "params": params, "out": out})


def digest(array, stride, key):
    """Describe an array of which only a sample is kept."""
    return {
        "store": "digest",
        "sha256": hashlib.sha256(array.tobytes()).hexdigest(),
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "stride": stride,
        "key": key,
    }


def record(table, floatx):
    """Record all cases that want this floatx; those that do not care go with float32."""
    import keras

    keras.config.set_floatx(floatx)
    from rng_sections import FOR_EACH_FLOATX, ONCE, SINGLE_ARGUMENT

    store = Store()
    for section, run in ONCE.items() if floatx == "float32" else ():
        cases = table.get(section, [])
        for case in [cases] if cases is True else cases:
            params = SINGLE_ARGUMENT[section](case) if section in SINGLE_ARGUMENT else case
            store.add(section, params, run(params))
    for section, run in FOR_EACH_FLOATX.items():
        for case in table.get(section, []):
            if case.get("floatx", case.get("dtype")) == floatx:
                store.add(f"{section}_{floatx}", case, run(case))
    return store


def versions():
    """Return what the numbers depend on."""
    import keras
    import tensorflow as tf

    meta = {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "libc": " ".join(platform.libc_ver()),
        "machine": platform.machine(),
        "system": platform.system(),
    }
    processor = Path("/proc/cpuinfo")
    if processor.exists():
        lines = processor.read_text().splitlines()
        flags = next((line.split() for line in lines if line.startswith("flags")), [])
        meta |= {"cpu_fma": "fma" in flags, "cpu_avx512f": "avx512f" in flags}
    return meta


def record_in_own_process(floatx, table):
    """Floatx must be set before Keras makes anything: one process for each."""
    env = dict(
        os.environ,
        TF_CPP_MIN_LOG_LEVEL="3",
        KERAS_BACKEND="tensorflow",
        CUDA_VISIBLE_DEVICES="-1",
    )
    with tempfile.TemporaryDirectory() as folder:
        part = str(Path(folder) / "part.npz")
        command = [sys.executable, __file__, "--out", part, "--worker", floatx]
        subprocess.run(command + (["--table", table] if table else []), check=True, env=env)
        with np.load(part) as file:
            return {name: file[name] for name in file.files}


def main():
    """Record both floatx into one file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", required=True)
    parser.add_argument("--table", help="JSON file with a case table replacing the default one")
    parser.add_argument("--worker", choices=["float32", "float64"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        table = json.loads(Path(args.table).read_text()) if args.table else default_table()
        store = record(table, args.worker)
        index = {"meta": versions(), "cases": store.cases}
        np.savez(args.out, index=np.array(json.dumps(index)), **store.arrays)
        return
    arrays, cases, meta = {}, [], None
    for floatx in ("float32", "float64"):
        part = record_in_own_process(floatx, args.table)
        index = json.loads(str(part.pop("index")))
        meta = index["meta"]
        cases += index["cases"]
        arrays |= part
    index = json.dumps({"meta": meta, "cases": cases})
    np.savez_compressed(args.out, index=np.array(index), **arrays)
    print(f"{args.out}: {len(cases)} cases, {os.path.getsize(args.out)} bytes")


if __name__ == "__main__":
    main()
