"""Images changed at random and brought to scale, from arrays and from files."""

from nnscratch.imaging import array_to_img, img_to_array, load_img, save_img, smart_resize
from nnscratch.preprocessing.image.directory import DirectoryIterator
from nnscratch.preprocessing.image.generator import ImageDataGenerator
from nnscratch.preprocessing.image.iterators import Iterator, NumpyArrayIterator
from nnscratch.preprocessing.image.random_transforms import (
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
)
from nnscratch.preprocessing.image.transforms import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
)

__all__ = [
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "img_to_array",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "smart_resize",
]
