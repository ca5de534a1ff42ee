"""Single-precision log, sine and cosine with the bits of the C library, in NumPy.

Box and Muller's method needs one logarithm, one sine and one cosine for two normal numbers. NumPy's
own float32 functions differ from the C library's in the last bits for a fifth of the elements. The
C library evaluates short polynomials in double precision and rounds once; the same polynomials in
float64 arrays give the same bits, with or without fused multiply-add, for each of the 2**23 values
a single-precision uniform draw can take.

The coefficients and the table are those of Arm Optimized Routines (`math/logf_data.c`,
`math/sincosf_data.c`), Copyright (c) 2017-2018 Arm Limited,
SPDX-License-Identifier: MIT OR Apache-2.0 WITH LLVM-exception.
"""

from __future__ import annotations

import numpy as np

from nnscratch.typing import Array


def _table(*digits: str) -> Array:
    return np.array([float.fromhex(number) for number in digits])


# Sixteen intervals of [0.7, 1.4): 1/c and log c for a point c near the middle of each.
_INVERSE = _table(
    "0x1.661ec79f8f3bep+0", "0x1.571ed4aaf883dp+0", "0x1.49539f0f010bp+0", "0x1.3c995b0b80385p+0",
    "0x1.30d190c8864a5p+0", "0x1.25e227b0b8eap+0", "0x1.1bb4a4a1a343fp+0", "0x1.12358f08ae5bap+0",
    "0x1.0953f419900a7p+0", "0x1p+0", "0x1.e608cfd9a47acp-1", "0x1.ca4b31f026aap-1",
    "0x1.b2036576afce6p-1", "0x1.9c2d163a1aa2dp-1", "0x1.886e6037841edp-1", "0x1.767dcf5534862p-1",
)  # fmt: skip
_LOG = _table(
    "-0x1.57bf7808caadep-2", "-0x1.2bef0a7c06ddbp-2", "-0x1.01eae7f513a67p-2",
    "-0x1.b31d8a68224e9p-3", "-0x1.6574f0ac07758p-3", "-0x1.1aa2bc79c81p-3",
    "-0x1.a4e76ce8c0e5ep-4", "-0x1.1973c5a611cccp-4", "-0x1.252f438e10c1ep-5", "0x0p+0",
    "0x1.aa5aa5df25984p-5", "0x1.c5e53aa362eb4p-4", "0x1.526e57720db08p-3", "0x1.bc2860d22477p-3",
    "0x1.1058bc8a07ee1p-2", "0x1.4043057b6ee09p-2",
)  # fmt: skip
_LN2 = float.fromhex("0x1.62e42fefa39efp-1")
_A0, _A1, _A2 = _table(
    "-0x1.00ea348b88334p-2", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2"
).tolist()
_SMALLEST = 0x3F330000  # the bits of 0.69921875, where the first interval begins

_TWO_OVER_PI = float.fromhex("0x1.45F306DC9C883p+23")  # scaled by 2**24
_HALF_PI = float.fromhex("0x1.921FB54442D18p+0")
_S1, _S2, _S3 = _table(
    "-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13"
).tolist()
_C1, _C2, _C3, _C4 = _table(
    "-0x1.ffffffd0c621cp-2", "0x1.55553e1068f19p-5", "-0x1.6c087e89a359dp-10",
    "0x1.99343027bf8c3p-16",
).tolist()  # fmt: skip


def logf(x: Array) -> Array:
    """Natural logarithm of float32 numbers, correct to the C library's bits.

    With x = 2**k z and c the table's point for z: log x = k ln 2 + log c + log(1 + r),
    r = z/c - 1, and log(1 + r) is a polynomial of degree four.

    Args:
        x: positive, normal float32 numbers.

    >>> logf(np.array([1.0, 2.0], np.float32)).round(6).tolist()[0]
    0.0
    """
    bits = x.view(np.int32)
    offset = bits - np.int32(_SMALLEST)
    interval = (offset >> 19) & 15
    exponent = offset >> 23
    z = (bits - (exponent << 23)).view(np.float32)
    r = z * _INVERSE[interval] - 1.0
    r2 = r * r
    return np.asarray(
        (_A0 * r2 + (_A1 * r + _A2)) * r2 + ((_LOG[interval] + exponent * _LN2) + r), np.float32
    )


def sincosf(x: Array) -> tuple[Array, Array]:
    """Sine and cosine of float32 angles in [0, 2 pi), correct to the C library's bits.

    The angle is brought to [-pi/4, pi/4] by taking off n quarter turns; there the sine is an odd
    polynomial of degree seven and the cosine an even one of degree eight. For odd n the two change
    places, and the quarter decides the signs.

    Args:
        x: float32 angles.

    >>> [values.tolist() for values in sincosf(np.zeros(1, np.float32))]
    [[0.0], [1.0]]
    """
    angle = x.astype(np.float64)
    quarter = ((angle * _TWO_OVER_PI).astype(np.int32) + 0x800000) >> 24
    angle -= quarter * _HALF_PI
    y = angle * angle
    ya = y * angle
    sine = (angle + ya * _S1) + ya * y * (_S2 + y * _S3)
    cosine = ((1.0 + y * _C1) + y * y * _C2) + y * y * y * (_C3 + y * _C4)
    odd = (quarter & 1).astype(bool)
    lower_half = 1.0 - (quarter & 2)
    left_half = 1.0 - ((quarter + 1) & 2)
    return (
        np.asarray(np.where(odd, cosine, sine) * lower_half, np.float32),
        np.asarray(np.where(odd, sine, cosine) * left_half, np.float32),
    )
