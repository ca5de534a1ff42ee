"""Pictures in folders, one folder per class, as batches of images and labels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch import config, imaging
from nnscratch.errors import DataError, unknown_name
from nnscratch.typing import Array
from nnscratch.utils.categorical import to_categorical
from nnscratch.utils.dataset import Dataset
from nnscratch.utils.folders import Files, index_directory
from nnscratch.utils.io import print_msg

ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
COLOR_MODES = ("rgb", "rgba", "grayscale")
SUBSETS = ("training", "validation", "both")


def image_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: int | Sequence[int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Read pictures from a folder that has one folder for each class.

    The pictures are read when they are needed, batch by batch, and every loop reads them anew.

    Args:
        directory: the folder.
        labels: `"inferred"` from the names of the folders within, None for no labels, or one whole
            number per file, in the order of the files' paths.
        label_mode: `"int"`, `"categorical"` (one-hot), `"binary"` (0 or 1, two classes), or None.
        class_names: the folders within, in the order of their numbers; sorted by default.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
        batch_size: pictures of a batch; None gives them one by one.
        image_size: height and width that every picture is resized to, or one number for both.
        shuffle: put them into random order, a new one in every loop; otherwise they come sorted.
        seed: seed of that order and of the split. Needed where both are asked for, so that the
            two subsets do not overlap.
        validation_split: share of the pictures, the last ones, that is for validation.
        subset: `"training"`, `"validation"`, or `"both"` for a list of the two.
        interpolation: see `nnscratch.imaging.resize`.
        follow_links: also look into folders that are links.
        crop_to_aspect_ratio: cut a picture to the proportions first, so that it is not distorted.
        pad_to_aspect_ratio: put a margin of zeros around it to the same end.
        data_format: `"channels_last"` or `"channels_first"`.
        format: accepted for compatibility.
        verbose: say how many files there are.

    Returns:
        A `Dataset` of images, or of (images, labels), with the attributes `class_names` and
        `file_paths`; a list of two for `subset="both"`.

    Shapes:
        images (batch, height, width, C) float32, from 0 to 255; labels (batch,) int32, (batch, 1)
        float32 if binary, (batch, classes) float32 if categorical.

    Raises:
        DataError: there are no pictures.
        ValueError: an argument is unknown or out of range, or two do not fit together.
        ImportError: Pillow is not installed.

    Source: order, split and resizing are those of Keras on TensorFlow. PNG and BMP give the same
    numbers in colour; TensorFlow's JPEG decoder trades accuracy for speed and differs by a few
    steps of 255, and its grey of a coloured PNG by one.
    """
    loader = _Loader.checked(
        color_mode,
        image_size,
        interpolation,
        "crop" if crop_to_aspect_ratio else "pad" if pad_to_aspect_ratio else None,
        data_format,
    )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Give one of `crop_to_aspect_ratio` and `pad_to_aspect_ratio`, not both.")
    if format not in ("tf", "grain"):
        raise unknown_name("`format`", format, ["tf", "grain"])
    if label_mode not in ("int", "categorical", "binary", None):
        raise unknown_name("`label_mode`", label_mode, ["int", "categorical", "binary"])
    _check_split(validation_split, subset, shuffle, seed)
    if seed is None:
        seed = int(np.random.randint(1_000_000))
    files = index_directory(
        directory,
        None if label_mode is None else labels,
        ENDINGS,
        class_names,
        seed if shuffle else None,
        follow_links,
        verbose,
    )
    if label_mode == "binary" and files.labels is not None and len(files.class_names or ()) != 2:
        raise ValueError(
            f"`label_mode='binary'` needs exactly two classes. Found: {files.class_names}"
        )

    def made(part: Files, shuffled: bool) -> Dataset:
        if not part.paths:
            raise DataError(f"No pictures in {directory}. Their names end in {ENDINGS}.")
        return _dataset(part, loader, label_mode, batch_size, seed if shuffled else None)

    if subset is None:
        return made(files, shuffle)
    training, validation = files.split(validation_split or 0.0)
    if subset in ("training", "both"):
        print_msg(f"Using {len(training.paths)} files for training.")
    if subset in ("validation", "both"):
        print_msg(f"Using {len(validation.paths)} files for validation.")
    if subset == "both":
        return [made(training, shuffle), made(validation, False)]
    return made(training if subset == "training" else validation, shuffle)


@dataclass(frozen=True)
class _Loader:
    """How a file becomes an image."""

    color_mode: str
    size: tuple[int, int]
    interpolation: str
    keep: str | None
    data_format: str

    @classmethod
    def checked(
        cls, color_mode: str, size: Any, interpolation: str, keep: str | None, data_format: Any
    ) -> _Loader:
        if color_mode not in COLOR_MODES:
            raise unknown_name("`color_mode`", color_mode, COLOR_MODES)
        pair = (size, size) if isinstance(size, int) else size
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise ValueError(
                "`image_size` must be a number, or a height and a width. Received: "
                f"image_size={size!r}"
            )
        if interpolation.lower() not in imaging.METHODS:
            raise unknown_name("`interpolation`", interpolation, imaging.METHODS)
        sizes = (int(pair[0]), int(pair[1]))
        return cls(
            color_mode, sizes, interpolation.lower(), keep, config.checked_data_format(data_format)
        )

    def __call__(self, path: str) -> Array:
        image = imaging.img_to_array(imaging.load_img(path, self.color_mode), dtype="uint8")
        if self.keep == "crop":
            image = imaging.smart_resize(image, self.size, self.interpolation)
        elif self.keep == "pad":
            image = imaging.resize_with_pad(image, self.size, self.interpolation)
        else:
            image = imaging.resize(image, self.size, self.interpolation)
        return np.moveaxis(image, -1, 0) if self.data_format == "channels_first" else image


def _dataset(
    files: Files, loader: _Loader, label_mode: str | None, batch_size: int | None, seed: int | None
) -> Dataset:
    """Return the images, with labels if there are some; shuffled if there is a seed."""
    paths = np.array(files.paths)
    if files.labels is None:
        dataset = Dataset.from_tensor_slices(paths)
    else:
        classes = len(files.class_names or ())
        labels = _encoded(files.labels, label_mode, classes)
        dataset = Dataset.from_tensor_slices((paths, labels))
    if seed is not None:
        dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)

    def load(path: Any, *label: Any) -> Any:
        image = loader(np.asarray(path).item())
        return (image, *label) if label else image

    dataset = dataset.map(load)
    if batch_size is not None:
        dataset = dataset.batch(batch_size)
    dataset.class_names = files.class_names
    dataset.file_paths = files.paths
    return dataset


def _encoded(labels: Array, label_mode: str | None, classes: int) -> Array:
    if label_mode == "binary":
        return labels.astype(np.float32)[:, None]
    if label_mode == "categorical":
        return to_categorical(labels, classes).astype(np.float32)
    return labels


def _check_split(split: float | None, subset: str | None, shuffle: bool, seed: Any) -> None:
    """Raise unless the arguments about validation fit together."""
    if subset is not None and subset not in SUBSETS:
        raise unknown_name("`subset`", subset, SUBSETS)
    if bool(split) != bool(subset):
        raise ValueError(
            "`validation_split` and `subset` belong together: give both or neither. Received: "
            f"validation_split={split!r}, subset={subset!r}"
        )
    if split and not 0 < split < 1:
        raise ValueError(f"`validation_split` must be between 0 and 1. Received: {split!r}")
    if split and shuffle and seed is None:
        raise ValueError(
            "Give a `seed` where the files are both shuffled and split: without it the training "
            "and the validation subset are shuffled differently and overlap."
        )
