"""A network learns in front of the class: opened by its tab, walked, trained, rewound, broken, repaired and shared."""

from __future__ import annotations

from typing import Any

import pytest

from microgrid import Relay
from microgrid.documents.document import read_document
from microgrid.documents.networks import network_documents
from microgrid.language.words import words
from microgrid.nn import MLP
from microgrid.studio.page import network_page, page
from microgrid.training import Cycle
from tests.browser import Opener, Screen, expect
from tests.studio.accessibility import check_accessible

TEXT = "w, b = 3, 1\nx, target = 2, 5\nloss = (w*x + b - target)**2"
SIZES = [(360, 740), (1280, 720)]
TABLE = "height;weight;kind\n1;2;cat\n2;1;cat\n8;9;dog\n9;8;dog"


@pytest.fixture
def network(studio: Opener) -> Opener:
    """Open the studio, and in it the moons by their tab."""

    def open_network(**options: Any) -> Screen:
        screen = studio(TEXT, **options)
        screen("#subject-network").click()
        expect(screen("body")).to_have_attribute("data-document", "network")
        return screen

    return open_network


def parameters_of(screen: Screen) -> list[float]:
    return list(screen.page.evaluate("[...microgrid.state.net.moment.parameters]"))


def top_of(screen: Screen, selector: str) -> float:
    return float(screen(selector).evaluate("(e) => e.getBoundingClientRect().top"))


def bottom_of(screen: Screen, selector: str) -> float:
    return float(screen(selector).evaluate("(e) => e.getBoundingClientRect().bottom"))


def train(screen: Screen, name: str) -> None:
    """Press a button of training, and wait until it is over."""
    screen("#network-train").get_by_role("button", name=name, exact=True).click()
    screen.wait_for("microgrid.state.training === null")


def fill_builder(screen: Screen, **texts: str) -> None:
    """Open the builder, and write into its fields."""
    screen("#builder summary").click()
    for name, text in texts.items():
        screen(f"#build-{name}").fill(text)


def test_tab_opens_moons_with_weights_of_python(network: Opener) -> None:
    screen = network()
    assert parameters_of(screen) == [
        parameter.data for parameter in MLP(2, [4, 1], "tanh", seed=network_documents()["moons"].spec.seed).parameters()
    ]
    expect(screen("#network-stage svg")).to_be_visible()
    expect(screen("#graph")).to_be_hidden()
    expect(screen("#sentence")).to_contain_text("Who is to blame?")
    expect(screen("#primary")).to_have_text("Think")


def test_think_says_which_weight_is_most_to_blame(network: Opener) -> None:
    screen = network()
    screen.page.evaluate("microgrid.dispatch({type: 'pickRow', row: 16})")
    screen("#primary").click()
    screen("#primary").click()  # at once to the end of the phase
    largest = screen.page.evaluate(
        "(({names, largest: {layer, neuron, input}}) => names.weight(layer, neuron, input))(microgrid.derived.network)"
    )
    expect(screen("#sentence")).to_contain_text("Row 17: most to blame is")
    expect(screen("#sentence")).to_contain_text(largest)
    expect(screen("#sentence")).to_contain_text("Over all 200 rows")


def test_training_bends_the_loss_and_rewinds_to_cycle_3(network: Opener) -> None:
    screen = network()
    seen = {}
    for cycle in range(1, 6):
        seen[cycle] = parameters_of(screen)
        screen.press("End", "ArrowRight")
    train(screen, "× 100")
    assert screen.page.evaluate("microgrid.state.cycles.loss < microgrid.state.cycles.firstLoss / 2")
    screen("#curve").focus()
    screen.press("Home", "ArrowRight", "ArrowRight")
    expect(screen("#place")).to_contain_text("cycle 3")
    assert parameters_of(screen) == seen[3]
    screen("#curve").focus()
    screen.press("End")
    expect(screen("#curve")).to_have_attribute("aria-valuenow", "106")


