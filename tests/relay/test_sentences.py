"""The relay in words: complete in both languages, with the numbers in it, and never wider than promised."""

from __future__ import annotations

import math
import re
import string
import unicodedata
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgrid import Constant, Input, Relay, Value, total, weighted_sum
from microgrid._util.text import display_width, shortened
from microgrid.graph.operations import OPERATIONS
from microgrid.language.numerals import show
from microgrid.language.words import LANGUAGES, words
from microgrid.losses import cross_entropy, mean_squared_error
from microgrid.nn import MLP, LayerName, NeuronName
from microgrid.relay.sentences import outcome
from microgrid.relay.table import TABLE_FOLDS, tell
from tests.graph.test_folding import relus_of_two_rows
from tests.graphs import Recipe, recipes, record
from tests.test_gradients import build_or_skip


def sentences(output: Value, language: str = "en") -> list[str]:
    return [told.sentence for told in tell(Relay(output), language, fold="none").lines]


def network() -> Relay:
    model = MLP(3, [4, 4, 1], seed=3)
    prediction = model([0.5, -1.0, 2.0])
    assert isinstance(prediction, Value)
    return Relay(mean_squared_error(prediction, 0.3), model.parameters())


# --- both languages --------------------------------------------------------------------------------------------------


def test_every_sentence_of_one_language_has_its_partner_in_the_other() -> None:
    assert list(words("en")) == list(words("ja"))


