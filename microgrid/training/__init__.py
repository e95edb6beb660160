"""Training: `Cycle` runs Know, Think and Change one at a time, `train` repeats them, `History` records them."""

from microgrid._util.missing_names import answer_missing_names
from microgrid.training.collector import paused_collector
from microgrid.training.cycle import Cycle, Model
from microgrid.training.history import History, TrainingDivergedError
from microgrid.training.loop import train

__all__ = ["Cycle", "History", "Model", "TrainingDivergedError", "paused_collector", "train"]

answer_missing_names(__name__)
