"""`microgrid train`: train a network to predict one column of a CSV file from the others."""

from __future__ import annotations

import argparse
from pathlib import Path

from microgrid._util.files import check_writable
from microgrid._util.validation import number_in_range, positive_whole
from microgrid.cli.arguments import AddParser, add_command, number_of, whole_number, whole_numbers
from microgrid.datasets.column_learner import ColumnLearner
from microgrid.datasets.tables import Dataset, read_csv
from microgrid.language.numerals import counted, show
from microgrid.language.words import words

FEW_ROWS = 10  # with fewer, the error says little


def add_train(add_parser: AddParser) -> None:
    """Add `microgrid train`: train a network to predict one column of a table."""
    command = add_command(
        add_parser,
        "train",
        _run_train,
        "train a network to predict one column of a CSV file from the others",
        "train DATA.csv --target weight --inputs length width --save model.json",
    )
    command.usage = "microgrid train DATA.csv --target COLUMN [options]"
    command.add_argument("data", metavar="DATA.csv", help="a table in UTF-8 whose first line names the columns")
    command.add_argument("--target", metavar="COLUMN", required=True, help="the column to predict")
    command.add_argument(
        "--inputs",
        metavar="COLUMN",
        nargs="+",
        help="the columns to predict it from; by default all other numeric columns",
    )
    command.add_argument(
        "--hidden",
        metavar="N",
        nargs="*",
        type=whole_numbers,
        default=[[8, 8]],
        help="number of neurons in each hidden layer; by default 8 8",
    )
    command.add_argument(
        "--test",
        metavar="FRACTION",
        type=number_of,
        default=0.2,
        help="fraction of the rows held out for testing; by default 0.2; 0 trains on all rows",
    )
    command.add_argument(
        "--epochs", metavar="N", type=whole_number, default=40, help="passes over the training rows; by default 40"
    )
    command.add_argument("--learning-rate", metavar="R", type=number_of, default=0.02, help="by default 0.02")
    command.add_argument(
        "--batch-size", metavar="N", type=whole_number, default=16, help="rows per update; by default 16"
    )
    command.add_argument(
        "--seed", metavar="N", type=whole_number, default=0, help="the same seed gives the same result; by default 0"
    )
    command.add_argument("--save", metavar="FILE.json", help="write the trained network to this file")


def _run_train(options: argparse.Namespace) -> int:
    data = read_csv(options.data, options.target, options.inputs)
    learner = _checked_learner(options, data)
    print(f"predict {data.target_name} from {', '.join(data.input_names)}")
    if data.text_columns:
        print(f"left out, because they hold text: {', '.join(data.text_columns)}")
    if data.dropped:
        print(f"{data.dropped} of {len(data.rows) + data.dropped} rows left out, because a value is missing")
    history = learner.train(options.epochs, options.learning_rate, options.batch_size, options.seed)
    if history.interrupted:
        print(f"interrupted after {len(history.losses)} of {options.epochs} epochs")
    if history.losses:
        first, last = history.losses[0], history.losses[-1]
        print(
            f"loss (of standardised numbers): {show(first)} → {show(last)} in {counted(len(history.losses), 'epoch')}"
        )
        if last > first:
            print(words("en")["page.grown"])
    _print_errors(learner)
    if options.save:
        model, row = learner.model_in_own_units(), learner.learning.rows[0]
        model.save(options.save)
        names = ", ".join(data.input_names)
        print(f"wrote {options.save}, in the units of the file; from {names} it predicts {data.target_name}:")
        print(f"  from microgrid.nn import {type(model).__name__}")
        print(f"  {model!r}.load({options.save!r})({row}).data  # {show(learner.predict(row))}")
    return 130 if history.interrupted else 0


def _checked_learner(options: argparse.Namespace, data: Dataset) -> ColumnLearner:
    """Build the network to train; raise errors in the arguments before anything is printed."""
    hidden = [neurons for layers in options.hidden for neurons in layers]
    for neurons in hidden:
        positive_whole("--hidden", neurons)
    positive_whole("--epochs", options.epochs)
    positive_whole("--batch-size", options.batch_size)
    number_in_range("--learning-rate", options.learning_rate)
    number_in_range("--test", options.test, below=1.0)
    if options.save is not None:
        check_writable(options.save)
        if Path(options.save).exists() and Path(options.save).samefile(options.data):
            raise ValueError(f"{options.save} is the file to learn from; save the model under another name")
    return ColumnLearner.prepare(data, hidden, seed=options.seed, share=options.test)


def _print_errors(learner: ColumnLearner) -> None:
    """Print the mean absolute error on the training rows and on the held-out rows."""
    learning, unseen = learner.learning, learner.held_out
    n_learning = counted(len(learning.rows), "row")
    print(f"mean absolute error on the {n_learning} for training: {show(learner.error(learning))}")
    if unseen.rows:
        n_unseen = counted(len(unseen.rows), "row")
        print(f"mean absolute error on the {n_unseen} held out for testing: {show(learner.error(unseen))}")
    else:
        print("no row was held out for testing, so the error on new rows is not known")
    tested = unseen if unseen.rows else learning
    print(f"  for always predicting the mean: {show(learner.error_of_the_mean(tested))}")
    if unseen.rows and len(learning.rows) + len(unseen.rows) < FEW_ROWS:
        print("so few rows say little about the error; --test 0 trains on all of them")
    examples = [*zip(tested.rows, tested.targets, strict=True)][: 3 if unseen.rows else FEW_ROWS]
    print(f"{'all' if len(examples) == len(tested.rows) else 'some'} of them, in {learner.learning.target_name}:")
    for row, target in examples:
        print(f"  predicted {show(learner.predict(row))}, actual {show(target)}")