def test_too_large_a_step_is_told_and_repaired(network: Opener) -> None:
    screen = network()
    screen.page.evaluate("microgrid.dispatch({type: 'changeNetwork', change: {activation: 'relu'}})")
    before = parameters_of(screen)
    screen("#network-rate").fill("1000")
    screen("#network-rate").press("Enter")
    train(screen, "× 100")
    expect(screen("#sentence")).to_contain_text("the learning rate 1000 was too large")
    assert screen("body").inner_text().count("the learning rate 1000 was too large") == 1
    screen("#reset").click()
    assert parameters_of(screen) == before
    expect(screen("#sentence")).to_contain_text("most to blame")
    expect(screen("#network-rate")).to_have_value("1000")
    screen("#network-rate").fill("0.1")
    screen("#network-rate").press("Enter")
    train(screen, "× 10")
    expect(screen("#sentence")).not_to_contain_text("too large")


def test_table_is_learned_with_the_layers_that_were_typed(network: Opener) -> None:
    screen = network()
    fill_builder(screen, paste="area,age,price\n1,2,3\n2,1,5\n8,9,30\n9,8,33", layers="6-2")
    screen("#build-take").click()
    assert screen.page.evaluate("microgrid.state.document.network.sizes") == [6, 1]
    expect(screen("#learned")).to_contain_text("Mean error of price")


def test_shared_code_opens_the_same_numbers_on_a_second_page(network: Opener, studio: Opener) -> None:
    screen = network()
    screen.page.evaluate("microgrid.dispatch({type: 'pickRow', row: 5})")
    train(screen, "× 10")
    screen("#share").click()
    code = screen("#share-code").input_value()
    assert len(code) < 400  # the data are named
    screen.press("Escape")
    other = studio(TEXT)
    other("#share").click()
    other("#share-paste").fill(code)
    other("#share-dialog").get_by_role("button", name="Open", exact=True).click()
    expect(other("body")).to_have_attribute("data-document", "network")
    shown = "[microgrid.state.cycle, microgrid.state.net.row, microgrid.state.position, microgrid.derived.sentence]"
    assert other.page.evaluate(shown) == screen.page.evaluate(shown)
    assert parameters_of(other) == parameters_of(screen)


def test_each_subject_is_left_as_it_was(network: Opener) -> None:
    screen = network()
    train(screen, "× 10")
    trained = parameters_of(screen)
    screen("#subject-number").click()
    expect(screen("#editor")).to_have_value(TEXT)
    expect(screen("#graph")).to_be_visible()
    screen("#subject-network").click()
    assert parameters_of(screen) == trained


def test_after_the_first_change_a_button_leads_to_the_network(studio: Opener) -> None:
    screen = studio(TEXT)
    expect(screen("#now")).to_be_hidden()
    screen.press("End")
    expect(screen("#now")).to_have_text("Now 17 weights at once")
    screen("#now").click()
    expect(screen("#network-stage svg")).to_be_visible()


def test_another_network_is_built_and_a_mistake_told(network: Opener) -> None:
    screen = network()
    fill_builder(screen, layers="3-x")
    screen("#build-data").select_option("xor")
    screen("#build-begin").click()
    expect(screen("#build-refused")).to_contain_text("you wrote 3-x")
    screen("#build-layers").fill("3-2-1")
    screen("#build-begin").click()
    assert screen.page.evaluate("microgrid.derived.network.spec.sizes") == [3, 2, 1]
    assert screen.page.evaluate("microgrid.derived.network.spec.data.name") == "xor"


def test_pasted_table_is_learned_from(network: Opener) -> None:
    screen = network()
    fill_builder(screen, paste=TABLE)
    expect(screen("#build-target")).to_have_value("2")
    screen("#build-take").click()
    expect(screen("#build-told")).to_have_text("Read. Rows: 4; inputs: height, weight; to predict: kind.")
    assert screen.page.evaluate("microgrid.derived.network.spec.loss") == "bce"
    expect(screen("#sentence")).to_contain_text("cat")
    expect(screen("#network-note")).to_have_text(
        "Each class is judged on its own, so the probabilities need not add up to 1."
    )


def test_foot_of_a_phone_names_the_step(network: Opener) -> None:
    screen = network(width=360, height=740)
    screen.press("ArrowRight")
    assert screen("#loss").evaluate("(e) => getComputedStyle(e, '::before').content") == '"step 4 of 7 · Think"'


