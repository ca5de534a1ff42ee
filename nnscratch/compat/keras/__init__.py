"""What scripts use of `keras` beyond nnscratch's own names."""

from nnscratch.compat.versions import keras as __version__

__all__: list[str] = ["version"]


def version() -> str:
    """Return the version of Keras whose behaviour and numbers nnscratch gives.

    >>> version() == __version__
    True
    """
    return __version__
