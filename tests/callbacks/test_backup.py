"""BackupAndRestore: a run cut short and taken up again ends with the bits of one that was not."""

from __future__ import annotations

import random
from pathlib import Path

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
    net.compile(optimizers.Adam(0.01, use_ema=True), "mse", metrics=["mae"])
    return net


def companions(folder):
    """Return callbacks with a memory of their own."""
    return [
        callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        callbacks.ReduceLROnPlateau(monitor="loss", patience=0, min_delta=0.05, factor=0.7),
        callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True),
        callbacks.CSVLogger(folder.with_suffix(".csv")),
        callbacks.SwapEMAWeights(),
    ]


class Noisy(utils.PyDataset):
    """Batches whose order and noise come from NumPy's shared stream."""

    def __init__(self):
        super().__init__()
        self.order = np.arange(5)

    def __len__(self):
        return 5

    def __getitem__(self, index):
        rows = slice(4 * self.order[index], 4 * self.order[index] + 4)
        return X[rows] + 0.01 * np.random.normal(size=(4, 3)), Y[rows]

    def on_epoch_end(self):
        np.random.shuffle(self.order)


def generator():
    rng = np.random.default_rng(3)
    while True:
        rows = rng.integers(0, 20, size=4)
        yield X[rows], Y[rows]


SOURCES = {
    "rows": lambda: {"x": X, "y": Y, "batch_size": 4},
    "rows in passes of their own": lambda: {
        "x": X,
        "y": Y,
        "batch_size": 2,
        "steps_per_epoch": 5,
    },
    "generators": lambda: {
        "x": generator(),
        "steps_per_epoch": 5,
        "validation_data": generator(),
        "validation_steps": 2,
    },
    "dataset": lambda: {"x": Noisy(), "shuffle": True},
}


def run(folder, seeded=True, cut=None, source="rows", **options):
    if seeded:
        utils.set_random_seed(7)
    else:
        random.seed(7)
        np.random.seed(7)
    net = model()
    backup = callbacks.BackupAndRestore(folder, **options)
    arguments = {"validation_data": (X, Y), "epochs": 5, "verbose": 0, **SOURCES[source]()}
    listed = [backup, *companions(folder), *([cut] if cut else [])]
    history = net.fit(callbacks=listed, **arguments)
    return net, history, listed


def assert_same_run(left, right):
    (net, history, listed), (other, other_history, other_listed) = left, right
    assert history.history == other_history.history
    assert history.epoch == other_history.epoch
    pairs = zip(
        [*net.weights, *net.optimizer.variables],
        [*other.weights, *other.optimizer.variables],
        strict=True,
    )
    for a, b in pairs:
        np.testing.assert_array_equal(a, b)
    for i in (0, 2):
        mine, theirs = net.layers[i].seed_generator, other.layers[i].seed_generator
        assert mine.state.tolist() == theirs.state.tolist()
        assert mine.draws == theirs.draws
    assert listed[3].trace() == other_listed[3].trace()
    assert Path(listed[4].filename).read_text() == Path(other_listed[4].filename).read_text()


@pytest.mark.parametrize("save_freq", ["epoch", 1, 3])
@pytest.mark.parametrize("seeded", [True, False])
@pytest.mark.parametrize("source", SOURCES)
def test_resuming_gives_the_same_bits(source, seeded, save_freq, tmp_path):
    whole = run(tmp_path / "whole", seeded, source=source, save_freq=save_freq)
    for at in [(0, 3), (1, 0), (2, 2), (3, 4)]:
        with pytest.raises(PowerCutError):
            run(tmp_path / "cut", seeded, Cut(*at), source, save_freq=save_freq)
    again = run(tmp_path / "cut", seeded, source=source, save_freq=save_freq)
    assert_same_run(whole, again)


def test_a_run_that_was_stopped_is_not_taken_further(tmp_path):
    class Stop(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 2

    _, history, _ = run(tmp_path / "b", cut=Stop(), delete_checkpoint=False)
    assert history.epoch == [0, 1, 2]
    _, history, _ = run(tmp_path / "b", cut=Stop(), delete_checkpoint=False)
    assert history.epoch == [0, 1, 2]


def test_weights_alone_are_no_backup(tmp_path):
    model().save_weights(tmp_path / "latest.weights.h5")
    with pytest.raises(errors.ModelFileError, match="no backup of a run"):
        run(tmp_path)


def test_callbacks_of_ones_own_are_kept(tmp_path):
    class Counter(callbacks.Callback):
        kept = ("count", "seen")

        def __init__(self):
            super().__init__()
            self.count, self.seen = 0, []

        def on_train_batch_end(self, batch, logs=None):
            self.count += 1
            self.seen.append(np.array([batch, self.count]))

    def fit(cut=None):
        utils.set_random_seed(1)
        net, counter = model(), Counter()
        backup = callbacks.BackupAndRestore(tmp_path, save_freq=2)
        listed = [counter, backup, *([cut] if cut else [])]
        net.fit(X, Y, batch_size=4, epochs=3, verbose=0, callbacks=listed)
        return counter

    with pytest.raises(PowerCutError):
        fit(Cut(1, 4))
    counter = fit()
    assert counter.count == 15
    expected = [[i % 5, i + 1] for i in range(15)]
    np.testing.assert_array_equal(counter.seen, expected)


def test_what_cannot_be_kept_is_named(tmp_path):
    class Odd(callbacks.Callback):
        kept = ("thing",)
        thing = object()

    with pytest.raises(TypeError, match="must be None, numbers, texts"):
        run(tmp_path, cut=Odd())


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
            assert_same_run(run(tmp_path / "whole"), run(folder, double_checkpoint=True))
        else:
            with pytest.raises(errors.ModelFileError, match="latest"):
                run(folder, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("",), "backup_dir"), (("x", "batch"), "save_freq"), (("x", 0), "save_freq")],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        callbacks.BackupAndRestore(*arguments)
