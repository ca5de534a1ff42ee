"""The ways from images in arrays, folders and tables into batches."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from nnscratch.outdated import note
from nnscratch.preprocessing.image.dataframe import DataFrameIterator
from nnscratch.preprocessing.image.directory import DirectoryIterator
from nnscratch.preprocessing.image.iterators import NumpyArrayIterator

OUTDATED = {
    "has_ext": "`has_ext` has no effect: names of files carry their endings.",
    "sort": "`sort` has no effect: with shuffle=False the order is that of the table.",
    "drop_duplicates": "`drop_duplicates` has no effect: call the table's own drop_duplicates().",
}
"""Arguments of older versions, and what to do instead."""


class Flows:
    """What makes `ImageDataGenerator` a source of batches; mixed into it."""

    data_format: str
    dtype: Any

    def flow(self, x: Any, y: Any = None, batch_size: int = 32, shuffle: bool = True,
             sample_weight: Any = None, seed: int | None = None, save_to_dir: str | None = None,
             save_prefix: str = "", save_format: str = "png", ignore_class_split: bool = False,
             subset: str | None = None) -> NumpyArrayIterator:  # fmt: skip
        """Return batches of images from arrays; the arguments are those of `NumpyArrayIterator`."""
        return NumpyArrayIterator(
            x, y, self, batch_size, shuffle, sample_weight, seed, self.data_format, save_to_dir,
            save_prefix, save_format, subset, ignore_class_split, self.dtype,
        )  # fmt: skip

    def flow_from_directory(self, directory: Any, target_size: Sequence[int] = (256, 256),
                            color_mode: str = "rgb", classes: Sequence[str] | None = None,
                            class_mode: str | None = "categorical", batch_size: int = 32,
                            shuffle: bool = True, seed: int | None = None,
                            save_to_dir: str | None = None, save_prefix: str = "",
                            save_format: str = "png", follow_links: bool = False,
                            subset: str | None = None, interpolation: str = "nearest",
                            keep_aspect_ratio: bool = False) -> DirectoryIterator:  # fmt: skip
        """Return batches of images from files; the arguments are those of `DirectoryIterator`."""
        return DirectoryIterator(
            directory, self, target_size, color_mode, classes, class_mode, batch_size, shuffle,
            seed, self.data_format, save_to_dir, save_prefix, save_format, follow_links, subset,
            interpolation, keep_aspect_ratio, self.dtype,
        )  # fmt: skip

    def flow_from_dataframe(self, dataframe: Any, directory: str | os.PathLike[str] | None = None,
                            x_col: str = "filename", y_col: Any = "class",
                            weight_col: str | None = None, target_size: Sequence[int] = (256, 256),
                            color_mode: str = "rgb", classes: Sequence[str] | None = None,
                            class_mode: str | None = "categorical", batch_size: int = 32,
                            shuffle: bool = True, seed: int | None = None,
                            save_to_dir: str | None = None, save_prefix: str = "",
                            save_format: str = "png", subset: str | None = None,
                            interpolation: str = "nearest", validate_filenames: bool = True,
                            **kwargs: Any) -> DataFrameIterator:  # fmt: skip
        """Return batches of images from files that a pandas table names.

        The arguments are those of `DataFrameIterator`; `has_ext`, `sort` and `drop_duplicates`,
        and `class_mode="other"` for `"raw"`, are taken with a warning.

        Raises:
            TypeError: another argument.
        """
        for name in kwargs:
            if name not in OUTDATED:
                raise TypeError(f"flow_from_dataframe() has no argument {name!r}.")
            note(OUTDATED[name])
        if class_mode == "other":
            note("`class_mode='other'` is called 'raw'.")
            class_mode = "raw"
        return DataFrameIterator(
            dataframe, directory, self, x_col, y_col, weight_col, target_size, color_mode, classes,
            class_mode, batch_size, shuffle, seed, self.data_format, save_to_dir, save_prefix,
            save_format, subset, interpolation, False, self.dtype, validate_filenames,
        )  # fmt: skip
