"""The loop goes on: the next cycle, any cycle before, undo, reset, and training that is watched and stopped."""

from __future__ import annotations

from typing import Any

import pytest

from microgrid import Relay, Value
from microgrid.language.words import words
from tests.browser import Opener, Screen, expect
from tests.studio.test_page import losses_of, named, network, neuron, train

TEXT = "w, b = 3, 1\nx, target = 2, 5\nloss = (w*x + b - target)**2"


def line(**leaves: float) -> Relay:
    w = Value(leaves.get("w", 3.0), "w")
    d = named(w * 2.0 - 5.0, "d")
    return Relay(named(d * d, "loss"), learning_rate=0.01)


def numbers_of(screen: Screen) -> Any:
    """Return the cycle that is shown, and all its numbers."""
    return screen.page.evaluate(
        "[microgrid.state.cycle, microgrid.numbers.values, microgrid.numbers.gradients, [...microgrid.numbers.changed]]"
    )


def drag_handle(screen: Screen, part: float) -> None:
    """Drag the handle of the curve to where a part of all cycles lies on its left."""
    handle, plot = screen("#handle").bounding_box(), screen("#plot").bounding_box()
    assert handle is not None
    assert plot is not None
    middle = plot["y"] + plot["height"] / 2
    screen.page.mouse.move(handle["x"], middle)
    screen.page.mouse.down()
    screen.page.mouse.move(plot["x"] + plot["width"] * (0.01 + 0.98 * part), middle, steps=4)
    screen.page.mouse.up()


# --- on and back -----------------------------------------------------------------------------------------------------


def test_arrow_goes_on_with_the_next_cycle_and_back_to_the_one_before(opened: Opener) -> None:
    screen = opened(line())
    screen.press("End")
    last = numbers_of(screen)
    changed = screen.page.evaluate("microgrid.numbers.changed.get(0)")
    screen.press("ArrowRight")
    assert screen.position == 0
    expect(screen("#place")).to_contain_text("cycle 2")
    assert screen.page.evaluate("microgrid.state.leaves.get(0)") == changed
    expect(screen("#curve")).to_be_visible()
    screen.press("ArrowLeft")
    assert numbers_of(screen) == last
    assert screen.position == screen.page.evaluate("microgrid.derived.steps.length")
    screen.press("End", "End")
    assert screen.page.evaluate("microgrid.state.cycle") == 1


def test_large_button_goes_on_with_the_next_cycle(studio: Opener) -> None:
    screen = studio(TEXT)
    screen.press("End")
    expect(screen("#primary")).to_have_text("Know")
    screen("#primary").click()
    screen("#primary").click()  # at once to the end of the phase
    assert screen.page.evaluate("microgrid.state.cycle") == 2
    assert screen.position == screen.page.evaluate("microgrid.derived.ends.know")
    expect(screen("#primary")).to_have_text("Think")


# --- the curve -------------------------------------------------------------------------------------------------------


def test_curve_is_dragged_to_a_cycle_and_training_goes_on_from_there(opened: Opener) -> None:
    screen = opened(line())
    screen.tab("train")
    seen = []
    for _ in range(10):
        seen.append(numbers_of(screen))
        screen.button("× 1").click()
    losses = losses_of(screen)
    drag_handle(screen, 0.3)
    assert numbers_of(screen) == seen[3]
    expect(screen("#curve")).to_have_attribute("aria-valuenow", "4")
    drag_handle(screen, 0)
    assert numbers_of(screen) == seen[0]
    train(screen, "× 1")
    assert losses_of(screen) == losses[:2]


def test_curve_is_a_slider_for_the_keyboard(opened: Opener) -> None:
    screen = opened(line())
    screen.tab("train")
    train(screen, "× 10")
    train(screen, "× 10")
    position = screen.position
    curve = screen("#curve")
    expect(curve).to_have_role("slider")
    curve.focus()
    moves = {"ArrowLeft": 20, "PageDown": 18, "Home": 1, "ArrowDown": 1, "ArrowRight": 2, "End": 21}
    for key, cycle in moves.items():
        screen.press(key)
        expect(curve).to_have_attribute("aria-valuenow", f"{cycle}")
    assert screen.position == position
    loss = screen.page.evaluate("microgrid.show(microgrid.state.cycles.loss)")
    expect(curve).to_have_attribute("aria-valuetext", f"cycle 21, loss {loss}")
    expect(curve).to_have_attribute("aria-valuemin", "1")
    expect(curve).to_have_attribute("aria-valuemax", "21")


