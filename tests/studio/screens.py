"""Show the page as many people see it: `python -m tests.studio.screens FOLDER [--only PATTERN]`.

It opens the page of a few documents in small and large windows, at 400 % zoom, in the light, in the dark, in forced
colours and on paper, in both languages, and writes a PNG of each, to be looked at. `findings.txt` lists what the page
itself can tell: text below 12 pixels, text that is cut off, controls out of reach or below something else, cards of the
step that are not in view, and pages that scroll sideways. It takes a few minutes. The settings stand in the names of
the files, and --only takes a regular expression for them.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

from microgrid import Input, Relay, Value
from microgrid.documents.examples import example
from microgrid.documents.networks import network_documents
from microgrid.language.words import LANGUAGES
from microgrid.studio.page import network_page, page, studio_page
from tests.browser import PATIENCE, launched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SMALLEST_PX = 12  # CSS pixels of the smallest text that is read with ease


@dataclass(frozen=True)
class Window:
    """A window: its size in CSS pixels, and how many pixels of the screen one of them takes."""

    width: int
    height: int
    zoom: float = 1


WINDOWS = {
    "320x480": Window(320, 480),
    "360x740": Window(360, 740),
    "960x640": Window(960, 640),
    "1280x720": Window(1280, 720),
    "1920x1080": Window(1920, 1080),
    "1280x1024-at-400%": Window(320, 256, zoom=4),  # as WCAG 1.4.10 means it
}
PAPER = Window(1032, 673)  # A4 across, within its margins of 12 mm, at 96 pixels an inch
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}
MODES: dict[str, tuple[str, ...]] = {  # the keys that lead there, and what is pressed
    "start": (),
    "think": ("1", "ArrowRight", "ArrowRight", "ArrowRight"),
    "change": ("3",),
    "whatif": ("#tab-whatif",),
    "train": ("#tab-train",),
    "quiz": ("#tab-quiz",),
    "table": ("2", "#table summary"),
    "help": ("#help",),
    "neuron": ("2", ".card.neuron"),
    "present": ("2", "p"),
    "share": ("#share",),
}
NETWORK_MODES: dict[str, tuple[str, ...]] = {
    "start": (),
    "think": ("2",),
    "change": ("3",),
    "rows": ("2", "#all-rows"),
    "neuron": ("2", "#all-rows", ".neuron.hidden"),
    "layers": ("2", "#layers-open"),
    "present": ("2", "p"),
}
IN_ALL_LOOKS = ("start", "think", "change")  # other modes are shown in the light alone


def line(language: str) -> str:
    """Return the page of the README's first graph, recorded."""
    w, b, x, target = Value(3, "w"), Value(1, "b"), Input(2, "x"), Input(5, "target")
    return page(Relay((w * x + b - target) ** 2), None, language)


def example_named(name: str) -> Callable[[str], str]:
    """Return what writes the page of an example, recorded."""

    def write(language: str) -> str:
        found = example(name)
        return page(found.record(), found.heading, language)

    return write


def network_named(name: str) -> Callable[[str], str]:
    """Return what writes the page of a network of the strip."""

    def write(language: str) -> str:
        found = network_documents()[name]
        return network_page(found.spec, found.heading, language)

    return write


def text(language: str) -> str:
    """Return the page of the first screen."""
    return studio_page(language=language)


def long_text(language: str) -> str:
    """Return the page of a text of many lines: a chain of values, each of which is used twice."""
    lines = ["x, w = 0.5, 0.9", *(f"h{i + 1} = tanh(w*{f'h{i}' if i else 'x'}) + w" for i in range(8))]
    return studio_page("\n".join([*lines, "target = Input(2)", "loss = (h8 - target)**2"]), None, language)


DOCUMENTS: dict[str, Callable[[str], str]] = {
    "line": line,
    "two-paths": example_named("two-paths"),
    "text": text,
    "long-text": long_text,
}
NETWORKS: dict[str, Callable[[str], str]] = {
    "xor": example_named("xor"),  # recorded on several rows
    **{f"network-{name}": network_named(name) for name in ("xor", "moons", "penguins", "vanishing-gradients")},
}

