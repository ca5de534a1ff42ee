"""How normal numbers are: moments, and quantiles against those of the normal distribution."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from nnscratch.typing import Array


@dataclass(frozen=True)
class Moments:
    """What a sample's distribution looks like in four numbers; a normal one has 0 in the last two.

    Attributes:
        mean: x̄.
        std: σ, the root of the mean squared deviation.
        skewness: mean of ((x − x̄)/σ)³; positive where the long tail is on the right.
        kurtosis: mean of ((x − x̄)/σ)⁴ less 3; negative where values lie at two ends, down to −2.
    """

    mean: float
    std: float
    skewness: float
    kurtosis: float


def moments(values: Array) -> Moments:
    """Return a sample's moments; skewness and kurtosis are NaN where all values are one.

    >>> m = moments(np.array([-1.0, 1.0, -1.0, 1.0]))
    >>> m.mean, m.std, m.skewness, m.kurtosis  # two ends and nothing between
    (0.0, 1.0, 0.0, -2.0)
    """
    x = np.asarray(values, np.float64).ravel()
    mean = float(x.mean())
    deviation = x - mean
    std = float(np.sqrt(np.mean(deviation**2)))
    if std <= 1e-12 * max(abs(mean), 1e-300):
        return Moments(mean, std, float("nan"), float("nan"))
    u = deviation / std
    square = u * u
    return Moments(mean, std, float(np.mean(square * u)), float(np.mean(square * square)) - 3)


@dataclass(frozen=True, eq=False)
class QQ:
    """Quantiles of a sample, in its own standard deviations, against those of N(0, 1).

    Attributes:
        normal: quantiles of the normal distribution.
        sample: the sample's quantiles at the same shares.
        straightness: correlation r of the two; 1 for a normal sample, NaN where all values are one.

    Shapes: normal (points,); sample (points,).
    """

    normal: Array
    sample: Array
    straightness: float


def qq(values: Array, points: int = 99) -> QQ:
    """Return what a Q-Q plot shows.

    The shares are (i − ½)/points, so the ends are not infinite.

    Args:
        values: the sample.
        points: number of quantiles.

    Source: Filliben (1975), "The probability plot correlation coefficient test for normality".

    >>> rng = np.random.default_rng(0)
    >>> round(qq(rng.normal(5.0, 3.0, 10_000)).straightness, 3)
    1.0
    """
    x = np.asarray(values, np.float64).ravel()
    shares = (np.arange(points) + 0.5) / points
    normal = np.array([NormalDist().inv_cdf(float(share)) for share in shares])
    m = moments(x)
    if np.isnan(m.skewness):
        return QQ(normal, np.zeros(points), float("nan"))
    sample = (np.quantile(x, shares) - m.mean) / m.std
    spread = float(sample.std())
    r = float(np.corrcoef(normal, sample)[0, 1]) if spread > 0 else float("nan")
    return QQ(normal, sample, r)
