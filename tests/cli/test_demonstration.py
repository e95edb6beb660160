"""The demonstration: what it prints, what it writes, and that its numbers are right."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from microgrid.cli import command as cli
from microgrid.cli import main
from microgrid.training import History
from tests.cli.running import Command, cards_in, in_a_process, numbers_in


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Run it once; return what it printed, and the folder that it ran in."""
    folder = tmp_path_factory.mktemp("demonstration")
    code, out, err = in_a_process(folder=folder, PYTHONHASHSEED="1", PYTHONUTF8="1")
    assert (code, err) == (0, "")
    return out, folder


def test_demonstration_walks_the_three_steps_in_order(demonstration: tuple[str, Path]) -> None:
    out, _ = demonstration
    assert re.findall("^(Know|Think|Change)  ", out, re.MULTILINE) == ["Know", "Think", "Change", "Know"]


def test_demonstration_compares_the_error_of_the_network_with_that_of_guessing(
    demonstration: tuple[str, Path],
) -> None:
    out, _ = demonstration
    (network,) = re.findall(r" (\S+) g for the network\n", out)
    (guessing,) = re.findall(r" (\S+) g for always predicting the mean\n", out)
    assert float(network) < float(guessing) / 2


def test_demonstration_draws_the_cycle_that_it_showed(demonstration: tuple[str, Path]) -> None:
    out, folder = demonstration
    assert "\nwrote relay.svg, the graph of that one prediction with its gradients,\nand relay.html, " in out
    assert sorted(path.name for path in folder.iterdir()) == ["relay.html", "relay.svg"]
    # three inputs, nine neurons, the target, the error, the exponent and the loss
    assert cards_in(folder / "relay.svg") == 3 + 9 + 4
    assert (folder / "relay.html").read_text(encoding="utf-8").count('"kind":"input"') == 3 + 1


def test_page_of_the_demonstration_says_whose_numbers_it_shows(demonstration: tuple[str, Path]) -> None:
    out, folder = demonstration
    text = (folder / "relay.html").read_text(encoding="utf-8")
    assert "<title>an untrained network predicts the body mass of a penguin · microgrid</title>" in text
    assert "学習前のネットワークがペンギンの体重を当てる" in text
    predicted, mass = re.findall(r"predicts (\S+) g; the penguin weighs (\S+) g", out)[0]
    assert f"A penguin of {mass} g: flipper " in text
    assert f"predict {predicted} g. The cards hold standardised values: 0 is the mean" in text
    assert f"体重 {mass} g のペンギン" in text


def test_change_of_the_demonstration_is_the_learning_rate_times_what_think_found(
    demonstration: tuple[str, Path],
) -> None:
    think, change = demonstration[0].partition("Think  ")[2].split("Change  ")
    gradients = {name: numbers_in(line)[0] for name, line in re.findall(r"^ +(layer\S+) +(∂.*)$", think, re.MULTILINE)}
    moves = {name: numbers_in(line) for name, line in re.findall(r"^ +(layer\S+) +(.*→.*)$", change, re.MULTILINE)}
    assert len(gradients) == 4
    assert moves.keys() == gradients.keys()
    for name, (old, new) in moves.items():
        assert new == pytest.approx(old - 0.01 * gradients[name], abs=2e-3)


def test_demonstration_lowers_the_loss_by_one_cycle_and_by_training(demonstration: tuple[str, Path]) -> None:
    losses = re.findall(r"(?:loss|last:) ([\d.]+) → ([\d.]+)", demonstration[0])
    assert len(losses) == 2
    assert all(float(after) < float(before) for before, after in losses)


def test_demonstration_says_what_each_weight_belongs_to(demonstration: tuple[str, Path]) -> None:
    inputs = ["flipper length", "bill length", "bill depth"]
    weights = re.findall(r"(layer(\d)\S+)\.w(\d)  ∂loss.*   weight on (.*)\n", demonstration[0])
    assert len(weights) == 4
    for _, layer, place, source in weights:
        assert source == (inputs[int(place) - 1] if layer == "1" else f"layer{int(layer) - 1}.neuron{place}")


def test_demonstration_fits_eighty_columns(demonstration: tuple[str, Path]) -> None:
    assert [line for line in demonstration[0].splitlines() if len(line) > 80] == []


def test_demonstration_is_the_same_on_every_run(
    demonstration: tuple[str, Path], command: Command, tmp_path: Path
) -> None:
    out, folder = demonstration
    assert command() == (0, out, "")
    assert (tmp_path / "relay.svg").read_bytes() == (folder / "relay.svg").read_bytes()


def test_demonstration_runs_where_only_ascii_can_be_shown(
    demonstration: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written = io.BytesIO()
    with io.TextIOWrapper(written, encoding="ascii", newline="\n") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert main([]) == 0
        in_ascii = demonstration[0].translate({ord(character): plain for character, plain in cli.IN_ASCII.items()})
        assert written.getvalue().decode("ascii") == in_ascii


def test_ctrl_c_in_the_demonstration_ends_it_in_one_line(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> History:
        return History(interrupted=True)

    monkeypatch.setattr("microgrid.datasets.column_learner.train", interrupted)
    code, out, err = command()
    assert (code, err) == (130, "")
    assert out.endswith("\ninterrupted; epochs of training: 0; wrote relay.svg, relay.html\n")


def test_demonstration_without_graphviz_leaves_the_text_of_the_picture(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICROGRID_DOT", str(tmp_path / "nothing"))
    code, out, _ = command()
    assert code == 0
    assert "wrote relay.dot" in out
    assert (tmp_path / "relay.dot").read_text(encoding="utf-8").startswith("digraph")


def test_demonstration_speaks_japanese_with_the_same_numbers(demonstration: tuple[str, Path], tmp_path: Path) -> None:
    english, _ = demonstration
    code, out, err = in_a_process(folder=tmp_path, PYTHONUTF8="1", LANG="ja_JP.UTF-8")
    assert (code, err) == (0, "")
    decimals = r"\d+\.\d+"
    assert re.findall(decimals, out) == re.findall(decimals, english)
    picture = (tmp_path / "relay.svg").read_text(encoding="utf-8")
    assert "ひれの長さ" in picture
    assert "層1.ニューロン1" in picture
    words_left = set(re.findall(r"[A-Za-z]{2,}", out))
    assert words_left <= {"microgrid", "mm", "loss", "relay", "svg", "html"}
