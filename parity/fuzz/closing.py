"""What is compared once a random model has been trained: evaluate, predict and fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.structure import flatten
from parity.engines.protocol import Batch, Tensors, named_weights
from parity.fuzz.case import FuzzCase

EPOCHS = 2


def closing(library: Any, model: Any, case: FuzzCase, rows: Batch, with_fit: bool) -> Tensors:
    """Use a trained model as its owner would, and return all numbers that come out.

    That is `evaluate` and `predict`, and then training on with `fit`, over shuffled rows, which
    evaluates between epochs where the model has rows set apart for it.

    Args:
        library: the library's top module.
        model: its model, in the state that training left.
        case: what it is.
        rows: all rows of the case.
        with_fit: train on, too.
    """
    found = _look(model, case, rows)
    return found | _train_on(library, model, case, rows) if with_fit else found


def _look(model: Any, case: FuzzCase, rows: Batch) -> Tensors:
    logs = model.evaluate(
        rows.x,
        rows.y,
        batch_size=case.batch_size + 2,
        sample_weight=rows.sample_weight,
        verbose=0,
        return_dict=True,
    )
    found = {f"evaluate/{name}": np.asarray(v, model.dtype) for name, v in logs.items()}
    smaller = max(1, case.batch_size - 1)
    predicted = flatten(model.predict(rows.x, batch_size=smaller, verbose=0))
    return found | {f"predict/{i}": np.asarray(array) for i, array in enumerate(predicted)}


def _train_on(library: Any, model: Any, case: FuzzCase, rows: Batch) -> Tensors:
    library.utils.set_random_seed(case.seed + 1)
    by_class = None if case.weighted else case.class_weight
    trained = model.fit(
        rows.x,
        rows.y,
        batch_size=case.batch_size,
        epochs=EPOCHS,
        shuffle=case.shuffle,
        validation_split=case.split,
        sample_weight=rows.sample_weight,
        class_weight=None if by_class is None else dict(by_class),
        verbose=0,
    )
    # run eagerly, Keras hands out the memory of a metric of several numbers; validation resets it
    history = {n: v for n, v in trained.history.items() if np.ndim(v) == 1 or not case.split}
    found = {f"fit/{name}": np.asarray(v, model.dtype) for name, v in history.items()}
    weights = named_weights(model)
    return found | {f"fit/{layer}/{v.name}": np.array(v.value) for layer, v in weights}