def test_text_that_goes_on_below_the_foot_of_a_phone_says_so(network: Opener) -> None:
    screen = network(width=360, height=660)
    screen.press("2")
    assert bottom_of(screen, "#formula") > top_of(screen, "footer")
    expect(screen("#told")).to_have_attribute("data-below", "")
    screen("#network-train").scroll_into_view_if_needed()
    expect(screen("#told")).not_to_have_attribute("data-below", "")


def test_example_that_is_chosen_is_whole_in_the_strip(network: Opener) -> None:
    screen = network(width=1280, height=720)
    ends = """() => [document.querySelector('#network-strip').lastChild, document.querySelector('#network-strip')]
      .map((e) => e.getBoundingClientRect().right)"""
    screen.page.evaluate("document.querySelector('#network-strip').scrollLeft = 1e6")
    screen.page.evaluate("document.querySelector('#network-strip').lastChild.click()")
    button, strip = screen.page.evaluate(ends)
    assert button <= strip


def test_line_of_an_example_stays_below_the_strip_of_a_phone(network: Opener) -> None:
    screen = network(width=360, height=740)
    train(screen, "× 100")
    expect(screen("#network-note")).to_be_visible()
    assert top_of(screen, "#network-note") >= bottom_of(screen, "#network-strip")


def test_last_layer_that_cannot_stay_is_told_below_its_field(network: Opener) -> None:
    screen = network()
    fill_builder(screen, layers="4-2")
    screen("#build-begin").click()
    expect(screen("#build-layers")).to_have_value("4-1")
    expect(screen("#build-told")).to_contain_text("So 4-2 became 4-1.")
    assert top_of(screen, "#build-told") - bottom_of(screen, "#build-layers") < 20
    screen("#build-begin").click()
    expect(screen("#build-told")).to_have_text("")


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("1;2", "With one row there is nothing to compare: standardised, all its numbers are 0. Add rows."),
        ("a;b;c\n1;2;3\n1;3;3", "The same number in all rows: a, c. Nothing can be learned from that."),
        ("a;b\n1;2\n2;3", "to predict: b."),
    ],
)
def test_table_that_teaches_nothing_says_so(table: str, what: str, network: Opener) -> None:
    screen = network()
    fill_builder(screen, paste=table)
    screen("#build-take").click()
    assert screen.text("#build-told").endswith(what)


def test_dropped_folder_is_refused_in_words(network: Opener) -> None:
    screen = network()
    screen.page.evaluate("""() => {
      const folder = {name: "tables", size: 4096, text: () => Promise.reject(new Error("a folder"))};
      document.dispatchEvent(Object.assign(new Event("drop", {cancelable: true}), {dataTransfer: {files: [folder]}}));
    }""")
    expect(screen("#build-refused")).to_have_text("tables cannot be read: drop a file with a table")


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_is_wider_than_the_screen_in_any_phase(width: int, height: int, language: str, network: Opener) -> None:
    screen = network(width=width, height=height, language=language)
    for key in ("1", "2", "3"):
        screen.press(key)
        assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(screen("#place")).to_contain_text(words(language)[f"phase.{['know', 'think', 'change'][int(key) - 1]}"])
        small = "(es) => es.filter((e) => e.textContent && parseFloat(getComputedStyle(e).fontSize) < 12).length"
        assert screen("aside *, #stage *:not(svg, svg *)").evaluate_all(small) == 0


@pytest.mark.parametrize("example", ["moons", "penguins", "learning-rate"])
def test_axe_finds_nothing(example: str, network: Opener) -> None:
    screen = network()
    screen(f"#network-strip button:nth-of-type({[*network_documents()].index(example) + 1})").click()
    screen("#builder summary").click()
    screen.press("Escape", "2")
    check_accessible(screen)


