"""Pictures of searches; each function returns a figure of matplotlib."""

from nnscratch.tuner.figures.allocations import allocations
from nnscratch.tuner.figures.belief import belief
from nnscratch.tuner.figures.budgets import budgets
from nnscratch.tuner.figures.coverage import coverage
from nnscratch.tuner.figures.parallel import parallel
from nnscratch.tuner.figures.scores import scores

__all__ = ["allocations", "belief", "budgets", "coverage", "parallel", "scores"]
