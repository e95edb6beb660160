"""No number of the drawing of a network hides another: a few of the many cases of `tests.studio.labels`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microgrid.studio.page import network_page
from tests.studio.labels import CHECK, checked, networks
from tests.studio.screens import open_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    with browser.new_context(reduced_motion="reduce") as context:
        yield context.new_page()


@pytest.mark.parametrize(
    ("name", "window"),
    [("penguins", "960x640"), ("vanishing-gradients", "1920x1080"), ("2-8-8-1", "360x740")],
)
def test_no_number_hides_another(name: str, window: str, tab: Page, tmp_path: Path) -> None:
    spec = networks()[name]
    file = tmp_path / "page.html"
    file.write_text(network_page(spec), encoding="utf-8")
    assert checked(open_page(tab, file.as_uri()), spec, window, ("en",))[1] == []


def test_numbers_over_each_other_and_small_ones_are_found(tab: Page, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(network_page(networks()["xor"]), encoding="utf-8")
    open_page(tab, file.as_uri()).evaluate(
        """() => {
          const style = new CSSStyleSheet();
          style.replaceSync(".network .value { transform: translateY(14px); font-size: 6px !important }");
          document.adoptedStyleSheets = [style];
        }"""
    )
    count, told = tab.evaluate(CHECK, {"languages": ["en"], "layers": [None], "smallest": 12})
    assert count == 12
    kinds = {kind for _, found in told for kind, _ in found}
    assert {"text over text", "small text"} <= kinds
