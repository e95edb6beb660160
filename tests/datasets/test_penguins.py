"""The penguins: the right birds, the right numbers."""

from __future__ import annotations

from microgrid.datasets import SPECIES, penguin_species, penguins


def test_penguins_by_hand() -> None:
    data = penguins()
    assert (len(data.rows), len(data.targets), data.dropped) == (342, 342, 2)
    assert data.input_names == ("flipper_length_mm", "bill_length_mm", "bill_depth_mm")
    assert data.target_name == "body_mass_g"
    assert (data.rows[0], data.targets[0]) == ([181.0, 39.1, 18.7], 3750.0)  # the file's first line
    assert (data.rows[3], data.targets[3]) == ([193.0, 36.7, 19.3], 3450.0)  # its fifth; its fourth is NA


def test_species_of_penguins_by_hand() -> None:
    data = penguin_species()
    assert data.input_names == ("bill_length_mm", "bill_depth_mm")
    assert (data.rows[0], data.targets[0]) == ([39.1, 18.7], 0.0)  # an Adelie from Torgersen
    assert [data.targets.count(i) for i in range(len(SPECIES))] == [151, 68, 123]  # two of the 344 were not measured
    assert data.dropped == 2


def test_both_tables_of_penguins_are_about_the_same_birds() -> None:
    assert penguin_species().rows == [row[1:] for row in penguins().rows]  # bill length and bill depth


def test_penguins_are_plausible_birds() -> None:
    data = penguins()
    assert all(170 < flipper < 235 and 30 < length < 60 and 13 < depth < 22 for flipper, length, depth in data.rows)
    assert (min(data.targets), max(data.targets)) == (2700.0, 6300.0)
