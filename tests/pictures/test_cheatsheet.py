"""The cheat sheet: complete in both languages, true to the formulas and to the relay, and one sheet of paper."""

from __future__ import annotations

import html
import io
import itertools
import math
import re
import string
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from microgrid.cli import command as cli
from microgrid.graph.operations import OPERATIONS, evaluate, name_of
from microgrid.language.words import LANGUAGES, words
from microgrid.nn import Neuron
from microgrid.pictures.cheatsheet import CODE, DEFINITIONS, _words, cheat_sheet
from microgrid.training import Cycle
from tests.browser import needed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

each_language = pytest.mark.parametrize("language", LANGUAGES)


class _Reader(HTMLParser):
    """Collects the texts of table cells, row by row, and the whole text; powers are written with ^ again."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text = ""
        self.in_cell = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True
        elif tag == "sup":
            self.handle_data("^(")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.in_cell = False
        elif tag == "sup":
            self.handle_data(")")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.in_cell:
            self.rows[-1][-1] += data


def read(language: str = "en") -> _Reader:
    reader = _Reader()
    reader.feed(re.sub(r"<style>.*?</style>", "", cheat_sheet(language), flags=re.DOTALL))
    return reader


def row(name: str, language: str = "en") -> list[str]:
    (found,) = [cells for cells in read(language).rows if cells[0] == name]
    return found


# --- words -----------------------------------------------------------------------------------------------------------


def test_both_languages_say_the_same_things_about_the_same_numbers() -> None:
    english, japanese = _words("en"), _words("ja")
    assert list(english) == list(japanese)
    for key in english:
        fields = [{field for _, field, _, _ in string.Formatter().parse(text[key])} for text in (english, japanese)]
        assert fields[0] == fields[1], key


@each_language
def test_every_text_of_the_language_is_on_the_sheet(language: str) -> None:
    sheet = html.unescape(cheat_sheet(language))
    for key, text in _words(language).items():
        for part in re.split(r"\{\w+\}", text):
            assert part in sheet, key
    assert "{" not in read(language).text


@each_language
def test_three_steps_are_named_in_their_order(language: str) -> None:
    headings = re.findall(r"<i>(\d)</i>([^<]+)", cheat_sheet(language))
    names = [words(language)[f"phase.{phase}"] for phase in ("know", "think", "change")]
    assert headings == [("1", names[0]), ("2", names[1]), ("3", names[2])]


def test_code_of_the_steps_is_one_cycle_that_learns() -> None:
    cycle = Cycle(Neuron(1, "linear", seed=0), [[1.0]], [2.0])
    for line in CODE.values():
        exec(line, {"cycle": cycle})
    assert cycle.know().data < Cycle(Neuron(1, "linear", seed=0), [[1.0]], [2.0]).know().data


def test_japanese_keeps_to_the_glossary() -> None:
    text = read("ja").text
    assert "順伝播" in text
    assert "連鎖律" in text
    assert "局所微分" in text
    assert not re.search("伝搬|連鎖率", text)


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language must be one of en, ja, got 'fr'"):
        cheat_sheet("fr")


# --- the table of operations -----------------------------------------------------------------------------------------


@each_language
def test_every_operation_has_a_row(language: str) -> None:
    assert [cells[0] for cells in read(language).rows[1:]] == [name_of(op, language) for op in OPERATIONS]


@pytest.mark.parametrize(
    "expected",
    [
        ["product", "a × b", "b", "a"],
        ["difference", "a − b", "1", "−1"],
        ["quotient", "a ÷ b", "1/b", "−y/b"],
        ["power", "a^(b)", "b × a^(b − 1)", "y × log(a)"],
        ["square root", "√a", "0.5/y"],
        ["hyperbolic tangent", "tanh(a) = 1 − 2 ÷ (exp(2 × a) + 1)", "1 − y²"],
        ["relu", "relu(a) = a where a > 0, else 0", "1 where a > 0, else 0"],
        ["maximum", "max(a, b) = the larger", "1 where a ≥ b, else 0", "0 where a ≥ b, else 1"],
        ["total", "Σ a", "∂y/∂a = 1"],
        ["weighted sum", "Σ w × x + b", "∂y/∂w = x", "∂y/∂x = w, ∂y/∂b = 1"],
    ],
    ids=lambda cells: cells[0],
)
def test_row_tells_value_and_local_derivatives(expected: list[str]) -> None:
    assert row(expected[0]) == expected


def test_row_in_japanese() -> None:
    assert row("ReLU", "ja") == ["ReLU", "relu(a) = a > 0 なら a、そうでなければ 0", "a > 0 なら 1、そうでなければ 0"]


@pytest.mark.parametrize("op", DEFINITIONS)
@pytest.mark.parametrize("a", [-2.0, -0.5, 0.0, 0.25, 3.0])
def test_definition_gives_the_value_of_the_operation(op: str, a: float) -> None:
    definition = DEFINITIONS[op].replace("−", "-").replace("×", "*").replace("÷", "/")
    assert eval(definition, {"a": a, "exp": math.exp, "log": math.log}) == pytest.approx(evaluate(op, (a,)), abs=1e-15)


def test_every_name_that_is_no_formula_is_defined() -> None:
    known = {"exp", "log", "sin", "cos"}  # from school
    names = {op: re.findall(r"[a-z_]{3,}", formula.shown) for op, formula in OPERATIONS.items()}
    unexplained = {op for op, found in names.items() if set(found) - known}
    assert unexplained == {*DEFINITIONS, "relu", "leaky_relu", "maximum", "minimum"}
    assert all(f"define.{op}" in _words("en") for op in unexplained - set(DEFINITIONS))


# --- the numbers, by hand: loss = a × d, d = a − b at a = 3, b = 1 ---------------------------------------------------


@each_language
def test_rules_are_told_with_the_numbers_of_the_picture(language: str) -> None:
    text = read(language).text
    assert "3 × (−1) = −3" in text  # from d, whose gradient is a = 3, to b
    assert "2 + 3 = 5" in text  # a receives d = 2 at once, and 3 × 1 by way of d
    assert "+0.05" in text  # 5 × 0.01
    assert "+0.0501" in text  # 3.01 × 2.01 − 3 × 2


def test_picture_gives_every_share_its_colour_and_its_width() -> None:
    lines = re.findall(r'<g class="edge (\w+)" id="e\d"><path class="line" stroke-width="([\d.]+)"', cheat_sheet())
    shares = re.findall(r'<text class="share[^>]*>([^<]*)', cheat_sheet())
    edges = [(*line, share) for line, share in zip(lines, shares, strict=True)]
    assert sorted(edges, key=lambda edge: edge[2]) == [
        ("positive", "2.87", "2"),  # 0.6 + 3.4 × 2/3
        ("positive", "4.00", "3"),
        ("positive", "4.00", "3"),
        ("negative", "4.00", "−3"),
    ]


def test_picture_speaks_the_language_of_the_sheet() -> None:
    assert re.findall(r'<text class="word \w+-word"[^>]*>([^<]*)', cheat_sheet("ja")) == ["値", "勾配"] * 4


@each_language
def test_layer_leaves_three_gradients_behind(language: str) -> None:
    upstream = _words(language)["dense.upstream"]
    rules = re.findall(r'<dt>(\w+)</dt><dd class="math">= ([^<]*)', cheat_sheet(language))
    assert rules == [("dW", f"{upstream} × x"), ("db", upstream), ("dx", f"Σ {upstream} × w")]


# --- a sheet of paper ------------------------------------------------------------------------------------------------


@each_language
def test_sheet_needs_nothing_from_elsewhere(language: str) -> None:
    sheet = cheat_sheet(language)
    assert re.findall(r'(?:src|href)="|url\(|@import|<script', sheet) == []
    assert f'<html lang="{language}">' in sheet
    assert cheat_sheet(language) == sheet


@pytest.fixture
def screen(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield page
    page.close()


def plain(text: str) -> str:
    """Leave out spaces, and the variants of characters that a PDF may hold."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


