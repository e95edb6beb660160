"""The language of a command: which it is, and that all it says is in it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from microgrid._util.errors import NoRendererError
from microgrid._util.text import display_width
from microgrid.cli.command import _parsers
from microgrid.cli.messages import preferred_language, translated
from microgrid.nn import MLP
from microgrid.pictures import graphviz_renderer
from tests.cli.running import FOUR_ROWS, Command, in_a_process

JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LC_ALL": "ja_JP.eucJP"}, "ja"),
        ({"LC_ALL": "", "LANG": "ja_JP"}, "ja"),
        ({"LANGUAGE": "ja", "LC_ALL": "en_US.UTF-8"}, "ja"),
        ({"LANGUAGE": "en:ja", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANGUAGE": "fr:ja", "LANG": "fr_FR.UTF-8"}, "ja"),
        ({"LANGUAGE": "", "LANG": "ja_JP@dict"}, "ja"),
        ({"LANGUAGE": "ja", "LC_ALL": "C"}, "en"),
        ({"LANGUAGE": "ja", "LANG": "C.UTF-8"}, "en"),
    ],
)
def test_language_is_that_of_the_locale_in_the_order_of_gettext(environment: dict[str, str], language: str) -> None:
    assert preferred_language(environment) == language


COMMANDS = [
    ["draw", "w*x", "w=3", "x=2"],
    ["step", "w*x", "w=3", "x=2"],
    ["studio", "w*x", "w=3", "x=2"],
    ["studio", "--data", "a.csv", "--target", "y"],
    ["page", "w*x", "w=3", "x=2"],
    ["check", "w*x", "w=3", "x=2"],
    ["sheet"],
    ["export", "model.json"],
    ["lesson"],
    ["page", "--examples"],
    ["train", "a.csv", "--target", "y", "--epochs", "1", "--test", "0.25"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_every_command_speaks_japanese_where_the_locale_or_an_option_asks_for_it(
    arguments: list[str], command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(FOUR_ROWS, encoding="utf-8")
    MLP(2, [1]).save(tmp_path / "model.json")
    english = command(*arguments)
    asked = command(*arguments, "--language", "ja")
    asked_first = command("--language=ja", *arguments)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert command(*arguments) == asked == asked_first
    assert command(*arguments, "--language", "en") == english
    assert (english.code, asked.code) == (0, 0)
    assert not JAPANESE.search(english.out)
    code = r"model|from|MLP|\w+\.\w+\(" if arguments[0] == "train" else r"=|microgrid|\|"
    untranslated = [line for line in asked.out.splitlines() if line and not JAPANESE.search(line)]
    assert not [line for line in untranslated if not re.search(code, line)]


@pytest.mark.parametrize("name", ["", "draw", "step", "studio", "page", "check", "train", "export", "lesson", "sheet"])
def test_help_is_japanese_too(name: str, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    names = [name] if name else []
    english, japanese = (command(*names, "--help", "--language", each).out for each in ("en", "ja"))
    assert english.startswith("usage: ")
    assert japanese.startswith("使い方: ")
    assert max(map(display_width, japanese.partition("\n例:")[0].splitlines())) <= 70
    parser, commands = _parsers()
    chosen = commands[name].load() if name else parser
    texts = [chosen.description or "", *(action.help or "" for action in chosen._actions)]
    assert not [text for text in filter(None, texts) if "".join(text.split())[:20] in "".join(japanese.split())]
    assert not re.search(r"by default|options:|example:|functions:", japanese)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["draw", "w*y", "w=3"],
         "microgrid: y の値がない (値のある名前: w)。y=2 のように与えよう ('w*y' の 3 文字目)"),
        (["draw"], "microgrid draw: 引数が足りない: EXPRESSION。例: microgrid draw \"(a*b + c).tanh()\" a=2 b=-3 c=5.5 "
         "(microgrid draw --help を参照)"),
        (["stpe"], "microgrid: 引数 COMMAND: 'stpe' は選べない。step のことですか？ (microgrid --help を参照)"),
        (["draw", "w*x", "w=3", "x=abc"], "microgrid: x には数が要るのに、'abc' だった"),
        (["draw", "w", "w=3", "重み=4"], "microgrid: 重みの値があるのに、式の中に重みがない"),
        (["draw", "max(w)", "w=2"], "microgrid: max に渡す数は 2 個なのに、1 個だった ('max(w)' の 1 文字目)"),
        (["draw", "leaky_relu(w,w,w)", "w=2"],
         "microgrid: leaky_relu に渡す数は 1 か 2 個なのに、3 個だった ('leaky_relu(w,w,w)' の 1 文字目)"),
        (["draw", "w = 2\nw*y"],
         "microgrid: y の値がない (値のある名前: w)。y=2 のように与えよう (2 行目 'w*y' の 3 文字目)"),
        (["draw", "log(w)", "w=0"], "microgrid: log(w = 0.0): 対数があるのは 0 より大きい数だけ"),
        (
            ["check", "w**0.5", "w=-2"],
            "microgrid: (w = -2.0) ** (0.5): 負の数を累乗できるのは、指数が整数の定数のときだけ",
        ),
        (["check", "sqrt(w)", "w=0"], "microgrid: sqrt(w = 0.0): 平方根の傾きは 0 で無限大になる"),
        (["check", "w**0.5", "w=0"], "microgrid: (w = 0.0) ** (0.5): この累乗の傾きは 0 で無限大になる"),
        (["check", "w**-1", "w=1e-200"], "microgrid: (w = 1e-200) ** (-1.0): 傾きが大きすぎて計算できない"),
        (["draw", "{w: w}", "w=2"],
         "microgrid: { は使えない。( ) と書こう ('{w: w}' の 1 文字目)"),
        (["draw", "w", "w", "=", "2"],
         "microgrid: a=2 のような名前と数が要るのに、'w' だった (空白なしで w=2 と書いてください)"),
        (["draw", "w", "w=2", "-o", "a/b.svg"], "microgrid: a/b.svg: 書き込むフォルダーがない"),
        (["page", "w*2", "w=1", "--learning-rate=-1"],
         "microgrid: learning_rate は 0 以上の有限な数でなければならないのに、-1.0 だった"),
        (["draw", f"{'-' * 250}w", "w=1"],
         f"microgrid: かっこや符号の入れ子が 200 段より深い ('{'-' * 57}...' の 201 文字目)"),
        (["draw", "p = w; q = 2; p", "w=1", "x=2"], "microgrid: x の値があるのに、式の中に x がない"),
        (["draw", "w*y*z", "w=1", "x=2"],
         "microgrid: y の値がない (値のある名前: w、x)。y=2 のように与えよう ('w*y*z' の 3 文字目)"),
        (["demo"], "microgrid: 引数 COMMAND: 'demo' は選べない。コマンドなしの microgrid のことですか？"
         " (microgrid --help を参照)"),
        (["draw", "p := w; p", "w=1"], "microgrid: := は使えない。使えるのは、数、名前、+ - * / **、かっこ、関数 "
         "('p := w; p' の 3 文字目)"),
        (["lesson", "8"], "microgrid: レッスン 8 はない。1 から 7 まである"),
        (["train", "a.csv"],
         "microgrid train: 引数が足りない: --target。例: microgrid train DATA.csv --target weight --inputs length "
         "width --save model.json (microgrid train --help を参照)"),
        (["step", "007*w", "w=2"], "microgrid: 7 のような 10 進数が要るのに、007 だった ('007*w' の 1 文字目)"),
        (["step", "w*X", "w=3", "x=2"],
         "microgrid: X の値がない (値のある名前: w、x)。x のこと？ 違うなら、X=2 のように与えよう "
         "('w*X' の 3 文字目)"),
        (["draw", "w", "w=1,500"], "microgrid: w には数が要るのに、'1,500' だった。1500 か 1.5 と書いてください"),
        (["train", "a.csv", "--target", "y", "--epochs", "1,000"],
         "microgrid train: 引数 --epochs: 整数が要るのに、'1,000' だった。1000 と書いてください "
         "(microgrid train --help を参照)"),
    ],
)  # fmt: skip
def test_errors_are_japanese_too(arguments: list[str], message: str, command: Command) -> None:
    code, out, err = command(*arguments, "--language", "ja")
    assert (code, out, err) == (2, "", f"{message}\n")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there, and the system has other words")
@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("link.csv", "シンボリックリンクが循環している"),
        ("file/a.csv", "途中にフォルダーでないものがある"),
        ("n" * 300, "ファイルの名前が長すぎる"),
    ],
)
def test_paths_that_lead_nowhere_are_told_in_japanese(file: str, told: str, command: Command, tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to("link.csv")
    (tmp_path / "file").touch()
    assert command("train", file, "--target", "y", "--language", "ja").err == f"microgrid: {file}: {told}\n"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("x,y\n1,2\nb,3\n",
         "{file} の 3 行目、'x' 列: 数が要るのに、'b' だった。直してください。--inputs でほかの列を選ぶこともできる"),
        ("x,y\n1,2\n1,12 %\n", "{file} の 3 行目、'y' 列: 数が要るのに、'12 %' だった。% を付けずに書いてください"),
        ("x,y\n1,2\n2024-01-02; 3:00,2\n", "{file} の 3 行目、'x' 列: 数が要るのに、'2024-01-02; 3:00' だった。"
         "直してください。--inputs でほかの列を選ぶこともできる"),
        ("x,z,y\n1,2\n", "{file} の 2 行目: セルが 2 個なのに、見出しは 3 列。行を補うか、消してください"),
        ("x,x,y\n1,2,3\n", "{file} には 'y' のほかに数の列がない。'x' 列: 見出しに 2 回ある"),
        ('x,y\n"1,2\n',
         "{file} の 2 行目が CSV になっていない (引用符が閉じないまま終わっている)。"
         "引用符が足りないか、引用符のなかで二重になっていないのでは？"),
        ("x y\n1 2\n", "{file} に 'y' という列はなく、x y という列だけがある。"
         "列はコンマ、セミコロン、タブ、| のどれかで区切ってください"),
        ("x,z,y\n1,,2\n3,4,5\n6,NA,7\n",
         "学習とテストに 2 行以上が要るのに、1 行だった。'z' は 2 行で欠けている。--inputs でほかの列を選べる"),
        ("x;y\n1;2;3\n", "{file} の 2 行目: セルが 3 個なのに、見出しは 2 列。"
         "セミコロンを含むセルは引用符で囲んでください"),
        ("x,Y\n1,2\n", "{file} に 'y' という列はない。'Y' のことですか？"),
        ("PK\3\4", "{file} は Excel のブック。「CSV UTF-8 (コンマ区切り)」として保存してください"),
        ("x,y\n1,\0\n", "{file} の 2 行目に NUL 文字がある。UTF-8 の CSV として保存してください"),
    ],
)  # fmt: skip
def test_errors_of_tables_are_japanese_too(table: str, told: str, command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(table, encoding="utf-8")
    code, _, err = command("train", "a.csv", "--target", "y", "--language", "ja")
    assert (code, err) == (2, f"microgrid: {told.format(file='a.csv')}\n")


def test_column_that_is_left_out_and_a_file_that_is_kept_are_told_in_japanese(command: Command, tmp_path: Path) -> None:
    rows = "".join(f"{i},2024-01-0{i},{i}\n" for i in range(1, 5))
    (tmp_path / "a.csv").write_text(f"x,day,y\n{rows}", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    options = ["train", "a.csv", "--target", "y", "--epochs", "1", "--language", "ja"]
    assert "day 列は使わない: 日付は、最初の日からの日数のような数で書いてください\n" in command(*options).out
    assert command(*options, "--save", "notes.txt").err == (
        "microgrid: notes.txt は保存されたモデルではない (1 行目の 1 文字目 (先頭から 0 文字の後): 値がない)。"
        "モデルは別の名前で保存してください\n"
    )


def test_reasons_of_a_training_that_fails_are_japanese_too() -> None:
    advice = "; try a learning rate smaller than 0.1, or smaller inputs"
    assert translated(f"epoch 2: the loss is inf{advice}", "ja") == (
        "2 エポック目: 損失が inf になった。学習率を 0.1 より小さくするか、入力を小さくしてください"
    )
    assert translated("epoch 1, row 3: exp(1000.0): too large for a float; try smaller inputs", "ja") == (
        "1 エポック目の 3 行目: exp(1000.0): 大きすぎて計算できない。入力を小さくしてください"
    )


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_error_where_there_is_no_graphviz_is_japanese_too(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphviz_renderer, "_find_program", lambda _=False: None)
    for kind in (suffix, graphviz_renderer.PLACES):
        with pytest.raises(NoRendererError) as caught:
            graphviz_renderer.program_for(kind, is_wide=True)
        told = translated(str(caught.value), "ja")
        assert told.startswith("このコンピューターでは")
        assert not re.search("needs|cannot|without|package", told)


def test_report_of_a_training_writes_numbers_and_classes_as_japanese_does(command: Command, tmp_path: Path) -> None:
    rows = "".join(f"{i},{i}e200,{'small' if i % 2 else 'large'}\n" for i in range(1, 9))
    (tmp_path / "a.csv").write_text(f"x,y,size\n{rows}", encoding="utf-8")
    options = ["--epochs", "1", "--language", "ja", "--inputs", "x"]
    out = command("train", "a.csv", "--target", "y", *options).out
    assert " × 10²⁰⁰\n" in out
    assert "e200" not in out
    assert "  いつも large と予測した場合: " in command("train", "a.csv", "--target", "size", *options).out


def test_error_without_a_translation_stays_as_it_is(command: Command) -> None:
    english, japanese = (command("train", "none.csv", "--target", "y", "--language", each) for each in ("en", "ja"))
    assert japanese.code == 2
    assert japanese.err.startswith("microgrid: ")
    assert english.code == 2


def test_program_asks_the_locale_and_the_library_does_not(tmp_path: Path) -> None:
    spoken = in_a_process("check", "w*x", "w=3", "x=2", folder=tmp_path, LANG="ja_JP.UTF-8", PYTHONIOENCODING="utf-8")
    assert spoken.out.startswith("葉ノード ")


def test_numbers_on_the_command_line_may_be_typed_as_people_do(command: Command) -> None:
    out = command("draw", "w×x + b", "w=ー６", "x＝0,125", "b=1/8").out
    assert out.startswith(
        "value −0.625\nw = −6, gradient 0.125\nx = 0.125, gradient −6 (input)\nb = 0.125, gradient 1\n"
    )
    assert command("draw", "w", "w=1,000").err == "microgrid: expected a number for w, got '1,000'; write 1000 or 1.0\n"
    assert command("page", "w*x", "w=1", "x=2", "--learning-rate", "0,5").code == 0


def test_intermediate_results_are_named_on_the_command_line(command: Command) -> None:
    text = "pred = w*x + b; loss = (pred - target)**2"
    values = ["w=3", "x=2", "b=1", "target=5"]
    out = command("step", text, *values).out
    assert "pred adds w·x and b: 6 + 1 = 7.\n" in out
    assert "The loss was 4. The gradients predicted 0 after the update; it is 1.\n" in out
    assert command("draw", text, *values).out.startswith("value 4\nw = 3, gradient 8\n")
    assert command("check", text, *values).code == command("page", text, *values).code == 0
