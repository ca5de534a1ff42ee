"""Update rules as other libraries and the papers write them: each a function of one array.

Where a dialect writes a rule as Keras does, the function of `nnscratch.optimizers` is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.optimizers.blocks import Scratch
from nnscratch.typing import Array


def momentum_rate_outside(
    w: Array, g: Array, v: Array, *, learning_rate: Any, momentum: Any, scratch: Scratch
) -> None:
    """Step along gathered gradients: v ← μv + g; w ← w − ηv.

    Source: PyTorch, `torch.optim.SGD`. Convention: η is outside v, so a change of the learning
    rate acts at once; under a constant one the weights are those of v ← μv − ηg; w ← w + v.

    >>> w, v = np.zeros((2, 1))
    >>> for rate in (1.0, 1.0, 0.1):
    ...     momentum_rate_outside(
    ...         w, np.ones(1), v, learning_rate=rate, momentum=0.9, scratch=np.empty((2, 1)))
    >>> round(float(w[0]), 3)  # with η inside v it would be −4.71
    -3.171
    """
    a, _ = scratch
    np.multiply(v, momentum, v)  # v ← μv + g
    np.add(v, g, v)
    np.multiply(v, learning_rate, a)  # w ← w − ηv
    np.subtract(w, a, w)


def nesterov_rate_outside(
    w: Array, g: Array, v: Array, *, learning_rate: Any, momentum: Any, scratch: Scratch
) -> None:
    """Step along the gradient and the velocity to come: v ← μv + g; w ← w − η(g + μv).

    Source: PyTorch, `torch.optim.SGD(nesterov=True)`.
    """
    a, _ = scratch
    np.multiply(v, momentum, v)  # v ← μv + g
    np.add(v, g, v)
    np.multiply(v, momentum, a)  # w ← w − η(g + μv)
    np.add(a, g, a)
    np.multiply(a, learning_rate, a)
    np.subtract(w, a, w)


def nesterov_velocity_first(
    w: Array, g: Array, v: Array, *, learning_rate: Any, momentum: Any, scratch: Scratch
) -> None:
    """Step the velocity, then the weights: v ← μv − ηg; w ← w + μ²v − (1+μ)ηg.

    Source: "Deep Learning from Scratch" (K. Saito, 2016), class Nesterov of the widespread copies
    of `common/optimizer.py`. Convention: the formula is that of Bengio, Boulanger-Lewandowski &
    Pascanu (2013), equation 7, which takes v from *before* this step; with the new v as here the
    gradient counts (1 + μ − μ²… )η and not (1 + μ)η. Corrected copies equal Keras's rule.
    """
    a, b = scratch
    np.multiply(g, learning_rate, a)
    np.multiply(v, momentum, v)  # v ← μv − ηg
    np.subtract(v, a, v)
    np.multiply(v, momentum, b)  # w ← w + μ²v
    np.multiply(b, momentum, b)
    np.add(w, b, w)
    np.multiply(a, momentum, b)  # w ← w − (1+μ)ηg
    np.add(a, b, a)
    np.subtract(w, a, w)


def adagrad_epsilon_outside(
    w: Array, g: Array, h: Array, *, learning_rate: Any, epsilon: Any, scratch: Scratch
) -> None:
    """Divide the step by the root of all squared gradients: h ← h + g²; w ← w − ηg/(√h + ε).

    Source: Duchi, Hazan & Singer (2011), "Adaptive subgradient methods", figure 1, where ε is
    called δ; PyTorch; "Deep Learning from Scratch", section 6.1.5. Convention: with ε = 0 a
    gradient that has always been 0 makes a step of 0.
    """
    a, b = scratch
    np.multiply(g, g, a)  # h ← h + g²
    np.add(h, a, h)
    np.sqrt(h, b)  # w ← w − ηg / (√h + ε)
    _step(w, g, learning_rate, epsilon, a, b)


def rmsprop_epsilon_outside(
    w: Array,
    g: Array,
    v: Array,
    *,
    learning_rate: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
    scratch: Scratch,
) -> None:
    """Divide by the root mean square: v ← ρv + (1−ρ)g²; w ← w − ηg/(√v + ε).

    Source: Hinton (2012), "Neural networks for machine learning", lecture 6e, which has no ε;
    PyTorch and "Deep Learning from Scratch" add it to √v. Convention: with ε = 0 a gradient that
    has always been 0 makes a step of 0.
    """
    a, b = scratch
    np.multiply(g, g, a)  # v ← ρv + (1−ρ)g²
    np.multiply(a, one_minus_rho, a)
    np.multiply(v, rho, v)
    np.add(v, a, v)
    np.sqrt(v, b)  # w ← w − ηg / (√v + ε)
    _step(w, g, learning_rate, epsilon, a, b)


def _step(w: Array, g: Array, learning_rate: Any, epsilon: Any, a: Array, b: Array) -> None:
    np.add(b, epsilon, b)
    np.multiply(g, learning_rate, a)
    np.divide(a, b, out=a, where=b != 0)
    np.subtract(w, a, w)


def adam_corrected(
    w: Array,
    g: Array,
    m: Array,
    v: Array,
    *,
    rate: Any,
    root: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    scratch: Scratch,
) -> None:
    """Correct m and v first, then divide: m̂ = m/(1−β₁ᵗ); v̂ = v/(1−β₂ᵗ); w ← w − ηm̂/(√v̂ + ε).

    `rate` is η/(1−β₁ᵗ) and `root` is √(1−β₂ᵗ).

    Source: Kingma & Ba (2015), "Adam: a method for stochastic optimization", algorithm 1; PyTorch.
    Convention: ε is added to the corrected √v̂. Keras and "Deep Learning from Scratch" take the
    order at the end of the paper's section 2, where ε is added to the uncorrected √v, so that in
    the first steps it counts up to 1/√(1−β₂) = 32 times as much.

    >>> w, m, v, a, b = np.zeros((5, 1))
    >>> adam_corrected(
    ...     w, np.array([1e-8]), m, v, rate=1 / 0.1, root=0.001**0.5, one_minus_beta_1=0.1,
    ...     one_minus_beta_2=0.001, epsilon=1e-8, scratch=(a, b))
    >>> round(float(w[0]), 4)  # 1e-8 / (1e-8 + ε)
    -0.5
    """
    a, b = scratch
    np.subtract(g, m, a)  # m ← m + (1−β₁)(g − m)
    np.multiply(a, one_minus_beta_1, a)
    np.add(m, a, m)
    np.multiply(g, g, a)  # v ← v + (1−β₂)(g² − v)
    np.subtract(a, v, a)
    np.multiply(a, one_minus_beta_2, a)
    np.add(v, a, v)
    np.sqrt(v, b)  # w ← w − ηm̂ / (√v̂ + ε)
    np.divide(b, root, b)
    np.add(b, epsilon, b)
    np.multiply(m, rate, a)
    np.divide(a, b, out=a, where=b != 0)
    np.subtract(w, a, w)


def adamax_epsilon_inside(
    w: Array,
    g: Array,
    m: Array,
    u: Array,
    *,
    rate: Any,
    one_minus_beta_1: Any,
    beta_2: Any,
    epsilon: Any,
    scratch: Scratch,
) -> None:
    """Add ε to the gradient's size: m ← m + (1−β₁)(g − m); u ← max(β₂u, |g| + ε); w ← w − ηm̂/u.

    `rate` is η/(1−β₁ᵗ).

    Source: Kingma & Ba (2015), algorithm 2, which has no ε; PyTorch. Convention: with ε = 0 a
    gradient that has always been 0 makes a step of 0.
    """
    a, b = scratch
    np.subtract(g, m, a)  # m ← m + (1−β₁)(g − m)
    np.multiply(a, one_minus_beta_1, a)
    np.add(m, a, m)
    np.abs(g, b)  # u ← max(β₂u, |g| + ε)
    np.add(b, epsilon, b)
    np.multiply(u, beta_2, u)
    np.maximum(u, b, out=u)
    np.multiply(m, rate, a)  # w ← w − ηm̂ / u
    np.divide(a, u, out=a, where=u != 0)
    np.subtract(w, a, w)