def numbers_named_in(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_partners_speak_of_the_same_numbers(language: str) -> None:
    numbers, english = ({key: numbers_named_in(text) for key, text in words(each).items()} for each in (language, "en"))
    assert numbers == english


@pytest.mark.parametrize("op", OPERATIONS)
def test_every_operation_has_a_sentence_and_a_slope_for_each_operand(op: str) -> None:
    assert f"know.{op}" in words("en")
    for position, slope in enumerate(OPERATIONS[op].slopes):
        assert slope or f"slope.{op}.{position}" in words("en")


def test_japanese_keeps_to_the_glossary() -> None:
    text = "".join(words("ja").values())
    assert "上流から伝わる勾配" in text
    assert "局所微分" in text
    assert not re.search("伝搬|連鎖率|ノードの親", text)


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'de'"):
        Relay(Value(1.0) * 2).text("de")


def test_unknown_fold_is_refused() -> None:
    with pytest.raises(ValueError, match="fold must be one of auto, none, neuron, got 'layer'"):
        Relay(Value(1.0) * 2).text(fold="layer")


# --- sentences by hand -----------------------------------------------------------------------------------------------


def test_neuron_is_told_from_the_first_product_to_the_last_change() -> None:
    w, x, b = Value(-3.0, "w"), Input(2.0, "x"), Value(6.8813735870195432, "b")
    n = weighted_sum([w], [x], b)
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    assert sentences(o) == [
        "n is the weighted sum of its inputs plus the bias: −3 × 2 + 6.881 = 0.8814.",
        "o squashes n to between −1 and 1: tanh(0.8814) = 0.7071.",
        "The relay starts at o: its gradient with respect to itself is 1.",
        "∂tanh(n)/∂n = 1 − 0.7071² = 0.5\n"
        "Share for n: upstream 1 × local derivative 0.5 = 0.5. Its accumulated gradient: 0.5.",
        "∂(w × x + b)/∂w = x = 2\nShare for w: upstream 0.5 × local derivative 2 = 1. Its accumulated gradient: 1.",
        "∂(w × x + b)/∂x = w = −3\n"
        "Share for x: upstream 0.5 × local derivative −3 = −1.5. Its accumulated gradient: −1.5.",
        "∂(w × x + b)/∂b = 1\nShare for b: upstream 0.5 × local derivative 1 = 0.5. Its accumulated gradient: 0.5.",
        "w moves against its gradient: −3 − 0.1 × 1 = −3.1.",
        "b moves against its gradient: 6.881 − 0.1 × 0.5 = 6.831.",
    ]


@pytest.mark.parametrize(
    ("op", "operands", "slopes"),
    [
        ("+", (3.0, -2.0), ["∂(a + b)/∂a = 1", "∂(a + b)/∂b = 1"]),
        ("-", (3.0, -2.0), ["∂(a − b)/∂a = 1", "∂(a − b)/∂b = −1"]),
        ("*", (3.0, -2.0), ["∂(a × b)/∂a = b = −2", "∂(a × b)/∂b = a = 3"]),
        ("/", (3.0, -2.0), ["∂(a ÷ b)/∂a = 1 ÷ (−2) = −0.5", "∂(a ÷ b)/∂b = −(−1.5) ÷ (−2) = −0.75"]),
        ("**", (3.0, 2.0), ["∂a^b/∂a = 2 × 3^(2 − 1) = 6", "∂a^b/∂b = 9 × log(3) = 9.888"]),
        ("neg", (3.0,), ["∂(−a)/∂a = −1"]),
        ("abs", (-3.0,), ["∂|a|/∂a = −1 (1 where a > 0, −1 where a < 0, 0 at 0)"]),
        ("exp", (0.0,), ["∂exp(a)/∂a = exp(a) = 1"]),
        ("log", (4.0,), ["∂log(a)/∂a = 1 ÷ 4 = 0.25"]),
        ("sqrt", (4.0,), ["∂√a/∂a = 0.5 ÷ 2 = 0.25"]),
        ("tanh", (0.0,), ["∂tanh(a)/∂a = 1 − 0² = 1"]),
        ("sigmoid", (0.0,), ["∂sigmoid(a)/∂a = 0.5 × (1 − 0.5) = 0.25"]),
        ("relu", (3.0,), ["∂relu(a)/∂a = 1 (1 where a > 0, else 0)"]),
        ("softplus", (0.0,), ["∂softplus(a)/∂a = sigmoid(0) = 0.5"]),
        ("sin", (0.0,), ["∂sin(a)/∂a = cos(0) = 1"]),
        ("cos", (0.0,), ["∂cos(a)/∂a = −sin(0) = 0"]),
        (
            "maximum",
            (3.0, 2.0),
            ["∂max(a, b)/∂a = 1 (1 where a ≥ b, else 0)", "∂max(a, b)/∂b = 0 (0 where a ≥ b, else 1)"],
        ),
    ],
)
def test_local_derivative_is_shown_with_its_numbers(op: str, operands: tuple[float, ...], slopes: list[str]) -> None:
    leaves = [Value(x, name) for x, name in zip(operands, "ab", strict=False)]
    output = record(op, *leaves)
    output.label = "exp(a)" if op == "exp" else ""
    told = sentences(output)
    assert [sentence.splitlines()[0] for sentence in told if sentence.startswith("∂")] == slopes


@pytest.mark.parametrize(
    ("output", "told", "equation"),
    [
        (-Value(0.7, "a"), "−a is the negative of a: −(0.7) = −0.7.", "−a = −(0.7) = −0.7"),
        (-Value(-0.7, "a"), "−a is the negative of a: −(−0.7) = 0.7.", "−a = −(−0.7) = 0.7"),
        (total([Value(1.1, "a")]), "n1 is the sum of one number: 1.1.", "a = 1.1"),
        (Constant(1.1) * Constant(2.0), "1.1·2 multiplies 1.1 by 2: 1.1 × 2 = 2.2.", "1.1 × 2 = 2.2"),
    ],
)
def test_equation_says_something(output: Value, told: str, equation: str) -> None:
    first = tell(Relay(output)).lines[0]
    assert (first.sentence, first.equation) == (told, equation)


@given(recipes(), st.sampled_from(LANGUAGES))
def test_no_two_sides_of_an_equation_are_the_same(recipe: Recipe, language: str) -> None:
    for told in tell(Relay(build_or_skip(recipe)[0]), language, fold="none").lines:
        if told.phase == "change":
            continue  # its arithmetic is shown even where the result is rounded to the old number
        for text in (*told.sentence.splitlines(), told.formula):
            sides = re.split(r" = ", text.partition(": ")[2] or text)
            assert all(a != b for a, b in pairwise(sides)), text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "score adds up 2 products: 2 × 3 + (−1) × 4 = 2."),
        ("ja", "score は 2 個の積の和: 2 × 3 + (−1) × 4 = 2。"),
    ],
)
@pytest.mark.parametrize("is_named", [False, True])
def test_weighted_sum_without_a_bias_is_told_as_a_sum_of_products(language: str, sentence: str, is_named: bool) -> None:
    query, key = [Input(2.0, "q1"), Input(-1.0, "q2")], [Input(3.0, "k1"), Input(4.0, "k2")]
    score = weighted_sum(query, key, 0)
    score.label = NeuronName("score", LayerName("scores")) if is_named else "score"
    (line, *_) = tell(Relay(score), language, "neuron").lines
    assert line.formula == "q1 × k1 + q2 × k2 = 2 × 3 + (−1) × 4"
    assert line.sentence == sentence


