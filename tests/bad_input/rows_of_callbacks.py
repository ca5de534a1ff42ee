"""Bad calls of callbacks: the call, its error, words that the message must have."""

from __future__ import annotations

ROWS = [
    ('callbacks.EarlyStopping(patience="a")', "ValueError", ("`patience`", "patience='a'")),
    ("callbacks.EarlyStopping(patience=-1)", "ValueError", ("`patience`", "patience=-1")),
    ('callbacks.EarlyStopping(min_delta="x")', "ValueError", ("`min_delta`", "min_delta='x'")),
    ('callbacks.ModelCheckpoint("x.txt")', "ValueError", ("`filepath`", "filepath='x.txt'")),
    (
        'callbacks.ModelCheckpoint("x.keras", save_freq=0)',
        "ValueError",
        ("`save_freq`", "save_freq=0"),
    ),
    ("callbacks.ReduceLROnPlateau(factor=1.5)", "ValueError", ("`factor`", "factor=1.5")),
    ("callbacks.ReduceLROnPlateau(patience=-1)", "ValueError", ("`patience`", "patience=-1")),
    ('callbacks.ReduceLROnPlateau(cooldown="x")', "ValueError", ("`cooldown`", "cooldown='x'")),
    ("callbacks.LearningRateScheduler(5)", "TypeError", ("`schedule`", "schedule=5")),
    ("callbacks.CSVLogger(5)", "TypeError", ("`filename`", "filename=5")),
    (
        "callbacks.LambdaCallback(on_epoch_finish=print)",
        "ValueError",
        ("Unknown callback method 'on_epoch_finish'", "Did you mean 'on_epoch_begin'"),
    ),
    ('callbacks.TensorBoard("tb", update_freq="x")', "ValueError", ("Unknown update_freq 'x'",)),
    (
        'callbacks.TensorBoard("tb", histogram_freq=-1)',
        "ValueError",
        ("`histogram_freq`", "histogram_freq=-1"),
    ),
    ("callbacks.EarlyStoping", "AttributeError", ("Did you mean 'EarlyStopping'",)),
]
