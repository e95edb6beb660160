"""What a step and an opened page cost: what is drawn and laid out, counted, and never timed."""

from __future__ import annotations

import re

from microgrid._util.files import asset
from microgrid.studio.page import STYLES
from tests.browser import Opener

TEXT = "\n".join(
    ["a = 0.5", "b0 = 0.3", *(f"b{i} = tanh(b{i - 1} * a + {i})" for i in range(1, 12)), "loss = (b11 - 1)**2"]
)
COUNT_DRAWINGS = """window.drawings = 0;
new MutationObserver((changes) => {
  for (const {addedNodes, target} of changes) if (target.id === "graph") window.drawings += addedNodes.length;
}).observe(document, {childList: true, subtree: true});
"""


def test_graph_is_drawn_once_when_its_page_opens(studio: Opener) -> None:
    screen = studio(width=1280, height=720)
    screen.page.add_init_script(COUNT_DRAWINGS)
    screen.page.reload()
    screen.page.wait_for_selector("#graph .card")
    screen.page.wait_for_timeout(300)
    assert screen.page.evaluate("drawings") == 1


def test_page_is_laid_out_once_at_a_step(studio: Opener) -> None:
    screen = studio(TEXT, width=1280, height=720)
    client = screen.page.context.new_cdp_session(screen.page)
    client.send("Performance.enable")

    def layouts() -> float:
        metrics = client.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "LayoutCount"))

    walk = "(n) => { for (let i = 1; i <= n; i++) { microgrid.go(i); document.body.offsetHeight; } }"
    screen.page.evaluate(walk, 40)
    before = layouts()
    screen.page.evaluate(walk, 40)
    assert layouts() - before < 65  # the frames between lay out, too, more of them on a busy machine; two a step are 80


def test_styles_search_nothing_that_holds_the_graph() -> None:
    """Such a `:has` makes the browser search the whole graph whenever a number on it changes."""
    style = "\n".join(asset(f"studio/app/{name}") for name in STYLES)
    around_graph = re.compile(r"(?:#stage|main|html|:root)(?:\[[^\]]*\])*(?::not\()?:has\((?!\s*[>~+])[^)]*\)")
    assert around_graph.findall(style) == []
