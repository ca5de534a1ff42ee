"""Fashion-MNIST: 70,000 pictures of clothing in MNIST's size, number and form."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from nnscratch.datasets.archive import check_file
from nnscratch.datasets.places import BASE, located, way_out
from nnscratch.typing import Array

URL = BASE
FOLDER = "fashion-mnist"
SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
    ),
    "train-labels-idx1-ubyte.gz": (
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
    ),
}
CLASSES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
"""What the labels 0 to 9 mean."""


def load_data() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return Fashion-MNIST's 60,000 training and 10,000 test pictures.

    The four files are looked for in the folder `fashion-mnist` within the folder that the
    environment variable `NNSCRATCH_DATASETS` names, then within Keras's cache (`datasets` in
    `$KERAS_HOME`, or in `~/.keras`); what is in neither is downloaded into that cache. Each file
    is used only if its SHA-256 is right.

    Fashion-MNIST is by Zalando SE, under the MIT licence.

    Returns:
        `(x_train, y_train), (x_test, y_test)`.

    Shapes:
        x_train (60000, 28, 28), y_train (60000,), x_test (10000, 28, 28), y_test (10000,); all
        uint8, grey values from 0 (background) to 255, labels from 0 to 9 (`CLASSES`).

    Raises:
        DatasetError: a file is not there and cannot be downloaded, or is another.

    Source: H. Xiao, K. Rasul, R. Vollgraf (2017), "Fashion-MNIST: a novel image dataset for
    benchmarking machine learning algorithms", arXiv:1708.07747.

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    >>> x_train.shape, x_test.shape  # doctest: +SKIP
    ((60000, 28, 28), (10000, 28, 28))
    """
    x_train, y_train, x_test, y_test = (_read(name) for name in SHA256)
    return (x_train, y_train), (x_test, y_test)


def _read(name: str) -> Array:
    """Return the array in a file of the IDX format: magic number, sizes, bytes."""

    def check(part: Path) -> None:
        check_file(part, SHA256[name], "Try again.")

    file = located(name, URL + name, "Fashion-MNIST", check, FOLDER)
    check_file(file, SHA256[name], way_out("Fashion-MNIST", file, FOLDER))
    with gzip.open(file) as stream:
        content = stream.read()
    rank = content[3]
    sizes = np.frombuffer(content, ">u4", rank, offset=4)
    return np.array(np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(sizes))
