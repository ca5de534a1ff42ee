"""Moving averages of gradients that are 0 become 0, not numbers too small to be normal."""

from __future__ import annotations

import numpy as np
import pytest

from nnscratch import Variable
from nnscratch.optimizers import SGD, Adam, RMSprop
from nnscratch.optimizers.updating import TIDY_EVERY

TINY = float(np.finfo(np.float32).tiny)


@pytest.mark.parametrize(
    ("optimizer", "steps"),
    [(Adam(), 1200), (SGD(0.1, momentum=0.9), 1200), (RMSprop(rho=0.5), 160)],
)
def test_what_has_decayed_is_dropped(optimizer, steps):
    w = Variable(np.ones(5, np.float32))
    optimizer.apply([np.full(5, 1e-3, np.float32)], [w])
    for _ in range(steps):
        optimizer.apply([np.zeros(5, np.float32)], [w])
    slot = next(iter(optimizer.slots.values()))
    fastest = slot.get("momentum", slot.get("velocity"))
    assert np.asarray(fastest.value).tolist() == [0.0] * 5


def test_normal_numbers_stay_and_the_others_go_in_time():
    optimizer, w = SGD(0.0, momentum=1.0), Variable(np.ones(4, np.float32))
    optimizer.apply([np.zeros(4, np.float32)], [w])
    (slots,) = optimizer.slots.values()
    velocity = slots["momentum"].value
    velocity[:] = [TINY, -TINY, TINY / 2, -TINY / 4]
    for _ in range(TIDY_EVERY):
        optimizer.apply([np.zeros(4, np.float32)], [w])
    assert velocity.tolist() == [TINY, -TINY, 0.0, 0.0]