@pytest.mark.parametrize("pointer", ["mouse", "finger"])
def test_arrow_takes_a_step_after_the_curve_was_pointed_at(pointer: str, opened: Opener) -> None:
    screen = opened(line())
    screen.tab("train")
    train(screen, "× 10")
    screen.press("1")
    screen("#curve").focus()
    before = screen.position
    if pointer == "mouse":
        drag_handle(screen, 0.3)
    else:
        box = screen("#plot").bounding_box()
        assert box is not None
        place = {"x": box["x"] + 0.3 * box["width"], "y": box["y"] + box["height"] / 2}
        session = screen.page.context.new_cdp_session(screen.page)
        session.send("Input.synthesizeTapGesture", {**place, "gestureSourceType": "touch"})
    assert screen.page.evaluate("microgrid.state.cycle") == 4
    assert screen.page.evaluate("microgrid.state.past.length") == 2  # training, and one way back
    screen.press("ArrowRight")
    assert [screen.page.evaluate("microgrid.state.cycle"), screen.position] == [4, before + 1]


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (360, 740), (1920, 1080), (960, 640)])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_axes_can_be_read_and_keep_apart(width: int, height: int, language: str, studio: Opener) -> None:
    screen = studio(TEXT, language=language, width=width, height=height)
    screen.page.evaluate("microgrid.dispatch({type: 'setLearningRate', learningRate: 0.003})")
    screen.tab("train")
    train(screen, "× 100")
    assert screen.texts("#cycle-ticks span") == ["1", "50", "101"]
    assert len(screen.texts("#loss-ticks span")) >= 2
    expect(screen("#axis")).to_have_text(words(language)["page.loop.cycle"])
    labels = screen("#cycle-ticks span, #loss-ticks span, #axis").all()
    boxes = [box for box in (label.bounding_box() for label in labels) if box]
    for i, one in enumerate(boxes):
        assert one["x"] >= 0
        assert one["x"] + one["width"] <= width
        for other in boxes[i + 1 :]:
            apart_in_x = one["x"] + one["width"] <= other["x"] + 1 or other["x"] + other["width"] <= one["x"] + 1
            apart_in_y = one["y"] + one["height"] <= other["y"] + 2 or other["y"] + other["height"] <= one["y"] + 2
            assert apart_in_x or apart_in_y, (one, other)
    small = "(es) => es.filter((e) => parseFloat(getComputedStyle(e).fontSize) < 12).length"
    assert screen("#losses *").evaluate_all(small) == 0
    footer = screen("footer").bounding_box()
    assert footer is not None
    assert footer["y"] + footer["height"] <= height + 1
    assert screen("footer").evaluate("(e) => e.scrollWidth <= e.clientWidth")


@pytest.mark.parametrize(("width", "height"), [(360, 740), (800, 600), (1280, 720)])
def test_buttons_stay_in_place_when_the_curve_appears(width: int, height: int, studio: Opener) -> None:
    screen = studio(TEXT, width=width, height=height)
    screen.press("End")
    expect(screen("#curve")).to_be_hidden()
    buttons = ("#back", "#next", "#primary", "#play", "#undo", "#redo", "#reset")
    before = [screen(button).bounding_box() for button in buttons]
    screen.press("ArrowRight")
    expect(screen("#curve")).to_be_visible()
    assert [screen(button).bounding_box() for button in buttons] == before


def test_what_undoes_has_a_name_and_a_tooltip_on_a_phone(studio: Opener) -> None:
    screen = studio(TEXT, width=360, height=740)
    for names in (["Undo", "Redo", "Reset"], ["取り消す", "やり直す", "最初に戻す"]):
        for button, name in zip(screen("#again button").all(), names, strict=True):
            assert (button.get_attribute("aria-label"), button.get_attribute("title")) == (name, name)
        screen("#language").click()


