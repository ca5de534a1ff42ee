"""What random models do without, and why."""

from __future__ import annotations

BY_CHECKS = "has checks of its own, parity.checks.images: "

LAYERS = {
    "InputLayer": "every model has its own",
    "Lambda": "needs a function and, in nnscratch, its derivative; formulas of ops take its place",
    "CategoryEncoding": "takes numbers of categories, which no layer of a random model gives",
    "Discretization": "jumps where the last bit of a number decides between two intervals; "
    "tests.layers.test_categories has Keras's numbers",
    "Masking": "masks change what every layer, loss and metric behind it counts, which is recorded "
    "program by program in parity.golden.mask_programs",
    **dict.fromkeys(
        ("RandomRotation", "RandomTranslation", "RandomZoom"),
        BY_CHECKS + "TensorFlow moves images in float32 whatever their type",
    ),
    "RandomCrop": BY_CHECKS + "what Keras does in inference is another thing",
}
LOSSES = {"LossFunctionWrapper": "needs a function"}
METRICS = {
    "MeanAbsoluteScaledError": "nnscratch's own",
    "MeanMetricWrapper": "needs a function",
    "Mean": "takes no targets",
    "Sum": "takes no targets",
    "Accuracy": "compares class numbers, which no output is",
}
OPTIMIZERS: dict[str, str] = {}
INITIALIZERS = {
    "RandomInitializer": "the base class of those that draw",
    "STFT": "starts the kernel of a spectrogram, which no layer here has",
}
ACTIVATIONS = {
    "glu": "Keras builds the layer behind it for twice the width and then raises",
    "sparsemax": "nnscratch departs from Keras 3.15.1 on purpose (unit function/sparsemax-shared)",
}
OPERATIONS = {
    "Operation": "the base class",
    "squared_difference": "nnscratch's own",
    "broadcast_to": "needs the number of rows, which a graph does not know",
    "convert_to_numpy": "makes an array, no tensor of a graph",
    **dict.fromkeys(("is_tensor", "ndim", "shape", "size"), "no tensor: what is known of one"),
}
OPTIONS = {
    "convolutions in groups": "TensorFlow has no gradient of them on a CPU",
    "images resized or enlarged with interpolation": BY_CHECKS + "TensorFlow resizes in float32",
    "RMSNormalization along another axis than the last": "Keras 3.15.1 scales along the last one",
    "generalized crossentropies of label columns": "nnscratch departs from Keras 3.15.1 on purpose "
    "(unit generalized-crossentropy-of-a-column)",
}

LEFT_OUT: dict[str, str] = {
    **LAYERS,
    **LOSSES,
    **METRICS,
    **OPTIMIZERS,
    **INITIALIZERS,
    **ACTIVATIONS,
    **{f"ops.{name}": reason for name, reason in OPERATIONS.items()},
    **OPTIONS,
}
"""All of it."""


def by_reason() -> dict[str, list[str]]:
    """Return the names that share a reason, by reason.

    >>> by_reason()["takes no targets"]
    ['Mean', 'Sum']
    """
    found: dict[str, list[str]] = {}
    for name, reason in LEFT_OUT.items():
        found.setdefault(reason, []).append(name)
    return found
