"""Engine-wide settings: float type, fuzz factor, order of an image's axes, what NaN does."""

from __future__ import annotations

import os

from nnscratch.checks import check_number
from nnscratch.errors import unknown_name
from nnscratch.routine import changed

FLOAT_TYPES = ("float32", "float64")
NAN_POLICIES = ("raise", "keras")
DATA_FORMATS = ("channels_last", "channels_first")


class _Settings:
    """The current settings; one instance per process."""

    def __init__(self) -> None:
        self.floatx = "float32"
        self.epsilon = 1e-7
        self.image_data_format = "channels_last"
        self.nan_policy = "raise"


_settings = _Settings()


def floatx() -> str:
    """Return the default float type of weights and computations.

    >>> floatx()
    'float32'
    """
    return _settings.floatx


def set_floatx(value: str) -> None:
    """Set the default float type for everything built from now on.

    The environment variable `NNSCRATCH_FLOATX` sets it at import.

    Args:
        value: `"float32"` or `"float64"`.

    Raises:
        ValueError: `value` is something else.

    >>> set_floatx("float64"); floatx()
    'float64'
    >>> set_floatx("float32")
    """
    if value not in FLOAT_TYPES:
        raise unknown_name("floatx", value, FLOAT_TYPES)
    _settings.floatx = value


def epsilon() -> float:
    """Return the fuzz factor that keeps logarithms and quotients away from zero.

    >>> epsilon()
    1e-07
    """
    return _settings.epsilon


def set_epsilon(value: float) -> None:
    """Set the fuzz factor.

    Args:
        value: a small positive number.

    Raises:
        ValueError: `value` is not a positive finite number.

    >>> set_epsilon(1e-5); epsilon()
    1e-05
    >>> set_epsilon(1e-7)
    """
    check_number("epsilon", value, 0)
    if value == 0:
        raise ValueError(f"`epsilon` must be a positive finite number. Received: {value!r}")
    _settings.epsilon = float(value)
    changed()


def image_data_format() -> str:
    """Return the order of axes that images have where no `data_format` is given.

    >>> image_data_format()
    'channels_last'
    """
    return _settings.image_data_format


def set_image_data_format(data_format: str) -> None:
    """Set the order of an image's axes for the layers and functions that are told none.

    Args:
        data_format: `"channels_last"`, (N, H, W, C), or `"channels_first"`, (N, C, H, W).

    Raises:
        ValueError: it is something else.

    >>> set_image_data_format("channels_first"); checked_data_format(None)
    'channels_first'
    >>> set_image_data_format("channels_last")
    """
    if data_format not in DATA_FORMATS:
        raise unknown_name("`data_format`", data_format, DATA_FORMATS)
    _settings.image_data_format = data_format


def checked_data_format(data_format: str | None) -> str:
    """Return the order of an image's axes, the configured one for None.

    Raises:
        ValueError: it is neither `"channels_last"` nor `"channels_first"`.

    >>> checked_data_format(None)
    'channels_last'
    """
    if data_format is None:
        return _settings.image_data_format
    if data_format not in DATA_FORMATS:
        raise unknown_name("`data_format`", data_format, DATA_FORMATS)
    return data_format


def nan_policy() -> str:
    """Return what training does when a loss is not finite: `"raise"` or `"keras"`.

    >>> nan_policy()
    'raise'
    """
    return _settings.nan_policy


def set_nan_policy(value: str) -> None:
    """Set what training does when data or a loss is NaN or infinite.

    Args:
        value: `"raise"` stops before any weight changes, with an error that names the step and
            the first layer whose output was not finite; `"keras"` carries on as Keras does.

    Raises:
        ValueError: `value` is something else.

    >>> set_nan_policy("keras"); nan_policy()
    'keras'
    >>> set_nan_policy("raise")
    """
    if value not in NAN_POLICIES:
        raise unknown_name("nan_policy", value, NAN_POLICIES)
    _settings.nan_policy = value


if "NNSCRATCH_FLOATX" in os.environ:
    set_floatx(os.environ["NNSCRATCH_FLOATX"])
