"""`nnscratch.use_as_keras()`: for notebooks; idempotent, with an undo."""

from __future__ import annotations

from pathlib import Path

from compat.running import run, written


def plain(folder: Path, text: str) -> str:
    """Run a script by Python itself and return what it printed."""
    done = run(written(folder, text), engine="python")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_names_mean_nnscratch_until_undone(tmp_path: Path) -> None:
    text = """
        import sys
        import numpy as np
        from nnscratch.compat import use_as_keras
        state = use_as_keras()
        use_as_keras()
        import keras
        from tensorflow.keras.layers import Dense
        print(state, len(sys.meta_path))
        print(Dense(1)(np.ones((1, 2))).numpy().shape)
        state.undo()
        state.undo()
        print(state, len(sys.meta_path))
        print(type(Dense(1)(np.ones((1, 2)))).__name__)
        print([name for name in sys.modules if name.split(".")[0] in ("keras", "tensorflow")])
    """
    lines = plain(tmp_path, text).splitlines()
    assert lines[0].startswith("<keras and tensorflow mean nnscratch")
    assert lines[1] == "(1, 1)"
    assert lines[2].startswith("<keras and tensorflow mean the installed packages")
    assert int(lines[0].split()[-1]) == int(lines[2].split()[-1]) + 1
    assert lines[3:] == ["ndarray", "[]"]


def test_an_imported_keras_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text("REAL = True\n")
    text = """
        import keras
        from nnscratch.compat import use_as_keras
        try:
            use_as_keras()
        except RuntimeError as error:
            print(error)
        print(keras.REAL)
    """
    printed = plain(tmp_path, text)
    assert "'keras' has already been imported" in printed
    assert printed.endswith("True\n")


def test_an_installed_keras_is_found_again_after_undo(tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text("REAL = True\n")
    text = """
        from nnscratch.compat import use_as_keras
        with use_as_keras():
            import keras
            print(hasattr(keras, "REAL"), keras.layers.Dense.__name__)
        import keras
        print(keras.REAL)
    """
    assert plain(tmp_path, text) == "False Dense\nTrue\n"
