"""Bad calls of fit and its kin: the call, its error, words that the message must have."""

from __future__ import annotations

ROWS = [
    ('model.predict("abc")', "DataError", ("`x`", "an array of strings, dtype=<U3, shape=()")),
    ("model.predict(None)", "DataError", ("`x`", "None")),
    (
        "model.predict(np.ones((3,5)))",
        "ShapeError",
        ("x.shape=(3, 5)", "expects inputs of shape ('N', 4). Received"),
    ),
    ("model.predict(X, batch_size=0)", "DataError", ("`batch_size`", "0")),
    ('model.predict(X, batch_size="a")', "DataError", ("`batch_size`", "'a'")),
    ("model.predict(X, steps=0)", "DataError", ("`steps_per_epoch`", "0")),
    ("model.predict(X, verbose=7)", "ValueError", ("`verbose`", "verbose=7")),
    ("model.predict(np.ones((0,4)))", "DataError", ("`x`", "shape=(0, 4)")),
    (
        "model.predict([[1,2,3],[4,5]])",
        "DataError",
        ("`x`", "list, of which NumPy says: setting an array"),
    ),
    (
        "model.predict(np.full((2,4),np.nan))",
        "DataError",
        ("`x`", "`x` holds 8 values that are NaN or infinite, the first in ro"),
    ),
    ("model.evaluate(X)", "NotReadyError", ("`y`", "`y` is missing.")),
    (
        "model.evaluate(X, Y[:5])",
        "ShapeError",
        ("len(x)=12, len(y)=5", "All arrays must have the same number of rows. Received"),
    ),
    (
        "model.evaluate(X, Y, sample_weight=np.ones(3))",
        "ShapeError",
        (
            "len(x)=12, len(y)=12, len(sample_weight)=3",
            "All arrays must have the same number of rows. Received",
        ),
    ),
    ("model.evaluate(X, Y, batch_size=-1)", "DataError", ("`batch_size`", "-1")),
    ("model.train_on_batch(X)", "NotReadyError", ("`y`", "`y` is missing.")),
    (
        "model.train_on_batch(X, Y[:2])",
        "ShapeError",
        ("len(x)=12, len(y)=2", "All arrays must have the same number of rows. Received"),
    ),
    (
        "model.train_on_batch(X, Y, sample_weight=np.ones(3))",
        "ShapeError",
        (
            "len(x)=12, len(y)=12, len(sample_weight)=3",
            "All arrays must have the same number of rows. Received",
        ),
    ),
    (
        "model.train_on_batch(X, Y, class_weight=[1,2])",
        "DataError",
        ("`class_weight`", "class_weight=[1, 2]"),
    ),
    (
        "model.test_on_batch(X, LAB)",
        "ShapeError",
        ("y of shape (12,)", "the targets do not fit the model's output. Expected y of sha"),
    ),
    (
        "model(np.ones((3,5)))",
        "ShapeError",
        ("shape=('N', 5)", "expects inputs of shape ('N', 4). Received"),
    ),
    ('model("x")', "DataError", ("`x`", "an array of strings, dtype=<U1, shape=()")),
    ('model.fit(X, Y, epochs="3")', "ValueError", ("`epochs`", "'3'")),
    ("model.fit(X, Y, epoch=3)", "TypeError", ("Did you mean 'epochs'",)),
    ("model.fit(X, Y, verbose=9)", "ValueError", ("`verbose`", "verbose=9")),
    ('model.fit(X, Y, callbacks="early")', "ValueError", ("`callbacks`", "'early'")),
    (
        "model.fit(X, Y, callbacks=[callbacks.EarlyStopping])",
        "ValueError",
        ("`callbacks`", "the class EarlyStopping"),
    ),
    ("model.fit(X, Y, callbacks=[5])", "ValueError", ("`callbacks`", "5")),
    ("model.fit(X, Y, initial_epoch=-1)", "ValueError", ("`initial_epoch`", "-1")),
    ('model.fit(X, Y, initial_epoch="a")', "ValueError", ("`initial_epoch`", "'a'")),
    ("model.fit(X, Y, steps_per_epoch=0)", "DataError", ("`steps_per_epoch`", "0")),
    ("model.fit(X, Y, steps_per_epoch=2.5)", "DataError", ("`steps_per_epoch`", "2.5")),
    (
        "model.fit(X, Y, validation_steps=0, validation_data=(X,Y))",
        "DataError",
        ("`steps_per_epoch`", "0"),
    ),
    (
        "model.fit(X, Y, validation_batch_size=0, validation_data=(X,Y))",
        "DataError",
        ("`batch_size`", "0"),
    ),
    (
        'model.fit(X, Y, validation_split="a")',
        "ValueError",
        ("`validation_split`", "validation_split='a'"),
    ),
    (
        "model.fit(X, Y, validation_split=-0.1)",
        "ValueError",
        ("`validation_split`", "validation_split=-0.1"),
    ),
    (
        "model.fit(X, Y, validation_split=np.nan)",
        "ValueError",
        ("`validation_split`", "validation_split=nan"),
    ),
    ('model.fit(X, Y, class_weight={0: "a"})', "DataError", ("`class_weight`", "0: 'a'")),
    ("model.fit(X, Y, class_weight={0: np.nan})", "DataError", ("`class_weight`", "0: nan")),
    (
        'model.fit(X, Y, sample_weight="a")',
        "DataError",
        ("`sample_weight`", "an array of strings, dtype=<U1, shape=()"),
    ),
    (
        "model.fit(X, Y, sample_weight=np.full(12, np.nan))",
        "DataError",
        ("`sample_weight`", "`sample_weight` holds 12 values that are NaN or infinite, th"),
    ),
    (
        "model.fit(X, Y, sample_weight=np.ones((12,2)))",
        "ShapeError",
        ("`sample_weight`", "one weight per sample, shape (N,)", "sample_weight.shape=(12, 2)"),
    ),
    (
        "model.fit((x for x in []), epochs=1)",
        "DataError",
        ("The data ended before its first batch",),
    ),
    (
        "model.fit(iter([(X,Y)]), Y)",
        "DataError",
        ("`x`", "`x` is a list_iterator, whose batches bring targets and samp"),
    ),
    (
        "model.fit(iter([(X,Y,Y,Y)]))",
        "DataError",
        ("4 parts", "Each batch must be (inputs,), (inputs, targets) or (inputs, "),
    ),
    ("model.fit(iter([(X,)]))", "NotReadyError", ("`y`", "`y` is missing.")),
    ('model.fit({"a": X}, Y)', "DataError", ("`x`", "the keys ['a']")),
    (
        "model.fit([X, X], Y)",
        "ShapeError",
        ("len(x)=2, len(y)=12", "All arrays must have the same number of rows. Received"),
    ),
    ('model.fit(X, {"a": Y})', "NotReadyError", ("`y`", "`y` is missing.")),
    ("model.compile(optimizer=None)", "ValueError", ("`optimizer`", "None")),
    (
        'model.compile("sgd", "mse", loss_weights={"x": 1.0})',
        "ValueError",
        ("`loss_weights` names ['x']", "outputs are"),
    ),
    (
        'model.compile("sgd", loss=5)',
        "ValueError",
        ("5", "A loss is a name, a configuration, a class, a Loss object or"),
    ),
    (
        'model.compile("sgd", "mse", metrics=[5])',
        "ValueError",
        ("5", "A metric is a name, a configuration, a class, a Metric objec"),
    ),
    (
        'model.compile("sgd", "mse", jit_compile="yes")',
        "ValueError",
        ("`jit_compile`", "jit_compile='yes'"),
    ),
]
