"""`microgrid studio` with a network on data, and `microgrid train --page`: what is in the page, what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from microgrid.datasets import ColumnLearner, read_csv
from microgrid.documents.networks import network_documents
from microgrid.nn import MLP
from tests.cli.running import FOUR_ROWS, PENGUINS, Command, Outcome, refusal

SPECIES = ["--target", "species", "--inputs", "bill_length_mm", "bill_depth_mm"]


def document_in(page: Path) -> Any:
    """Return the document that a page opens with."""
    content = page.read_text(encoding="utf-8")
    (found,) = re.findall(r'<script type="application/json" id="document">(.*?)</script>', content, re.DOTALL)
    return json.loads(found)


def test_network_on_moons_is_that_of_the_strip(command: Command, tmp_path: Path) -> None:
    assert (
        command("studio", "--network", "2-4-1", "--data", "moons").out == "wrote microgrid.html; open it in a browser\n"
    )
    document = document_in(tmp_path / "microgrid.html")
    moons = network_documents()["moons"]
    assert (document["kind"], document["name"], document["note"]) == ("network", "moons", moons.heading.note)
    assert document["network"] == {**moons.spec.to_json(), "data": "moons"}


def test_options_describe_the_network(command: Command, tmp_path: Path) -> None:
    options = ["--network", "2-8-8-1", "--activation", "relu", "--learning-rate", "0.05"]
    command("studio", "--data", "spiral", *options, "--batch-size", "25", "--seed", "7")
    document = document_in(tmp_path / "microgrid.html")
    network = document["network"]
    assert (document["name"], document["title"]["en"], network["data"]) == ("", "spiral", "spiral")
    settings = ("inputs", "sizes", "activation", "learningRate", "batchSize", "seed")
    assert [network[name] for name in settings] == [2, [8, 8, 1], "relu", 0.05, 25, 7]


def test_hidden_layers_leave_inputs_and_outputs_to_the_data(command: Command, tmp_path: Path) -> None:
    command("studio", "--data", "penguins", "--hidden", "5", "6")
    assert document_in(tmp_path / "microgrid.html")["network"]["sizes"] == [5, 6, 3]


def test_table_is_read_as_train_reads_it(command: Command, tmp_path: Path) -> None:
    outcome = command("studio", "--data", str(PENGUINS), *SPECIES, "--hidden", "4")
    assert outcome.out.startswith("predict species from bill_length_mm, bill_depth_mm\n")
    assert "2 of 344 rows left out, because a value is missing\n" in outcome.out
    document = document_in(tmp_path / "microgrid.html")
    network = document["network"]
    learner = ColumnLearner.prepare(read_csv(PENGUINS, "species", ["bill_length_mm", "bill_depth_mm"]))
    assert document["title"]["ja"] == "penguins.csv: species"
    assert (network["sizes"], network["loss"], network["model"]) == ([4, 3], "bce", None)
    assert network["data"]["classes"] == ["Adelie", "Chinstrap", "Gentoo"]
    assert network["data"]["rows"] == learner.learning.rows
    assert network["data"]["heldOut"]["targets"] == learner.held_out.targets
    assert network["data"]["scale"]["inputs"][0] == [*learner.input_scale.means]


def test_learning_rate_is_of_a_text_too(command: Command, tmp_path: Path) -> None:
    command("studio", "w*x", "w=3", "x=2", "--learning-rate", "0.5")
    assert document_in(tmp_path / "microgrid.html")["learningRate"] == 0.5


def test_page_holds_the_trained_network_and_its_history(command: Command, tmp_path: Path) -> None:
    arguments = ["train", str(PENGUINS), *SPECIES, "--hidden", "4", "--epochs", "3"]
    outcome = command(*arguments, "--page", "x.html", "--save", "x.json")
    assert outcome.out.endswith("wrote x.html; open it in a browser\n")
    assert outcome.out.startswith(command(*arguments).out)  # measuring the held-out rows changes nothing
    network = document_in(tmp_path / "x.html")["network"]

    learner = ColumnLearner.prepare(read_csv(PENGUINS, "species", ["bill_length_mm", "bill_depth_mm"]), [4])
    history = learner.train(3)
    assert network["history"]["losses"] == history.losses
    assert len(network["history"]["heldOut"]) == 3
    assert network["history"]["heldOut"][-1] == learner.loss(learner.held_out)
    assert network["history"]["velocities"] == [*learner.velocities]
    assert [*network["model"]["parameters"].values()] == [parameter.data for parameter in learner.model.parameters()]
    assert (network["learningRate"], network["momentum"], network["batchSize"]) == (0.02, 0.9, 16)
    in_own_units = MLP(2, [4, 3]).load(tmp_path / "x.json")
    folded = learner.model_in_own_units()
    assert [p.data for p in in_own_units.parameters()] == [p.data for p in folded.parameters()]


def test_page_of_all_rows_has_no_held_out_losses(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FOUR_ROWS, encoding="utf-8")
    assert command("train", "a.csv", "--target", "y", "--test", "0", "--epochs", "2", "--page", "a.html").code == 0
    network = document_in(tmp_path / "a.html")["network"]
    assert (len(network["history"]["losses"]), network["history"]["heldOut"]) == (2, [])
    assert network["data"]["heldOut"] == {"rows": [], "targets": []}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "mons"], "there is no data set 'mons'; did you mean moons?"),
        (
            ["--data", "12"],
            "there is no data set '12'; there are line, satisfaction, and, or, xor, moons, circles, spiral",
        ),
        (["--network", "2-4-1"], "--network needs --data: line, satisfaction, "),
        (["--seed", "1"], "--seed needs --data: line, satisfaction, "),
        (["--data", "moons", "--network", "3-4-1"], "3-4-1 takes 3 inputs, and the data have 2 (x1, x2): write 2-4-1"),
        (["--data", "moons", "--network", "1-4-1"], "1-4-1 takes 1 input, and the data have 2 (x1, x2): write 2-4-1"),
        (["--data", "moons", "--network", "2-4-2"], "2-4-2 has 2 outputs; expected 1, for one number"),
        (
            ["--data", "penguins", "--network", "2-1"],
            "2-1 has 1 output; expected 3, one for each of Adelie, Chinstrap,",
        ),
        (["--data", "moons", "--network", "2-0-1"], "expected inputs and layers such as 2-4-1, got '2-0-1'"),
        (["--data", "moons", "--network", "-2-4-1"], "expected inputs and layers such as 2-4-1, got '-2-4-1'"),
        (
            ["--data", "moons", "--network", "2x"],
            "argument --network: expected inputs and layers such as 2-4-1, got '2x'",
        ),
        (["--data", "moons", "--network", "2-4-1", "--hidden", "4"], "expected either --network or --hidden, got both"),
        (["--data", "moons", "--activation", "tan"], "invalid choice: 'tan'; did you mean tanh?"),
        (["--data", "moons", "--batch-size", "0"], "--batch-size must be 1 or more, got 0"),
        (["--data", "moons", "--learning-rate", "-1"], "--learning-rate must be 0 or more, and finite, got -1.0"),
        (["--data", "moons", "--seed", "-1"], "seed must be 0 or more, got -1"),
        (["--data", "moons", "--target", "y"], "--target belongs to a table; moons has its own columns"),
        (["w*x", "w=1", "x=2", "--data", "moons"], "expected either an EXPRESSION or --data, got both"),
        (["--data", "a.csv"], "a.csv: which column is to be predicted? Add --target with one of x, y"),
        (["--data", "a.csv", "--target", "z"], "a.csv has no column 'z'; it has x, y"),
        (["--data", "b.csv", "--target", "y"], "b.csv: No such file or directory"),
        (
            ["--data", "moons", "--hidden", *["70"] * 3],
            "this network has 10221 weights and biases; a page shows at most",
        ),
    ],
)
def test_wrong_option_is_refused_in_one_line(
    arguments: list[str], message: str, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(FOUR_ROWS, encoding="utf-8")
    assert message in refusal(command("studio", *arguments))
    in_japanese = refusal(command("studio", *arguments, "--language", "ja"))
    assert re.search("[ぁ-ん]", in_japanese) or "No such file" in message  # the system's words
    assert not (tmp_path / "microgrid.html").exists()


def test_page_is_refused_before_the_training(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FOUR_ROWS, encoding="utf-8")
    train = ["train", "a.csv", "--target", "y", "--page"]
    assert refused_at_once(command(*train, "a.json")) == "microgrid: a page is written as .html; 'a.json' is not"
    assert "there is no such folder to write to" in refused_at_once(command(*train, "b/a.html"))
    assert "a page shows at most 10000" in refused_at_once(command(*train, "a.html", "--hidden", "99", "99", "99"))
    rows = "1,2\n" * 50_001
    (tmp_path / "a.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    assert "50001 rows of 2 numbers are too many for a page" in refused_at_once(command(*train, "a.html"))


def refused_at_once(outcome: Outcome) -> str:
    """Return the refusal, after making sure that nothing was done before it."""
    assert outcome.out == ""
    return refusal(outcome)


def test_file_called_like_a_data_set_does_not_take_its_place(command: Command, tmp_path: Path) -> None:
    (tmp_path / "moons").write_text(FOUR_ROWS, encoding="utf-8")
    assert command("studio", "--data", "moons").code == 0
    assert document_in(tmp_path / "microgrid.html")["name"] == "moons"
