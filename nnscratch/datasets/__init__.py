"""Data sets to learn with."""

from nnscratch.datasets import boston_housing, california_housing, digits, fashion_mnist, mnist
from nnscratch.datasets.archive import DatasetError
from nnscratch.errors import missing_attribute

__all__ = [
    "DatasetError",
    "boston_housing",
    "california_housing",
    "digits",
    "fashion_mnist",
    "mnist",
]

__getattr__ = missing_attribute(__name__, __all__)
