"""Where a data set's file is on this machine; fetched to there if it is nowhere yet."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from nnscratch.datasets.archive import DatasetError
from nnscratch.datasets.download import fetch

BASE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
"""The folder on the net from which Keras fetches the same files."""


def located(
    path: str, url: str, title: str, check: Callable[[Path], object], folder: str = ""
) -> Path:
    """Return the path of a data set's file, downloading it if it is not on this machine.

    It is looked for in the folder that the environment variable `NNSCRATCH_DATASETS` names, then
    in Keras's cache (`datasets` in `$KERAS_HOME`, or in `~/.keras`), and downloaded into the
    latter.

    Args:
        path: name of the file within those folders, or an absolute path.
        url: where it is on the net.
        title: what to call the data set in an error.
        check: called with a downloaded file before it is kept; raises if it is not the data set.
        folder: folder within those folders.

    Raises:
        DatasetError: it is not there and cannot be downloaded.
    """
    places = candidates(path, folder)
    for place in places:
        if place.is_file():
            return place
    target = places[-1]
    try:
        fetch(url, target, check)
    except OSError as error:
        looked = ", ".join(str(place) for place in places)
        raise DatasetError(
            f"{title} is not on this machine (looked for {looked}) and could not be downloaded "
            f"from {url} to {target}: {error} Put the file there yourself, or set the environment "
            "variable NNSCRATCH_DATASETS to a folder that holds "
            f"{os.path.join(folder, target.name)}."
        ) from error
    return target


def candidates(path: str, folder: str = "") -> list[Path]:
    """Return where the file may be, the place to download it to last.

    Args:
        path: name of the file, or an absolute path.
        folder: folder within the folders of data sets.
    """
    own = os.environ.get("NNSCRATCH_DATASETS")
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    roots = [own, os.path.join(home, "datasets")] if own else [os.path.join(home, "datasets")]
    return list(dict.fromkeys(Path(root).expanduser() / folder / path for root in roots))


def way_out(title: str, file: Path, folder: str = "") -> str:
    """Say what to do about a file that is not the data set.

    Args:
        title: what to call the data set.
        file: the bad file.
        folder: folder within the folders of data sets.
    """
    return (
        f"Delete {file} to have {title} downloaded again, or set NNSCRATCH_DATASETS to a folder "
        f"with a good {os.path.join(folder, file.name)}."
    )
