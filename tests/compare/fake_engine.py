"""An engine of one weight, w <- w - rate * (w - target), with as much of Keras as a script needs.

The environment variables OFFSET (added to the first weight), RATE and RATE_FROM_STEP make it differ
from another run of itself.
"""

from __future__ import annotations

import os
from types import SimpleNamespace

import numpy as np

__version__ = "1.0"
_floatx = ["float32"]
config = SimpleNamespace(
    floatx=lambda: _floatx[0], set_floatx=lambda value: _floatx.__setitem__(0, value)
)


class Callback:
    model = None

    def on_train_begin(self, logs=None):
        pass

    def on_epoch_begin(self, epoch, logs=None):
        pass

    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_train_batch_end(self, batch, logs=None):
        pass


class CallbackList(list):
    pass


callbacks = SimpleNamespace(Callback=Callback, CallbackList=CallbackList)


class Variable:
    def __init__(self, path, value):
        self.path = path
        self.value = np.array(value, config.floatx())

    def __array__(self, dtype=None, copy=None):
        return self.value if dtype is None else self.value.astype(dtype)


class Model:
    name = "model"
    layers = ()

    def __init__(self):
        offset = float(os.environ.get("OFFSET", "0"))
        self.weights = [Variable("model/dense/kernel", [1.0 + offset, 2.0])]
        slot = Variable("sgd/model_dense_kernel_momentum", [0.0, 0.0])
        self.optimizer = SimpleNamespace(variables=[slot])

    def fit(self, target, epochs=1, steps=4, callbacks=None, verbose=1):
        history = SimpleNamespace(epoch=[], history={"loss": []})
        told = callbacks if isinstance(callbacks, list) else [callbacks]
        for callback in told:
            callback.model = self
            callback.on_train_begin()
        kernel, done = self.weights[0].value, 0
        for epoch in range(epochs):
            for callback in told:
                callback.on_epoch_begin(epoch)
            for step in range(steps):
                done += 1
                late = done >= int(os.environ.get("RATE_FROM_STEP", "1"))
                rate = float(os.environ.get("RATE", "0.1")) if late else 0.1
                error = kernel - np.asarray(target, kernel.dtype)
                loss = float(np.sum(error**2))
                self.optimizer.variables[0].value[...] = error
                kernel -= kernel.dtype.type(rate) * error
                for callback in told:
                    callback.on_train_batch_end(step, {"loss": loss})
            history.epoch.append(epoch)
            history.history["loss"].append(loss)
            for callback in told:
                callback.on_epoch_end(epoch, {"loss": loss})
            if verbose:
                print(f"{steps}/{steps} - 1s - loss: {loss:.4f}")
        self.evaluate(target)  # Keras evaluates inside of fit as well; it is no result of its own
        return history

    def evaluate(self, target):
        return [float(np.sum((self.weights[0].value - np.asarray(target)) ** 2)), 0.5]

    def predict(self, rows):
        return np.ones((rows, 1)) * self.weights[0].value

    def train_on_batch(self, target):
        return {"loss": self.evaluate(target)[0]}

    def test_on_batch(self, target):
        return self.evaluate(target)[0]

    predict_on_batch = predict
