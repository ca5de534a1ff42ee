"""Batches of images that are made anew, and differently, every time: from files in a table."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.errors import DataError, unknown_name
from nnscratch.preprocessing.image.files import ENDINGS, FileIterator, share_of
from nnscratch.typing import Array
from nnscratch.utils.io import print_msg

OF_CLASSES = ("categorical", "binary", "sparse")
CLASS_MODES = (*OF_CLASSES, "input", "multi_output", "raw", None)


class DataFrameIterator(FileIterator):
    """Batches of images whose files and labels stand in a pandas `DataFrame`, one row each.

    Args:
        dataframe: the table.
        directory: folder that the files' names are relative to; None where they are whole paths.
        image_data_generator: the `ImageDataGenerator` that changes the images.
        x_col: the column of the files' names, endings included.
        y_col: the column of the labels; for `"multi_output"` a list of columns.
        weight_col: the column of the samples' weights, or None.
        target_size: height and width that every picture is resized to.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
        classes: the labels, in the order of their numbers, sorted by default; rows of other labels
            are left out.
        class_mode: labels as `"categorical"` (one-hot; a list of labels gives as many ones),
            `"binary"` or `"sparse"` (numbers), `"raw"` (as they stand in the table),
            `"multi_output"` (one array for each column), `"input"` (the images themselves), or
            None for none.
        batch_size: images of a batch.
        shuffle: a new order for every pass.
        seed: see `Iterator`.
        data_format: `"channels_last"` or `"channels_first"`.
        save_to_dir: folder to write every image of every batch to, to look at.
        save_prefix: beginning of the files' names.
        save_format: `"png"` or another of Pillow's formats.
        subset: `"training"` or `"validation"`: the last or the first rows.
        interpolation: how Pillow resizes; see `load_img`.
        keep_aspect_ratio: cut a picture to the proportions first.
        dtype: type of the images; floatx by default.
        validate_filenames: leave out, with a warning, rows whose file is not there or no picture.

    Attributes:
        class_indices: number of each class, by name.
        classes: number of each file's class, or a list of them.
        filenames: the files, as the table names them.

    Raises:
        ValueError: an option or a column is unknown, or two classes are not two.
        TypeError: a column holds something else than it should.
        ImportError: Pillow is not installed.
    """

    def __init__(
        self,
        dataframe: Any,
        directory: str | os.PathLike[str] | None = None,
        image_data_generator: Any = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = "channels_last",
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = "float32",
        validate_filenames: bool = True,
    ) -> None:
        self.set_reading(
            image_data_generator, target_size, color_mode, class_mode, CLASS_MODES, data_format,
            (save_to_dir, save_prefix, save_format), subset, interpolation, keep_aspect_ratio,
            dtype,
        )  # fmt: skip
        self.directory = "" if directory is None else os.fspath(directory)
        has_classes = class_mode in OF_CLASSES
        labelled = [] if class_mode in ("input", None) else y_col
        _check_columns(dataframe, class_mode, x_col, labelled, weight_col)
        names = _names(dataframe, x_col)
        rows = list(range(len(names)))
        if validate_filenames:
            rows = self._files_among(names, rows, x_col)
        if classes and not has_classes:
            warnings.warn(f"`classes` has no use where class_mode={class_mode!r}.", stacklevel=3)
        if has_classes:
            labels = _labels(dataframe, y_col, str(class_mode), classes)
            known = (
                list(dict.fromkeys(classes)) if classes else _sorted(labels[row] for row in rows)
            )
            labels = [_kept(label, known) for label in labels]
            rows = [row for row in rows if labels[row] is not None]
            self.class_indices = {name: i for i, name in enumerate(known)}
        chosen = np.array(share_of(rows, self.share), dtype=int)
        if has_classes:
            self.classes = [self._number(labels[row]) for row in chosen]
        self.filenames = [names[row] for row in chosen]
        self._targets: Any = None
        if class_mode == "raw":
            self._targets = np.asarray(dataframe[y_col])[chosen]
        elif class_mode == "multi_output":
            self._targets = [np.array(dataframe[column].tolist())[chosen] for column in y_col]
        if weight_col is not None:
            self.sample_weight = np.asarray(dataframe[weight_col])[chosen]
        self.samples = len(self.filenames)
        self._say_what_was_found(validate_filenames)
        super().__init__(self.samples, batch_size, shuffle, seed)

    @property
    def filepaths(self) -> list[str]:
        """The files."""
        return [os.path.join(self.directory, name) for name in self.filenames]

    @property
    def labels(self) -> Any:
        """Numbers of classes, or the numbers of the table."""
        return self.classes if self._targets is None else self._targets

    def targets_of(self, batch: Array, rows: Array) -> Any:
        """Return the targets of a batch of images that have these numbers."""
        if self._targets is None:
            return super().targets_of(batch, rows)
        if self.class_mode == "multi_output":
            return [column[rows] for column in self._targets]
        return self._targets[rows]

    def _files_among(self, names: Sequence[str], rows: Sequence[int], x_col: str) -> list[int]:
        """Return the rows whose file is there and has the ending of a picture."""
        found = [
            row
            for row in rows
            if names[row].lower().endswith(ENDINGS)
            and os.path.isfile(os.path.join(self.directory, names[row]))
        ]
        missing = len(rows) - len(found)
        if missing:
            kept = set(found)
            example = next(names[row] for row in rows if row not in kept)
            warnings.warn(
                f"{missing} of the files in column {x_col!r} are not there, or no pictures; their "
                f"rows are left out. The first: {os.path.join(self.directory, example)}",
                stacklevel=4,
            )
        return found

    def _number(self, label: Any) -> Any:
        if isinstance(label, str):
            return self.class_indices[label]
        return [self.class_indices[one] for one in label]

    def _say_what_was_found(self, validated: bool) -> None:
        kind = "validated" if validated else "non-validated"
        message = f"Found {self.samples} {kind} image filenames"
        if self.class_indices:
            message += f" belonging to {len(self.class_indices)} classes"
        print_msg(f"{message}.")


def _check_columns(
    table: Any, class_mode: str | None, x_col: str, y_col: Any, weight_col: str | None
) -> None:
    """Raise unless the table has the columns, and they hold what they should."""
    if not hasattr(table, "iloc") or not hasattr(table, "columns"):
        raise DataError(
            "`dataframe` must be a pandas DataFrame with one row per image. Received: "
            f"{type(table).__name__}"
        )
    if class_mode == "multi_output" and not isinstance(y_col, list):
        raise TypeError(
            "`y_col` must be a list of columns where class_mode='multi_output'. "
            f"Received: y_col={y_col!r}"
        )
    columns = list(table.columns)
    wanted = {"x_col": [x_col], "y_col": y_col if isinstance(y_col, list) else [y_col],
              "weight_col": [] if weight_col is None else [weight_col]}  # fmt: skip
    for argument, names in wanted.items():
        for name in names:
            if name not in columns:
                raise unknown_name(f"column `{argument}`", name, map(str, columns))
    if weight_col is not None and not np.issubdtype(np.asarray(table[weight_col]).dtype, np.number):
        raise TypeError(
            f"Column weight_col={weight_col!r} must hold numbers. "
            f"Received: dtype {table[weight_col].dtype}"
        )


def _names(table: Any, x_col: str) -> list[str]:
    names: list[str] = table[x_col].tolist()
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"Column x_col={x_col!r} must hold names of files. Received: {name!r}")
    return names


def _labels(table: Any, y_col: Any, class_mode: str, classes: Any) -> list[Any]:
    """Return the labels of all rows; raise where they are no words, or two classes are not two."""
    labels: list[Any] = table[y_col].tolist()
    kinds = (str, list, tuple) if class_mode == "categorical" else (str,)
    for label in labels:
        if not isinstance(label, kinds):
            what = "words, or lists of words" if len(kinds) > 1 else "words"
            raise TypeError(
                f"Column y_col={y_col!r} must hold {what} where class_mode={class_mode!r}; "
                f"class_mode='raw' takes numbers. Received: {label!r}"
            )
    if class_mode == "binary":
        found = set(classes) if classes else set(labels)
        if len(found) != 2:
            raise ValueError(
                f"There must be two classes where class_mode='binary'. Received: {sorted(found)}"
            )
    return labels


def _sorted(labels: Any) -> list[str]:
    found: set[str] = set()
    for label in labels:
        found.update([label] if isinstance(label, str) else label)
    return sorted(found)


def _kept(label: Any, classes: Sequence[str]) -> Any:
    """Return a label, or of several those that are classes; None if none is left."""
    if isinstance(label, str):
        return label if label in classes else None
    return [one for one in label if one in classes] or None
