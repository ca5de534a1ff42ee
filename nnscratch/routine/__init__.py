"""The NumPy calls of a step, written down once and made again without the Python between them.

A step of training makes the same calls on the same memory time after time: buffers belong to
caches, weights to arenas, batches to the source of the data. Between the calls lies Python: finding
buffers, asking for shapes, choosing the branch that was chosen before. On small networks it takes
as long as the arithmetic. So a pass can be written down while it is computed (`writing`), and from
then on only its calls are made (`Routine.run`): the same functions on the same arrays in the same
order, hence the same bits.

What can be written down is what NumPy tells of: arrays that are `watched` are of a class that NumPy
asks before it computes (NEP 13, `__array_ufunc__`; NEP 18, `__array_function__`). Where a number
leaves the arrays, by `float(x)` or `if x.any()`, the next step may take another course, and the
writer says that what it saw is not `steady`.
"""

from __future__ import annotations

from nnscratch.routine.arrays import Watched, plain
from nnscratch.routine.state import Routine, changed, changes
from nnscratch.routine.writer import Writer, computed, perform, watched, writing

__all__ = [
    "Routine",
    "Watched",
    "Writer",
    "changed",
    "changes",
    "computed",
    "perform",
    "plain",
    "watched",
    "writing",
]
