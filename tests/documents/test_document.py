"""Expressions read from text: what they mean, what is refused and where, and that nothing else can happen."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from microgrid.documents.document import read_document
from microgrid.documents.notation import (
    INSTEAD,
    KNOWN_FUNCTIONS,
    LEAF_FUNCTIONS,
    LIST_FUNCTIONS,
    MAX_CHARACTERS,
    MAX_NODES,
    learned_by_convention,
)
from microgrid.documents.syntax import ExpressionError
from microgrid.engine import Constant, Input, Value, topological_order


def value_of(text: str, **values: float) -> float:
    return read_document(text, values).data


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
    loss = read_document("pred = w*x + b; loss = (pred - target)**2", values)
    error, _ = loss.operands
    assert (loss.label, loss.data) == ("loss", 4.0)
    assert [operand.label for operand in error.operands] == ["pred", "target"]


def test_named_result_is_one_value_wherever_it_is_used() -> None:
    output = read_document("c = a + b; c*c;", {"a": 2.0, "b": 1.0})
    assert output.operands[0] is output.operands[1]
    assert output.label == ""


def test_another_name_for_a_value_leaves_it_its_own() -> None:
    assert read_document("b = a; b*2", {"a": 2.0}).operands[0].label == "a"
    assert read_document("予測＝重み×２；予測", {"重み": 3.0}).label == "予測"


def test_number_given_for_a_name_takes_the_place_of_the_one_in_the_text() -> None:
    text = "w = 3; x = Input(2); k = Constant(1); w*x + k"
    assert value_of(text, w=5.0, x=7.0, k=2.0) == 37.0
    assert value_of("a = b = Value(3); a*b", b=2.0) == 4.0
    leaves = [node for node in topological_order(read_document(text, {"w": 5.0, "x": 7.0})) if node.is_leaf]
    assert [(type(leaf), leaf.label) for leaf in leaves] == [(Value, "w"), (Input, "x"), (Constant, "k")]


def test_names_to_be_learned_may_be_defined_in_the_text() -> None:
    text = "w = 3; v = Value(1); x = Input(2); k = Constant(4); w*x*v*a*k"
    leaves = [node for node in topological_order(read_document(text, {"a": 4.0}, ["x", "v"])) if node.is_leaf]
    kinds = {"w": Input, "v": Value, "x": Value, "a": Input, "k": Constant}
    assert {leaf.label: type(leaf) for leaf in leaves} == kinds


@pytest.mark.parametrize(
    ("text", "learned", "key", "parts"),
    [
        ("a*2", None, "reader.value.unused", {"name": "b"}),
        ("b = a*2", None, "reader.value.computed", {"name": "b"}),
        ("a*b", ["c"], "reader.learned", {"name": "c", "known": ["a", "b"]}),
    ],
)
def test_value_or_parameter_without_a_use_is_refused(
    text: str, learned: list[str] | None, key: str, parts: dict[str, object]
) -> None:
    with pytest.raises(ExpressionError) as refusal:
        read_document(text, {"a": 2.0, "b": 3.0}, learned)
    assert (refusal.value.key, refusal.value.parts) == (key, parts)
    with pytest.raises(ExpressionError) as refusal:
        read_document("1 + 1", {}, ["c"])
    assert refusal.value.key == "reader.learned.none"


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
    output = read_document("relu(a - b/2)", {"a": 4, "b": 2})
    assert [node.label or node.op or str(node.data) for node in topological_order(output)] == [
        "a",
        "b",
        "2.0",
        "/",
        "-",
        "relu",
    ]


def test_name_that_stands_twice_is_one_leaf() -> None:
    output = read_document("a * a", {"a": 3})
    assert output.operands[0] is output.operands[1]
    output.backward()
    assert (output.operands[0].label, output.operands[0].grad) == ("a", 6.0)


def test_numbers_are_constants_and_names_are_not() -> None:
    output = read_document("3 * a + -2", {"a": 5})
    leaves = [node for node in topological_order(output) if node.is_leaf]
    assert [(leaf.data, type(leaf)) for leaf in leaves] == [(3.0, Constant), (5.0, Value), (-2.0, Constant)]


def test_negative_base_takes_a_whole_exponent_written_as_a_number() -> None:
    assert value_of("a**2 + a**-1", a=-2.0) == 3.5


def test_name_alone_is_an_expression() -> None:
    assert value_of(" a ", a=2.0) == 2.0


def test_names_may_be_in_any_script_and_any_unicode_form() -> None:
    assert read_document("重み * ａ + a", {"重み": 1.5, "ａ": 2.0}).data == 5.0  # one a is full-width


def test_name_may_be_that_of_a_function() -> None:
    assert value_of("exp * exp(exp)", exp=0.0) == 0.0


@pytest.mark.parametrize("space", [" ", "\t", "\\\n", "\u3000"])
def test_any_white_space_is_space(space: str) -> None:
    assert value_of(f"{space}a{space}+{space}1{space}", a=2.0) == 3.0


# --- what is refused, and where --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("b", "column 1 of 'b': b has no value (known: a, 重み); give it one, such as b=2"),
        ("a*重み + c", "column 8 of 'a*重み + c': c has no value (known: a, 重み); give it one, such as c=2"),
        ("  a +  b", "column 8 of '  a +  b': b has no value (known: a, 重み); give it one, such as b=2"),
        (
            "a\nc = 2*(a +\n b)\n",
            "line 3, column 2 of ' b)': b has no value (known: a, 重み); give it one, such as b=2",
        ),
        ("2 - a重み", "column 5 of '2 - a重み': a重み has no value; did you mean a*重み?"),
        ("A", "column 1 of 'A': A has no value (known: a, 重み); did you mean a? If not, give it one, such as A=2"),
        ("重み*(a+", "column 4 of '重み*(a+': ( was never closed"),
    ],
)
def test_message_says_in_one_line_where_and_why(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        read_document(text, {"a": 2.0, "重み": 1.0})
    assert str(refusal.value) == message


@pytest.mark.parametrize(("character", "instead"), INSTEAD.items())
def test_character_that_is_written_in_another_way_is_refused_with_advice(character: str, instead: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        read_document(f"a + {character}a", {"a": 2.0})
    assert str(refusal.value) == f"column 5 of 'a + {character}a': {character} is not read here; write {instead}"


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
        read_document(text, {"a": 2.0})
    assert str(refusal.value) == f"column {column} of {text!r}: unknown function {function}; did you mean {meant}?"


@pytest.mark.parametrize(
    ("text", "function", "column", "known"),
    [
        ("__import__('os')", "__import__", 1, [*KNOWN_FUNCTIONS, *LIST_FUNCTIONS, *LEAF_FUNCTIONS]),
        ("f(2)", "f", 1, [*KNOWN_FUNCTIONS, *LIST_FUNCTIONS, *LEAF_FUNCTIONS]),
        ("a * a.foo()", "foo", 7, KNOWN_FUNCTIONS),
        ("2 * a.relu().backward()", "backward", 14, KNOWN_FUNCTIONS),
    ],
)
def test_unknown_function_is_refused_and_the_known_ones_are_listed(
    text: str, function: str, column: int, known: list[str]
) -> None:
    with pytest.raises(ExpressionError) as refusal:
        read_document(text, {"a": 2.0})
    message = f"column {column} of {text!r}: unknown function {function} (known: {', '.join(known)})"
    assert str(refusal.value) == message


@pytest.mark.parametrize(("text", "column"), [("(a + a).foo()", 9), ("a . foo()", 5)])
def test_column_is_that_of_the_name_behind_the_dot(text: str, column: int) -> None:
    with pytest.raises(ExpressionError, match=f"^column {column} of"):
        read_document(text, {"a": 2.0})


def test_name_without_a_value_is_refused_where_no_name_has_one() -> None:
    with pytest.raises(
        ExpressionError, match=r"^column 1 of 'b': b has no value \(no name has one\); give it one, such as b=2$"
    ):
        read_document("b", {})


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("pi", "give it one: pi=3.14159"),
        ("π", "give it one: π=3.14159"),
        ("e", r"give it one, e=2.71828, or write exp\(x\) for e\*\*x"),
    ],
)
def test_constant_of_mathematics_is_asked_for_by_its_number(name: str, advice: str) -> None:
    with pytest.raises(ExpressionError, match=rf"^column 5 of .*: {name} has no value; {advice}$"):
        read_document(f"a * {name}", {"a": 2.0})


def test_name_that_is_given_is_no_constant_of_mathematics() -> None:
    assert value_of("e**a", e=3.0, a=2.0) == 9.0


def test_value_that_is_no_number_is_a_type_error() -> None:
    with pytest.raises(TypeError, match=r"expected a number .*, got str: '2'"):
        read_document("a", {"a": "2"})  # type: ignore[dict-item]


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
        read_document(text, values)
    assert not isinstance(raised.value, ExpressionError)


# --- long and deep ---------------------------------------------------------------------------------------------------


def test_document_may_be_twenty_thousand_characters_long() -> None:
    assert value_of("a*1".ljust(MAX_CHARACTERS), a=2.0) == 2.0
    with pytest.raises(ExpressionError, match=r"^the text has 20001 characters; at most 20000 are read$"):
        read_document("a*1".ljust(MAX_CHARACTERS + 1), {"a": 2.0})


def test_graph_may_have_two_thousand_nodes() -> None:
    assert value_of("+".join("a" * MAX_NODES), a=1.0) == MAX_NODES
    with pytest.raises(ExpressionError, match="this makes more than 2000 values"):
        read_document("+".join("a" * (MAX_NODES + 1)), {"a": 1.0})


def test_long_line_is_shortened_in_a_message() -> None:
    with pytest.raises(ExpressionError, match=r"^column 101 of 'a {56}\.\.\.': an operator .* between a and 1$"):
        read_document("a".ljust(100) + "1", {"a": 2.0})


def test_characters_that_cannot_be_shown_are_refused() -> None:
    with pytest.raises(ExpressionError) as refusal:
        read_document("a \ud800\0", {"a": 2.0})
    assert refusal.value.key == "reader.only"
    assert str(refusal.value).isprintable()


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
        output = read_document(text, values)
    except (ValueError, ArithmeticError, TypeError):
        return
    assert all(isinstance(node, Constant) or node.label in values for node in topological_order(output) if node.is_leaf)


@pytest.mark.parametrize("text", ["2and 3", r"'\d'"])
def test_refused_text_leads_to_no_warning(text: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(ExpressionError):
            read_document(text, {})
    assert caught == []
