"""Scripts with layers, models and steps of one's own."""

from __future__ import annotations

from typing import Any

from parity.data import binary, regression
from parity.scripts.area import Fit, script


@script("own-layer", "D13", quick=True)
def own_layer(keras: Any, fit: Fit) -> Any:
    """Build a network of a layer made of a product and a sum."""
    x, y = regression(150)
    ops = keras.ops

    class Linear(keras.layers.Layer):
        def __init__(self, units: int) -> None:
            super().__init__()
            self.units = units

        def build(self, input_shape: Any) -> None:
            shape = (input_shape[-1], self.units)
            self.w = self.add_weight(shape=shape, initializer="glorot_uniform", name="w")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs: Any) -> Any:
            return ops.matmul(inputs, self.w) + self.b

    class Block(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.outer = Linear(10), Linear(6)

        def call(self, inputs: Any) -> Any:
            return inputs + self.outer(ops.tanh(self.inner(inputs)))

    model = keras.Sequential([keras.Input((6,)), Block(), Linear(1)])
    model.compile(keras.optimizers.SGD(0.05, momentum=0.5), "mse")
    fit(model, x, y, epochs=6, batch_size=32)
    return {"predict": model.predict(x[:10], verbose=0)}


@script("own-model", "D24", quick=True)
def own_model(keras: Any, fit: Fit) -> Any:
    """Train a subclassed model that does one thing in training and another in inference."""
    x, y = binary(180)
    layers = keras.layers

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = [layers.Dense(10, "relu"), layers.Dense(8, "tanh")]
            self.norm, self.drop = layers.BatchNormalization(), layers.Dropout(0.3)
            self.out = layers.Dense(1, "sigmoid")

        def call(self, inputs: Any, training: bool = False) -> Any:
            h = inputs
            for layer in self.hidden:
                h = layer(h)
            if training:
                h = self.drop(1.1 * h, training=training)
            return self.out(self.norm(h, training=training))

    model = Net()
    model.build((None, 6))
    model(x[:2])  # Keras makes the weights here, nnscratch in build
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=5, batch_size=32, validation_split=0.3)
    return {"evaluate": model.evaluate(x, y, verbose=0)}


@script("own-loss", "D13")
def own_loss(keras: Any, fit: Fit) -> Any:
    """Add a term to the loss, and another from inside a layer."""
    x, y = regression(140)
    layers, ops = keras.layers, keras.ops

    class Small(layers.Layer):
        def call(self, inputs: Any) -> Any:
            self.add_loss(0.05 * ops.mean(ops.square(inputs)))
            return inputs

    class Extra(keras.Model):
        def compute_loss(
            self,
            x: Any = None,
            y: Any = None,
            y_pred: Any = None,
            sample_weight: Any = None,
            training: bool = True,
        ) -> Any:
            loss = super().compute_loss(x, y, y_pred, sample_weight, training)
            return loss + 0.1 * ops.mean(ops.abs(y_pred))

    start = keras.Input((6,))
    h = Small()(layers.Dense(9, "tanh", kernel_regularizer="l2")(start))
    model = Extra(start, layers.Dense(1)(h * 2.0 - 0.5))
    model.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
    fit(model, x, y, epochs=6, batch_size=28, validation_split=0.2)


@script("own-train-step", "D12")
def own_train_step(keras: Any, fit: Fit) -> Any:
    """Change what a step sees and what it says."""
    x, y = regression(120)
    layers = keras.layers

    class Flipped(keras.Sequential):
        def train_step(self, data: Any) -> Any:
            inputs, targets = data
            logs = dict(super().train_step((-inputs, targets)))
            logs["twice"] = 2.0 * logs["loss"]
            return logs

    model = Flipped([keras.Input((6,)), layers.Dense(8, "relu"), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    fit(model, x, y, epochs=5, batch_size=24)
