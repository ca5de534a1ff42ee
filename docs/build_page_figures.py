"""Take the pictures of a recorded run's page that docs/lab.md shows, with a headless Chromium.

python docs/build_page_figures.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nnscratch as nn
from nnscratch import lab

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "lab"))

from browser import Browser  # noqa: E402 (the tests' browser)


def recorded() -> lab.Recorder:
    """Train a network on the embedded digits and return what was recorded."""
    nn.utils.set_random_seed(7)
    (x, y), (x_test, y_test) = nn.datasets.digits.load_data()
    x, x_test = (a.reshape(len(a), 64).astype("float32") / 16 for a in (x, x_test))
    dense = nn.layers.Dense
    layers = [dense(64, "relu"), dense(32, "relu"), dense(64, "tanh"), dense(10, "softmax")]
    model = nn.Sequential([nn.Input((64,)), *layers], name="digits")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    recorder = lab.Recorder(every=5)
    held_out = (x_test, y_test)
    model.fit(x, y, epochs=12, validation_data=held_out, verbose=0, callbacks=[recorder])
    return recorder


def main() -> None:
    """Write docs/figures/page.png and page.dark.png."""
    with tempfile.TemporaryDirectory() as folder, Browser(1280, 1180) as browser:
        path = recorded().report(Path(folder) / "run.html")
        for scheme, name in (("light", "page.png"), ("dark", "page.dark.png")):
            browser.media(scheme)
            browser.open(path, "#step=120&series=dense_2,activation")
            browser.screenshot(ROOT / "docs" / "figures" / name, whole=False)


if __name__ == "__main__":
    main()
