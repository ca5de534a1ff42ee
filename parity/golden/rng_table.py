"""The cases that `make_rng.py` records, as plain data, one list for each section."""

from __future__ import annotations

M64 = 2**64 - 1
FLOATS = ("float32", "float64")
SHAPES = ([1], [3], [10], [7, 3], [33, 129], [784, 512])
INITIALIZERS = (
    "glorot_uniform", "glorot_normal", "he_normal", "he_uniform", "lecun_normal", "lecun_uniform",
    "random_normal", "truncated_normal", "random_uniform", "orthogonal",
)  # fmt: skip


def default_table():
    """All cases. `--table FILE` gives another table of the same form."""
    return {**stream_cases(), **distribution_cases(), **layer_cases(), **fit_cases()}


def stream_cases():
    """Words, keys, seeds and generators."""
    pi = [0x85A308D3243F6A88, 0x0370734413198A2E]
    key = [0x0123456789ABCDEF]
    return {
        "philox": [
            {"key": [0], "counter": [0, 0], "n": 12},
            {"key": [M64], "counter": [M64, M64], "n": 12},
            {"key": [0x299F31D0A4093822], "counter": pi, "n": 12},
            {"key": key, "counter": [0xFFFFFFFE, 7], "n": 16},
            {"key": key, "counter": [M64 - 1, 7], "n": 16},
        ],
        "derive": [
            [0, 0], [1, 0], [777, 0], [777, 1], [0, 777], [2**31 - 1, 0], [123456789, 42], [-1, 0],
            [-5, 123],
        ],
        "cast_seed": [
            0, 1, 777, 2**31 - 3, 2**31 - 2, 2**31 - 1, 2**31, 2**32 + 5, 2**40 + 3, -1, -777,
        ],
        "libm32": True,
        "python_draws": [0, 1, 42, 777, 123456789, 2**32 - 1],
        "seedgen": [
            {"seed": seed, "ordered": ordered, "n": 8}
            for seed in (0, 777, 999999999)
            for ordered in (True, False)
        ],
        "global_seedgen": [777, 12],
        "stateful_calls": [{"seed": 42, "shape": [4, 5], "n": 3}],
    }  # fmt: skip


def distribution_cases():
    """Functions of `keras.random` and initializers."""
    normals = [
        {"seed": 777, "shape": shape, "mean": 0.0, "stddev": 1.0, "dtype": dtype}
        for shape in SHAPES
        for dtype in FLOATS
    ] + [
        {"seed": 1, "shape": [21, 2], "mean": 0.1, "stddev": 0.0377, "dtype": dtype}
        for dtype in FLOATS
    ]
    standard = {"mean": 0.0, "stddev": 1.0}
    return {
        "uniform": [
            {"seed": 777, "shape": shape, "minval": 0.0, "maxval": 1.0, "dtype": dtype}
            for shape in SHAPES
            for dtype in FLOATS
        ]
        + [
            {"seed": seed, "shape": [11, 5], "minval": -0.3, "maxval": 0.7, "dtype": dtype}
            for seed in (1, 123456789)
            for dtype in FLOATS
        ]
        + [{"seed": 5, "shape": [0], "minval": 0.0, "maxval": 1.0, "dtype": "float32"}],
        "randint": [
            {"seed": 777, "shape": [17], "minval": -3, "maxval": 11, "dtype": "int32"},
            {"seed": 1, "shape": [5, 7], "minval": 0, "maxval": 2**31 - 1, "dtype": "int32"},
            {"seed": 2, "shape": [9], "minval": -(2**31), "maxval": 2**31 - 1, "dtype": "int32"},
            {"seed": 777, "shape": [17], "minval": -7, "maxval": 10**12, "dtype": "int64"},
        ],
        "normal": [*normals, {"seed": 3510, "shape": [1024], **standard, "dtype": "float32"}],
        "truncated_normal": [
            *normals,
            {"seed": 96, "shape": [2000], **standard, "dtype": "float32"},
            {"seed": 384, "shape": [2000], **standard, "dtype": "float64"},
        ],
        "keras_random": [
            {"fn": "shuffle", "n": 50, "seed": 9},
            {"fn": "shuffle", "n": 3000, "seed": 1},
            {"fn": "dropout", "shape": [6, 7], "rate": 0.4, "seed": 5},
        ],
        "initializers": initializer_cases(),
        "xla_uniform": [
            {"seed": 777, "shape": shape, "dtype": dtype}
            for shape in ([7, 3], [33, 129])
            for dtype in FLOATS
        ],
        "xla_normal": [
            {"seed": 777, "shape": shape, "dtype": dtype}
            for shape in ([], [1], [3], [10], [7, 3], [8, 37], [5, 3, 5], [3, 2, 4], [33, 129])
            for dtype in FLOATS
        ],
    }


