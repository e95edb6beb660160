"""The tiers of the tests, how Hypothesis looks for examples, and the fixtures of `tests.browser`.

A test is quick unless it is marked `slow`, `browser`, `smoke` or `campaign`. The folders `slow/`, `studio/smoke/` and
`campaigns/` mark what they hold, and the fixture `browser` marks the tests that ask for it.
"""

from __future__ import annotations

import functools
import gc
import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.browser import browser, opened, ordinary_page, ordinary_paths, screens, shared, studio

__all__ = ["browser", "opened", "ordinary_page", "ordinary_paths", "screens", "shared", "studio"]

HERE = Path(__file__).parent
TIERS = {HERE / "slow": "slow", HERE / "studio" / "smoke": "smoke", HERE / "campaigns": "campaign"}

gc.disable()  # until the tests are collected
os.environ["MPLBACKEND"] = "Agg"  # figures are drawn, and no window is opened
os.environ["LANGUAGE"] = "en"  # commands speak English, whatever the locale
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup has it ignored, which commands respect

# No time limit for an example: a busy machine changes nothing. In CI the examples are the same on every run.
settings.register_profile("quick", deadline=None, max_examples=25, derandomize="CI" in os.environ)
settings.register_profile("campaign", deadline=None, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout."""
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(HERE.parent)).build(directory=str(folder), versions=["standard"])
    return Path(path)


@functools.cache
def tiers_of(path: Path) -> list[str]:
    return [tier for folder, tier in TIERS.items() if folder in path.parents]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of a folder, and those that need a browser."""
    for item in items:
        for tier in tiers_of(item.path):
            item.add_marker(tier)
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_collection_finish() -> None:
    """Let the garbage collector begin; what tests share needs not be searched often."""
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 100)
    gc.enable()