def test_presentation_shows_numbers_for_the_last_row(network: Opener) -> None:
    screen = network(width=1920, height=1080)
    screen("#network-strip button").first.click()
    screen.press("p")
    expect(screen("#network-examples")).to_be_hidden()
    sizes = screen("#sentence, #place, #loss").evaluate_all(
        "(es) => es.map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 24
    screen.press("Escape")
    expect(screen("#network-examples")).to_be_visible()


def test_caption_says_what_lines_and_circles_show(network: Opener) -> None:
    screen = network()
    caption = screen("#row-caption")
    screen.press("1", "ArrowRight")  # to the loss, where no weight is reached
    expect(caption).to_have_text("Lines: weights. Dashed: negative.", use_inner_text=True)
    screen.press("ArrowRight")
    expect(caption).to_contain_text("the weights' shares in row 1")
    expect(caption).to_contain_text("Not reached yet: still weights.")
    screen.press("ArrowRight")
    expect(caption).not_to_contain_text("Not reached yet")
    screen.press("3")
    changed = "Circles: row 1. Lines: new weights. Dashed: negative."
    of_lines = f"{changed} Beside lines and b: gradients over all 200 rows."
    expect(caption).to_have_text(of_lines, use_inner_text=True)
    screen.press("p")  # where the lines have no room for their numbers
    of_biases = f"{changed} Beside b: gradients over all 200 rows. Lines' numbers: open a neuron."
    expect(caption).to_have_text(of_biases, use_inner_text=True)


def test_row_that_there_is_not_is_told(network: Opener) -> None:
    screen = network()
    screen("#row-number").fill("999")
    screen("#row-number").press("Enter")
    expect(screen("#row-caption")).to_have_text("There is no row 999: the rows are 1 to 200. Here is row 200.")
    screen("#row-number").press("ArrowDown")
    expect(screen("#row-caption")).to_have_text("Lines: weights. Dashed: negative.", use_inner_text=True)


def test_cycles_that_training_drops_are_told(network: Opener) -> None:
    screen = network()
    train(screen, "× 100")
    screen("#cycle-number").fill("5")
    screen("#cycle-number").press("Enter")
    train(screen, "× 10")
    expect(screen("#network-train .result")).to_have_text("Cycles 6 to 101 are dropped; undo (↶) brings them back.")
    screen("#undo").click()
    expect(screen("#curve")).to_have_attribute("aria-valuemax", "101")
    expect(screen("#network-train .result")).not_to_contain_text("dropped")


def test_loss_of_a_row_and_mean_loss_have_their_names(network: Opener) -> None:
    screen = network()
    expect(screen("#network-stage .loss .heading")).to_have_text("squared error")
    expect(screen("#loss")).to_contain_text("mean loss ")
    expect(screen("#loss")).to_have_attribute("data-of", "all 200 rows")


def test_part_that_a_class_is_asked_about_is_marked(network: Opener) -> None:
    screen = network(width=1280, height=720)
    screen.press("p", "ArrowRight", "ArrowRight")
    expect(screen("#sentence")).to_contain_text("press → for the answer")
    assert len(screen("#network-stage .weight.picked").all()) == 1
    expect(screen("#primary")).to_have_text("Answer")
    screen("#primary").click()
    expect(screen("#network-stage .weight.picked")).to_have_count(0)
    expect(screen("#primary")).to_have_text("Think")


def test_presentation_asks_before_it_shows(network: Opener) -> None:
    screen = network()
    screen.press("2", "p", "ArrowRight")
    expect(screen("#sentence")).to_contain_text("after the update?")
    expect(screen("#formula")).to_contain_text("?")
    screen("#next").click()
    expect(screen("#place")).to_contain_text("Change")
    expect(screen("#formula")).not_to_contain_text("?")
    screen("#network-predict").uncheck()
    screen.press("Home", "ArrowRight")
    expect(screen("#place")).to_contain_text("step 1")


def test_presentation_stops_and_runs_training(network: Opener) -> None:
    screen = network()
    run = screen("#network-train .run")
    run.click()
    screen.press("p")
    expect(run).to_have_text("Stop")
    run.click()
    assert screen.page.evaluate("microgrid.state.training") is None
    expect(screen("#network-rate")).to_be_visible()
    screen.press("Escape")
    expect(screen("#network-predict")).to_be_hidden()


def test_network_of_python_is_the_page_that_opens(screens: Any) -> None:
    spec = network_documents()["xor"].spec
    screen = screens(network_page(spec), Relay(read_document(TEXT)))
    expect(screen("body")).to_have_attribute("data-document", "network")
    screen("#subject-number").click()
    expect(screen("#graph svg")).to_be_visible()


def test_recorded_network_is_shown_as_cards_and_as_one_network_again(screens: Any) -> None:
    relay = Relay(Cycle(MLP(2, [3, 1], "tanh", seed=1), [[0.0, 1.0], [1.0, -0.5]], [1.0, 0.0]).know())
    screen, other = (screens(page(relay, language="en"), relay) for _ in range(2))
    body, switch = screen("body"), screen("#other-view")
    train(screen, "× 10")
    switch.focus()
    screen.press("Enter")
    expect(body).to_have_attribute("data-document", "record")
    expect(screen("#graph svg")).to_be_visible()
    expect(switch).to_be_in_viewport(ratio=1)
    expect(switch).to_have_text("Show as one network")
    screen("#share").click()
    code = screen("#share-code").input_value()
    screen.press("Escape", "l")
    expect(switch).to_have_text("1 つのネットワークとして見る")
    switch.focus()
    screen.press("Enter")
    expect(body).to_have_attribute("data-document", "network")
    expect(screen("#curve")).to_have_attribute("aria-valuemax", "11")  # as it was left
    other.page.evaluate("(code) => (location.hash = code)", code)
    expect(other("body")).to_have_attribute("data-document", "record")
    other("#other-view").click()
    expect(other("#network-stage svg")).to_be_visible()


@pytest.mark.parametrize("button", ["#network-strip button:first-child", "#present", "#subject-number"])
def test_another_example_subject_or_mode_begins_at_the_top_of_its_panel(button: str, network: Opener) -> None:
    screen = network(width=1280, height=720)
    screen("#builder summary").click()
    screen("aside").evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    assert screen("aside").evaluate("(e) => e.scrollTop") > 0
    screen(button).click()
    assert screen("aside").evaluate("(e) => e.scrollTop") == 0


def test_another_example_of_one_number_begins_at_the_top_of_its_panel(studio: Opener) -> None:
    screen = studio(TEXT, width=960, height=480)
    screen("aside").evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    assert screen("aside").evaluate("(e) => e.scrollTop") > 0
    screen("#strip button").last.click()
    assert screen("aside").evaluate("(e) => e.scrollTop") == 0


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (960, 640)])
def test_nothing_moves_when_the_first_update_is_told(width: int, height: int, language: str, network: Opener) -> None:
    screen = network(language=language, width=width, height=height)
    places = """() => ["#network-stage", "#network-train button", "#network-strip"].map((selector) =>
      JSON.stringify(document.querySelector(selector).getBoundingClientRect()))"""
    before = screen.page.evaluate(places)
    train(screen, "× 1")
    expect(screen("#network-train .result")).to_contain_text("→")
    assert screen.page.evaluate(places) == before


