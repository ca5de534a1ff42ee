"""Batches of images read from files, each image changed anew every time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.errors import unknown_name
from nnscratch.imaging import img_to_array, load_img
from nnscratch.imaging.files import MODES
from nnscratch.preprocessing.image.iterators import Iterator, Saver
from nnscratch.typing import Array

ENDINGS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}


class FileIterator(Iterator):
    """What batches of images from files have in common, wherever files and labels are listed.

    A subclass calls `set_reading`, sets `classes` and `class_indices` where the labels are classes,
    and goes on with `Iterator.__init__` once it knows how many images there are.
    """

    classes: Any = None
    sample_weight: Array | None = None

    def set_reading(
        self,
        image_data_generator: Any,
        target_size: Sequence[int],
        color_mode: str,
        class_mode: str | None,
        class_modes: Sequence[str | None],
        data_format: str | None,
        saver: tuple[str | None, str, str],
        subset: str | None,
        interpolation: str,
        keep_aspect_ratio: bool,
        dtype: Any,
    ) -> None:
        """Take note of how pictures are read.

        Args:
            image_data_generator: the `ImageDataGenerator` that changes the images.
            target_size: height and width that every picture is resized to.
            color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
            class_mode: see the subclass.
            class_modes: the modes that the subclass has.
            data_format: `"channels_last"` or `"channels_first"`.
            saver: folder that the batches are written to, beginning of the names, format.
            subset: `"training"` or `"validation"`, or None.
            interpolation: how Pillow resizes; see `load_img`.
            keep_aspect_ratio: cut a picture to the proportions first.
            dtype: type of the images; floatx by default.

        Raises:
            ValueError: an option is unknown.
        """
        if color_mode not in MODES:
            raise unknown_name("`color_mode`", color_mode, MODES)
        if class_mode not in class_modes:
            raise unknown_name("`class_mode`", class_mode, [m for m in class_modes if m])
        self.image_data_generator = image_data_generator
        self.target_size = (target_size[0], target_size[1])
        self.color_mode = color_mode
        self.class_mode = class_mode
        self.interpolation = interpolation
        self.keep_aspect_ratio = keep_aspect_ratio
        self.data_format = config.checked_data_format(data_format)
        self.dtype = dtype or config.floatx()
        self.saver = Saver(*saver, self.data_format, 10_000_000)
        self.share = None if subset is None else image_data_generator.share_of(subset)
        self.class_indices: dict[str, int] = {}

    @property
    def filepaths(self) -> list[str]:
        """The files."""
        raise NotImplementedError(f"{type(self).__name__} must define filepaths.")

    @property
    def labels(self) -> Any:
        """What the files are labelled with."""
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
        targets = self.targets_of(batch, rows)
        if self.sample_weight is None:
            return batch, targets
        return batch, targets, self.sample_weight[rows]

    def _read(self, path: str) -> Array:
        picture = load_img(
            path, self.color_mode, self.target_size, self.interpolation, self.keep_aspect_ratio
        )
        return img_to_array(picture, self.data_format)

    def targets_of(self, batch: Array, rows: Array) -> Any:
        """Return the targets of a batch of images that have these numbers."""
        if self.class_mode == "input":
            return np.array(batch)
        numbers = [self.classes[row] for row in rows]
        if self.class_mode != "categorical":
            return np.array(numbers, self.dtype)
        targets = np.zeros((len(rows), len(self.class_indices)), self.dtype)
        for target, several in zip(targets, numbers, strict=True):
            target[several] = 1.0
        return targets


def share_of(items: Sequence[Any], share: tuple[float, float] | None) -> Sequence[Any]:
    """Return the part of a sequence that a subset has.

    Args:
        items: all.
        share: where it begins and ends, as shares of all; None for all.

    >>> share_of("abcdefg", (0.3, 1)), share_of("abc", None)
    ('cdefg', 'abc')
    """
    if share is None:
        return items
    start, stop = (int(part * len(items)) for part in share)
    return items[start:stop]
