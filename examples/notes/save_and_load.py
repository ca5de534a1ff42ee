"""The network with weight decay: best weights restored, saved to an .h5 file, loaded, plotted."""

import argparse
import os
import tempfile

import matplotlib
import numpy as np
import tensorflow as tf
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.datasets import mnist
from tensorflow.keras.layers import Activation, BatchNormalization, Dense, Dropout, Flatten
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.regularizers import l2
from tensorflow.keras.utils import to_categorical

matplotlib.use("Agg")
import matplotlib.pyplot as plt

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--rows", type=int, default=60000)
options = parser.parse_args()
tf.keras.utils.set_random_seed(777)

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train = x_train[: options.rows].reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255
y_train, y_test = to_categorical(y_train[: options.rows], 10), to_categorical(y_test, 10)

model = Sequential([Flatten(input_shape=(784,))])
for units in (64, 32):
    model.add(Dense(units, kernel_initializer="he_normal", kernel_regularizer=l2(0.01)))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(Dropout(0.2))
model.add(Dense(10, activation="softmax"))
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
stop = EarlyStopping(monitor="val_accuracy", patience=10, restore_best_weights=True)
data = {"validation_data": (x_test, y_test), "batch_size": 100}
history = model.fit(x_train, y_train, epochs=options.epochs, callbacks=[stop], verbose=2, **data)

folder = tempfile.mkdtemp()
model.save(os.path.join(folder, "model7.h5"))
new_model = load_model(os.path.join(folder, "model7.h5"))
print(new_model.evaluate(x_test, y_test, verbose=0), model.evaluate(x_test, y_test, verbose=0))

x = np.arange(len(history.history["accuracy"]))
plt.figure(figsize=(8, 6))
plt.plot(x, history.history["accuracy"], label="Train Accuracy")
plt.plot(x, history.history["val_accuracy"], label="Test Accuracy", linestyle="--")
plt.ylim(0.8, 1.0)
plt.legend(loc="lower right")
plt.savefig(os.path.join(folder, "accuracy.png"))
print(sorted(os.listdir(folder)))