def test_power_of_ten_beside_the_curve_is_written_short(studio: Opener) -> None:
    screen = studio(TEXT)
    screen.page.evaluate("microgrid.dispatch({type: 'setLearningRate', learningRate: 0.01})")
    screen.tab("train")
    train(screen, "× 100")
    assert screen.texts("#loss-ticks span") == ["10⁻⁸", "0.001"]


def test_title_of_the_curve_keeps_clear_of_its_numbers(studio: Opener) -> None:
    screen = studio(TEXT, width=360, height=740)
    screen.press("End", "ArrowRight")
    screen.tab("train")  # elsewhere, a phone has room for a strip without axes
    title = screen("#scale").bounding_box()
    assert title is not None
    for label in screen("#loss-ticks span").all():
        box = label.bounding_box()
        assert box is not None
        assert box["y"] >= title["y"] + title["height"] - 1


@pytest.mark.parametrize("width", [960, 1280, 1920])
def test_buttons_stay_in_place_whatever_is_said_of_the_loss(width: int, studio: Opener) -> None:
    screen = studio(TEXT, width=width)
    screen.page.evaluate("microgrid.dispatch({type: 'setLearningRate', learningRate: 0.003})")
    screen.press("End", "ArrowRight")
    places = []
    for _ in range(screen.page.evaluate("microgrid.derived.steps.length")):
        places.append([screen(selector).bounding_box() for selector in ("#back", "#speed", "#undo", "#plot")])
        screen.press("ArrowRight")
    assert places == [places[0]] * len(places)


@pytest.mark.parametrize(("width", "height"), [(481, 600), (600, 640), (760, 620), (760, 740), (800, 640), (960, 640)])
def test_curve_is_wide_beside_what_trains(width: int, height: int, studio: Opener) -> None:
    screen = studio(TEXT, width=width, height=height)
    screen.tab("train")
    train(screen, "× 10")
    plot = screen("#plot").bounding_box()
    assert plot is not None
    assert plot["width"] >= 90


@pytest.mark.parametrize("height", [480, 740])
def test_buttons_of_a_phone_stay_in_place_beside_what_trains(height: int, studio: Opener) -> None:
    screen = studio(TEXT, width=320, height=height)
    places = []
    for tab in ("quiz", "train"):
        screen.tab(tab)
        row = [screen(button).bounding_box() for button in ("#back", "#primary", "#next", "#first", "#play")]
        places.append([(box["x"], box["width"]) for box in row if box])
    assert places[0] == places[1]


def test_foot_of_a_notebook_frame_is_one_row(studio: Opener) -> None:
    screen = studio(TEXT, width=960, height=640)
    boxes = [screen(selector).bounding_box() for selector in ("#controls", "#loss", "#losses", "#again")]
    assert max(box["y"] for box in boxes if box) < min(box["y"] + box["height"] for box in boxes if box)
    tops = [
        screen(selector).evaluate("(e) => e.getBoundingClientRect().top") for selector in ("#undo", "#redo", "#reset")
    ]
    assert len(set(tops)) == 1


# --- undo and reset --------------------------------------------------------------------------------------------------


def test_undo_by_button_and_by_key(opened: Opener) -> None:
    screen = opened(line())
    expect(screen("#undo")).to_be_disabled()
    expect(screen("#undo")).to_have_attribute("aria-label", "Undo")
    screen.type_in("w", "4")
    screen.tab("train")
    train(screen, "× 10")
    screen("#undo").click()
    assert screen.page.evaluate("[microgrid.state.cycle, microgrid.state.leaves.get(0)]") == [1, 4]
    screen.press("Control+z")
    assert screen.page.evaluate("microgrid.state.leaves.get(0)") == 3
    expect(screen("#undo")).to_be_disabled()


@pytest.mark.parametrize("key", ["Control+y", "Control+Shift+z"])
def test_redo_by_button_and_by_key(key: str, opened: Opener) -> None:
    screen = opened(line())
    expect(screen("#redo")).to_be_disabled()
    expect(screen("#redo")).to_have_attribute("aria-label", "Redo")
    screen.type_in("w", "4")
    screen("#undo").click()
    screen("#redo").click()
    assert screen.page.evaluate("microgrid.state.leaves.get(0)") == 4
    expect(screen("#redo")).to_be_disabled()
    screen.press("Control+z", key)
    assert screen.page.evaluate("microgrid.state.leaves.get(0)") == 4
    screen.press("Control+z")
    screen.field("w").focus()
    screen.press(key)  # it is the field's own
    assert screen.page.evaluate("microgrid.state.leaves.get(0)") == 3


