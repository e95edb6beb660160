"""`microgrid draw`, `step`, `page` and `check`: what they print and write, and the one line that wrong input gets."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from microgrid import differentiate
from microgrid.cli import check
from microgrid.documents.examples import EXAMPLES
from microgrid.engine import Value
from tests.cli.running import Command, cards_in, numbers_in, refusal
from tests.graphs import plant


def test_draw_prints_values_and_gradients_and_writes_graph_svg(command: Command, tmp_path: Path) -> None:
    outcome = command("draw", "(a*b + c)**2", "a=2", "b=-3", "c=10")
    expected = "value 16\na = 2, gradient −24\nb = −3, gradient 16\nc = 10, gradient 8\nwrote graph.svg\n"
    assert outcome == (0, expected, "")
    assert cards_in(tmp_path / "graph.svg") == 7


@pytest.mark.parametrize(
    ("name", "start"),
    [("g.svg", b"<svg "), ("g.png", b"\x89PNG\r\n\x1a\n"), ("g.dot", b"digraph microgrid {\n")],
)
def test_draw_writes_the_format_that_the_suffix_names(
    name: str, start: bytes, command: Command, tmp_path: Path
) -> None:
    outcome = command("draw", "a*b", "a=2", "b=-3", "-o", name)
    assert outcome.out.endswith(f"wrote {name}\n")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_draw_takes_direction_and_fold(command: Command, tmp_path: Path) -> None:
    assert command("draw", "--direction", "TB", "--fold", "layer", "-o", "g.dot", "a + a", "a=2").code == 0
    assert "rankdir=TB" in (tmp_path / "g.dot").read_text(encoding="utf-8")


def test_draw_speaks_japanese_where_it_is_asked_to(command: Command, tmp_path: Path) -> None:
    assert command("draw", "--language", "ja", "a + a", "a=2").code == 0
    assert "勾配" in (tmp_path / "graph.svg").read_text(encoding="utf-8")


def test_check_puts_the_chain_rule_beside_the_numerical_derivative(command: Command) -> None:
    code, out, err = command("check", "log(a) / b**2", "a=2", "b=-3")
    assert (code, err) == (0, "")
    heading, a, b = out.splitlines()
    assert heading.split() == ["leaf", "value", "chain", "rule", "numerical", "difference"]
    assert a.split()[:2] == ["a", "2"]
    assert b.split()[:2] == ["b", "−3"]
    assert [numbers_in(a)[1], numbers_in(b)[1]] == pytest.approx([1 / 18, 2 * 0.6931472 / 27], rel=1e-7)
    assert a.endswith("  agrees")
    assert b.endswith("  agrees")


def test_check_of_a_wrong_derivative_exits_with_1(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong_by_little(value: Value) -> Value:
        result = exp(value)
        plant(result, (result.data * 1.0005,))
        return result

    exp = Value.exp
    monkeypatch.setattr(Value, "exp", wrong_by_little)
    code, out, err = command("check", "exp(a) + b", "a=2", "b=1")
    assert (code, err) == (1, "")
    assert [line.split()[-1] for line in out.splitlines()[1:]] == ["DIFFERS", "agrees"]


def test_check_of_what_cannot_be_measured_exits_with_3(command: Command) -> None:
    code, out, err = command("check", "sin(a)", "a=1e200")
    assert (code, err) == (3, "")
    assert out.endswith("cannot be checked here\n")


def test_check_compares_second_derivatives(command: Command) -> None:
    code, out, err = command("check", "x**4 - 2*w*x**2", "x=2", "w=1", "--order", "2")
    assert (code, err) == (0, "")
    heading, _, x, w, *_ = out.splitlines()
    assert heading == "Derivatives of dresult/dx, which is 24 here"
    assert [numbers_in(x)[1], numbers_in(w)[1]] == [44.0, -8.0]
    assert x.endswith("  agrees")


def test_check_says_which_first_derivative_is_constant(command: Command) -> None:
    assert command("check", "3*relu(x)", "x=2", "--order", "2").out == "dresult/dx is constant here: 3\n"
    japanese = command("check", "3*relu(x)", "x=2", "--order", "2", "--language", "ja")
    assert japanese.out == "d結果/dx はここでは一定で 3\n"


def test_check_of_a_wrong_second_derivative_exits_with_1(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong_by_little(output: Value, leaves: list[Value]) -> list[Value]:
        derivatives = differentiate(output, leaves)
        for derivative in derivatives:
            plant(derivative, [slope * 1.0005 for slope in derivative.local_derivatives])
        return derivatives

    monkeypatch.setattr(check, "differentiate", wrong_by_little)
    code, out, _ = command("check", "sin(a)", "a=2", "--order", "2")
    assert code == 1
    assert out.endswith("DIFFERS\n")


def test_names_may_be_japanese(command: Command) -> None:
    assert "重み = 3, gradient 2\n" in command("draw", "重み * 2", "重み=3").out


LESSON = """from microgrid import Input, Value

