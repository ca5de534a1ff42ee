"""Programs written for Keras, run by both engines: `programs.py floatx out.json seed seed ...`."""

import json
import sys

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers, regularizers
from tensorflow.keras.callbacks import Callback, EarlyStopping
from tensorflow.keras.layers import BatchNormalization, Dense, Dropout, Flatten, Input
from tensorflow.keras.models import Sequential
from tensorflow.keras.utils import to_categorical

floatx, out, *seeds = sys.argv[1:]
keras.backend.set_floatx(floatx)

rng = np.random.default_rng(7)
X = rng.normal(size=(150, 12)).astype(floatx)
labels = np.argmax(X[:, :4] + 0.3 * rng.normal(size=(150, 4)), axis=1)
onehot = to_categorical(labels, 4)
positive = (X.sum(axis=1) > 0).astype(floatx)
real = (X[:, 0] * X[:, 1] + 0.5 * X[:, 2]).astype(floatx)
QUIET = {"verbose": 0}


def result(model, history, *arrays):
    return {
        "history": history.history,
        "evaluate": np.ravel(model.evaluate(*arrays, **QUIET)).tolist(),
        "predict": model.predict(arrays[0][:9], **QUIET).tolist(),
        "weights": [w.tolist() for w in model.get_weights()],
        "names": [w.path for w in model.weights],
    }


def plain_sgd():
    model = Sequential()
    model.add(Flatten(input_shape=(3, 4)))
    model.add(Dense(16, activation="sigmoid"))
    model.add(Dense(8, activation="sigmoid"))
    model.add(Dense(4, activation="softmax"))
    loss = keras.losses.categorical_crossentropy
    model.compile(optimizer=keras.optimizers.SGD(), loss=loss, metrics=["accuracy"])
    images = X.reshape((-1, 3, 4))
    held_out = (images[100:], onehot[100:])
    history = model.fit(images[:100], onehot[:100], epochs=3, validation_data=held_out, **QUIET)
    return result(model, history, images, onehot)


def sparse_adam_split():
    model = Sequential([Dense(16, "relu", kernel_initializer="he_normal"), Dense(4, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    history = model.fit(X, labels, epochs=4, batch_size=16, validation_split=0.2, **QUIET)
    return result(model, history, X, labels)


def batchnorm_dropout_rmsprop():
    model = Sequential([Input((12,)), BatchNormalization(), Dropout(0.2), Dense(10, "sigmoid")])
    model.add(BatchNormalization())
    model.add(Dropout(0.5))
    model.add(Dense(4, activation="softmax"))
    model.compile(optimizer="RMSprop", loss="categorical_crossentropy", metrics=["acc"])
    history = model.fit(X, onehot, epochs=3, batch_size=20, **QUIET)
    return result(model, history, X, onehot)


class StopWhenEqual(Callback):
    def on_epoch_end(self, epoch, logs=None):
        if logs.get("accuracy") == logs.get("val_accuracy"):
            self.model.stop_training = True


def early_stopping_l2():
    model = Sequential([Input((12,))])
    model.add(Dense(16, kernel_initializer="he_normal", kernel_regularizer=regularizers.l2(0.01)))
    model.add(BatchNormalization())
    model.add(Dropout(0.2))
    model.add(Dense(16, activation="tanh", kernel_regularizer="l2"))
    model.add(Dense(4, activation="softmax"))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    stop = EarlyStopping(monitor="val_accuracy", patience=2, restore_best_weights=True)
    callbacks = [stop, StopWhenEqual()]
    history = model.fit(X, onehot, epochs=9, validation_split=0.3, callbacks=callbacks, **QUIET)
    return result(model, history, X, onehot)


def binary():
    model = tf.keras.models.Sequential(
        [layers.Dense(12, activation="relu", input_dim=12), layers.Dense(1, activation="sigmoid")]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    history = model.fit(X, positive, epochs=3, class_weight={0: 0.5, 1: 2.0}, **QUIET)
    return result(model, history, X, positive)


def logits():
    model = Sequential([layers.Input(shape=(12,)), Dense(9), layers.Activation("tanh"), Dense(4)])
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        tf.keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), loss, metrics=["accuracy"]
    )
    history = model.fit(X, labels, epochs=3, shuffle=False, **QUIET)
    found = result(model, history, X, labels)
    found["softmax"] = tf.nn.softmax(model(X[:3])).numpy().tolist()
    found["loss"] = [float(loss(labels[:5], model(X[:5])).numpy())]
    return found


def regression():
    normal = keras.initializers.RandomNormal(mean=0.0, stddev=0.3)
    model = Sequential([Input((12,)), Dense(8, "tanh", kernel_initializer=normal), Dense(1)])
    model.compile(loss="mse", optimizer=keras.optimizers.Adagrad(0.05), metrics=["mae"])
    history = model.fit(X, real, epochs=4, steps_per_epoch=5, batch_size=30, **QUIET)
    return result(model, history, X, real)


def root_mean_squared(y_true, y_pred):
    K = keras.backend
    return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1))


def validating_in_steps():
    model = Sequential([Input((12,)), Dense(6, "tanh"), Dense(1)])
    model.compile("adam", "huber", metrics=[root_mean_squared])
    options = {"validation_steps": 2, "validation_batch_size": 10, "validation_freq": 2}
    held_out = (X[100:], real[100:])
    history = model.fit(X[:100], real[:100], epochs=4, validation_data=held_out, **options, **QUIET)
    return result(model, history, X, real)


def dataset():
    model = Sequential([Input((12,)), Dense(6, "relu"), Dropout(0.1), Dense(4, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    data = tf.data.Dataset.from_tensor_slices((X, labels)).shuffle(40).batch(16).prefetch(1)
    history = model.fit(data, epochs=3, **QUIET)
    return result(model, history, X, labels)


def several_fits():
    model = Sequential([Input((12,)), Dense(6, "relu"), Dense(4, "softmax")])
    np.random.uniform()
    model.compile("adam", "categorical_crossentropy")
    model.fit(X, onehot, epochs=1, **QUIET)
    model.optimizer.learning_rate = 0.01
    model.fit(X[:70], onehot[:70], epochs=3, initial_epoch=1, batch_size=7, **QUIET)
    history = model.fit(X, onehot, epochs=1, shuffle="batch", **QUIET)
    return result(model, history, X, onehot)


PROGRAMS = [
    plain_sgd,
    sparse_adam_split,
    batchnorm_dropout_rmsprop,
    early_stopping_l2,
    binary,
    logits,
    regression,
    validating_in_steps,
    dataset,
    several_fits,
]

results = {}
for seed in map(int, seeds):
    for program in PROGRAMS:
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        results[f"{program.__name__}/{seed}"] = program()
with open(out, "w", encoding="utf-8") as file:
    json.dump(results, file)
