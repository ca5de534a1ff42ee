"""Early stopping, L2 weight decay, and a callback that stops when the accuracies meet."""

import argparse

import tensorflow as tf
from tensorflow.keras.callbacks import Callback, EarlyStopping
from tensorflow.keras.datasets import mnist
from tensorflow.keras.layers import BatchNormalization, Dense, Dropout, Flatten
from tensorflow.keras.losses import categorical_crossentropy
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD
from tensorflow.keras.regularizers import l2
from tensorflow.keras.utils import to_categorical

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--rows", type=int, default=60000)
options = parser.parse_args()
tf.keras.utils.set_random_seed(777)

(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, y_train = x_train[: options.rows], to_categorical(y_train[: options.rows], 10)
x_train = x_train.reshape((x_train.shape[0], 784)).astype("float32") / 255
x_test = x_test.reshape((x_test.shape[0], 784)).astype("float32") / 255
y_test = to_categorical(y_test, 10)


class CustomStopCallback(Callback):
    """Stops when training and validation accuracy are the same."""

    def on_epoch_end(self, epoch, logs=None):
        """Compare the two after every epoch."""
        if logs.get("accuracy") == logs.get("val_accuracy"):
            print(f"Epoch {epoch + 1}: both accuracies are the same. Stopping training.")
            self.model.stop_training = True


model = Sequential()
model.add(Flatten(input_shape=(784,)))
model.add(Dense(64, kernel_initializer="he_normal", kernel_regularizer=l2(0.01)))
model.add(BatchNormalization())
model.add(Dropout(0.2))
model.add(Dense(64, activation="relu"))
model.add(Dense(32, kernel_initializer="he_normal", kernel_regularizer=l2(0.01)))
model.add(BatchNormalization())
model.add(Dense(32, activation="relu"))
model.add(Dense(64, kernel_initializer="he_normal", kernel_regularizer=l2(0.01)))
model.add(BatchNormalization())
model.add(Dense(64, activation="relu"))
model.add(Dense(10, activation="softmax"))
model.compile(optimizer=SGD(), loss=categorical_crossentropy, metrics=["accuracy"])

early_stopping = EarlyStopping(monitor="val_accuracy", patience=10, restore_best_weights=True)
callbacks = [early_stopping, CustomStopCallback()]
arguments = {"epochs": options.epochs, "batch_size": 100, "verbose": 2, "callbacks": callbacks}
history = model.fit(x_train, y_train, validation_data=(x_test, y_test), **arguments)
test_loss, test_acc = model.evaluate(x_test, y_test, verbose=0)
print(f"Test Loss: {test_loss:.4f}, Test Accuracy: {test_acc:.4f}")
