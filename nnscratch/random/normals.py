"""Standard normal and truncated normal numbers by the method of Box and Muller."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nnscratch.random.bits import fractions, unit_uniform
from nnscratch.random.libm import logf, sincosf
from nnscratch.random.philox import PhiloxStream, block_numbers, pieces
from nnscratch.typing import Array

SMALLEST_UNIFORM = 1e-7
"""Uniform numbers below this are raised to it, so that the logarithm stays finite."""

NORMALS_PER_BLOCK = {"float32": 4, "float64": 2}
_WORDS_SET_ASIDE = 256  # for each truncated normal number, however many it needs


def box_muller(words: Array, dtype: str) -> Array:
    """Turn blocks of four words into standard normal numbers.

    With u and v uniform: r = sqrt(-2 log u), and r sin(2 pi v), r cos(2 pi v) are independent
    standard normal numbers. In float32 words 0 and 2 of a block make u, words 1 and 3 make v; in
    float64 the first two words make u and the last two v.

    Shapes: (n, 4) -> (n, 4) float32, or (n, 2) float64.

    Source: Box and Muller, A Note on the Generation of Random Normal Deviates, 1958. Rounding as
    in TensorFlow: the angle is multiplied out in float64 and rounded once.
    """
    angle: Array
    if dtype == "float32":
        u = fractions(words[:, 0::2], dtype)
        turn = fractions(words[:, 1::2], dtype).astype(np.float64)
        angle = (turn * (2 * math.pi)).astype(np.float32)
    else:
        u = fractions(words[:, 0:2], dtype)
        angle = fractions(words[:, 2:4], dtype) * (2 * math.pi)
    normals = np.empty((len(words), NORMALS_PER_BLOCK[dtype]), dtype)
    normals[:, 0::2], normals[:, 1::2] = _from_polar(u, angle)
    return normals


def _from_polar(u: Array, angle: Array) -> tuple[Array, Array]:
    """Return r sin(angle) and r cos(angle) with r = sqrt(-2 log u)."""
    u = np.maximum(u, u.dtype.type(SMALLEST_UNIFORM))
    if u.dtype == np.float32:
        sine, cosine = sincosf(angle)
        radius = np.sqrt(np.float32(-2) * logf(u))
    else:
        sine, cosine = _by_element(math.sin, angle), _by_element(math.cos, angle)
        radius = np.sqrt(-2.0 * _by_element(math.log, u))
    return sine * radius, cosine * radius


def standard_normal(stream: PhiloxStream, count: int, dtype: str) -> Array:
    """Draw `count` standard normal numbers from the start of a stream.

    Shapes: (count,)
    """
    per_block = NORMALS_PER_BLOCK[dtype]
    normals = np.empty((-(-count // per_block), per_block), dtype)
    for piece in pieces(len(normals)):
        normals[piece] = box_muller(stream.blocks(block_numbers(piece)), dtype)
    return normals.reshape(-1)[:count]


def xla_standard_normal(stream: PhiloxStream, shape: tuple[int, ...], dtype: str) -> Array:
    """Draw standard normal numbers as a program compiled by XLA does, but for its last bits.

    One axis, of d numbers, is cut into pairs: the first of even size, or else the longest. Uniform
    numbers of shape (..., ceil(d/2), 2, ...) give u and v of Box and Muller at index 0 and 1 of the
    new axis, where then the sines and cosines go. With the pairs joined again, one number too many
    is left out. XLA has a log, sine and cosine of its own: results agree to a few units in the last
    place.

    Shapes: shape
    """
    sizes = shape or (1,)
    even = [i for i, size in enumerate(sizes) if size % 2 == 0]
    axis = even[0] if even else sizes.index(max(sizes))
    before, d, after = sizes[:axis], sizes[axis], sizes[axis + 1 :]
    pairs = (*before, (d + 1) // 2, 2, *after)
    uniforms = unit_uniform(stream, math.prod(pairs), dtype).reshape(pairs)
    u, v = np.moveaxis(uniforms, axis + 1, 0)
    angle = v * v.dtype.type(2 * math.pi)
    normals = np.stack(_from_polar(u, angle), axis + 1).reshape(*before, 2 * pairs[axis], *after)
    return normals.take(range(d), axis).reshape(shape)


def standard_truncated_normal(stream: PhiloxStream, count: int, dtype: str) -> Array:
    """Draw `count` standard normal numbers, rejecting those with absolute value 2 or more.

    Numbers come in groups of as many as one block makes. Each group has a stretch of the stream to
    itself and reads blocks from it until it is full.

    Shapes: (count,)
    """
    size = NORMALS_PER_BLOCK[dtype]
    groups = np.empty((-(-count // size), size), dtype)
    first_blocks = block_numbers(slice(0, len(groups)), stride=_WORDS_SET_ASIDE * size // 4)
    for piece in pieces(len(groups)):
        groups[piece] = box_muller(stream.blocks(first_blocks[piece]), dtype)
    _refill(groups, stream, first_blocks)
    return groups.reshape(-1)[:count]


def _refill(groups: Array, stream: PhiloxStream, blocks: Array) -> None:
    """Replace rejected numbers: those kept move to the front, and later blocks fill the rest."""
    short = np.unique(np.flatnonzero(np.abs(groups) >= 2) // groups.shape[1])
    blocks = blocks[short]
    candidates = groups[short]
    filled = np.zeros((len(short), 1), np.intp)
    while len(short):
        accepted = np.abs(candidates) < 2
        places = filled + np.cumsum(accepted, axis=1) - 1
        rows, columns = np.nonzero(accepted & (places < groups.shape[1]))
        groups[short[rows], places[rows, columns]] = candidates[rows, columns]
        filled += accepted.sum(axis=1, keepdims=True)
        unfinished = filled[:, 0] < groups.shape[1]
        short, filled = short[unfinished], filled[unfinished]
        blocks = blocks[unfinished] + np.uint64(1)
        candidates = box_muller(stream.blocks(blocks), dtype=groups.dtype.name)


def _by_element(function: Callable[[float], float], values: Array) -> Array:
    """Apply a function of the C library to each element.

    NumPy has vector code of its own for float64, which differs in the last bit on some processors.
    """
    results = np.fromiter(map(function, values.ravel().tolist()), np.float64, values.size)
    return results.reshape(values.shape)
