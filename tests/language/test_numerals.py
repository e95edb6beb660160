"""Numbers shown to people: four significant digits, a true minus sign, and never 0 for what is not."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from microgrid.language.numerals import MINUS, powers_of_ten, read_number, show, show_signed

finite = st.floats(allow_nan=False, allow_infinity=False)


def read_back(text: str) -> Decimal:
    return Decimal(text.replace(MINUS, "-"))


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.70710678, "0.7071"),
        (2.0 / 3.0, "0.6667"),
        (-1.5, "−1.5"),
        (28.0, "28"),
        (0.1 + 0.2, "0.3"),
        (99.996, "100"),
        (4201.75, "4202"),
        (123456.7, "123457"),
        (12345678.0, "1.235e7"),
        (-0.00099996, "−0.001"),
        (0.0001234, "0.0001234"),
        (0.00001234, "1.234e−5"),
        (-1.2e30, "−1.2e30"),
        (5e-324, "4.941e−324"),
        (1.7976931348623157e308, "1.798e308"),
    ],
)
def test_number_has_four_significant_digits(number: float, shown: str) -> None:
    assert show(number) == shown


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_zero_has_no_sign(zero: float) -> None:
    assert show(zero) == "0"


@pytest.mark.parametrize(("number", "shown"), [(math.nan, "NaN"), (math.inf, "∞"), (-math.inf, "−∞")])
def test_what_is_not_finite_has_a_name(number: float, shown: str) -> None:
    assert show(number) == shown


@pytest.mark.parametrize(("digits", "shown"), [(1, "0.7"), (2, "0.71"), (6, "0.707107"), (8, "0.70710678")])
def test_number_of_digits_can_be_chosen(digits: int, shown: str) -> None:
    assert show(0.7071067811865476, digits) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(0.01, "+0.01"), (-0.01, "−0.01"), (0.0, "0"), (-0.0, "0"), (math.inf, "+∞")]
)
def test_change_carries_its_sign_also_when_positive(number: float, shown: str) -> None:
    assert show_signed(number) == shown


@given(st.integers(-9_999_999, 9_999_999))
def test_whole_number_of_up_to_seven_digits_is_shown_in_full(number: int) -> None:
    assert show(float(number)) == str(number).replace("-", MINUS)


@given(finite)
@example(0.99995)
@example(9999.4)
@example(99999.5)
@example(2.2250738585072014e-308)
def test_what_is_shown_is_right_to_four_significant_digits(number: float) -> None:
    exact = Decimal(number)
    half_a_unit = Decimal(10) ** (exact.adjusted() - 3) / 2
    assert abs(read_back(show(number)) - exact) <= half_a_unit


@given(finite.filter(bool))
def test_what_is_not_zero_is_never_shown_as_zero(number: float) -> None:
    assert read_back(show(number)) != 0


@given(finite)
def test_minus_is_a_true_minus_sign_and_stands_where_the_number_is_negative(number: float) -> None:
    shown = show(number)
    assert "-" not in shown
    assert shown.startswith(MINUS) == (number < 0)


@pytest.mark.parametrize(("number", "shown"), [(9999.7, "10000"), (-9999.96, "−10000")])
def test_number_just_below_ten_thousand_is_shown_like_its_neighbours(number: float, shown: str) -> None:
    assert show(number) == shown


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("ー6", -6.0),
        ("－６", -6.0),
        ("−1.5e−7", -1.5e-7),
        ("0,125", 0.125),
        ("-0,125", -0.125),
        ("1,5", 1.5),
        ("1,0000", 1.0),
        ("1/8", 0.125),
        ("１／８", 0.125),
        ("½", 0.5),
        ("6 × (−1)", -6.0),
        ("7.014 × 10⁻¹⁹", 7.014e-19),
        ("7.014×10^-19", 7.014e-19),
        (" 5. ", 5.0),
    ],
)
def test_number_is_read_as_people_type_it(typed: str, number: float) -> None:
    assert read_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "1,000",
        "12,345",
        "1,2,3",
        "1.000,5",
        "1 5",
        "3-2",
        "--5",
        "1/0",
        "1/",
        "inf",
        "0x10",
        "(1",
        "3²",
        "1½",
        "½3",
        "10³6",
    ],
)
def test_what_is_no_number_or_could_be_two_is_not_read(typed: str) -> None:
    assert read_number(typed) is None


@given(finite)
def test_what_is_shown_can_be_typed(number: float) -> None:
    shown = show(number)
    assert read_number(shown) == read_number(powers_of_ten(shown)) == float(shown.replace(MINUS, "-"))
