"""A weight that overflows while the loss is finite: no file is written, and fit does not return."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from nnscratch import Input, Sequential, callbacks, layers, models, optimizers
from nnscratch.errors import NonFiniteError
from nnscratch.training.finite import SPACING

pytestmark = pytest.mark.filterwarnings(
    "ignore:overflow encountered", "ignore:invalid value", "ignore:.*the state of optimizer"
)
STEPS = SPACING


def model(rule="adam", **options):
    net = Sequential([Input((1,)), layers.Dense(1, use_bias=False, name="last")])
    net.compile(optimizers.SGD(1e14) if rule == "sgd" else optimizers.Adam(), "mae", **options)
    net.set_weights([np.ones((1, 1))])
    return net


def batches(huge, usual):
    """Yield rows for ever; number `huge` has a gradient of 1e25, whose square overflows float32."""
    for i in itertools.count():
        yield np.full((1, 1), 1e25 if i == huge else usual), np.zeros((1, 1))


def fit(net, huge, epochs=1, usual=1.0, **options):
    data = batches(huge, usual)
    return net.fit(data, steps_per_epoch=STEPS, epochs=epochs, verbose=0, **options)


def test_a_weight_is_infinite_after_the_last_step():
    net = model("sgd")
    with pytest.raises(NonFiniteError, match=r"'.*last/kernel' of 'sequential.*' holds") as caught:
        fit(net, huge=STEPS - 1, usual=0.0)
    assert caught.value.variable.endswith("last/kernel")
    assert (caught.value.layer, caught.value.step) == (None, STEPS)
    assert "nan_policy='keras'" in str(caught.value)
    assert net.history.history == {}


def test_a_weight_is_nan_after_the_last_step():
    """Adam's v overflowed one step before: ∞ - ∞ is the next one."""
    with pytest.raises(NonFiniteError, match=r"last/kernel' of"):
        fit(model(), huge=STEPS - 2)


def test_the_state_of_the_optimizer_overflowed_and_the_weights_not_yet():
    net = model()
    with pytest.raises(NonFiniteError, match="last_kernel_velocity' of"):
        fit(net, huge=STEPS - 1)
    assert np.isfinite(net.get_weights()[0]).all()


def test_epochs_of_one_step():
    """Some go by before anything is looked at; the last one never does."""
    x, y = np.full((1, 1), 1e25), np.zeros((1, 1))
    net = model("sgd")
    with pytest.raises(NonFiniteError, match="last/kernel' of"):
        net.fit(x, y, verbose=0)
    epochs = []
    listens = callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: epochs.append(epoch))
    net = Sequential([Input((1,)), layers.BatchNormalization(name="norm"), layers.Dense(1)])
    net.compile("sgd", "mse")
    with pytest.raises(NonFiniteError, match="norm/moving_variance' of"):
        net.fit(x * [[1], [-1]], y * [[1], [1]], epochs=99, verbose=0, callbacks=[listens])
    assert len(epochs) == SPACING


def test_a_moving_variance_overflows():
    net = Sequential([Input((1,)), layers.BatchNormalization(name="norm"), layers.Dense(1)])
    net.compile("sgd", "mse")
    with pytest.raises(NonFiniteError, match="norm/moving_variance' of"):
        net.fit(np.array([[1e25], [-1e25]]), np.zeros((2, 1)), verbose=0)


class SavesEachStep(callbacks.Callback):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def on_train_batch_end(self, batch, logs=None):
        self.model.save(self.path)


SAVERS = {
    "epoch": (lambda p: callbacks.ModelCheckpoint(f"{p}/a.keras"), 2 * STEPS - 1, STEPS),
    "weights": (
        lambda p: callbacks.ModelCheckpoint(f"{p}/a.weights.h5", save_weights_only=True),
        2 * STEPS - 2,
        STEPS,
    ),
    "steps": (lambda p: callbacks.ModelCheckpoint(f"{p}/a.keras", save_freq=1), 5, 5),
    "own": (lambda p: SavesEachStep(f"{p}/a.keras"), 5, 5),
    "backup": (lambda p: callbacks.BackupAndRestore(p, save_freq=1), 5, 5),
    "backup of epochs": (lambda p: callbacks.BackupAndRestore(p), 2 * STEPS - 1, STEPS),
}


@pytest.mark.parametrize("name", SAVERS)
def test_a_good_file_is_not_written_over(name, tmp_path):
    """The file holds what the weights were after the last step that is known to be good."""
    pytest.importorskip("h5py", reason="model files need the extra `files`")
    saver, huge, last = SAVERS[name]
    good = model()
    for _, (x, y) in zip(range(last), batches(None, 1.0), strict=False):
        good.train_on_batch(x, y)
    with pytest.raises(NonFiniteError, match="no file was written"):
        fit(model(), huge, epochs=3, callbacks=[saver(tmp_path)])
    (file,) = tmp_path.iterdir()
    if file.suffix == ".keras":
        found = models.load_model(file)
    else:
        found = model()
        found.load_weights(file)
    assert found.get_weights()[0].tolist() == good.get_weights()[0].tolist()


def test_the_best_weights_are_good_ones():
    stopping = callbacks.EarlyStopping(monitor="loss", restore_best_weights=True)
    with pytest.raises(NonFiniteError):
        fit(model(), 2 * STEPS - 1, epochs=3, callbacks=[stopping])
    assert stopping.best_epoch == 0
    assert np.isfinite(stopping.best_weights[0]).all()


def test_what_a_callback_does_at_the_end_is_seen():
    spoil = callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: net.set_weights([np.full((1, 1), np.nan)])
    )
    net = model()
    with pytest.raises(NonFiniteError, match="last/kernel"):
        fit(net, None, callbacks=[spoil])


def test_the_keras_policy_carries_on(tmp_path):
    pytest.importorskip("h5py", reason="model files need the extra `files`")
    file = tmp_path / "a.keras"
    net = model("sgd", nan_policy="keras")
    fit(net, huge=STEPS - 1, usual=0.0, callbacks=[callbacks.ModelCheckpoint(file)])
    assert np.isinf(models.load_model(file).get_weights()[0]).all()


def test_after_training_a_model_is_saved_as_it_is(tmp_path):
    pytest.importorskip("h5py", reason="model files need the extra `files`")
    net = model()
    fit(net, None)
    net.check_finite()
    net.set_weights([np.full((1, 1), np.nan)])
    net.check_finite()
    net.save(tmp_path / "a.keras")
    assert np.isnan(models.load_model(tmp_path / "a.keras").get_weights()[0]).all()


class AtLeast(layers.Layer):
    """The greater of x and a bound, which may be -inf."""

    def build(self, input_shape):
        self.bound = self.add_weight(
            shape=(1,),
            initializer=lambda shape, dtype=None: np.full(shape, -np.inf, dtype),
            trainable=False,
            name="bound",
        )

    def forward(self, x, cache, training=False):
        return np.maximum(x, self.bound.value)

    def backward(self, dy, cache):
        return dy


def test_what_was_infinite_from_the_begin_may_be_so():
    net = Sequential([Input((1,)), AtLeast(), layers.Dense(1)])
    net.compile("sgd", "mse")
    assert len(net.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0).history["loss"]) == 1
