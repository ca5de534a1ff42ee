"""The three-layer network with batch normalization and he_normal weights."""

import argparse

import tensorflow as tf
from tensorflow.keras.datasets import mnist
from tensorflow.keras.layers import BatchNormalization, Dense, Flatten
from tensorflow.keras.losses import categorical_crossentropy
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD
from tensorflow.keras.utils import to_categorical

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--rows", type=int, default=60000)
options = parser.parse_args()

tf.keras.utils.set_random_seed(777)

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, y_train = x_train[: options.rows], y_train[: options.rows]
x_train = x_train.reshape((x_train.shape[0], 784)).astype("float32") / 255
x_test = x_test.reshape((x_test.shape[0], 784)).astype("float32") / 255
y_train = to_categorical(y_train, 10)
y_test = to_categorical(y_test, 10)

model = Sequential()
model.add(Flatten(input_shape=(784,)))
model.add(Dense(64, kernel_initializer="he_normal"))
model.add(BatchNormalization())
model.add(Dense(64, activation="relu"))
model.add(Dense(32, kernel_initializer="he_normal"))
model.add(BatchNormalization())
model.add(Dense(32, activation="relu"))
model.add(Dense(64, kernel_initializer="he_normal"))
model.add(BatchNormalization())
model.add(Dense(64, activation="relu"))
model.add(Dense(10, activation="softmax"))
model.compile(optimizer=SGD(), loss=categorical_crossentropy, metrics=["accuracy"])

history = model.fit(
    x_train,
    y_train,
    epochs=options.epochs,
    batch_size=100,
    validation_data=(x_test, y_test),
    verbose=2,
)
print(model.evaluate(x_test, y_test, verbose=0))
