"""Two processes on one file, one folder, one cache: whoever reads sees something whole."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from nnscratch import Input, Sequential, layers, models

pytest.importorskip("h5py", reason="model files need the extra `files`")
SAVES = """
import sys
import numpy as np
from nnscratch import Input, Sequential, layers
model = Sequential([Input((30,)), layers.Dense(40), layers.Dense(2)])
for i in range(60):
    model.set_weights([np.full(w.shape, float(i)) for w in model.get_weights()])
    model.save(sys.argv[1])
print("done")
"""


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_loading_while_two_others_save(ending, tmp_path):
    path = tmp_path / f"m.{ending}"
    Sequential([Input((30,)), layers.Dense(40), layers.Dense(2)]).save(path)
    command = [sys.executable, "-W", "ignore", "-c", SAVES, str(path)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    reads, seen = 0, set()
    while any(writer.poll() is None for writer in writers):
        weights = models.load_model(path).get_weights()
        values = {float(v) for w in weights[:1] for v in np.unique(w)[:2]}
        reads += 1
        if reads > 1 and len(values) == 1:
            seen |= values
            assert len({float(v) for w in weights for v in np.unique(w)}) == 1
    assert [writer.communicate()[0].strip() for writer in writers] == ["done", "done"]
    assert reads > 3
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert np.unique(models.load_model(path).get_weights()[0]).tolist() == [59.0]
