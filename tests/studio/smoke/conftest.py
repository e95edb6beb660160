"""Open a page in each of the three browsers.

The tests of one that is missing are skipped; with MICROGRID_REQUIRE_BROWSER=1 they fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from microgrid import Relay
from microgrid.studio.page import page, studio_page
from tests.studio.smoke.drivers import Chromium, Driver, firefox, webkit

Open: TypeAlias = "Callable[[Relay | str], Driver]"


@pytest.fixture(scope="session", params=["chromium", "firefox", "webkit"])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """Start each browser once, for all tests."""

    @contextmanager
    def chromium() -> Iterator[Driver]:
        with request.getfixturevalue("browser").new_page(locale="en-US") as tab:  # the one of all other tests
            yield Chromium(tab)

    with {"chromium": chromium, "firefox": firefox, "webkit": webkit}[request.param]() as started:
        yield started


@pytest.fixture
def opened(driver: Driver, tmp_path: Path) -> Iterator[Open]:
    """Open the page of a relay or a text at 1280 × 800; after the test, make sure that nothing went wrong unseen."""

    def open_page(document: Relay | str) -> Driver:
        path = tmp_path / "page.html"
        content = studio_page(document) if isinstance(document, str) else page(document)
        path.write_text(content, encoding="utf-8")
        driver.resize(1280, 800)
        driver.open(path.as_uri())
        return driver

    yield open_page
    assert driver.evaluate("window.faults") == []
