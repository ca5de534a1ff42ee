"""The numbers of a run: kept as JSON, and read as medians and ratios."""

from __future__ import annotations

import json
import os
import platform
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.session import Times

FILE = Path(__file__).resolve().parent / "results.json"
OURS = "nnscratch"
FLOOR = "floor"


@dataclass
class Results:
    """What was measured.

    Attributes:
        machine: processor, number of cores, system.
        versions: of everything that computes.
        quiet: times per workload and engine on the machine as it is.
        busy: the same while another process kept one core busy.
        memory: see `benchmarks.extras.memory`.
        startup: see `benchmarks.extras.startup`.
    """

    machine: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    quiet: dict[str, Times] = field(default_factory=dict)
    busy: dict[str, Times] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    startup: dict[str, float] = field(default_factory=dict)

    def write(self, path: Path = FILE) -> None:
        """Write the file."""
        for measured in (self.quiet, self.busy):
            ordered = sorted(measured.items(), key=lambda item: int(item[0]))
            measured.clear()
            measured.update(ordered)
        path.write_text(json.dumps(_rounded(asdict(self)), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path = FILE) -> Results:
        """Read the file; nothing measured where there is none."""
        return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else cls()


def median(times: list[float]) -> float:
    """Return the median of the rounds, in µs per step."""
    return statistics.median(times)


def rounds(measured: dict[str, Times]) -> int:
    """Return how many goes of each engine counted, the most of any workload."""
    return max(len(taken) for times in measured.values() for taken in times.values())


def spread(times: list[float]) -> float:
    """Return (longest - shortest) / median."""
    return (max(times) - min(times)) / median(times)


def ratio(times: Times, over: str, under: str) -> float | None:
    """Return the median over the rounds of one engine's time divided by another's.

    Both goes of a round are made within seconds, so a quotient of a round is less disturbed by
    whatever else the machine does than the quotient of two medians.

    >>> ratio({"a": [2.0, 6.0, 4.0], "b": [1.0, 2.0, 2.0]}, "a", "b")
    2.0
    """
    if over not in times or under not in times:
        return None
    return statistics.median(a / b for a, b in zip(times[over], times[under], strict=True))


def machine() -> dict[str, Any]:
    """Return what this machine is, and how many processes wanted its cores in the last minute."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0,
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
