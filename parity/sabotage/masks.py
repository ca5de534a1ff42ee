"""Sabotages of masks: where they are lost, and what they are divided by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from parity.sabotage.table import Change, around, module, sabotage

LAYERS = module("layers")
OBJECTIVE = module("training.objective").Objective
REDUCTION = module("losses.reduction")
MEANS = module("metrics").MeanMetricWrapper
FLOAT32 = ("float32",)


@sabotage("mask-not-in-the-loss", "masks/rows", "masks/steps", dtypes=FLOAT32)
def not_in_the_loss() -> Sequence[Change]:
    """The loss counts what is masked."""

    def wrapper(original: Any) -> Any:
        def compare(self: Any, *args: Any) -> Any:
            batch, outputs, logits, _, *more = args
            return original(self, batch, outputs, logits, None, *more)

        return compare

    return [around(OBJECTIVE, "compare", wrapper)]


@sabotage("masked-loss-divided-by-all", "masks/rows", "masks/merged", dtypes=FLOAT32)
def divided_by_all() -> Sequence[Change]:
    """The sum over what counts is divided by the number of all values."""

    def merge(sample_weight: Any, mask: Any, reduction: Any, dtype: Any) -> Any:
        if mask is None:
            return np.asarray(sample_weight, dtype=dtype)
        kept = mask.astype(dtype)
        return kept if sample_weight is None else kept * np.asarray(sample_weight, dtype=dtype)

    return [Change(REDUCTION, "_merge", merge)]


@sabotage("mask-not-in-the-metrics", "masks/rows", "masks/merged", dtypes=FLOAT32)
def not_in_the_metrics() -> Sequence[Change]:
    """Accuracy and its like count what is masked."""
    return [Change(MEANS, "masked", lambda self, sample_weight, mask: sample_weight)]


@sabotage("masked-rows-in-the-batch-mean", "masks/rows", "masks/given", dtypes=FLOAT32)
def in_the_batch_mean() -> Sequence[Change]:
    """BatchNormalization takes its statistics over all rows."""
    norm = module("layers.normalization")

    def wrapper(original: Any) -> Any:
        return lambda rows, counts: original(rows, np.ones_like(counts))

    return [around(norm, "masked_moments", wrapper)]


@sabotage("masks-of-merged-inputs-anded", "masks/merged", dtypes=FLOAT32)
def anded() -> Sequence[Change]:
    """A step counts behind Add only where it counts in all inputs."""
    merge = module("layers.merging").Merge

    def compute_mask(self: Any, inputs: Any, previous_mask: Any = None) -> Any:
        if any(mask is None for mask in previous_mask):
            return None
        return np.logical_and.reduce(previous_mask)

    return [Change(merge, "compute_mask", compute_mask)]


@sabotage("masked-elements-in-the-maximum", "masks/merged", dtypes=FLOAT32)
def in_the_maximum() -> Sequence[Change]:
    """Maximum, Minimum and Multiply take masked elements for numbers."""
    return [
        Change(cls, "looks_at_masks", False)
        for cls in (LAYERS.Maximum, LAYERS.Minimum, LAYERS.Multiply)
    ]


@sabotage("mask-lost-in-nested-models", "masks/within", dtypes=FLOAT32)
def lost_within() -> Sequence[Change]:
    """No mask comes out of a model that is used as a layer."""
    model = module("models").Model
    return [Change(model, "output_masks", lambda self, x, cache, count: [None] * count)]


@sabotage("softmax-of-masked-scores", "masks/given", dtypes=FLOAT32)
def all_scores() -> Sequence[Change]:
    """Softmax gives masked places their share."""

    def wrapper(original: Any) -> Any:
        def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
            cache.mask = None
            return original(self, x, cache, training)

        return forward

    return [around(LAYERS.Softmax, "forward", wrapper)]
