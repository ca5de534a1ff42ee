"""The training loop: what an epoch's loss is, who is shuffled, when validation runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.typing import Array
from parity import registry
from parity.units import Golden


def line(lib: Any, start: float = 0.0, **compile_options: Any) -> Any:
    """Return a compiled model y = w·x without a bias."""
    model = lib.Sequential(
        [
            lib.layers.Input(shape=(1,)),
            lib.layers.Dense(
                1,
                use_bias=False,
                kernel_initializer=lib.initializers.Constant(start),
            ),
        ]
    )
    options = {"optimizer": lib.optimizers.SGD(learning_rate=0.01), "loss": "mse"}
    model.compile(**{**options, **compile_options})
    return model


def history(lib: Any, found: Any) -> dict[str, Array]:
    """Return the columns of a History as arrays."""
    return {name: np.asarray(values, lib.dtype) for name, values in found.history.items()}


def rows(lib: Any, n: int) -> tuple[Array, Array]:
    """Return n rows that all differ."""
    x = np.linspace(-1, 1, n)[:, None]
    return x.astype(lib.dtype), (x**2 + 0.5 * x).astype(lib.dtype)


@registry.check(
    "epoch-loss-is-the-mean-over-rows",
    "training",
    "D13",
    golden={"loss": Golden([2.6])},
    quick=True,
)
def unequal_batches(lib: Any) -> dict[str, Any]:
    """Batches of 4 and 1 rows with losses 1 and 9 make 2.6, not 5."""
    model = line(lib, optimizer=lib.optimizers.SGD(learning_rate=0.0))
    y = np.array([[1.0], [1.0], [1.0], [1.0], [3.0]], lib.dtype)
    return history(
        lib, model.fit(np.zeros_like(y), y, batch_size=4, epochs=1, shuffle=False, verbose=0)
    )


@registry.check("loss-before-the-update", "training", "D13", quick=True)
def before_update(lib: Any) -> dict[str, Any]:
    """The epoch's loss is measured as training goes on, before each update."""
    x, y = rows(lib, 23)
    model = line(lib, 1.0, metrics=["mae"])
    trained = model.fit(x, y, batch_size=5, epochs=3, shuffle=False, verbose=0)
    found = {f"fit/{k}": v for k, v in history(lib, trained).items()}
    logs = model.evaluate(x, y, batch_size=4, verbose=0, return_dict=True)
    found |= {f"evaluate/{k}": np.asarray(v, lib.dtype) for k, v in logs.items()}
    return found | {"predict": model.predict(x, batch_size=9, verbose=0)}


@registry.check("one-permutation-for-all-epochs", "training", "D19", quick=True)
def shuffled(lib: Any) -> dict[str, Any]:
    """Under a seed, rows come in one shuffled order in every epoch, the last batch short."""
    x, y = rows(lib, 21)
    lib.utils.set_random_seed(3)
    losses: list[float] = []
    seen = lib.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: losses.append(float(logs["loss"]))
    )
    model = line(lib)
    model.fit(x, y, batch_size=4, epochs=3, verbose=0, callbacks=[seen])
    return {"running loss": np.asarray(losses, lib.dtype), "weight": lib.numpy(model.weights[0])}


@registry.check("shuffle-within-batches", "training", "D19")
def batch_shuffled(lib: Any) -> dict[str, Any]:
    """`shuffle="batch"` permutes rows inside batches that stay in place."""
    x, y = rows(lib, 21)
    lib.utils.set_random_seed(5)
    model = line(lib)
    found = history(lib, model.fit(x, y, batch_size=8, epochs=2, shuffle="batch", verbose=0))
    return found | {"weight": lib.numpy(model.weights[0])}


@registry.check(
    "validation-split-rounds-down",
    "training",
    "D20",
    golden={"batches of 1000 rows": Golden(99.0), "refused": Golden(1.0)},
    quick=True,
)
def split(lib: Any) -> dict[str, Any]:
    """The last rows are set apart, ⌊1000·(1 − 0.9)⌋ = 99 rows remain; 10 rows cannot be split."""
    counts: list[int] = []
    seen = lib.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: counts.append(1))
    x, y = rows(lib, 1000)
    trained = line(lib, 0.5).fit(
        x, y, batch_size=1, validation_split=0.9, shuffle=False, verbose=0, callbacks=[seen]
    )
    found = history(lib, trained)
    x, y = rows(lib, 10)
    try:
        line(lib).fit(x[:1], y[:1], validation_split=0.9, verbose=0)
    except ValueError:
        refused = 1.0
    else:
        refused = 0.0
    found["refused"] = np.asarray(refused, lib.dtype)
    return found | {"batches of 1000 rows": np.asarray(float(len(counts)), lib.dtype)}


