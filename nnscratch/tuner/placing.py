"""Chooses where the trials of a search run."""

from __future__ import annotations

import os
from typing import Any

from nnscratch.tuner.dask_workers import DaskWorkers
from nnscratch.tuner.splits import as_splitter
from nnscratch.tuner.workers import Here, Job, Processes, Workers


def workers_for(
    tuner: Any, args: tuple[Any, ...], kwargs: dict[str, Any], n_jobs: int, client: Any
) -> Workers:
    """Return what runs the trials of a search.

    Args:
        tuner: the tuner.
        args: the arguments of `search`.
        kwargs: its keyword arguments.
        n_jobs: how many processes; −1 is one for each core.
        client: a Dask client, or None.

    Raises:
        ValueError: `n_jobs` is no number of processes, or there is a client besides it.
    """
    if n_jobs == 0 or n_jobs < -1:
        raise ValueError(f"`n_jobs` must be a positive number or -1. Received: n_jobs={n_jobs}")
    if client is not None and n_jobs != 1:
        raise ValueError("Pass `n_jobs` or a Dask `client`, not both.")
    count = (os.cpu_count() or 1) if n_jobs == -1 else n_jobs
    if "cv" in kwargs:
        kwargs = {**kwargs, "cv": as_splitter(kwargs["cv"], tuner.oracle.seed)}
    if client is None and count == 1:
        return Here(Job(tuner, args, kwargs))
    kwargs.setdefault("verbose", 0)
    job = Job(tuner, args, kwargs)
    if client is None:
        return Processes(job, count)
    return DaskWorkers(job, client)
