"""A Keras program of ten lines; it prints the same numbers on Keras and on nnscratch."""

import keras
import numpy as np

keras.utils.set_random_seed(777)
x = np.random.default_rng(0).random((2000, 20))
y = (x[:, :10].sum(axis=1) > x[:, 10:].sum(axis=1)).astype("int")
layers = [keras.Input((20,)), keras.layers.Dense(32, activation="relu"),
          keras.layers.BatchNormalization(), keras.layers.Dropout(0.3),
          keras.layers.Dense(2, activation="softmax")]  # fmt: skip
model = keras.Sequential(layers)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=4, validation_split=0.2, verbose=0)
for name, values in history.history.items():
    print(f"{name:13}", *(f"{value:.7f}" for value in values))