@registry.check(
    "validation-frequency", "training", "D21", golden={"freq 2/values": Golden(1.0)}, quick=True
)
def frequency(lib: Any) -> dict[str, Any]:
    """Every second epoch, or the epochs listed, counted from 1; the lists are then shorter."""
    x, y = rows(lib, 12)
    found = {}
    for name, freq, epochs in (("freq 2", 2, 2), ("freq [1, 3]", [1, 3], 4)):
        trained = line(lib, 0.2).fit(
            x,
            y,
            epochs=epochs,
            validation_data=(x[:5], y[:5]),
            validation_freq=freq,
            shuffle=False,
            verbose=0,
        )
        values = history(lib, trained)
        found[f"{name}/values"] = np.asarray(float(len(values["val_loss"])), lib.dtype)
        found |= {f"{name}/{k}": v for k, v in values.items()}
    return found


@registry.check("stop-in-mid-epoch", "training", "D21", quick=True)
def stopped(lib: Any) -> dict[str, Any]:
    """`stop_training` set inside an epoch still lets validation and `on_epoch_end` run."""
    x, y = rows(lib, 12)
    model = line(lib, 0.5)
    events: list[float] = []

    def halt(batch: int, logs: Any) -> None:
        events.append(1.0 + batch)
        if batch == 1:
            model.stop_training = True

    seen = lib.callbacks.LambdaCallback(
        on_train_batch_end=halt, on_epoch_end=lambda epoch, logs: events.append(100.0 + len(logs))
    )
    trained = model.fit(
        x,
        y,
        batch_size=3,
        epochs=4,
        validation_data=(x, y),
        shuffle=False,
        verbose=0,
        callbacks=[seen],
    )
    return history(lib, trained) | {"events": np.asarray(events, lib.dtype)}


@registry.check("steps-per-epoch", "training", "D19")
def stepped(lib: Any) -> dict[str, Any]:
    """`steps_per_epoch` cuts one pass into epochs; the rest goes on where the last one stopped."""
    x, y = rows(lib, 24)
    trained = line(lib, 0.2).fit(
        x, y, batch_size=4, epochs=3, steps_per_epoch=2, shuffle=False, verbose=0
    )
    return history(lib, trained)


@registry.check("steps-per-execution", "training", "D19", quick=True)
def several_at_once(lib: Any) -> dict[str, Any]:
    """Batches run several at a time are shuffled, counted and averaged as one at a time."""
    x, y = rows(lib, 23)
    told: list[float] = []
    seen = lib.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: told.extend((float(batch), float(logs["loss"])))
    )
    lib.utils.set_random_seed(7)
    model = line(lib, 0.2, metrics=["mae"], steps_per_execution=3)
    trained = model.fit(
        x,
        y,
        batch_size=3,  # eight batches, the last one short: groups of 3, 3 and 2
        epochs=2,
        shuffle=True,
        validation_data=(x[:7], y[:7]),
        verbose=0,
        callbacks=[seen],
    )
    return history(lib, trained) | {
        "told": np.asarray(told, lib.dtype),
        "weight": lib.numpy(model.weights[0]),
        "predict": model.predict(x, batch_size=4, verbose=0),
    }


@registry.check("compile-keeps-metrics", "training", golden={"columns": Golden(2.0)}, quick=True)
def recompiled(lib: Any) -> dict[str, Any]:
    """Compiling again without metrics keeps those given before."""
    x, y = rows(lib, 8)
    model = line(lib, 0.5, metrics=["mae"])
    model.compile(optimizer="sgd", loss="mse")
    logs = model.evaluate(x, y, verbose=0, return_dict=True)
    found = {k: np.asarray(v, lib.dtype) for k, v in logs.items()}
    return found | {"columns": np.asarray(float(len(logs)), lib.dtype)}


@registry.check("weighted-fit", "training", "D12", "D13", quick=True)
def weighted(lib: Any) -> dict[str, Any]:
    """Sample weights count in the loss, not in plain metrics, and do count in weighted ones."""
    x, y = rows(lib, 17)
    weight = (np.arange(17) % 3).astype(lib.dtype)
    model = line(lib, 0.5, metrics=["mae"], weighted_metrics=["mse"])
    found = history(
        lib,
        model.fit(x, y, batch_size=4, epochs=2, sample_weight=weight, shuffle=False, verbose=0),
    )
    logs = model.evaluate(x, y, sample_weight=weight, verbose=0, return_dict=True)
    return found | {f"evaluate/{k}": np.asarray(v, lib.dtype) for k, v in logs.items()}
