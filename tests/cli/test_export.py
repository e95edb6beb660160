"""`microgrid export`: a saved network becomes a program for PyTorch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from microgrid.export import torch_source
from microgrid.nn import MLP, Dense, Module, Neuron
from tests.cli.running import FOUR_ROWS, Command


def test_trained_network_is_exported_as_it_was_saved(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FOUR_ROWS, encoding="utf-8")
    assert command("train", "a.csv", "--target", "y", "--epochs", "3", "--save", "model.json").code == 0
    wrote = "wrote {0}; to run it: pip install torch numpy, then python {0}\n"
    assert command("export", "model.json", "-o", "learned.py") == (0, wrote.format("learned.py"), "")
    expected = torch_source(MLP(1, [8, 8, 1]).load("model.json"), ["x"], "y")
    assert (tmp_path / "learned.py").read_text(encoding="utf-8") == expected
    assert command("export", "model.json") == (0, wrote.format("model.py"), "")
    assert (tmp_path / "model.py").read_text(encoding="utf-8") == expected


def test_program_of_a_classifier_names_its_classes(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,kind\n1,b\n2,b\n3,a\n4,a\n", encoding="utf-8")
    assert command("train", "a.csv", "--target", "kind", "--epochs", "3", "--save", "model.json").code == 0
    assert command("export", "model.json").code == 0
    assert 'classes = [\n    "a",\n    "b",\n]\n' in Path("model.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [MLP(2, [1], "linear", seed=1), MLP(12, [3, 4, 2], "softplus"), Dense(2, 3, "tanh")])
def test_every_network_that_can_be_exported_is_built_from_its_file(model: Module, command: Command) -> None:
    model.save("model.json")
    assert command("export", "model.json").code == 0
    assert Path("model.py").read_text(encoding="utf-8") == torch_source(model)


def test_program_is_replaced_by_one_with_other_numbers_and_no_other_file_is(command: Command) -> None:
    MLP(2, [10, 1], seed=1).save("model.json")
    Path("model.py").touch()
    assert command("export", "model.json").code == 0
    MLP(2, [10, 1], seed=2).set_parameters([1e-5] * 41).save("model.json")
    assert command("export", "model.json").code == 0
    program = Path("model.py").read_text(encoding="utf-8")
    assert program == torch_source(MLP(2, [10, 1]).load("model.json"))
    for other in (f"{program}print(1)\n", program.replace("ReLU", "Tanh"), "mine"):
        Path("model.py").write_text(other, encoding="utf-8")
        assert command("export", "model.json").err == (
            "microgrid: model.py: is there already, and is left as it is; give another name with -o\n"
        )
        assert Path("model.py").read_text(encoding="utf-8") == other


A_NETWORK = MLP(1, [1], seed=0)
WRONG = {
    "another file": ("notes.txt", "notes.txt is not a saved model: Expecting value: line 1 column 1 (char 0)",
                     "notes.txt は保存されたモデルではない (1 行目の 1 文字目 (先頭から 0 文字の後): 値がない)"),
    "no file": ("none.json", "none.json: No such file or directory", "none.json: そのようなファイルやフォルダーはない"),
    "another model": ("neuron.json",
                      "neuron.json was saved from Neuron(2, activation='relu'); only an MLP or a Dense can be exported",
                      "neuron.json は Neuron(2, activation='relu') を保存したもの。書き出せるのは MLP と Dense だけ"),
    "a missing number": ("missing.json", "missing.json does not fit MLP(1, [1], activation='relu'): "
                         "'layers[0].neurons[0].bias' is missing from the file",
                         "missing.json は MLP(1, [1], activation='relu') に合わない: "
                         "ファイルに 'layers[0].neurons[0].bias' がない"),
    "a surplus number": ("surplus.json",
                         "surplus.json does not fit MLP(1, [1], activation='relu'): 'b' is missing from this model",
                         "surplus.json は MLP(1, [1], activation='relu') に合わない: "
                         "ファイルの 'b' はこのモデルにない"),
    "a size without end": ("large.json", "sizes[0] must be 10000000 or less, got 99999999999999999999",
                           "sizes[0] は 10000000 以下でなければならないのに、99999999999999999999 だった"),
    "the name of PyTorch": (
        "model.json -o torch.py",
        "'torch.py' would be imported in the place of torch; give another name with -o",
        "'torch.py' は torch の代わりに import されてしまう。-o で別の名前を付ける",
    ),
    "the name of a module of Python": (
        "model.json -o random.py",
        "'random.py' would be imported in the place of random; give another name with -o",
        "'random.py' は random の代わりに import されてしまう。-o で別の名前を付ける",
    ),
    "another suffix": ("model.json -o model.txt", "a program is written as .py; 'model.txt' is not",
                       "プログラムは .py に書く。'model.txt' は違う"),
    "no folder": ("model.json -o there/model.py", "there/model.py: there is no such folder to write to",
                  "there/model.py: 書き込むフォルダーがない"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_exported_is_refused_in_one_line(case: str, command: Command) -> None:
    Path("notes.txt").write_text("mine", encoding="utf-8")
    Neuron(2).save("neuron.json")
    A_NETWORK.save("model.json")
    content = json.loads(Path("model.json").read_text(encoding="utf-8"))
    (weight, number), *_ = content["parameters"].items()
    for name, changes in {
        "missing": {"parameters": {weight: number}},
        "surplus": {"parameters": content["parameters"] | {"b": 1}},
        "large": {"model": "MLP(1, [99999999999999999999], activation='relu')"},
    }.items():
        Path(f"{name}.json").write_text(json.dumps(content | changes), encoding="utf-8")
    arguments, english, japanese = WRONG[case]
    for language, message in (("en", english), ("ja", japanese)):
        outcome = command("export", *arguments.split(), "--language", language)
        assert outcome == (2, "", f"microgrid: {message}\n")
    assert not Path("model.py").exists()
