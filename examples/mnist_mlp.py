"""Train the 784-64-32-64-10 network on handwritten digits and draw its accuracy.

python examples/mnist_mlp.py                      # the embedded 8x8 digits, offline
python examples/mnist_mlp.py --data mnist         # MNIST, 28x28
python examples/mnist_mlp.py --engine keras       # the same on Keras too, both in one figure
"""

from __future__ import annotations

import argparse
import importlib
import os
import time
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import nnscratch as nn


def load(name: str) -> Any:
    """Return ((x_train, y_train), (x_test, y_test)) with pixels in 0..1 and one-hot labels."""
    dataset = getattr(nn.datasets, name)
    brightest = {"mnist": 255.0, "digits": 16.0}[name]
    return [
        (x.reshape(len(x), -1).astype("float32") / brightest, nn.utils.to_categorical(y, 10))
        for x, y in dataset.load_data()
    ]


def build(api: Any, width: int, activation: str) -> Any:
    """Build the network with either engine: the program is the same."""
    layers = api.layers
    return api.Sequential(
        [
            layers.Input((width,)),
            layers.Dense(64, activation=activation, kernel_initializer="he_normal"),
            layers.Dense(32, activation=activation, kernel_initializer="he_normal"),
            layers.Dense(64, activation=activation, kernel_initializer="he_normal"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def train(api: Any, data: Any, options: argparse.Namespace) -> Any:
    """Train one engine's network from the seed and return its history and seconds."""
    (x_train, y_train), (x_test, y_test) = data
    api.utils.set_random_seed(options.seed)
    model = build(api, x_train.shape[1], options.activation)
    optimizer = api.optimizers.get(
        {
            "class_name": options.optimizer,
            "config": {"use_ema": options.ema > 0, "ema_momentum": options.ema},
        }
    )
    if options.learning_rate is not None:
        optimizer.learning_rate = options.learning_rate
    model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    began = time.perf_counter()
    history = model.fit(
        x_train,
        y_train,
        epochs=options.epochs,
        batch_size=options.batch_size,
        validation_data=(x_test, y_test),
        verbose=2,
    )
    seconds = time.perf_counter() - began
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(
        f"{api.__name__}: test loss {loss:.4f}, test accuracy {accuracy:.2%}, "
        f"{len(history.epoch)} epochs in {seconds:.1f} s"
    )
    return history


def draw(histories: dict[str, Any], title: str, path: Path) -> None:
    """Draw train and test accuracy of every engine into one figure."""
    figure, axes = plt.subplots(figsize=(8, 6), layout="constrained")
    styles = {"nnscratch": ("#0b6e99", 2.0), "keras": ("#d1495b", 4.5)}
    for engine, history in reversed(histories.items()):
        color, width = styles[engine]
        alpha = 0.45 if engine == "keras" else 1.0
        epochs = [epoch + 1 for epoch in history.epoch]
        for key, label, line in (("accuracy", "train", "-"), ("val_accuracy", "test", "--")):
            values = history.history[key]
            axes.plot(epochs, values, line, color=color, lw=width, alpha=alpha,
                      label=f"{engine}, {label}")  # fmt: skip
    lowest = min(min(h.history["accuracy"] + h.history["val_accuracy"]) for h in histories.values())
    axes.set(xlabel="Epoch", ylabel="Accuracy", title=title, ylim=(max(0.0, lowest - 0.02), 1.003))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)
    print(f"figure written to {path}")


def main() -> None:
    """Read the command line, train, draw."""
    default = "mnist" if "NNSCRATCH_DATASETS" in os.environ else "digits"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=("digits", "mnist"), default=default)
    parser.add_argument("--engine", choices=("nnscratch", "keras"), default="nnscratch")
    parser.add_argument("--activation", default="relu")
    parser.add_argument("--optimizer", default="Adam")
    parser.add_argument("--learning-rate", type=float, default=None)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=None, help="100, or 32 for digits")
    parser.add_argument("--ema", type=float, default=None, help="averaging of weights; 0 is none")
    parser.add_argument("--seed", type=int, default=777)
    parser.add_argument("--out", type=Path, default=Path("mnist_mlp.png"))
    options = parser.parse_args()
    batch_size, ema = {"mnist": (100, 0.999), "digits": (32, 0.99)}[options.data]
    options.batch_size = options.batch_size or batch_size
    options.ema = ema if options.ema is None else options.ema
    data = load(options.data)
    engines = ["nnscratch"] if options.engine == "nnscratch" else ["nnscratch", "keras"]
    histories = {name: train(importlib.import_module(name), data, options) for name in engines}
    (x_train, _), (x_test, _) = data
    title = (
        f"{options.data}: {x_train.shape[1]}-64-32-64-10, {options.activation}, "
        f"{options.optimizer}\n{len(x_train):,} training and {len(x_test):,} test images"
    )
    draw(histories, title, options.out)


if __name__ == "__main__":
    main()
