"""Batches of images that are made anew, and differently, every time: from files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.errors import unknown_name
from nnscratch.imaging import img_to_array, load_img
from nnscratch.imaging.files import MODES, checked_format
from nnscratch.preprocessing.image.iterators import Iterator, Saver
from nnscratch.typing import Array
from nnscratch.utils.io import print_msg

ENDINGS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
CLASS_MODES = ("categorical", "binary", "sparse", "input", None)
CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}


class DirectoryIterator(Iterator):
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
        if color_mode not in MODES:
            raise unknown_name("`color_mode`", color_mode, MODES)
        if class_mode not in CLASS_MODES:
            raise unknown_name("`class_mode`", class_mode, [m for m in CLASS_MODES if m])
        self.directory = os.fspath(directory)
        self.image_data_generator = image_data_generator
        self.target_size = (target_size[0], target_size[1])
        self.color_mode = color_mode
        self.class_mode = class_mode
        self.interpolation = interpolation
        self.keep_aspect_ratio = keep_aspect_ratio
        self.data_format = checked_format(data_format)
        self.dtype = dtype or config.floatx()
        self.saver = Saver(save_to_dir, save_prefix, save_format, self.data_format, 10_000_000)
        share = None if subset is None else image_data_generator.share_of(subset)
        names = list(classes) if classes else _folders(self.directory)
        self.class_indices = {name: i for i, name in enumerate(names)}
        self.num_classes = len(names)
        found = [_files(self.directory, name, follow_links, share) for name in names]
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

    @property
    def labels(self) -> Array:
        """Number of each file's class."""
        return self.classes

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Shape of one image."""
        channels = CHANNELS[self.color_mode]
        if self.data_format == "channels_last":
            return (*self.target_size, channels)
        return (channels, *self.target_size)

    def batch_of(self, rows: Array) -> Any:
        """Read these images and change each anew."""
        generator, paths = self.image_data_generator, self.filepaths
        batch = np.zeros((len(rows), *self.image_shape), self.dtype)
        for i, row in enumerate(rows):
            image = self._read(paths[row])
            params = generator.get_random_transform(image.shape)
            batch[i] = generator.standardize(generator.apply_transform(image, params))
        self.saver(batch, rows)
        if self.class_mode is None:
            return batch
        return batch, self._targets(batch, rows)

    def _read(self, path: str) -> Array:
        picture = load_img(
            path, self.color_mode, self.target_size, self.interpolation, self.keep_aspect_ratio
        )
        return img_to_array(picture, self.data_format)

    def _targets(self, batch: Array, rows: Array) -> Array:
        if self.class_mode == "input":
            return np.array(batch)
        numbers = self.classes[rows]
        if self.class_mode == "categorical":
            return np.asarray(np.eye(self.num_classes, dtype=self.dtype)[numbers])
        return np.array(numbers, self.dtype)


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
    if share is None:
        return found
    start, stop = (int(part * len(found)) for part in share)
    return found[start:stop]
