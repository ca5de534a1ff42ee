"""Why two runs differ: known causes, tried one at a time against the numbers of the other run."""

from nnscratch.lab.differences.cause import Cause, known_causes
from nnscratch.lab.differences.explain import explain_diff
from nnscratch.lab.differences.result import Difference, Verdict

__all__ = ["Cause", "Difference", "Verdict", "explain_diff", "known_causes"]
