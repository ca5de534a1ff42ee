"""Data sets to learn with."""

from nnscratch.datasets import digits, mnist
from nnscratch.datasets.archive import DatasetError

__all__ = ["DatasetError", "digits", "mnist"]
