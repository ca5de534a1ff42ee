"""Bad calls of losses: the call, its error, words that the message must have."""

from __future__ import annotations

ROWS = [
    ('losses.get("msee")', "ValueError", ("Unknown loss 'msee'", "Did you mean 'mse'")),
    (
        "losses.get(5)",
        "ValueError",
        ("5", "A loss is a name, a configuration, a class, a Loss object or"),
    ),
    (
        "losses.CategoricalCrossentropy(label_smoothing=2.0)",
        "ValueError",
        ("`label_smoothing`", "label_smoothing=2.0"),
    ),
    (
        'losses.CategoricalCrossentropy(label_smoothing="a")',
        "ValueError",
        ("`label_smoothing`", "label_smoothing='a'"),
    ),
    (
        'losses.CategoricalCrossentropy(reduction="meen")',
        "ValueError",
        ("Unknown reduction 'meen'", "Did you mean 'mean'"),
    ),
    (
        "losses.CategoricalCrossentropy()(Y, Y[:, :2])",
        "ShapeError",
        (
            "y_true.shape=(12, 3), y_pred.shape=(12, 2)",
            "categorical_crossentropy needs targets of the shape of the p",
        ),
    ),
    (
        "losses.SparseCategoricalCrossentropy()(LAB+5, Y)",
        "DataError",
        ("the label 7", "the output has 3 classes, so labels must lie in 0..2. Receiv"),
    ),
    (
        'losses.MeanSquaredError()(Y, "x")',
        "DataError",
        ("`y_pred`", "an array of strings, dtype=<U1, shape=()"),
    ),
    (
        "losses.MeanSquaredError()(Y, np.ones((11,3)))",
        "ShapeError",
        (
            "y_true.shape=(12, 3), y_pred.shape=(11, 3)",
            "Targets and predictions do not fit each other. Received y_tr",
        ),
    ),
    (
        "losses.MeanSquaredError()(Y, Y, sample_weight=np.ones(5))",
        "ShapeError",
        ("`sample_weight`", "`sample_weight` of shape (5,) does not fit the losses of sha"),
    ),
    ('losses.Huber(delta="a")', "ValueError", ("`delta`", "delta='a'")),
    ("losses.Huber(delta=-1.0)", "ValueError", ("`delta`", "delta=-1.0")),
    ('losses.BinaryFocalCrossentropy(gamma="x")', "ValueError", ("`gamma`", "gamma='x'")),
    ('losses.Tversky(alpha="x")', "ValueError", ("`alpha`", "alpha='x'")),
]