def test_focus_stays_on_undo_redo_and_reset_when_there_is_nothing_left_for_them(opened: Opener) -> None:
    screen = opened(line())
    for button in ("#undo", "#redo", "#reset"):
        screen.type_in("w", "4")
        if button == "#redo":
            screen("#undo").click()
        screen(button).focus()
        screen.press("Enter")
        expect(screen(button)).to_be_disabled()
        expect(screen(button)).to_be_focused()
        before = screen.page.evaluate("microgrid.state.past.length")
        screen.press("Enter")
        assert screen.page.evaluate("microgrid.state.past.length") == before


def test_drag_of_a_slider_is_one_change(opened: Opener) -> None:
    screen = opened(line())
    slider = screen.slider("w")
    for _ in range(2):
        box = slider.bounding_box()
        assert box is not None
        screen.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        screen.page.mouse.down()
        screen.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=5)
        screen.page.mouse.up()
    assert screen.page.evaluate("microgrid.state.past.length") == 2


def test_slider_and_field_say_one_number(opened: Opener) -> None:
    screen = opened(line())
    screen.type_in("w", "10")
    slider = screen.slider("w")
    slider.focus()
    ends = slider.evaluate("(e) => [e.min, e.max]")
    for _ in range(5):
        screen.press("ArrowLeft")
        shown = screen.field("w").input_value()
        expect(slider).to_have_attribute("aria-valuetext", shown)
        assert float(shown) == pytest.approx(float(slider.input_value()), rel=1e-5)
    assert slider.evaluate("(e) => [e.min, e.max]") == ends


def test_undo_takes_back_why_a_text_was_refused(opened: Opener) -> None:
    screen = opened(line())
    for text in ("4", "5"):
        screen.type_in("w", text)
        screen.page.evaluate("microgrid.dispatch({type: 'settle'})")
    screen.type_in("w", "much")
    expect(screen("#whatif .parameter .refused")).not_to_be_empty()
    screen("#undo").click()
    expect(screen("#whatif .parameter .refused")).to_be_empty()
    expect(screen.field("w")).to_have_value("4")
    expect(screen.field("w")).to_have_attribute("aria-invalid", "false")


def test_key_of_undo_is_that_of_a_text_field_until_all_that_was_typed_is_undone(studio: Opener) -> None:
    screen = studio(TEXT)
    screen.page.evaluate("microgrid.dispatch({type: 'setLeaf', leaf: 0, value: 9})")
    screen("#editor").click()
    screen.press("Control+End", "#", "Control+z")
    assert screen("#editor").input_value() == TEXT
    assert screen.page.evaluate("microgrid.state.leaves.get(0)") == 9
    screen.press("Control+z")
    assert screen.page.evaluate("microgrid.state.leaves.get(0)") != 9


def test_key_of_undo_in_the_editor_never_mixes_two_documents(studio: Opener) -> None:
    screen = studio(TEXT)
    other = "a, b = 2, 3; a*b"
    screen("#editor").click()
    screen.press("Control+a")
    screen.page.keyboard.insert_text(other)
    screen("#undo").click()
    screen("#redo").click()
    screen("#editor").click()
    texts = []
    for key in ("Control+z", "Control+z", "Control+y"):
        screen.press(key)
        texts.append(screen("#editor").input_value())
        assert screen.page.evaluate("microgrid.state.draft.text") == texts[-1]
    assert texts == [TEXT, TEXT, other]
    assert screen.page.evaluate("document.activeElement.id") == "editor"


def test_undo_brings_the_document_before_back(studio: Opener) -> None:
    screen = studio(TEXT)
    screen("#editor").fill("a, b = 2, 3; a*b")
    screen("#undo").click()
    assert screen("#editor").input_value() == TEXT
    screen("#strip button").nth(1).click()
    screen("#undo").click()
    assert screen("#editor").input_value() == TEXT


