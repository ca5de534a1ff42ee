"""Pictures in files: read into arrays and written from them, by Pillow (extra `images`)."""

from __future__ import annotations

import io
import warnings
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnscratch import config
from nnscratch.errors import ShapeError, unknown_name
from nnscratch.typing import Array

if TYPE_CHECKING:
    from PIL.Image import Image

MODES = {"grayscale": ("L", "I;16", "I"), "rgb": ("RGB",), "rgba": ("RGBA",)}
"""Colour modes, each with Pillow's modes that need no conversion, the usual one first."""
RESAMPLING = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def pillow() -> Any:
    """Return Pillow's module of images.

    Raises:
        ImportError: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "Reading and writing pictures needs Pillow: pip install 'nnscratch[images]'."
        ) from error
    return Image


def load_img(
    path: str | bytes | PathLike[str] | io.BytesIO,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Image:
    """Read a picture from a file.

    Args:
        path: the file, or its content as `io.BytesIO`.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
        target_size: height and width to resize to; None leaves the picture as it is.
        interpolation: how Pillow resizes: `"nearest"`, `"bilinear"`, `"bicubic"`, `"hamming"`,
            `"box"` or `"lanczos"`.
        keep_aspect_ratio: cut the picture to the proportions of `target_size` first.

    Returns:
        A picture of Pillow's; `img_to_array` makes an array of it.

    Raises:
        ValueError: an option is unknown.
        TypeError: `path` is something else.
    """
    if color_mode not in MODES:
        raise unknown_name("color mode", color_mode, MODES)
    if interpolation not in RESAMPLING:
        raise unknown_name("interpolation", interpolation, RESAMPLING)
    if not isinstance(path, (str, bytes, PathLike, io.BytesIO)):
        raise TypeError(f"`path` must be a path or an io.BytesIO. Received: {type(path).__name__}")
    source = path if isinstance(path, io.BytesIO) else io.BytesIO(Path(_text(path)).read_bytes())
    img = pillow().open(source)
    if img.mode not in MODES[color_mode]:
        img = img.convert(MODES[color_mode][0])
    if target_size is None or img.size == (target_size[1], target_size[0]):
        return img  # type: ignore[no-any-return]
    box = _middle(img.size, target_size) if keep_aspect_ratio else None
    method = getattr(pillow().Resampling, interpolation.upper())
    return img.resize((target_size[1], target_size[0]), method, box=box)  # type: ignore[no-any-return]


def _text(path: str | bytes | PathLike[str]) -> str:
    return path.decode() if isinstance(path, bytes) else fspath(path)


def _middle(size: tuple[int, int], target: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the largest window with a size's proportions."""
    width, height = size
    rows = min(height, width * target[0] // target[1])
    columns = min(width, height * target[1] // target[0])
    top, left = (height - rows) // 2, (width - columns) // 2
    return left, top, left + columns, top + rows


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> Array:
    """Turn a picture of Pillow's into an array.

    Args:
        img: the picture.
        data_format: where the channels go, `"channels_last"` or `"channels_first"`; the configured
            place by default.
        dtype: type of the array; floatx by default.

    Shapes: (H, W, C), or (C, H, W).

    Raises:
        ShapeError: it has neither two nor three axes.
    """
    data_format = config.checked_data_format(data_format)
    x: Array = np.asarray(img, dtype=dtype or config.floatx())
    if x.ndim not in (2, 3):
        raise ShapeError(f"A picture has two or three axes. Received: shape={x.shape}")
    x = x[:, :, None] if x.ndim == 2 else x
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Image:
    """Turn an array into a picture of Pillow's.

    Args:
        x: one image.
        data_format: where the channels are, `"channels_last"` or `"channels_first"`; the configured
            place by default.
        scale: stretch the values to 0 … 255; otherwise they must lie there already.
        dtype: type to compute in; floatx by default.

    Shapes: (H, W, C) with 1, 3 or 4 channels.

    Raises:
        ShapeError: the array has another shape.
    """
    data_format = config.checked_data_format(data_format)
    x = np.array(x, dtype=dtype or config.floatx())
    if x.ndim == 3 and data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if x.ndim != 3 or x.shape[2] not in (1, 3, 4):
        raise ShapeError(
            "`x` must be one image (height, width, channels) with 1, 3 or 4 channels. Received: "
            f"shape={x.shape}"
        )
    if scale:
        x = x - np.min(x)
        top = np.max(x)
        if top != 0:
            x /= top
        x *= 255
    if x.shape[2] == 1 and np.max(x) > 255:
        return pillow().fromarray(x[:, :, 0].astype("int32"))  # type: ignore[no-any-return]
    pixels = x.astype("uint8")
    return pillow().fromarray(pixels[:, :, 0] if x.shape[2] == 1 else pixels)  # type: ignore[no-any-return]


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array to a file as a picture.

    Args:
        path: the file, or something to write bytes to.
        x: one image; see `array_to_img`.
        data_format: see `array_to_img`.
        file_format: such as `"png"`; by default the ending of the file's name.
        scale: see `array_to_img`.
        kwargs: options of Pillow's `Image.save`.
    """
    if file_format is None and isinstance(path, (str, PathLike)):
        file_format = Path(path).suffix[1:]
    if file_format and file_format.lower() in ("jpg", "jpeg"):
        file_format = "jpeg"
    img = array_to_img(x, data_format, scale)
    if img.mode == "RGBA" and file_format == "jpeg":
        warnings.warn("JPEG has no transparency; the picture is written as RGB.", stacklevel=2)
        img = img.convert("RGB")
    img.save(path, format=file_format, **kwargs)
