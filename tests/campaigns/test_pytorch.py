"""Thousands of exported networks beside PyTorch, and one that several processes train further.

pip install torch && pytest -m campaign -s tests/campaigns/test_pytorch.py
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from microgrid.export import torch_source
from microgrid.nn import MLP, Dense, write_model
from tests.cli.running import PENGUINS
from tests.torch_check import CASES, PROMISED, largest_difference, random_case

torch = pytest.importorskip("torch")
SCRIPT = Path(__file__).parents[2] / "notebooks" / "train_on_many_machines.py"
SEEDS = range(200)
INPUTS = ["--inputs", "flipper_length_mm", "bill_length_mm", "bill_depth_mm"]


def test_thousands_of_networks_compute_what_pytorch_computes() -> None:
    torch.set_num_threads(1)
    differences = {
        (seed, *case): largest_difference(*random_case(seed, *case), case[1]) for seed in SEEDS for case in CASES
    }
    worst = max(differences, key=differences.__getitem__)
    print(f"\n{len(differences)} networks; largest relative difference {differences[worst]:.1e}, of {worst}")
    assert differences[worst] <= PROMISED


TORCHRUN = ["torch.distributed.run", "--standalone", "--nproc_per_node"]


def start(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def run(folder: Path, *arguments: str) -> str:
    done = start(folder, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("processes", "batch_size"),
    [(1, 16), (2, 16), (3, 16), (2, 39)],  # of 274 rows: the last batch has 2 rows, or 1, which leaves one process none
)
def test_several_processes_have_the_losses_of_train(processes: int, batch_size: int, tmp_path: Path) -> None:
    table = [str(PENGUINS), "--target", "body_mass_g", *INPUTS]
    run(tmp_path, "microgrid", "train", *table, "--save", "model.json")
    run(tmp_path, "microgrid", "export", "model.json", "-o", "model.py")
    out = run(
        tmp_path,
        *TORCHRUN,
        str(processes),
        str(SCRIPT),
        "model.py",
        *table,
        "--compare",
        "--batch-size",
        str(batch_size),
    )
    print(f"\n{out}", end="")
    assert f"processes: {processes};" in out
    (difference,) = re.findall("from the losses of microgrid: (.*)", out)
    assert float(difference) <= 1e-12
    run(tmp_path, "microgrid", "export", "trained.json", "-o", "model.py")


def test_network_without_a_loss_is_compared_and_saved(tmp_path: Path) -> None:
    (tmp_path / "line.csv").write_text("x,y\n0,1\n1,3\n2,5\n3,7\n4,9\n", encoding="utf-8")
    (tmp_path / "model.py").write_text(torch_source(MLP(1, [1]).set_parameters([2.0, 1.0])), encoding="utf-8")
    out = run(tmp_path, *TORCHRUN, "1", str(SCRIPT), "model.py", "line.csv", "--target", "y", "--compare")
    assert "loss of the first epoch 0.0, of the last 0.0\n" in out
    assert "from the losses of microgrid: 0.0e+00\n" in out
    assert (tmp_path / "trained.json").exists()


def test_seed_and_fraction_held_out_are_those_of_train(tmp_path: Path) -> None:
    table = [str(PENGUINS), "--target", "body_mass_g", *INPUTS, "--seed", "3", "--test", "0.5"]
    trained = run(tmp_path, "microgrid", "train", *table, "--save", "model.json", "--language", "en")
    run(tmp_path, "microgrid", "export", "model.json", "-o", "model.py")
    out = run(tmp_path, *TORCHRUN, "2", str(SCRIPT), "model.py", *table, "--epochs", "1")
    baseline = re.compile("  for always predicting the mean: .*")
    assert baseline.findall(trained) == baseline.findall(out) != []


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["--target", "bill_length_mm"], "model.py was trained to predict body_mass_g, not bill_length_mm"),
        (
            ["--target", "body_mass_g", "--inputs", "flipper_length_mm"],
            "model.py was trained on bill_length_mm, not on flipper_length_mm. Give the same table and --inputs as",
        ),
    ],
)
def test_other_columns_than_those_of_train_are_refused(columns: list[str], message: str, tmp_path: Path) -> None:
    table = [str(PENGUINS), "--target", "body_mass_g", "--inputs", "bill_length_mm", "--epochs", "1"]
    run(tmp_path, "microgrid", "train", *table, "--save", "model.json")
    run(tmp_path, "microgrid", "export", "model.json", "-o", "model.py")
    done = start(tmp_path, *TORCHRUN, "1", str(SCRIPT), "model.py", str(PENGUINS), *columns)
    assert f"error: {message}" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.py", str(PENGUINS), "--target", "body_mass_g"], "No such file or directory"),
        (["model.json", str(PENGUINS), "--target", "body_mass_g"], "model.json is not a program that microgrid export"),
        (["model.py", "none.csv", "--target", "body_mass_g"], "No such file or directory: 'none.csv'"),
        (["model.py", str(PENGUINS), "--target", "mass"], "has no column 'mass'"),
        (["model.py", str(PENGUINS), "--target", "species"], "species holds classes"),
        (["model.py", str(PENGUINS), "--target", "body_mass_g"], "model.py has inputs: 3, outputs: 1; "),
        (["tanh.py", str(PENGUINS), "--target", "body_mass_g"], "the last layer of an MLP is linear, got Tanh()"),
        (["model.py", str(PENGUINS), "--target", "body_mass_g", "--save", "model.py"], "model.py is not a saved model"),
        (
            ["model.py", str(PENGUINS), "--target", "body_mass_g", "--save", "other.json"],
            "other.json holds a network that predicts score from other columns, and is left as it is",
        ),
        (["model.py", str(PENGUINS), "--target", "body_mass_g", "--learning-rate", "-1"], "must be a number above 0"),
        (
            ["model.py", str(PENGUINS), "--target", "body_mass_g", *INPUTS, "--learning-rate", "1e9", "--epochs", "9"],
            "the loss became nan; try a smaller --learning-rate",
        ),
    ],
)
def test_bad_input_is_said_once_before_the_report_of_torchrun(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    model = MLP(3, [1], seed=0)
    model.save(tmp_path / "model.json")
    (tmp_path / "model.py").write_text(torch_source(model), encoding="utf-8")
    write_model(tmp_path / "other.json", MLP(2, [1]), {"inputs": ["hours", "coffee"], "target": "score"})
    (tmp_path / "tanh.py").write_text(torch_source(Dense(3, 1, "tanh")), encoding="utf-8")
    done = start(tmp_path, *TORCHRUN, "2", str(SCRIPT), *arguments)
    (error,) = re.findall("^error: .*", done.stderr, re.MULTILINE)
    assert message in error
    assert done.returncode == 1
    assert not (tmp_path / "trained.json").exists()
    assert 'train_on_many_machines.py", line' not in done.stderr


def test_script_says_that_torchrun_starts_it(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "model.py", "a.csv", "--target", "y"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].startswith("error: torchrun starts this script: torchrun --nproc_per_node 2 ")