def test_parameter_that_stays_is_not_said_to_move() -> None:
    w, v = Value(0.1714, "w"), Value(2.0, "v")
    relay = Relay(w.relu() * 0 + v, learning_rate=0.02)
    stays, moves = [told.sentence for told in tell(relay).lines if told.phase == "change"]
    assert stays == "w stays at 0.1714: its gradient is 0, the learning rate 0.02."
    assert moves == "v moves against its gradient: 2 − 0.02 × 1 = 1.98."
    assert tell(relay, "ja").lines[-2].sentence == "w は 0.1714 のまま: 勾配は 0、学習率は 0.02。"
    still = Relay(v * 3, learning_rate=0.0)
    assert tell(still).lines[-1].sentence == "v stays at 2: its gradient is 3, the learning rate 0."


def test_operands_that_are_formulas_have_the_brackets_that_they_need() -> None:
    a, b = Value(2.0, "a"), Value(3.0, "b")
    product = tell(Relay((a + b) * (a - 1))).lines
    assert product[2].formula == "(a + b) × (a − 1) = 5 × 1"
    assert product[2].sentence == "(a + b)·(a − 1) multiplies a + b by a − 1: 5 × 1 = 5."
    assert product[4].sentence.startswith("∂((a + b) × (a − 1))/∂(a + b) = a − 1 = 1\n")
    assert tell(Relay((a * b).relu())).lines[3].sentence.startswith("∂relu(a·b)/∂(a·b) = 1 (1 where a·b > 0, else 0)")


def test_names_of_several_words_have_brackets_beside_the_sign_of_a_derivative() -> None:
    price, count = Value(2.0, "りんごの値段"), Value(3.0, "how many")
    lines = tell(Relay(price * count)).lines
    told = [line.sentence.splitlines()[0] for line in lines if line.sentence.startswith("∂")]
    assert [each.partition(" = ")[0] for each in told] == [
        "∂(りんごの値段 × how many)/∂(りんごの値段)",
        "∂(りんごの値段 × how many)/∂(how many)",
    ]


def test_japanese_formula_that_is_wide_is_given_by_its_name() -> None:
    names = ["始まりの値", "始まりの重み", "終わりの値", "終わりの重み"]
    mixture = weighted_sum(
        [Value(2.0, names[0]), Value(3.0, names[2])], [Value(4.0, names[1]), Value(5.0, names[3])], 0
    )
    mixture.label = "混合"
    assert "∂混合/∂(始まりの値) = 始まりの重み = 4" in "".join(line.sentence for line in tell(Relay(mixture)).lines)


def test_powers_of_ten_are_written_as_by_hand_in_both_languages() -> None:
    relay = Relay(Value(7.014e-19, "重み") / 3)
    first = tell(relay, "ja").lines[0]
    assert (first.formula, first.result) == ("重み ÷ 3 = 7.014 × 10⁻¹⁹ ÷ 3", "2.338 × 10⁻¹⁹")
    assert tell(relay).lines[0].result == "2.338 × 10⁻¹⁹"
    assert not [language for language in LANGUAGES if "e−" in relay.text(language)]