def test_reset_brings_the_numbers_of_the_document_and_its_first_cycle(opened: Opener) -> None:
    screen = opened(neuron())
    expect(screen("#reset")).to_be_disabled()
    start = numbers_of(screen)
    screen.type_in("w1", "7")
    screen.tab("train")
    train(screen, "× 10")
    screen("#reset").click()
    assert numbers_of(screen) == start
    expect(screen("#curve")).to_be_hidden()
    expect(screen("#reset")).to_be_disabled()
    screen("#undo").click()
    assert screen.page.evaluate("microgrid.state.cycle") == 11


# --- training --------------------------------------------------------------------------------------------------------


def test_training_is_watched_at_the_chosen_speed_and_stopped(opened: Opener) -> None:
    screen = opened(line())
    screen.tab("train")
    screen("#training-speed").select_option("5")
    screen.button("Run").click()
    screen.wait_for("microgrid.state.cycle >= 3")
    expect(screen("#place")).to_contain_text("cycle")
    screen.button("Stop").click()
    expect(screen.button("Run")).to_be_visible()
    cycle = screen.page.evaluate("microgrid.state.cycle")
    screen.page.wait_for_timeout(500)
    assert screen.page.evaluate("microgrid.state.cycle") == cycle
    screen.button("Run").click()
    screen("#curve").focus()
    screen.press(" ")
    assert screen.page.evaluate("microgrid.state.training") is None


def test_result_is_announced_once_training_is_over(opened: Opener) -> None:
    screen = opened(line())
    screen.tab("train")
    train(screen, "× 100")
    expect(screen("#news")).to_contain_text(screen.text("#train .result"))
    expect(screen("#news")).to_contain_text("100")


def test_training_leaves_every_frame_to_the_page(opened: Opener) -> None:
    """As fast as it can, training runs a few cycles at a time, and what is pressed in between is heard."""
    screen = opened(network(2, 4, 4, 1))
    screen.tab("train")
    screen("#training-speed").select_option("Infinity")
    screen.button("Run").click()
    screen.page.evaluate("""() => {
      window.seen = new Set();
      const look = () => {
        window.seen.add(microgrid.state.cycle);
        if (microgrid.state.training) requestAnimationFrame(look);
      };
      look();
    }""")
    screen.wait_for("microgrid.state.cycle > 300")
    screen.press("l")
    expect(screen("#train .run")).to_have_text(words("ja")["page.loop.stop"])
    screen("#train .run").click()
    assert screen.page.evaluate("microgrid.state.training") is None
    assert screen.page.evaluate("window.seen.size") > 5


def test_cycle_that_there_is_not_is_refused_in_words(studio: Opener) -> None:
    screen = studio(TEXT)
    screen.press("End", "ArrowRight")
    for typed in ("50", "many"):
        screen("#cycle-number").fill(typed)
        screen("#cycle-number").press("Enter")
        expect(screen("#loss")).to_have_text(f"Cycles so far: 1 to 2 (you wrote {typed}).")
    screen("#back").click()
    expect(screen("#loss")).not_to_contain_text("so far")


@pytest.mark.parametrize("width", [320, 1280])
def test_cycle_is_reached_by_its_number(width: int, studio: Opener) -> None:
    screen = studio("w = 3; (w - 1)**2", width=width, height=740)
    screen.page.evaluate("microgrid.dispatch({type: 'train', cycles: 400})")
    screen.page.evaluate("microgrid.dispatch({type: 'trainOn', cycles: 400})")
    before = screen("#next").bounding_box()
    screen("#cycle-number").fill("123")
    screen("#cycle-number").press("Enter")
    expect(screen("#curve")).to_have_attribute("aria-valuenow", "123")
    screen("#cycle-number").press("ArrowDown")
    expect(screen("#cycle-number")).to_have_value("122")
    screen("#cycle-number").fill("9999")
    screen("#cycle-number").press("Enter")
    expect(screen("#cycle-number")).to_have_value("401")
    assert screen.page.get_by_role("textbox", name="cycle").count() == 1
    assert screen("#next").bounding_box() == before
