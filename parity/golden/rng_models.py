"""Models, training runs and sample orders of Keras, for `make_rng.py`."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf


def make_layer(name, arguments):
    """A layer, or an `Input`; lists become tuples."""
    arguments = {k: tuple(v) if isinstance(v, list) else v for k, v in arguments.items()}
    return keras.Input(**arguments) if name == "Input" else getattr(keras.layers, name)(**arguments)


def build(spec):
    """Return the model and its layers with their names, in order of construction."""
    if "layers" in spec:
        layers = [make_layer(name, arguments) for name, arguments in spec["layers"]]
        named = [
            (f"{i:02d}_{name}", layers[i])
            for i, (name, _) in enumerate(spec["layers"])
            if name != "Input"
        ]
        return keras.Sequential(layers), named
    tensors = {name: keras.Input(tuple(shape)) for name, shape in spec["inputs"]}
    inputs = list(tensors.values())
    layers = {name: make_layer(kind, arguments) for name, kind, arguments in spec["construct"]}
    for name, arguments in spec["calls"]:
        given = [tensors[argument] for argument in arguments]
        tensors[name] = layers[name](given if len(given) > 1 else given[0])
    return keras.Model(inputs, [tensors[name] for name in spec["outputs"]]), list(layers.items())


def variables(named):
    """All variables and seed states by `<layer>.<position>`."""
    found = {}
    for name, layer in named:
        for i, weight in enumerate(layer.weights):
            found[f"{name}.{i}"] = weight.numpy()
        generator = getattr(layer, "seed_generator", None)
        if generator is not None:
            found[f"{name}.seed_state"] = generator.state.numpy()
    return found


class Scale(keras.layers.Layer):
    """x * w, so that w's gradient under a sum is x."""

    def __init__(self, shape):
        """Keep the shape of w."""
        super().__init__()
        self.scale_shape = shape

    def build(self, input_shape):
        """Make w."""
        self.w = self.add_weight(shape=self.scale_shape, initializer="zeros", name="w")
        self.built = True

    def call(self, x):
        """Multiply."""
        return x * self.w


def fit_noise(case):
    """The value of layer(ones) in every training step, read off the gradient."""
    keras.utils.set_random_seed(case["seed"])
    noise = make_layer(*case["layer"])
    batch, units = case["batch"], case["units"]
    scale = Scale((batch, units))
    inputs = keras.Input((units,))
    model = keras.Model(inputs, scale(noise(inputs)))
    model.compile(
        keras.optimizers.SGD(1.0),
        loss=lambda y, q: tf.reduce_sum(q, axis=-1) * float(batch),
        jit_compile=case["jit_compile"],
    )
    seen, state = [], []

    class Hook(keras.callbacks.Callback):
        """Reads the noise after each step."""

        def on_train_batch_begin(self, batch, logs=None):
            """Start from w = 0."""
            scale.w.assign(np.zeros(scale.w.shape))

        def on_train_batch_end(self, batch, logs=None):
            """SGD(1) has made w the negative gradient."""
            seen.append(0.0 - scale.w.numpy())
            state.append(noise.seed_generator.state.numpy())

    x = np.ones((batch * case["batches"], units), case["floatx"])
    quiet = {"batch_size": batch, "verbose": 0}
    start = noise.seed_generator.state.numpy()
    model.fit(x, x, epochs=case["epochs"], callbacks=[Hook()], **quiet)
    model.evaluate(x, x, **quiet)
    model.predict(x, **quiet)
    after = noise.seed_generator.state.numpy()
    model.fit(x, x, epochs=1, callbacks=[Hook()], **quiet)
    return {
        "values": np.stack(seen),
        "state_before": start,
        "state_after_each_step": np.stack(state),
        "state_after_fit_evaluate_predict": after,
        "jit_resolved": np.array(bool(model.jit_compile)),
    }


def shuffle_order(case):
    """The order of the samples in each epoch."""
    rows, epochs = [], []

    class Recorder(keras.layers.Layer):
        """Notes the rows that pass."""

        def call(self, x, training=False):
            """Note, and hand on."""
            if training:
                tf.py_function(lambda v: rows.append(v.numpy()[:, 0].astype(np.int32)), [x], [])
            return x

    class Hook(keras.callbacks.Callback):
        """Collects an epoch."""

        def on_epoch_begin(self, epoch, logs=None):
            """Forget what was noted."""
            rows.clear()

        def on_epoch_end(self, epoch, logs=None):
            """Keep the epoch."""
            epochs.append(np.concatenate(rows))

    keras.utils.set_random_seed(case["seed"])
    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Dense(1)(Recorder()(inputs)))
    model.compile("sgd", "mse", jit_compile=False)
    x = np.arange(case["n"], dtype="float32")[:, None]
    options = {
        key: case[key]
        for key in ("batch_size", "epochs", "shuffle", "validation_split", "steps_per_epoch")
        if key in case
    }
    for _ in range(case["fits"]):
        model.fit(x, x * 0, verbose=0, callbacks=[Hook()], **options)
    return {"order": np.stack(epochs)}


def training_data(case):
    """Uniform features and classes that depend on pairs of them."""
    shape, floatx, k = (case["n"], case["d"]), case["floatx"], case["classes"]
    x = keras.random.uniform(shape, -1.0, 1.0, dtype=floatx, seed=case["data_seed"]).numpy()
    half = np.dtype(floatx).type(0.5)
    return x, (x[:, :k] + half * x[:, k : 2 * k]).argmax(1).astype("int32")


def train(case):
    """Losses, predictions and weights along a whole training run."""
    x, y = training_data(case)
    keras.utils.set_random_seed(case["seed"])
    model, named = build({"layers": case["layers"]})
    loss = case["loss"]
    if not isinstance(loss, str):
        loss = getattr(keras.losses, loss[0])(**loss[1])
    optimizer = getattr(keras.optimizers, case["optimizer"][0])(**case["optimizer"][1])
    model.compile(optimizer, loss, jit_compile=case["jit_compile"])
    out, steps = {}, []

    def snap(tag):
        found = variables(named).items()
        out.update({f"{tag}.{name}": v for name, v in found if "seed_state" not in name})

    class Hook(keras.callbacks.Callback):
        """Takes the snapshots."""

        def on_train_batch_end(self, batch, logs=None):
            """Count, and take one where a mark is."""
            steps.append(batch)
            if len(steps) in case["marks"]:
                snap(f"step{len(steps)}")

    snap("step0")
    options = {key: case[key] for key in ("validation_split",) if case.get(key)}
    quiet = {"batch_size": case["batch_size"], "verbose": 0}
    history = model.fit(x, y, epochs=case["epochs"], callbacks=[Hook()], **quiet, **options)
    snap("end")
    for name, values in history.history.items():
        out[f"history.{name}"] = np.array(values, "float64")
    out["evaluate"] = np.array(model.evaluate(x, y, **quiet), "float64")
    out["predict_first8"] = model.predict(x[:8], verbose=0)
    out["x_first3"], out["y_first32"] = x[:3], y[:32]
    out["steps"] = np.array(len(steps))
    return out
