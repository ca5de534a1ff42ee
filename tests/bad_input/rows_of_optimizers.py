"""Bad calls of optimizers and schedules: the call, its error, words that the message must have."""

from __future__ import annotations

ROWS = [
    ("optimizers.SGD(momentum=-1.0)", "ValueError", ("`momentum`", "momentum=-1.0")),
    ("optimizers.SGD(momentum=1.5)", "ValueError", ("`momentum`", "momentum=1.5")),
    ('optimizers.SGD(momentum="a")', "ValueError", ("`momentum`", "'a'")),
    ("optimizers.SGD(clipnorm=-1.0)", "ValueError", ("`clipnorm`", "clipnorm=-1.0")),
    (
        "optimizers.SGD(clipnorm=1.0, clipvalue=1.0)",
        "ValueError",
        ("`clipnorm`", "clipnorm=1.0, clipvalue=1.0"),
    ),
    ("optimizers.SGD(weight_decay=-0.1)", "ValueError", ("`weight_decay`", "weight_decay=-0.1")),
    (
        "optimizers.SGD(ema_momentum=2.0, use_ema=True)",
        "ValueError",
        ("`ema_momentum`", "ema_momentum=2.0"),
    ),
    (
        "optimizers.SGD(gradient_accumulation_steps=1)",
        "ValueError",
        ("`gradient_accumulation_steps`", "gradient_accumulation_steps=1"),
    ),
    (
        "optimizers.SGD(loss_scale_factor=0)",
        "ValueError",
        ("`loss_scale_factor`", "loss_scale_factor=0"),
    ),
    ("optimizers.Adam(beta_1=1.0)", "ValueError", ("`beta_1`", "beta_1=1.0")),
    ("optimizers.Adam(beta_1=-0.1)", "ValueError", ("`beta_1`", "beta_1=-0.1")),
    ('optimizers.Adam(beta_2="x")', "ValueError", ("`beta_2`", "beta_2='x'")),
    ("optimizers.Adam(epsilon=-1e-7)", "ValueError", ("`epsilon`", "epsilon=-1e-07")),
    ("optimizers.RMSprop(rho=2.0)", "ValueError", ("`rho`", "rho=2.0")),
    (
        "optimizers.Adagrad(initial_accumulator_value=-1)",
        "ValueError",
        ("`initial_accumulator_value`", "initial_accumulator_value=-1"),
    ),
    ("optimizers.Adadelta(rho=-1.0)", "ValueError", ("`rho`", "rho=-1.0")),
    (
        "optimizers.Ftrl(learning_rate_power=1.0)",
        "ValueError",
        ("`learning_rate_power`", "learning_rate_power=1.0"),
    ),
    (
        "optimizers.Ftrl(initial_accumulator_value=-1.0)",
        "ValueError",
        ("`initial_accumulator_value`", "initial_accumulator_value=-1.0"),
    ),
    ("optimizers.Lion(beta_1=0.0)", "ValueError", ("`beta_1`", "beta_1=0.0")),
    ('optimizers.get("adm")', "ValueError", ("Unknown optimizer 'adm'", "Did you mean 'Adam'")),
    (
        "optimizers.get(5)",
        "ValueError",
        ("5", "An optimizer is a name, a dictionary with 'class_name' and '"),
    ),
    (
        'optimizers.get({"class_name": "Adm", "config": {}})',
        "ValueError",
        ("Unknown optimizer 'Adm'", "Did you mean 'Adam'"),
    ),
    (
        "optimizers.SGD().apply([X], [])",
        "ValueError",
        ("1 gradients and 0 variables", "There must be one gradient for each"),
    ),
    (
        "optimizers.SGD().apply([X], [Variable(np.ones((2,2)))])",
        "ShapeError",
        ("shape (12, 4)", "must have its shape (2, 2). Received"),
    ),
    (
        "optimizers.SGD().apply([None], [Variable(np.ones((2,2)))])",
        "ValueError",
        ("nothing was added to the gradients of",),
    ),
    (
        "optimizers.SGD().apply_gradients([(X, 5)])",
        "ValueError",
        ("5", "An optimizer is built with a list of Variables, such as mode"),
    ),
    (
        'optimizers.schedules.ExponentialDecay("a", 1, 0.9)',
        "ValueError",
        ("`initial_learning_rate`", "initial_learning_rate='a'"),
    ),
    (
        "optimizers.schedules.ExponentialDecay(0.1, 0, 0.9)",
        "ValueError",
        ("`decay_steps`", "decay_steps=0"),
    ),
    (
        "optimizers.schedules.PiecewiseConstantDecay([1,2],[0.1])",
        "ValueError",
        ("`values`", "boundaries=[1, 2] of length 2, and"),
    ),
    (
        "optimizers.schedules.PolynomialDecay(0.1, 0)",
        "ValueError",
        ("`decay_steps`", "decay_steps=0"),
    ),
    ("optimizers.schedules.CosineDecay(0.1, 0)", "ValueError", ("`decay_steps`", "decay_steps=0")),
    (
        "optimizers.schedules.InverseTimeDecay(0.1, 0, 1)",
        "ValueError",
        ("`decay_steps`", "decay_steps=0"),
    ),
    (
        "optimizers.schedules.CosineDecayRestarts(0.1, -1)",
        "ValueError",
        ("`first_decay_steps`", "first_decay_steps=-1"),
    ),
    ("optimizers.Adamm", "AttributeError", ("Did you mean 'Adam'",)),
]
