"""How Hypothesis looks for examples: without a time limit anywhere, and in CI the same ones on every run.

The fixtures of `tests.browser` are made known here.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.browser import browser, opened, ordinary_page, shared

__all__ = ["browser", "opened", "ordinary_page", "shared"]

os.environ["MPLBACKEND"] = "Agg"  # figures are drawn, and no window is opened

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("campaign", deadline=None, max_examples=5000)
settings.register_profile("mutation", deadline=None, max_examples=25, derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "here"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, so that it can be chosen."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
