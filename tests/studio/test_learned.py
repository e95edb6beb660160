"""What a network has learned, seen in plots, the curve and the matrices of a step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from microgrid import Relay, Value
from microgrid.datasets.tables import Dataset
from microgrid.documents.networks import Data, network_documents
from microgrid.studio.page import network_page
from tests.browser import Screen, expect
from tests.studio.accessibility import check_accessible

NetworkOpener = Callable[..., Screen]


@pytest.fixture
def network(screens: Callable[..., Screen]) -> NetworkOpener:
    """Open a network of the strip by its name: `network("xor", batch_size=2, width=…)`."""

    def open_network(
        name: str, *, language: str = "en", width: int = 1280, height: int = 800, **changes: Any
    ) -> Screen:
        spec = replace(network_documents()[name].spec, **changes)
        return screens(network_page(spec, language=language), Relay(Value(1.0) * 2.0), width=width, height=height)

    return open_network


def net(screen: Screen, part: str) -> Any:
    return screen.page.evaluate(f"microgrid.state.net.{part}")


def place_of_row(screen: Screen) -> tuple[float, float]:
    """Return where the ring around the row is, on the screen."""
    box = screen("#learned-plot .ring circle").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


OVER = """() => {
  const around = document.querySelector('#learned-plot svg').getBoundingClientRect();
  const names = [...document.querySelectorAll('#learned-plot svg > g:first-of-type text:not(.name)')]
    .map((e) => [e.textContent, e.getBoundingClientRect()]);
  const isOver = (a, b) => a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom;
  return names.filter(([, box], i) => box.left < around.left || box.right > around.right ||
    names.some(([, other], k) => k !== i && isOver(box, other))).map(([name]) => name);
}"""


# --- the plots -------------------------------------------------------------------------------------------------------


def test_rows_that_are_right_are_counted(network: NetworkOpener) -> None:
    screen = network("moons")
    predicted = screen.page.evaluate(
        """() => {
          const {predictions} = microgrid.derived.network.pass, {targets} = microgrid.derived.network.spec.data;
          return predictions.filter(([y], i) => (y > 0.5 ? 1 : 0) === targets[i]).length;
        }"""
    )
    expect(screen("#learned-figures b")).to_have_text(f"{predicted} of 200 rows right.")


def test_number_on_a_line_of_the_plot_is_written_as_everywhere(network: NetworkOpener) -> None:
    rows = [[math.sin(i), math.cos(3 * i)] for i in range(9)]
    learning = Dataset(rows, [1e-5 * (a + b) for a, b in rows], ("a", "b"), "y")
    screen = network("xor", data=Data(learning, replace(learning, rows=[], targets=[])))
    levels = {*screen.texts("#learned-plot .level")} - {"0"}
    assert levels
    assert all(" × 10⁻" in level for level in levels)


def test_matrices_say_that_there_are_more_and_have_the_room_of_what_trains(network: NetworkOpener) -> None:
    screen = network("moons", width=1280, height=720)
    screen.press("2")
    screen("#layers-open").click()
    expect(screen("#network-train")).to_be_hidden()
    expect(screen("#layers-room")).to_have_attribute("data-more", "top")
    assert screen("#layers-room").evaluate("(e) => e.clientHeight") > 200
    screen("#layers-room").evaluate("(e) => e.scrollTo(0, 0)")
    expect(screen("#layers-room")).to_have_attribute("data-more", "bottom")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_names_of_the_classes_are_whole_and_none_lies_over_another(language: str, network: NetworkOpener) -> None:
    screen = network("penguins", language=language)
    screen.page.evaluate("microgrid.dispatch({type: 'showPairs', isShown: true})")
    for _ in range(2):  # and presented
        assert screen.page.evaluate(OVER) == []
        assert not any("…" in name for name in screen("#learned-plot text").all_text_contents())
        screen.press("p")


def test_click_on_a_point_picks_its_row(network: NetworkOpener) -> None:
    screen = network("xor")
    screen.page.evaluate("microgrid.dispatch({type: 'pickRow', row: 2})")
    there = place_of_row(screen)
    screen.page.evaluate("microgrid.dispatch({type: 'pickRow', row: 0})")
    screen.page.mouse.click(*there)
    assert net(screen, "row") == 2
    expect(screen("#learned-plot .ring text")).to_have_text("3")


def test_arrows_on_the_plot_walk_through_the_rows(network: NetworkOpener) -> None:
    screen = network("xor")
    position = screen.position
    screen.page.evaluate("microgrid.dispatch({type: 'pickRow', row: 0})")
    screen("#learned-plot").focus()
    screen.press("ArrowRight", "ArrowRight", "ArrowLeft")
    assert (net(screen, "row"), screen.position) == (1, position)
    expect(screen("#learned-plot")).to_have_attribute("aria-valuenow", "2")
    expect(screen("#learned-plot")).to_have_attribute("aria-valuetext", screen.text("#learned-row"))
    screen.press("End")
    assert net(screen, "row") == 3


def test_reader_may_ask_for_targets_beside_predictions(network: NetworkOpener) -> None:
    screen = network("moons")
    expect(screen("#learned-plot .name").first).to_have_text("x1 →")
    screen("#learned-pairs").click()
    expect(screen("#learned-plot .name").last).to_have_text("↑ prediction")
    expect(screen("#learned-pairs")).to_have_attribute("aria-pressed", "true")


# How much of the frame's upper line is of each of two colours, in the right half of the plot.
TOP_OF_FRAME = """() => {
  const canvas = document.querySelector('#learned-plot canvas'), frame = document.querySelector('#learned-plot .frame');
  const [x, y, width] = ['x', 'y', 'width'].map((name) => frame[name].baseVal.value * devicePixelRatio);
  const {data} = canvas.getContext('2d').getImageData(x + width / 2, y, width / 2, 1);
  let [coloured, other] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] > 128 && Math.abs(data[i] - data[i + 2]) > 60) coloured++;
    else if (data[i + 3] > 128) other++;
  }
  return [coloured, other];
}"""


def test_predictions_beyond_the_frame_show_their_class_and_how_many_they_are(network: NetworkOpener) -> None:
    screen = network("moons")
    screen("#learned-pairs").click()
    screen.page.evaluate("microgrid.go(microgrid.derived.steps.length)")
    assert screen.texts("#learned-plot .level") == ["↑ 98", "↑ 29"]
    coloured, other = screen.page.evaluate(TOP_OF_FRAME)
    assert coloured > other > 0


def test_species_are_named_in_each_language_and_those_held_out_counted_apart(network: NetworkOpener) -> None:
    screen = network("penguins")
    assert screen.texts("#learned-key li")[:3] == ["Adelie", "Chinstrap", "Gentoo"]
    expect(screen("#learned-figures span")).to_contain_text("Held out:")
    document = screen.page.evaluate("JSON.stringify(microgrid.state.document)")
    screen("#language").click()
    assert screen.texts("#learned-key li")[:3] == ["アデリーペンギン", "ヒゲペンギン", "ジェンツーペンギン"]
    assert screen.texts("#learned-plot .name") == ["くちばしの長さ →", "↑ くちばしの高さ"]
    assert screen.page.evaluate("JSON.stringify(microgrid.state.document)") == document


@pytest.mark.parametrize("name", ["penguins", "xor"])
def test_plot_and_its_row_end_above_the_fade_of_the_panel(name: str, network: NetworkOpener) -> None:
    screen = network(name, height=720)
    fade, row = screen.page.evaluate(
        """() => {
          const [foot, panel, row] = ["footer", "aside", "#learned-row"].map((it) => document.querySelector(it)),
            height = parseFloat(getComputedStyle(panel, "::after").height);
          return [foot.getBoundingClientRect().top - height, row.getBoundingClientRect().bottom];
        }"""
    )
    assert row <= fade
    expect(screen("#learned-row")).not_to_have_text("")


def test_fade_of_the_panel_is_at_its_edge(network: NetworkOpener) -> None:
    screen = network("penguins", width=960, height=640)
    expect(screen("aside")).to_have_attribute("data-more", "bottom")
    below, padding = screen("aside").evaluate(
        "(e) => [parseFloat(getComputedStyle(e, '::after').bottom), parseFloat(getComputedStyle(e).paddingBottom)]"
    )
    assert below == -padding


def test_batch_and_losses_of_species_are_called_by_their_names(network: NetworkOpener) -> None:
    screen = network("penguins")
    expect(screen("#all-rows")).to_have_text("Batch of 16")
    expect(screen("#network-stage")).to_contain_text("(45.4)")  # its own number, beside the standardised one
    screen("#all-rows").click()
    for name in ("Adelie", "Chinstrap", "Gentoo"):
        expect(screen("#network-stage [data-loss]")).to_contain_text(name)


def test_plot_follows_training(network: NetworkOpener) -> None:
    screen = network("moons")
    before = screen.text("#learned-figures")
    screen.page.evaluate("microgrid.dispatch({type: 'setTrainingSpeed', cyclesPerSecond: Infinity})")
    screen.page.evaluate("microgrid.dispatch({type: 'train', cycles: 100})")
    screen.wait_for("!microgrid.state.training")
    assert screen.text("#learned-figures") != before


def test_after_change_the_screen_tells_one_state_or_says_which(network: NetworkOpener) -> None:
    screen = network("xor")
    screen.press("3", "ArrowRight", "3")
    result = screen.text("#network-train .result")
    assert result.endswith(f"{screen.text('#loss').split()[-1]}; updates: 2.")
    assert screen.text("#learned-figures b").startswith("After Change: ")
    assert " after Change: " in screen.text("#learned-row")
    screen.press("ArrowRight")
    assert "fter Change" not in screen.text("#learned")


def test_curve_has_a_second_line_for_rows_held_out(network: NetworkOpener) -> None:
    screen = network("penguins")
    screen.page.evaluate("microgrid.dispatch({type: 'train', cycles: 3})")
    screen.wait_for("!microgrid.state.training")
    expect(screen("#curve-key")).to_be_visible()
    points = screen("#plot .held-out").first.get_attribute("d") or ""  # from its M on
    assert len(points.split()) == 4
    expect(screen("#curve")).to_have_attribute("aria-label", screen("#curve").get_attribute("aria-label") or "")
    assert "Held out:" in (screen("#curve").get_attribute("aria-label") or "")


# --- by layers -------------------------------------------------------------------------------------------------------


def test_cell_is_named_by_its_heads_leads_to_its_scalars_and_picks_its_weight(network: NetworkOpener) -> None:
    screen = network("xor")
    screen("#layers-open").click()
    screen.press("2")  # the end of Think
    cell = screen("#layers [data-name=dW] td button").nth(1)
    cell.click()
    value = cell.text_content()
    expect(screen("#layers-formula b").first).to_have_text("dW (x1 → neuron 2)")
    expect(screen("#layers-formula b").last).to_have_text(value)
    assert net(screen, "picked") == {"kind": "weight", "layer": 1, "neuron": 1, "input": 0}


def test_cells_are_walked_by_arrows_and_named(network: NetworkOpener) -> None:
    screen = network("xor")
    screen("#layers-open").click()
    screen.press("2")
    cells = screen("#layers [data-name=dW] td button")
    assert cells.evaluate_all("cells => cells.filter(cell => cell.tabIndex === 0).length") == 1
    cells.first.focus()
    screen.press("ArrowRight", "ArrowDown")
    focused = screen.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused.startswith("dW (x2 → neuron 2): ")


def test_part_picked_in_the_drawing_is_told(network: NetworkOpener) -> None:
    screen = network("xor")
    screen("#layers-open").click()
    screen.press("2")
    for neuron, weight_input in ((0, 1), (1, 0)):
        part = {"kind": "weight", "layer": 1, "neuron": neuron, "input": weight_input}
        screen.page.evaluate("(part) => microgrid.dispatch({type: 'pickPart', part})", part)
        expect(screen("#layers-formula b").first).to_have_text(f"dW (x{weight_input + 1} → neuron {neuron + 1})")


def test_wide_batch_shows_its_ends_and_the_row_picked(network: NetworkOpener) -> None:
    screen = network("moons")
    screen.page.evaluate("microgrid.dispatch({type: 'pickRow', row: 16})")
    screen("#layers-open").click()
    assert screen.texts("#layers [data-name=y] tbody th") == ["1", "2", "", "17", "", "200"]
    expect(screen("#layers [data-name=y] .picked-row th")).to_have_text("17")


@pytest.mark.parametrize("width", [360, 1280])
def test_page_does_not_scroll_sideways_with_its_matrices(network: NetworkOpener, width: int) -> None:
    screen = network("penguins", width=width)
    screen("#layers-open").click()
    screen.press("2")
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_plots_and_matrices_are_accessible(network: NetworkOpener) -> None:
    screen = network("penguins")
    screen("#layers-open").click()
    screen.press("2")
    screen.page.evaluate("microgrid.dispatch({type: 'train', cycles: 2})")
    screen.wait_for("!microgrid.state.training")
    check_accessible(screen)


def test_matrices_of_a_step_are_not_cut_at_the_top(network: NetworkOpener) -> None:
    screen = network("moons", height=720)
    screen("#layers-open").click()
    screen.press("2")
    cut = """() => {
      const {top} = document.querySelector('#layers-room').getBoundingClientRect(), across = (e) => {
        const box = e.getBoundingClientRect();
        return box.top < top - 1 && box.bottom > top + 1;
      };
      return [...document.querySelectorAll('#layers .matrix')].filter(across).map((e) => e.dataset.name);
    }"""
    assert screen.page.evaluate(cut) == []
    expect(screen("#layers [data-name=dW]")).to_be_in_viewport(ratio=1)