def test_builder_comes_into_sight_when_it_is_opened(network: Opener) -> None:
    screen = network(width=1280, height=720)
    screen("#builder summary").click()
    expect(screen("#build-begin")).to_be_in_viewport(ratio=1)
    assert bottom_of(screen, "#build-begin") <= top_of(screen, "footer")
    expect(screen("#builder form")).to_contain_text("take effect when you press “Begin anew”")


def test_words_and_numbers_on_one_line_do_not_touch(network: Opener) -> None:
    screen = network(width=1280, height=720)
    screen("#network-strip button").nth(2).click()
    screen.page.evaluate("microgrid.dispatch({type: 'changeNetwork', change: {activation: 'relu', sizes: [4, 4, 3]}})")
    screen.page.evaluate("microgrid.dispatch({type: 'train', cycles: 60})")
    screen.wait_for("microgrid.state.training === null")
    gaps = screen.page.evaluate("""() => {
      microgrid.dispatch({type: "goTo", position: microgrid.derived.steps.length - 1});
      const found = {loss: [], neuron: []}, boxOf = (element) => element.getBoundingClientRect();
      const add = (to, word, number) => {
        if (!word.textContent || !number.textContent) return;
        if (Math.abs(boxOf(word).top - boxOf(number).top) < 6) to.push(boxOf(number).left - boxOf(word).right);
      };
      for (const row of [null, ...microgrid.derived.network.batch]) {
        microgrid.dispatch({type: "pickRow", row});
        for (const word of document.querySelectorAll(".network .loss .word")) add(found.loss, word, word.nextSibling);
        for (const neuron of document.querySelectorAll(".network .hidden")) {
          add(found.neuron, neuron.querySelector(".status"), neuron.querySelector(".grad"));
        }
      }
      return found;
    }""")
    assert min(gaps["loss"]) > 4
    assert min(gaps["neuron"]) > 4


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_the_builder_refuses_is_told_in_sight(width: int, height: int, network: Opener) -> None:
    screen = network(width=width, height=height)
    fill_builder(screen, layers="3-x")
    screen("#build-layers").press("Enter")
    expect(screen("#build-refused")).to_be_in_viewport(ratio=1)
    assert bottom_of(screen, "#build-refused") <= top_of(screen, "footer") + 1


