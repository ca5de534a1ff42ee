"""The files of a folder and the classes they belong to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.errors import DataError
from nnscratch.typing import Array
from nnscratch.utils.io import print_msg


@dataclass(frozen=True)
class Files:
    """Files in their order, each with the number of its class.

    Attributes:
        paths: the files.
        labels: numbers of their classes, None where there are no labels.
        class_names: the classes by number, None where there are no labels.
    """

    paths: list[str]
    labels: Array | None
    class_names: list[str] | None

    def split(self, share: float) -> tuple[Files, Files]:
        """Return the first files, and the last int(share·N) ones.

        >>> first, last = Files(list("abcd"), None, None).split(0.3)
        >>> first.paths, last.paths
        (['a', 'b', 'c'], ['d'])
        """
        at = len(self.paths) - int(share * len(self.paths))
        return self._part(slice(0, at)), self._part(slice(at, None))

    def _part(self, which: slice) -> Files:
        labels = None if self.labels is None else self.labels[which]
        return Files(self.paths[which], labels, self.class_names)


def index_directory(
    directory: str | os.PathLike[str],
    labels: Any,
    endings: tuple[str, ...],
    class_names: Sequence[str] | None,
    seed: int | None,
    follow_links: bool,
    verbose: bool,
) -> Files:
    """Find the files of a folder.

    Args:
        directory: the folder.
        labels: `"inferred"` from the folders within, None, or a number for each file.
        endings: what the names of the files may end in.
        class_names: the folders within to take, in the order of their numbers; all, sorted, by
            default.
        seed: seed of the order of the files; None leaves them sorted.
        follow_links: also look into folders that are links.
        verbose: say how many files there are.

    Raises:
        DataError: labels and files differ in number.
        ValueError: `class_names` are not the folders', or go without inferred labels.
    """
    root = os.fspath(directory)
    if isinstance(labels, str) and labels == "inferred":
        names = _classes(root, class_names)
        found = [list(_files(os.path.join(root, name), endings, follow_links)) for name in names]
        paths = [path for part in found for path in part]
        numbers = np.repeat(np.arange(len(names)), [len(part) for part in found])
        files = Files(paths, numbers.astype(np.int32), names)
    else:
        if class_names is not None:
            raise ValueError("`class_names` goes only with labels='inferred'.")
        files = _labelled(list(_files(root, endings, follow_links)), labels, root)
    if verbose:
        known = f" belonging to {len(files.class_names)} classes" if files.class_names else ""
        print_msg(f"Found {len(files.paths)} files{known}.")
    if seed is None:
        return files
    order = np.arange(len(files.paths))
    np.random.RandomState(seed).shuffle(order)
    shuffled = None if files.labels is None else files.labels[order]
    return Files([files.paths[i] for i in order], shuffled, files.class_names)


def _classes(root: str, class_names: Sequence[str] | None) -> list[str]:
    there = [
        entry
        for entry in sorted(os.listdir(root))
        if os.path.isdir(os.path.join(root, entry)) and not entry.startswith(".")
    ]
    if class_names is None:
        return there
    missing = [name for name in class_names if name not in there]
    if missing:
        raise ValueError(
            f"`class_names` has {missing}, but the folders in {root} are {there}. Leave it out to "
            "take them all."
        )
    return list(class_names)


def _files(root: str, endings: tuple[str, ...], follow_links: bool) -> Iterator[str]:
    for folder, _, names in sorted(os.walk(root, followlinks=follow_links)):
        for name in sorted(names):
            if name.lower().endswith(endings):
                yield os.path.join(folder, name)


def _labelled(paths: list[str], labels: Any, root: str) -> Files:
    if labels is None:
        return Files(paths, None, None)
    if not isinstance(labels, (list, tuple)):
        raise ValueError(
            "`labels` must be 'inferred', None, or a list of whole numbers, one per file. "
            f"Received: {labels!r}"
        )
    if len(labels) != len(paths):
        raise DataError(
            f"`labels` has {len(labels)} numbers, but there are {len(paths)} files in {root}."
        )
    names = [str(label) for label in sorted(set(labels))]
    return Files(paths, np.asarray(labels, np.int32), names)
