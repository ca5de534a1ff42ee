"""Data made ready: images changed at random, rows split honestly, leaks found."""

from nnscratch.preprocessing import image
from nnscratch.utils import image_dataset_from_directory, timeseries_dataset_from_array

__all__ = ["image", "image_dataset_from_directory", "timeseries_dataset_from_array"]
