r"""Train a network further by several processes, on one machine or on many, with PyTorch's DistributedDataParallel.

microgrid itself uses one core of one machine. It hands the network over to PyTorch, and takes it back.

    pip install -e ".[torch]"
    microgrid train microgrid/datasets/penguins.csv --target body_mass_g --save model.json
    microgrid export model.json -o model.py
    torchrun --nproc_per_node 2 notebooks/train_on_many_machines.py \
        model.py microgrid/datasets/penguins.csv --target body_mass_g --compare

It needs the table, --target and --inputs of microgrid train, and its --seed and --test where they were given: so the
rows that were held out there are held out here. With others, some of them would be rows that the network has learned.

Every process holds the same network and takes a part of the rows of each batch. PyTorch adds up the gradients of all
processes, so each makes the same update. --compare shows that it is the training of microgrid: the losses are equal to
12 digits. At the end, trained.json holds the network, which microgrid can load and export again.

When something is wrong, a line that begins with "error:" says what. torchrun prints a long report of its own below it.

On two machines that reach each other, with the same files on both, start on each (HOST is the name of one of them):

    torchrun --nnodes 2 --nproc_per_node 4 --rdzv_backend c10d --rdzv_endpoint HOST:29500 \
        notebooks/train_on_many_machines.py model.py …

On GPUs, the backend is "nccl" instead of "gloo", and the network and the rows are moved to each process's GPU.
"""

import argparse
import gc
import math
import os
import random
import runpy
import sys
from pathlib import Path

try:
    import torch
    import torch.distributed as dist
    from torch.nn.parallel import DistributedDataParallel
except ImportError as error:
    sys.exit(f"error: {error}; this script needs PyTorch and NumPy: pip install torch numpy")

from microgrid.datasets import ColumnLearner, read_csv
from microgrid.export import from_torch
from microgrid.nn import read_model


def train(model, rows, targets, optimizer, epochs, batch_size, seed):
    """Do what microgrid.training.train does with mean_squared_error; return the loss of each epoch."""
    rank, n_processes = dist.get_rank(), dist.get_world_size()
    order, rng, losses = list(range(len(rows))), random.Random(seed), []
    for _ in range(epochs):
        if batch_size < len(order):
            rng.shuffle(order)  # every process has the same seed, and so the same batches
        total = torch.zeros((), dtype=torch.float64)
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            mine = torch.tensor(batch[rank::n_processes], dtype=torch.long)  # the last batch may leave this one none
            # Know. Divided by the rows of the whole batch, so that every row counts the same, in whichever process.
            part = ((model(rows[mine]) - targets[mine]) ** 2).sum() / (len(batch) * targets.shape[1])
            # Think. The gradients of the processes are averaged, and here they should be added.
            optimizer.zero_grad()
            (part * n_processes).backward()
            # Change. By the same gradients in every process.
            optimizer.step()
            total += part.detach() * len(batch)
        dist.all_reduce(total)  # add up what the processes have
        losses.append(total.item() / len(order))
    return losses


def take_standardised(network, learner):
    """Let a network that was saved in the units of the table take, and return, standardised numbers."""
    first, last = network[0], network[-1]
    means, deviations = torch.tensor([learner.input_scale.means, learner.input_scale.deviations], dtype=torch.float64)
    (mean,), (deviation,) = learner.target_scale.means, learner.target_scale.deviations
    with torch.no_grad():
        first.bias += first.weight @ means
        first.weight *= deviations
        last.bias -= mean
        last.bias /= deviation
        last.weight /= deviation


def read_program(path):
    """Run the program that microgrid export wrote, and return what it defines: the network, and names of columns."""
    try:
        program = runpy.run_path(path)
    except SyntaxError:
        program = {}
    if not isinstance(program.get("model"), torch.nn.Sequential):
        raise ValueError(f"{path} is not a program that microgrid export wrote, such as model.py")
    return program


def check_replaceable(path, data):
    """Refuse to replace a file that is not a saved model, or that is one of other columns."""
    if Path(path).exists():
        columns = read_model(path).columns
        if columns and columns != {"inputs": [*data.input_names], "target": data.target_name}:
            raise ValueError(
                f"{path} holds a network that predicts {columns.get('target')} from other columns, and is left as it "
                "is; give another name with --save"
            )


