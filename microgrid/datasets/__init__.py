"""Tabular data: a CSV reader, the Palmer penguins, standardisation, and prediction of one column from others."""

from microgrid._util.missing_names import answer_missing_names
from microgrid.datasets.column_learner import ColumnLearner
from microgrid.datasets.penguins import SPECIES, penguin_species, penguins
from microgrid.datasets.scale import Scale
from microgrid.datasets.sheet import DataError
from microgrid.datasets.tables import Dataset, read_csv

__all__ = ["SPECIES", "ColumnLearner", "DataError", "Dataset", "Scale", "penguin_species", "penguins", "read_csv"]

answer_missing_names(__name__)
