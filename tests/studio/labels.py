"""Check that no text in the drawing of a network hides another: `python -m tests.studio.labels [--only PATTERN]`.

It draws the networks of the strip and a few others in windows from a phone to a projector, presented and not, at the
end of each phase, with no neuron opened or one of the first, the middle or the last layer, for one row and for all, in
both languages, and asks the browser where every text stands. No two texts may overlap, nor a text and a neuron that is
not its own; nothing may be cut; and whatever is presented at 1920 × 1080 has at least 24 px. It takes ten minutes;
--only takes a regular expression for the names of networks and windows, such as `moons.*1280x720`.
"""

from __future__ import annotations

import argparse
import math
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from microgrid.datasets.tables import Dataset
from microgrid.documents.networks import Data, Spec, network_documents
from microgrid.language.words import LANGUAGES
from microgrid.studio.page import network_page
from tests.browser import launched
from tests.studio.screens import SMALLEST_PX, open_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

WINDOWS = ("360x740", "640x960", "960x640", "1280x720", "1920x1080")
BUILT = ("2-4-1", "2-8-8-1", "3-16-16-1", "4-3-3", "1-1", "2-1-1-1-1-1-1")
PROJECTOR = "1920x1080"
NAMES = ("x", "flipper length mm ", "a")  # of inputs, short and long

# Shows a network in every way, and tells in which of them something is hidden, cut or small.
CHECK = """async ({languages, layers, smallest}) => {
  document.documentElement.requestFullscreen = undefined;
  const BORDER = 1;
  const painted = () => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
  const boxOf = (e) => {
    const {left, right, top, bottom, height, width} = e.getBoundingClientRect();
    return {left, right, top, bottom, height, width};
  };
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > BORDER &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > BORDER;
  const between = (least, value, most) => Math.min(Math.max(value, least), most);
  const isOnCircle = (a, {left, right, top, bottom, width}) => {
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    return Math.hypot(between(a.left, x, a.right) - x, between(a.top, y, a.bottom) - y) < width / 2 - BORDER;
  };
  const faults = (isPresenting) => {
    const svg = document.querySelector("svg.network"), sheet = boxOf(svg), found = [];
    const scale = sheet.width / svg.viewBox.baseVal.width;
    const isSeen = (e) => e.textContent.trim() && getComputedStyle(e).visibility !== "hidden";
    const texts = [...svg.querySelectorAll("text")].filter(isSeen).map((e) => {
      const box = boxOf(e), ink = box.height / 6;
      return {...box, top: box.top + ink, bottom: box.bottom - ink, e, text: e.textContent};
    });
    const ownerOf = (e) => e.closest(".neuron, .loss");
    const frames = [...svg.querySelectorAll(".frame")].map((e) => ({...boxOf(e), e}));
    for (const [i, a] of texts.entries()) {
      for (const b of texts.slice(i + 1)) if (meet(a, b)) found.push(["text over text", `${a.text} / ${b.text}`]);
      for (const frame of frames) {
        const isOn = frame.e.localName === "circle" ? isOnCircle : meet;
        const isOwn = ownerOf(a.e) === ownerOf(frame.e) || a.e.closest(".lens"); // which lies over its dot
        if (!isOwn && isOn(a, frame)) found.push(["text on a neuron", a.text]);
      }
      const isWithin = (start, end) => a[start] > sheet[start] - BORDER && a[end] < sheet[end] + BORDER;
      if (!isWithin("left", "right") || !isWithin("top", "bottom")) found.push(["text that is cut", a.text]);
      const size = parseFloat(getComputedStyle(a.e).fontSize) * scale;
      if (isPresenting && size < smallest - 0.05) found.push(["small text", `${a.text}: ${size.toFixed(1)} px`]);
    }
    return found;
  };
  const told = [], {dispatch} = microgrid;
  let count = 0;
  for (const isPresenting of [false, true]) {
    dispatch({type: "present", isPresenting});
    for (const layer of layers) {
      dispatch({type: "pickPart", part: layer && {kind: "neuron", layer, neuron: 0}});
      for (const phase of ["know", "think", "change"]) {
        microgrid.go(microgrid.derived.ends[phase]);
        for (const row of [1, null]) {
          dispatch({type: "pickRow", row});
          for (const language of languages) {
            dispatch({type: "setLanguage", language});
            await painted();
            count += 1;
            const found = faults(isPresenting);
            const shown = `${isPresenting ? "presented " : ""}${phase}, layer ${layer}, row ${row}, ${language}`;
            if (found.length) told.push([shown, found]);
          }
        }
      }
    }
  }
  return [count, told];
}"""


