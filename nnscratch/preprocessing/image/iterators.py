"""Batches of images that are made anew, and differently, every time: from arrays."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator as Iterates
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.errors import DataError, ShapeError
from nnscratch.imaging import array_to_img
from nnscratch.typing import Array
from nnscratch.utils import PyDataset


class Iterator(PyDataset):
    """Batches by number, for `fit`, or one after the other without end, by `next`.

    Args:
        n: number of images.
        batch_size: images of a batch.
        shuffle: a new order of the images for every pass.
        seed: batch b, counted over all passes, is made with `np.random` seeded by `seed + b`; None
            leaves `np.random` as it is.
        kwargs: see `PyDataset`.
    """

    def __init__(
        self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.n = n
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array: Array | None = None
        self.lock = threading.Lock()

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, idx: int) -> Any:
        """Make batch number `idx` of this pass."""
        if idx >= len(self):
            raise IndexError(f"There are {len(self)} batches. Received: {idx}")
        self._seed()
        self.total_batches_seen += 1
        order = self._order()
        return self.batch_of(order[self.batch_size * idx : self.batch_size * (idx + 1)])

    def __iter__(self) -> Iterates[Any]:
        return self

    def __next__(self) -> Any:
        with self.lock:
            self._seed()
            if self.batch_index == 0:
                self.index_array = None
            order = self._order()
            start = self.batch_index * self.batch_size
            last = start + self.batch_size >= self.n
            self.batch_index = 0 if last else self.batch_index + 1
            self.total_batches_seen += 1
        return self.batch_of(order[start : start + self.batch_size])

    def reset(self) -> None:
        """Let the next batch of `next` be the first."""
        self.batch_index = 0

    def on_epoch_end(self) -> None:
        """Take a new order."""
        self.index_array = None
        self._order()

    def batch_of(self, rows: Array) -> Any:
        """Make the batch of these images."""
        raise NotImplementedError(f"{type(self).__name__} must define batch_of(rows).")

    def _seed(self) -> None:
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)

    def _order(self) -> Array:
        if self.index_array is None:
            self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)
        return self.index_array


class NumpyArrayIterator(Iterator):
    """Batches of images from an array, each image changed by an `ImageDataGenerator`.

    Args:
        x: images (N, H, W, C); or a pair of them and further arrays, which go along unchanged.
        y: labels (N, …), or None.
        image_data_generator: what changes the images.
        batch_size: images of a batch.
        shuffle: a new order for every pass.
        sample_weight: weights (N,), or None.
        seed: see `Iterator`.
        data_format: `"channels_last"` or `"channels_first"`.
        save_to_dir: folder to write every image of every batch to, to look at.
        save_prefix: beginning of the files' names.
        save_format: `"png"` or another of Pillow's formats.
        subset: `"training"` or `"validation"`: the last or the first rows, as the generator's
            `validation_split` says.
        ignore_class_split: do not mind classes that are in one subset only.
        dtype: type of the images; floatx by default.

    Raises:
        ShapeError: lengths differ, or `x` is no batch of images.
        DataError: a class is missing in one of the subsets.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: Any = None,
    ) -> None:
        self.dtype = dtype or config.floatx()
        self.data_format = config.checked_data_format(data_format)
        self.image_data_generator = image_data_generator
        self.saver = Saver(save_to_dir, save_prefix, save_format, self.data_format, 10_000)
        images, misc = _images_and_more(x)
        parts = {"y": y, "sample_weight": sample_weight}
        given = {name: np.asarray(part) for name, part in parts.items() if part is not None}
        _check_lengths({"x": images, **{f"x[{i + 1}]": m for i, m in enumerate(misc)}, **given})
        if subset is not None:
            rows = _rows_of(subset, image_data_generator, given.get("y"), len(images),
                            ignore_class_split)  # fmt: skip
            images, misc = images[rows], [part[rows] for part in misc]
            given = {name: part[rows] for name, part in given.items()}
        self.x = np.asarray(images, dtype=self.dtype)
        self.x_misc = misc
        self.y = given.get("y")
        self.sample_weight = given.get("sample_weight")
        check_images(self.x, self.data_format)
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def batch_of(self, rows: Array) -> Any:
        """Change each of these images anew."""
        generator = self.image_data_generator
        batch = np.zeros((len(rows), *self.x.shape[1:]), self.dtype)
        for i, row in enumerate(rows):
            params = generator.get_random_transform(self.x[row].shape)
            image = generator.apply_transform(self.x[row].astype(self.dtype), params)
            batch[i] = generator.standardize(image)
        self.saver(batch, rows)
        inputs = [batch, *(part[rows] for part in self.x_misc)] if self.x_misc else batch
        if self.y is None:
            return inputs
        if self.sample_weight is None:
            return inputs, self.y[rows]
        return inputs, self.y[rows], self.sample_weight[rows]


class Saver:
    """Writes the images of a batch to a folder, if there is one.

    Args:
        folder: the folder, or None.
        prefix: beginning of the names.
        file_format: format and ending.
        data_format: where the channels are.
        numbers: how many numbers there are to tell equal images apart, drawn at random.
    """

    def __init__(
        self, folder: str | None, prefix: str, file_format: str, data_format: str, numbers: int
    ) -> None:
        self.folder = folder
        self.prefix = prefix
        self.file_format = file_format
        self.data_format = data_format
        self.numbers = numbers

    def __call__(self, batch: Array, rows: Array) -> None:
        """Write a batch whose images have these numbers."""
        if not self.folder:
            return
        for image, row in zip(batch, rows, strict=True):
            mark = np.random.randint(self.numbers)
            name = f"{self.prefix}_{row}_{mark}.{self.file_format}"
            array_to_img(image, self.data_format).save(os.path.join(self.folder, name))


def check_images(x: Array, data_format: str) -> None:
    """Raise unless these are images; warn where the channels look wrong."""
    if x.ndim != 4:
        raise ShapeError(
            f"Images have four axes, (N, height, width, channels). Received: shape={x.shape}"
        )
    channels = x.shape[3 if data_format == "channels_last" else 1]
    if channels not in (1, 3, 4):
        warnings.warn(
            f"Images have 1, 3 or 4 channels. Received: {channels}, of shape={x.shape} with "
            f"data_format={data_format!r}.",
            stacklevel=3,
        )


def _images_and_more(x: Any) -> tuple[Array, list[Array]]:
    if isinstance(x, (tuple, list)) and not np.isscalar(x[0]) and np.ndim(x[0]) == 4:
        more = x[1] if isinstance(x[1], list) else [x[1]]
        return np.asarray(x[0]), [np.asarray(part) for part in more]
    return np.asarray(x), []


def _check_lengths(arrays: dict[str, Array]) -> None:
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        sizes = ", ".join(f"len({name})={length}" for name, length in lengths.items())
        raise ShapeError(f"All arrays must have the same number of rows. Received: {sizes}")


def _rows_of(
    subset: str, generator: Any, y: Array | None, count: int, ignore_classes: bool
) -> slice:
    """Return the rows of a subset: the first are for validation."""
    start, stop = generator.share_of(subset)
    at = int(count * generator.validation_split)
    if y is not None and not ignore_classes:
        here, there = np.unique(y[:at]), np.unique(y[at:])
        if not np.array_equal(here, there):
            raise DataError(
                "The training and the validation subset do not hold the same classes: "
                f"{there.tolist()} and {here.tolist()}. Shuffle the rows before they are split, "
                "or pass ignore_class_split=True."
            )
    return slice(int(start * count), at if stop < 1 else None)
