"""`nnscratch run` behaves as `python script.py`, with Keras's names meaning nnscratch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from compat.running import run, written


def test_a_script_sees_itself_as_the_program(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("NAME = __name__\n")
    script = written(
        tmp_path,
        """
        import json, os, sys
        import beside
        print(json.dumps([sys.argv, __name__, __file__, os.getcwd(), beside.NAME, __package__]))
        """,
    )
    done = run(script, "--epochs", "3", "-x")
    argv, name, file, folder, beside, package = json.loads(done.stdout)
    assert argv == [str(script), "--epochs", "3", "-x"]
    assert (name, file, beside) == ("__main__", str(script), "beside")
    assert Path(folder).resolve() == tmp_path.resolve()
    assert not package
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("ending", "code"), [("sys.exit(7)", 7), ("sys.exit()", 0), ("sys.exit('no')", 1), ("1 / 0", 1)]
)
def test_exit_codes(tmp_path: Path, ending: str, code: int) -> None:
    assert run(written(tmp_path, f"import sys\n{ending}\n")).returncode == code


def test_a_missing_script_is_named(tmp_path: Path) -> None:
    done = run(tmp_path / "nowhere.py")
    assert done.returncode == 2
    assert "nowhere.py" in done.stderr


def traceback_of(tmp_path: Path, text: str) -> list[str]:
    done = run(written(tmp_path, text))
    assert done.returncode == 1
    return done.stderr.splitlines()


def test_a_traceback_is_pythons_own(tmp_path: Path) -> None:
    text = """
    def divide(a):
        return a / 0
    try:
        {}["key"]
    except KeyError:
        divide(1)
    """
    script = written(tmp_path, text)
    plain = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert run(script).stderr == plain.stderr
    script = written(tmp_path, "x = (1,\n")
    plain = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert run(script).stderr == plain.stderr


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        ("from keras.layers import Dens", "ImportError", "Did you mean 'Dense'?"),
        ("from tensorflow.keras.models import Sequentail", "ImportError", "'Sequential'"),
        ("import tensorflow.keras.modles", "ImportError", "Did you mean 'models'?"),
        ("import keras; keras.layers.Dens", "AttributeError", "Did you mean 'Dense'?"),
        ("import tensorflow as tf; tf.redce_mean", "AttributeError", "'reduce_mean'"),
        ("import tensorflow as tf; tf.custom_gradient(abs)", "AttributeError", "compute_gradients"),
        ("import tensorflow as tf; tf.compat.v1.Session()", "AttributeError", "TensorFlow 1"),
        ("import tensorflow as tf; tf.random.gamma([1], 2)", "AttributeError", "keras.random"),
        ("import tensorflow as tf; tf.linalg", "AttributeError", "in NumPy"),
        ("from keras.layers import Dense; Dense(3, kernel_regular='l2')", "ValueError",
         "Did you mean 'kernel_regularizer'?"),
    ],
)  # fmt: skip
def test_a_missing_name_fails_there(tmp_path: Path, line: str, kind: str, said: str) -> None:
    lines = traceback_of(tmp_path, f"print('before')\n{line}\n")
    assert lines[1].endswith('script.py", line 2, in <module>')
    assert lines[-1].startswith(f"{kind}: ")
    assert said in lines[-1]
    if kind != "ValueError":
        assert not [text for text in lines[2:] if text.lstrip().startswith("File")]


@pytest.mark.parametrize(
    ("imported", "used", "said"),
    [
        ("from keras.layers import LSTM", "LSTM(3)", "keras.layers.LSTM is not in nnscratch"),
        ("from keras.layers import LSTM", "class Mine(LSTM): pass", "recurrent"),
        ("from tensorflow.keras.applications import VGG16", "VGG16()", "pretrained"),
        ("from tensorflow.keras.layers import RandAugment", "RandAugment()", "RandomRotation"),
        ("import keras", "keras.applications.VGG16()", "pretrained"),
    ],
)  # fmt: skip
def test_what_keras_has_can_be_imported_but_not_used(
    tmp_path: Path, imported: str, used: str, said: str
) -> None:
    assert run(written(tmp_path, f"{imported}\nprint(isinstance(1, int))\n")).returncode == 0
    lines = traceback_of(tmp_path, f"{imported}\n{used}\n")
    assert 'script.py", line 2, in <module>' in lines[1]
    assert "NotInNnscratchError" in lines[-1]
    assert said in lines[-1]


def test_import_spellings(tmp_path: Path) -> None:
    script = """
        import keras
        import tensorflow as tf
        import tensorflow.keras as tk
        import tensorflow.keras.layers as tl
        from keras import layers, Sequential
        from keras.datasets import mnist
        from tensorflow import keras as tfk
        from tensorflow.keras import backend as K, optimizers
        from tensorflow.keras.datasets.mnist import load_data
        from tensorflow.keras.layers import *
        from tensorflow.keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
        from tensorflow.keras.losses import categorical_crossentropy, mse
        from tensorflow.keras.models import Sequential as S
        from tensorflow.keras.regularizers import l2
        assert Dense is keras.layers.Dense is tl.Dense is tk.layers.Dense is tf.keras.layers.Dense
        assert Dense.__module__.startswith("nnscratch")
        assert Sequential is S is tf.keras.models.Sequential is tfk.Sequential is keras.Sequential
        assert load_data is mnist.load_data is tf.keras.datasets.mnist.load_data
        assert mse is keras.losses.mean_squared_error is keras.metrics.mse
        assert isinstance(optimizers.SGD(), keras.optimizers.SGD)
        assert not hasattr(keras.layers, "Dens") and not hasattr(tf, "nothing")
        assert "Dense" in dir(layers) and "Conv2D" in dir(layers)
        assert not isinstance(3, keras.layers.LSTM)
        K.set_floatx("float64")
        assert keras.config.floatx() == "float64" == Dense(1)(tf.ones((2, 3))).dtype
        assert tf.__version__.startswith("2.") and keras.__version__.startswith("3.")
        tf.get_logger().setLevel("ERROR")
        assert not tf.config.list_physical_devices("GPU") and not tf.test.is_gpu_available()
        import sys
        assert not [n for n in sys.modules if n.startswith("keras.src")]
    """
    done = run(written(tmp_path, script))
    assert (done.returncode, done.stderr) == (0, "")


def test_floatx_of_the_environment(tmp_path: Path) -> None:
    script = written(tmp_path, "import keras\nprint(keras.config.floatx())\n")
    assert run(script, NNSCRATCH_FLOATX="float64").stdout == "float64\n"


def test_clear_session_starts_names_anew(tmp_path: Path) -> None:
    script = """
        import keras
        names = [keras.layers.Dense(1).name, keras.layers.Dense(1).name]
        keras.backend.clear_session()
        print(names, keras.layers.Dense(1).name)
    """
    assert run(written(tmp_path, script)).stdout == "['dense', 'dense_1'] dense\n"


def test_tensors_have_numpy(tmp_path: Path) -> None:
    script = """
        import numpy as np
        import tensorflow as tf
        model = tf.keras.Sequential([tf.keras.layers.Dense(2)])
        y = model(np.ones((3, 4), "float32"))
        assert type(y.numpy()) is np.ndarray and y.numpy().shape == (3, 2)
        assert type(y[0][1].numpy()) is np.float32
        loss = tf.keras.losses.MeanSquaredError()([[1.0]], [[3.0]])
        metric = tf.keras.metrics.MeanSquaredError()
        metric.update_state([1.0], [3.0])
        print(loss.numpy(), metric.result().numpy(), f"{loss:.2f}", float(loss))
        print(type(np.argmax(y, axis=1)).__name__, type(model.predict(np.ones((1, 4)), verbose=0)))
    """
    done = run(written(tmp_path, script))
    assert done.stdout == "4.0 4.0 4.00 4.0\nndarray <class 'numpy.ndarray'>\n", done.stderr
