"""Does with nnscratch what `parity/golden/rng_models.py` does with Keras, for the same cases."""

from __future__ import annotations

import numpy as np

from nnscratch import Model, Sequential, callbacks, layers, losses, optimizers, random

QUIET = {"verbose": 0}


class Watch(layers.Layer):
    """Keeps what passes in training."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x, cache, training=False):
        if training:
            self.seen.append(x.copy())
        return x

    def backward(self, dy, cache):
        return dy


def names_of_layers(params):
    """The layer classes that a case is about."""
    specs = params.get("layers") or params.get("model", {}).get("layers") or []
    specs = [*specs, params["layer"]] if "layer" in params else specs
    constructed = params.get("model", {}).get("construct", [])
    return {name for name, _ in specs} | {kind for _, kind, _ in constructed}


def make_layer(name, arguments):
    """A layer, or an `Input`; lists become tuples."""
    arguments = {k: tuple(v) if isinstance(v, list) else v for k, v in arguments.items()}
    return getattr(layers, name)(**arguments)


def build(spec):
    """The model and its layers with their names in the golden file, in order of construction."""
    if "layers" in spec:
        made = [make_layer(name, arguments) for name, arguments in spec["layers"]]
        kinds = [name for name, _ in spec["layers"]]
        named = {f"{i:02d}_{k}": made[i] for i, k in enumerate(kinds) if k != "Input"}
        return Sequential(made), named
    tensors = {name: layers.Input(tuple(shape)) for name, shape in spec["inputs"]}
    inputs = list(tensors.values())
    named = {name: make_layer(kind, arguments) for name, kind, arguments in spec["construct"]}
    for name, arguments in spec["calls"]:
        given = [tensors[argument] for argument in arguments]
        tensors[name] = named[name](given if len(given) > 1 else given[0])
    return Model(inputs, [tensors[name] for name in spec["outputs"]]), named


def variables(named):
    """All weights and seed states by `<layer>.<position>`."""
    found = {}
    for name, layer in named.items():
        found.update({f"{name}.{i}": weight.numpy() for i, weight in enumerate(layer.weights)})
        if hasattr(layer, "seed_generator"):
            found[f"{name}.seed_state"] = layer.seed_generator.state
    return found


def fit_noise(case):
    """The value of layer(ones) in every training step, and the generator's state after each."""
    random.set_random_seed(case["seed"])
    noise, watch = make_layer(*case["layer"]), Watch()
    model = Sequential([layers.Input((case["units"],)), noise, watch, layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=case["jit_compile"])
    states = []
    hook = callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: states.append(noise.seed_generator.state)
    )
    x = np.ones((case["batch"] * case["batches"], case["units"]), case["floatx"])
    y, size = x[:, :1], {"batch_size": case["batch"], **QUIET}
    start = noise.seed_generator.state
    model.fit(x, y, epochs=case["epochs"], callbacks=[hook], **size)
    model.evaluate(x, y, **size)
    model.predict(x, **size)
    after = noise.seed_generator.state
    model.fit(x, y, callbacks=[hook], **size)
    return {
        "values": np.stack(watch.seen),
        "state_before": start,
        "state_after_each_step": np.stack(states),
        "state_after_fit_evaluate_predict": after,
        "jit_resolved": np.array(model.jit_compile),
    }


def watched_line():
    """A model of one weight, and the layer that sees the rows come."""
    watch = Watch()
    model = Sequential([layers.Input((1,)), watch, layers.Dense(1)])
    model.compile(optimizers.SGD(0.0), "mse")
    return model, watch


def orders_of_fit(model, watch, case):
    """The order of the samples in each epoch of one fit."""
    epochs = []

    def keep(epoch, logs):
        epochs.append(np.concatenate(watch.seen)[:, 0].astype(np.int32))
        watch.seen.clear()

    x = np.arange(case["n"], dtype="float32")[:, None]
    options = {
        key: case[key]
        for key in ("batch_size", "epochs", "shuffle", "validation_split", "steps_per_epoch")
        if key in case
    }
    hook = callbacks.LambdaCallback(on_epoch_end=keep)
    model.fit(x, np.zeros_like(x), callbacks=[hook], **QUIET, **options)
    return epochs


def training_data(case):
    """Uniform features and classes that depend on pairs of them."""
    shape, floatx, k = (case["n"], case["d"]), case["floatx"], case["classes"]
    x = random.uniform(shape, -1.0, 1.0, dtype=floatx, seed=case["data_seed"])
    half = np.dtype(floatx).type(0.5)
    return x, (x[:, :k] + half * x[:, k : 2 * k]).argmax(1).astype("int32")


def train(case):
    """Losses, predictions and weights along a whole training run."""
    x, y = training_data(case)
    random.set_random_seed(case["seed"])
    model, named = build({"layers": case["layers"]})
    loss = case["loss"]
    if not isinstance(loss, str):
        loss = getattr(losses, loss[0])(**loss[1])
    optimizer = getattr(optimizers, case["optimizer"][0])(**case["optimizer"][1])
    model.compile(optimizer, loss, jit_compile=case["jit_compile"])
    out, steps = {}, []

    def snap(tag):
        found = variables(named).items()
        out.update({f"{tag}.{name}": v for name, v in found if "seed_state" not in name})

    def count(batch, logs):
        steps.append(batch)
        if len(steps) in case["marks"]:
            snap(f"step{len(steps)}")

    snap("step0")
    options = {key: case[key] for key in ("validation_split",) if case.get(key)}
    size = {"batch_size": case["batch_size"], **QUIET}
    hook = callbacks.LambdaCallback(on_train_batch_end=count)
    history = model.fit(x, y, epochs=case["epochs"], callbacks=[hook], **size, **options)
    snap("end")
    for name, values in history.history.items():
        out[f"history.{name}"] = np.array(values, "float64")
    out["evaluate"] = np.array(model.evaluate(x, y, **size), "float64")
    out["predict_first8"] = model.predict(x[:8], **QUIET)
    out["x_first3"], out["y_first32"] = x[:3], y[:32]
    out["steps"] = np.array(len(steps))
    return out