def prepare(options):
    """Return the network, and a learner with the rows, held-out rows and scales of microgrid train."""
    if not Path(options.save).parent.is_dir():
        raise ValueError(f"{options.save}: there is no such folder to write to")
    if not 0 < options.learning_rate < math.inf:
        raise ValueError("--learning-rate must be a number above 0")
    if min(options.epochs, options.batch_size) < 1:
        raise ValueError("--epochs and --batch-size must be 1 or more")
    data = read_csv(options.data, options.target, options.inputs)
    learner = ColumnLearner.prepare(data, seed=options.seed, share=options.test)
    check_replaceable(options.save, data)
    program = read_program(options.model)
    network = program["model"]
    if data.classes:
        raise ValueError(f"{options.target} holds classes; this script learns a column of numbers")
    trained_for = program.get("target", data.target_name)
    if trained_for != data.target_name:
        raise ValueError(f"{options.model} was trained to predict {trained_for}, not {data.target_name}")
    inputs = program.get("inputs", data.input_names)
    if tuple(inputs) != data.input_names:
        raise ValueError(
            f"{options.model} was trained on {', '.join(inputs)}, not on {', '.join(data.input_names)}. "
            "Give the same table and --inputs as to microgrid train"
        )
    from_torch(network)  # refuses what is no MLP
    sizes, n_inputs = (network[0].in_features, network[-1].out_features), len(data.input_names)
    if sizes != (n_inputs, 1):
        raise ValueError(
            f"{options.model} has inputs: {sizes[0]}, outputs: {sizes[1]}; {options.data} has inputs: {n_inputs} "
            f"({', '.join(data.input_names)}), outputs: 1. Give the same table, --target and --inputs as to microgrid "
            "train"
        )
    take_standardised(network, learner)
    learner.model = from_torch(network)  # where microgrid would start
    return network, learner


def main():
    parser = argparse.ArgumentParser(description="Train an exported network further, by all processes of torchrun.")
    parser.add_argument("model", help="the program that microgrid export wrote, such as model.py")
    parser.add_argument("data", help="the table that the network was trained on")
    parser.add_argument("--target", required=True, help="the column to predict, as in microgrid train")
    parser.add_argument("--inputs", nargs="+", help="the columns to predict it from, as in microgrid train")
    parser.add_argument("--test", type=float, default=0.2, help="the fraction held out: as in microgrid train")
    parser.add_argument("--epochs", type=int, default=40, help="passes over all rows; by default 40")
    parser.add_argument("--learning-rate", type=float, default=0.02, help="of SGD with momentum 0.9; by default 0.02")
    parser.add_argument("--batch-size", type=int, default=16, help="rows of one update; by default 16")
    parser.add_argument("--seed", type=int, default=0, help="as in microgrid train")
    parser.add_argument("--save", default="trained.json", help="where the network is written, for microgrid")
    parser.add_argument("--compare", action="store_true", help="train by microgrid, too, and compare the losses")
    options = parser.parse_args()

    if not dist.is_torchelastic_launched():
        sys.exit("error: torchrun starts this script: torchrun --nproc_per_node 2 " + " ".join(sys.argv))
    try:
        network, learner = prepare(options)
    except (OSError, TypeError, ValueError) as error:
        sys.exit(f"error: {error}" if os.environ["LOCAL_RANK"] == "0" else 0)  # one line a machine

    dist.init_process_group("gloo")  # for CPUs
    rank, n_processes = dist.get_rank(), dist.get_world_size()
    losses = train(
        DistributedDataParallel(network),
        torch.tensor([learner.inputs(row) for row in learner.learning.rows], dtype=torch.float64),
        torch.tensor([[learner.target(target)] for target in learner.learning.targets], dtype=torch.float64),
        torch.optim.SGD(network.parameters(), options.learning_rate, momentum=0.9),
        options.epochs,
        options.batch_size,
        options.seed,
    )
    gc.collect()  # what still refers to the process group keeps its threads alive, and they must end before Python does
    dist.destroy_process_group()

    if not math.isfinite(losses[-1]):
        sys.exit(f"error: the loss became {losses[-1]}; try a smaller --learning-rate" if rank == 0 else 1)
    if rank == 0:
        print(f"processes: {n_processes}; loss of the first epoch {losses[0]!r}, of the last {losses[-1]!r}")
        if options.compare:
            history = learner.train(options.epochs, options.learning_rate, options.batch_size, options.seed)
            differences = [abs(a - b) / (b or 1) for a, b in zip(losses, history.losses)]  # a loss may be 0
            print(f"largest relative difference from the losses of microgrid: {max(differences):.1e}")
        learner.model = from_torch(network)
        tested, which = (learner.held_out, "held out") if learner.held_out.rows else (learner.learning, "learned from")
        print(f"mean absolute error on the {len(tested.rows)} rows {which}: {learner.error(tested):.4g}")
        print(f"  for always predicting the mean: {learner.baseline_error(tested):.4g}")
        learner.save(options.save)
        print(f"wrote {options.save}; to go on from there: microgrid export {options.save} -o model.py")


if __name__ == "__main__":
    main()
