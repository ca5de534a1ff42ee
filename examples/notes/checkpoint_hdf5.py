"""A checkpoint to .hdf5 and `from keras.metrics import accuracy`, as the notes have them.

Keras 3 itself refuses both.
"""

import os
import tempfile
import time

import numpy as np
import tensorflow as tf
from keras.callbacks import EarlyStopping, ModelCheckpoint
from keras.layers import Dense
from keras.metrics import accuracy
from keras.models import Sequential, load_model

tf.keras.utils.set_random_seed(777)
rng = np.random.default_rng(0)
x = rng.normal(size=(1000, 8)).astype("float32")
y = (x @ rng.normal(size=8) + 0.3 * rng.normal(size=1000) > 0).astype("float32")
X_train, X_test, y_train, y_test = x[:800], x[800:], y[:800], y[800:]

model = Sequential()
model.add(Dense(16, activation="relu", input_dim=8))
model.add(Dense(1, activation="sigmoid"))
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=[accuracy])

os.chdir(tempfile.mkdtemp())
earlyStopping = EarlyStopping(  # noqa: N816
    monitor="val_loss", patience=10, mode="min", restore_best_weights=True
)
mcp = ModelCheckpoint(
    monitor="val_loss",
    mode="auto",
    verbose=0,
    save_best_only=True,
    filepath="./_mcp/tf18_cali.hdf5",
)
start_time = time.time()
hist = model.fit(
    X_train,
    y_train,
    epochs=100,
    batch_size=200,
    validation_split=0.2,
    callbacks=[earlyStopping, mcp],
    verbose=0,
)
print(f"{len(hist.epoch)} epochs, {time.time() - start_time:.0f} s")

loss, accuracy = model.evaluate(X_test, y_test, verbose=0)
print("Test accuracy:", round(accuracy, 4))
best = load_model("./_mcp/tf18_cali.hdf5")
print("From the file:", round(best.evaluate(X_test, y_test, verbose=0)[1], 4))
