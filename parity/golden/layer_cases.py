"""The layers and options that the golden numbers of layers are recorded for."""

from __future__ import annotations

from typing import Any

IMAGE = (2, 7, 6, 3)


def case(name: str, *shapes: tuple[int, ...], values: str = "normal", **options: Any):
    return {"class": name, "shapes": shapes, "values": values, "options": options}


def reshaping() -> list[dict[str, Any]]:
    return [
        case("Flatten", (3, 2, 4)),
        case("Reshape", (3, 2, 6), target_shape=[3, -1, 2]),
        case("Permute", (3, 2, 4, 5), dims=[3, 1, 2]),
        case("RepeatVector", (3, 4), n=3),
        case("ZeroPadding2D", (2, 3, 2, 2), padding=[[1, 0], [2, 3]]),
        case("ZeroPadding2D", (2, 3, 2, 2), padding=[1, 2]),
    ]


def activations() -> list[dict[str, Any]]:
    plain = [
        ("ReLU", {}),
        ("ReLU", {"max_value": 6.0}),
        ("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.3}),
        ("ReLU", {"threshold": 0.7}),
        ("LeakyReLU", {}),
        ("LeakyReLU", {"negative_slope": 0.1}),
        ("PReLU", {}),
        ("PReLU", {"shared_axes": [1]}),
        ("ELU", {}),
        ("ELU", {"alpha": 0.3}),
        ("Softmax", {}),
        ("Softmax", {"axis": 1}),
        ("Softmax", {"axis": [1, 2]}),
    ]
    return [
        case(name, (3, 4, 5), values=values, **options)
        for name, options in plain
        for values in ("normal", "ties")
    ]


def merging() -> list[dict[str, Any]]:
    cases = []
    for name in ("Add", "Multiply", "Average", "Maximum", "Minimum"):
        cases += [
            case(name, (4, 3), (4, 3), values="ties"),
            case(name, (4, 3), (4, 3), (4, 3), values="ties"),
            case(name, (4, 2, 3), (4, 3), (4, 1, 1), values="ties"),
        ]
    return [
        *cases,
        case("Subtract", (4, 3), (4, 3)),
        case("Subtract", (4, 1), (4, 2, 3)),
        case("Concatenate", (4, 3), (4, 1), (4, 2)),
        case("Concatenate", (4, 3, 2), (4, 1, 2), axis=1),
        case("Dot", (4, 3), (4, 3), axes=1),
        case("Dot", (4, 3), (4, 3), axes=-1, normalize=True),
        case("Dot", (4, 3), (4, 2, 3), axes=[1, 2]),
        case("Dot", (4, 2, 3), (4, 3), axes=[2, 1], normalize=True),
        case("Dot", (4, 2, 3), (4, 3, 5), axes=[2, 1]),
        case("Dot", (4, 3, 2, 5), (4, 6, 3), axes=[1, 2], normalize=True),
        case("Dot", (4, 3), (4, 3), values="zero_row", axes=1, normalize=True),
    ]


def normalization() -> list[dict[str, Any]]:
    return [
        case("LayerNormalization", (4, 6)),
        case("LayerNormalization", (4, 6), values="offset"),
        case("LayerNormalization", (4, 3, 5), axis=1, epsilon=0.1),
        case("LayerNormalization", (4, 3, 2, 5), axis=[3, 1]),
        case("LayerNormalization", (4, 6), center=False),
        case("LayerNormalization", (4, 6), scale=False),
        case("LayerNormalization", (4, 3, 5), rms_scaling=True),
        case("RMSNormalization", (4, 6)),
        case("RMSNormalization", (4, 3, 5), axis=[1, 2], epsilon=0.1),
        case("GroupNormalization", (3, 5, 6), groups=2),
        case("GroupNormalization", (3, 6, 2, 2), groups=3, axis=1, epsilon=0.1),
        case("GroupNormalization", (3, 2, 6, 2), groups=-1, axis=-2, center=False),
        case("GroupNormalization", (3, 4), groups=1, scale=False),
        case("UnitNormalization", (4, 6)),
        case("UnitNormalization", (4, 3, 5), axis=[1, 2]),
        case("UnitNormalization", (4, 6), values="zero_row"),
    ]


def preprocessing() -> list[dict[str, Any]]:
    statistics = {"mean": [0.3, 0.1, -2.0], "variance": [0.7, 0.0, 4.0]}
    return [
        case("Rescaling", (4, 3), scale=0.1, offset=0.7),
        case("Rescaling", (4, 3), scale=[0.1, 0.3, 2.0], offset=1),
        case("Normalization", (4, 3), **statistics),
        case("Normalization", (4, 2, 3), invert=True, **statistics),
        case("Normalization", (4, 3), axis=None, mean=0.3, variance=0.7),
        case("Normalization", (4, 3, 2), axis=[1, 2], mean=[0.3, 0.1], variance=[0.7, 0.1]),
    ]


def convolution() -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = [
        {"kernel_size": 3},
        {"kernel_size": 1, "use_bias": False},
        {"kernel_size": [2, 4], "padding": "same"},
        {"kernel_size": 3, "strides": 2, "padding": "same"},
        {"kernel_size": 2, "strides": [3, 2], "padding": "same"},
        {"kernel_size": [3, 2], "strides": [2, 3]},
        {"kernel_size": 3, "dilation_rate": 2},
        {"kernel_size": [2, 3], "dilation_rate": [3, 2], "padding": "same"},
        {"kernel_size": 2, "activation": "tanh"},
        {"kernel_size": 7, "padding": "same"},
        {"kernel_size": 1, "strides": 3, "padding": "same"},
    ]
    return [
        *(case("Conv2D", IMAGE, filters=4, **given) for given in options),
        case("Conv2D", (3, 5, 4, 1), filters=2, kernel_size=3),
        case("Conv2D", (2, 5, 4, 4), filters=6, kernel_size=2, groups=2),
    ]


def pooling() -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = [
        {"pool_size": 2},
        {"pool_size": 3, "strides": 2},
        {"pool_size": 3, "strides": 1, "padding": "same"},
        {"pool_size": [2, 3], "strides": [3, 1], "padding": "same"},
        {"pool_size": 2, "strides": 3},
        {"pool_size": [4, 5], "padding": "same"},
    ]
    cases = [
        case(name, IMAGE, values=values, **given)
        for name in ("MaxPooling2D", "AveragePooling2D")
        for given in options
        for values in ("normal", "ties")
    ]
    for name in ("GlobalAveragePooling2D", "GlobalMaxPooling2D"):
        cases += [case(name, IMAGE, values="ties"), case(name, IMAGE, keepdims=True)]
    return cases


def sampling() -> list[dict[str, Any]]:
    return [
        case("Cropping2D", (2, 4, 6, 2), cropping=[[1, 0], [2, 3]]),
        case("Cropping2D", (2, 4, 5, 2), cropping=[1, 2]),
        case("Cropping2D", (2, 3, 4, 2), cropping=1),
        case("UpSampling2D", (2, 3, 2, 2)),
        case("UpSampling2D", (2, 3, 4, 1), size=[3, 1]),
    ]


def all_cases() -> list[dict[str, Any]]:
    return [
        *reshaping(),
        *activations(),
        *merging(),
        *normalization(),
        *preprocessing(),
        *convolution(),
        *pooling(),
        *sampling(),
    ]
