"""Batch normalization and dropout with RMSprop, 784-100-50-10, pixels divided to float64."""

import argparse

import tensorflow as tf
from tensorflow.keras.datasets.mnist import load_data
from tensorflow.keras.layers import BatchNormalization, Dense, Dropout, Flatten
from tensorflow.keras.models import Sequential
from tensorflow.keras.utils import to_categorical

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--rows", type=int, default=60000)
options = parser.parse_args()

tf.keras.utils.set_random_seed(777)

(x_train, y_train), (x_test, y_test) = load_data(path="mnist.npz")
x_train = (x_train.reshape((60000, 28 * 28)) / 255)[: options.rows]
x_test = (x_test.reshape((10000, 28 * 28))) / 255
y_train = to_categorical(y_train)[: options.rows]
y_test = to_categorical(y_test)

model = Sequential()
model.add(Flatten(input_shape=(784,)))
model.add(BatchNormalization())
model.add(Dropout(0.2))
model.add(Dense(100, activation="sigmoid"))
model.add(BatchNormalization())
model.add(Dropout(0.2))
model.add(Dense(50, activation="sigmoid"))
model.add(Dense(10, activation="softmax"))
model.compile(optimizer="RMSprop", loss="categorical_crossentropy", metrics=["acc"])

history = model.fit(
    x_train,
    y_train,
    epochs=options.epochs,
    batch_size=100,
    validation_data=(x_test, y_test),
    verbose=2,
)
model.evaluate(x_test, y_test, verbose=2)
print(history.history["acc"])
print(history.history["val_acc"])
