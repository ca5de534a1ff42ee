"""Data sets to learn with."""

from nnscratch.datasets import boston_housing, california_housing, digits, fashion_mnist, mnist
from nnscratch.datasets.archive import DatasetError

__all__ = [
    "DatasetError",
    "boston_housing",
    "california_housing",
    "digits",
    "fashion_mnist",
    "mnist",
]
