"""Rooms are imported when they are first used; a program that uses one alone has all it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import nnscratch

PROGRAMS = {
    "a layer made by call": """
from nnscratch.layers import Dense, Layer
import numpy as np
class Two(Layer):
    def __init__(self):
        super().__init__()
        self.dense = Dense(3)
    def call(self, x):
        return self.dense(x) * 2.0
assert Two()(np.ones((2, 4))).shape == (2, 3)
""",
    "operators on symbolic tensors": """
from nnscratch.layers import Input
x = Input((4,))
assert (x + x[:, :1] * 2.0 - x).shape == (None, 4)
""",
    "a model from JSON": """
from nnscratch.saving import model_from_json
text = '{"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": []}}'
assert model_from_json(text).name == "s"
""",
    "an optimizer alone": """
from nnscratch.optimizers import get
assert get("adam").name == "adam"
""",
    "a loss alone": """
from nnscratch.losses import get
assert float(get("mse")([[1.0]], [[3.0]])[0]) == 4.0
""",
    "a metric alone": """
from nnscratch.metrics import get
assert get("Accuracy").name == "accuracy"
""",
    "a tape alone": """
from nnscratch import GradientTape, Variable
v = Variable(3.0)
with GradientTape() as tape:
    y = v * v
assert float(tape.gradient(y, v)) == 6.0
""",
    "names of the whole": """
import nnscratch, sys
assert "numpy" not in sys.modules
assert nnscratch.Sequential and nnscratch.layers and nnscratch.lab and nnscratch.tuner
""",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_that_starts_there(program):
    subprocess.run([sys.executable, "-c", PROGRAMS[program]], check=True)


@pytest.mark.parametrize("name", nnscratch.__all__)
def test_every_public_name_is_there(name):
    assert getattr(nnscratch, name) is not None
    assert name in dir(nnscratch)
