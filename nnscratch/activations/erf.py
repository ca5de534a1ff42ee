"""The error function and its complement for arrays, which NumPy lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from nnscratch.typing import Array, ArrayLike

Evaluation: TypeAlias = Callable[[Array], Array]

# Rational approximations by S. L. Moshier, Cephes Math Library 2.2 (1992), ndtr.c; highest power
# first. erf(x) = x·T(x²)/U(x²) for |x| ≤ 1; erfc(x) = e^{-x²}·P(x)/Q(x) for 1 < x < 8 and
# e^{-x²}·R(x)/S(x) from 8 on.
T = (
    9.60497373987051638749e0,
    9.00260197203842689217e1,
    2.23200534594684319226e3,
    7.00332514112805075473e3,
    5.55923013010394962768e4,
)
U = (
    1.0,
    3.35617141647503099647e1,
    5.21357949780152679795e2,
    4.59432382970980127987e3,
    2.26290000613890934246e4,
    4.92673942608635921086e4,
)
P = (
    2.46196981473530512524e-10,
    5.64189564831068821977e-1,
    7.46321056442269912687e0,
    4.86371970985681366614e1,
    1.96520832956077098242e2,
    5.26445194995477358631e2,
    9.34528527171957607540e2,
    1.02755188689515710272e3,
    5.57535335369399327526e2,
)
Q = (
    1.0,
    1.32281951154744992508e1,
    8.67072140885989742329e1,
    3.54937778887819891062e2,
    9.75708501743205489753e2,
    1.82390916687909736289e3,
    2.24633760818710981792e3,
    1.65666309194161350182e3,
    5.57535340817727675546e2,
)
R = (
    5.64189583547755073984e-1,
    1.27536670759978104416e0,
    5.01905042251180477414e0,
    6.16021097993053585195e0,
    7.40974269950448939160e0,
    2.97886665372100240670e0,
)
S = (
    1.0,
    2.26052863220117276590e0,
    9.39603524938001434673e0,
    1.20489539808096656605e1,
    1.70814450747565897222e1,
    9.60896809063285878198e0,
    3.36907645100081516050e0,
)
LARGEST = 27.0  # erfc(27) = 5e-319 is the last that float64 can hold


def _polynomial(coefficients: Sequence[float], x: Array) -> Array:
    result = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        result *= x
        result += coefficient
    return result


def _erf_small(x: Array) -> Array:
    square = np.square(x)
    return x * _polynomial(T, square) / _polynomial(U, square)


def _gauss(x: Array) -> Array:
    """Return e^{-x²}: with x = h + l, h of few bits, h² is exact and so is the large exponent."""
    high = np.rint(x * 16.0) / 16.0
    return np.exp(-np.square(high)) * np.exp((high - x) * (high + x))


def _erfc_large(x: Array) -> Array:
    x = np.minimum(x, LARGEST)
    ratio = _polynomial(P, x) / _polynomial(Q, x)
    far = x >= 8.0
    if far.any():
        ratio[far] = _polynomial(R, x[far]) / _polynomial(S, x[far])
    return _gauss(x) * ratio * (x < LARGEST)


def _evaluate(x: ArrayLike, small: Evaluation, large: Evaluation) -> Array:
    """Apply one formula where |x| ≤ 1 and the other elsewhere; return the dtype received."""
    given = np.asarray(x)
    flat = given.astype(np.float64).reshape(-1)
    result = np.empty_like(flat)
    inner = np.abs(flat) <= 1.0
    result[inner] = small(flat[inner])
    result[~inner] = large(flat[~inner])
    dtype = given.dtype if given.dtype.kind == "f" else np.dtype(np.float64)
    return result.reshape(given.shape).astype(dtype)


def erfc(x: ArrayLike) -> Array:
    """Complementary error function 1 - erf(x), accurate also where it is tiny.

    Source: Cephes, see above. Float32 is computed in float64.

    >>> import math
    >>> values = erfc(np.array([-2.0, 0.5, 3.0, 20.0]))
    >>> np.allclose(values, [math.erfc(v) for v in (-2.0, 0.5, 3.0, 20.0)], rtol=1e-14, atol=0)
    True
    """

    def large(t: Array) -> Array:
        tail = _erfc_large(np.abs(t))
        return np.where(t < 0.0, 2.0 - tail, tail)

    return _evaluate(x, lambda t: 1.0 - _erf_small(t), large)


def erf(x: ArrayLike) -> Array:
    """Error function 2/√π·∫₀ˣ e^{-t²} dt.

    Source: Cephes, see above. Float32 is computed in float64.

    >>> erf(np.array([0.0, 0.5, -1.5])).round(4).tolist()
    [0.0, 0.5205, -0.9661]
    """
    return _evaluate(x, _erf_small, lambda t: np.sign(t) * (1.0 - _erfc_large(np.abs(t))))
