"""The relay by layers: the same numbers as the network's own methods, a sentence for each step, and its text."""

from __future__ import annotations

import re

import pytest

from microgrid._util.text import display_width
from microgrid.language.words import LANGUAGES, words
from microgrid.layers import Linear, MeanSquaredError, Network, ReLU
from microgrid.nn import ACTIVATIONS, MLP
from microgrid.pictures.matrices import Matrices
from microgrid.relay import LayerRelay
from microgrid.relay.layer_table import TEXT_COLUMNS, outcome, sentence
from microgrid.terminal.layer_walk import LayerWalk

ROWS, TARGETS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0], [1.0], [0.0]]


def satisfaction(learning_rate: float = 0.01) -> LayerRelay:
    layer = Linear(1, 1)
    layer.W, layer.b = [[1.0]], [25.0]
    return LayerRelay(Network([layer]), [[3.0], [-3.0]], [[25.0], [25.0]], learning_rate)


def xor(activation: str = "tanh") -> LayerRelay:
    return LayerRelay(Network.of(MLP(2, [4, 1], activation, seed=1)), ROWS, TARGETS, 0.2)


# --- what is recorded ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_matrix_is_that_of_the_network(activation: str) -> None:
    relay, network = xor(activation), Network.of(MLP(2, [4, 1], activation, seed=1))
    y = network.forward(ROWS)
    loss = network.loss(y, TARGETS)
    dx = network.backward()
    assert relay.steps_of("know")[-2].matrix("y") == y
    assert relay.steps_of("know")[-1].matrix("loss") == [[loss]]
    assert relay.steps_of("think")[-1].matrix("dx") == dx
    for number, layer in enumerate(network.layers, start=1):
        if isinstance(layer, Linear):
            step = next(step for step in relay.steps_of("think") if step.layer == f"{number}: {layer}")
            assert step.matrix("dW") == layer.dW
            assert step.matrix("db") == [layer.db]
    network.update(0.2)
    assert relay.steps[-1].matrix("W1") == network.layers[0].W
    assert relay.outcome.after == network.loss(network.forward(ROWS), TARGETS)


def test_each_layer_receives_as_dout_what_the_layer_after_it_handed_on() -> None:
    loss, *layers = xor().steps_of("think")
    handed_on = [loss.matrix("dout"), *(layer.matrix("dx") for layer in layers)]
    assert [layer.matrix("dout") for layer in layers] == handed_on[:-1]


def test_recording_leaves_the_network_alone() -> None:
    network = Network([Linear(2, 1, seed=0)])
    before = repr(vars(network.layers[0]))
    LayerRelay(network, ROWS, TARGETS)
    assert repr(vars(network.layers[0])) == before


def test_the_prediction_of_the_loss_by_hand() -> None:
    outcome = satisfaction().outcome
    assert outcome.before == 9.0
    assert outcome.predicted == pytest.approx(9.0 - 0.01 * 18.0**2)
    assert outcome.after == pytest.approx((3 * 0.82) ** 2)


def test_a_step_into_overflow_ends_at_infinity() -> None:
    assert satisfaction(1e200).outcome.after == float("inf")
    assert "∞" in satisfaction(1e200).text()


class Doubled:
    """A layer of one's own, without parameters."""

    def forward(self, x: list[list[float]]) -> list[list[float]]:
        return [[2 * number for number in row] for row in x]

    backward = forward

    def __repr__(self) -> str:
        return "Doubled()"


class OwnError(MeanSquaredError):
    """A loss of one's own, which can lie below 0."""

    def forward(self, y: list[list[float]], t: list[list[float]]) -> float:
        return super().forward(y, t) - 3.0

    def __repr__(self) -> str:
        return "OwnError()"


class Factor(Doubled):
    """A layer of one's own with a parameter, and a name of two lines."""

    factor = 2.0

    def gradients(self) -> float:
        return 8.0

    def update(self, learning_rate: float) -> None:
        self.factor -= learning_rate * self.gradients()

    def forward(self, x: list[list[float]]) -> list[list[float]]:
        return [[self.factor * number for number in row] for row in x]

    backward = forward

    def __repr__(self) -> str:
        return "Factor\n" + "with a name " * 20