def test_factor_that_is_a_constant_is_written_once() -> None:
    assert sentences(Value(2.0, "d") * 28)[2].startswith("∂(d × 28)/∂d = 28\nShare for d: ")


def test_neuron_says_which_parameter_moves_the_furthest_or_that_none_does() -> None:
    lines = tell(Relay(relus_of_two_rows(), learning_rate=0.5), "en", fold="neuron").lines
    moves, rests = [told.sentence for told in lines if told.sentence.find("neuron") >= 0 and told.phase == "change"][:2]
    assert moves.startswith("In layer1.neuron1, w1 changes most: 1 − 0.5 × ")
    assert rests == "layer1.neuron2 changes no parameter: w1 stays at 0."


def test_square_is_written_as_a_square() -> None:
    a = Value(-3.0, "a")
    assert sentences(a**2)[:3:2] == [
        "a² raises a to the power 2: (−3)² = 9.",
        "∂a²/∂a = 2 × (−3) = −6\nShare for a: upstream 1 × local derivative −6 = −6. Its accumulated gradient: −6.",
    ]
    assert "∂a³/∂a = 3 × (−3)² = 27" in sentences(a**3)[2]


def _worked_out(formula: str) -> float:
    raised = re.sub("10([⁻⁰¹²³⁴-⁹]+)", lambda power: f"10**{unicodedata.normalize('NFKC', power[1])}", formula)
    result: float = eval(raised.replace("−", "-").replace("²", "**2").replace("×", "*"))
    return result


@pytest.mark.parametrize("op", ["tanh", "sigmoid"])
@given(x=st.floats(-16, 16))
def test_slope_of_tanh_and_sigmoid_can_be_worked_out_from_what_is_shown(op: str, x: float) -> None:
    told = sentences(getattr(Value(x, "a"), op)())[2].splitlines()[0]
    formula, _, slope = told.partition("/∂a = ")[2].rpartition(" = ")
    assert _worked_out(formula or slope) == pytest.approx(_worked_out(slope), rel=3e-3)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0])
@pytest.mark.parametrize("op", list(OPERATIONS))
def test_every_number_that_a_value_can_have_is_put_into_words(op: str, number: float) -> None:
    numbers = [number] * (len(OPERATIONS[op].operands) + bool(OPERATIONS[op].last))
    operands = [Value(number, label) for label, number in zip("abc", numbers, strict=False)]
    try:
        output = record(op, *operands)
    except (ArithmeticError, ValueError):
        return  # the engine has no such result
    for language in LANGUAGES:
        assert all(sentences(output * 1.0, language))


def test_nan_through_tanh_has_a_sentence() -> None:
    output = Value(math.nan, "a").tanh()
    output.label = "out"
    assert "∂tanh(a)/∂a = 1 − NaN² = NaN\n" in sentences(output)[2]


def test_tanh_near_1_is_shown_with_the_digits_that_its_slope_needs() -> None:
    assert sentences(Value(7.0, "a").tanh())[2].startswith("∂tanh(a)/∂a = 1 − 0.999998337² = 3.326 × 10⁻⁶\n")
    assert sentences(Value(0.5, "a").tanh())[2].startswith("∂tanh(a)/∂a = 1 − 0.4621² = 0.7864\n")
    assert sentences(Value(30.0, "a").tanh())[2].startswith("∂tanh(a)/∂a = 1 − 1² = 0\n")


def test_dead_relu_and_saturated_tanh_say_where_responsibility_stops() -> None:
    assert sentences(Value(-1.0, "a").relu())[2].endswith("relu(a) is 0, and a relu at 0 passes no gradient back.")
    assert sentences(Value(9.0, "a").tanh())[2].endswith(
        "The slope at tanh(a) is almost 0, so almost no gradient passes back."
    )


@pytest.mark.parametrize("fold", ["none", "neuron"])
def test_share_names_the_neuron_that_passes_nothing_back(fold: str) -> None:
    model = MLP(1, [1, 1, 1]).set_parameters([1, 0, -1, 0, 1, 0])  # the second relu gets −2
    output = model([2.0])
    assert isinstance(output, Value)
    told = [line.sentence for line in tell(Relay(output), "en", fold).lines]
    (silent,) = (sentence for sentence in told if "passes no gradient back" in sentence)
    assert "Share for " in silent
    assert silent.endswith(" For this row layer2.neuron1 is 0, and a relu at 0 passes no gradient back.")


