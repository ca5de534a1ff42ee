"""Callbacks: objects that a run tells where it is."""

from nnscratch.callbacks.callback import Callback
from nnscratch.callbacks.callback_list import CallbackList
from nnscratch.callbacks.early_stopping import EarlyStopping
from nnscratch.callbacks.history import History
from nnscratch.callbacks.lambda_callback import LambdaCallback
from nnscratch.callbacks.monitor import MonitorCallback
from nnscratch.callbacks.progress import ProgbarLogger

__all__ = [
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "MonitorCallback",
    "ProgbarLogger",
]
