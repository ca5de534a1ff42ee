"""The flight recorder: every internal of a training run by path and step, and the way back."""

from nnscratch.lab.recorder.recorder import Recorder
from nnscratch.lab.recorder.recording import Recording
from nnscratch.lab.recorder.series import Histograms, Series
from nnscratch.lab.recorder.travel import Moment

__all__ = ["Histograms", "Moment", "Recorder", "Recording", "Series"]
