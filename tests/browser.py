"""A browser for the tests of the page: it opens a relay's page, and sees to it that the page does nothing else.

Where Playwright or Chromium is missing, the tests that need them are skipped; with MICROGRID_REQUIRE_BROWSER=1 they
fail, so that nothing is passed over where they must run.
"""

from __future__ import annotations

import importlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import pytest

from microgrid import Relay
from microgrid.documents.document import read_document
from microgrid.documents.examples import CAREFUL_LEARNING_RATE, Heading
from microgrid.documents.gallery import GALLERY, text_in
from microgrid.graph.folding import cards_and_edges
from microgrid.studio.page import page, studio_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser")
LINE_OF_PROGRAM = 5000
PATIENCE = 30_000  # milliseconds that a busy machine may take for what takes none
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def needed(module: str) -> Any:
    """Import a module that only these tests need; without it the test is skipped, or fails where it must run."""
    try:
        return importlib.import_module(module)
    except ImportError:
        missing(f"{module} is not installed")


def missing(what: str) -> NoReturn:
    """Skip the test for want of something, or fail where it must run."""
    if os.environ.get("MICROGRID_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{what}, and MICROGRID_REQUIRE_BROWSER is 1")
    pytest.skip(what)


def _chromium() -> str:
    chosen = os.environ.get("MICROGRID_CHROMIUM")
    candidates = [chosen] if chosen else [*PLACES, *map(shutil.which, NAMES)]
    found = next((path for path in candidates if path and Path(path).exists()), None)
    if found is None:
        missing("there is no Chromium (MICROGRID_CHROMIUM may name one)")
    return str(found)


def expect(locator: Locator) -> Any:
    """Wait until something is true of an element, as Playwright's `expect` does."""
    from playwright.sync_api import expect as expect_of_playwright

    expect_of_playwright.set_options(timeout=PATIENCE)
    return expect_of_playwright(locator)