# What is wrong with what the page shows, as the browser sees it: each problem with its kind of element, and the text.
FIND = """(smallest) => {
  const found = [];
  const tell = (problem, element, text) => found.push([`${problem}: ${element}`, short(text)]);
  const nameOf = (e) => e.id ? `#${e.id}` : e.localName + [...e.classList].map((name) => `.${name}`).join("");
  const called = (e) => { // cards and edges are all of one kind
    const whole = e.closest("#graph .card, #graph .edge") ?? e.closest("[id]");
    const kind = [".card", ".edge"].find((name) => whole?.matches(name)) ?? nameOf(whole ?? e);
    return whole && whole !== e ? `${kind} ${e.localName}.${e.classList[0] ?? ""}`.replace(/[.]$/, "") : kind;
  };
  const shown = (e) => e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
  const short = (text) => JSON.stringify(text.trim().replace(/\\s+/g, " ").slice(0, 40));
  const view = document.documentElement;
  const hides = (value) => value === "hidden" || value === "clip";
  const scrolls = (value) => value === "auto" || value === "scroll";

  // The part of a box that can be seen or scrolled to; null where nothing of it can.
  const clippedBy = (element, box) => {
    let {left, right, top, bottom} = box;
    for (let e = element.parentElement; e && e !== document.body && e !== view; e = e.parentElement) {
      const {overflowX, overflowY, position} = getComputedStyle(e), edge = e.getBoundingClientRect();
      if (hides(overflowX) && (left < edge.left - 1 || right > edge.right + 1)) return e;
      if (hides(overflowY) && (top < edge.top - 1 || bottom > edge.bottom + 1)) return e;
      if (scrolls(overflowX)) {
        if (left + e.scrollLeft < edge.left - 1) return e;
        [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
      }
      if (scrolls(overflowY)) {
        if (top + e.scrollTop < edge.top - 1) return e;
        [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
      }
      if (position === "fixed") break;
    }
    if (left + scrollX < -1 || top + scrollY < -1) return document.body;
    return null;
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, element = text.parentElement;
    if (!text.data.trim() || !shown(element) || element.closest("script, style, noscript, option, title")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue; // for screen readers only
    const scale = element instanceof SVGElement ? Math.abs(element.getScreenCTM().d) : 1;
    const size = parseFloat(getComputedStyle(element).fontSize) * scale;
    if (size < smallest - 0.05) tell(`text of ${size.toFixed(1)} px`, called(element), text.data);
    const hider = clippedBy(element, box);
    if (hider && hider.clientWidth > 2) tell(`text cut off by ${nameOf(hider)}`, called(element), text.data);
  }

  for (const field of document.querySelectorAll("input[type=text], input:not([type])")) {
    if (shown(field) && field.scrollWidth > field.clientWidth + 1) tell("text cut off", called(field), field.value);
  }

  const scrolled = [...document.querySelectorAll("*")].map((e) => [e, e.scrollLeft, e.scrollTop]);
  view.scrollTo({top: 0, behavior: "instant"}); // to press what was pressed, one may have left the graph
  const room = document.querySelector("#graph").getBoundingClientRect();
  const boxOf = (card) => card.querySelector("rect").getBoundingClientRect();
  const active = [...document.querySelectorAll("#graph .card.current, #graph .card.target")];
  const spanOf = (start, end) =>
    Math.max(...active.map((card) => boxOf(card)[end])) - Math.min(...active.map((card) => boxOf(card)[start]));
  const haveRoom = spanOf("left", "right") <= room.width && spanOf("top", "bottom") <= room.height;
  const target = active.find((card) => card.matches(".target")); // where there is no room for both, it alone
  for (const card of haveRoom || !target ? active : [target]) {
    const box = boxOf(card);
    const inside =
      box.left >= Math.max(room.left, 0) - 1 && box.right <= Math.min(room.right, innerWidth) + 1 &&
      box.top >= Math.max(room.top, 0) - 1 && box.bottom <= Math.min(room.bottom, innerHeight) + 1;
    if (!inside) tell("not whole in view", "card of this step", card.querySelector(".name")?.textContent ?? card.id);
  }

  // Whatever is pressed must be reachable: scrolled to, its middle is not below something else.
  const modal = document.querySelector("dialog[open]") ?? document.body;
  const controls = "button, input, select, textarea, a[href], summary, [role=button]";
  for (const control of modal.querySelectorAll(controls)) {
    if (!shown(control)) continue;
    if (control.closest("footer")) view.scrollTo({top: view.scrollHeight, behavior: "instant"}); // it may stick
    control.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
    const pressed = control.querySelector(":scope > .frame") ?? control; // a neuron has a name beside it
    const box = pressed.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue; // seen when it has the focus
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const name = control.getAttribute("aria-label") ?? control.textContent;
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) {
      tell("cannot be scrolled to", called(control), name);
      continue;
    }
    const above = document.elementFromPoint(x, y);
    const related = above && (control.contains(above) || above.contains(control) || above.closest("label"));
    if (!related) tell(`covered by ${above ? called(above) : "nothing"}`, called(control), name);
  }
  for (const [e, left, top] of scrolled) e.scrollTo({left, top, behavior: "instant"});

  if (view.scrollWidth > innerWidth) tell("wider than the window", "page", `${view.scrollWidth - innerWidth} px`);
  return found;
}"""


