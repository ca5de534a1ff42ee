"""Small programs with layers, models and steps of one's own; Keras and nnscratch both run them.

Each takes the library, under the names that Keras and TensorFlow use, and returns what is compared:
numbers, names, printed tables.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

X = np.random.default_rng(5).normal(size=(40, 4)).astype("float32")
Y = np.random.default_rng(6).integers(0, 3, 40)
T = np.random.default_rng(7).normal(size=(40, 1)).astype("float32")
OPTIONS = {"epochs": 3, "batch_size": 16, "verbose": 0, "shuffle": False}


def _table(model: Any) -> str:
    lines: list[str] = []
    model.summary(line_length=100, print_fn=lines.append)
    return "\n".join(lines)


def _linear(keras: Any) -> Any:
    class Linear(keras.layers.Layer):
        def __init__(self, units: int = 3, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape: Any) -> None:
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True
            )
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, inputs: Any) -> Any:
            return keras.ops.matmul(inputs, self.w) + self.b

    return Linear


def linear_layer(keras: Any, tf: Any) -> dict[str, Any]:
    model = keras.Sequential([keras.Input((4,)), _linear(keras)(5), _linear(keras)(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(X, Y, **OPTIONS).history
    return {
        "paths": [w.path for w in model.weights],
        "history": history,
        "predict": model.predict(X[:5], verbose=0),
    }


def layers_within(keras: Any, tf: Any) -> dict[str, Any]:
    linear = _linear(keras)

    class Block(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = linear(6), linear(3)
            self.drop = keras.layers.Dropout(0.4, seed=3)

        def call(self, inputs: Any, training: Any = None) -> Any:
            h = keras.ops.relu(self.first(inputs))
            return self.second(self.drop(h, training=training))

    x = keras.Input((4,), name="x")
    model = keras.Model(x, keras.layers.Activation("softmax")(Block()(x)), name="net")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, Y, validation_data=(X[:9], Y[:9]), **OPTIONS).history
    return {"paths": [w.path for w in model.weights], "history": history, "table": _table(model)}


def _net(keras: Any) -> Any:
    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.blocks: Any = []
            self.out = keras.layers.Dense(3, activation="softmax")
            for _ in range(2):
                self.blocks.append(keras.layers.Dense(5, activation="tanh"))
            self.parts = {
                "drop": keras.layers.Dropout(0.3, seed=1),
                "norm": keras.layers.BatchNormalization(),
            }
            self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

        def call(self, inputs: Any, training: bool = False) -> Any:
            x = inputs
            for block in self.blocks:
                x = block(x)
            if training:
                x = x * 1.5
            x = self.parts["drop"](x, training=training)
            x = self.parts["norm"](x, training=training)
            return self.out(x * self.scale - 0.25)

    return Net


def subclassed_model(keras: Any, tf: Any) -> dict[str, Any]:
    model = _net(keras)()
    before = {"layers": [layer.name for layer in model.layers], "table before": _table(model)}
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, Y, validation_data=(X[:9], Y[:9]), **OPTIONS).history
    return {
        **before,
        "history": history,
        "paths": sorted(w.path for w in model.weights),
        "shapes": [list(w.shape) for w in model.weights],
        "table": _table(model),
        "evaluate": model.evaluate(X, Y, verbose=0),
        "predict": model.predict(X[:5], verbose=0),
        "metrics": model.metrics_names,
    }


def arithmetic_on_tensors(keras: Any, tf: Any) -> dict[str, Any]:
    ops = keras.ops
    x = keras.Input((4,), name="x")
    h = keras.layers.Dense(3, name="h")(x)
    g = keras.layers.Dense(3, name="g")(x)
    z = h * 2.0 + g
    z = -z / (1.0 + ops.exp(h)) - 0.5
    z = ops.concatenate([z, z[:, :1], g**2], axis=-1)
    z = ops.maximum(z, 0.1) + ops.abs(ops.tanh(z))
    y = keras.layers.Dense(1, name="y")(z)
    model = keras.Model(x, y, name="f")
    model.compile("sgd", "mse")
    return {
        "history": model.fit(X, T, **OPTIONS).history,
        "table": _table(model),
        "layers": [layer.name for layer in model.layers],
    }


def own_train_step(keras: Any, tf: Any) -> dict[str, Any]:
    class Own(keras.Model):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.tracker = keras.metrics.Mean(name="loss")
            self.mae = keras.metrics.MeanAbsoluteError(name="mae")

        def train_step(self, data: Any) -> Any:
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = tf.reduce_mean(tf.square(y - y_pred)) + 0.1 * tf.reduce_mean(tf.abs(y_pred))
            variables = self.trainable_variables
            gradients = tape.gradient(loss, variables)
            self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
            self.tracker.update_state(loss)
            self.mae.update_state(y, y_pred)
            return {"loss": self.tracker.result(), "mae": self.mae.result()}

        def test_step(self, data: Any) -> Any:
            x, y = data
            self.mae.update_state(y, self(x, training=False))
            return {"mae": self.mae.result()}

        @property
        def metrics(self) -> Any:
            return [self.tracker, self.mae]

    x = keras.Input((4,))
    h = keras.layers.Dense(6, "relu")(x)
    model = Own(x, keras.layers.Dense(1)(keras.layers.Dropout(0.2, seed=4)(h)))
    model.compile(optimizer="adam")
    history = model.fit(X, T, validation_data=(X[:8], T[:8]), **OPTIONS).history
    return {"history": history, "evaluate": model.evaluate(X, T, verbose=0, return_dict=True)}


def changed_logs(keras: Any, tf: Any) -> dict[str, Any]:
    class Changed(keras.Model):
        def train_step(self, data: Any) -> Any:
            logs = dict(super().train_step(data))
            logs["double"] = 2.0 * logs["loss"]
            return logs

    x = keras.Input((4,))
    model = Changed(x, keras.layers.Dense(3, "softmax")(x))
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return {"history": model.fit(X, Y, validation_split=0.25, **OPTIONS).history}


def own_compute_loss(keras: Any, tf: Any) -> dict[str, Any]:
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
            return loss + 0.3 * keras.ops.mean(keras.ops.square(y_pred))

    x = keras.Input((4,))
    h = keras.layers.Dense(5, "relu", kernel_regularizer="l2", activity_regularizer="l1")(x)
    model = Extra(x, keras.layers.Dense(3, "softmax")(h))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, Y, validation_split=0.2, **OPTIONS).history
    weighted = model.fit(X, Y, sample_weight=np.abs(X[:, 0]), **OPTIONS).history
    return {"history": history, "weighted": weighted}


def losses_of_layers(keras: Any, tf: Any) -> dict[str, Any]:
    class Sparse(keras.layers.Layer):
        def __init__(self, factor: float) -> None:
            super().__init__()
            self.factor = factor

        def call(self, inputs: Any) -> Any:
            self.add_loss(self.factor * keras.ops.mean(keras.ops.square(inputs)))
            return inputs

    class Outer(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(5, "tanh", kernel_regularizer="l1")
            self.sparse = Sparse(0.2)

        def call(self, inputs: Any) -> Any:
            return self.sparse(self.dense(inputs))

    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(1)(Sparse(0.1)(Outer()(x))))
    model.compile("sgd", "mse")
    history = model.fit(X, T, validation_data=(X[:8], T[:8]), **OPTIONS).history
    model(X[:4])
    return {"history": history, "losses": [float(loss) for loss in model.losses]}


def several_inputs(keras: Any, tf: Any) -> dict[str, Any]:
    class Pair(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = keras.layers.Dense(4, "relu"), keras.layers.Dense(4, "tanh")
            self.out = keras.layers.Dense(1)

        def call(self, inputs: Any) -> Any:
            joined = keras.ops.concatenate([self.a(inputs["u"]), self.b(inputs["v"])], axis=-1)
            return {"y": self.out(joined), "sum": keras.ops.sum(joined, axis=-1, keepdims=True)}

    model = Pair()
    model.compile("adam", {"y": "mse", "sum": "mae"}, loss_weights={"y": 1.0, "sum": 0.5})
    data = {"u": X[:, :2], "v": X[:, 1:]}
    history = model.fit(data, {"y": T, "sum": T * 2}, **OPTIONS).history
    found = model.predict(data, verbose=0)
    return {"history": history, "keys": sorted(found), "y": found["y"][:4]}


def own_loop(keras: Any, tf: Any) -> dict[str, Any]:
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(6, "relu", kernel_regularizer="l2"),
            keras.layers.Dropout(0.25, seed=9),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    optimizer = keras.optimizers.Adam(0.01)
    loss_fn = keras.losses.SparseCategoricalCrossentropy()
    found = []
    for start in range(0, 40, 10):
        with tf.GradientTape() as tape:
            y_pred = model(X[start : start + 10], training=True)
            loss = loss_fn(Y[start : start + 10], y_pred)
            loss += sum(model.losses)
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
        found.append(float(loss))
    return {"losses": found, "weights": [np.array(w) for w in model.get_weights()]}


def variables_by_hand(keras: Any, tf: Any) -> dict[str, Any]:
    w = tf.Variable(np.full((4, 1), 0.3, "float32"))
    b = tf.Variable([0.1])
    found = []
    for _ in range(5):
        with tf.GradientTape() as tape:
            y = tf.matmul(X, w) + b
            loss = tf.reduce_mean(tf.square(y - T))
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(0.1 * dw)
        b.assign_sub(0.1 * db)
        found.append(float(loss))
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        z = tf.reduce_sum(tf.sin(x) * x**2 + tf.exp(-x) / x)
        unused = x[0] * 2.0
    return {
        "losses": found,
        "w": np.array(w),
        "dz": np.array(tape.gradient(z, x)),
        "du": np.array(tape.gradient(unused, x)),
        "none": tape.gradient(z, w) is None,
    }


def noise_of_batch_size(keras: Any, tf: Any) -> dict[str, Any]:
    class Tiled(keras.layers.Layer):
        def call(self, inputs: Any) -> Any:
            rows, columns = keras.ops.shape(inputs)
            return inputs + keras.ops.reshape(
                keras.ops.arange(rows * columns, dtype="float32"), (rows, columns)
            )

    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(1)(0.01 * Tiled()(x)))
    model.compile("sgd", "mse")
    return {"history": model.fit(X, T, **OPTIONS).history, "shape": list(model.output_shape)}


def parents_call(keras: Any, tf: Any) -> dict[str, Any]:
    class Always(keras.layers.Dropout):
        def call(self, inputs: Any, training: Any = None) -> Any:
            return super().call(inputs, training=True)

    class Doubled(keras.layers.Dense):
        def call(self, inputs: Any, training: Any = None) -> Any:
            return 2.0 * super().call(inputs)

    model = keras.Sequential(
        [keras.Input((4,)), Doubled(5, "relu"), Always(0.5, seed=2), Doubled(1)]
    )
    model.compile("sgd", "mse")
    return {
        "history": model.fit(X, T, **OPTIONS).history,
        "predict": model.predict(X[:6], verbose=0),
        "table": _table(model),
    }


def frozen_mode(keras: Any, tf: Any) -> dict[str, Any]:
    base = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(5), keras.layers.BatchNormalization()]
    )
    base.trainable = False
    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(1)(base(x, training=False)))
    model.compile("sgd", "mse")
    history = model.fit(X, T, **OPTIONS).history
    return {"history": history, "mean": base.get_weights()[-2]}


def two_optimizers(keras: Any, tf: Any) -> dict[str, Any]:
    class Adversaries(keras.Model):
        def __init__(self, critic: Any, maker: Any) -> None:
            super().__init__()
            self.critic, self.maker = critic, maker
            self.c_loss = keras.metrics.Mean(name="c_loss")
            self.m_loss = keras.metrics.Mean(name="m_loss")

        def compile(self, c_optimizer: Any, m_optimizer: Any, loss_fn: Any) -> None:
            super().compile()
            self.c_optimizer, self.m_optimizer = c_optimizer, m_optimizer
            self.loss_fn = loss_fn

        @property
        def metrics(self) -> Any:
            return [self.c_loss, self.m_loss]

        def train_step(self, real: Any) -> Any:
            noise = tf.ones((tf.shape(real)[0], 2)) * 0.5
            labels = tf.concat(
                [tf.ones((tf.shape(real)[0], 1)), tf.zeros((tf.shape(real)[0], 1))], 0
            )
            with tf.GradientTape() as tape:
                both = tf.concat([self.maker(noise), real], axis=0)
                loss = self.loss_fn(labels, self.critic(both))
            weights = self.critic.trainable_weights
            gradients = tape.gradient(loss, weights)
            self.c_optimizer.apply_gradients(zip(gradients, weights, strict=True))
            with tf.GradientTape() as tape:
                made = self.critic(self.maker(noise))
                cheat = self.loss_fn(tf.zeros((tf.shape(real)[0], 1)), made)
            weights = self.maker.trainable_weights
            gradients = tape.gradient(cheat, weights)
            self.m_optimizer.apply_gradients(zip(gradients, weights, strict=True))
            self.c_loss.update_state(loss)
            self.m_loss.update_state(cheat)
            return {"c_loss": self.c_loss.result(), "m_loss": self.m_loss.result()}

    dense = keras.layers.Dense
    critic = keras.Sequential([keras.Input((4,)), dense(6, "relu"), dense(1)])
    maker = keras.Sequential([keras.Input((2,)), dense(5, "tanh"), dense(4)])
    model = Adversaries(critic, maker)
    model.compile(
        keras.optimizers.Adam(0.01),
        keras.optimizers.Adam(0.01),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    return {"history": model.fit(X, **OPTIONS).history}


def executions(keras: Any, tf: Any) -> dict[str, Any]:
    class Told(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.seen: Any = []

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            self.seen.append(["begin", batch])

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.seen.append(["end", batch, round(float(logs["loss"]), 4)])

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            self.seen.append(["test", batch])

        def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
            self.seen.append(["predict", batch, list(np.shape(logs["outputs"]))])

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=3)
    told = Told()
    options = {**OPTIONS, "batch_size": 5, "callbacks": [told]}
    history = model.fit(X, T, validation_data=(X, T), **options).history
    found = model.predict(X, batch_size=6, verbose=0, callbacks=[told])
    shuffled = model.fit(X, T, epochs=2, batch_size=5, verbose=0, shuffle=True).history
    return {
        "history": history,
        "told": told.seen,
        "shape": list(found.shape),
        "shuffled": shuffled,
        "weights": model.get_weights(),
    }


def connections(keras: Any, tf: Any) -> dict[str, Any]:
    layers = keras.layers
    u, v = keras.Input((3,), name="u"), keras.Input((3,), name="v")
    shared = layers.Dense(4, name="shared")
    inner = keras.Input((4,), name="inner")
    nested = keras.Model(
        inner, [layers.Dense(2, name="n0")(inner), layers.Dense(2, name="n1")(inner)], name="nested"
    )
    a, b = shared(u), shared(v)
    first, second = nested(a)
    third, _ = nested(b)
    joined = layers.Concatenate(name="joined")([first, second, third * 2.0, a[:, :1]])
    out = layers.Dense(1, name="out")(layers.Dropout(0.1, name="drop")(joined))
    model = keras.Model([u, v], [out, layers.Activation("relu", name="r")(first)], name="m")
    lines: list[str] = []
    model.summary(line_length=110, print_fn=lines.append, show_trainable=True, expand_nested=True)
    plain = keras.Model(u, layers.Dense(1, name="p")(layers.ReLU(name="q")(u)), name="plain")
    twice = layers.Dense(3, name="twice")
    again = keras.Model(u, twice(twice(u)), name="again")
    return {"tables": [_table(model), "\n".join(lines), _table(plain), _table(again)]}


def autoencoder(keras: Any, tf: Any) -> dict[str, Any]:
    ops = keras.ops

    class Sampling(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.seed_generator = keras.random.SeedGenerator(1337)

        def call(self, inputs: Any) -> Any:
            mean, log_var = inputs
            rows, columns = ops.shape(mean)[0], ops.shape(mean)[1]
            noise = keras.random.normal(shape=(rows, columns), seed=self.seed_generator)
            return mean + ops.exp(0.5 * log_var) * noise

    class Autoencoder(keras.Model):
        def __init__(self, encoder: Any, decoder: Any) -> None:
            super().__init__()
            self.encoder, self.decoder = encoder, decoder
            self.total = keras.metrics.Mean(name="loss")
            self.kl = keras.metrics.Mean(name="kl_loss")

        @property
        def metrics(self) -> Any:
            return [self.total, self.kl]

        def train_step(self, data: Any) -> Any:
            with tf.GradientTape() as tape:
                mean, log_var, z = self.encoder(data)
                again = self.decoder(z)
                error = ops.mean(ops.sum(ops.square(data - again), axis=1))
                kl = -0.5 * (1 + log_var - ops.square(mean) - ops.exp(log_var))
                kl = ops.mean(ops.sum(kl, axis=1))
                total = error + kl
            gradients = tape.gradient(total, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
            self.total.update_state(total)
            self.kl.update_state(kl)
            return {m.name: m.result() for m in self.metrics}

    x = keras.Input((4,))
    h = keras.layers.Dense(6, "relu")(x)
    mean, log_var = keras.layers.Dense(2, name="mean")(h), keras.layers.Dense(2, name="var")(h)
    encoder = keras.Model(x, [mean, log_var, Sampling()([mean, log_var])], name="encoder")
    decoder = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4)], name="decoder")
    model = Autoencoder(encoder, decoder)
    model.compile(optimizer=keras.optimizers.Adam(0.01))
    return {"history": model.fit(X, **OPTIONS).history, "table": _table(encoder)}


def written_operations(keras: Any, tf: Any) -> dict[str, Any]:
    ops = keras.ops
    x = keras.Input((4,), name="x")
    h = keras.layers.Dense(3, name="h")(x)
    z = ops.concatenate([h * 2.0, 1.0 - h[:, 1:], ops.relu(h)], axis=-1)
    z = ops.sum(ops.reshape(z, (-1, 4, 2)), axis=1) / ops.expand_dims(
        ops.mean(z, axis=-1) + 3.0, -1
    )
    model = keras.Model(x, ops.softmax(z), name="f")
    config = model.get_config()
    again = keras.Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    return {
        "layers": [part for part in config["layers"] if part["module"] != "keras.layers"],
        "outputs": config["output_layers"],
        "same": float(np.max(np.abs(model.predict(X, verbose=0) - again.predict(X, verbose=0)))),
    }


def weights_file(keras: Any, tf: Any) -> dict[str, Any]:
    import h5py

    model = _net(keras)()
    model(X[:3])
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "net.weights.h5")
        model.save_weights(path)
        names: list[str] = []
        with h5py.File(path) as file:
            file.visit(names.append)
        again = _net(keras)()
        again(X[:3])
        again.load_weights(path)
    same = np.max(np.abs(model.predict(X, verbose=0) - again.predict(X, verbose=0)))
    return {"names": sorted(names), "same": float(same)}


PROGRAMS = (
    *(autoencoder, written_operations, weights_file),
    connections,
    *(linear_layer, layers_within, subclassed_model, arithmetic_on_tensors, own_train_step),
    *(changed_logs, own_compute_loss, losses_of_layers, several_inputs, own_loop),
    *(variables_by_hand, noise_of_batch_size, parents_call, frozen_mode, two_optimizers),
    executions,
)


def run(program: Any, keras: Any, tf: Any) -> dict[str, Any]:
    """Run a program from fresh names and a fixed seed.

    Args:
        program: the program.
        keras: the library.
        tf: what stands for TensorFlow.
    """
    keras.utils.clear_session()
    keras.utils.set_random_seed(11)
    found: dict[str, Any] = program(keras, tf)
    return found