@contextmanager
def launched() -> Iterator[Browser]:
    """Start a Chromium, and close it at the end."""
    playwright = needed("playwright.sync_api")
    path = _chromium()
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox"] if as_root else [])
        yield started
        started.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one Chromium for all tests."""
    with launched() as started:
        yield started


@dataclass
class Screen:
    """A page in the browser, and the relay that it shows.

    Attributes:
        page: as Playwright drives it.
        relay: what it was made from.
        console, errors, dialogs: what it said that nobody sees, uncaught errors, and what popped up.
        requests: the addresses it asked for.
    """

    page: Page
    relay: Relay
    address: str
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Write down whatever happens besides what is seen."""
        self.listeners: dict[str, Callable[[Any], None]] = {
            "console": lambda message: self.console.append(message.text),
            "pageerror": lambda error: self.errors.append(str(error)),
            "request": lambda request: self.requests.append(request.url),
            "dialog": self._dismiss,
        }
        for event, listener in self.listeners.items():
            self.page.on(event, listener)  # type: ignore[call-overload]  # it wants to know each event by name

    def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, fragment: str = "") -> None:
        """Load the page, and wait until its program runs."""
        self.page.goto(self.address + fragment)
        self.wait_for("window.microgrid")

    def leave(self) -> None:
        """Stop listening."""
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)

    def check_quiet(self) -> None:
        """Make sure that the page has loaded nothing, said nothing, broken nothing and left nothing behind."""
        asked = {url.partition("#")[0] for url in self.requests}
        assert asked == {self.address}, f"the page asked for {asked}"
        assert not self.console, f"the console says {self.console}"
        assert not self.errors, f"nobody caught {self.errors}"
        assert not self.dialogs, f"up popped {self.dialogs}"
        assert self.page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0

    # --- finding things ------------------------------------------------------------------------------------------

    def __call__(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def id_of(self, name: str) -> str:
        """Return the id of a card by what it is called, or by its number where it is a constant."""
        (found,) = [card.id for card in self._cards() if self.relay.node(card.id).name == name]
        return str(found)

    def card(self, name: str) -> Locator:
        return self(f"#graph [id='{self.id_of(name)}']")

    def value(self, name: str) -> Locator:
        return self.card(name).locator(".value")

    def grad(self, name: str) -> Locator:
        return self.card(name).locator(".grad")

    def edge(self, operand: str, result: str) -> Locator:
        """Find the first edge between two cards."""
        ends = (self.id_of(operand), self.id_of(result))
        edges = cards_and_edges(self.relay.snapshot, "neuron")[1]
        i = next(i for i, edge in enumerate(edges) if (edge.operand.id, edge.result.id) == ends)
        return self(f"#graph [id='e{i}']")

    def _cards(self) -> list[Any]:
        return list(cards_and_edges(self.relay.snapshot, "neuron")[0])

    # --- reading it ----------------------------------------------------------------------------------------------

    def text(self, selector: str) -> str:
        return self(selector).text_content() or ""

    def texts(self, selector: str) -> list[str]:
        return self(selector).all_text_contents()

    @property
    def position(self) -> int:
        """The step that it is at, as it tells it."""
        return int(self.page.evaluate("microgrid.state.position"))

    def graph_texts(self) -> dict[str, list[str]]:
        """Return every number in the graph: value and gradient of each card, derivative and share of each edge."""
        script = "(groups) => groups.map((g) => [g.id, [...g.querySelectorAll('.value, .grad, .local, .share')]"
        found = self("#graph .card, #graph .edge").evaluate_all(script + ".map((text) => text.textContent)])")
        return dict(found)

    def wait_for(self, condition: str) -> None:
        """Wait until an expression is true; as a function, so that the policy of the page does not refuse it."""
        self.page.wait_for_function(f"() => {condition}")

    # --- using it ------------------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def go(self, position: int) -> None:
        self.page.evaluate("(position) => microgrid.go(position)", position)

    def tab(self, name: str) -> None:
        self(f"#tab-{name}").click()

    def field(self, name: str) -> Locator:
        """Find the field in which the number of a leaf is typed."""
        return self(f"#whatif input[type=text][aria-label^='{name}:']")

    def slider(self, name: str) -> Locator:
        return self(f"#whatif input[type=range][aria-label='{name}']")

    def type_in(self, name: str, text: str) -> None:
        self.field(name).fill(text)
        self.field(name).press("Enter")


Opener: TypeAlias = "Callable[..., Screen]"


@pytest.fixture(scope="session")
def ordinary_page(browser: Browser) -> Iterator[Page]:
    """Keep one page of the browser ready, which is much faster than a new one for every test."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def ordinary_paths(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Name two files in turn for what the ordinary page loads.

    It loads another file than the one it shows, or a fragment would lead to a place in it; but one that it has shown,
    for it compiles the same program of the same file once.
    """
    folder = tmp_path_factory.mktemp("ordinary")
    return itertools.cycle([folder / "page.html", folder / "other.html"])


def with_its_program_below(content: str) -> str:
    """Move the program of a page down to a line that is the same in all: elsewhere, it would be another one."""
    before, start, program = content.partition("\n<script>")
    return f"{before}{chr(10) * (LINE_OF_PROGRAM - before.count(chr(10)))}{start}{program}"


@pytest.fixture
def screens(
    browser: Browser, ordinary_page: Page, ordinary_paths: Iterator[Path], tmp_path: Path
) -> Iterator[Callable[..., Screen]]:
    """Open pages from files; nothing moves unless `motion` is true.

    The first is opened in the ordinary page; a further one beside it, and one that is to be prepared in a context of
    its own, for which the browser works as long as for three files. After the test, make sure that each made no request
    but the one for itself, left the console silent, and stored nothing.
    """
    screens: list[Screen] = []
    extra: list[Page | BrowserContext] = []

    def open_page(
        content: str,
        relay: Relay,
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        motion: bool = False,
        fragment: str = "",
        prepare: Callable[[Page], None] | None = None,
    ) -> Screen:
        path = tmp_path / f"page{len(screens)}.html"
        if prepare:
            context = browser.new_context()
            extra.append(context)
            found = context.new_page()
        elif screens:
            found = ordinary_page.context.new_page()
            extra.append(found)
        else:
            found, path = ordinary_page, next(ordinary_paths)
        path.write_text(with_its_program_below(content), encoding="utf-8")
        found.set_default_timeout(PATIENCE)
        found.set_viewport_size({"width": width, "height": height})
        found.emulate_media(  # all of them: a page may have served a test that printed it
            media="null",  # as the browser has it, which prints on paper
            color_scheme="dark" if dark else "light",
            reduced_motion="no-preference" if motion else "reduce",
            forced_colors="none",
        )
        screen = Screen(found, relay, path.as_uri())
        screens.append(screen)
        if prepare:
            prepare(found)
        screen.open(fragment)
        return screen

    yield open_page
    try:
        for screen in screens:
            screen.check_quiet()
    finally:
        for screen in screens:
            screen.leave()
        for each in extra:
            each.close()


@pytest.fixture
def opened(screens: Callable[..., Screen]) -> Opener:
    """Open the page of a relay: `opened(relay, heading, language="en", width=…)`, with the options of `screens`."""

    def open_relay(relay: Relay, heading: Heading | None = None, *, language: str = "en", **options: Any) -> Screen:
        return screens(page(relay, heading, language), relay, **options)

    return open_relay


@pytest.fixture
def studio(screens: Callable[..., Screen]) -> Opener:
    """Open a text document, by default that of the first screen: `studio(text, heading, language="ja", width=…)`."""

    def open_text(
        text: str | None = None, heading: Heading | None = None, *, language: str | None = "en", **options: Any
    ) -> Screen:
        document = text_in(next(iter(GALLERY)), language or "en") if text is None else text
        relay = Relay(read_document(document), learning_rate=CAREFUL_LEARNING_RATE)
        return screens(studio_page(text, heading, language), relay, **options)

    return open_text


@pytest.fixture(scope="module")
def shared(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Relay], Page]]:
    """Open pages that all tests of a module put many graphs through, one for each relay."""
    pages: dict[Relay, Page] = {}

    def open_page(relay: Relay) -> Page:
        if relay not in pages:
            path = tmp_path_factory.mktemp("shared") / "page.html"
            path.write_text(page(relay), encoding="utf-8")
            pages[relay] = browser.new_page()
            pages[relay].goto(path.as_uri())
            pages[relay].wait_for_function("() => window.microgrid")
        return pages[relay]

    yield open_page
    for found in pages.values():
        found.close()
