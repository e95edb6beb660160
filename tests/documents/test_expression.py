"""Expressions read from text: what they mean, what is refused and where, and that nothing else can happen."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from microgrid.documents.expression import (
    INSTEAD,
    KNOWN_FUNCTIONS,
    MAX_CHARACTERS,
    ExpressionError,
    learned_by_convention,
    read_expression,
)
from microgrid.engine import Constant, Value, topological_order


def value_of(text: str, **values: float) -> float:
    return read_expression(text, values).data


# --- what expressions mean -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", 14.0),
        ("(2 + 3) * 4", 20.0),
        ("2 - 3 - 4", -5.0),
        ("16 / 4 / 2", 2.0),
        ("2**3**2", 512.0),
        ("-2**2", -4.0),
        ("(-2)**2", 4.0),
        ("2**-1", 0.5),
        ("--2", 2.0),
        ("+2", 2.0),
        ("2 - -3", 5.0),
        ("2 * -3**2", -18.0),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("1_000", 1000.0),
        ("00 + 007.5", 7.5),
        ("1e-07 + 1.E+002", 100.0000001),
    ],
)
def test_operators_bind_as_in_mathematics(text: str, value: float) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2×３ − １．５", 4.5),
        ("６÷２＋１", 4.0),
        ("（1＋2）·3", 9.0),
        ("ー6 ー 2", -8.0),
        ("3－1–1", 1.0),
        ("データー×2", 14.0),
    ],
)
def test_characters_of_other_keyboards_are_read_as_they_are_meant(text: str, value: float) -> None:
    assert value_of(text, **({"データー": 7.0} if "データー" in text else {})) == value


# --- results that are named ------------------------------------------------------------------------------------------


def test_intermediate_results_are_named() -> None:
    values = {"w": 3.0, "x": 2.0, "b": 1.0, "target": 5.0}
    loss = read_expression("pred = w*x + b; loss = (pred - target)**2", values)
    error, _ = loss.operands
    assert (loss.label, loss.data) == ("loss", 4.0)
    assert [operand.label for operand in error.operands] == ["pred", "target"]


def test_named_result_is_one_value_wherever_it_is_used() -> None:
    output = read_expression("c = a + b; c*c;", {"a": 2.0, "b": 1.0})
    assert output.operands[0] is output.operands[1]
    assert output.label == ""


def test_another_name_for_a_value_leaves_it_its_own() -> None:
    assert read_expression("b = a; b*2", {"a": 2.0}).operands[0].label == "a"
    assert read_expression("予測＝重み×２；予測", {"重み": 3.0}).label == "予測"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p = a; 2*a", "p is defined, but not used"),
        ("p = a; p = 2*a; p", "p is defined twice"),
        ("a = 2; a*2", "a has a value already; give the result another name"),
        ("a*2; a", "expected a name, = and an expression before ;, got 'a*2'"),
        ("for = a; a", "column 1 of 'for = a': for is a reserved word of Python; use another name"),
        ("p = q; q = a; p", "column 1 of 'q': q has no value (known: a); give it one, such as q=2"),
        ("p = a +; p", "column 4 of 'a +': a number or a name is missing after +"),
        ("p == a; p", "expected a name, = and an expression before ;, got 'p == a'"),
        ("p = ; p", "a number or a name is missing after p ="),
        (";", "the expression is empty; expected something like 'a*b + c'"),
        (
            "b=2",
            "column 2 of 'b=2': = is not allowed; name a result as in 'p = w*x; p**2', and give numbers after the "
            "expression, as in a=2",
        ),
    ],
)
def test_definition_that_cannot_be_meant_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        read_expression(text, {"a": 2.0})
    assert str(refusal.value) == message


# --- what is learned -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "learned"),
    [
        ("w x b target", "w b"),
        ("w x y", "w"),
        ("w x y t", "w y"),
        ("w x1 y1 t1", "w y1"),
        ("重み 入力 正解", "重み"),
        ("重み 入力1 入力２ 目標", "重み"),
        ("w 教師 ラベル", "w"),
        ("w 教師データ", "w"),
        ("y t", "y"),
        ("x 正解", "x 正解"),
    ],
)
def test_names_that_are_inputs_by_convention(names: str, learned: str) -> None:
    assert learned_by_convention(names.split()) == learned.split()


CALLS: list[tuple[str, list[str], float]] = [
    ("exp", ["a"], math.exp(2.0)),
    ("log", ["a"], math.log(2.0)),
    ("sqrt", ["a"], math.sqrt(2.0)),
    ("tanh", ["a"], math.tanh(2.0)),
    ("sigmoid", ["a"], 1.0 / (1.0 + math.exp(-2.0))),
    ("relu", ["-a"], 0.0),
    ("leaky_relu", ["-a"], -0.02),
    ("leaky_relu", ["-a", "0.5"], -1.0),
    ("softplus", ["a"], 2.0 + math.log1p(math.exp(-2.0))),
    ("sin", ["a"], math.sin(2.0)),
    ("cos", ["a"], math.cos(2.0)),
    ("abs", ["-a"], 2.0),
    ("maximum", ["a", "3"], 3.0),
    ("minimum", ["a", "3"], 2.0),
    ("max", ["a", "3"], 3.0),
    ("min", ["a", "3"], 2.0),
]


def test_list_of_calls_leaves_no_function_out() -> None:
    assert {name for name, _, _ in CALLS} == set(KNOWN_FUNCTIONS)


@pytest.mark.parametrize(("name", "operands", "value"), CALLS)
def test_function_is_called_in_either_style(name: str, operands: list[str], value: float) -> None:
    assert value_of(f"{name}({', '.join(operands)})", a=2.0) == value
    assert value_of(f"({operands[0]}).{name}({', '.join(operands[1:])})", a=2.0) == value


def test_expression_is_recorded_as_it_is_written() -> None:
    output = read_expression("relu(a - b/2)", {"a": 4, "b": 2})
    assert [node.label or node.op or str(node.data) for node in topological_order(output)] == [
        "a",
        "b",
        "2.0",
        "/",
        "-",
        "relu",
    ]


def test_name_that_stands_twice_is_one_leaf() -> None:
    output = read_expression("a * a", {"a": 3})
    assert output.operands[0] is output.operands[1]
    output.backward()
    assert (output.operands[0].label, output.operands[0].grad) == ("a", 6.0)


def test_numbers_are_constants_and_names_are_not() -> None:
    output = read_expression("3 * a + -2", {"a": 5})
    leaves = [node for node in topological_order(output) if node.is_leaf]
    assert [(leaf.data, type(leaf)) for leaf in leaves] == [(3.0, Constant), (5.0, Value), (-2.0, Constant)]


def test_negative_base_takes_a_whole_exponent_written_as_a_number() -> None:
    assert value_of("a**2 + a**-1", a=-2.0) == 3.5


def test_name_alone_is_an_expression() -> None:
    assert value_of(" a ", a=2.0) == 2.0


def test_names_may_be_in_any_script_and_any_unicode_form() -> None:
    assert read_expression("重み * ａ + a", {"重み": 1.5, "ａ": 2.0}).data == 5.0  # one a is full-width


def test_name_may_be_that_of_a_function() -> None:
    assert value_of("exp * exp(exp)", exp=0.0) == 0.0


@pytest.mark.parametrize("space", ["\n", "\t", "\r\n", "\u3000"])
def test_any_white_space_is_space(space: str) -> None:
    assert value_of(f"{space}a{space}+{space}1{space}", a=2.0) == 3.0


# --- what is refused, and where --------------------------------------------------------------------------------------

ONLY = "only numbers, names, + - * / **, parentheses and functions are allowed"
OPERATORS = "only the operators + - * / ** are allowed"
AFTERWARDS = "is not allowed; name a result as in 'p = w*x; p**2', and give numbers after the expression, as in a=2"
NO_FUNCTION = "only functions can be called; write * to multiply"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("b", "column 1 of 'b': b has no value (known: a, 重み); give it one, such as b=2"),
        ("a*重み + c", "column 8 of 'a*重み + c': c has no value (known: a, 重み); give it one, such as c=2"),
        ("  a +  b", "column 6 of 'a +  b': b has no value (known: a, 重み); give it one, such as b=2"),
        ("relu", "column 1 of 'relu': relu has no value (known: a, 重み); write relu( ) to call the function"),
        ("2 - a重み", "column 5 of '2 - a重み': a重み has no value (known: a, 重み); did you mean a*重み?"),
        ("a a", "column 3 of 'a a': an operator such as * is missing between a and a"),
        ("重み 重み", "column 4 of '重み 重み': an operator such as * is missing between 重み and 重み"),
        ("(a) a", "column 5 of '(a) a': an operator such as * is missing between ) and a"),
        ("max(a 1.5)", "column 7 of 'max(a 1.5)': an operator such as * is missing between a and 1.5"),
        ("A", "column 1 of 'A': A has no value (known: a, 重み); did you mean a? If not, give it one, such as A=2"),
        ("0x10*a", "column 1 of '0x10*a': expected a decimal number such as 7, got 0x10"),
        ("a*0B1", "column 3 of 'a*0B1': expected a decimal number such as 7, got 0B1"),
        ("a - 007", "column 5 of 'a - 007': expected a decimal number such as 7, got 007"),
        ("2a", "column 2 of '2a': an operator such as * is missing between 2 and a"),
        ("1 + tanh a", "column 10 of '1 + tanh a': a function needs parentheses: write tanh(a)"),
        ("a +", "column 4 of 'a +': a number or a name is missing after +"),
        ("(a + ) * a", "column 6 of '(a + ) * a': a number or a name is missing after +"),
        ("a */ a", "column 4 of 'a */ a': a number or a name is missing after *"),
        ("a --", "column 5 of 'a --': a number or a name is missing after -"),
        ("max(a,, 2)", "column 7 of 'max(a,, 2)': a number or a name is missing after ,"),
        ("*a", "column 1 of '*a': a number or a name is missing before *"),
        ("a * (**2)", "column 6 of 'a * (**2)': a number or a name is missing before **"),
        ("lambda*a", "column 1 of 'lambda*a': lambda is a reserved word of Python; use another name"),
        ("|a|", "column 1 of '|a|': | is not allowed; write abs( ) for an absolute value"),
        ("a = 2", f"column 3 of 'a = 2': = {AFTERWARDS}"),
        ("a..a", f"column 3 of 'a..a': {ONLY}"),
        ("(a", "column 1 of '(a': '(' was never closed"),
        ("a)", "column 2 of 'a)': unmatched ')'"),
        ("重み*(a + a", "column 4 of '重み*(a + a': '(' was never closed"),
        ("重み*(a+", "column 7 of '重み*(a+': a number or a name is missing after +"),
        ("a < 2", f"column 1 of 'a < 2': {ONLY}"),
        ("重み * (a % 2)", f"column 9 of '重み * (a % 2)': {OPERATORS}"),
        ("a * (a ^ 2)", "column 8 of 'a * (a ^ 2)': ^ is not allowed; write ** for a power"),
        ("重み²", "column 3 of '重み²': ² is not allowed; write **2"),
        ("a // 2", f"column 3 of 'a // 2': {OPERATORS}"),
        ("a @ a", f"column 3 of 'a @ a': {OPERATORS}"),
        ("~a", f"column 1 of '~a': {ONLY}"),
        ("not a", f"column 1 of 'not a': {ONLY}"),
        ("a and a", f"column 1 of 'a and a': {ONLY}"),
        ("a if a else a", f"column 1 of 'a if a else a': {ONLY}"),
        ("1 + [a]", f"column 5 of '1 + [a]': {ONLY}"),
        ("a, a", f"column 1 of 'a, a': {ONLY}"),
        ("a[0]", f"column 1 of 'a[0]': {ONLY}"),
        ("{a: a}", f"column 1 of '{{a: a}}': {ONLY}"),
        ("f'{a}'", f"""column 1 of "f'{{a}}'": {ONLY}"""),
        ("lambda: a", f"column 1 of 'lambda: a': {ONLY}"),
        ("(b := a)", f"column 5 of '(b := a)': = {AFTERWARDS}"),
        ("[x for x in a]", f"column 1 of '[x for x in a]': {ONLY}"),
        ("relu(*a)", f"column 6 of 'relu(*a)': {ONLY}"),
        ("a.data", f"column 3 of 'a.data': {ONLY}"),
        ("a.__class__", f"column 3 of 'a.__class__': {ONLY}"),
        ("a + 'b'", """column 5 of "a + 'b'": expected a number or a name, got 'b'"""),
        ("2 * True", "column 5 of '2 * True': expected a number or a name, got True"),
        ("None", "column 1 of 'None': expected a number or a name, got None"),
        ("a * 2j", "column 5 of 'a * 2j': expected a number or a name, got 2j"),
        ("...", "column 1 of '...': expected a number or a name, got Ellipsis"),
        ("a + 1e999", "column 5 of 'a + 1e999': this number is too large"),
        ("relu(a)(a)", f"column 1 of 'relu(a)(a)': {NO_FUNCTION}"),
        ("a * 2(a)", f"column 5 of 'a * 2(a)': {NO_FUNCTION}"),
        ("a(a - 2)", "column 1 of 'a(a - 2)': a is a number, not a function; write * to multiply"),
        ("relu()", "column 1 of 'relu()': relu takes 1 operand, got 0"),
        ("重み + a.exp(2)", "column 6 of '重み + a.exp(2)': exp takes 1 operand, got 2"),
        ("max(a)", "column 1 of 'max(a)': max takes 2 operands, got 1"),
        (
            "leaky_relu(a, a, a)",
            "column 1 of 'leaky_relu(a, a, a)': leaky_relu takes 1 or 2 operands, got 3",
        ),
        ("relu(a, slope=2)", f"column 14 of 'relu(a, slope=2)': = {AFTERWARDS}"),
        ("relu(a, **a)", "column 1 of 'relu(a, **a)': relu takes no keywords"),
        ("a # + b", "column 3 of 'a # + b': # is not allowed; an expression has no comments"),
        ("", "the expression is empty; expected something like 'a*b + c'"),
        (" \n ", "the expression is empty; expected something like 'a*b + c'"),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        read_expression(text, {"a": 2.0, "重み": 1.0})
    assert str(refusal.value) == message


ADVICE = [
    ("^", "write ** for a power"),
    ("|", "write abs( ) for an absolute value"),
    ("²", "write **2"),
    ("³", "write **3"),
    ("√", "write sqrt( )"),
    ("=", "name a result as in 'p = w*x; p**2', and give numbers after the expression, as in a=2"),
    ("#", "an expression has no comments"),
    ("［］【】", "write ( and )"),
    ("“”„‟‘’", "quotes are for the command line, around the whole expression"),
]


def test_list_of_advice_leaves_no_character_out() -> None:
    assert {character for characters, _ in ADVICE for character in characters} == set(INSTEAD)


@pytest.mark.parametrize(("characters", "advice"), ADVICE)
def test_character_that_is_written_in_another_way_is_refused_with_advice(characters: str, advice: str) -> None:
    for character in characters:
        with pytest.raises(ExpressionError) as refusal:
            read_expression(f"a + {character}a", {"a": 2.0})
        assert str(refusal.value) == f"column 5 of 'a + {character}a': {character} is not allowed; {advice}"


@pytest.mark.parametrize(
    ("text", "function", "meant", "column"),
    [
        ("ln(a)", "ln", "log", 1),
        ("log10(a)", "log10", "log(x)/log(10)", 1),
        ("log2(a)", "log2", "log(x)/log(2)", 1),
        ("RELU(a)", "RELU", "relu", 1),
        ("2 * a.sine()", "sine", "sin", 7),
    ],
)
def test_unknown_function_is_refused_with_the_one_that_was_probably_meant(
    text: str, function: str, meant: str, column: int
) -> None:
    with pytest.raises(ExpressionError) as refusal:
        read_expression(text, {"a": 2.0})
    assert str(refusal.value) == f"column {column} of {text!r}: unknown function {function}; did you mean {meant}?"


@pytest.mark.parametrize(
    ("text", "function", "column"),
    [
        ("__import__('os')", "__import__", 1),
        ("f(2)", "f", 1),
        ("重み * 重み.foo()", "foo", 9),
        ("a.relu().backward()", "backward", 10),
    ],
)
def test_unknown_function_is_refused_and_the_known_ones_are_listed(text: str, function: str, column: int) -> None:
    with pytest.raises(ExpressionError) as refusal:
        read_expression(text, {"a": 2.0, "重み": 1.0})
    assert (
        str(refusal.value)
        == f"column {column} of {text!r}: unknown function {function} (known: {', '.join(KNOWN_FUNCTIONS)})"
    )


@pytest.mark.parametrize(("text", "column"), [("(a + a).foo()", 9), ("a . foo()", 5)])
def test_column_is_that_of_the_name_behind_the_dot(text: str, column: int) -> None:
    with pytest.raises(ExpressionError, match=f"^column {column} of"):
        read_expression(text, {"a": 2.0})


def test_name_without_a_value_is_refused_where_no_name_has_one() -> None:
    with pytest.raises(
        ExpressionError, match=r"^column 1 of 'b': b has no value \(no name has one\); give it one, such as b=2$"
    ):
        read_expression("b", {})


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("pi", "give it one: pi=3.14159"),
        ("π", "give it one: π=3.14159"),
        ("e", r"give it one, e=2.71828, or write exp\(x\) for e\*\*x"),
    ],
)
def test_constant_of_mathematics_is_asked_for_by_its_number(name: str, advice: str) -> None:
    with pytest.raises(ExpressionError, match=rf"^column 5 of .*: {name} has no value \(known: a\); {advice}$"):
        read_expression(f"a * {name}", {"a": 2.0})


def test_name_that_is_given_is_no_constant_of_mathematics() -> None:
    assert value_of("e**a", e=3.0, a=2.0) == 9.0


def test_value_without_a_use_is_refused() -> None:
    with pytest.raises(ExpressionError, match=r"^b has a value, but is not in the expression 'a \+ 1'$"):
        read_expression("a + 1", {"a": 2.0, "b": 3.0})


def test_value_that_is_no_number_is_a_type_error() -> None:
    with pytest.raises(TypeError, match=r"expected a number .*, got str: '2'"):
        read_expression("a", {"a": "2"})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("log(a - 2)", ValueError, "only numbers above 0 have a logarithm"),
        ("sqrt(0 - a)", ValueError, "a negative number has no real square root"),
        (
            "(a - 4)**0.5",
            ValueError,
            "a negative base needs an exponent that is whole, and a plain number rather than a Value",
        ),
        ("a / 0", ZeroDivisionError, "a = 2.0.*division by zero"),
        ("exp(500*a)", OverflowError, "too large for a float"),
        ("9**9**9**9", OverflowError, "too large for a float"),
    ],
)
def test_what_has_no_value_is_an_error_of_mathematics(text: str, error: type[Exception], message: str) -> None:
    values = {"a": 2.0} if "a" in text else {}
    with pytest.raises(error, match=message) as raised:
        read_expression(text, values)
    assert not isinstance(raised.value, ExpressionError)


# --- long and deep ---------------------------------------------------------------------------------------------------


def test_expression_may_be_two_thousand_characters_long() -> None:
    text = "a*1".ljust(MAX_CHARACTERS - 1) + "1"
    assert len(text) == MAX_CHARACTERS
    with pytest.raises(ExpressionError, match=r"^column 2000 of 'a\*1 {54}\.\.\.': an operator .* between 1 and 1$"):
        read_expression(text, {"a": 2.0})
    with pytest.raises(ExpressionError, match=r"^the expression has 2001 characters; at most 2000 are read$"):
        read_expression(text + "1", {"a": 2.0})


def test_long_sum_is_not_deep() -> None:
    assert read_expression("+".join("a" * 900), {"a": 2.0}).data == 1800.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-" * 1000 + "a", "^column 201 of .*: nested deeper than 200 levels$"),
        ("relu(" * 150 + "-" * 60 + "a" + ")" * 150, "^column 801 of .*: nested deeper than 200 levels$"),
        ("(" * 900 + "a" + ")" * 900, "^column 201 of .*: too many nested parentheses$"),
        ("a" + ".exp()" * 300, "nested deeper than 200 levels"),
        ("\ud800", "holds characters that cannot be read"),
    ],
)
def test_what_is_nested_too_deeply_or_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        read_expression(text, {"a": 2.0})


@pytest.mark.parametrize("text", ["+".join("a" * 200), "-" * 199 + "a", "(" * 199 + "a" + ")" * 199])
def test_two_hundred_levels_are_read(text: str) -> None:
    assert abs(value_of(text, a=2.0)) in (2.0, 400.0)


# --- anything at all -------------------------------------------------------------------------------------------------

tokens = st.sampled_from(["a", "重み", "2", "1e9", "9**9", "exp(", "log(", "**", "lambda", *"().,='*/-+[]#j \n\\"])
well_formed = st.recursive(
    st.sampled_from(["a", "重み", "0", "2", "-3", "0.5", "1e300", "9**9"]),
    lambda inner: (
        st.builds("({}){}({})".format, inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner)
        | st.builds("{}({})".format, st.sampled_from(sorted(KNOWN_FUNCTIONS)), inner)
        | st.builds("({}).{}({})".format, inner, st.sampled_from(sorted(KNOWN_FUNCTIONS)), inner)
    ),
)


@given(st.one_of(st.text(), st.lists(tokens).map("".join), well_formed))
@example("a" + "." * 1000)
@example("a" + ")" * 1999)
@example("[" * 1999)
@example("{" * 99 + "a")
@example("not " * 400 + "a")
@example("\x00")
@example("9" * MAX_CHARACTERS)
@example("9**" * 600 + "9")
def test_arbitrary_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    values = {name: 2.0 for name in ("a", "重み") if name in text}
    try:
        output = read_expression(text, values)
    except (ValueError, ArithmeticError, TypeError):
        return
    assert all(isinstance(node, Constant) or node.label in values for node in topological_order(output) if node.is_leaf)


@pytest.mark.parametrize("text", ["2and 3", r"'\d'"])
def test_refused_text_leads_to_no_warning(text: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(ExpressionError):
            read_expression(text, {})
    assert caught == []
