"""The compiled models that change sides: every layer and every optimizer is in one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Specs = tuple[tuple[str, dict[str, Any]], ...]

STACKS: dict[str, tuple[tuple[int, ...], Specs]] = {
    "dense-and-norms": (
        (4,),
        (
            ("Dense", {"units": 5, "activation": "relu", "kernel_regularizer": "l2"}),
            ("BatchNormalization", {}),
            ("LayerNormalization", {}),
            ("UnitNormalization", {}),
            ("RMSNormalization", {}),
            ("Activation", {"activation": "selu"}),
            ("Dense", {"units": 3, "kernel_constraint": "max_norm"}),
        ),
    ),
    "activations": (
        (4,),
        (
            ("Dense", {"units": 5}),
            ("ReLU", {"negative_slope": 0.1}),
            ("Dense", {"units": 5}),
            ("LeakyReLU", {}),
            ("PReLU", {}),
            ("Dense", {"units": 5}),
            ("ELU", {}),
            ("Dense", {"units": 5}),
            ("Softmax", {}),
            ("ActivityRegularization", {"l2": 0.1}),
            ("Dense", {"units": 3}),
        ),
    ),
    "noise": (
        (4,),
        (
            ("GaussianNoise", {"stddev": 0.1, "seed": 1}),
            ("Dense", {"units": 5}),
            ("Dropout", {"rate": 0.5, "seed": 2}),
            ("GaussianDropout", {"rate": 0.3, "seed": 3}),
            ("AlphaDropout", {"rate": 0.3, "seed": 4}),
            ("Dense", {"units": 3}),
        ),
    ),
    "noise-shapes": (
        (5, 4),
        (
            ("Dropout", {"rate": 0.3, "noise_shape": (None, 1, 4), "seed": 5}),
            ("Dense", {"units": 6}),
            ("GaussianNoise", {"stddev": 0.1, "seed": 6}),
            ("SpatialDropout1D", {"rate": 0.4, "seed": 7}),
            ("GaussianDropout", {"rate": 0.2, "seed": 8}),
            ("AlphaDropout", {"rate": 0.3, "noise_shape": (None, 5, 1), "seed": 9}),
            ("Dropout", {"rate": 0.0}),
            ("Flatten", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "images": (
        (8, 8, 2),
        (
            ("Rescaling", {"scale": 0.5}),
            ("ZeroPadding2D", {}),
            ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}),
            ("MaxPooling2D", {}),
            ("GroupNormalization", {"groups": 2}),
            ("AveragePooling2D", {"pool_size": 2, "padding": "same"}),
            ("Flatten", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "global-average": (
        (8, 8, 2),
        (
            ("Conv2D", {"filters": 4, "kernel_size": 3}),
            ("GlobalAveragePooling2D", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "global-max": (
        (8, 8, 2),
        (
            ("Conv2D", {"filters": 4, "kernel_size": 3}),
            ("GlobalMaxPooling2D", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "shapes": (
        (5, 4),
        (
            ("Permute", {"dims": (2, 1)}),
            ("Reshape", {"target_shape": (10, 2)}),
            ("Flatten", {}),
            ("Dense", {"units": 4}),
            ("RepeatVector", {"n": 2}),
            ("SpatialDropout1D", {"rate": 0.5, "seed": 4}),
            ("Flatten", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "image-moves": (
        (8, 8, 2),
        (
            ("RandomFlip", {"mode": "horizontal", "seed": 1}),
            ("RandomRotation", {"factor": 0.1, "fill_mode": "wrap", "seed": 2}),
            ("RandomTranslation", {"height_factor": 0.2, "width_factor": (0.1, 0.3), "seed": 3}),
            ("RandomZoom", {"height_factor": 0.2, "fill_mode": "nearest", "seed": 4}),
            ("Flatten", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "image-colors": (
        (8, 8, 2),
        (
            ("RandomFlip", {"mode": "vertical", "seed": 1}),
            ("RandomBrightness", {"factor": 0.2, "value_range": (-2.0, 2.0), "seed": 2}),
            ("RandomContrast", {"factor": 0.3, "value_range": (-2.0, 2.0), "seed": 3}),
            ("CenterCrop", {"height": 6, "width": 5}),
            ("Resizing", {"height": 4, "width": 7, "interpolation": "nearest"}),
            ("Rescaling", {"scale": 0.5, "offset": 0.25}),
            ("ZeroPadding2D", {"padding": ((1, 0), (0, 2))}),
            ("Cropping2D", {"cropping": ((0, 1), (2, 1))}),
            ("UpSampling2D", {"size": (2, 1)}),
            ("Flatten", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "image-crop": (
        (8, 8, 2),
        (
            ("RandomContrast", {"factor": (0.2, 0.5), "seed": 4}),
            ("RandomCrop", {"height": 5, "width": 6, "seed": 1}),
            ("Flatten", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "categories": (
        (4,),
        (
            ("Discretization", {"bin_boundaries": [-0.5, 0.5]}),
            ("CategoryEncoding", {"num_tokens": 3, "output_mode": "one_hot"}),
            ("Flatten", {}),
            ("Dense", {"units": 3}),
        ),
    ),
    "normalization": (
        (4,),
        (
            ("Masking", {"mask_value": 9.0}),
            ("Identity", {}),
            ("Normalization", {"mean": [0.0, 1.0, 2.0, 3.0], "variance": [1.0, 2.0, 3.0, 4.0]}),
            ("Dense", {"units": 3}),
        ),
    ),
}

EVERYTHING: dict[str, Any] = {
    "use_ema": True,
    "ema_momentum": 0.9,
    "ema_overwrite_frequency": 2,
    "gradient_accumulation_steps": 2,
    "weight_decay": 0.01,
    "clipnorm": 0.5,
}
"""Whatever makes any optimizer keep more; three steps end within an accumulation of two."""

OPTIMIZERS: dict[str, Callable[[Any], Any]] = {
    "sgd": lambda o: o.SGD(0.01, momentum=0.9, nesterov=True),
    "schedule": lambda o: o.SGD(o.schedules.ExponentialDecay(0.1, 3, 0.5)),
    "rmsprop": lambda o: o.RMSprop(0.01, momentum=0.5, centered=True),
    "adam": lambda o: o.Adam(0.01, amsgrad=True),
    "adamw": lambda o: o.AdamW(0.01),
    "nadam": lambda o: o.Nadam(0.01),
    "adamax": lambda o: o.Adamax(0.01),
    "adagrad": lambda o: o.Adagrad(0.01),
    "adadelta": lambda o: o.Adadelta(0.5),
    "adafactor": lambda o: o.Adafactor(0.01),
    "ftrl": lambda o: o.Ftrl(0.01),
    "lion": lambda o: o.Lion(0.01),
    "lamb": lambda o: o.Lamb(0.01),
    "muon": lambda o: o.Muon(0.01),
    "schedule-free": lambda o: o.ScheduleFreeAdamW(0.01),
    "loss-scale": lambda o: o.LossScaleOptimizer(o.SGD(0.01, momentum=0.5)),
    "loss-scale-adafactor": lambda o: o.LossScaleOptimizer(o.Adafactor(0.01)),
    "average": lambda o: o.SGD(0.01, use_ema=True, ema_overwrite_frequency=2),
    "accumulation": lambda o: o.Adam(0.01, gradient_accumulation_steps=2),
    "adam-everything": lambda o: o.Adam(0.01, amsgrad=True, **EVERYTHING),
    "adamw-everything": lambda o: o.AdamW(0.01, amsgrad=True, **EVERYTHING),
    "sgd-everything": lambda o: o.SGD(0.01, momentum=0.9, nesterov=True, **EVERYTHING),
    "rmsprop-everything": lambda o: o.RMSprop(0.01, momentum=0.9, centered=True, **EVERYTHING),
    "nadam-everything": lambda o: o.Nadam(0.01, **EVERYTHING),
    "loss-scale-nadam": lambda o: o.LossScaleOptimizer(o.Nadam(0.01)),
    "loss-scale-everything": lambda o: o.LossScaleOptimizer(
        o.Nadam(0.01, **EVERYTHING), initial_scale=4.0, dynamic_growth_steps=2
    ),
    "clipping": lambda o: o.Adam(0.01, global_clipnorm=0.5, weight_decay=0.01),
}


def stack(shape: tuple[int, ...], specs: Specs, optimizer: str = "adam") -> Callable[[Any], Any]:
    """Return what makes a compiled Sequential model in either library."""

    def make(side: Any) -> Any:
        layers = [getattr(side.layers, name)(**kwargs) for name, kwargs in specs]
        model = side.Sequential([side.layers.Input(shape), *layers])
        rule = OPTIMIZERS[optimizer](side.optimizers)
        # a compiled step works a schedule out with other roundings than an eager one
        eager = optimizer != "schedule"
        model.compile(rule, "mean_squared_error", metrics=["mae"], run_eagerly=eager)
        return model

    return make


def branches(side: Any) -> Any:
    """Return a compiled model of two inputs and outputs, a shared layer and models within."""
    layers, options = side.layers, {"run_eagerly": True}
    a, b = layers.Input((4,), name="a"), layers.Input((4,), name="b")
    shared = layers.Dense(4, "tanh")
    h, g = shared(a), shared(shared(b))
    inner = side.Sequential([layers.Input((4,)), layers.Dense(4, "relu")])
    i, j = layers.Input((4,)), layers.Input((4,))
    outer = side.Model([i, j], [layers.Add()([i, j]), layers.Subtract()([i, j])])
    p, q = outer([inner(h), g])
    parts = [
        *(layers.Multiply()([p, g]), layers.Average()([p, q])),
        *(layers.Maximum()([h, g]), layers.Minimum()([h, g]), layers.Dot(axes=1)([h, g])),
    ]
    outputs = {
        "up": layers.Dense(2, name="up")(layers.Concatenate()(parts)),
        "down": layers.Dense(1, "sigmoid", name="down")(p),
    }
    model = side.Model({"a": a, "b": b}, outputs)
    losses = {"up": "mean_squared_error", "down": side.losses.Huber()}
    model.compile("adam", losses, loss_weights={"up": 0.5, "down": 2.0}, **options)
    return model
