"""California housing: 20,640 block groups of the census of 1990 and their median house value."""

from __future__ import annotations

from nnscratch.datasets.housing import Split, checked_split, read_rows, shuffled_and_split
from nnscratch.datasets.places import BASE
from nnscratch.errors import unknown_name

URL = f"{BASE}california_housing.npz"
SHA256 = "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"
SMALL = 600
"""Rows of the small version: the first of the file."""


def load_data(
    version: str = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int | None = 113,
) -> Split:
    """Return the block groups, shuffled and split into training and test data.

    The columns are MedInc (median income), HouseAge, AveRooms, AveBedrms, Population, AveOccup,
    Latitude and Longitude; the target is the median house value of the block group. The columns
    differ in scale by four orders of magnitude: scale them, with numbers from the training rows.

    The file is looked for in the folder that the environment variable `NNSCRATCH_DATASETS` names,
    then in Keras's cache; if it is in neither it is downloaded into that cache.

    Args:
        version: `"large"`, all rows, or `"small"`, the first 600.
        path: name of the file within those folders, or an absolute path.
        test_split: share of the rows for the test.
        seed: seed of the order in which the rows are put before they are split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`.

    Shapes:
        x (n, 8), y (n,); 16,512 and 4,128 rows by default.

    Units: the targets are US dollars, of 1990.

    Raises:
        DatasetError: there is no such file and it cannot be downloaded, or it is another.
        ValueError: `version` is unknown or `test_split` out of range.

    Source: R. K. Pace and R. Barry (1997), "Sparse spatial autoregressions", Statistics and
    Probability Letters 33(3). Order and split are Keras's.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    >>> x_train.shape, x_test.shape  # doctest: +SKIP
    ((16512, 8), (4128, 8))
    """
    if version not in ("small", "large"):
        raise unknown_name("`version`", version, ["small", "large"])
    checked_split(test_split)
    x, y = read_rows(path, URL, "California housing", SHA256)
    if version == "small":
        x, y = x[:SMALL], y[:SMALL]
    return shuffled_and_split(x, y, test_split, seed)
