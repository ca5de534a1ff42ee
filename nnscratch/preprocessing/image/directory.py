"""Batches of images that are made anew, and differently, every time: from folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.preprocessing.image.files import ENDINGS, FileIterator, share_of
from nnscratch.utils.io import print_msg

CLASS_MODES = ("categorical", "binary", "sparse", "input", None)


class DirectoryIterator(FileIterator):
    """Batches of images from a folder that has one folder for each class.

    Args:
        directory: the folder.
        image_data_generator: the `ImageDataGenerator` that changes the images.
        target_size: height and width that every picture is resized to.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
        classes: the folders within, in the order of their numbers; sorted by default.
        class_mode: labels as `"categorical"` (one-hot), `"binary"` or `"sparse"` (numbers),
            `"input"` (the images themselves), or None for none.
        batch_size: images of a batch.
        shuffle: a new order for every pass.
        seed: see `Iterator`.
        data_format: `"channels_last"` or `"channels_first"`.
        save_to_dir: folder to write every image of every batch to, to look at.
        save_prefix: beginning of the files' names.
        save_format: `"png"` or another of Pillow's formats.
        follow_links: also look into folders that are links.
        subset: `"training"` or `"validation"`: the last or the first files of each class.
        interpolation: how Pillow resizes; see `load_img`.
        keep_aspect_ratio: cut a picture to the proportions first.
        dtype: type of the images; floatx by default.

    Attributes:
        class_indices: number of each class, by name.
        classes: number of each file's class.
        filenames: the files, relative to the folder.

    Raises:
        ValueError: an option is unknown.
        ImportError: Pillow is not installed.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        image_data_generator: Any,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = None,
    ) -> None:
        self.set_reading(
            image_data_generator, target_size, color_mode, class_mode, CLASS_MODES, data_format,
            (save_to_dir, save_prefix, save_format), subset, interpolation, keep_aspect_ratio,
            dtype,
        )  # fmt: skip
        self.directory = os.fspath(directory)
        names = list(classes) if classes else _folders(self.directory)
        self.class_indices = {name: i for i, name in enumerate(names)}
        self.num_classes = len(names)
        found = [_files(self.directory, name, follow_links, self.share) for name in names]
        self.filenames = [name for part in found for name in part]
        counts = [len(part) for part in found]
        self.classes = np.repeat(np.arange(len(names), dtype=np.int32), counts)
        self.samples = len(self.filenames)
        print_msg(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        super().__init__(self.samples, batch_size, shuffle, seed)

    @property
    def filepaths(self) -> list[str]:
        """The files."""
        return [os.path.join(self.directory, name) for name in self.filenames]


def _folders(directory: str) -> list[str]:
    return [
        name
        for name in sorted(os.listdir(directory))
        if os.path.isdir(os.path.join(directory, name))
    ]


def _files(
    directory: str, name: str, follow_links: bool, share: tuple[float, float] | None
) -> list[str]:
    """Return the pictures of one class, or the share of them that a subset has."""
    found = [
        os.path.relpath(os.path.join(folder, file), directory)
        for folder, _, files in sorted(
            os.walk(os.path.join(directory, name), followlinks=follow_links)
        )
        for file in sorted(files)
        if file.lower().endswith(ENDINGS)
    ]
    return list(share_of(found, share))
