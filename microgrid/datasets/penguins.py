"""Real data: the Palmer penguins, and the network that predicts their body mass.

>>> data = penguins()
>>> len(data.rows), data.dropped, data.input_names
(342, 2, ('flipper_length_mm', 'bill_length_mm', 'bill_depth_mm'))
"""

from __future__ import annotations

from pathlib import Path

from microgrid.datasets.column_learner import ColumnLearner
from microgrid.datasets.tables import Dataset, read_csv

SPECIES = ("Adelie", "Chinstrap", "Gentoo")
_PENGUINS = Path(__file__).with_name("penguins.csv")


def penguins() -> Dataset:
    """Load 342 penguins: flipper length, bill length and bill depth in mm, and body mass in g as the target.

    Source: Horst, Hill and Gorman (2020), palmerpenguins, after Gorman, Williams and Fraser (2014), PLoS ONE 9(3):
    e90081. Public domain (CC0).
    """
    return read_csv(_PENGUINS, "body_mass_g", ["flipper_length_mm", "bill_length_mm", "bill_depth_mm"])


def penguin_species() -> Dataset:
    """Load the same 342 penguins: bill length and bill depth in mm, and the species as the target.

    A species is its position in `SPECIES`: 0 Adelie, 1 Chinstrap, 2 Gentoo.

    >>> data = penguin_species()
    >>> data.rows[0], SPECIES[int(data.targets[0])]
    ([39.1, 18.7], 'Adelie')
    """
    return read_csv(_PENGUINS, "species", ["bill_length_mm", "bill_depth_mm"])


def penguin_learner() -> ColumnLearner:
    """Return the untrained network of the demonstration: 3-4-4-1, on the penguins."""
    return ColumnLearner.prepare(penguins(), hidden=(4, 4), seed=3)
