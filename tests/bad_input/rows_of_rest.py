"""Bad calls of other public names: the call, its error, words that the message must have."""

from __future__ import annotations

ROWS = [
    (
        "utils.to_categorical([0,1,5], 3)",
        "ValueError",
        ("`x`", "labels from 0 to 5 with `num_classes=3`"),
    ),
    ("utils.to_categorical([-1,0])", "ValueError", ("`x`", "labels from -1 to 0")),
    ('utils.to_categorical(["a"])', "ValueError", ("`x`", "<U1 values")),
    ("utils.to_categorical([0.5])", "ValueError", ("`x`", "0.5")),
    ('utils.set_random_seed("a")', "ValueError", ("`seed`", "seed='a'")),
    ("utils.set_random_seed(-1)", "ValueError", ("`seed`", "seed=-1")),
    ("utils.set_random_seed(1.5)", "ValueError", ("`seed`", "seed=1.5")),
    (
        'config.set_floatx("float33")',
        "ValueError",
        ("Unknown floatx 'float33'", "Did you mean 'float32'"),
    ),
    ("config.set_floatx(32)", "ValueError", ("Unknown floatx 32. Known",)),
    ('config.set_epsilon("a")', "ValueError", ("`epsilon`", "epsilon='a'")),
    ("config.set_epsilon(-1)", "ValueError", ("`epsilon`", "epsilon=-1")),
    ('config.set_nan_policy("x")', "ValueError", ("Unknown nan_policy 'x'",)),
    ('Variable("a")', "DataError", ("`initializer`", "an array of strings, dtype=<U1, shape=()")),
    ("Variable(None)", "DataError", ("`initializer`", "an object array (rows of unequal length,")),
    (
        "Variable(np.ones(3)).assign(np.ones(4))",
        "ShapeError",
        ("of shape (3,); the shapes must be equal.",),
    ),
    (
        'Variable(np.ones(3)).assign("a")',
        "DataError",
        ("`value`", "an array of strings, dtype=<U1, shape=()"),
    ),
    ('Variable(np.ones(3), dtype="x")', "ValueError", ("Unknown dtype 'x'",)),
    ('random.normal("a")', "ShapeError", ("`shape`", "shape='a'")),
    ("random.dropout(X, 1.5)", "ValueError", ("`rate`", "rate=1.5")),
    ("random.shuffle(5)", "ValueError", ("`axis`", "axis=0")),
    ('random.SeedGenerator("a")', "ValueError", ("`seed`", "seed='a'")),
    ("random.SeedGenerator(1.5)", "ValueError", ("`seed`", "seed=1.5")),
    ("nnscratch.Sequentail", "AttributeError", ("Did you mean 'Sequential'",)),
]
