"""The demonstration: a small network learns to weigh real penguins, and one cycle of it is shown in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from microgrid._util.files import write_atomic
from microgrid.datasets.column_learner import ColumnLearner
from microgrid.datasets.penguins import penguin_learner
from microgrid.documents.examples import MEASURES, Heading, labelled_penguin
from microgrid.engine import Value
from microgrid.language.numerals import counted, show, show_signed
from microgrid.language.words import words
from microgrid.pictures.dot import save_picture
from microgrid.pictures.graphviz_renderer import NoRendererError
from microgrid.relay.relay import Relay
from microgrid.studio.page import page
from microgrid.training.cycle import Cycle

PICTURE, TEXT_OF_PICTURE, PAGE = "relay.svg", "relay.dot", "relay.html"
LEARNING_RATE = 0.1
N_PARAMETERS_LISTED = 4


def demonstrate() -> bool:
    """Show one cycle on one penguin, draw it, train on all, and tell how good the network became.

    Returns:
        whether it came to its end; Ctrl-C stops the training.
    """
    learner = penguin_learner()
    sizes = [len(layer.neurons) for layer in learner.model.layers]
    print(f"microgrid: {sum(sizes)} neurons, in layers of {', '.join(map(str, sizes[:-1]))} and {sizes[-1]}, ", end="")
    print(f"learn to weigh penguins,\nfrom {', '.join(MEASURES[:-1])} and {MEASURES[-1]}")
    print(f"{len(learner.learning.rows)} penguins to learn from, {len(learner.held_out.rows)} to be tested on", end="")
    print(f" ({learner.learning.dropped} more lack a measurement)\n")
    written = _show_one_cycle(learner)
    history = learner.train()
    if history.interrupted:
        print(f"\ninterrupted after {counted(len(history.losses), 'epoch')} of training; wrote {' and '.join(written)}")
        return False
    print(f"\nTraining goes on from there, with all {len(learner.learning.rows)} penguins, ", end="")
    print(f"{len(history.losses)} times over:")
    print(f"        mean loss of a penguin {show(history.losses[0])} → {show(history.losses[-1])}")
    print(f"\nOn the {len(learner.held_out.rows)} penguins that it did not train on")
    print(f"        the network is off by       {show(learner.error(learner.held_out)):>4} g on average")
    print(f"        always guessing the mean by {show(learner.error_of_the_mean(learner.held_out)):>4} g")
    if PAGE in written:
        print(f"\nwrote {PICTURE}, where the mistake of that one penguin came from,")
        print(f"and {PAGE}, the same cycle to step through: open it in a browser")
    else:
        print(f"\nwrote {TEXT_OF_PICTURE}, where the mistake of that one penguin came from;")
        print("it is for Graphviz to draw, which was not found here")
    return True


def _save(loss: Value, heading: Heading) -> list[str]:
    """Save the picture and the page, or the text of the picture where nothing can draw; return the files' names."""
    try:
        save_picture(loss, PICTURE)
        write_atomic(PAGE, page(Relay(loss, learning_rate=LEARNING_RATE), heading))
    except NoRendererError:
        return [TEXT_OF_PICTURE]
    return [PICTURE, PAGE]


def _weighed(learner: ColumnLearner) -> dict[Value, str]:
    """Say of every parameter what it weighs: an input, or what a neuron of the layer before hands on."""
    names: list[str] = list(MEASURES)
    weighed: dict[Value, str] = {}
    for i, layer in enumerate(learner.model.layers, start=1):
        for neuron in layer.neurons:
            weighed |= {weight: f"weighs {name}" for weight, name in zip(neuron.weights, names, strict=True)}
            weighed[neuron.bias] = "bias"
        names = [f"layer{i}.neuron{j}" for j in range(1, len(layer.neurons) + 1)]
    return weighed


def _heading(learner: ColumnLearner, row: Sequence[float], mass: float) -> Heading:
    """Say on the page whose numbers these are, in grams and millimetres, before the network has learned."""
    flipper, length, depth = map(show, row)
    numbers = {
        "mass": show(mass), "flipper": flipper, "length": length, "depth": depth,
        "predicted": show(learner.predict(row)), "deviation": show(learner.target_scale.deviations[0]),
    }  # fmt: skip
    english, japanese = words("en"), words("ja")
    return Heading(
        english["demonstration.title"],
        japanese["demonstration.title"],
        english["demonstration.note"].format(**numbers),
        japanese["demonstration.note"].format(**numbers),
    )


def _show_one_cycle(learner: ColumnLearner) -> list[str]:
    """Print one cycle, and return the names of the files that show it."""
    row, mass = learner.learning.rows[0], learner.learning.targets[0]
    inputs, target = labelled_penguin(learner, row, mass)
    cycle = Cycle(learner.model, [inputs], [target], learning_rate=LEARNING_RATE)
    flipper, length, depth = map(show, row)
    print(f"One cycle, on one penguin: flipper {flipper} mm, bill {length} mm long and {depth} mm deep")

    numbers = ", ".join(f"{x.label} {show(x.data)}" for x in inputs)
    print(f"as the network sees it (0 is the mean, 1 a standard deviation):\n        {numbers}")

    loss = cycle.know()
    predicted = learner.predict(row)
    print(f"\nKnow    the untrained network predicts {show(predicted)} g; it weighs {show(mass)} g: off by", end=" ")
    print(f"{show_signed(predicted - mass)} g")
    print(f"        loss = {show(loss.data)}, the square of that in standard deviations of", end=" ")
    print(f"{show(learner.target_scale.deviations[0])} g")

    cycle.think()
    parameters = sorted(learner.model.parameters(), key=lambda parameter: -abs(parameter.grad))[:N_PARAMETERS_LISTED]
    print("\nThink   responsibility for the loss, handed back to every weight;")
    print(f"        the largest {N_PARAMETERS_LISTED} of {len(learner.model.parameters())} weights and biases:")
    weighed = _weighed(learner)
    for parameter in parameters:
        print(f"        {parameter.label:<18} ∂loss/∂w = {show(parameter.grad):>8}   {weighed[parameter]}")
    written = _save(loss, _heading(learner, row, mass))

    before = [parameter.data for parameter in parameters]
    cycle.change()
    print(f"\nChange  w ← w − {show(LEARNING_RATE)} · ∂loss/∂w")
    for parameter, old in zip(parameters, before, strict=True):
        print(f"        {parameter.label:<18} {show(old):>8} → {show(parameter.data):>8}")
    print(f"\nKnow    again: loss {show(loss.data)} → {show(cycle.know().data)}, ", end="")
    print(f"predicted {show(predicted)} g → {show(learner.predict(row))} g")
    return written
