"""Runs a program on Keras itself, with MNIST from the folder that NNSCRATCH_DATASETS names.

Keras accepts one packing of mnist.npz only, and deletes any other that it finds.
"""

import os
import runpy
import sys

import keras.src.datasets.mnist

if "NNSCRATCH_DATASETS" in os.environ:
    found = os.path.join(os.environ["NNSCRATCH_DATASETS"], "mnist.npz")
    keras.src.datasets.mnist.get_file = lambda *args, **kwargs: found

del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
