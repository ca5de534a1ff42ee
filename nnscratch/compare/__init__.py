"""Runs a script written for Keras under Keras and under nnscratch and says where they part."""

from nnscratch.compare.comparison import Comparison, Parting, compare_runs
from nnscratch.compare.runs import Engine, Request, Run, run_engine

__all__ = ["Comparison", "Engine", "Parting", "Request", "Run", "compare_runs", "run_engine"]
