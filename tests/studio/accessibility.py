"""Check a page with axe against WCAG at level AA, in one line for every language, by day and by night."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from microgrid.language.words import LANGUAGES
from tests.browser import Screen, needed

if TYPE_CHECKING:
    from playwright.sync_api import Page

AA_21 = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")  # axe's names of the rules up to WCAG 2.1, level AA
AA = (*AA_21, "wcag22aa")  # … and up to WCAG 2.2
SCHEMES = ("light", "dark")


def violations(page: Page, tags: Sequence[str] = AA) -> list[str]:
    """Return each violation of a rule with one of these tags: the rule, the element and what is wrong with it."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(needed("axe_playwright_python.sync_playwright").Axe().axe_script)
    # What passes is not told: to list it takes longer than to check it.
    options = {"runOnly": {"type": "tag", "values": list(tags)}, "resultTypes": ["violations"]}
    found = page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


def check_accessible(
    screen: Screen,
    *,
    tags: Sequence[str] = AA,
    languages: Sequence[str] = LANGUAGES,
    schemes: Sequence[str] = SCHEMES,
) -> None:
    """Make sure that axe finds nothing in the state that the page is in, in each language and each colour scheme."""
    first = screen.page.evaluate("document.documentElement.lang")
    found = []
    for language in languages:
        speak(screen.page, language)
        for scheme in schemes:
            screen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found += [f"{language}, {scheme}: {violation}" for violation in violations(screen.page, tags)]
    speak(screen.page, first)
    assert not found, "\n".join(found)


def speak(page: Page, language: str) -> None:
    """Switch the page to a language; a script presses the button, which a dialog may cover."""
    if page.evaluate("document.documentElement.lang") != language:
        page.evaluate("document.querySelector('#language').click()")
        page.wait_for_function("(language) => document.documentElement.lang === language", arg=language)
