"""Looking at a training step from outside: observers, the gradients kept, the order of rows."""

from __future__ import annotations

import numpy as np

from nnscratch import Input, Sequential, callbacks, layers, random


class Watcher(callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_begin(self, logs=None):
        self.model._trainer.step.observers.append(self)

    def before_step(self, stepper, batch):
        self.before = self.model.weights[0].numpy()

    def after_step(self, stepper, batch):
        cache, source = stepper.cache, stepper.source
        self.seen.append(
            {
                "rows": source.order[: len(batch)].copy(),
                "x": batch.inputs[0].copy(),
                "dz": cache.logit_grads[-1].copy(),
                "z": cache.child(0).held("z", (len(batch), 3)).copy(),
                "grad": stepper.variables[0].grad.copy(),
                "kernels": (self.before, self.model.weights[0].numpy()),
            }
        )


def trained(callback):
    random.set_random_seed(3)
    x = np.random.default_rng(0).random((8, 4)).astype("float32")
    y = np.arange(8) % 3
    model = Sequential([Input((4,)), layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=8, epochs=2, verbose=0, callbacks=[callback])
    return model, x, y


def test_an_observer_sees_the_numbers_of_the_step():
    watcher = Watcher()
    _, x, y = trained(watcher)
    assert len(watcher.seen) == 2
    first = watcher.seen[0]
    before, after = first["kernels"]
    np.testing.assert_array_equal(first["x"], x[first["rows"]])
    np.testing.assert_allclose(first["z"], first["x"] @ before, rtol=1e-5, atol=1e-6)
    e = np.exp(first["z"])
    wanted = (e / e.sum(axis=1, keepdims=True) - np.eye(3)[y[first["rows"]]]) / 8
    np.testing.assert_allclose(first["dz"], wanted, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(first["grad"], first["x"].T @ wanted, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(after, before - 0.01 * first["grad"], rtol=1e-5)


def test_observers_and_source_are_those_of_one_fit():
    watcher = Watcher()
    model, x, y = trained(watcher)
    assert model._trainer.step.source is None
    model.fit(x, y, verbose=0)
    assert len(watcher.seen) == 2
