"""A binary classifier of eight features: Sequential, one sigmoid output, binary crossentropy.

The notes leave the data open; here a row is positive if a weighted sum of its features is.
"""

import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(777)

rng = np.random.default_rng(0)
x = rng.normal(size=(1000, 8)).astype("float32")
y = (x @ rng.normal(size=8) + 0.3 * rng.normal(size=1000) > 0).astype("float32")
X_train, X_val, X_test = x[:600], x[600:800], x[800:]
y_train, y_val, y_test = y[:600], y[600:800], y[800:]

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Dense(64, activation="relu", input_dim=8),
        tf.keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(
    X_train, y_train, epochs=10, batch_size=32, validation_data=(X_val, y_val), verbose=2
)

loss, accuracy = model.evaluate(X_test, y_test, verbose=0)
print("Test loss:", round(loss, 4))
print("Test accuracy:", round(accuracy, 4))

prediction = model.predict(X_test[:3], verbose=0)
print((prediction > 0.5).astype("int32").ravel(), prediction.round(3).ravel())
