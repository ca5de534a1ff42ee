"""Intersection over union of one-hot targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnscratch.metrics.iou import IoU, MeanIoU


class OneHotIoU(IoU):
    """Mean over some classes of the intersection over union, of one-hot targets.

    Args:
        num_classes: C.
        target_class_ids: the classes to take the mean over.
        name: name in logs.
        dtype: type of the confusion matrix; integers if None.
        ignore_class: a class whose positions are left out.
        sparse_y_pred: whether predictions are class numbers rather than scores.
        axis: the axis of the classes.

    Shapes: y_true and y_pred (N, ..., C).

    Units: none, in [0, 1].

    Source: `IoU`.

    >>> metric = OneHotIoU(num_classes=2, target_class_ids=[1])
    >>> round(float(metric([[0, 1], [0, 1], [1, 0]], [[0.3, 0.7], [0.6, 0.4], [0.9, 0.1]])), 4)
    0.5
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        config = super().get_config()
        del config["sparse_y_true"]
        return config


class OneHotMeanIoU(MeanIoU):
    """Mean over all classes of the intersection over union, of one-hot targets.

    Args:
        num_classes: C.
        name: name in logs.
        dtype: type of the confusion matrix; integers if None.
        ignore_class: a class whose positions are left out.
        sparse_y_pred: whether predictions are class numbers rather than scores.
        axis: the axis of the classes.

    Shapes: y_true and y_pred (N, ..., C).

    Units: none, in [0, 1].

    Source: `IoU` of all classes.

    >>> metric = OneHotMeanIoU(num_classes=2)
    >>> round(float(metric([[0, 1], [0, 1], [1, 0]], [[0.3, 0.7], [0.6, 0.4], [0.9, 0.1]])), 4)
    0.5
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        config = super().get_config()
        del config["sparse_y_true"]
        return config
