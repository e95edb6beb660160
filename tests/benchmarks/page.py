"""How fast the page of a network is: `python -m tests.benchmarks.page` writes it, opens it and moves through it."""

from __future__ import annotations

import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pytest

from microgrid import Relay
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from microgrid.studio.page import page
from tests.browser import _chromium as chromium

TURNS = 5
STEPS = """async () => {
    const {go, derived} = window.microgrid, times = [];
    const picture = document.querySelector("#graph svg");
    for (let i = 1; i <= derived.steps.length; i++) {
        const begin = performance.now();
        go(i);
        picture.getBoundingClientRect(); // layout belongs to it
        times.push(performance.now() - begin);
        if (i % 20 === 0) await new Promise(requestAnimationFrame);
    }
    return times;
}"""


def main() -> int:
    """Measure, and print the medians."""
    try:
        from playwright.sync_api import sync_playwright

        path = chromium()
    except (ImportError, pytest.skip.Exception) as error:
        print(f"this needs Playwright and Chromium: {error}", file=sys.stderr)
        return 2
    model = MLP(3, [16, 16, 1], activation="tanh", seed=1)
    relay = Relay(mean_squared_error(model([0.5, -0.3, 0.8]), 0.7))
    begin = time.perf_counter()
    text = page(relay)
    writing = time.perf_counter() - begin
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder) / "relay.html"
        file.write_text(text, encoding="utf-8")
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        opened, stepped = [], []
        for _ in range(TURNS):
            tab = browser.new_page(viewport={"width": 1280, "height": 800})
            begin = time.perf_counter()
            tab.goto(file.as_uri())
            tab.wait_for_function("() => window.microgrid")  # a bare expression is refused by its policy
            opened.append(time.perf_counter() - begin)
            stepped += tab.evaluate(STEPS)
            tab.close()
        print(f"Python {platform.python_version()}, Chromium {browser.version}, {platform.machine()}")
        browser.close()
    quantiles = statistics.quantiles(stepped, n=100)
    print(f"page of 3-16-16-1: {len(text.encode('utf-8')):,} bytes, written in {writing * 1e3:.0f} ms")
    print(f"opened, until its first step can be taken: {statistics.median(opened) * 1e3:.0f} ms (median of {TURNS})")
    median = statistics.median(stepped)
    print(f"one step of {len(stepped) // TURNS}: {median:.2f} ms (median), {quantiles[98]:.2f} ms (99 %)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
