"""Sparse crossentropy with from_logits=True on a network that ends in a softmax.

That is how the notes have it. Keras notices the softmax and computes from what went into it. The
pixels are not divided by 255, as in the notes.
"""

import argparse

import tensorflow as tf
from tensorflow.keras.layers import Conv2D, Dense, Flatten, MaxPooling2D  # noqa: F401

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--rows", type=int, default=60000)
options = parser.parse_args()

tf.keras.utils.set_random_seed(777)

mnist = tf.keras.datasets.mnist
(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, y_train = x_train[: options.rows], y_train[: options.rows]

model = tf.keras.Sequential()
model.add(Flatten(input_shape=(28, 28)))
model.add(Dense(16, activation="relu"))
model.add(Dense(10, activation="softmax"))
model.summary()

loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer="adam", loss=loss_fn, metrics=["accuracy"])
model.fit(x_train, y_train, epochs=options.epochs, verbose=2)

print(tf.nn.softmax(model(x_test[0:1])).numpy().round(4))
print([tuple(weight.shape) for weight in model.weights])
print(model.weights[0].shape)
