"""Record what expressions with `tf` give on TensorFlow; writes tests/golden/compat.json.

The cases are lines of code, so that the test can run the very same lines on nnscratch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "compat.json"

SETUP = """
x = tf.constant([[1.5, -2.0, 0.25], [0.0, 3.0, -1.0]])
p = tf.constant([[0.2, 0.5, 0.3], [0.9, 0.05, 0.05]])
k = tf.constant([[7, 2, 5], [1, 9, 4]])
one_hot = tf.one_hot([2, 0], 3)
"""

ELEMENTWISE = [
    f"tf.{name}({argument})"
    for argument, names in {
        "x": "abs math.abs exp math.exp sigmoid math.sigmoid nn.sigmoid square math.square tanh "
        "sign negative round floor math.ceil cos sin nn.relu nn.softmax nn.log_softmax nn.elu "
        "nn.selu nn.softplus nn.softsign nn.silu nn.gelu nn.leaky_relu nn.relu6 nn.l2_loss "
        "math.is_nan",
        "p": "math.log math.log1p sqrt math.sqrt math.reciprocal",
    }.items()
    for name in names.split()
]

REDUCED = (
    "reduce_mean reduce_sum reduce_max reduce_min reduce_prod math.reduce_std "
    "math.reduce_variance reduce_logsumexp"
)

REDUCTIONS = [
    f"tf.{name}({arguments})"
    for name in REDUCED.split()
    for arguments in ("x", "x, axis=0", "x, 1", "x, axis=-1, keepdims=True", "x, axis=[0, 1]")
] + ["tf.reduce_mean(k)", "tf.reduce_mean(k, axis=0)", "tf.reduce_sum(k)", "tf.reduce_max(k, 1)"]

OTHERS = """
tf.constant([1, 2]); tf.constant(2.0); tf.constant(3, shape=(2, 2)); tf.constant([True, False])
tf.convert_to_tensor([[1.0], [2.0]]); tf.cast(x, tf.int32); tf.cast(k, tf.float64)
tf.cast(x > 0, tf.float32); tf.cast([1.7, -1.7], 'int64'); tf.argmax(x, axis=1); tf.argmax(x)
tf.argmin(x, 1); tf.math.argmax(k, axis=-1); tf.argmax(x, 1, output_type=tf.int32)
tf.one_hot([0, 2, 5, -1], 3); tf.one_hot([[0], [1]], 2); tf.one_hot([1], 2, on_value=5, off_value=1)
tf.one_hot([1, 0], 3, axis=0); tf.equal(k, 7); tf.equal(tf.argmax(x, 1), tf.argmax(p, 1))
tf.not_equal(x, 0.0); tf.greater(x, 0.0); tf.less_equal(k, 4)
tf.reduce_mean(tf.cast(tf.equal(tf.argmax(x, 1), tf.argmax(p, 1)), tf.float32))
tf.logical_and(x > 0, x < 2); tf.reduce_any(x > 2, axis=0); tf.reduce_all(x > -3)
tf.maximum(x, 0.0); tf.minimum(x, p); tf.add(x, p); tf.subtract(x, 1.0); tf.multiply(x, 2.0)
tf.divide(x, p); tf.pow(p, 2.0); tf.math.squared_difference(x, p); 1.0 - x; x * x + 0.5; x ** 2; -x
x[0]; x[1, 2]; x[:, 1:]; x @ tf.transpose(p); tf.matmul(x, p, transpose_b=True)
tf.clip_by_value(x, -1.0, 1.0); tf.where(x > 0, x, 0.0); tf.reshape(x, (3, 2)); tf.reshape(x, [-1])
tf.expand_dims(x, 0); tf.squeeze([[1.0], [2.0]]); tf.concat([x, p], axis=0); tf.stack([x, p])
tf.gather(x, [1, 0]); tf.transpose(k); tf.zeros((2, 3)); tf.ones(2); tf.zeros_like(k)
tf.fill((2,), 7)
tf.range(4); tf.range(1, 7, 2); tf.eye(2); tf.linspace(0.0, 1.0, 5); tf.shape(x); tf.size(x)
tf.rank(x); tf.identity(x); tf.math.l2_normalize(x, axis=1)
tf.nn.softmax(x, axis=0); tf.nn.sigmoid_cross_entropy_with_logits(labels=one_hot, logits=x)
tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=x)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2, 0], logits=x)
tf.keras.backend.mean(tf.keras.backend.square(x - p)); tf.keras.backend.sqrt(p)
tf.keras.backend.sum(tf.keras.backend.round(tf.keras.backend.clip(p * one_hot, 0, 1)))
tf.keras.backend.argmax(x); tf.keras.ops.argmax(x, axis=1); tf.keras.ops.mean(x, axis=0)
tf.keras.ops.convert_to_tensor([1.0, 2.0]); tf.keras.ops.one_hot([1, 0], 2)
tf.keras.losses.mse(one_hot, p); tf.keras.losses.mae(one_hot, p)
tf.data.Dataset.range(7).cardinality(); tf.data.Dataset.range(7).batch(3).cardinality()
tf.data.Dataset.range(7).batch(3, drop_remainder=True).cardinality()
tf.data.Dataset.range(7).repeat().cardinality(); tf.data.Dataset.range(7).repeat(2).cardinality()
tf.data.Dataset.range(7).filter(lambda i: i > 3).cardinality()
"""

TEXTS = """
str(x); repr(x); str(tf.constant(2.0)); repr(tf.constant(2.0)); str(tf.constant([1, 2]))
f'{tf.constant(2.5)}'; f'{tf.reduce_mean(p):.3f}'; repr(tf.constant([[1, 2], [3, 4]]))
str(tf.config.list_physical_devices('GPU')); str(tf.config.list_physical_devices())
"""

RANDOM = {
    "tf.random.set_seed(5)": """
