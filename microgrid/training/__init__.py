"""Learning: `Cycle` walks Know, Think and Change one at a time, `train` repeats them, `History` is what it saw."""

from microgrid.training.collector import paused_collector
from microgrid.training.loop import Cycle, History, TrainingDivergedError, train

__all__ = ["Cycle", "History", "TrainingDivergedError", "paused_collector", "train"]
