"""Intersection over union: how far predicted and true regions of a class cover each other."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.checks import check_whole
from nnscratch.config import epsilon
from nnscratch.errors import ShapeError
from nnscratch.metrics.base import Metric
from nnscratch.metrics.matches import place_of_largest
from nnscratch.typing import Array, ArrayLike


class IoU(Metric):
    r"""Mean over some classes of the intersection over union TP / (TP + FP + FN).

    The counts come from a confusion matrix over all batches. Classes that neither occur nor are
    predicted are left out of the mean, and so are labels outside 0..C-1.

    Args:
        num_classes: C.
        target_class_ids: the classes to take the mean over.
        name: name in logs.
        dtype: type of the confusion matrix; integers if None, so that weights lose their
            fractions. The result is always float32.
        ignore_class: a label whose positions are left out.
        sparse_y_true: whether targets are class numbers rather than one-hot.
        sparse_y_pred: whether predictions are class numbers rather than scores.
        axis: the axis of the classes, where they are not class numbers.

    Shapes: any shape of class numbers, the same for both, and for `sample_weight` if it is not
    one number.

    Units: none, in [0, 1].

    Raises:
        ValueError: a target class outside 0..C-1.
        ShapeError: targets, predictions and weights of different sizes.

    Source: Jaccard 1912; ε in the denominators as in Keras 3.

    >>> metric = IoU(num_classes=2, target_class_ids=[0])
    >>> round(float(metric([0, 0, 1, 1], [0, 1, 0, 1])), 4)
    0.3333
    """

    _direction = "up"
    _kinds = "iuf"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype or "int")
        check_whole("num_classes", num_classes, 1)
        self.target_class_ids = [int(i) for i in target_class_ids]
        wrong = [i for i in self.target_class_ids if not 0 <= i < num_classes]
        if wrong or not self.target_class_ids:
            raise ValueError(
                f"`target_class_ids` must name classes in 0..{num_classes - 1}, of "
                f"num_classes={num_classes}. Received: {target_class_ids!r}"
            )
        self.num_classes = num_classes
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        shape = (num_classes, num_classes)
        name = "total_confusion_matrix"
        self.total_cm = self.add_variable(shape, "zeros", self.dtype, name=name)

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Any = None) -> None:
        """Take a batch in.

        Args:
            y_true: class numbers, or one-hot targets.
            y_pred: class numbers, or scores.
            sample_weight: one number, or one per position.
        """
        targets = self._classes(as_numeric(y_true, "y_true"), self.sparse_y_true)
        found = self._classes(as_numeric(y_pred, "y_pred"), self.sparse_y_pred)
        if targets.size != found.size:
            raise ShapeError(
                f"{type(self).__name__} needs one prediction for each target. Received "
                f"{targets.size} targets and {found.size} predictions."
            )
        weights = self._weights(sample_weight, targets.size)
        classes = self.num_classes
        kept = (targets >= 0) & (targets < classes) & (found >= 0) & (found < classes)
        if self.ignore_class is not None:
            kept &= targets != self.ignore_class
        cells = classes * targets[kept].astype(np.int64) + found[kept].astype(np.int64)
        sums = np.bincount(cells, weights[kept].astype(np.float64), minlength=classes**2)
        self.total_cm.value[...] += sums.reshape(classes, classes).astype(self._numpy_dtype)

    def _classes(self, values: Array, sparse: bool) -> Array:
        if not sparse:
            values = place_of_largest(np.moveaxis(values, self.axis, -1))
        with np.errstate(invalid="ignore"):
            return values.astype(self._numpy_dtype, copy=False).reshape(-1)

    def _weights(self, sample_weight: Any, size: int) -> Array:
        if sample_weight is None:
            return np.ones(size, self._numpy_dtype)
        weights = as_numeric(sample_weight, "sample_weight")
        if weights.dtype.kind == "f" and self._numpy_dtype.kind != "f":
            warnings.warn(
                f"{self.name} counts in integers, so fractions of `sample_weight` are lost. Give "
                "the metric dtype='float32', or whole weights.",
                stacklevel=3,
            )
        weights = weights.astype(self._numpy_dtype).reshape(-1)
        if weights.size not in (1, size):
            raise ShapeError(
                f"`sample_weight` must hold one weight for each of {size} positions, or one for "
                f"all. Received {weights.size}."
            )
        return np.broadcast_to(weights, (size,))

    def result(self) -> Any:
        """Return the mean as a float32; 0 if none of the classes was seen."""
        matrix = self.total_cm.value
        hits = np.diagonal(matrix)
        union = matrix.sum(axis=0) + matrix.sum(axis=1) - hits
        hits, union = (x[self.target_class_ids].astype(np.float32) for x in (hits, union))
        small, seen = np.float32(epsilon()), union > np.float32(1e-9)
        each = np.where(seen, hits / (union + small), np.float32(0))
        return np.add.reduce(each) / (np.float32(np.count_nonzero(seen)) + small)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        options = {
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }
        return {**super().get_config(), **options}


class BinaryIoU(IoU):
    """Intersection over union of two classes told apart by a threshold.

    Args:
        target_class_ids: the classes to take the mean over.
        threshold: predictions from it on are the class 1.
        name: name in logs.
        dtype: type of the confusion matrix; integers if None.

    Shapes: y_true and y_pred of one shape.

    Units: none, in [0, 1].

    Source: Keras 3. A prediction equal to the threshold counts as 1, unlike in `BinaryAccuracy`.

    >>> round(float(BinaryIoU(threshold=0.3)([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
    0.3333
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Any = None) -> None:
        """Take a batch in.

        Args:
            y_true: targets 0 and 1.
            y_pred: predictions.
            sample_weight: one number, or one per position.
        """
        p = as_numeric(y_pred, "y_pred").astype(np.float32)
        super().update_state(y_true, p >= np.float32(self.threshold), sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        return {
            "target_class_ids": self.target_class_ids,
            "threshold": self.threshold,
            "name": self.name,
            "dtype": self.dtype,
        }


class MeanIoU(IoU):
    """Mean over all classes of the intersection over union.

    Args:
        num_classes: C.
        name: name in logs.
        dtype: type of the confusion matrix; integers if None.
        ignore_class: a label whose positions are left out.
        sparse_y_true: whether targets are class numbers rather than one-hot.
        sparse_y_pred: whether predictions are class numbers rather than scores.
        axis: the axis of the classes, where they are not class numbers.

    Shapes: as in `IoU`.

    Units: none, in [0, 1].

    Source: `IoU` of all classes.

    >>> round(float(MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        config = super().get_config()
        del config["target_class_ids"]
        return config
