"""Callbacks that write: checkpoints named by epoch, weights alone, a table, TensorBoard."""

import os
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.keras.callbacks import CSVLogger, ModelCheckpoint, TensorBoard

tf.keras.utils.set_random_seed(777)

rng = np.random.default_rng(0)
x = rng.normal(size=(300, 10)).astype("float32")
y = (x.sum(axis=1) > 1).astype("float32")

model = tf.keras.Sequential(
    [
        tf.keras.layers.Input((10,)),
        tf.keras.layers.Dense(8, activation="relu"),
        tf.keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

folder = tempfile.mkdtemp()
every = os.path.join(folder, "model-{epoch:02d}-{val_loss:.2f}.keras")
weights = os.path.join(folder, "best.weights.h5")
history = model.fit(
    x,
    y,
    epochs=4,
    validation_split=0.2,
    verbose=0,
    callbacks=[
        ModelCheckpoint(every, save_best_only=False),
        ModelCheckpoint(weights, monitor="val_loss", save_best_only=True, save_weights_only=True),
        CSVLogger(os.path.join(folder, "log.csv")),
        TensorBoard(log_dir=os.path.join(folder, "logs"), update_freq="epoch"),
    ],
)
for name in sorted(os.listdir(folder)):
    print(name)
print(sorted(os.listdir(os.path.join(folder, "logs"))))
with open(os.path.join(folder, "log.csv"), encoding="utf-8") as table:
    print(table.readline().strip(), len(table.readlines()))

best = min(history.history["val_loss"])
model.load_weights(weights)
print(f"{model.evaluate(x[240:], y[240:], verbose=0)[0]:.4f} {best:.4f}")
