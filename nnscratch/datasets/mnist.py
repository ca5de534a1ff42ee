"""MNIST: 70,000 handwritten digits of 28×28 grey values."""

from __future__ import annotations

from nnscratch.datasets.archive import Fingerprint, read_arrays
from nnscratch.datasets.places import BASE, located, way_out
from nnscratch.typing import Array

URL = f"{BASE}mnist.npz"

EXPECTED = {
    "x_train": Fingerprint(
        (60000, 28, 28), "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757"
    ),
    "y_train": Fingerprint(
        (60000,), "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13"
    ),
    "x_test": Fingerprint(
        (10000, 28, 28), "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161"
    ),
    "y_test": Fingerprint(
        (10000,), "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"
    ),
}


def load_data(
    path: str = "mnist.npz",
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Return MNIST's 60,000 training and 10,000 test digits.

    The file is looked for in the folder that the environment variable `NNSCRATCH_DATASETS` names,
    then in Keras's cache (`datasets` in `$KERAS_HOME`, or in `~/.keras`); if it is in neither it
    is downloaded into that cache, where Keras finds it as well. Whatever its origin, the arrays
    are used only if their content is MNIST's, byte for byte.

    MNIST is by Y. LeCun, C. Cortes and C. Burges, derived from the NIST sets, under the licence
    CC BY-SA 3.0.

    Args:
        path: name of the file within those folders, or an absolute path.

    Returns:
        `(x_train, y_train), (x_test, y_test)`.

    Shapes:
        x_train (60000, 28, 28), y_train (60000,), x_test (10000, 28, 28), y_test (10000,); all
        uint8, grey values from 0 (background) to 255, labels from 0 to 9.

    Raises:
        DatasetError: there is no such file and it cannot be downloaded, or a file of this name
            does not hold MNIST.

    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), "Gradient-based learning applied to
    document recognition", Proceedings of the IEEE 86(11).

    >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
    >>> x_train.shape, x_test.shape  # doctest: +SKIP
    ((60000, 28, 28), (10000, 28, 28))
    """
    file = located(path, URL, "MNIST", lambda part: read_arrays(part, EXPECTED, "Try again."))
    arrays = read_arrays(file, EXPECTED, way_out("MNIST", file))
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
