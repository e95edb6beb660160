"""`microgrid train`: what it learns, saves and says, and the one line that wrong input gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from microgrid.datasets import read_csv
from microgrid.engine import Value
from microgrid.language.numerals import show
from microgrid.nn import MLP, read_model
from microgrid.optim import SGD
from tests.cli.running import FOUR_ROWS, PENGUINS, Command, numbers_in, refusal


def test_train_learns_a_straight_line_and_saves_it_in_the_units_of_the_file(command: Command, tmp_path: Path) -> None:
    rows = "".join(f"{x},{200 * x + 5000}\n" for x in range(30))
    (tmp_path / "line.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    code, out, err = command("train", "line.csv", "--target", "y", "--hidden", "--epochs", "100", "--save", "line.json")
    assert (code, err) == (0, "")
    assert out.startswith("predict y from x\nloss (of standardised numbers): ")
    line = MLP(1, [1]).load(tmp_path / "line.json")
    (slope, start) = (parameter.data for parameter in line.parameters())
    assert slope == pytest.approx(200.0, rel=1e-3)
    assert start == pytest.approx(5000.0, rel=1e-3)
    assert read_model(tmp_path / "line.json").columns == {"inputs": ["x"], "target": "y"}


def test_train_tells_how_good_it_became_and_the_saved_model_predicts_the_same(command: Command, tmp_path: Path) -> None:
    inputs = ["flipper_length_mm", "bill_length_mm"]
    options = ["--target", "body_mass_g", "--inputs", *inputs, "--epochs", "10", "--save", "model.json"]
    code, out, err = command("train", str(PENGUINS), *options)
    assert (code, err) == (0, "")
    assert "predict body_mass_g from flipper_length_mm, bill_length_mm\n" in out
    assert "2 of 344 rows left out, because a value is missing\n" in out
    assert out.endswith(
        "wrote model.json, in the units of the file; from flipper_length_mm, bill_length_mm it predicts body_mass_g:\n"
        "  from microgrid.nn import MLP\n"
        "  MLP(2, [8, 8, 1], activation='relu').load('model.json')([203.0, 50.7]).data  # 4199\n"
    )
    program, _, said = out.splitlines()[-1].partition("  # ")
    assert show(eval(program, {"MLP": MLP})) == said
    (learned,) = re.findall(r"mean absolute error on the 68 rows held out for testing: (\S+)\n", out)
    (guessed,) = re.findall(r"for always predicting the mean: (\S+)\n", out)
    assert float(learned) < float(guessed)
    model = MLP(2, [8, 8, 1]).load(tmp_path / "model.json")
    _, held_out = read_csv(PENGUINS, "body_mass_g", inputs).split(seed=0)
    for row, target in zip(held_out.rows[:3], held_out.targets[:3], strict=True):
        prediction = model(row)
        assert isinstance(prediction, Value)
        assert f"  predicted {show(prediction.data)}, actual {show(target)}\n" in out


def test_train_takes_all_other_columns_by_default_but_text(command: Command, tmp_path: Path) -> None:
    rows = PENGUINS.read_text(encoding="utf-8").splitlines()
    named = [f"{'name,mark,' if i == 0 else f'bird {i},5%,'}{row}" for i, row in enumerate(rows)]
    (tmp_path / "data.csv").write_text("\n".join(named), encoding="utf-8")
    out = command("train", "data.csv", "--target", "body_mass_g", "--epochs", "1").out
    assert out.startswith(
        "predict body_mass_g from species, island, bill_length_mm, bill_depth_mm, flipper_length_mm, sex, year\n"
        "text as one-hot inputs: species (Adelie, Chinstrap, Gentoo), island (Biscoe, Dream, Torgersen), "
        "sex (female, male)\n"
        "left out, because they hold text: name\n"
        "left out mark: write percentages without the sign\n"
        "11 of 344 rows left out, because a value is missing\n"
    )


def test_train_learns_classes_and_the_saved_model_names_them(command: Command, tmp_path: Path) -> None:
    inputs = ["bill_length_mm", "bill_depth_mm"]
    code, out, err = command("train", str(PENGUINS), "--target", "species", "--inputs", *inputs, "--save", "model.json")
    assert (code, err) == (0, "")
    assert "text of species as classes: Adelie, Chinstrap, Gentoo\n" in out
    assert "loss (binary cross-entropy): " in out
    assert re.search(r"\n  predicted (Adelie|Chinstrap|Gentoo), actual (Adelie|Chinstrap|Gentoo)\n", out)
    _, held_out = read_csv(PENGUINS, "species", inputs).split(seed=0)
    classes = ["Adelie", "Chinstrap", "Gentoo"]
    network = MLP(2, [8, 8, 3]).load(tmp_path / "model.json")
    wrong = 0
    for row, target in zip(held_out.rows, held_out.targets, strict=True):
        scores = [score.data for score in network(row)]  # type: ignore[union-attr]
        wrong += scores.index(max(scores)) != target
    assert f"share of wrong predictions on the 68 rows held out for testing: {show(wrong / 68)}\n" in out
    n_adelie = held_out.targets.count(0.0)
    assert f"  for always predicting Adelie: {show(1 - n_adelie / 68)}\n" in out
    assert wrong < 68 - n_adelie
    program, _, said = out.splitlines()[-1].partition("  # ")
    assert eval(program, {"MLP": MLP}) == said
    assert said in classes


def test_same_seed_trains_the_same_network(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    arguments = ["train", "data.csv", "--target", "y", "--epochs", "3"]
    first = command(*arguments, "--seed", "7")
    assert command(*arguments, "--seed", "7") == first
    assert command(*arguments, "--seed", "8") != first


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("", ["y"], "data.csv is empty: expected a first line that names the columns"),
        ("1,2\n3,4\n", ["y"], "data.csv has no header: its first line should name the columns, but holds numbers"),
        ("x,y\n1,2\n", ["y"], "needs at least 2 rows to learn from some and test on others, got 1"),
        ("x,z,y\n1,2,3\n4,,6\n", ["y"], "test on others, got 1; 'z' is missing in 1 row; name other inputs with"),
        ("x,y\n1,2\n2\n", ["y"], "data.csv, row 3: 1 cell, but the header names 2 columns"),
        ("x,y\n1,2\n2,3,4\n", ["y"], "data.csv, row 3: 3 cells, but the header names 2 columns"),
        ("x,y\n1,2\ntwo,3\n", ["y"], "data.csv, row 3, column 'x': expected a number, got 'two'"),
        ("x,y\n1,two\n2,3\n", ["y"], "data.csv, row 2, column 'y': expected a number, got 'two'"),
        ("x,y\n1,1e999\n2,3\n", ["y"], "data.csv, row 2, column 'y': expected a finite number, got '1e999'"),
        ("x,y\n1,NA\n,3\n", ["y"], "data.csv has no complete row of numbers in the columns x, y"),
        ('x,y,n\n1,2,"z\n3,4,z\n', ["y"], "data.csv, row 2, is not CSV: unexpected end of data; is a quote missing"),
        (
            "x,x,y\n1,2,3\n",
            ["y", "--inputs", "x"],
            "the column 'x' twice; rename one, or name other inputs with --inputs",
        ),
        ("x,y\n1,2\n5%,3\n", ["y"], "got '5%'; write percentages without the sign, or name other inputs with --inputs"),
        ("name,y\nA,1\nB,2\n", ["y"], "data.csv has no column of numbers besides 'y'"),
        (FOUR_ROWS, ["z"], "data.csv has no column 'z'; it has x, y"),
        (FOUR_ROWS, ["y", "--inputs", "x", "z"], "data.csv has no column 'z'; it has x, y"),
        (FOUR_ROWS, ["y", "--inputs", "x", "y"], "the column 'y' is named twice among the inputs and the target"),
        (FOUR_ROWS, ["Y"], "data.csv has no column 'Y'; did you mean 'y'?"),
        (FOUR_ROWS, ["y", "--epochs", "0"], "--epochs must be 1 or more, got 0"),
        (FOUR_ROWS, ["y", "--epochs", "-5"], "--epochs must be 1 or more, got -5"),
        (FOUR_ROWS, ["y", "--batch-size", "0"], "--batch-size must be 1 or more, got 0"),
        (FOUR_ROWS, ["y", "--learning-rate", "-1"], "--learning-rate must be 0 or more, and finite, got -1.0"),
        (FOUR_ROWS, ["y", "--learning-rate", "nan"], "--learning-rate must be 0 or more, and finite, got nan"),
        (FOUR_ROWS, ["y", "--learning-rate", "inf"], "--learning-rate must be 0 or more, and finite, got inf"),
        (FOUR_ROWS, ["y", "--hidden", "8", "0"], "must be 1 or more, got 0"),
        (FOUR_ROWS, ["y", "--hidden", "-8"], "must be 1 or more, got -8"),
        (FOUR_ROWS, ["y", "--hidden", "0"], "hidden must be 1 or more, got 0"),
        (FOUR_ROWS, ["y", "--hidden", "8,0"], "hidden must be 1 or more, got 0"),
        (FOUR_ROWS, ["y", "--test", "1"], "--test must be 0 or more, and below 1, got 1.0"),
        (FOUR_ROWS, ["y", "--test", "-0.1"], "--test must be 0 or more, and below 1, got -0.1"),
    ],
)
def test_table_or_option_that_training_cannot_use_is_refused(
    content: str, arguments: list[str], message: str, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text(content, encoding="utf-8")
    outcome = command("train", "data.csv", "--target", *arguments)
    assert refusal(outcome).startswith("microgrid: ")
    assert message in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("arguments", "expected", "came"),
    [
        (["--epochs", "1.5"], "a whole number", "1.5"),
        (["--epochs", "many"], "a whole number", "many"),
        (["--batch-size", ""], "a whole number", ""),
        (["--hidden", "x"], "a whole number", "x"),
        (["--hidden", "4,,4"], "a whole number", ""),
        (["--learning-rate", "fast"], "a number", "fast"),
        (["--test", "half"], "a number", "half"),
        (["--seed", "x"], "a whole number", "x"),
    ],
)
def test_option_that_is_no_number_is_refused(arguments: list[str], expected: str, came: str, command: Command) -> None:
    refused = refusal(command("train", "data.csv", "--target", "y", *arguments))
    assert refused.startswith(f"microgrid train: argument {arguments[0]}: expected {expected}, got '{came}' (see")


@pytest.mark.parametrize(
    ("with_commas", "with_spaces"),
    [
        (["--hidden", "4,3"], ["--hidden", "4", "3"]),
        (["--inputs", "a,b"], ["--inputs", "a", "b"]),
        (["--inputs", "b, c", "a"], ["--inputs", "b", "c", "a"]),
        (["--inputs", "b,", "c"], ["--inputs", "b", "c"]),
        (["--hidden", "4,", "3"], ["--hidden", "4", "3"]),
    ],
)
def test_lists_are_written_with_commas_or_with_spaces(
    with_commas: list[str], with_spaces: list[str], command: Command, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text("a,b,c,y\n" + "".join(f"{i},{i * i},{i % 3},{i}\n" for i in range(9)))
    arguments = ["train", "data.csv", "--target", "y", "--epochs", "2"]
    outcome = command(*arguments, *with_commas)
    assert outcome.code == 0
    assert outcome == command(*arguments, *with_spaces)
    assert outcome != command(*arguments)


def test_column_may_have_a_comma_in_its_name(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text('a,"a,y",y\n1,2,3\n2,3,4\n')
    out = command("train", "data.csv", "--target", "y", "--inputs", "a,y", "--epochs", "1").out
    assert out.startswith("predict y from a,y\n")


AND = "a,b,out\n0,0,0\n0,1,0\n1,0,0\n1,1,1\n"


def test_column_that_costs_most_rows_is_named(command: Command, tmp_path: Path) -> None:
    rows = [f"{i},{i if i < 3 else ''},{i if i else '-'},{i}\n" for i in range(7)]
    (tmp_path / "data.csv").write_text("a,b,c,y\n" + "".join(rows))
    out = command("train", "data.csv", "--target", "y", "--epochs", "1").out
    assert "\n5 of 7 rows left out, because a value is missing\n'b' is missing in 4 rows; name other inputs with" in out
    assert "is missing in" not in command("train", "data.csv", "--target", "y", "--inputs", "a", "c").out


def test_small_table_is_learned_from_whole_where_nothing_is_held_out(command: Command, tmp_path: Path) -> None:
    (tmp_path / "and.csv").write_text(AND)
    code, out, err = command("train", "and.csv", "--target", "out", "--test", "0", "--epochs", "400")
    assert (code, err) == (0, "")
    assert "on the 4 rows for training: " in out
    assert "\nno row was held out for testing, so the error on new rows is not known\n" in out
    assert "  for always predicting the mean: 0.375\n" in out  # (0.25 + 0.25 + 0.25 + 0.75) / 4
    predictions = re.findall(
        r"^  predicted ([^,]+), actual (\S+)$", out.partition("all of them, in out:\n")[2], re.MULTILINE
    )
    assert [target for _, target in predictions] == ["0", "0", "0", "1"]
    assert [round(numbers_in(predicted)[0]) for predicted, _ in predictions] == [0, 0, 0, 1]


@pytest.mark.parametrize(("rows", "few"), [(4, True), (9, True), (10, False)])
def test_few_rows_are_said_to_say_little(rows: int, few: bool, command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x,y\n" + "".join(f"{i},{2 * i}\n" for i in range(rows)))
    out = command("train", "data.csv", "--target", "y").out
    assert ("\nso few rows say little about the error; --test 0 trains on all of them\n" in out) is few


@pytest.mark.parametrize(("rate", "grown"), [("0.02", False), ("0.6", True)])
def test_loss_that_has_grown_is_not_passed_over(rate: str, grown: bool, command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x,y\n" + "".join(f"{i},{2 * i + i % 2}\n" for i in range(40)))
    options = ["--target", "y", "--hidden", "--epochs", "20", "--batch-size", "1", "--learning-rate", rate]
    code, out, err = command("train", "data.csv", *options)
    assert (code, err) == (0, "")
    first, last = numbers_in(re.findall(r"loss .*: (.*) in", out)[0])
    assert (last > first) is grown
    assert ("epochs\nIt rose: the learning rate may be too large.\n" in out) is grown


def test_learning_rate_that_is_too_large_is_refused_with_advice(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    refused = refusal(command("train", "data.csv", "--target", "y", "--learning-rate", "1e9"))
    assert re.match(r"microgrid: epoch \d+: .*; try a learning rate smaller than 1e\+09, or smaller inputs", refused)


def test_loss_of_held_out_rows_that_is_too_large_is_refused_with_advice(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b,y\n" + "".join(f"{i},{i % 7},{2 * i + i % 7}\n" for i in range(30)))
    options = ["--target", "y", "--epochs", "2", "--learning-rate", "1e9", "--page", "x.html"]
    refused = refusal(command("train", "data.csv", *options))
    assert refused.endswith("too large for a float; try a learning rate smaller than 1e+09, or smaller inputs")


def test_file_that_is_not_there_or_no_text_is_refused(command: Command, tmp_path: Path) -> None:
    assert refusal(command("train", "no.csv", "--target", "y")) == "microgrid: no.csv: No such file or directory"
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\xff\x00")
    refused = refusal(command("train", "picture.csv", "--target", "y"))
    assert refused == "microgrid: picture.csv is not text in UTF-8; save it as CSV in UTF-8"
    assert refusal(command("train", ".", "--target", "y")).startswith("microgrid: .: ")


def test_missing_folder_of_the_model_is_refused_before_training(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    outcome = command("train", "data.csv", "--target", "y", "--save", "missing/model.json")
    assert refusal(outcome) == "microgrid: missing/model.json: there is no such folder to write to"
    assert outcome.out == ""


@pytest.mark.parametrize("name", ["data.csv", "./data.csv"])
def test_model_that_would_replace_the_table_is_refused_before_training(
    name: str, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    outcome = command("train", "data.csv", "--target", "y", "--epochs", "1", "--save", name)
    assert refusal(outcome) == f"microgrid: {name} is the file to learn from; save the model under another name"
    assert outcome.out == ""
    assert (tmp_path / "data.csv").read_text(encoding="utf-8") == FOUR_ROWS


@pytest.mark.parametrize(
    "content", [b"x,y\n1,2\n", b"{}", b'{"format": "microgrid relay"}', b"\x89PNG\r\n", b"my notes\n", b"[1, 2]"]
)
def test_model_replaces_no_file_that_is_no_model(content: bytes, command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    (tmp_path / "other").write_bytes(content)
    outcome = command("train", "data.csv", "--target", "y", "--epochs", "1", "--save", "other")
    assert re.fullmatch(
        "microgrid: other is not a saved model: .*; save the model under another name", refusal(outcome)
    )
    assert outcome.out == ""
    assert (tmp_path / "other").read_bytes() == content


def test_model_replaces_an_older_model_and_an_empty_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    (tmp_path / "empty.json").touch()
    MLP(3, [1]).save(tmp_path / "older.json")
    for name in ("empty.json", "older.json"):
        arguments = ["train", "data.csv", "--target", "y", "--epochs", "1", "--hidden", "--save", name]
        assert command(*arguments).code == 0
        MLP(1, [1]).load(tmp_path / name)


def test_model_that_would_replace_a_folder_is_refused_before_training(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    outcome = command("train", "data.csv", "--target", "y", "--epochs", "1", "--save", ".")
    assert refusal(outcome)
    assert outcome.out == ""


def test_ctrl_c_ends_training_and_saves_what_was_reached(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, steps = SGD.step, iter(range(5))

    def interrupted_at_the_sixth(self: SGD) -> None:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        step(self)

    monkeypatch.setattr(SGD, "step", interrupted_at_the_sixth)
    (tmp_path / "data.csv").write_text(FOUR_ROWS, encoding="utf-8")
    options = ["--target", "y", "--batch-size", "1", "--hidden", "2", "--save", "model.json"]
    code, out, err = command("train", "data.csv", *options)  # 3 rows to learn from: 3 steps an epoch
    assert (code, err) == (130, "")
    assert "interrupted after 1 of 40 epochs\n" in out
    MLP(1, [2, 1]).load(tmp_path / "model.json")


def test_ctrl_c_elsewhere_is_quiet(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("microgrid.cli.train.read_csv", interrupted)
    assert command("train", "data.csv", "--target", "y") == (130, "", "")
