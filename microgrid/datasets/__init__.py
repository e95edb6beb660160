"""Tables of numbers to learn from: a CSV reader, real penguins, scaling, and learning one column from the others."""

from microgrid.datasets.column import ColumnLearner
from microgrid.datasets.tables import SPECIES, DataError, Dataset, Scale, penguin_species, penguins, read_csv

__all__ = ["SPECIES", "ColumnLearner", "DataError", "Dataset", "Scale", "penguin_species", "penguins", "read_csv"]
