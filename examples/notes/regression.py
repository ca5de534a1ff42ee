"""Regression with early stopping on the validation loss: eight features, one linear output.

The notes use house prices in California; here the target is made from random features.
"""

import time

import numpy as np
import tensorflow as tf
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential

tf.keras.utils.set_random_seed(777)

rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, size=(2000, 8)).astype("float32")
y = (2 * x[:, 0] - x[:, 1] * x[:, 2] + 0.1 * rng.normal(size=2000)).astype("float32")
x_train, x_test, y_train, y_test = x[:1600], x[1600:], y[:1600], y[1600:]

model = Sequential()
model.add(Dense(32, activation="relu", input_dim=8))
model.add(Dense(16, activation="relu"))
model.add(Dense(1))
model.compile(loss="mse", optimizer="adam", metrics=["mae"])

earlyStopping = EarlyStopping(  # noqa: N816
    monitor="val_loss", patience=5, mode="min", restore_best_weights=True
)
start_time = time.time()
hist = model.fit(
    x_train,
    y_train,
    epochs=60,
    batch_size=100,
    validation_split=0.2,
    callbacks=[earlyStopping],
    verbose=0,
)
print(f"{len(hist.epoch)} epochs, {time.time() - start_time:.0f} s")

loss, mae = model.evaluate(x_test, y_test, verbose=0)
error = y_test - model.predict(x_test, verbose=0).ravel()
print(f"mse {loss:.4f}  mae {mae:.4f}  r2 {1 - np.mean(error**2) / np.var(y_test):.4f}")
