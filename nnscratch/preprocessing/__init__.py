"""Data made ready: images changed at random, rows split honestly, leaks found."""

from nnscratch.preprocessing import image
from nnscratch.preprocessing.folds import (
    GroupKFold,
    KFold,
    RepeatedKFold,
    RepeatedStratifiedKFold,
    StratifiedKFold,
    TimeSeriesSplit,
)
from nnscratch.preprocessing.leakage import LeakageWarning, check_leakage
from nnscratch.preprocessing.splitting import train_validation_test_split
from nnscratch.utils import image_dataset_from_directory, timeseries_dataset_from_array

__all__ = [
    "GroupKFold",
    "KFold",
    "LeakageWarning",
    "RepeatedKFold",
    "RepeatedStratifiedKFold",
    "StratifiedKFold",
    "TimeSeriesSplit",
    "check_leakage",
    "image",
    "image_dataset_from_directory",
    "timeseries_dataset_from_array",
    "train_validation_test_split",
]
