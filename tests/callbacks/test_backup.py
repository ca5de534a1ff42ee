"""BackupAndRestore: a run cut short and taken up again ends with the bits of one that was not."""

from __future__ import annotations

import random

import numpy as np
import pytest

from nnscratch import Input, Sequential, callbacks, errors, layers, optimizers, utils

pytest.importorskip("h5py", reason="model files need the extra `files`")
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 3)), RNG.normal(size=(20, 1))


class PowerCutError(Exception):
    pass


class Cut(callbacks.Callback):
    def __init__(self, epoch, batch):
        super().__init__()
        self.at, self.epoch = (epoch, batch), 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise PowerCutError


def model():
    net = Sequential(
        [
            Input((3,)),
            layers.GaussianNoise(0.1),
            layers.Dense(4, "relu"),
            layers.Dropout(0.3),
            layers.Dense(1),
        ]
    )
    net.compile(optimizers.Adam(0.01), "mse")
    return net


def run(folder, seeded, cut=None, **options):
    if seeded:
        utils.set_random_seed(7)
    else:
        random.seed(7)
        np.random.seed(7)
    net = model()
    extra = [cut] if cut else []
    backup = callbacks.BackupAndRestore(folder, **options)
    history = net.fit(
        X, Y, batch_size=4, epochs=5, verbose=0, callbacks=[backup, *extra], shuffle=seeded
    )
    return net, history


@pytest.mark.parametrize("seeded", [True, False])
@pytest.mark.parametrize("at", [(0, 3), (1, 0), (3, 2)])
def test_resuming_gives_the_same_bits(at, seeded, tmp_path):
    whole, whole_history = run(tmp_path / "whole", seeded)
    with pytest.raises(PowerCutError):
        run(tmp_path / "cut", seeded, Cut(*at))
    again, history = run(tmp_path / "cut", seeded)
    assert history.epoch == list(range(at[0], 5))
    assert history.history["loss"] == whole_history.history["loss"][at[0] :]
    left = [*whole.weights, *whole.optimizer.variables]
    right = [*again.weights, *again.optimizer.variables]
    for a, b in zip(left, right, strict=True):
        np.testing.assert_array_equal(a, b)
    streams = [net.layers[i].seed_generator for net in (whole, again) for i in (0, 2)]
    assert streams[0].state.tolist() == streams[2].state.tolist()
    assert streams[1].draws == streams[3].draws


def test_the_backup_goes_away_and_strangers_stay(tmp_path):
    folder = tmp_path / "b"
    run(folder, True)
    assert not folder.exists()
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    run(folder, True)
    assert [p.name for p in folder.iterdir()] == ["notes.txt"]
    run(folder, True, delete_checkpoint=False)
    assert sorted(p.name for p in folder.iterdir()) == ["latest.weights.h5", "notes.txt"]


def test_a_damaged_backup_is_refused_or_the_one_before_is_taken(tmp_path):
    for double in (False, True):
        folder = tmp_path / str(double)
        with pytest.raises(PowerCutError):
            run(folder, True, Cut(3, 0), double_checkpoint=double)
        latest = folder / "latest.weights.h5"
        latest.write_bytes(latest.read_bytes()[:3000])
        if double:
            _, history = run(folder, True, double_checkpoint=True)
            assert history.epoch == [2, 3, 4]
        else:
            with pytest.raises(errors.ModelFileError, match="latest"):
                run(folder, True)


def test_saving_by_batches(tmp_path):
    with pytest.raises(PowerCutError):
        run(tmp_path, True, Cut(1, 3), save_freq=2)
    _, history = run(tmp_path, True, save_freq=2)
    assert history.epoch == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("",), "backup_dir"), (("x", "batch"), "save_freq"), (("x", 0), "save_freq")],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        callbacks.BackupAndRestore(*arguments)
