"""A ceiling on memory while a library reads what a stranger wrote.

The HDF5 library asks for memory by the sizes that a file states, before it looks whether the file
has so much: four damaged bytes make it fill 4 GiB. Where the system knows such limits (Linux), the
process may grow by so much and no more while the library reads, and the library reports a fault.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

_STATM = Path("/proc/self/statm")
_lock = threading.RLock()


@contextmanager
def memory_ceiling(size: int) -> Iterator[None]:
    """Let the process grow by at most `size` bytes inside the block, where the system can.

    One block at a time: others wait. What other threads ask for meanwhile counts too.

    Args:
        size: number of bytes.

    >>> with memory_ceiling(2**20):
    ...     small = bytes(1000)
    """
    if find_spec("resource") is None or not _STATM.exists():
        yield
        return
    resource = import_module("resource")
    with _lock:
        before = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(_STATM.read_text().split()[0])
        ceiling = pages * resource.getpagesize() + size
        highest = min((limit for limit in before if limit >= 0), default=ceiling)
        resource.setrlimit(resource.RLIMIT_AS, (min(ceiling, highest), before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, before)
