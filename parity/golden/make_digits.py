"""Pack the 1,797 digits of the UCI set into nnscratch/datasets/digits.npz.

Needs scikit-learn, whose `load_digits` carries a copy of the set's file `optdigits.tes`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

PACKED = Path(__file__).resolve().parents[2] / "nnscratch" / "datasets" / "digits.npz"


def main() -> None:
    digits = load_digits()
    x, y = digits.images.astype(np.uint8), digits.target.astype(np.uint8)
    assert np.array_equal(x, digits.images)
    np.savez_compressed(PACKED, x=x, y=y)
    for name, array in {"x": x, "y": y}.items():
        print(name, array.shape, array.dtype, hashlib.sha256(array.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