def initializer_cases():
    """Every random initializer with a seed."""

    def case(name, shape, dtype, **config):
        return {"name": name, "config": config, "shape": shape, "dtype": dtype}

    scaled = {"scale": 0.7, "mode": "fan_out", "distribution": "untruncated_normal"}
    return [
        *(
            case(name, shape, dtype, seed=1337)
            for name in INITIALIZERS
            for shape in ([64, 32], [5, 7], [3, 3, 2, 4])
            for dtype in FLOATS
        ),
        *(case(name, [784, 512], "float32", seed=2**31 + 9) for name in INITIALIZERS[:4]),
        *(case("variance_scaling", [9, 11], dtype, seed=3, **scaled) for dtype in FLOATS),
        case("random_uniform", [6], "float64", seed=4, minval=-0.1, maxval=0.3),
        case("random_normal", [13], "float32", seed=4, mean=1.5, stddev=0.3),
    ]


def layer_cases():
    """Seeds that layers draw, the weights of models, and the noise of layers."""
    return {
        "draw_counts": draw_count_cases(),
        "models": model_cases(),
        "noise_layers": [
            {"layer": [name, dict(arguments, seed=11)], "shape": [6, 7], "dtype": dtype}
            for name, arguments in (
                ("Dropout", {"rate": 0.5}),
                ("Dropout", {"rate": 0.3}),
                ("Dropout", {"rate": 0.9}),
                ("GaussianNoise", {"stddev": 0.7}),
                ("GaussianDropout", {"rate": 0.3}),
                ("AlphaDropout", {"rate": 0.2}),
            )
            for dtype in FLOATS
        ]
        + [
            {"layer": [name, arguments], "shape": shape, "dtype": "float32"}
            for name, arguments, shape in (
                ("Dropout", {"rate": 0.4, "noise_shape": [None, 1, 5], "seed": 3}, [4, 6, 5]),
                ("SpatialDropout1D", {"rate": 0.4, "seed": 3}, [4, 6, 5]),
                ("Dropout", {"rate": 0.25, "seed": 2**31 + 77}, [128, 512]),
            )
        ],
    }


def draw_count_cases():
    """Layers with their arguments; how many seeds does each draw?"""
    seeded, unseeded = ({"class_name": "HeNormal", "config": c} for c in ({"seed": 3}, {}))
    two = {"kernel_initializer": "orthogonal", "bias_initializer": "random_normal"}
    return [
        ["Input", {"shape": [4]}],
        ["Dense", {"units": 8}],
        ["Dense", {"units": 8, "use_bias": False}],
        ["Dense", {"units": 8, "kernel_initializer": "he_normal"}],
        ["Dense", {"units": 8, "kernel_initializer": "zeros"}],
        ["Dense", {"units": 8, **two}],
        ["Dense", {"units": 8, "kernel_initializer": seeded}],
        ["Dense", {"units": 8, "kernel_initializer": unseeded}],
        ["Dropout", {"rate": 0.5}], ["Dropout", {"rate": 0.5, "seed": 1}],
        ["Dropout", {"rate": 0.0}], ["GaussianNoise", {"stddev": 0.1}],
        ["GaussianNoise", {"stddev": 0.0}], ["GaussianDropout", {"rate": 0.1}],
        ["AlphaDropout", {"rate": 0.1}], ["SpatialDropout1D", {"rate": 0.1}],
        ["BatchNormalization", {}], ["LayerNormalization", {}],
        ["Embedding", {"input_dim": 10, "output_dim": 4}],
        ["Conv2D", {"filters": 4, "kernel_size": 3}], ["Activation", {"activation": "relu"}],
        *([name, {}] for name in ("ReLU", "LeakyReLU", "Softmax", "Flatten")),
        ["Reshape", {"target_shape": [2, 2]}],
        *([name, {}] for name in ("Concatenate", "Add", "PReLU")),
        ["Rescaling", {"scale": 2.0}],
        *([name, {"units": 4}] for name in ("SimpleRNN", "LSTM", "GRU")),
    ]  # fmt: skip


