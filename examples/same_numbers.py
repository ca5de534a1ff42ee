"""A Keras program of ten lines; it prints the same numbers on Keras and on nnscratch."""

import keras
import numpy as np

keras.utils.set_random_seed(777)
x = np.random.default_rng(0).random((2000, 20), "float32")
y = (x[:, :10].sum(axis=1) > x[:, 10:].sum(axis=1)).astype("int")
model = keras.Sequential(
    [
        keras.Input((20,)),
        keras.layers.Dense(32, "relu", kernel_regularizer="l2"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(2, "softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=5, validation_split=0.2, verbose=0).history
print("loss    ", *(f"{loss:.6f}" for loss in history["loss"]))
print("accuracy", *(f"{accuracy:.6f}" for accuracy in history["val_accuracy"]))
