"""Bad calls of initializers and the like: the call, its error, words of its message."""

from __future__ import annotations

ROWS = [
    (
        'initializers.get("glorot")',
        "ValueError",
        ("Unknown initializer 'glorot'", "Did you mean 'GlorotNormal'"),
    ),
    (
        "initializers.get(5)",
        "ValueError",
        ("5", "An initializer is a name, a configuration, a class, an insta"),
    ),
    ("initializers.RandomNormal(stddev=-1.0)((2,2))", "ValueError", ("`stddev`", "stddev=-1.0")),
    ('initializers.RandomNormal(mean="a")', "ValueError", ("`mean`", "mean='a'")),
    ("initializers.RandomUniform(1.0, 0.0)((2,2))", "ValueError", ("`maxval`", "maxval=0.0")),
    ("initializers.VarianceScaling(scale=0)", "ValueError", ("`scale`", "scale=0")),
    (
        'initializers.VarianceScaling(mode="fan")',
        "ValueError",
        ("Unknown mode 'fan'", "Did you mean 'fan_in'"),
    ),
    ('initializers.VarianceScaling(distribution="x")', "ValueError", ("Unknown distribution 'x'",)),
    (
        "initializers.Orthogonal()((3,))",
        "ShapeError",
        ("shape=(3,)", "Orthogonal needs a shape with two dimensions or more. Receiv"),
    ),
    (
        "initializers.Identity()((3,))",
        "ShapeError",
        ("shape=(3,)", "Identity makes matrices only. Received"),
    ),
    ('initializers.GlorotUniform(seed="a")', "ValueError", ("`seed`", "seed='a'")),
    ("initializers.GlorotUniform()((-1,2))", "ShapeError", ("`shape`", "shape=(-1, 2)")),
    ('initializers.GlorotUniform()("x")', "ShapeError", ("`shape`", "shape='x'")),
    (
        'initializers.Constant("a")((2,))',
        "DataError",
        ("`value`", "an array of strings, dtype=<U1, shape=()"),
    ),
    ('regularizers.get("l3")', "ValueError", ("Unknown regularizer 'l3'",)),
    ('regularizers.L1("a")', "ValueError", ("`l1`", "l1='a'")),
    ("regularizers.L1(-1.0)", "ValueError", ("`l1`", "l1=-1.0")),
    ("regularizers.L2(np.nan)", "ValueError", ("`l2`", "l2=nan")),
    (
        'regularizers.OrthogonalRegularizer(mode="x")',
        "ValueError",
        ("Unknown mode of OrthogonalRegularizer 'x'",),
    ),
    (
        "regularizers.OrthogonalRegularizer()(np.ones(3))",
        "ShapeError",
        ("an array of shape (3,)", "OrthogonalRegularizer needs a matrix. Received an array of s"),
    ),
    (
        'constraints.get("maxnorm")',
        "ValueError",
        ("Unknown constraint 'maxnorm'", "Did you mean 'MaxNorm'"),
    ),
    ("constraints.MaxNorm(-1.0)", "ValueError", ("`max_value`", "max_value=-1.0")),
    ("constraints.MinMaxNorm(2.0, 1.0)", "ValueError", ("`max_value`", "max_value=1.0")),
    ("constraints.MinMaxNorm(rate=2.0)", "ValueError", ("`rate`", "rate=2.0")),
    ('activations.get("rlu")', "ValueError", ("Unknown activation 'rlu'", "Did you mean 'relu'")),
    ("activations.get(5)", "TypeError", ("`activation`", "5")),
    ("activations.softmax(np.float64(3.0))", "ShapeError", ("`axis`", "axis=-1")),
    ("activations.softmax(X, axis=7)", "ShapeError", ("`axis`", "axis=7")),
    ('activations.relu("x")', "DataError", ("`x`", "an array of strings, dtype=<U1, shape=()")),
]
