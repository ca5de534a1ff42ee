"""The search for units and learning rate of the notes, which stop at `build_model`; on 10,000 rows.

The search itself follows keras-tuner's tutorial: Hyperband, early stopping, then one training of
the best model on all the rows.
"""

import argparse
import tempfile

import kerastuner as kt
import tensorflow as tf
from tensorflow.keras.layers import Dense, Flatten

parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=int, default=10000)
parser.add_argument("--max-epochs", type=int, default=9)
parser.add_argument("--directory", default=None)
options = parser.parse_args()

mnist = tf.keras.datasets.mnist
(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, y_train = x_train[: options.rows] / 255, y_train[: options.rows]
x_test = x_test / 255


def build_model(hp):
    """Build a network with the units and the learning rate that the search tries."""
    units = hp.Int("units", min_value=32, max_value=512, step=32)
    model = tf.keras.Sequential()
    model.add(Flatten(input_shape=(28, 28)))
    model.add(Dense(units=units, activation="relu"))
    model.add(Dense(10, activation="softmax"))

    learning_rate = hp.Choice("learning_rate", values=[1e-2, 1e-3, 1e-4])
    optim_fn = tf.keras.optimizers.Adam(learning_rate=learning_rate)
    model.compile(optimizer=optim_fn, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


tuner = kt.Hyperband(
    build_model,
    objective="val_accuracy",
    max_epochs=options.max_epochs,
    factor=3,
    seed=777,
    directory=options.directory or tempfile.mkdtemp(),
    project_name="notes",
)
tuner.search_space_summary()
stop_early = tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=5)
tuner.search(x_train, y_train, epochs=50, validation_split=0.1, callbacks=[stop_early], verbose=0)
tuner.results_summary(num_trials=3)

best = tuner.get_best_hyperparameters(num_trials=1)[0]
print(f"best: {best.get('units')} units, learning rate {best.get('learning_rate')}")
model = tuner.hypermodel.build(best)
model.fit(x_train, y_train, epochs=50, validation_split=0.1, callbacks=[stop_early], verbose=0)
print(f"test accuracy {model.evaluate(x_test, y_test, verbose=0)[1]:.4f}")