@each_language
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_sheet_is_one_page_on_either_paper_with_all_that_is_on_it(language: str, paper: str, screen: Page) -> None:
    pypdf = needed("pypdf")
    screen.set_content(cheat_sheet(language))
    pdf = pypdf.PdfReader(io.BytesIO(screen.pdf(format=paper, prefer_css_page_size=True)))
    assert len(pdf.pages) == 1
    text = plain(pdf.pages[0].extract_text())
    for op in OPERATIONS:
        assert plain(name_of(op, language)) in text
    assert text.endswith(plain(_words(language)["made"]))


@each_language
def test_nothing_on_the_sheet_is_cut_off_or_overlaps(language: str, screen: Page) -> None:
    screen.set_content(cheat_sheet(language))
    too_wide = """() => [...document.querySelectorAll("body *")].filter((element) => !element.closest("svg"))
        .filter((element) => element.getBoundingClientRect().right > document.body.getBoundingClientRect().right + 1)
        .map((element) => element.outerHTML.slice(0, 80))"""
    assert screen.evaluate(too_wide) == []
    places = "() => [...document.body.children].map((e) => e.getBoundingClientRect()).map((r) => [r.top, r.bottom])"
    blocks: list[Any] = screen.evaluate(places)
    assert all(above[1] <= below[0] for above, below in itertools.pairwise(blocks))


# --- the command -----------------------------------------------------------------------------------------------------


def test_command_writes_the_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["sheet"]) == 0
    assert capsys.readouterr().out == (
        "wrote cheatsheet.html; open it in a browser and print it, on one page of A4 or Letter\n"
    )
    assert Path("cheatsheet.html").read_text(encoding="utf-8") == cheat_sheet("en")
    assert cli.main(["sheet", "--language", "ja", "-o", "wall.html"]) == 0
    assert Path("wall.html").read_text(encoding="utf-8") == cheat_sheet("ja")