def networks() -> dict[str, Spec]:
    """Return the networks of the strip, and others by their shapes."""
    documents = {name: document.spec for name, document in network_documents().items()}
    return {**documents, **{shape: built(shape) for shape in BUILT}}


def built(shape: str) -> Spec:
    """Return a network of a shape such as 2-4-1, on data of its own: numbers of every length, or classes."""
    inputs, *sizes = map(int, shape.split("-"))
    rows = [[math.sin(7 * i + k) * 10 ** (k - 1) for k in range(inputs)] for i in range(9)]
    classes = ("Adelie", "Chinstrap", "Gentoo")[: sizes[-1]] if sizes[-1] > 1 else ()
    targets = [float(i % len(classes)) if classes else math.cos(i) for i in range(9)]
    names = tuple(f"{NAMES[k % len(NAMES)]}{k}" for k in range(inputs))
    learning = Dataset(rows, targets, names, "target", classes=classes)
    data = Data(learning, replace(learning, rows=[], targets=[]))
    return Spec(data, tuple(sizes), loss="bce" if classes else "mse")


def checked(
    tab: Page, spec: Spec, window: str, languages: tuple[str, ...] = LANGUAGES
) -> tuple[int, list[tuple[str, list[tuple[str, str]]]]]:
    """Return in how many ways the network of a page was shown in a window, and what is wrong in which of them."""
    width, height = map(int, window.split("x"))
    tab.set_viewport_size({"width": width, "height": height})
    last = len(spec.sizes)
    layers = [None, *sorted({1, (last + 1) // 2, last})]
    settings = {"languages": languages, "layers": layers, "smallest": 24 if window == PROJECTOR else SMALLEST_PX}
    count, told = tab.evaluate(CHECK, settings)
    return count, told


def main() -> None:
    """Check the networks and windows that the command line names, and tell what is wrong."""
    description = (__doc__ or "").partition("\n\n")[2]
    parser = argparse.ArgumentParser(prog="python -m tests.studio.labels", description=description)
    parser.add_argument("--only", type=re.compile, default=re.compile(""), metavar="PATTERN")
    only = parser.parse_args().only
    count = 0
    kinds: Counter[str] = Counter()
    faulty = 0
    with launched() as browser, TemporaryDirectory() as pages:
        for name, spec in networks().items():
            windows = [window for window in WINDOWS if only.search(f"{name} {window}")]
            if not windows:
                continue
            file = Path(pages, f"{name}.html")
            file.write_text(network_page(spec), encoding="utf-8")
            with browser.new_context(reduced_motion="reduce") as context:
                tab = open_page(context.new_page(), file.as_uri())
                for window in windows:
                    n, told = checked(tab, spec, window)
                    count += n
                    faulty += len(told)
                    kinds.update(kind for _, found in told for kind in {kind for kind, _ in found})
                    print(f"{name} {window}: {len(told)} of {n}", flush=True)
                    for case, found in told:
                        print(f"    {case}: {'; '.join(f'{kind} ({what})' for kind, what in found)}")
    print(f"{faulty} of {count} are wrong", dict(kinds))


if __name__ == "__main__":
    main()
