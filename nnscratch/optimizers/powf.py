"""Single-precision powers with the bits of the C library, in NumPy.

TensorFlow raises one number to a power with the C library's `powf`. Bias corrections and learning
rates are made of such powers, and a bit lost in them is multiplied into every weight. The library
takes log₂ and 2ˣ by short polynomials in double precision and rounds once; so does this module.

The coefficients and tables are those of Arm Optimized Routines (`math/powf_log2_data.c`,
`math/exp2f_data.c`), Copyright (c) 2017-2018 Arm Limited,
SPDX-License-Identifier: MIT OR Apache-2.0 WITH LLVM-exception.
"""

from __future__ import annotations

import functools
import math
import struct

import numpy as np

from nnscratch.casting import through_float32


def _table(*digits: str) -> list[float]:
    return [float.fromhex(number) for number in digits]


# Sixteen intervals of [0.7, 1.4): 1/c and log₂ c for a point c near the middle of each.
_INVERSE = _table(
    "0x1.661ec79f8f3bep+0", "0x1.571ed4aaf883dp+0", "0x1.49539f0f010bp+0", "0x1.3c995b0b80385p+0",
    "0x1.30d190c8864a5p+0", "0x1.25e227b0b8eap+0", "0x1.1bb4a4a1a343fp+0", "0x1.12358f08ae5bap+0",
    "0x1.0953f419900a7p+0", "0x1p+0", "0x1.e608cfd9a47acp-1", "0x1.ca4b31f026aap-1",
    "0x1.b2036576afce6p-1", "0x1.9c2d163a1aa2dp-1", "0x1.886e6037841edp-1", "0x1.767dcf5534862p-1",
)  # fmt: skip
_LOG2 = _table(
    "-0x1.efec65b963019p-2", "-0x1.b0b6832d4fca4p-2", "-0x1.7418b0a1fb77bp-2",
    "-0x1.39de91a6dcf7bp-2", "-0x1.01d9bf3f2b631p-2", "-0x1.97c1d1b3b7afp-3",
    "-0x1.2f9e393af3c9fp-3", "-0x1.960cbbf788d5cp-4", "-0x1.a6f9db6475fcep-5", "0x0p+0",
    "0x1.338ca9f24f53dp-4", "0x1.476a9543891bap-3", "0x1.e840b4ac4e4d2p-3",
    "0x1.40645f0c6651cp-2", "0x1.88e9c2c1b9ff8p-2", "0x1.ce0a44eb17bccp-2",
)  # fmt: skip
_A0, _A1, _A2, _A3, _A4 = _table(
    "0x1.27616c9496e0bp-2", "-0x1.71969a075c67ap-2", "0x1.ec70a6ca7baddp-2",
    "-0x1.7154748bef6c8p-1", "0x1.71547652ab82bp0",
)  # fmt: skip
_C0, _C1, _C2 = _table("0x1.c6af84b912394p-5", "0x1.ebfce50fac4f3p-3", "0x1.62e42ff0c52d6p-1")
_TINY = float(np.finfo(np.float32).tiny)
_SMALLEST = 0x3F330000  # the bits of 0.69921875, where the first interval begins


def powf(x: float, y: float) -> float:
    """Return xʸ rounded to float32, correct to the C library's bits.

    With x = 2ᵏz and c the table's point for z: log₂ x = k + log₂ c + log₂(1 + r), r = z/c − 1, and
    log₂(1 + r) is a polynomial of degree five. With n the multiple of 1/32 next to y·log₂ x:
    xʸ = 2ⁿ·2ˢ, and 2ˢ is a polynomial of degree three.

    Args:
        x: a float32 number.
        y: a float32 number.

    >>> powf(4.0, 0.5), powf(2.0, -1.0), powf(0.0, 2.0)
    (2.0, 0.5, 0.0)
    """
    x, y = float(x), float(y)  # a NumPy float32 would keep the arithmetic in float32
    if math.isfinite(x) and math.isfinite(y) and x >= _TINY:
        log = y * _log2(x)
        if -150.0 < log < 127.0:
            return through_float32(_exp2(log))
    with np.errstate(all="ignore"):  # whatever comes out is the power
        return through_float32(np.power(np.float64(x), np.float64(y)))


@functools.lru_cache(maxsize=64)
def _log2(x: float) -> float:
    bits: int = struct.unpack("<i", struct.pack("<f", x))[0]
    offset = bits - _SMALLEST
    interval, k = (offset >> 19) & 15, offset >> 23
    r: float = math.ldexp(x, -k) * _INVERSE[interval] - 1.0
    r2 = r * r
    low = (_A2 * r + _A3) * r2 + (_A4 * r + (_LOG2[interval] + k))
    return (_A0 * r + _A1) * (r2 * r2) + low


def _exp2(x: float) -> float:
    n = round(x * 32.0) / 32.0
    s = x - n
    return ((_C0 * s + _C1) * (s * s) + (_C2 * s + 1.0)) * math.pow(2.0, n)
