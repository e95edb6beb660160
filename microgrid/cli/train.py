"""`microgrid train`: train a network to predict one column of a CSV file from the others."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from microgrid._util.files import check_writable, write_atomic
from microgrid._util.text import say
from microgrid._util.validation import number_in_range, positive_whole
from microgrid.cli.arguments import Parser, number_of, whole_number
from microgrid.cli.messages import translated
from microgrid.datasets.column_learner import TABLE_BATCH_SIZE, TABLE_LEARNING_RATE, ColumnLearner
from microgrid.datasets.tables import Dataset, read_csv
from microgrid.language.numerals import show
from microgrid.language.words import words
from microgrid.nn import read_model
from microgrid.training.history import HELD_OUT, History

if TYPE_CHECKING:
    from microgrid.documents.networks import Spec

FEW_ROWS = 10  # with fewer, the error says little


def add_arguments(command: Parser) -> None:
    """Add the arguments of `microgrid train`."""
    command.describe(_run_train, "train DATA.csv --target weight --inputs length width --save model.json")
    command.usage = "microgrid train DATA.csv --target COLUMN [options]"
    command.add_argument("data", metavar="DATA.csv", help="a table whose first line names the columns")
    command.add_argument(
        "--target", metavar="COLUMN", required=True, help="the column to predict: numbers, or a few texts"
    )
    command.add_inputs()
    command.add_hidden([[8, 8]], "number of neurons in each hidden layer; by default 8 8")
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
    command.add_argument(
        "--learning-rate", metavar="R", type=number_of, default=TABLE_LEARNING_RATE, help="by default 0.02"
    )
    command.add_argument(
        "--batch-size", metavar="N", type=whole_number, default=TABLE_BATCH_SIZE, help="rows per update; by default 16"
    )
    command.add_argument(
        "--seed", metavar="N", type=whole_number, default=0, help="the same seed gives the same result; by default 0"
    )
    command.add_argument("--save", metavar="FILE.json", help="write the trained network to this file")
    command.add_argument(
        "--page",
        metavar="FILE.html",
        help="write a page that shows the trained network, its data and its losses",
    )
    command.add_language("the report")


def _run_train(options: argparse.Namespace) -> int:
    data, text = read_csv(options.data, options.target, options.inputs), words(options.language)
    learner = _checked_learner(options, data)
    print_what_is_used(data, options.language)
    history = learner.train(
        options.epochs, options.learning_rate, options.batch_size, options.seed, _losses_to_keep(options, learner)
    )
    if history.interrupted:
        say(text["train.interrupted"].format(number=len(history.losses), all=options.epochs))
    if history.losses:
        first, last, n = history.losses[0], history.losses[-1], len(history.losses)
        kind = text["train.cross_entropy" if data.classes else "train.standardised"]
        line = text["train.loss.one" if n == 1 else "train.loss"]
        say(line.format(kind=kind, first=show(first), last=show(last), number=n))
        if last > first:
            say(text["page.grown"])
    _print_errors(learner, text)
    if options.save:
        _save(learner, options.save, text)
    if options.page:
        _write_page(learner, history, options)
    return 130 if history.interrupted else 0


def _losses_to_keep(options: argparse.Namespace, learner: ColumnLearner) -> Mapping[str, Callable[[], float]]:
    """Return what is measured after each epoch: for a page, the loss of the rows that are held out."""
    held_out = learner.held_out

    def loss() -> float:
        try:
            return learner.loss(held_out)
        except ArithmeticError as error:
            advice = f"try a learning rate smaller than {options.learning_rate:g}, or smaller inputs"
            raise OverflowError(f"{error}; {advice}") from error

    return {HELD_OUT: loss} if options.page is not None and held_out.rows else {}


def print_what_is_used(data: Dataset, language: str) -> None:
    """Print which columns and rows are used, how texts become numbers, and what is left out."""
    text = words(language)
    separator = text["list"]
    say(text["train.predict"].format(target=data.target_name, columns=separator.join(_columns(data))))
    if data.categories:
        columns = (f"{name} ({', '.join(values)})" for name, values in data.categories.items())
        say(text["train.one_hot"].format(columns=separator.join(columns)))
    if data.classes:
        say(text["train.classes"].format(target=data.target_name, classes=separator.join(data.classes)))
    if data.text_columns:
        say(text["train.text"].format(columns=separator.join(data.text_columns)))
    for name, remark in data.left_out.items():
        say(text["train.left_out"].format(name=name, remark=translated(remark, language)))
    if data.dropped:
        say(text["train.dropped"].format(number=data.dropped, all=len(data.rows) + data.dropped))
    if data.dropped > len(data.rows):
        say(translated(data.emptiest, language))


def _columns(data: Dataset) -> dict[str, None]:
    """Return the names of the columns behind the inputs, each once and in order."""
    owner = {f"{name}={value}": name for name, values in data.categories.items() for value in values}
    return dict.fromkeys(owner.get(name, name) for name in data.input_names)


def _save(learner: ColumnLearner, path: str, text: Mapping[str, str]) -> None:
    """Save the network, and print how to use it."""
    model, data, row = learner.model_in_own_units(), learner.learning, learner.learning.rows[0]
    learner.save(path)
    columns = text["list"].join(data.input_names)
    say(text["train.wrote"].format(file=path, columns=columns, target=data.target_name))
    say(f"  from microgrid.nn import {type(model).__name__}")
    call, answer = f"{model!r}.load({path!r})({row})", _shown(learner.predict(row), data.classes)
    if data.classes:
        say(f"  max(zip({call}, {list(data.classes)}))[1]  # {answer}")
    else:
        say(f"  {call}.data  # {answer}")


def _shown(target: float, classes: Sequence[str]) -> str:
    """Return a number, or the name of a class, as it is printed."""
    return classes[int(target)] if classes else show(target)


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
        _check_replaceable(options.save, options.data)
    learner = ColumnLearner.prepare(data, hidden, seed=options.seed, share=options.test)
    if options.page is not None:
        if Path(options.page).suffix.lower() != ".html":
            raise ValueError(f"a page is written as .html; {options.page!r} is not")
        check_writable(options.page)
        _spec_of(learner, options)  # refuses what is too large for a page
    return learner


def _spec_of(learner: ColumnLearner, options: argparse.Namespace, history: History | None = None) -> Spec:
    from microgrid.documents.networks import Spec  # imported here: only a page needs it

    return Spec.of(learner, options.learning_rate, options.batch_size, options.seed, history)


def _write_page(learner: ColumnLearner, history: History, options: argparse.Namespace) -> None:
    """Write the page of the trained network."""
    from microgrid.studio.page import network_page  # imported here, too

    spec = _spec_of(learner, options, history)
    write_atomic(options.page, network_page(spec, spec.data.heading(options.data), options.language_told))
    say(words(options.language)["command.page"].format(file=options.page))


def _check_replaceable(path: str, data: str) -> None:
    """Check that nothing but a saved model would be replaced.

    Raises:
        ValueError: there is another file.
    """
    if not Path(path).is_file() or not Path(path).stat().st_size:  # such as /dev/null, or a name reserved by mktemp
        return
    advice = "save the model under another name"
    if Path(path).samefile(data):
        raise ValueError(f"{path} is the file to learn from; {advice}")
    try:
        read_model(path)
    except ValueError as error:
        raise ValueError(f"{error}; {advice}") from None


def _print_errors(learner: ColumnLearner, text: Mapping[str, str]) -> None:
    """Print the mean absolute error, or the share of wrong classes, on the training rows and on the held-out rows."""
    learning, unseen, classes = learner.learning, learner.held_out, learner.learning.classes
    measure = text["train.wrong" if classes else "train.absolute"]

    def say_error(key: str, data: Dataset) -> None:
        n = len(data.rows)
        rows = text["message.row" if n == 1 else "message.rows"].format(number=n)
        say(text[key].format(measure=measure, rows=rows, error=show(learner.error(data))))

    say_error("train.learning", learning)
    if unseen.rows:
        say_error("train.test", unseen)
    else:
        say(text["train.no_test"])
    tested = unseen if unseen.rows else learning
    constant = _shown(learner.baseline, classes) if classes else text["train.mean"]
    say(text["train.baseline"].format(constant=constant, error=show(learner.baseline_error(tested))))
    if unseen.rows and len(learning.rows) + len(unseen.rows) < FEW_ROWS:
        say(text["train.few"])
    examples = [*zip(tested.rows, tested.targets, strict=True)][: 3 if unseen.rows else FEW_ROWS]
    say(text["train.all" if len(examples) == len(tested.rows) else "train.some"].format(target=learning.target_name))
    for row, target in examples:
        predicted, actual = _shown(learner.predict(row), classes), _shown(target, classes)
        say(text["train.predicted"].format(predicted=predicted, actual=actual))