@pytest.mark.parametrize("language", ["en", "ja"])
def test_sentence_of_think_stands_above_the_foot_of_a_phone(language: str, network: Opener) -> None:
    screen = network(width=360, height=740, language=language)
    screen("#primary").click()
    screen("#primary").click()
    assert bottom_of(screen, "#sentence") <= top_of(screen, "footer")
    assert top_of(screen, "#again") == pytest.approx(top_of(screen, "#play"), abs=8)  # undo beside the small buttons


# At every step: what of the sentence and its formula is out of sight in the panel that holds them.
CUT = """() => {
  const told = document.querySelector('#told'), formula = document.querySelector('#formula'), found = [];
  for (const row of [1, null]) {
    microgrid.dispatch({type: 'pickRow', row});
    for (let step = 0; step <= microgrid.derived.steps.length; step++) {
      microgrid.go(step);
      const room = told.parentElement.getBoundingClientRect(), {bottom, right} = formula.getBoundingClientRect();
      const isCut = told.scrollHeight > told.clientHeight + 1 || told.scrollWidth > told.clientWidth + 1 ||
        bottom > room.bottom || right > room.right || told.getBoundingClientRect().bottom > room.bottom;
      if (isCut) found.push([row, step, told.textContent]);
    }
  }
  return found;
}"""


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (960, 640)])
@pytest.mark.parametrize("example", ["xor", "moons", "penguins", "vanishing-gradients"])
def test_presented_sentence_and_formula_are_whole(example: str, size: tuple[int, int], screens: Any) -> None:
    width, height = size
    screen = screens(network_page(network_documents()[example].spec), None, width=width, height=height)
    screen.press("p")
    for language in ("en", "ja"):
        screen.page.evaluate("(language) => microgrid.dispatch({type: 'setLanguage', language})", language)
        assert screen.page.evaluate(CUT) == []


def test_operator_begins_a_line_with_the_number_that_follows(screens: Any) -> None:
    screen = screens(network_page(network_documents()["xor"].spec, language="ja"), None, width=1280, height=720)
    screen.press("p")
    screen.page.evaluate("microgrid.go(microgrid.derived.ends.change)")
    terms = screen("#formula .term")
    assert [text.strip()[0] for text in terms.all_text_contents()] == ["0", "−", "×", "="]
    tops = terms.evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().top)")
    assert tops[-1] > tops[0]
    assert terms.last.locator("b").evaluate("(e) => e.getBoundingClientRect().top") < tops[-1] + 5


def test_name_of_the_dashed_curve_stays_within_it_on_a_phone(screens: Any) -> None:
    for width, height in [(360, 740), (320, 480)]:
        screen = screens(
            network_page(network_documents()["penguins"].spec, language="ja"), None, width=width, height=height
        )
        train(screen, "× 100")
        inside, around = (screen(each).bounding_box() for each in ("#curve-key", "#plot"))
        assert inside["x"] >= around["x"] - 1
        assert inside["y"] >= around["y"] - 1


