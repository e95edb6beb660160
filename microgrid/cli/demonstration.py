"""The demonstration: a small network learns to predict the body mass of penguins; one cycle is shown in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from microgrid._util.errors import NoRendererError
from microgrid._util.files import write_atomic
from microgrid._util.text import padded
from microgrid.datasets.column_learner import ColumnLearner
from microgrid.datasets.penguins import penguin_learner
from microgrid.documents.examples import MEASURES, Heading, labelled_penguin
from microgrid.engine import Value
from microgrid.language.numerals import show, show_signed
from microgrid.language.words import in_each_language, label_in, words
from microgrid.pictures.dot import draw_snapshot, write_picture
from microgrid.relay.relay import Relay
from microgrid.studio.page import page
from microgrid.training.cycle import Cycle

PICTURE, TEXT_OF_PICTURE, PAGE = "relay.svg", "relay.dot", "relay.html"
LEARNING_RATE = 0.01  # a careful start: at 0.02 the estimate of the new loss is below 0
N_PARAMETERS_LISTED = 4
NAME_COLUMNS = 18


def demonstrate(language: str = "en") -> bool:
    """Show one cycle on one penguin, draw it, train on all, and print how good the network became.

    Returns:
        whether it ran to its end; Ctrl-C stops the training.
    """
    learner, text = penguin_learner(), words(language)
    sizes = [len(layer.neurons) for layer in learner.model.layers]
    print(
        text["demonstration.start"].format(
            neurons=sum(sizes), sizes=text["list"].join(map(str, sizes)),
            measures=text["list"].join(label_in(measure, language) for measure in MEASURES),
            rows=len(learner.learning.rows), held_out=len(learner.held_out.rows), dropped=learner.learning.dropped,
        )
    )  # fmt: skip
    files = _show_one_cycle(learner, language)
    history = learner.train()
    n_epochs = len(history.losses)
    if history.interrupted:
        print(text["demonstration.interrupted"].format(epochs=n_epochs, files=text["list"].join(files)))
        return False
    print(
        text["demonstration.result"].format(
            rows=len(learner.learning.rows), epochs=n_epochs,
            first=show(history.losses[0]), last=show(history.losses[-1]), held_out=len(learner.held_out.rows),
            error=show(learner.error(learner.held_out)), baseline=show(learner.baseline_error(learner.held_out)),
        )
    )  # fmt: skip
    key = "demonstration.files" if PAGE in files else "demonstration.files.undrawn"
    print(text[key].format(picture=PICTURE, page=PAGE, source=TEXT_OF_PICTURE))
    return True


def _show_one_cycle(learner: ColumnLearner, language: str) -> list[str]:
    """Print one cycle, and return the names of the files that show it."""
    text = words(language)
    row, mass = learner.learning.rows[0], learner.learning.targets[0]
    inputs, target = labelled_penguin(learner, row, mass)
    cycle = Cycle(learner.model, [inputs], [target], learning_rate=LEARNING_RATE)
    flipper, length, depth = map(show, row)
    numbers = text["list"].join(f"{label_in(x.label, language)} {show(x.data)}" for x in inputs)
    print(text["demonstration.penguin"].format(flipper=flipper, length=length, depth=depth, numbers=numbers))

    loss = cycle.know()
    predicted = learner.predict(row)
    print(
        text["demonstration.know"].format(
            predicted=show(predicted), mass=show(mass), difference=show_signed(predicted - mass),
            loss=show(loss.data), deviation=show(learner.target_scale.deviations[0]),
        )
    )  # fmt: skip

    cycle.think()
    parameters = sorted(learner.model.parameters(), key=lambda parameter: -abs(parameter.grad))[:N_PARAMETERS_LISTED]
    count = len(learner.model.parameters())
    print(text["demonstration.think"].format(listed=N_PARAMETERS_LISTED, count=count))
    roles = _roles(learner, language)
    names = {parameter: padded(label_in(parameter.label, language), NAME_COLUMNS) for parameter in parameters}
    for parameter in parameters:
        print(f"        {names[parameter]} ∂loss/∂w = {show(parameter.grad):>8}   {roles[parameter]}")
    files = _save(loss, _heading(learner, row, mass), language)

    before = [parameter.data for parameter in parameters]
    cycle.change()
    print(text["demonstration.change"].format(learning_rate=show(LEARNING_RATE)))
    for parameter, old in zip(parameters, before, strict=True):
        print(f"        {names[parameter]} {show(old):>8} → {show(parameter.data):>8}")
    print(
        text["demonstration.again"].format(
            before=show(loss.data), after=show(cycle.know().data),
            predicted=show(predicted), predicted_now=show(learner.predict(row)),
        )
    )  # fmt: skip
    return files


def _roles(learner: ColumnLearner, language: str) -> dict[Value, str]:
    """Describe every parameter: a bias, or the weight on an input or on a neuron of the layer before."""
    text = words(language)
    names: list[str] = list(MEASURES)
    roles: dict[Value, str] = {}
    for i, layer in enumerate(learner.model.layers, start=1):
        for neuron in layer.neurons:
            for weight, name in zip(neuron.weights, names, strict=True):
                roles[weight] = text["demonstration.weight"].format(name=label_in(name, language))
            roles[neuron.bias] = text["demonstration.bias"]
        names = [f"layer{i}.neuron{j}" for j in range(1, len(layer.neurons) + 1)]
    return roles


def _save(loss: Value, heading: Heading, language: str) -> list[str]:
    """Save the picture and the page, or the DOT text if nothing can draw it; return the names of the files."""
    try:
        relay = Relay(loss, learning_rate=LEARNING_RATE)
        snapshot = relay.snapshot.relabelled(lambda label: heading.label_in(label, language))
        write_picture(draw_snapshot(snapshot, language), PICTURE)
        write_atomic(PAGE, page(relay, heading))
    except NoRendererError:
        return [TEXT_OF_PICTURE]
    return [PICTURE, PAGE]


def _heading(learner: ColumnLearner, row: Sequence[float], mass: float) -> Heading:
    """Return the title and note of the page, with the numbers of this penguin in grams and millimetres."""
    flipper, length, depth = map(show, row)
    note = in_each_language(
        "demonstration.note", mass=show(mass), flipper=flipper, length=length, depth=depth,
        predicted=show(learner.predict(row)), deviation=show(learner.target_scale.deviations[0]),
    )  # fmt: skip
    return Heading(in_each_language("demonstration.title"), note, own_labels=None)
