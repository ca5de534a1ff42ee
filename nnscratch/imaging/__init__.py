"""Pictures as arrays: brought to another size, moved by an affine map, read and written."""

from nnscratch.imaging.affine import affine_gradient, affine_transform
from nnscratch.imaging.files import array_to_img, img_to_array, load_img, save_img
from nnscratch.imaging.resize import METHODS, resize, resize_gradient
from nnscratch.imaging.windows import center_window, resize_with_pad, smart_resize

__all__ = [
    "METHODS",
    "affine_gradient",
    "affine_transform",
    "array_to_img",
    "center_window",
    "img_to_array",
    "load_img",
    "resize",
    "resize_gradient",
    "resize_with_pad",
    "save_img",
    "smart_resize",
]
