"""`ImageDataGenerator`: images changed at random and brought to scale, batch by batch."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.errors import unknown_name
from nnscratch.preprocessing.image.drawing import Parameters, draw
from nnscratch.preprocessing.image.flows import Flows
from nnscratch.preprocessing.image.iterators import check_images
from nnscratch.preprocessing.image.transforms import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    checked_range,
    flip_axis,
)
from nnscratch.typing import Array

Range = float | Sequence[float]


class ImageDataGenerator(Flows):
    """Changes every image at random each time it is used, so that no two passes are alike.

    The changes come first (rotation, shifts, shear and zoom in one map, then channel shift, flips,
    brightness), then `preprocessing_function`, `rescale`, centring, division by the deviation and
    whitening. New programs use the layers (`RandomFlip`, `RandomRotation`, …), which are saved
    with the model.

    Args:
        featurewise_center: subtract the mean of the data, channel by channel; needs `fit`.
        samplewise_center: subtract each image's own mean.
        featurewise_std_normalization: divide by the deviation of the data; needs `fit`.
        samplewise_std_normalization: divide by each image's own deviation.
        zca_whitening: make the pixels uncorrelated, as near to the images as possible; needs `fit`.
        zca_epsilon: added to the singular values there.
        rotation_range: largest angle in degrees.
        width_shift_range: largest shift: a float below 1 is a part of the width, one of 1 or more
            is in pixels; from a whole number k or a list, one of 0 … k - 1 or of the list is
            drawn, with either sign. The shift goes up and down: Keras has the two directions
            the wrong way round, and its images are kept.
        height_shift_range: the same as a part of the height, to the side.
        brightness_range: least and largest factor of the brightness, or None.
        shear_range: largest angle of the shear in degrees.
        zoom_range: least and largest zoom factor; a number z stands for (1 - z, 1 + z).
        channel_shift_range: largest number that is added to all values.
        fill_mode: what is beyond the border: `"nearest"`, `"constant"`, `"reflect"` or `"wrap"`.
        cval: what `"constant"` fills with.
        horizontal_flip: mirror half of the images sideways.
        vertical_flip: mirror half of the images upside down.
        rescale: factor, None or 0 for none.
        preprocessing_function: function of one image that returns one of the same shape.
        data_format: `"channels_last"` or `"channels_first"`.
        validation_split: share of the images, the first ones, for `subset="validation"`.
        interpolation_order: degree of the splines between the pixels.
        dtype: type of the images; floatx by default.

    Raises:
        ValueError: an argument is out of range.

    >>> generator = ImageDataGenerator(horizontal_flip=True, rescale=0.5)
    >>> batches = generator.flow(np.arange(4.0).reshape(2, 1, 2, 1), batch_size=2, seed=1)
    >>> batches[0][:, 0, :, 0].tolist()
    [[0.0, 0.5], [1.5, 1.0]]
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Range = 0.0,
        height_shift_range: Range = 0.0,
        brightness_range: Sequence[float] | None = None,
        shear_range: float = 0.0,
        zoom_range: Range = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[Array], Array] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ) -> None:
        if isinstance(zoom_range, (int, float)):
            zoom_range = (1 - zoom_range, 1 + zoom_range)
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                f"`validation_split` must be between 0 and 1. Received: {validation_split!r}"
            )
        self.samplewise_center = samplewise_center or samplewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.featurewise_center = (
            featurewise_center or featurewise_std_normalization or zca_whitening
        )
        self.featurewise_std_normalization = featurewise_std_normalization and not zca_whitening
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = brightness_range
        if brightness_range is not None:
            self.brightness_range = checked_range("brightness_range", brightness_range)
        self.shear_range = shear_range
        self.zoom_range = checked_range("zoom_range", zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.data_format = config.checked_data_format(data_format)
        self.validation_split = validation_split
        self.interpolation_order = interpolation_order
        self.dtype = dtype or config.floatx()
        last = self.data_format == "channels_last"
        self.row_axis, self.col_axis, self.channel_axis = (1, 2, 3) if last else (2, 3, 1)
        self.mean: Array | None = None
        self.std: Array | None = None
        self.zca_whitening_matrix: Array | None = None
        self._say_what_is_implied(
            featurewise_center, featurewise_std_normalization, samplewise_center
        )

    def _say_what_is_implied(self, center: bool, std: bool, own_center: bool) -> None:
        implied = []
        if self.featurewise_center and not center:
            implied.append("featurewise_center=True")
        if std and not self.featurewise_std_normalization:
            implied.append("featurewise_std_normalization=False")
        if self.samplewise_center and not own_center:
            implied.append("samplewise_center=True")
        if implied:
            warnings.warn(f"These arguments imply {', '.join(implied)}.", stacklevel=3)

    def get_random_transform(self, img_shape: Sequence[int], seed: int | None = None) -> Parameters:
        """Draw the numbers that say how to change one image.

        Args:
            img_shape: shape of the image.
            seed: seeds `np.random` first, if given.

        Returns:
            `theta`, `tx`, `ty`, `shear`, `zx`, `zy` (see `apply_affine_transform`),
            `flip_horizontal`, `flip_vertical`, `channel_shift_intensity`, `brightness`.
        """
        if seed is not None:
            np.random.seed(seed)
        return draw(self, img_shape[self.row_axis - 1], img_shape[self.col_axis - 1])

    def apply_transform(self, x: Array, transform_parameters: Parameters) -> Array:
        """Change an image as these numbers say.

        Args:
            x: one image.
            transform_parameters: see `get_random_transform`; what is left out does nothing.
        """
        get = transform_parameters.get
        row, column, channel = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        x = apply_affine_transform(
            x, get("theta", 0), get("tx", 0), get("ty", 0), get("shear", 0), get("zx", 1),
            get("zy", 1), row, column, channel, self.fill_mode, self.cval,
            self.interpolation_order,
        )  # fmt: skip
        intensity, brightness = get("channel_shift_intensity"), get("brightness")
        if intensity is not None:
            x = apply_channel_shift(x, intensity, channel)
        if get("flip_horizontal", False):
            x = flip_axis(x, column)
        if get("flip_vertical", False):
            x = flip_axis(x, row)
        if brightness is not None:
            x = apply_brightness_shift(x, brightness, False)
        return x

    def random_transform(self, x: Array, seed: int | None = None) -> Array:
        """Change one image at random.

        Args:
            x: the image.
            seed: seeds `np.random` first, if given.
        """
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def standardize(self, x: Array) -> Array:
        """Bring one image, or a batch, to scale; the argument stays as it is.

        Args:
            x: the image.
        """
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x = x * self.rescale
        if self.samplewise_center:
            x = x - np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x = x / (np.std(x, keepdims=True) + 1e-6)
        if self.featurewise_center and self.mean is None:
            warnings.warn(
                "Centring, deviation and whitening need statistics of the training data: call "
                "`fit(x_train)` first.",
                stacklevel=2,
            )
        if self.mean is not None:
            x = x - self.mean
        if self.std is not None:
            x = x / (self.std + 1e-6)
        if self.zca_whitening_matrix is not None:
            flat = x.reshape(-1, math.prod(x.shape[-3:]))
            x = (flat @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Learn the statistics that centring, deviation and whitening need.

        Give it the training images only: statistics of test images leak into training.

        Args:
            x: images (N, H, W, C).
            augment: change the images at random first.
            rounds: how often to do so.
            seed: seeds `np.random` first, if given.

        Raises:
            ShapeError: these are no images.
        """
        x = np.array(x, dtype=self.dtype)
        check_images(x, self.data_format)
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            changed = [self.random_transform(image) for _ in range(rounds) for image in x]
            x = np.array(changed, dtype=self.dtype)
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes, keepdims=True)[0]
            x /= self.std + 1e-6
        if self.zca_whitening:
            flat = x.reshape(len(x), -1)
            u, s, _ = np.linalg.svd(flat.T, full_matrices=False)
            self.zca_whitening_matrix = (u * (math.sqrt(len(x)) / (s + self.zca_epsilon))) @ u.T

    def share_of(self, subset: str) -> tuple[float, float]:
        """Return where a subset begins and ends, as shares of all images.

        Args:
            subset: `"training"` or `"validation"`.

        Raises:
            ValueError: it is unknown.

        >>> ImageDataGenerator(validation_split=0.25).share_of("training")
        (0.25, 1)
        """
        if subset not in ("training", "validation"):
            raise unknown_name("`subset`", subset, ["training", "validation"])
        split = self.validation_split
        return (0, split) if subset == "validation" else (split, 1)
