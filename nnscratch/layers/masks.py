"""Masks: which samples or steps count, handed on from layer to layer beside the arrays."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.structure import flatten
from nnscratch.typing import Array

Mask = Array | None
"""True where something counts; None where everything does."""


class HandlesMasks:
    """What a layer does about masks; mixed into `Layer`.

    A mask has the axes of its array but the last. A layer finds that of its input in `cache.mask`
    (a list of them for several inputs), where a network sees masks at all; losses and metrics find
    that of the output. A class that writes `compute_mask` makes masks and hands them on.

    Attributes:
        supports_masking: whether the output has the mask that `compute_mask` says. Otherwise it
            has none, and a warning tells that it was lost.
        makes_masks: whether the output may have a mask where the input has none.
        takes_mask: whether the layer may be called with `mask=`.
    """

    supports_masking = False
    makes_masks = False
    takes_mask = False
    name: str

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "compute_mask" in vars(cls):
            for name in ("supports_masking", "makes_masks"):
                if name not in vars(cls):
                    setattr(cls, name, True)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Return the output's mask; by default that of the input.

        Args:
            inputs: what the layer is called on.
            previous_mask: its mask, or None; a list where `inputs` is one.
        """
        return previous_mask

    def output_masks(self, x: Any, cache: Cache, count: int) -> list[Mask]:
        """Return the mask of each output of the call that left this cache.

        Args:
            x: what the layer was called on.
            cache: the cache of the call.
            count: number of outputs.
        """
        if self.supports_masking:
            return _listed(self.compute_mask(x, cache.mask), count)
        if any(mask is not None for mask in flatten([cache.mask])):
            self._warn_once(cache)
        return [None] * count

    def _warn_once(self, cache: Cache) -> None:
        if not hasattr(cache, "mask_is_lost"):
            cache.mask_is_lost = True
            warnings.warn(
                f"{type(self).__name__} layer {self.name!r} was given a mask and hands none on: "
                "for the layers after it, and for the loss, every sample and step counts.",
                stacklevel=2,
            )


def inner_or_own(layer: Any, inner: list[Mask] | None, x: Any, cache: Cache) -> list[Mask]:
    """Return the masks of the outputs of a layer made of layers.

    They are those that the layers inside have left; `compute_mask` counts where they left none.

    Args:
        layer: the layer.
        inner: what the layers inside have left; None if they saw no mask.
        x: what the layer was called on.
        cache: the cache of the call.
    """
    found = inner or []
    if not layer.supports_masking or (found and all(mask is not None for mask in found)):
        return found
    own = _listed(layer.compute_mask(x, cache.mask), max(len(found), 1))
    left = found or [None] * len(own)
    return [theirs if mine is None else mine for mine, theirs in zip(left, own, strict=False)]


def spread(mask: Mask, shape: tuple[int, ...]) -> Array:
    """Return a mask in the shape of its array; without one, everything counts."""
    if mask is None:
        return np.ones(shape, bool)
    return np.broadcast_to(mask if mask.ndim == len(shape) else mask[..., np.newaxis], shape)


def may_make_masks(layer: Any) -> bool:
    """Return whether a layer, or one inside of it, makes masks."""
    own = getattr(layer, "makes_masks", False)
    return bool(own) or any(map(may_make_masks, getattr(layer, "sublayers", ())))


def cache_with(mask: Any) -> Cache:
    """Return memory for a call that is told which samples or steps count."""
    cache = Cache()
    if mask is not None:
        masks = [None if part is None else np.asarray(part, bool) for part in flatten([mask])]
        cache.mask = masks if isinstance(mask, (list, tuple)) else masks[0]
    return cache


def _listed(masks: Any, count: int) -> list[Mask]:
    found: list[Mask] = flatten([masks])
    return found if len(found) == count else [None] * count