@given(st.floats(1e-300, 1e-5))
def test_small_number_is_never_told_as_zero(x: float) -> None:
    (share,) = (told for told in sentences(Value(1.0, "a") * x) if told.startswith("∂"))
    assert not re.search(r"(?<![\d.])0\.?0*(?![\d.])", share.partition("\n")[2])


def test_label_with_braces_is_no_placeholder() -> None:
    assert "{numbers}" in sentences(Value(1.0, "{numbers}") * 2)[0]


# --- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fold", TABLE_FOLDS)
def test_table_of_a_network_fits_a_hundred_columns(language: str, fold: str) -> None:
    assert max(map(display_width, network().text(language, fold).splitlines()[:-1])) <= 100


@given(recipes(), st.sampled_from(LANGUAGES))
def test_any_graph_can_be_told_within_a_hundred_columns(recipe: Recipe, language: str) -> None:
    text = Relay(build_or_skip(recipe)[0]).text(language)
    table = text.rpartition("\n\n")[0]
    assert max(map(display_width, table.splitlines())) <= 100


def test_table_of_a_product_in_full() -> None:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b
    c.label = "c"
    assert [re.sub(" {3,}", " | ", row) for row in Relay(c).text().splitlines()] == [
        "Know  forward: predict, then measure the error | value",
        " | 1  c | a × b = 2 × (−3) | −6",
        "",
        "Think  backward: upstream gradient × local derivative = share; no update | accumulated gradient",
        " | 2  c | 1",
        " | 3  c → a  1 × (−3) = −3 | −3",
        " | 4  c → b  1 × 2 = 2 | 2",
        "",
        "Change  gradient descent: W ← W − η · gradient | new value",
        " | 5  a | 2 − 0.1 × (−3) | 2.3",
        " | 6  b | −3 − 0.1 × 2 | −3.2",
        "",
        "c was −6. The gradients predicted −7.3 after the update; it is −7.36.",
    ]


@pytest.mark.parametrize(
    ("learning_rate", "language", "told"),
    [
        (0.05, "en", "The loss was 1. The gradients predicted 0.2 after the update; it is 0.36.\n"
         "The prediction is linear, but the loss is not: over a step this large, the two differ."),
        (0.05, "ja", "損失は 1 だった。勾配から見積もると 0.2、実際は 0.36 だった。\n"
         "勾配の見積もりは接線の上、損失は曲線の上。だから大きく動かすと外れる。"),
        (0.1, "en", "The loss was 1; after the update it is 0.04. The gradients predicted −0.6, "
         "but the loss cannot be negative."),
        (0.1, "ja", "損失は 1 だった。勾配から見積もると −0.6、実際は 0.04 だった。\n"
         "損失は 0 より小さくならない。これだけ動かすと、見積もりは外れる。"),
        (0.3, "en", "The loss was 1; after the update it is 1.96. The gradients predicted −3.8, "
         "but the loss cannot be negative.\nThe loss rose: the step was too large."),
        (0.3, "ja", "損失は 1 だった。勾配から見積もると −3.8、実際は 1.96 だった。\n"
         "損失は 0 より小さくならない。これだけ動かすと、見積もりは外れる。\n"
         "損失は大きくなった。一度に動かしすぎた。"),
        (0.01, "en", "The loss was 1. The gradients predicted 0.84 after the update; it is 0.8464."),
        (0.0, "en", "The loss was 1. The gradients predicted 1 after the update; it is 1."),
    ],
)  # fmt: skip
def test_outcome_says_why_it_is_not_what_was_predicted_where_it_is_far_from_it(
    learning_rate: float, language: str, told: str
) -> None:
    loss = (Value(3.0, "w") * Input(2.0, "x") - 5) ** 2
    assert outcome(Relay(loss, learning_rate=learning_rate), language) == told


