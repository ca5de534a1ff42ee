"""What the functional API is for: branches, a skip, two inputs, two outputs, a shared layer."""

import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Add, Concatenate, Dense, Input
from tensorflow.keras.models import Model

tf.keras.utils.set_random_seed(777)

rng = np.random.default_rng(0)
numbers = rng.normal(size=(600, 8)).astype("float32")
colours = np.eye(3, dtype="float32")[rng.integers(3, size=600)]
price = (numbers[:, 0] * numbers[:, 1] + colours @ [1.0, 2.0, 3.0]).astype("float32")
kind = np.argmax(numbers[:, :3] + colours, axis=1)

a = Input(shape=(8,), name="numbers")
b = Input(shape=(3,), name="colours")
first = Dense(16, activation="relu")(a)
second = Dense(16, activation="relu")(first)
skip = Add()([first, second])  # a skip connection
shared = Dense(8, activation="tanh")  # one layer on two inputs
left, right = shared(skip), shared(Dense(16)(b))  # two branches
joined = Concatenate()([left, right])
outputs = [Dense(1, name="price")(joined), Dense(3, activation="softmax", name="kind")(joined)]

model = Model(inputs=[a, b], outputs=outputs)
model.summary()
model.compile(
    optimizer="adam",
    loss={"price": "mse", "kind": "sparse_categorical_crossentropy"},
    loss_weights={"price": 1.0, "kind": 0.5},
    metrics={"price": "mae", "kind": "accuracy"},
)
history = model.fit(
    [numbers, colours],
    {"price": price, "kind": kind},
    epochs=5,
    batch_size=50,
    validation_split=0.2,
    verbose=0,
)
for name, values in sorted(history.history.items()):
    print(f"{name}: {values[0]:.4f} -> {values[-1]:.4f}")
prices, kinds = model.predict([numbers[:3], colours[:3]], verbose=0)
print(prices.round(3).ravel(), kinds.round(3).ravel())