def test_layers_and_losses_of_ones_own_take_part() -> None:
    relay = LayerRelay(Network([Doubled(), ReLU()], loss=OwnError()), [[1.0]], [[0.0]])  # type: ignore[list-item]
    assert [step.layer for step in relay.steps_of("think")] == ["OwnError()", "2: ReLU()", "1: Doubled()"]
    assert relay.steps_of("think")[-1].matrix("dx") == [[8.0]]
    assert "OwnError() computes loss." in relay.text()
    assert "No layer here has a W or a b to change." in relay.text()


def test_no_loss_is_predicted_where_a_layer_of_ones_own_has_parameters() -> None:
    text = LayerRelay(Network([Factor()]), [[1.0]], [[0.0]]).text()  # type: ignore[list-item]
    assert "No layer here has a W or a b to change." in text
    assert text.endswith("The loss was 4; after the update it is 1.44.")
    assert max(map(len, text.splitlines())) <= TEXT_COLUMNS
    assert "1: Factor with a name" in text


def test_a_loss_of_ones_own_may_be_negative() -> None:
    relay = LayerRelay(Network([Linear(1, 1, seed=0)], loss=OwnError()), [[1.0]], [[0.0]], 0.9)
    assert relay.outcome.predicted < 0.0
    assert "cannot be negative" not in relay.text()


def test_rows_may_be_any_iterables() -> None:
    network = Network([Linear(2, 1, seed=0)])
    rows, targets = (iter(row) for row in ROWS), (tuple(row) for row in TARGETS)
    assert LayerRelay(network, rows, targets).steps == LayerRelay(network, ROWS, TARGETS).steps  # type: ignore[arg-type]


# --- in words --------------------------------------------------------------------------------------------------------


def test_text_of_the_satisfaction_meter() -> None:
    text = satisfaction().text()
    assert (
        """
   4  1: Linear(1, 1)
      dW = x.T @ dout
      db = dout.sum(axis=0)
      dx = dout @ W.T
      dout  2 × 1    x  2 × 1    W  1 × 1    dW  1 × 1    db  1 × 1    dx  2 × 1
      [  3 ]         [  3 ]      [ 1 ]       [ 18 ]       [ 0 ]        [  3 ]
      [ −3 ]         [ −3 ]                                            [ −3 ]
      The layer receives dout and asks: was my W too large, or was it x? The number in dW furthest
      from 0 is that of W[0][0], 18: this weight was too large. If it grew by 0.01, the loss would
      change by about +0.18. dx is the answer for x. This is the first layer, so the relay ends
      here.
"""
        in text
    )
    assert text.endswith("The loss was 9. The gradients predicted 5.76 after the update; it is 6.052.")


def test_text_in_japanese() -> None:
    text = satisfaction().text("ja")
    assert "「私の W が大きすぎたのか、それとも x のせいか？」" in text
    assert text.endswith("損失は 9 だった。勾配から見積もると 5.76、実際は 6.052 だった。")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_sentence_is_filled_in_and_fits(activation: str, language: str) -> None:
    relay = xor(activation)
    assert all("{" not in sentence(relay, step, language) for step in relay.steps)
    assert all(len(line) <= TEXT_COLUMNS for line in relay.text(language).splitlines())


def test_a_closed_relu_is_told() -> None:
    (closed,) = (step for step in xor("relu").steps_of("think") if step.kind == "activation")
    assert sentence(xor("relu"), closed, "en").endswith("Where the slope is 0, in 10 of 16 places, nothing passes.")


def test_a_dw_of_zero_blames_no_weight() -> None:
    relay = LayerRelay(Network([Linear(1, 1, seed=0)]), [[0.0]], [[0.0]])
    assert "dW is 0 everywhere, so no weight moves." in sentence(relay, relay.steps[-2], "en")