@pytest.mark.parametrize("example", ["moons", "penguins"])
def test_sentence_formula_and_legend_are_in_sight_on_a_small_screen(example: str, screens: Any) -> None:
    screen = screens(network_page(network_documents()[example].spec), None, width=1280, height=720)
    for language in ("en", "ja"):
        screen.page.evaluate("(language) => microgrid.dispatch({type: 'setLanguage', language})", language)
        assert screen.page.evaluate(CUT) == []
        expect(screen("#learned-key li").last).to_be_in_viewport()


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (960, 640)])
def test_presented_table_and_matrices_have_their_room(size: tuple[int, int], screens: Any) -> None:
    width, height = size
    screen = screens(network_page(network_documents()["moons"].spec), None, width=width, height=height)
    screen.press("p")
    screen.page.evaluate("microgrid.dispatch({type: 'pickRow', row: 1})")
    screen.page.evaluate("microgrid.go(microgrid.derived.ends.change)")
    screen.page.evaluate("microgrid.dispatch({type: 'pickPart', part: {kind: 'neuron', layer: 2, neuron: 0}})")
    is_whole = "(e) => e.scrollHeight <= e.clientHeight + 1 && e.scrollWidth <= e.clientWidth + 1 && e.clientHeight > 0"
    assert screen("#part .opened").evaluate(is_whole)
    screen.page.evaluate("microgrid.dispatch({type: 'showPanel', panel: 'layers'})")
    screen.page.evaluate("microgrid.go(microgrid.derived.ends.think)")
    room = screen("#layers-room")
    assert room.evaluate("(e) => e.scrollTop") == 0
    in_sight = "(e) => e.getBoundingClientRect().bottom <= e.closest('#layers-room').getBoundingClientRect().bottom"
    for name in ("dout", "dW"):
        assert room.locator(f"[data-name={name}]").evaluate(in_sight)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_in_a_frame_of_a_notebook_the_foot_is_one_line(language: str, network: Opener) -> None:
    screen = network(width=960, height=640, language=language)
    assert top_of(screen, "#again") < bottom_of(screen, "#losses")
    assert top_of(screen, "#again") < bottom_of(screen, "#controls")


def test_on_a_phone_the_presentation_shows_what_was_learned(network: Opener) -> None:
    screen = network(width=360, height=740)
    screen.press("p")
    assert top_of(screen, "#learned") >= bottom_of(screen, "#network-train") - 1
    assert bottom_of(screen, "#learned-plot") - top_of(screen, "#learned-plot") > 200


def test_long_headings_leave_room_for_the_numbers(network: Opener) -> None:
    screen = network(width=1280, height=720)
    screen("#builder summary").click()
    screen("#build-paste").fill(f"{'a' * 999},{'b' * 999},y\n1,2,3\n2,3,5")
    screen("#build-take").click()
    screen("#network-stage .neuron.hidden").first.dispatch_event("click")
    opened = screen("#part .opened")
    assert opened.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 1


def test_paper_has_the_title_and_nothing_to_press(network: Opener) -> None:
    screen = network()
    screen.page.emulate_media(media="print")
    expect(screen("h1")).to_be_visible()
    expect(screen("#network-stage svg")).to_be_visible()
    for control in screen.page.get_by_role("button").all():
        assert not control.is_visible() or control.locator("xpath=ancestor::*[@id='network-stage']").count() == 1


def test_training_leaves_a_phone_where_it_is(network: Opener) -> None:
    screen = network(width=360, height=740)
    screen.page.evaluate("scrollTo(0, 150)")  # what is told, above the buttons, has another height then
    before = top_of(screen, "#network-train")
    screen("#network-train button").first.dispatch_event("click")
    assert abs(top_of(screen, "#network-train") - before) < 1
    for control in ["#network-train button", "#primary"]:
        screen("#learned-plot").evaluate("(e) => e.scrollIntoView({block: 'center'})")
        before = top_of(screen, "#learned-plot")
        screen(control).first.dispatch_event("click")
        screen.wait_for("microgrid.state.training === null")
        assert abs(top_of(screen, "#learned-plot") - before) < 1


def test_another_step_is_told_from_its_beginning(network: Opener) -> None:
    screen = network(width=1280, height=720)
    screen("#builder summary").click()
    panel = screen("aside")
    panel.evaluate("(e) => e.scrollTo(0, 9999)")
    train(screen, "× 1")
    assert panel.evaluate("(e) => e.scrollTop") > 0
    screen("#back").click()
    assert top_of(screen, "#place") >= top_of(screen, "aside")


