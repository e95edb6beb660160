"""The studio as Python writes it: what is in the page, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from microgrid import Relay
from microgrid._util.files import asset
from microgrid.documents import ExpressionError
from microgrid.documents.document import read_document
from microgrid.documents.examples import Heading, example
from microgrid.documents.gallery import GALLERY, text_in
from microgrid.documents.networks import DATA_NAMES, data_named, network_documents
from microgrid.studio.page import (
    MAX_CARDS,
    MAX_EDGES,
    MAX_TABLE_ROWS,
    MAX_TABLE_VALUES,
    network_page,
    page,
    studio_page,
)


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


@pytest.mark.parametrize("write", [studio_page, lambda: page(example("blame").record())])
def test_every_page_holds_the_networks_and_the_data_to_build_on(write: Callable[[], str]) -> None:
    content = write()
    networks = element(content, "networks")
    assert [(each["kind"], each["name"]) for each in networks] == [("network", name) for name in network_documents()]
    assert all(each["title"]["ja"] and each["note"]["ja"] for each in networks)
    datasets = element(content, "datasets")
    assert [*datasets] == [*DATA_NAMES]
    assert {each["network"]["data"] for each in networks} <= {*datasets}
    assert datasets["moons"]["rows"] == data_named("moons").to_json()["rows"]
    assert datasets["moons"]["title"] == {"en": "two moons", "ja": "2 つの三日月"}


def test_page_of_a_network_opens_with_it() -> None:
    spec = network_documents()["moons"].spec
    content = network_page(spec, Heading({"en": "my moons"}), "en")
    document = element(content, "document")
    assert (document["kind"], document["title"]["en"]) == ("network", "my moons")
    assert document["network"] == {**spec.to_json(), "data": "moons"}  # which the page has
    assert "<title>my moons · microgrid</title>" in content


def test_table_of_many_values_ends_with_the_output() -> None:
    rows = re.findall("<tr><t[hd].*</tr>", page(Relay(read_document("a = 1\nb = a" + " + a" * 150 + "\nb*2"))))
    assert len(rows) == 1 + MAX_TABLE_VALUES  # the heading, and the first and the last of them with … between
    assert "…" in rows[-2]
    assert "<td>302</td>" in rows[-1]


def test_predictions_are_seen_where_no_program_runs() -> None:
    content = network_page(network_documents()["penguins"].spec, language="ja")
    assert '<th scope="col">くちばしの高さ</th><th scope="col">種</th><th scope="col">予測</th>' in content
    rows = re.findall("<tr><td>.*</tr>", content)
    assert len(rows) == MAX_TABLE_ROWS
    assert all(re.search("</td><td>(アデリー|ヒゲ|ジェンツー)ペンギン</td></tr>$", row) for row in rows)
