"""How weights change: gradient descent and the rules that adapt its step.

>>> from nnscratch.variable import Variable
>>> w = Variable([1.0, 2.0])
>>> optimizer = SGD(0.5)
>>> optimizer.apply([[2.0, 0.0]], [w])
>>> w.value.tolist()
[0.0, 2.0]
"""

from __future__ import annotations

from nnscratch.errors import missing_attribute
from nnscratch.optimizers import schedules
from nnscratch.optimizers.adadelta import Adadelta
from nnscratch.optimizers.adafactor import Adafactor
from nnscratch.optimizers.adagrad import Adagrad
from nnscratch.optimizers.adam import Adam
from nnscratch.optimizers.adamax import Adamax
from nnscratch.optimizers.adamw import AdamW
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.ftrl import Ftrl
from nnscratch.optimizers.lamb import Lamb
from nnscratch.optimizers.lion import Lion
from nnscratch.optimizers.lookup import deserialize, get, serialize
from nnscratch.optimizers.loss_scale_optimizer import LossScaleOptimizer
from nnscratch.optimizers.muon import Muon
from nnscratch.optimizers.nadam import Nadam
from nnscratch.optimizers.rmsprop import RMSprop
from nnscratch.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from nnscratch.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

__getattr__ = missing_attribute(__name__, __all__)
