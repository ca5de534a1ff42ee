"""The functional API: the binary classifier again, its rate reduced on a plateau, the best kept.

The notes leave the data open; here a row is positive if a weighted sum of its features is.
"""

import os
import tempfile

import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(777)

rng = np.random.default_rng(0)
x = rng.normal(size=(1000, 8)).astype("float32")
y = (x @ rng.normal(size=8) + 0.3 * rng.normal(size=1000) > 0).astype("float32")
X_train, X_val, X_test = x[:600], x[600:800], x[800:]
y_train, y_val, y_test = y[:600], y[600:800], y[800:]

input = tf.keras.layers.Input(shape=(8,))
X = tf.keras.layers.Dense(64, activation="relu")(input)
output = tf.keras.layers.Dense(1, activation="sigmoid")(X)
model = tf.keras.models.Model(inputs=input, outputs=output)
adam = tf.keras.optimizers.Adam(learning_rate=0.02)
model.compile(optimizer=adam, loss="binary_crossentropy", metrics=["accuracy"])

path = os.path.join(tempfile.mkdtemp(), "best.keras")
callbacks = [
    tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True),
    tf.keras.callbacks.ModelCheckpoint(path, monitor="val_loss", save_best_only=True),
    tf.keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=2),
]
history = model.fit(
    X_train,
    y_train,
    epochs=40,
    batch_size=32,
    validation_data=(X_val, y_val),
    callbacks=callbacks,
    verbose=0,
)
print(f"{len(history.epoch)} epochs, rate {float(model.optimizer.learning_rate):.6f}")

loss, accuracy = model.evaluate(X_test, y_test, verbose=0)
print(f"loss {loss:.4f}  accuracy {accuracy:.4f}")
best = tf.keras.models.load_model(path)
print(f"from the file {best.evaluate(X_test, y_test, verbose=0)[0]:.4f}")

new_data = X_test[:3]
prediction = model.predict(new_data, verbose=0)
print(prediction.round(3).ravel())
