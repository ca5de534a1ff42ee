"""Callbacks: objects that a run tells where it is."""

from nnscratch.callbacks.backup import BackupAndRestore
from nnscratch.callbacks.callback import Callback
from nnscratch.callbacks.callback_list import CallbackList
from nnscratch.callbacks.csv_logger import CSVLogger
from nnscratch.callbacks.early_stopping import EarlyStopping
from nnscratch.callbacks.history import History
from nnscratch.callbacks.lambda_callback import LambdaCallback
from nnscratch.callbacks.model_checkpoint import ModelCheckpoint
from nnscratch.callbacks.monitor import MonitorCallback
from nnscratch.callbacks.plateau import ReduceLROnPlateau
from nnscratch.callbacks.progress import ProgbarLogger
from nnscratch.callbacks.scheduler import LearningRateScheduler
from nnscratch.callbacks.stop_when_curves_meet import StopWhenCurvesMeet
from nnscratch.callbacks.swap_ema import SwapEMAWeights
from nnscratch.callbacks.tensorboard import TensorBoard
from nnscratch.callbacks.terminate import TerminateOnNaN
from nnscratch.errors import missing_attribute

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "MonitorCallback",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "StopWhenCurvesMeet",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]

__getattr__ = missing_attribute(__name__, __all__)