tf.random.normal((5,)); tf.random.uniform((2, 3)); tf.random.normal([3], dtype=tf.float64)
tf.random.uniform((5,), 0, 10, dtype=tf.int32); tf.random.truncated_normal((5,))
tf.random.normal((3,), seed=3); tf.random.normal((3,), seed=3); tf.random.normal((3,), seed=4)
tf.random.uniform((3,), seed=3); tf.random.shuffle(tf.range(6))
tf.random.shuffle([1, 2, 3], seed=9)
tf.random.uniform((3,), -2.0, 5.0); tf.random.normal((2, 2), 1.0, 0.1); tf.random.shuffle(k)
tf.random.truncated_normal((3,), seed=3); tf.random.truncated_normal((3,), seed=3)
tf.random.uniform((2,), 0, 2**40, dtype=tf.int64); tf.random.uniform((3,), dtype=tf.float64)
tf.random.shuffle([1, 2, 3], seed=9); tf.random.uniform((), seed=3); tf.random.normal((40000,))[-3:]
""",
    "tf.random.set_seed(0)": "tf.random.normal((3,)); tf.random.uniform((2,), seed=0)",
    "tf.keras.utils.set_random_seed(2**31 + 3)": "tf.random.normal((3,)); tf.random.uniform((2,))",
    "tf.keras.utils.set_random_seed(7)": "tf.keras.random.normal((3,)); tf.random.normal((3,))",
}

DATASETS = {
    "tf.random.set_seed(5)": """
tf.data.Dataset.range(10).shuffle(10); tf.data.Dataset.range(10).shuffle(4, seed=3)
tf.data.Dataset.range(10).shuffle(4, seed=3, reshuffle_each_iteration=False)
tf.data.Dataset.range(4).shuffle(4, seed=3).repeat(2); tf.data.Dataset.range(20).shuffle(1)
tf.data.Dataset.range(50).shuffle(7).batch(8); tf.data.Dataset.range(6).repeat(2).shuffle(5)
tf.data.Dataset.from_tensor_slices((x, k)).shuffle(2).batch(2)
tf.data.Dataset.range(10).shuffle(100).take(4); tf.data.Dataset.range(10).shuffle(3).skip(6)
tf.data.Dataset.range(9).shuffle(9).cache(); tf.data.Dataset.range(6).batch(4).shuffle(2)
tf.data.Dataset.from_tensor_slices({'a': [1, 2], 'b': [3.0, 4.0]})
tf.data.Dataset.range(5).map(lambda i: i * 2, num_parallel_calls=tf.data.AUTOTUNE).prefetch(1)
tf.data.Dataset.range(5).map(lambda i: (i, i + 1)).batch(2, drop_remainder=True)
tf.data.Dataset.range(5).filter(lambda i: i > 2); tf.data.Dataset.range(3).enumerate(start=5)
tf.data.Dataset.zip((tf.data.Dataset.range(3), tf.data.Dataset.range(3, 9)))
tf.data.Dataset.range(2).concatenate(tf.data.Dataset.range(5, 7))
tf.data.Dataset.range(9).take(-1)
tf.data.Dataset.range(2).repeat().take(5); tf.data.Dataset.from_tensors([1, 2])
""",
}


def split(lines: str) -> list[str]:
    """Return the expressions in lines of expressions with semicolons between them."""
    return [part.strip() for part in lines.replace("\n", ";").split(";") if part.strip()]


def plain(value: Any) -> Any:
    """Return arrays as nested lists; what JSON cannot hold exactly is not recorded."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    return np.asarray(value).tolist()


def main() -> None:
    names: dict[str, Any] = {"tf": tf}
    exec(SETUP, names)
    values = {
        code: {"dtype": np.asarray(value).dtype.name, "value": plain(value)}
        for code in ELEMENTWISE + REDUCTIONS + split(OTHERS)
        for value in [eval(code, names)]
    }
    golden: dict[str, Any] = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "setup": SETUP,
        "values": values,
        "texts": {code: eval(code, names) for code in split(TEXTS)},
        "random": [],
        "datasets": [],
    }
    for seeding, lines in RANDOM.items():
        eval(seeding, names)
        cases = [[code, plain(eval(code, names))] for code in split(lines)]
        golden["random"].append({"seeding": seeding, "cases": cases})
    for seeding, lines in DATASETS.items():
        eval(seeding, names)
        cases = []
        for code in split(lines):
            dataset = eval(code, names)
            cases.append([code, [plain(list(dataset.as_numpy_iterator())) for _ in range(3)]])
        golden["datasets"].append({"seeding": seeding, "cases": cases})
    GOLDEN.write_text(json.dumps(golden, indent=0) + "\n", encoding="utf-8")
    print(f"{GOLDEN.name}: {len(values)} values, TensorFlow {tf.__version__}")


if __name__ == "__main__":
    main()
