"""Random data for random models; importing this module makes it known to the cases."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnscratch.typing import Array
from parity import data

Shape = tuple[int, ...]


def _normal(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.normal(size=shape)


def _uniform(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.uniform(size=shape)


def _sparse(rng: np.random.Generator, shape: Shape) -> Array:
    return np.asarray(rng.normal(size=shape) * (rng.uniform(size=shape) < 0.4))


def _offset(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.normal(size=shape) + 30.0


def _constant_column(rng: np.random.Generator, shape: Shape) -> Array:
    x = rng.normal(size=shape)
    x[..., 0] = 0.7
    return x


def _large(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.normal(size=shape) * 8.0


def _coarse(rng: np.random.Generator, shape: Shape) -> Array:
    return np.asarray(rng.integers(-2, 3, shape) / 2.0)


def _pixels(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.integers(0, 256, shape).astype(np.float64)


INPUTS: dict[str, Callable[[np.random.Generator, Shape], Array]] = {
    f.__name__[1:]: f
    for f in (_normal, _uniform, _sparse, _offset, _constant_column, _large, _coarse, _pixels)
}
"""How inputs may be distributed; the coarse ones have ties and zeros."""


def _one_hot(rng: np.random.Generator, shape: Shape) -> Array:
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def _soft(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.dirichlet(np.ones(shape[-1]), shape[:-1])


def _labels(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.integers(0, shape[-1], shape[:-1])


def _label_column(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.integers(0, shape[-1], (*shape[:-1], 1)).astype(np.int32)


def _bits(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.integers(0, 2, shape).astype(np.float64)


def _signs(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.integers(0, 2, shape) * 2.0 - 1.0


def _positive(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.uniform(0.1, 3.0, shape)


def _reals_flat(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.normal(size=shape[:-1])


TARGETS: dict[str, Callable[[np.random.Generator, Shape], Array]] = {
    "reals": _normal,
    **{
        f.__name__[1:]: f
        for f in (
            *(_one_hot, _soft, _labels, _label_column),
            *(_bits, _signs, _positive, _reals_flat),
        )
    },
}
"""Kinds of targets, each for an output of a given shape."""


def random_rows(
    n: int,
    shape: Shape,
    output: Shape,
    x: str,
    y: str,
    seed: int,
    decimals: int | None = None,
    more: Sequence[Shape] = (),
    others: Sequence[tuple[Shape, str]] = (),
    names: tuple[Sequence[str], Sequence[str]] | None = None,
) -> tuple[Any, Any]:
    """Return random inputs and targets.

    Args:
        n: rows.
        shape: of one sample of the first input.
        output: of one sample of the first output.
        x: how inputs are distributed, a name in `INPUTS`.
        y: kind of targets, a name in `TARGETS`.
        seed: of the numbers.
        decimals: round inputs to so many, for data that is easy to read.
        more: shapes of further inputs.
        others: shapes and kinds of targets of further outputs.
        names: of inputs and of outputs, where several are to be handed over in dicts.
    """
    given = [
        INPUTS[x](np.random.default_rng([seed, 1, *([i] if i else [])]), (n, *one))
        for i, one in enumerate((shape, *more))
    ]
    if decimals is not None:
        given = [np.round(one, decimals) for one in given]
    wanted = [
        TARGETS[kind](np.random.default_rng([seed, 2, *([i] if i else [])]), (n, *one))
        for i, (one, kind) in enumerate([(output, y), *others])
    ]
    assert all(math.prod(one.shape) >= n for one in wanted)
    named = names or (None, None)
    return _packed(given, named[0]), _packed(wanted, named[1])


def _packed(arrays: list[Array], names: Sequence[str] | None) -> Any:
    """Return one array as it is, several in a list, or in a dict by their names."""
    if len(arrays) == 1:
        return arrays[0]
    return arrays if names is None else dict(zip(names, arrays, strict=True))


data.MAKERS["random"] = random_rows
