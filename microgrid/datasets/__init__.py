"""Data to learn from: tables read from CSV, the Palmer penguins, made shapes; scales, and predicting one column."""

from microgrid._util.missing_names import answer_missing_names
from microgrid.datasets.column_learner import ColumnLearner
from microgrid.datasets.penguins import SPECIES, penguin_species, penguins
from microgrid.datasets.scale import Scale
from microgrid.datasets.shapes import circles, line, logical_and, logical_or, moons, satisfaction, spiral, xor
from microgrid.datasets.sheet import DataError
from microgrid.datasets.tables import Dataset, read_csv

__all__ = [
    "SPECIES",
    "ColumnLearner",
    "DataError",
    "Dataset",
    "Scale",
    "circles",
    "line",
    "logical_and",
    "logical_or",
    "moons",
    "penguin_species",
    "penguins",
    "read_csv",
    "satisfaction",
    "spiral",
    "xor",
]

answer_missing_names(__name__)