def test_a_dw_that_is_not_finite_blames_no_weight() -> None:
    layer = Linear(1, 2, seed=0)
    layer.W = [[1.0, float("nan")]]
    relay = LayerRelay(Network([layer]), [[1.0]], [[0.0, 0.0]])
    assert "The gradient of W[0][1] is NaN. It is not a finite number" in sentence(relay, relay.steps[-2], "en")


def test_a_large_matrix_is_cut() -> None:
    relay = LayerRelay(Network([Linear(9, 9, seed=0)]), [[1.0] * 9] * 12, [[0.0] * 9] * 12)
    assert "x  12 × 9" in relay.text()
    assert re.search(r"\[ 1 1 1 1 … 1 \]", relay.text())
    assert max(map(len, relay.text().splitlines())) <= TEXT_COLUMNS


# --- in the terminal, in a notebook ----------------------------------------------------------------------------------


def test_the_board_of_the_walk_colours_numbers_by_sign() -> None:
    walk = LayerWalk(satisfaction())
    walk.press("2")
    styles = {piece.text.strip(): piece.style for row in walk.screen(100, 30) for piece in row}
    assert (styles["3"], styles["−3"], styles["["]) == ("plus", "minus", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), [(100, 30), (80, 24), (40, 12), (20, 5)])
def test_the_walk_ends_with_the_outcome_on_every_screen(language: str, width: int, height: int) -> None:
    walk = LayerWalk(xor(), language)
    walk.press("end")
    seen = ""
    for _ in range(20):
        rows = walk.screen(width, height)
        assert len(rows) <= height
        seen += "".join(piece.text for row in rows for piece in row)
        walk.press("page down")
    ending = "".join(outcome(xor(), language).split())[-4:]
    assert ending in "".join(seen.split())
    assert walk.press("q") is False


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_matrix_is_cut_to_the_width_of_the_screen(width: int) -> None:
    relay = LayerRelay(Network([Linear(6, 6, seed=0)]), [[1e-19] * 6], [[-1.5e-20] * 6])
    rows = ["".join(piece.text for piece in row) for row in LayerWalk(relay, "ja")._board(width, 20)]
    assert max(map(display_width, rows)) < width  # the last column stays free; blanks that are cut would show "…"
    assert any("…" in row for row in rows)


def test_a_notebook_shows_each_matrix_with_its_line_of_numpy() -> None:
    shown = satisfaction()._repr_html_()
    assert "<b>dW</b> 1 × 1<code>dW = x.T @ dout</code></caption>" in shown
    assert "<td style='background:#a3481a66'>3</td>" in shown  # positive, and the furthest from 0
    assert "<td style='background:#0b6fa466'>−3</td>" in shown
    assert repr(satisfaction().matrices("ja")) == satisfaction().text("ja")
    assert words("ja")["heading.layers.think"] in satisfaction().matrices("ja")._repr_html_()


def test_the_name_of_a_layer_is_text_in_a_notebook() -> None:
    class Hostile(Doubled):
        def __repr__(self) -> str:
            return "<script>"

    relay = LayerRelay(Network([Hostile()]), [[1.0]], [[0.0]])  # type: ignore[list-item]
    assert "<script>" not in Matrices(relay)._repr_html_()


# --- what is refused -------------------------------------------------------------------------------------------------


def test_bad_arguments_are_named() -> None:
    network = Network([Linear(2, 1, seed=0)])
    with pytest.raises(TypeError, match=r"^a LayerRelay needs a Network, got MLP"):
        LayerRelay(MLP(2, [1], seed=0), ROWS, TARGETS)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^t must have the shape 4 × 1, got the shape 3 × 1$"):
        LayerRelay(network, ROWS, TARGETS[:3])
    with pytest.raises(ValueError, match="learning_rate must be 0 or more"):
        LayerRelay(network, ROWS, TARGETS, -1.0)
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'fr'"):
        satisfaction().text("fr")
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'fr'"):
        satisfaction().matrices("fr")
    with pytest.raises(ValueError, match="phase must be one of"):
        satisfaction().steps_of("dream")
