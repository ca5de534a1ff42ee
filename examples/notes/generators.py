"""Training from a generator that yields batches, and from a PyDataset; a PyDataset to validate."""

import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(777)

rng = np.random.default_rng(0)
x = rng.normal(size=(400, 10)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int32")


def batches(first, last, size):
    """Yield the rows from first to last over and over, a few at a time."""
    while True:
        for start in range(first, last, size):
            yield x[start : start + size], y[start : start + size]


class Rows(tf.keras.utils.PyDataset):
    """The rows from first to last, by number of the batch."""

    def __init__(self, first, last):
        """Take note of the rows."""
        super().__init__()
        self.first, self.last = first, last

    def __len__(self):
        """Return the number of batches."""
        return (self.last - self.first) // 50

    def __getitem__(self, index):
        """Return one batch."""
        start = self.first + 50 * index
        return x[start : start + 50], y[start : start + 50]


def network():
    """Return a small classifier."""
    model = tf.keras.Sequential(
        [tf.keras.layers.Input((10,)), tf.keras.layers.Dense(2, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


for title, data, arguments in (
    ("generator", batches(0, 300, 50), {"steps_per_epoch": 6}),
    ("dataset", Rows(0, 300), {"shuffle": False}),
):
    checked = Rows(300, 400)
    history = network().fit(data, epochs=3, validation_data=checked, verbose=0, **arguments)
    for name, values in sorted(history.history.items()):
        print(title, name, [round(value, 4) for value in values])
