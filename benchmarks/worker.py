"""The process of one engine: it prepares a workload, then runs it whenever it is told to.

    python -m benchmarks.worker ENGINE WORKLOAD [--quick]

Once it is ready it writes its versions as a line of JSON. For every line it reads it runs once and
writes the seconds taken and the most memory held so far.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import Any

from benchmarks.engines import engine
from benchmarks.workloads import workload


def main(name: str, number: str, *flags: str) -> int:
    """Serve one engine and one workload until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what engines print goes to the other stream

    def answer(content: dict[str, Any]) -> None:
        print(json.dumps(content), file=answers, flush=True)

    work = workload(int(number))
    if "--quick" in flags:
        work = work.smaller()
    chosen = engine(name)
    x, y = work.data()
    module = chosen.load()
    go = module.prepare(work, x, y, **chosen.options)
    answer({"versions": module.versions(), "able": go is not None, "steps": work.steps})
    for _ in sys.stdin:
        assert go is not None  # who cannot is not asked
        start = time.perf_counter()
        go()
        answer({"seconds": time.perf_counter() - start, "peak": peak_bytes()})
    return 0


def peak_bytes() -> int:
    """Return the most memory that this process has held at once."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
