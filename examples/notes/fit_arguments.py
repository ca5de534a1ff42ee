"""The arguments of fit, one after the other, and a callback of one's own.

The notes' workers and use_multiprocessing are gone in Keras 3. Generators have scripts of their
own.
"""

import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(777)

rng = np.random.default_rng(0)
x = rng.normal(size=(300, 10)).astype("float32")
y = (x.sum(axis=1) > 1).astype("int32")
x_val, y_val = x[200:], y[200:]
x, y = x[:200], y[:200]


class MyCallback(tf.keras.callbacks.Callback):
    """Says when it is called, and with what."""

    def on_train_end(self, logs=None):
        """After the last epoch."""
        print("train end:", sorted(logs.keys()))

    def on_epoch_end(self, epoch, logs=None):
        """After every epoch."""
        print("epoch", epoch, "end:", sorted(logs.keys()))

    def on_predict_end(self, logs=None):
        """After a prediction."""
        print("predict end")


def train(title, data=x, labels=y, **arguments):
    """Train the same small network with the arguments given."""
    model = tf.keras.Sequential([tf.keras.layers.Input((10,)), tf.keras.layers.Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(data, labels, **{"epochs": 2, "batch_size": 10, "verbose": 0, **arguments})
    numbers = {name: [round(v, 4) for v in values] for name, values in history.history.items()}
    print(f"{title}: {numbers}")
    return model


train("arrays")
train("tensors", tf.constant(x), tf.constant(y))
train("batch_size", batch_size=50)
train("epochs", epochs=3)
train("steps_per_epoch", steps_per_epoch=20)
train("verbose", verbose=2)
train("validation_data", validation_data=(x_val, y_val))
train("validation_split", validation_split=0.25)
train("validation_freq", validation_data=(x_val, y_val), validation_freq=2)
train("shuffle", shuffle=False)
validating = {"validation_data": (x_val, y_val), "validation_batch_size": 25}
train("validation_batch_size and validation_steps", **validating, validation_steps=2)
train("class_weight", class_weight={0: 0.5, 1: 1.0})
model = train("callbacks", callbacks=[MyCallback()])
print(model.predict(x_val[:2], verbose=0, callbacks=[MyCallback()]).round(4))
