"""A batch as one value, as steps of one's own receive it, and taken apart again."""

from __future__ import annotations

from typing import Any

from nnscratch.structure import is_nested


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Return a batch as one value: x alone, (x, y) or (x, y, sample_weight).

    Args:
        x: inputs.
        y: targets.
        sample_weight: weights of the rows.

    >>> pack_x_y_sample_weight(1), pack_x_y_sample_weight(1, 2)
    (1, (1, 2))
    """
    if y is None:
        return (x,) if is_nested(x) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Return inputs, targets and weights of a batch, None for what it does not have.

    Args:
        data: what `train_step` receives.

    Raises:
        ValueError: it is a tuple of more than three.

    >>> unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            f"A batch is x, (x,), (x, y) or (x, y, sample_weight). Received a tuple of {len(data)}."
        )
    x, y, weight = (*data, None, None)[:3]
    return x, y, weight
