"""The studio as Python writes it: what is in the page, without a browser."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from microgrid._util.files import asset
from microgrid.documents import ExpressionError
from microgrid.documents.examples import Heading
from microgrid.documents.gallery import GALLERY, text_in
from microgrid.studio.page import MAX_CARDS, MAX_EDGES, studio_page


def element(content: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', content, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_document_is_the_text() -> None:
    content = studio_page("w = 3; w**2", Heading({"en": "a square"}), "en", learning_rate=0.2)
    document = element(content, "document")
    assert (document["kind"], document["text"], document["learningRate"]) == ("text", "w = 3; w**2", 0.2)
    assert "<title>a square · microgrid</title>" in content
    assert "<td>9</td>" in content  # where no program runs


def test_without_a_text_it_opens_with_the_first_of_the_gallery() -> None:
    document = element(studio_page(), "document")
    assert document["name"] == next(iter(GALLERY))
    assert document["texts"] == {language: text_in(document["name"], language) for language in ("en", "ja")}
    assert "learningRate" not in document


def test_learning_rate_is_that_of_the_gallery_too() -> None:
    assert element(studio_page(learning_rate=0.3), "document")["learningRate"] == 0.3


def test_python_and_the_app_show_graphs_of_the_same_size() -> None:
    limits = re.search(r"MAX_CARDS = (\d+),.*\n\s*MAX_EDGES = (\d+);", asset("studio/app/actions/parts.js"))
    assert limits
    assert [*map(int, limits.groups())] == [MAX_CARDS, MAX_EDGES]


def test_text_that_is_no_document_is_refused() -> None:
    with pytest.raises(ExpressionError, match="n has no value"):
        studio_page("w = 3; w*n")
    with pytest.raises(ValueError, match="a page shows at most 600"):
        studio_page("a = 1\n" + "a = a*2\n" * 400)


def test_text_cannot_leave_its_element() -> None:
    content = studio_page('w = Value(3, "</script><script>alert(1)</script>")\nw*2 # <!--')
    assert "<script>alert" not in content
    assert element(content, "document")["text"].endswith("# <!--")
