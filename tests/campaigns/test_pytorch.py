"""Thousands of exported networks beside PyTorch, and one that several processes train further.

pip install torch && pytest -m campaign -s tests/campaigns/test_pytorch.py
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

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


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=folder, capture_output=True, text=True, check=False)
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
    torchrun = ["torch.distributed.run", "--standalone", "--nproc_per_node", str(processes), str(SCRIPT), "model.py"]
    out = run(tmp_path, *torchrun, *table, "--compare", "--batch-size", str(batch_size))
    print(f"\n{out}", end="")
    assert f"processes: {processes};" in out
    (difference,) = re.findall("from the losses of microgrid: (.*)", out)
    assert float(difference) <= 1e-12
    run(tmp_path, "microgrid", "export", "trained.json", "-o", "model.py")