def model_cases():
    """Models whose initial weights are recorded."""
    plain = [
        ["Input", {"shape": [784]}],
        ["Dense", {"units": 512, "activation": "relu"}],
        ["Dense", {"units": 65, "activation": "tanh"}],
        ["Dense", {"units": 10, "activation": "softmax"}],
    ]
    he = {"kernel_initializer": "he_normal"}
    mixed = [
        ["Input", {"shape": [37]}],
        ["Dense", {"units": 101, **he}],
        ["BatchNormalization", {}],
        ["ReLU", {}],
        ["Dropout", {"rate": 0.3}],
        ["Dense", {"units": 33, **he, "bias_initializer": "random_normal"}],
        ["BatchNormalization", {}],
        ["Activation", {"activation": "relu"}],
        ["Dropout", {"rate": 0.0}],
        ["GaussianNoise", {"stddev": 0.1}],
        ["Dense", {"units": 3}],
    ]
    b = {"units": 9, "activation": "relu", "kernel_initializer": "lecun_normal"}
    a = {"units": 11, "activation": "relu", "kernel_initializer": "he_uniform"}
    functional = {
        "construct": [
            ["head", "Dense", {"units": 2}],
            ["b", "Dense", b],
            ["a", "Dense", a],
            ["cat", "Concatenate", {}],
        ],
        "inputs": [["i1", [5]], ["i2", [7]]],
        "calls": [["b", ["i2"]], ["a", ["i1"]], ["cat", ["a", "b"]], ["head", ["cat"]]],
        "outputs": ["head"],
    }
    lazy = [
        ["Dense", {"units": 8, "activation": "relu"}],
        ["Dropout", {"rate": 0.5}],
        ["Dense", {"units": 3}],
    ]
    return [
        *(
            {"seed": seed, "model": model, "floatx": floatx}
            for model in ({"layers": plain}, {"layers": mixed}, functional)
            for seed, floatx in ((777, "float32"), (0, "float32"), (777, "float64"))
        ),
        {"seed": 2**32 - 1, "model": {"layers": mixed}, "floatx": "float32"},
        {"seed": 777, "floatx": "float32", "lazy_input": [6], "model": {"layers": lazy}},
    ]


def fit_cases():
    """What `fit` draws, the order of its samples, and whole training runs."""
    size = {"units": 37, "batch": 8, "batches": 3}
    seeds = (777, 1), (777, 2), (777, 3), (777, 10), (1, 10), (0, 10), (2**31 - 2, 10)
    more = (2**31 - 1, 10), (2**31, 10), (2**32 - 1, 10), (777, 1000)
    dropout = ["Dropout", {"rate": 0.3}]

    def noise(layer, floatx, epochs, jit_compile):
        head = {"seed": 777, "layer": layer, "floatx": floatx}
        return {**head, **size, "epochs": epochs, "jit_compile": jit_compile}

    def order(n, batch_size, epochs, fits=1, shuffle=True, seed=777, **extra):
        head = {"seed": seed, "n": n, "batch_size": batch_size, "epochs": epochs, "fits": fits}
        return {**head, "shuffle": shuffle, **extra}

    return {
        "fit_noise": [
            *(noise(dropout, floatx, 2, jit) for floatx in FLOATS for jit in (False, "auto")),
            noise(["GaussianNoise", {"stddev": 0.7}], "float32", 1, "auto"),
            noise(["GaussianDropout", {"rate": 0.3}], "float32", 1, "auto"),
        ],
        "xla_fit_noise": [
            *(noise(dropout, floatx, 1, True) for floatx in FLOATS),
            *(noise(["GaussianNoise", {"stddev": 0.7}], floatx, 1, True) for floatx in FLOATS),
            noise(["GaussianDropout", {"rate": 0.3}], "float32", 1, True),
            noise(["AlphaDropout", {"rate": 0.3}], "float32", 1, True),
        ],
        "shuffle": [
            *(order(n, 32, 3, seed=seed) for seed, n in (*seeds, *more)),
            order(60000, 1000, 3),
            order(10, 4, 2, fits=2),
            order(100, 32, 2, validation_split=0.2),
            order(100, 32, 2, shuffle="batch"),
            order(100, 10, 2, steps_per_epoch=4),
            order(10, 4, 1, shuffle=False),
        ],
        "e2e": training_cases(),
    }


def training_cases():
    """Training from the seed alone: losses and weights along the way."""
    common = {"n": 2000, "d": 20, "data_seed": 11, "batch_size": 32, "epochs": 10}
    common |= {"marks": [1, 10, 100], "jit_compile": "auto", "task": "classify", "classes": 4}
    head = ["Dense", {"units": 4}]
    sgd, adam = ["SGD", {"learning_rate": 0.05}], ["Adam", {"learning_rate": 0.001}]
    from_logits = ["SparseCategoricalCrossentropy", {"from_logits": True}]
    softmax = ["Dense", {"units": 4, "activation": "softmax"}]
    return [
        *(
            {
                **common,
                "loss": from_logits,
                "layers": [*hidden_layers((64, 32), 0.3, "glorot_uniform"), head],
                "seed": 777,
                "floatx": floatx,
                "optimizer": optimizer,
            }
            for floatx in FLOATS
            for optimizer in (sgd, adam)
        ),
        {
            **common,
            "seed": 777,
            "floatx": "float64",
            "epochs": 3,
            "validation_split": 0.1,
            "optimizer": ["Adam", {"learning_rate": 0.01}],
            "loss": "sparse_categorical_crossentropy",
            "layers": [*hidden_layers((32, 16), 0.2, "he_normal"), softmax],
        },
    ]


def hidden_layers(widths, rate, initializer):
    """An input of 20 numbers; then Dense, BatchNormalization and Dropout for each width."""
    layers = [["Input", {"shape": [20]}]]
    for units in widths:
        arguments = {"units": units, "activation": "relu", "kernel_initializer": initializer}
        layers += [["Dense", arguments], ["BatchNormalization", {}], ["Dropout", {"rate": rate}]]
    return layers
