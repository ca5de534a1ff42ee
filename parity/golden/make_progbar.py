"""Record the progress lines that Keras draws in a terminal; writes tests/golden/progbar.json."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.utils import progbar

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "progbar.json"

Update = tuple[float, int, list[tuple[str, float]] | None, bool | None]

NUMBERS = [
    ("a", 0.9934),
    ("b", 1e-3),
    ("c", 1.0001e-3),
    ("d", 9.99e-4),
    ("e", 0.0),
    ("f", -0.5),
    ("g", -1e-5),
    ("h", float("nan")),
    ("i", float("inf")),
    ("j", 123456.789),
    ("k", 0.00005),
    ("l", 0.99995),
]

BARS: dict[str, tuple[dict[str, Any], list[Update]]] = {
    "epoch": (
        {"target": 10},
        [
            (0.3 + 0.1 * i, i, [("accuracy", 0.1 * i), ("loss", 1.0 / i)], False)
            for i in range(1, 11)
        ]
        + [(1.5, 10, [("accuracy", 0.9934), ("loss", 2e-4), ("val_loss", 0.5)], True)],
    ),
    "throttled": ({"target": 100}, [(0.01 * i, i, [("loss", 0.5)], None) for i in range(1, 101)]),
    "as_is": (
        {"target": 3, "stateless_metrics": []},
        [(1.0, 1, [("loss", 4.0)], None), (2.0, 2, [("loss", 2.0)], None), (3.0, 3, None, None)],
    ),
    "named_as_is": (
        {"target": 4, "stateful_metrics": ["accuracy"]},
        [(float(i), i, [("accuracy", 0.1 * i), ("loss", 1.0 * i)], None) for i in range(1, 5)],
    ),
    "named_averaged": (
        {"target": 4, "stateless_metrics": ["loss"]},
        [(float(i), i, [("accuracy", 0.1 * i), ("loss", 1.0 * i)], None) for i in range(1, 5)],
    ),
    "jumps": (
        {"target": 1000, "width": 30},
        [(1.0, 100, [("loss", 1.0)], None), (2.0, 900, [("loss", 0.0)], None)],
    ),
    "numbers": ({"target": 2}, [(1.0, 1, NUMBERS, None), (2.0, 2, NUMBERS, None)]),
    "numbers_one_line": ({"target": 1, "verbose": 2}, [(1.0, 1, NUMBERS, None)]),
    "hours": (
        {"target": 5000},
        [(10.0, 1, None, None), (20.0, 2, None, None), (30.0, 4900, None, None)],
    ),
    "minutes": ({"target": 100}, [(1.0, 1, None, None), (2.0, 2, None, None)]),
    "one_hour": ({"target": 3602}, [(1.0, 1, None, None), (2.0, 2, None, None)]),
    "one_minute": ({"target": 62}, [(1.0, 1, None, None), (2.0, 2, None, None)]),
    "fast": ({"target": 60000}, [(0.1, 2000, None, None), (0.2, 60000, None, None)]),
    "zero_steps": ({"target": 5}, [(1.0, 0, [("loss", 1.0)], None)]),
    "no_time": ({"target": 2}, [(0.0, 1, None, None), (0.0, 2, None, None)]),
    "unknown_target": (
        {"target": None},
        [(0.5, 1, [("loss", 1.0)], None), (1.0, 2, [("loss", 0.5)], None), (1.5, 2, None, True)],
    ),
    "unknown_target_one_line": ({"target": None, "verbose": 2}, [(0.5, 1, None, True)]),
    "too_many": ({"target": 2}, [(1.0, 3, [("loss", 1.0)], False), (2.0, 4, None, None)]),
    "samples": ({"target": 2, "unit_name": "sample"}, [(3.0, 2, None, None)]),
    "one_line": (
        {"target": 600, "verbose": 2},
        [(0.2, 1, [("loss", 1.0)], None), (3.4, 600, [("accuracy", 0.97), ("loss", 0.1)], None)],
    ),
    "silent": ({"target": 1, "verbose": 0}, [(1.0, 1, [("loss", 1.0)], None)]),
    "shrinking": (
        {"target": 3},
        [(100.0, 1, [("loss", 1e-9)], None), (100.5, 2, None, None), (101.0, 3, None, None)],
    ),
}

Hook = tuple[float, str, list[Any]]


def fit_hooks(epochs: int, steps: int) -> list[Hook]:
    hooks: list[Hook] = [(0.0, "on_train_begin", [])]
    now = 0.0
    for epoch in range(epochs):
        hooks.append((now, "on_epoch_begin", [epoch]))
        for step in range(steps):
            now += 0.25
            hooks.append((now, "on_train_batch_begin", [step]))
            logs = {"accuracy": 0.1 * step, "loss": 1.0 / (1 + step)}
            hooks.append((now, "on_train_batch_end", [step, logs]))
        hooks.append((now, "on_test_begin", []))
        for step in range(2):
            now += 0.25
            hooks.append((now, "on_test_batch_end", [step, {"loss": 3.0}]))
        hooks.append((now, "on_test_end", [{"loss": 3.0}]))
        logs = {"accuracy": 0.5, "loss": 0.25, "val_loss": 3.0}
        hooks.append((now, "on_epoch_end", [epoch, logs]))
    return [*hooks, (now, "on_train_end", [logs])]


def evaluate_hooks() -> list[Hook]:
    return [
        (0.0, "on_test_begin", []),
        (0.2, "on_test_batch_end", [0, {"loss": 2.0}]),
        (0.5, "on_test_batch_end", [1, {"loss": 1.0}]),
        (0.5, "on_test_end", [{"accuracy": 0.75, "loss": 1.0}]),
    ]


def predict_hooks() -> list[Hook]:
    return [
        (0.0, "on_predict_begin", []),
        (0.2, "on_predict_batch_end", [0, {"outputs": [1.0]}]),
        (0.5, "on_predict_batch_end", [1, {"outputs": [2.0]}]),
        (0.5, "on_predict_end", []),
    ]


LOGGED: dict[str, tuple[dict[str, Any], list[Hook]]] = {
    f"{name}_verbose_{verbose}_steps_{steps}": (
        {"verbose": verbose, "epochs": epochs, "steps": steps},
        hooks,
    )
    for name, epochs, hooks in [
        ("fit", 2, fit_hooks(2, 3)),
        ("fit_one_epoch", 1, fit_hooks(1, 3)),
        ("evaluate", 1, evaluate_hooks()),
        ("predict", 1, predict_hooks()),
    ]
    for verbose in (1, 2, "auto")
    for steps in ((2 if name in ("evaluate", "predict") else 3), None)
}


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Clock:
    """Time as the script says it is; Keras reads it by `time.time()`."""

    now = 0.0

    def time(self) -> float:
        """Return the present."""
        return self.now


def since(stream: Terminal, start: int) -> str:
    return stream.getvalue()[start:]


def draw(options: dict[str, Any], updates: list[Update], clock: Clock) -> list[str]:
    drawn = []
    with contextlib.redirect_stdout(Terminal()) as stream:
        clock.now = 1000.0
        bar = keras.utils.Progbar(**options)
        for now, current, values, finalize in updates:
            clock.now = 1000.0 + now
            start = len(stream.getvalue())
            bar.update(current, values, finalize)
            drawn.append(since(stream, start))
    return drawn


def log(params: dict[str, Any], hooks: list[Hook], clock: Clock) -> list[str]:
    drawn = []
    with contextlib.redirect_stdout(Terminal()) as stream:
        logger = keras.callbacks.ProgbarLogger()
        logger.set_params(params)
        for now, hook, arguments in hooks:
            clock.now = 1000.0 + now
            start = len(stream.getvalue())
            getattr(logger, hook)(*arguments)
            drawn.append(since(stream, start))
    return drawn


def main() -> None:
    clock = Clock()
    progbar.time = clock
    golden = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "bars": {
            name: {"options": options, "updates": updates, "drawn": draw(options, updates, clock)}
            for name, (options, updates) in BARS.items()
        },
        "logged": {
            name: {"params": params, "hooks": hooks, "drawn": log(params, hooks, clock)}
            for name, (params, hooks) in LOGGED.items()
        },
    }
    GOLDEN.write_text(json.dumps(golden, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
