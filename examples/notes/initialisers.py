"""Four ways to start the weights of the same network: he_normal, glorot_uniform, normal, zeros.

With zeros all units of a layer stay equal for ever, and the network learns next to nothing.
"""

import argparse

import tensorflow as tf
from tensorflow.keras import initializers
from tensorflow.keras.datasets import mnist
from tensorflow.keras.layers import Dense, Flatten
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD
from tensorflow.keras.utils import to_categorical

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=2)
parser.add_argument("--rows", type=int, default=60000)
options = parser.parse_args()

tf.keras.utils.set_random_seed(777)  # the initializer object below draws its seed when it is made

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, y_train = x_train[: options.rows], y_train[: options.rows]
x_train = x_train.reshape((x_train.shape[0], 784)).astype("float32") / 255
x_test = x_test.reshape((x_test.shape[0], 784)).astype("float32") / 255
y_train = to_categorical(y_train, 10)
y_test = to_categorical(y_test, 10)

choices = {
    "he_normal": "he_normal",
    "glorot_uniform": "glorot_uniform",
    "RandomNormal": initializers.RandomNormal(mean=0.0, stddev=0.05),
    "zeros": "zeros",
}

for name, initializer in choices.items():
    tf.keras.utils.set_random_seed(777)
    model = Sequential()
    model.add(Flatten(input_shape=(784,)))
    model.add(Dense(64, activation="relu", kernel_initializer=initializer))
    model.add(Dense(32, activation="relu", kernel_initializer=initializer))
    model.add(Dense(64, activation="relu", kernel_initializer=initializer))
    model.add(Dense(10, activation="softmax", kernel_initializer=initializer))
    model.compile(optimizer=SGD(), loss="categorical_crossentropy", metrics=["accuracy"])
    spread = model.layers[1].get_weights()[0].std()
    model.fit(x_train, y_train, epochs=options.epochs, batch_size=100, verbose=0)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"{name:15} std {spread:.4f}  test loss {loss:.4f}  test accuracy {accuracy:.4f}")