def test_what_scrolls_sideways_leads_to_no_other_page(network: Opener) -> None:
    screen = network()
    screen("#layers-open").click()
    sideways = "[...document.querySelectorAll('*')].filter((e) => /auto|scroll/.test(getComputedStyle(e).overflowX))"
    kinds = f"[document.documentElement, ...{sideways}].map((e) => getComputedStyle(e).overscrollBehaviorX)"
    assert set(screen.page.evaluate(kinds)) == {"contain"}


def test_matrices_out_of_sight_are_named_and_a_click_away(network: Opener) -> None:
    screen = network(width=1280, height=720)
    screen("#primary").click()
    screen("#primary").click()  # at once to the end of the phase
    screen("#layers-open").click()
    expect(screen("#layers-more")).to_have_text("↑ dout, slope, x, W")
    screen("#layers-more").click()
    expect(screen("#layers-more")).to_have_text("↓ W, dW, db, dx")
    expect(screen("#layers [data-name=dout] caption")).to_have_text("dout 200 × 4 gradient that arrives")


@pytest.mark.parametrize("size", SIZES)
def test_rate_that_is_refused_or_0_is_told_and_moves_nothing(size: tuple[int, int], network: Opener) -> None:
    screen = network(width=size[0], height=size[1])
    before = top_of(screen, "#layers"), screen("#network-stage").inner_html()
    screen("#network-rate").fill("-1")
    screen("#network-rate").press("Enter")
    expect(screen("#network-train .refused")).to_have_text("Type a number that is 0 or more, such as 0.1.")
    assert abs(top_of(screen, "#layers") - before[0]) < 1
    assert screen("#network-stage").inner_html() == before[1]
    screen("#network-rate").fill("0")
    screen("#network-rate").press("Enter")
    expect(screen("#network-train .result")).to_contain_text("nothing moves")
    assert abs(top_of(screen, "#layers") - before[0]) < 1


def test_box_of_the_loss_says_of_how_many_rows(network: Opener) -> None:
    screen = network()
    screen("#network-strip").get_by_role("button", name="three species of penguins").click()
    screen("#all-rows").click()
    expect(screen("#network-stage [data-loss]")).to_contain_text("mean loss (16 rows)")
    expect(screen("#loss")).to_contain_text("loss, all rows ")


def test_phone_says_what_stands_in_the_foot_and_in_the_plot(network: Opener) -> None:
    screen = network(width=360, height=740)
    train(screen, "× 100")
    expect(screen("#axis")).to_be_visible()
    screen.page.evaluate("microgrid.dispatch({type: 'setLearningRate', learningRate: 1000})")
    train(screen, "× 10")  # over many powers of ten
    expect(screen("#curve-scale")).to_have_text("log")
    expect(screen("#curve-scale")).to_be_visible()
    expect(screen("#learned-key")).not_to_contain_text("spread sideways")
    screen("#learned-pairs").click()
    expect(screen("#learned-key")).to_contain_text("spread sideways")


def test_help_that_is_scrolled_keeps_what_closes_it(network: Opener) -> None:
    screen = network(width=360, height=740)
    screen("#help").click()
    screen("#keys").evaluate("(e) => e.scrollTo(0, 9999)")
    assert screen("#keys").evaluate("(e) => e.scrollTop") > 0
    assert top_of(screen, "#keys .close") >= top_of(screen, "#keys")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_name_of_data_is_cut(language: str, network: Opener) -> None:
    screen = network(width=1280, height=720, language=language)
    screen("#builder summary").click()
    font = "const c = document.createElement('canvas').getContext('2d'); c.font = getComputedStyle(e).font;"
    widest = "Math.max(...[...e.options].map(({text}) => c.measureText(text).width))"
    assert screen("#build-data").evaluate(f"(e) => {{ {font} return e.clientWidth - 34 >= {widest}; }}")


def test_box_of_the_loss_has_a_standardised_target_in_its_own_units(network: Opener) -> None:
    screen = network()
    fill_builder(screen, paste="hours;passed\n1;0\n2;0\n3;1\n5;1")
    screen("#build-take").click()
    expect(screen("#network-stage [data-loss]")).to_contain_text("target (0)")
    expect(screen("#network-stage [data-loss]")).to_contain_text("−1")