def test_estimate_below_zero_is_impossible_of_a_cross_entropy() -> None:
    loss = cross_entropy([Value(0.0, "a"), Value(0.0, "b")], 1)  # log 2; both gradients are 1/2 in size
    assert outcome(Relay(loss, learning_rate=2.0), "en") == (
        "The loss was 0.6931; after the update it is 0.1269. The gradients predicted −0.3069, "  # log(1 + e⁻²)
        "but the loss cannot be negative."
    )


@pytest.mark.parametrize(
    ("build", "learning_rate", "expected"),
    [
        (lambda w: w.sin() - 5, 3.0, "e was −5. The gradients predicted −8 after the update; it is −5.141.\n"
         "The prediction is linear, but e is not: over a step this large, the two differ."),
        (lambda w: w - w**2, 2.0, "e was 0. The gradients predicted −2 after the update; it is −6.\n"
         "The prediction is linear, but e is not: over a step this large, the two differ."),
        (lambda w: (w - 1).exp() * w.cos() - 1, 3.0, None),
    ],
    ids=["sine", "difference", "product"],
)  # fmt: skip
def test_outcome_below_zero_is_possible_where_operations_do_not_exclude_it(
    build: Callable[[Value], Value], learning_rate: float, expected: str | None
) -> None:
    e = build(Value(0.0, "w"))
    e.label = "e"
    sentence = outcome(Relay(e, learning_rate=learning_rate), "en")
    assert "cannot go" not in sentence
    assert expected in (None, sentence)


@pytest.mark.parametrize("learning_rate", [0.01, 0.1, 0.2, 0.26, 1.0])
def test_step_is_called_too_large_only_where_the_loss_rose(learning_rate: float) -> None:
    relay = Relay((Value(3.0, "w") * Input(2.0, "x") - 5) ** 2, learning_rate=learning_rate)
    assert ("too large" in outcome(relay, "en")) is (relay.outcome.after > relay.outcome.before)


def test_number_that_is_too_large_is_not_told_as_one_that_does_not_exist() -> None:
    power, logarithm = Value(1e100, "a") ** 2, Value(0.5, "a").log()
    assert outcome(Relay(power, learning_rate=1e100), "en").endswith(
        "cannot be computed: power is too large to be computed at −2 × 10²⁰⁰, 2."
    )
    assert outcome(Relay(power, learning_rate=1e100), "ja").endswith("−2 × 10²⁰⁰、2 の累乗は大きすぎて計算できない。")
    assert outcome(Relay(logarithm, learning_rate=1.0), "en").endswith("natural logarithm has no value at −1.5.")


def test_neuron_with_one_input_is_told_with_one() -> None:
    loss = mean_squared_error(MLP(1, [1, 1], seed=0)([2.0]), 1.0)
    first, last = (told.sentence for told in tell(Relay(loss), fold="neuron").lines[:2])
    assert first.startswith("layer1.neuron1 applies its activation to its one weighted input plus the bias: ")
    assert last.startswith("layer2.neuron1 is its one weighted input plus the bias: ")


def test_network_is_folded_by_neuron_and_unfolded_on_demand() -> None:
    relay = network()
    folded = [told.name for told in tell(relay).lines if told.phase == "know"]
    assert folded == [f"layer{i}.neuron{j}" for i, n in ((1, 4), (2, 4), (3, 1)) for j in range(1, n + 1)] + [
        "error",
        "loss",
    ]
    assert len(tell(relay, fold="none").lines) == len(relay.steps)


def test_gradients_told_of_folded_neurons_are_those_of_the_relay() -> None:
    relay = network()
    last: dict[str, str] = {
        told.subject: told.result for told in tell(relay).lines if told.phase == "think" and told.result
    }

    for node in relay.nodes:
        if node.kind == "input" or node.layer:
            assert last[node.id] == show(relay.gradients[node.id])


def test_shortened_text_counts_japanese_characters_as_two_columns() -> None:
    assert shortened("重み付き和", 7) == "重み付…"
    assert shortened("重み付き和", 10) == "重み付き和"