w, b = Value(3), Value(1)  # learned
x, target = Input(2), Input(5)
loss = (w*x + b - target)**2
loss.backward()
print(w.grad)
"""


@pytest.mark.parametrize("name", ["draw", "step", "page", "check"])
def test_command_takes_lines_of_python_a_file_and_standard_input(
    name: str, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lesson.py").write_text(LESSON, encoding="utf-8-sig")
    from_text = command(name, LESSON)
    assert from_text.code == 0
    assert command(name, "lesson.py") == from_text
    monkeypatch.setattr("sys.stdin", io.StringIO(LESSON))
    assert command(name, "-") == from_text
    assert command(name, "w = 3; x = 2; (w*x + 1 - Input(5, 'target'))**2").code == 0


def test_number_on_the_command_line_takes_the_place_of_one_in_the_text(command: Command) -> None:
    assert "w = 4, gradient 8\n" in command("draw", "w = 3; w**2", "w=4").out
    assert refusal(command("draw", "w = 3; w**2", "v=4")) == "microgrid: v has a value, but is not in the text"


def test_parameters_may_be_chosen_in_a_document(command: Command) -> None:
    assert "w = 3, gradient 2 (input)\nx = 2, gradient 3\n" in command("draw", "w, x = 3, 2; w*x", "--learn", "x").out


def test_error_in_a_document_says_its_line(command: Command) -> None:
    assert refusal(command("draw", "w = 3\nloss = w*y\n")) == (
        "microgrid: line 2, column 10 of 'loss = w*y': y has no value (known: w); give it one, such as y=2"
    )


@pytest.mark.parametrize("name", ["missing.py", "no/lesson.TXT", "my lesson.py"])
def test_missing_document_is_told_in_one_line(name: str, command: Command) -> None:
    assert refusal(command("step", name)) == f"microgrid: {name}: No such file or directory"


def test_document_that_is_not_text_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"w = 3 \xff")
    assert refusal(command("step", "a.py")) == "microgrid: a.py is not text in UTF-8"


def test_page_of_a_document_is_headed_by_its_result(command: Command, tmp_path: Path) -> None:
    assert command("page", LESSON, "--language", "en").code == 0
    assert "<title>loss · microgrid</title>" in (tmp_path / "relay.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["draw", "step", "page", "check"])
def test_name_of_an_example_is_no_expression(name: str, command: Command) -> None:
    assert refusal(command(name, "two-paths")) == (
        "microgrid: two-paths is an example: microgrid page --example two-paths"
    )


def test_expression_without_a_name_has_nothing_to_check(command: Command) -> None:
    assert refusal(command("check", "2*5")) == (
        "microgrid: expected an expression with a name in it, got '2*5': nothing to check"
    )


@pytest.mark.parametrize("name", ["draw", "check"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a*b", "a=2"], "microgrid: column 3 of 'a*b': b has no value (known: a); give it one, such as b=2"),
        (["a", "a=2", "b=3"], "microgrid: b has a value, but is not in the text"),
        (["a +", "a=2"], "microgrid: column 4 of 'a +': a number or a name is missing after +"),
        ([" "], "microgrid: nothing here computes a value; expected something like a*b + c"),
        (["log(a)", "a=0"], "microgrid: log(a = 0.0): only numbers above 0 have a logarithm"),
        (["9**9**9**9"], "microgrid: (9.0) ** (387420489.0): too large for a float"),
    ],
)
def test_expression_without_a_value_is_refused(name: str, arguments: list[str], message: str, command: Command) -> None:
    outcome = command(name, *arguments)
    assert refusal(outcome) == message
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("g.jpeg", "microgrid: a picture is written as .svg, .png, .pdf, .dot; 'g.jpeg' is none of these"),
        ("missing/g.svg", "microgrid: missing/g.svg: there is no such folder to write to"),
    ],
)
def test_picture_that_cannot_be_written_is_refused(name: str, message: str, command: Command, tmp_path: Path) -> None:
    outcome = command("draw", "a", "a=2", "-o", name)
    assert refusal(outcome) == message
    assert outcome.out == ""
    assert list(tmp_path.iterdir()) == []


def test_pdf_without_a_system_dot_is_refused(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert refusal(command("draw", "a", "a=2", "-o", "g.pdf")) == (
        "microgrid: nothing on this machine writes pdf: it needs Graphviz itself "
        "(its program dot on the PATH, or named by MICROGRID_DOT); .svg, .png and .dot can be written without"
        "; wrote g.dot, the text of the picture, instead"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / "g.dot"]


def test_png_of_japanese_names_without_a_system_dot_is_refused(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert refusal(command("draw", "重み", "重み=2", "-o", "g.png")) == (
        "microgrid: nothing on this machine writes png of such characters: it needs Graphviz itself "
        "(its program dot on the PATH, or named by MICROGRID_DOT); .svg and .dot can be written without"
        "; wrote g.dot, the text of the picture, instead"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / "g.dot"]


def kinds_on_page(page: Path) -> list[str]:
    """List the kinds of the values, of which the page leaves out those that are usual."""
    (document,) = re.findall('<script type="application/json" id="document">(.*?)</script>', page.read_text("utf-8"))
    nodes = json.loads(document)["record"]["nodes"]
    return [node.get("kind", "computed" if "op" in node else "parameter") for node in nodes]


def test_page_of_an_expression_is_written(command: Command, tmp_path: Path) -> None:
    said = "parameters: w; inputs: x (change with --learn NAMES)\nwrote relay.html; open it in a browser\n"
    assert command("page", "(w*x - 5)**2", "w=3", "x=2") == (0, said, "")
    kinds = ["parameter", "input", "computed", "constant", "computed", "constant", "computed"]
    assert kinds_on_page(tmp_path / "relay.html") == kinds


def test_page_takes_its_file_its_language_and_its_learning_rate(command: Command, tmp_path: Path) -> None:
    assert command("page", "-w*w", "w=3", "-o", "a.html", "--language", "ja", "--learning-rate=0.25").code == 0
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert '<html lang="ja">' in text
    assert '"learning_rate":0.25' in text


def test_page_of_an_example_carries_its_heading(command: Command, tmp_path: Path) -> None:
    assert command("page", "--example", "two-paths").out == "wrote two-paths.html; open it in a browser\n"
    text = (tmp_path / "two-paths.html").read_text(encoding="utf-8")
    assert "<title>two paths · microgrid</title>" in text
    arguments = ["page", "--example", "two-paths", "--language", "ja", "--learning-rate", "0.5"]
    assert command(*arguments).out == "two-paths.html を書きました。ブラウザーで開いてください\n"
    text = (tmp_path / "two-paths.html").read_text(encoding="utf-8")
    assert "<title>2 本の道 · microgrid</title>" in text
    assert '"learning_rate":0.5' in text


def test_page_speaks_japanese(command: Command) -> None:
    assert command("page", "w*x", "w=3", "x=2", "--language", "ja").out == (
        "学習する数: w。与えられた数: x (--learn w,b で変更)\nrelay.html を書きました。ブラウザーで開いてください\n"
    )
    out = command("page", "2*x", "x=2", "--learn", "", "-o", "a.html", "--language", "ja").out
    assert out.startswith("学習する数: なし。与えられた数: x (")


def test_examples_are_listed_in_both_languages(command: Command, tmp_path: Path) -> None:
    code, out, err = command("page", "--examples")
    assert (code, err) == (0, "")
    assert re.findall(r"^(\S+) ", out, re.MULTILINE) == list(EXAMPLES)
    assert re.search(r"^two-paths +two paths$", out, re.MULTILINE)
    assert re.search(r"^two-paths +2 本の道$", command("page", "--examples", "--language", "ja").out, re.MULTILINE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected either an EXPRESSION or --example NAME; for example: microgrid page "),
        (["a", "a=1", "--example", "xor"], "expected either an EXPRESSION or --example, got both"),
        (
            ["--example", "xro"],
            "there is no example 'xro'; there are satisfaction, neuron, apples-and-oranges, two-paths, xor,",
        ),
        (["a*2", "a=1", "-o", "page.svg"], "a page is written as .html; 'page.svg' is not"),
        (["a", "a=1"], "expected an expression that computes something, got 'a'"),
        (["a*2", "a=1", "-o", "nowhere/page.html"], "nowhere/page.html: there is no such folder to write to"),
        (["a*2", "a=1", "--learning-rate=-1"], "learning_rate must be 0 or more, and finite, got -1.0"),
        (["a*2", "a=1", "--language", "fr"], "invalid choice: 'fr'"),
    ],
)
def test_wrong_arguments_of_page_are_told_in_one_line(
    arguments: list[str], message: str, command: Command, tmp_path: Path
) -> None:
    assert message in refusal(command("page", *arguments))
    assert list(tmp_path.iterdir()) == []


def test_page_needs_no_graphviz(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROGRID_DOT", str(tmp_path / "nothing"))
    assert command("page", "a*2", "a=1").code == 0


@pytest.mark.parametrize(
    ("learn", "changed"),
    [
        ([], ["w"]),  # x and target are inputs by their names
        (["--learn", "w,x"], ["w", "x"]),
        (["--learn= x , w"], ["w", "x"]),
        (["--learn", "w", "x"], ["w", "x"]),
        (["--learn=w", "x"], ["w", "x"]),
        (["--learn", ""], []),
    ],
)
def test_step_changes_what_is_to_be_learned(learn: list[str], changed: list[str], command: Command) -> None:
    code, out, _ = command("step", "(w*x - target)**2", "w=3", "x=2", "target=5", *learn, "--all")
    assert code == 0
    assert re.findall(r"Change  (\w+)", out) == changed


def test_all_names_are_learned_where_only_inputs_are_there(command: Command) -> None:
    assert "Change  x " in command("step", "x**2", "x=3", "--all")[1]


def test_name_to_be_learned_that_has_no_value_is_refused(command: Command) -> None:
    message = "microgrid: v is to be learned, but has no value (names with a value: w, x)\n"
    assert command("page", "w*x", "w=3", "x=2", "--learn", "w,v") == (2, "", message)


def test_draw_says_which_leaves_are_given(command: Command) -> None:
    out = command("draw", "w*x", "w=3", "x=2")[1]
    assert "w = 3, gradient 2\nx = 2, gradient 3 (input)\n" in out


def test_step_prints_every_step_where_there_is_no_terminal(command: Command) -> None:
    code, out, err = command("step", "w*x", "w=3", "x=2")
    assert (code, err) == (0, "")
    assert "3/5  Think  result → w  1 × 2 = 2" in out
    assert out.endswith("result was 6. The gradients predicted 5.8 after the update; it is 5.8.\n")


def test_step_speaks_japanese(command: Command) -> None:
    assert (
        "w の責任: 上流から伝わる勾配 1 × 局所微分 2 = 2。"
        in command("step", "w*x", "w=3", "x=2", "--language", "ja").out
    )


def test_step_goes_through_the_layers_of_an_example(command: Command) -> None:
    out = command("step", "--layers", "--example", "satisfaction").out
    assert "4/5  Think  1: Linear(1, 1)  dW = x.T @ dout;  db = dout.sum(axis=0);  dx = dout @ W.T\n" in out
    assert out.endswith("The loss was 9. The gradients predicted 5.76 after the update; it is 6.052.\n")
    assert "私の W が大きすぎたのか" in command("step", "--layers", "--example", "xor", "--language", "ja").out


def test_step_walks_a_penguin_folded_by_neuron(command: Command) -> None:
    code, out, _ = command("step", "--penguins", "--all")
    assert code == 0
    assert "layer3.neuron1 → layer2.neuron1" in out
    before, after = re.findall(r"The loss was (\S+)\. .* after the update; it is (\S+)\.$", out, re.MULTILINE)[0]
    assert float(after) < float(before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected either an EXPRESSION or --example NAME"),
        (["w*2", "w=1", "--penguins"], "expected either an EXPRESSION or --example, got both"),
        (["--example", "xro"], "there is no example 'xro'"),
        (["--layers"], "--layers needs an example with layers: --example satisfaction or --example xor"),
        (["--layers", "--example", "neuron"], "this example has no layers; those with layers are satisfaction, xor"),
        (["w", "w=1"], "expected an expression that computes something, got 'w'"),
        (["w*2", "w=1", "--learning-rate", "-1"], "learning_rate must be 0 or more"),
        (["w*2", "w=1", "--language", "de"], "invalid choice: 'de'"),
    ],
)
def test_step_that_cannot_be_walked_gets_one_line(command: Command, arguments: list[str], message: str) -> None:
    code, out, err = command("step", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
