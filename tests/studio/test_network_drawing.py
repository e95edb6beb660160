"""The drawing of a network: its numbers can be read at every size, and each part can be picked, opened and left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from microgrid.documents.networks import network_documents
from microgrid.studio.page import network_page
from tests.browser import Screen, expect

pytestmark = pytest.mark.browser

# Texts of the drawing of which one hides another, those that stick out of their neuron, and those below 12 px.
HIDDEN = """() => {
  const seen = (e) => e.textContent.trim() && getComputedStyle(e).visibility !== 'hidden';
  const texts = [...document.querySelectorAll('svg.network :not(.asked) > text')].filter(seen).map((e) => {
    const {left, right, top, bottom, height} = e.getBoundingClientRect();
    return {text: e.textContent, left, right, top: top + height / 6, bottom: bottom - height / 6};
  });
  const shared = (a, b, start, end) => Math.min(a[end], b[end]) - Math.max(a[start], b[start]);
  const isOver = (a, b) => shared(a, b, 'left', 'right') > 1 && shared(a, b, 'top', 'bottom') > 1;
  const over = texts.flatMap((a, i) =>
    texts.slice(i + 1).filter((b) => isOver(a, b)).map((b) => `${a.text} over ${b.text}`));
  const out = [...document.querySelectorAll('svg.network .neuron')].flatMap((neuron) => {
    const frame = neuron.querySelector('.frame').getBoundingClientRect();
    return [...neuron.querySelectorAll(':scope > .value, :scope > .grad')].filter(seen).filter((e) => {
      const {left, right} = e.getBoundingClientRect();
      return left < frame.left - 1 || right > frame.right + 1;
    }).map((e) => `${e.textContent} out of its neuron`);
  });
  const svg = document.querySelector('svg.network'),
    scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const small = [...svg.querySelectorAll('text')].filter((e) => parseFloat(getComputedStyle(e).fontSize) * scale < 12);
  return [...over, ...out, ...small.map((e) => `${e.textContent} too small`)];
}"""
THINK = "microgrid.go(microgrid.derived.ends.think)"
Opened = Callable[..., Screen]


@pytest.fixture
def network(screens: Callable[..., Screen]) -> Opened:
    """Open an example of the strip, as another network if `changed` says so."""

    def open_network(name: str = "xor", language: str = "en", row: int | None = 1, **options: Any) -> Screen:
        changed = options.pop("changed", {})
        spec = replace(network_documents()[name].spec, **changed)
        screen = screens(network_page(spec, language=language), None, **options)
        screen.page.evaluate("(row) => microgrid.dispatch({type: 'pickRow', row})", row)
        return screen

    return open_network


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (960, 640), (360, 740), (320, 480)])
@pytest.mark.parametrize(
    ("name", "sizes"),
    [("xor", (4, 1)), ("xor", (2, 1)), ("moons", (8, 8, 1)), ("moons", (16, 16, 1)), ("penguins", (4, 4, 3))],
)
def test_every_number_can_be_read(name: str, sizes: tuple[int, ...], size: tuple[int, int], network: Opened) -> None:
    width, height = size
    screen = network(name, changed={"sizes": sizes, "batch_size": None}, width=width, height=height)
    for language in ("en", "ja"):
        screen.page.evaluate("(language) => microgrid.dispatch({type: 'setLanguage', language})", language)
        for row in (1, None):
            screen.page.evaluate("(row) => microgrid.dispatch({type: 'pickRow', row})", row)
            for end in ("know", "think", "change"):
                screen.page.evaluate("(end) => microgrid.go(microgrid.derived.ends[end])", end)
                assert screen.page.evaluate(HIDDEN) == []


# Numbers of weights that stick out of the plates behind them, by more than what the ink of a digit leaves free.
BARE = """() => {
  const all = (selector) => [...document.querySelectorAll(`svg.network .labels ${selector}`)],
    plates = all('.plate').map((e) => e.getBoundingClientRect());
  return all('text').filter((e) => e.textContent).filter((e) => {
    const {left, right, top, bottom} = e.getBoundingClientRect(), middle = (top + bottom) / 2;
    const isOn = (plate) => plate.left < left + 1 && plate.right > right - 1 &&
      plate.top < middle - 5 && plate.bottom > middle + 5;
    return !plates.some(isOn);
  }).map((e) => e.textContent);
}"""


@pytest.mark.parametrize("name", ["xor", "moons"])
def test_no_line_is_seen_between_the_digits_of_a_weight(name: str, network: Opened) -> None:
    screen = network(name)
    screen.page.evaluate("microgrid.dispatch({type: 'hoverPart', part: {kind: 'neuron', layer: 1, neuron: 0}})")
    for phase in ("know", "think", "change"):
        screen.page.evaluate(f"microgrid.go(microgrid.derived.ends.{phase})")
        assert screen("svg.network .labels .w").count() > 0
        assert screen.page.evaluate(BARE) == []


def test_numbers_on_the_lines_are_those_of_the_neuron_that_is_opened(network: Opened) -> None:
    screen = network("penguins", width=1280, height=720)
    screen.press("p")
    screen.page.evaluate("microgrid.dispatch({type: 'hoverPart', part: {kind: 'neuron', layer: 1, neuron: 1}})")
    assert screen("svg.network .weight:not(.faint)").count() == 2  # its lines, too
    screen.page.evaluate("microgrid.dispatch({type: 'pickPart', part: {kind: 'neuron', layer: 1, neuron: 0}})")
    on_lines = [text for text in screen("svg.network .asked .w").all_text_contents() if text]
    assert on_lines == screen("#part tbody tr td:first-of-type").all_text_contents()[:2]
    assert screen("svg.network .weight:not(.faint)").count() == 2


@pytest.mark.parametrize("layer", [1, 2])
def test_no_gradient_stands_where_the_value_of_a_neuron_was_read(layer: int, network: Opened) -> None:
    screen = network("penguins", width=1280, height=720)
    screen.press("p")
    open_part(screen, "neuron", layer, "know")
    values = screen.texts("svg.network .neuron .value")
    open_part(screen, "neuron", layer, "think")
    assert screen.texts("svg.network .neuron .value") == values


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (960, 640)])
def test_presented_inputs_have_their_whole_names(size: tuple[int, int], network: Opened) -> None:
    width, height = size
    screen = network("penguins", language="ja", width=width, height=height)
    screen.press("p")
    assert screen.texts("svg.network .input .name") == ["くちばしの長さ", "くちばしの高さ"]


def test_arrow_keys_lead_from_part_to_part_and_enter_opens_one(network: Opened) -> None:
    screen = network()
    screen.page.evaluate(THINK)
    expect(screen("svg.network [tabindex='0']")).to_have_count(1)
    screen("svg.network [tabindex='0']").focus()
    screen.press("ArrowDown", "ArrowDown", "ArrowDown", "Enter")
    expect(screen("#part h2")).to_contain_text("layer 1, neuron 2, row 2")
    expect(screen("svg.network :focus")).to_have_attribute("aria-pressed", "true")
    screen.press("Escape")
    expect(screen("#part")).to_be_hidden()


def test_escape_closes_what_is_opened_before_it_leaves_the_presentation(network: Opened) -> None:
    screen = network("moons")
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.press("p")
    open_part(screen, "neuron", 1, "think")
    screen.press("Escape")
    expect(screen("#part")).to_be_hidden()
    assert screen.page.evaluate("microgrid.state.isPresenting")
    screen.press("Escape")
    assert not screen.page.evaluate("microgrid.state.isPresenting")


def test_neuron_says_its_numbers_to_screen_readers(network: Opened) -> None:
    screen = network()
    screen.page.evaluate(THINK)
    first = screen("svg.network .hidden").first
    value, grad = (first.locator(f".{kind}").text_content() for kind in ("value", "grad"))
    expect(first).to_have_attribute("aria-label", f"layer 1, neuron 1: value {value}, grad {grad}, bias 0")


def test_shares_of_all_rows_stand_beside_their_sum(network: Opened) -> None:
    screen = network(row=None)
    screen.page.evaluate(THINK)
    screen("svg.network .hidden").first.click()
    lines = screen("#part tbody tr:visible")
    expect(lines).to_have_count(4)  # the gradient at the sum, and the shares of two weights and the bias
    for i in range(1, 4):
        *shares, total = [float(text.replace("−", "-")) for text in lines.nth(i).locator("td").all_text_contents()]
        assert len(shares) == 4
        assert sum(shares) == pytest.approx(total, abs=1e-4)


def open_part(screen: Screen, kind: str, layer: int, phase: str) -> None:
    part = {"kind": kind, "layer": layer, "neuron": 0}
    screen.page.evaluate("(part) => microgrid.dispatch({type: 'pickPart', part})", part)
    screen.page.evaluate("(phase) => microgrid.go(microgrid.derived.ends[phase])", phase)


PHASES = ("know", "think", "change")
SCROLLED = """() => {
  const more = (e) => Math.max(e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth);
  return ['#part .opened', '#network-stage'].filter((it) => more(document.querySelector(it)) > 1);
}"""


@pytest.mark.parametrize("size", [(960, 640), (1280, 720)])
@pytest.mark.parametrize("name", ["moons", "penguins"])
@pytest.mark.parametrize("row", [1, None])
def test_opened_neuron_and_its_network_are_whole_on_a_projector(
    row: int | None, name: str, size: tuple[int, int], network: Opened
) -> None:
    width, height = size
    screen = network(name, row=row, width=width, height=height)
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    for is_presenting in (False, True):
        screen.page.evaluate("(it) => microgrid.dispatch({type: 'present', isPresenting: it})", is_presenting)
        for language in ("en", "ja"):
            screen.page.evaluate("(language) => microgrid.dispatch({type: 'setLanguage', language})", language)
            for layer, phase in product((1, 2), PHASES):
                open_part(screen, "neuron", layer, phase)
                screen.page.wait_for_function(f"() => !({SCROLLED})().length")


def test_opened_neuron_of_many_lines_keeps_its_sums_in_sight_and_says_that_there_are_more(network: Opened) -> None:
    screen = network("moons", changed={"sizes": (20, 1)}, width=960, height=640)
    open_part(screen, "neuron", 2, "think")
    expect(screen("#part .opened")).to_have_attribute("data-more", "bottom")
    arrow = "(e) => getComputedStyle(e, '::before').content"
    assert "▾" in screen("#part tfoot th").evaluate(arrow)
    within = """(e) => e.getBoundingClientRect().bottom <= e.closest('.opened').getBoundingClientRect().bottom + 1"""
    assert screen("#part tfoot").evaluate(within)
    screen("#part .opened").evaluate("(e) => e.scrollTo(0, 9999)")
    expect(screen("#part .opened")).to_have_attribute("data-more", "top")
    assert screen("#part tfoot").evaluate(within)


def test_number_of_a_dot_at_the_edge_is_whole(network: Opened) -> None:
    screen = network("moons", changed={"sizes": (16, 16, 1)}, width=360, height=740)
    open_part(screen, "neuron", 2, "know")
    left = "(e) => e.getBoundingClientRect().left"
    assert screen("svg.network .lens .value").evaluate(left) >= screen("svg.network").evaluate(left)


def test_dot_that_is_opened_shows_its_numbers(network: Opened) -> None:
    screen = network("moons", changed={"sizes": (8, 8, 1)}, width=960, height=640)
    value, grad = screen("svg.network .lens .value"), screen("svg.network .lens .grad")
    open_part(screen, "neuron", 2, "know")
    expect(screen("svg.network .dot")).to_have_count(16)
    expect(value).to_have_text(screen.texts("#part tfoot tr:last-child td.number")[2])
    expect(grad).to_have_text("")
    open_part(screen, "neuron", 2, "think")
    expect(grad).to_have_class("grad positive")
    assert str(grad.text_content()) in str(screen("#part tfoot").text_content())
    screen.page.evaluate("microgrid.dispatch({type: 'pickPart', part: null})")
    expect(screen("svg.network .lens")).to_be_hidden()


def test_halo_of_a_bias_is_behind_its_neuron(network: Opened) -> None:
    is_before = "(e) => e.querySelector('.bias').compareDocumentPosition(e.querySelector('.frame')) === 4"
    assert network()("svg.network .output").evaluate(is_before)


def test_comma_and_full_stop_go_from_row_to_row(network: Opened) -> None:
    screen = network()
    screen.press(".")
    expect(screen("#row-number")).to_have_value("3")
    screen.press(",", ",")
    expect(screen("#row-number")).to_have_value("1")
    screen("#all-rows").click()
    expect(screen("#all-rows")).to_have_attribute("aria-pressed", "true")
    screen("#all-rows").click()  # back to the row
    expect(screen("#row-number")).to_have_value("1")


def test_row_number_is_typed(network: Opened) -> None:
    screen = network("moons")
    screen("#row-number").fill("17")
    screen.press("Enter")
    expect(screen("#row-caption")).to_contain_text("weights")
    assert screen.page.evaluate("microgrid.state.net.row") == 16


def test_caption_names_no_number_that_is_not_there(network: Opened) -> None:
    screen = network("penguins", width=1280, height=720)
    screen.press("p", "3")
    said = "Circles: row 2. Lines: new weights. Dashed: negative. Lines' numbers: open a neuron."
    expect(screen("#row-caption")).to_have_text(said, use_inner_text=True)


def test_dead_neuron_says_so(network: Opened) -> None:
    screen = network("dead-relu")
    dead = screen("svg.network .hidden.has-status").first
    expect(dead.locator(".status")).to_have_text("dead")
    expect(dead.locator(".name")).to_have_text("1")  # outside of the circle, which has no room for both


def test_small_neurons_have_their_numbers_and_heads_their_activation(network: Opened) -> None:
    screen = network("penguins", width=1280, height=720)
    screen.press("p")
    assert screen.texts("svg.network .hidden .name") == ["1", "2", "3", "4"]
    assert "…" not in "".join(screen.texts("svg.network .name"))


# Whether the band of the layer at work is whole within the stage.
IN_VIEW = """() => {
  const room = document.querySelector('#network-stage').getBoundingClientRect();
  const {left, right} = document.querySelector('svg.network .band.now').getBoundingClientRect();
  return left >= room.left - 1 && right <= room.right + 1;
}"""


def test_presented_deep_network_has_large_numbers_and_scrolls_to_the_layer_at_work(network: Opened) -> None:
    screen = network("vanishing-gradients", width=1920, height=1080)
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.press("p")
    screen.page.evaluate("microgrid.go(microgrid.derived.ends.know)")
    sizes = "[...document.querySelectorAll('svg.network text')].map((e) => 12.5 * e.getScreenCTM().a)"
    assert min(screen.page.evaluate(sizes)) >= 24
    assert all("sigmoid" in head for head in screen.texts("svg.network .heading")[1:6])
    for _ in range(7):
        screen.press("ArrowRight", "ArrowRight")  # the question, and the answer
        if screen("svg.network .band.now").count() == 1:
            screen.wait_for(f"({IN_VIEW})()")


@pytest.mark.parametrize(("size", "least"), [((1920, 1080), 16), ((1280, 720), 12), ((960, 640), 9)])
def test_presented_deep_network_is_seen_as_a_whole_when_asked(
    size: tuple[int, int], least: float, network: Opened
) -> None:
    width, height = size
    screen = network("vanishing-gradients", width=width, height=height)
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.press("p")
    rest = "(e) => Math.max(e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight)"
    assert screen("#network-stage").evaluate(rest) > 0
    screen("#network-whole").click()
    assert screen("#network-stage").evaluate(rest) == 0
    assert screen("svg.network").evaluate("(e) => 12.5 * e.getScreenCTM().a") >= least
    screen("#network-whole").click()
    assert screen("#network-stage").evaluate(rest) > 0


def test_presentation_begins_with_the_subject_of_the_step_in_view(network: Opened) -> None:
    screen = network("vanishing-gradients", width=1280, height=720)
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.page.evaluate("microgrid.go(microgrid.derived.ends.know)")
    screen.press("p")
    expect(screen("svg.network .loss.now")).to_be_in_viewport(ratio=1)


def test_network_that_is_whole_needs_no_button_for_it(network: Opened) -> None:
    expect(network("moons", width=1280, height=720)("#network-whole")).to_be_hidden()


def test_wide_window_has_larger_numbers_in_the_drawing_too(network: Opened) -> None:
    screen = network("vanishing-gradients", width=1920, height=1080)
    assert screen("svg.network").evaluate("(e) => e.getScreenCTM().a") > 1.25  # as the page beside it


def test_low_drawing_has_no_headings_rather_than_halves_of_them(network: Opened) -> None:
    screen = network("moons", width=960, height=640)
    screen("#layers-open").click()
    expect(screen("svg.network .heading:visible")).to_have_count(0)


def test_opened_neuron_of_five_lines_is_whole(network: Opened) -> None:
    screen = network("penguins", width=1280, height=720)
    for phase in ("know", "think", "change"):
        screen.page.evaluate(f"microgrid.go(microgrid.derived.ends.{phase})")
        part = "{kind: 'neuron', layer: 2, neuron: 0}"
        screen.page.evaluate(f"microgrid.dispatch({{type: 'pickPart', part: {part}}})")
        assert screen("#part .opened").evaluate("(e) => e.scrollHeight - e.clientHeight") <= 0


def test_presented_loss_curve_is_high_and_thick(network: Opened) -> None:
    screen = network(width=1920, height=1080)
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.press("p")
    assert screen("#plot svg").evaluate("(e) => e.getBoundingClientRect().height") > 95
    width = "(e) => parseFloat(getComputedStyle(e).strokeWidth)"
    assert screen("#plot polyline").first.evaluate(width) >= 4


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720)])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_presented_plot_is_as_high_as_it_was_and_has_its_legend(
    size: tuple[int, int], language: str, network: Opened
) -> None:
    width, height = size
    screen = network("penguins", language=language, width=width, height=height)
    height_of = "(e) => e.getBoundingClientRect().height"
    ordinary = screen("#learned-plot .frame").evaluate(height_of)
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.press("p")
    for step in range(8):
        screen.page.evaluate(f"microgrid.go({step})")
        plot = f"({height_of})(document.querySelector('#learned-plot .frame'))"
        screen.page.wait_for_function(f"(least) => {plot} > least", arg=2 / 3 * ordinary)  # it follows the sentence
        for each in ("boundary", "wrong", "held-out"):
            expect(screen(f"#learned-key .{each}")).to_be_visible()


def test_presented_curve_has_its_name_beside_it(network: Opened) -> None:
    screen = network("penguins", width=1920, height=1080)
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.press("p")
    screen.page.evaluate("microgrid.dispatch({type: 'train', cycles: 1})")
    expect(screen("#curve-name")).to_have_text("loss")
    top = "(e) => e.getBoundingClientRect().top"
    assert screen("#curve-name").evaluate(top) > screen("#plot").evaluate(top) + 20  # below the curve, which is high
    screen.page.evaluate("microgrid.dispatch({type: 'showPanel', panel: 'layers'})")
    expect(screen("#row-caption")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (360, 740)])
def test_scale_of_the_presented_curve_is_named_once_where_no_line_runs(
    width: int, height: int, network: Opened
) -> None:
    screen = network("xor", width=width, height=height)
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.press("p")
    for action in ("train", "trainOn"):
        screen.page.evaluate("(type) => microgrid.dispatch({type, cycles: 300})", action)
    expect(screen("#curve-names > :visible")).to_have_count(1)
    covered = """() => {
      const name = document.querySelector('#curve-names').getBoundingClientRect();
      const line = document.querySelector('#plot polyline'), places = line.getScreenCTM();
      return Array.from({length: 400}, (_, i) => line.getPointAtLength((i / 400) * line.getTotalLength()))
        .map((point) => point.matrixTransform(places))
        .filter(({x, y}) => x > name.left && x < name.right && y > name.top && y < name.bottom).length;
    }"""
    assert screen.page.evaluate(covered) == 0


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720)])
def test_presented_plot_is_readable_or_left_out(size: tuple[int, int], network: Opened) -> None:
    width, height = size
    screen = network("penguins", language="ja", width=width, height=height)
    screen.page.evaluate("() => { document.documentElement.requestFullscreen = undefined; }")
    screen.press("p")
    for phase in ("know", "think", "change"):
        screen.page.evaluate(f"microgrid.go(microgrid.derived.ends.{phase})")
        lines = "(e) => e.clientHeight / parseFloat(getComputedStyle(document.documentElement).fontSize)"
        plot = screen("#learned-plot").evaluate(lines)
        assert plot == 0 or plot >= 4, phase


def test_new_numbers_make_no_new_elements(network: Opened) -> None:
    screen = network("moons")
    screen.page.evaluate(THINK)
    made = """() => {
      const observer = new MutationObserver(() => {});
      observer.observe(document.querySelector('svg.network'), {childList: true, subtree: true});
      for (const row of [3, 9, 27]) microgrid.dispatch({type: 'pickRow', row});
      return observer.takeRecords().flatMap(({addedNodes}) => [...addedNodes]).map(({nodeName}) => nodeName);
    }"""
    assert set(screen.page.evaluate(made)) == {"#text"}


def test_step_runs_along_the_edges_and_leaves_nothing(network: Opened) -> None:
    screen = network(motion=True)
    screen.press("Home", "ArrowRight")
    expect(screen("svg.network .pulse")).to_have_count(4)
    expect(screen("svg.network .pulse")).to_have_count(0)


def test_phone_begins_with_the_inputs(network: Opened) -> None:
    screen = network("moons", row=0, width=360, height=740)
    assert screen.page.evaluate("document.querySelector('#network-stage').scrollTop") == 0


def test_phone_shows_the_neuron_that_is_opened_and_its_sums(network: Opened) -> None:
    screen = network("moons", row=None, width=360, height=740)
    screen.page.evaluate(THINK)
    screen("svg.network .hidden").first.click()
    inside = """() => {
      const end = document.querySelector('footer').getBoundingClientRect().top;
      const sums = [...document.querySelectorAll('#part tbody td:last-child')];
      return sums.filter((e) => e.textContent).map((e) => {
        const {right, bottom} = e.getBoundingClientRect();
        return right <= innerWidth && bottom <= end + 1;
      });
    }"""
    assert screen.page.evaluate(inside) == [True] * 3  # those of two weights, and that of the bias


@pytest.mark.parametrize("phase", ["know", "think", "change"])
@pytest.mark.parametrize("layer", [1, 2])
def test_phone_holds_all_numbers_of_a_neuron_and_a_row(phase: str, layer: int, network: Opened) -> None:
    screen = network("moons", "ja", row=3, width=360, height=740, changed={"loss": "bce"})
    screen.page.evaluate(f"microgrid.go(microgrid.derived.ends.{phase})")
    screen.page.evaluate(
        "(layer) => microgrid.dispatch({type: 'pickPart', part: {kind: 'neuron', layer, neuron: 0}})", layer
    )
    assert screen("#part .opened").evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0
    lines = screen("#part tbody tr:visible")
    assert {lines.nth(i).locator(":is(th, td):visible").count() for i in range(lines.count())} == {
        4 if phase == "know" else 5
    }


def test_phone_stops_a_wide_table_where_no_number_is_behind_a_name(network: Opened) -> None:
    screen = network("penguins", row=None, width=360, height=740)
    screen.page.evaluate(THINK)
    screen.page.evaluate("microgrid.dispatch({type: 'pickPart', part: {kind: 'neuron', layer: 2, neuron: 0}})")
    screen("#part .opened").evaluate("(e) => e.scrollBy(50, 0)")
    covered = """() => {
      const [name, ...cells] = document.querySelectorAll('#part tbody tr:first-child > *');
      const {right} = name.getBoundingClientRect();
      const boxes = cells.filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect());
      return boxes.filter((box) => box.left < right - 1 && box.right > right + 1).length;
    }"""
    assert screen("#part .opened").evaluate("(e) => e.scrollLeft") > 0
    assert screen.page.evaluate(covered) == 0


def test_every_layer_is_numbered_above_the_drawing_also_the_last(network: Opened) -> None:
    expect(network("vanishing-gradients")("svg.network .heading").nth(6)).to_contain_text("6")
    expect(network()("svg.network .heading").nth(2)).to_contain_text("2")


def test_exponent_in_the_drawing_is_as_large_as_the_number(network: Opened) -> None:
    screen = network("vanishing-gradients", width=1920, height=1080)
    screen.press("p")
    screen.page.evaluate("microgrid.go(14)")
    sizes = """(all) => all.map((e) => {
      const svg = e.ownerSVGElement, scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      return parseFloat(getComputedStyle(e).fontSize) * scale;
    })"""
    found = screen("svg.network .power").evaluate_all(sizes)
    assert len(found) > 10
    assert min(found) >= 16
    assert screen("#formula .exponent").count() > 0