Findings: TypeAlias = "dict[str, list[str]]"


def findings(page: Page) -> Findings:
    """Return what is too small, cut off, covered or out of reach in the page as it stands.

    A problem is named with the kind of element that has it, and comes with the texts of those elements.
    """
    found = defaultdict(list)
    for problem, text in page.evaluate(FIND, SMALLEST_PX):
        found[problem].append(text)
    return dict(found)


def shots(browser: Browser, folder: Path, only: re.Pattern[str]) -> Iterator[tuple[str, Findings]]:
    """Write the screenshots, and yield the name of each with the findings."""
    with TemporaryDirectory() as pages:
        for document, make in {**DOCUMENTS, **NETWORKS}.items():
            for language in LANGUAGES:
                file = Path(pages, f"{document}-{language}.html")
                file.write_text(make(language), encoding="utf-8")
                modes = NETWORK_MODES if document in NETWORKS else MODES
                for name, window, keys, look in _settings(f"{document}-{language}", modes):
                    if only.search(name):
                        yield name, _shot(browser, file.as_uri(), window, keys, look, folder / f"{name}.png")
                name = f"{document}-{language}-print"
                if only.search(name):
                    yield name, _print(browser, file.as_uri(), folder / f"{name}.png")


def _settings(
    name: str, modes: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, Window, tuple[str, ...], dict[str, Any]]]:
    for (size, window), (mode, keys), (look, media) in product(WINDOWS.items(), modes.items(), LOOKS.items()):
        if mode in IN_ALL_LOOKS or look == "light":
            yield f"{name}-{size}-{mode}-{look}", window, keys, media


def _shot(
    browser: Browser, address: str, window: Window, keys: tuple[str, ...], media: dict[str, Any], path: Path
) -> Findings:
    with browser.new_context(
        viewport={"width": window.width, "height": window.height},
        device_scale_factor=window.zoom,
        reduced_motion="reduce",
        **media,
    ) as context:
        tab = open_page(context.new_page(), address)
        for key in keys:
            if key[0] in "#.":
                for target in tab.locator(key).all()[:1]:  # not every document has it
                    target.dispatch_event("click") if key[0] == "." else target.click()
            else:
                tab.keyboard.press(key)
        tab.screenshot(path=path)
        return findings(tab)


def _print(browser: Browser, address: str, path: Path) -> Findings:
    """Write what is printed: as a long PNG of the width of the paper, and as a PDF."""
    with browser.new_context(viewport={"width": PAPER.width, "height": PAPER.height}) as context:
        tab = open_page(context.new_page(), address)
        tab.pdf(path=path.with_suffix(".pdf"), format="A4", landscape=True)
        tab.evaluate("() => void window.dispatchEvent(new Event('beforeprint'))")
        tab.emulate_media(media="print")
        tab.screenshot(path=path, full_page=True)
        return {found: texts for found, texts in findings(tab).items() if found.startswith("text")}


def open_page(tab: Page, address: str) -> Page:
    """Open a page, and wait until its program runs."""
    tab.set_default_timeout(PATIENCE)
    tab.goto(address)
    tab.wait_for_function("() => window.microgrid")
    tab.evaluate("() => document.fonts.ready.then(() => true)")
    return tab


def main() -> None:
    """Write the screenshots and what was found to the folder that the command line names."""
    description = (__doc__ or "").partition("\n\n")[2]
    parser = argparse.ArgumentParser(prog="python -m tests.studio.screens", description=description)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", type=re.compile, default=re.compile(""), metavar="PATTERN")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    places: dict[str, dict[str, list[str]]] = defaultdict(dict)
    count = 0
    with launched() as browser:
        for name, found in shots(browser, arguments.folder, arguments.only):
            count += 1
            for finding, texts in found.items():
                places[finding][name] = texts
    with (arguments.folder / "findings.txt").open("w", encoding="utf-8") as report:
        for finding, names in sorted(places.items()):
            print(f"{finding} (in {len(names)} of {count})", file=report)
            for name, texts in names.items():
                more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
                print(f"    {name}: {', '.join(texts[:3])}{more}", file=report)
    print(f"{count} screenshots, {len(places)} findings in {arguments.folder / 'findings.txt'}")


if __name__ == "__main__":
    main()
