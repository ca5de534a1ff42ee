"""Boston housing: 506 suburbs of Boston in the 1970s and their median house value."""

from __future__ import annotations

from nnscratch.datasets.housing import Split, checked_split, read_rows, shuffled_and_split
from nnscratch.datasets.places import BASE

URL = f"{BASE}boston_housing.npz"
SHA256 = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"


def load_data(
    path: str = "boston_housing.npz", test_split: float = 0.2, seed: int | None = 113
) -> Split:
    """Return the suburbs, shuffled and split into training and test data.

    One of the 13 columns, "B", was computed from the share of black residents on the assumption
    that segregation raises prices. Use the data only to study such questions;
    `california_housing.load_data("small")` is of like size for everything else.

    The file is looked for in the folder that the environment variable `NNSCRATCH_DATASETS` names,
    then in Keras's cache; if it is in neither it is downloaded into that cache.

    Args:
        path: name of the file within those folders, or an absolute path.
        test_split: share of the rows for the test.
        seed: seed of the order in which the rows are put before they are split.

    Returns:
        `(x_train, y_train), (x_test, y_test)`.

    Shapes:
        x (n, 13), y (n,); 404 and 102 rows by default.

    Units: the targets are thousands of US dollars, of the 1970s.

    Raises:
        DatasetError: there is no such file and it cannot be downloaded, or it is another.
        ValueError: `test_split` is out of range.

    Source: D. Harrison and D. L. Rubinfeld (1978), "Hedonic housing prices and the demand for
    clean air", Journal of Environmental Economics and Management 5. Order and split are Keras's.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    >>> x_train.shape, x_test.shape  # doctest: +SKIP
    ((404, 13), (102, 13))
    """
    checked_split(test_split)
    x, y = read_rows(path, URL, "Boston housing", SHA256)
    return shuffled_and_split(x, y, test_split, seed)
