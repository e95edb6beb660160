"""The checker of accessibility: that it notices what it is there for."""

from __future__ import annotations

import pytest

from tests.browser import Opener
from tests.studio.accessibility import AA_21, check_accessible, violations
from tests.studio.test_page import neuron

FAULTS = {
    "image-alt": "document.body.append(new Image())",
    "button-name": "document.body.append(document.createElement('button'))",
    "color-contrast": "document.querySelector('#sentence').style.color = '#ccc'",
    "target-size": "document.querySelectorAll('#zoom button').forEach((b) => b.style.cssText = "
    "'width: 9px; height: 9px; min-width: 0; min-height: 0; padding: 0; margin: 0')",
}


@pytest.mark.parametrize("rule", FAULTS)
def test_planted_fault_is_noticed(rule: str, opened: Opener) -> None:
    screen = opened(neuron())
    screen.page.evaluate(f"() => {{ {FAULTS[rule]} }}")
    assert rule in {violation.partition(":")[0] for violation in violations(screen.page)}


def test_fault_of_one_language_and_one_scheme_is_told_with_both(opened: Opener) -> None:
    screen = opened(neuron())
    pale = "@media (prefers-color-scheme: dark) {[lang=ja] #sentence {color: #444}}"
    screen.page.evaluate(
        """(text) => {
          const style = new CSSStyleSheet();
          style.replaceSync(text);
          document.adoptedStyleSheets = [style];
        }""",
        pale,
    )
    with pytest.raises(AssertionError) as caught:
        check_accessible(screen, tags=AA_21)
    assert {line.partition(": [")[0] for line in str(caught.value).splitlines() if "#sentence" in line} == {
        "ja, dark: color-contrast"
    }
    assert screen.page.evaluate("document.documentElement.lang") == "en"
