"""How weights change: gradient descent and the rules that adapt its step.

>>> from nnscratch.variable import Variable
>>> w = Variable([1.0, 2.0])
>>> optimizer = SGD(0.5)
>>> optimizer.apply([[2.0, 0.0]], [w])
>>> w.value.tolist()
[0.0, 2.0]
"""

from __future__ import annotations

from nnscratch.optimizers import schedules
from nnscratch.optimizers.adagrad import Adagrad
from nnscratch.optimizers.adam import Adam
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.lookup import deserialize, get, serialize
from nnscratch.optimizers.rmsprop import RMSprop
from nnscratch.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]
