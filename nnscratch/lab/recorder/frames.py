"""pandas, where it is installed."""

from __future__ import annotations

import importlib
from typing import Any


def frame(rows: list[dict[str, Any]], columns: list[str] | None = None) -> Any:
    """Return rows as a pandas `DataFrame`.

    Args:
        rows: one dict a row.
        columns: names of the columns, in order.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise ImportError(
            "to_frame() needs pandas: run `pip install pandas`, or read the numbers with "
            "recording[path, kind]."
        ) from error
    return pandas.DataFrame(rows, columns=columns)
