"""The 8×8 digits: 1,797 small handwritten digits that come with the package."""

from __future__ import annotations

import numpy as np

from nnscratch.typing import Array, IntArray

COUNT = 1797


def load_data(
    test_size: int | float = 360,
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return the 1,797 digits, split into training and test data that hold all classes alike.

    The split uses no random numbers, so it is the same everywhere and for ever. Each class c with
    n_c digits gives t_c of them to the test data, evenly spread over its n_c in the order of the
    file: number ⌊(k + ½)·n_c / t_c⌋ for k = 0 … t_c − 1. The t_c are test_size·n_c / 1797 rounded
    down, and the classes with the largest remainders (the smaller class first where they tie) get
    one more until they add up. Both parts keep the order of the file.

    The digits are the test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and
    C. Kaynak, UCI Machine Learning Repository, under the licence CC BY 4.0; see
    `nnscratch/datasets/NOTICE`.

    Args:
        test_size: how many digits the test data has, an integer from 10 to 1787; or their share
            of all digits, a float between 0 and 1.

    Returns:
        `(x_train, y_train), (x_test, y_test)`.

    Shapes:
        x (n, 8, 8) uint8, the count of dark pixels from 0 to 16 in each cell; y (n,) uint8, the
        labels from 0 to 9.

    Raises:
        ValueError: `test_size` is out of range.

    Source: E. Alpaydin and C. Kaynak (1998), "Cascading classifiers", Kybernetika 34(4);
    https://doi.org/10.24432/C50P49.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape, int(x_train.max())
    ((1437, 8, 8), (360, 8, 8), 16)
    """
    from importlib import resources

    file = resources.files("nnscratch.datasets").joinpath("digits.npz")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        x, y = archive["x"], archive["y"]
    test = _test_rows(y, _test_count(test_size))
    return (x[~test], y[~test]), (x[test], y[test])


def _test_count(test_size: int | float) -> int:
    """Return the number of test digits that `test_size` asks for."""
    if isinstance(test_size, float) and 0 < test_size < 1:
        count = round(test_size * COUNT)
    elif isinstance(test_size, (int, np.integer)) and not isinstance(test_size, bool):
        count = int(test_size)
    else:
        count = 0
    if not 10 <= count <= COUNT - 10:
        raise ValueError(
            "`test_size` must be a number of digits from 10 to 1787, or a share of them as a "
            f"float between 0.006 and 0.994. Received: {test_size!r}"
        )
    return count


def _test_rows(y: IntArray, count: int) -> Array:
    """Return a mask over `y` that is true for the `count` rows of the test data."""
    sizes = np.bincount(y)
    shares, remainders = np.divmod(count * sizes, len(y))
    largest_first = np.argsort(-remainders, kind="stable")
    shares[largest_first[: count - int(shares.sum())]] += 1
    test = np.zeros(len(y), dtype=bool)
    for label, share in enumerate(shares):
        rows = np.flatnonzero(y == label)
        test[rows[(2 * np.arange(share) + 1) * len(rows) // (2 * share)]] = True
    return test
