"""What can be recorded: the kinds of numbers of a training step, and their names."""

from __future__ import annotations

from collections.abc import Iterable

from nnscratch.errors import unknown_name

OF_VARIABLES = {
    "weight": "value of a weight or moving statistic, after the step",
    "grad": "dL/dweight as the optimizer used it: unscaled, accumulated, clipped",
    "update": "weight after the step minus weight before it",
    "step_size": "effective step size of each parameter: what its gradient or momentum was "
    "multiplied by",
}
OF_CALLS = {
    "preactivation": "z, before the nonlinearity",
    "activation": "y, what the layer hands on",
    "preactivation_grad": "dL/dz",
    "activation_grad": "dL/dy",
    "input_grad": "dL/dx of what the layer was given",
    "batch_mean": "mean of the batch in BatchNormalization",
    "batch_variance": "variance of the batch in BatchNormalization",
    "mask": "which elements Dropout kept, or the noise it drew",
}
OF_STEPS = {
    "loss": "the batch's loss before the update, penalties included",
    "learning_rate": "the learning rate of the update",
    "rows": "numbers of the batch's rows in the training data",
    "draws": "the random draws of the step: stream, kind, shape, state",
}
GROUPS = {
    "activations": ("preactivation", "activation"),
    "gradients": ("grad", "preactivation_grad", "activation_grad", "input_grad"),
    "weights": ("weight",),
    "updates": ("update", "step_size"),
    "slots": ("slots",),
    "statistics": ("batch_mean", "batch_variance", "weight"),
    "masks": ("mask",),
    "randomness": ("draws", "rows", "mask"),
}
"""Names that stand for several kinds."""
SLOTS = "slots"
"""Stands for every slot of the optimizer; each is recorded under its own name."""
ALL = (*OF_VARIABLES, SLOTS, *OF_CALLS, *OF_STEPS)


def kinds_of(what: str | Iterable[str]) -> frozenset[str]:
    """Return the kinds that a user's choice names.

    `"all"` leaves `"input_grad"` out, which is to be found under the layer before; only the
    gradient of the network's own input has to be computed for it.

    Args:
        what: `"all"`, a kind, a group, or several of them.

    Raises:
        ValueError: a name that is none of these.

    >>> sorted(kinds_of(["activations", "weight"]))
    ['activation', 'preactivation', 'weight']
    """
    found: set[str] = set()
    for name in [what] if isinstance(what, str) else what:
        if name == "all":
            found |= set(ALL) - {"input_grad"}
        elif name in GROUPS:
            found |= set(GROUPS[name])
        elif name in ALL:
            found.add(name)
        else:
            raise unknown_name("kind to record", name, ["all", *ALL, *GROUPS])
    return frozenset(found)
