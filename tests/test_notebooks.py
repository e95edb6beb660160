"""The lessons as they are saved: what each is made of, and that both languages are alike."""

from __future__ import annotations

import ast
import base64
import inspect
import io
import json
import math
import re
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests import notebooks
from tests.notebooks import (
    LESSONS,
    code_cells,
    compact_png,
    lines_that_count,
    notebook_of,
    read,
    saved_text,
    shape_of,
    tidied,
)

NOTEBOOKS = notebooks.found([LESSONS])
PAIRS = [path for path in NOTEBOOKS if path.parent.name == "en"]
NAMES = [
    "01_know",
    "02_think",
    "03_change",
    "04_neuron_and_layer",
    "05_by_layers",
    "06_learn_from_data",
    "07_under_the_hood",
]
LAYERS = "05_by_layers"
LAST = "07_under_the_hood"
LONGEST_CELL = 12  # lines
MAX_PICTURE_BYTES = 60_000
MAX_OUTPUT_BYTES = 1_500_000  # of all lessons in both languages
PICTURES = ("image/svg+xml", "image/png", "text/html")  # the last: matrices, as tables
read_once = cache(read)
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
each_lesson = pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
pytestmark = pytest.mark.filterwarnings("default")  # what Jupyter warns of is not ours to mend


# --- what they are made of -------------------------------------------------------------------------------------------


@each_notebook
def test_notebook_was_saved_by_the_tool(path: Path) -> None:
    notebook = read_once(path)
    assert saved_text(tidied(notebook)) == path.read_text(encoding="utf-8")
    assert all(cell.outputs for cell in code_cells(notebook) if ends_in_a_call(cell.source)), "an output is not saved"


def ends_in_a_call(code: str) -> bool:
    last = ast.parse(code).body[-1]
    called = last.value if isinstance(last, ast.Expr) else None
    return isinstance(called, ast.Call) and isinstance(called.func, ast.Name) and called.func.id in ("print", "draw")


def data_of(path: Path) -> list[dict[str, str]]:
    """List what the cells of a notebook show besides what they print, by media type."""
    return [output.data for cell in code_cells(read_once(path)) for output in cell.outputs if "data" in output]


@each_notebook
def test_notebook_shows_pictures_that_github_can_show(path: Path) -> None:
    shown = [sorted(data) for data in data_of(path) if set(data) - {"text/plain"}]
    assert shown
    assert all(kinds in ([picture, "text/plain"] for picture in PICTURES) for kinds in shown)
    assert "<iframe" not in json.dumps(data_of(path)), "a page inside a page"


@each_notebook
def test_stored_pictures_are_small(path: Path) -> None:
    pictures = [data[kind] for data in data_of(path) for kind in PICTURES if kind in data]
    assert max(len(picture.encode()) for picture in pictures) < MAX_PICTURE_BYTES


def test_stored_outputs_are_small() -> None:
    outputs = [cell.outputs for path in NOTEBOOKS for cell in code_cells(read_once(path))]
    assert len(json.dumps(outputs, ensure_ascii=False, indent=1).encode()) < MAX_OUTPUT_BYTES


@each_notebook
def test_notebook_names_no_folder_of_the_machine_it_was_saved_on(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"[\s'\"(](/(?:home|root|tmp|usr|Users)/\S+|[A-Z]:\\\\\S+)", text) == []
    assert "site-packages" not in text
    assert "sys.path" not in text


@each_notebook
def test_notebook_links_only_to_files_that_are_there(path: Path) -> None:
    prose = "\n".join(cell.source for cell in read_once(path).cells if cell.cell_type == "markdown")
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", prose) if "://" not in link]
    assert [link for link in links if not (path.parent / link).is_file()] == []


@each_notebook
def test_cell_that_is_to_be_predicted_asserts_nothing(path: Path) -> None:
    """An assertion there would tell the answer before the cell is run; it stands below what was seen instead."""
    cells = read_once(path).cells
    predicted = [cell for asked, cell in pairwise(cells) if re.search(r"\*\*(Predict|予想)", asked.source)]
    assert len(predicted) >= 4
    assert [cell.id for cell in predicted if re.search(r"^\s*assert\b", cell.source, re.MULTILINE)] == []


@each_notebook
def test_cells_are_short_enough_to_be_read_aloud(path: Path) -> None:
    long = {cell.id: n for cell in code_cells(read_once(path)) if (n := lines_that_count(cell.source)) > LONGEST_CELL}
    assert long == {}


# --- the numbers in the prose ----------------------------------------------------------------------------------------

# Neither a result nor given: what is a heading, a link, the time that a lesson takes, another place in the course, or
# the number of an exercise.
NO_CLAIMS = re.compile(
    r"^#.*$|\[[^]]*\]\([^)]*\)|about \d+ minutes|\d+ 分ほど"
    r"|\b(?:lesson|section|exercise)s? \d+(?:(?:,| and| to) \d+)*"
    r"|(?:レッスン|練習問題) ?\d+(?:(?:[、〜と]| から) ?\d+)*|\d+ ?節"
    r"|^\*\*\d+\.\*\*",
    re.MULTILINE | re.IGNORECASE,
)
NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])(\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+)(\.\d+)?(e[−+-]?\d+)?"
    r"(?: ?(thousand|million|万|億))?(?![A-Za-z0-9_])"
)
TIMES = {"thousand": 1e3, "million": 1e6, "万": 1e4, "億": 1e8, "": 1.0}


def numbers_of(text: str) -> dict[str, float]:
    """Find the numbers in a text, without their signs: as they are written, and what they are.

    >>> numbers_of("From −3 to 1,000,000; 1.6e−5 of 12 000, 3² and 100 万 for w1")
    {'3': 3.0, '1,000,000': 1000000.0, '1.6e−5': 1.6e-05, '12 000': 12000.0, '100 万': 1000000.0}
    """
    found = {}
    for match in NUMBER.finditer(text):
        whole, fraction, exponent, times = (part or "" for part in match.groups())
        digits = whole.replace(",", "").replace(" ", "") + fraction + exponent.replace("−", "-")
        found[match[0]] = float(digits) * TIMES[times]
    return found


def claims_of(notebook: Any) -> dict[str, float]:
    """Find the numbers that the prose of a lesson claims or gives."""
    prose = [NO_CLAIMS.sub(" ", cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    return {shown: number for text in prose for shown, number in numbers_of(text).items()}


def numbers_in_code(notebook: Any) -> set[float]:
    """Find the numbers that the code of a lesson holds, and those in the texts that it asserts."""
    nodes = [node for cell in code_cells(notebook) for node in ast.walk(ast.parse(cell.source))]
    constants = [node.value for node in nodes if isinstance(node, ast.Constant)]
    literals = {float(it) for it in constants if isinstance(it, int | float) and not isinstance(it, bool)}
    asserted = [part for node in nodes if isinstance(node, ast.Assert) for part in ast.walk(node)]
    texts = [part.value for part in asserted if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return literals | {number for text in texts for number in numbers_of(text).values()}


def numbers_checked_below(path: Path) -> set[float]:
    """Find the numbers in the test of a lesson, or of a section, whose cells assert nothing."""
    checks = {LAYERS: check_lesson_on_layers, LAST: check_section_on_second_derivatives}
    return numbers_in_code(notebook_of(inspect.getsource(checks[path.stem]))) if path.stem in checks else set()


@each_notebook
def test_every_number_in_the_prose_stands_in_an_assertion_or_in_the_code(path: Path) -> None:
    notebook = read_once(path)
    known = numbers_in_code(notebook) | numbers_checked_below(path)
    assert [shown for shown, number in claims_of(notebook).items() if number not in known] == []


def test_number_that_only_the_prose_claims_is_noticed() -> None:
    prose = "# 7. Title\n\n**1.** In lesson 5, see [8](9.ipynb): 0.5 is given, 4.162 asserted, 4.2 only said."
    notebook = notebook_of("w = 0.5", "print('4.2')\nassert show(w) == '4.162'")
    notebook.cells.append(nbformat.v4.new_markdown_cell(prose))  # type: ignore[no-untyped-call]
    known = numbers_in_code(notebook)
    assert claims_of(notebook) == {"0.5": 0.5, "4.162": 4.162, "4.2": 4.2}
    assert known == {0.5, 4.162}


# --- what the lesson on layers says, whose cells assert nothing ------------------------------------------------------

each_language = pytest.mark.parametrize("language", ["en", "ja"])


def names_after(language: str) -> dict[str, Any]:
    """Run the cells of the lesson on layers as plain Python, and return the names that they leave."""
    names: dict[str, Any] = {}
    for cell in code_cells(read_once(LESSONS / language / f"{LAYERS}.ipynb")):
        assert "assert" not in cell.source
        exec(cell.source, names)
    return names


@each_language
def test_lesson_on_layers_is_right(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    check_lesson_on_layers(names_after(language))
    *table, last = capsys.readouterr().out.splitlines()[-4:]
    assert last == "True"
    assert len({line.split(maxsplit=1)[1] for line in table}) == 1


def check_lesson_on_layers(lesson: dict[str, Any]) -> None:
    x, t, batch, ideals = (lesson[name] for name in ("x", "t", "batch", "ideals"))
    assert (lesson["y"], lesson["errors"]) == ([25 + 3, 25 - 3], [3, -3]) == ([28, 22], [3, -3])
    assert (3**2, (-3) ** 2, (9 + 9) / 2) == (9, 9, 9)
    assert [0 * number + 25 for number in x] == t  # answer 1

    layer, mse = lesson["Layer"](1.0, 25.0), lesson["MSE"]()
    assert mse.forward(layer.forward(x), t) == 9
    assert mse.backward() == [2 * 3 / 2, 2 * -3 / 2] == [3, -3]
    assert (layer.backward([3.0, -3.0]), layer.dW, layer.db) == ([3, -3], 3 * 3 + -3 * -3, 3 + -3) == ([3, -3], 18, 0)
    assert (layer.backward([3.0, -1.0]), layer.dW, layer.db) == ([3, -1], 12, 2)
    for rate, stays in ((0.11, True), (0.12, False)):  # answer 2
        layer = lesson["Layer"](1.0, 25.0)
        for _ in range(1000):
            mse.forward(layer.forward(x), t)
            layer.backward(mse.backward())
            layer.update(rate)
        assert (abs(layer.W) < 1, layer.b) == (stays, 25)

    network = lesson["two_neurons"]()
    first, relu, last = network.layers
    assert network.loss(network.forward(batch), ideals) == 9
    dx = last.backward(network.loss_layer.backward())
    assert dx == first.forward(batch) == [[3, -3], [-3, 3]]
    assert relu.backward(dx) == [[3, 0], [0, 3]]
    assert [cycles_until_content(lesson, rate) for rate in (0.01, 0.05, 0.1)] == [119, 24, 2]  # answer 3
    network.backward()
    gradients = [first.dW, first.db, last.dW, last.db]
    network.update(0.1)
    assert network.forward(batch) == [last.b] * 2 == [[25], [25]]
    assert relu.slopes == [[0, 0], [0, 0]]

    np, compute = lesson["np"], lesson["numpy_gradients"]
    two, hundred = (compute(lesson["two_neurons"](), batch * times, ideals * times) for times in (1, 100 // 2))
    single = compute(lesson["two_neurons"](), batch, ideals[:1])
    assert [single[name].tolist() for name in two] == [two[name].tolist() for name in two]
    with pytest.raises(ValueError, match="t must have the shape 2 × 1, got the shape 1 × 1"):
        network.loss(network.forward(batch), ideals[:1])
    assert two["dW1"].shape == hundred["dW1"].shape == (1, 2)
    assert all(np.allclose(two[name], hundred[name], rtol=0, atol=1e-12) for name in two)  # answer 4
    assert [gradient.tolist() for gradient in two.values()] == gradients
    assert sys.float_info.dig + 1 == 16


def cycles_until_content(lesson: dict[str, Any], learning_rate: float) -> int:
    network, cycles, loss = lesson["two_neurons"](), 0, 9.0
    while loss >= 0.01:
        loss, cycles = network.loss(network.forward(lesson["batch"]), lesson["ideals"]), cycles + 1
        network.backward()
        network.update(learning_rate)
    return cycles


@each_language
def test_lesson_on_layers_goes_on_without_numpy(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)  # an import of it fails
    names_after(language)
    printed = capsys.readouterr().out
    assert "pip install numpy" in printed
    assert printed.endswith("True\n")


# --- what the last lesson says of second derivatives, in a section whose cells assert nothing ------------------------


@each_language
def test_section_on_second_derivatives_is_right(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [cell.source for cell in read_once(LESSONS / language / f"{LAST}.ipynb").cells]
    start = next(i for i, source in enumerate(cells) if source.startswith("## 8."))
    section: dict[str, Any] = {}
    for source in (cells[start + 1], cells[start + 3], cells[start + 7]):  # without the figure
        exec(source, section)
    check_section_on_second_derivatives(section)
    assert re.findall(r"\d+", " ".join(capsys.readouterr().out.splitlines()[:2])) == ["24", "44"]


def check_section_on_second_derivatives(section: dict[str, Any]) -> None:
    differentiate, x, slope, walk = (section[name] for name in ("differentiate", "x", "slope", "walk"))
    assert (x.data, slope.data, differentiate(slope, x).data) == (2, 24, 44)
    assert len(section["newton"]) - 1 == 6
    assert len(section["descent"]) - 1 > 100
    shrinking = [(after - 1) / (before - 1) for before, after in pairwise(section["descent"])][50:]
    assert max(shrinking) - min(shrinking) < 0.01
    errors = [abs(number - 1) for number in section["newton"][3:]]
    assert all(math.log10(after) < 1.8 * math.log10(before) for before, after in pairwise(errors))
    top = walk(0.4, lambda slope, x: slope.data / differentiate(slope, x).data)[-1]
    assert abs(top - 0) < 1e-9
    assert 13 * 13 == 169
    assert 1e-6 == 1 / 1_000_000 == 10**-6


# --- both languages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_language_has_the_seven_lessons_and_no_other(language: str) -> None:
    assert sorted(path.name for path in (LESSONS / language).glob("*.ipynb")) == [f"{name}.ipynb" for name in NAMES]


@each_lesson
def test_cells_of_both_languages_are_of_the_same_kinds_in_the_same_order(path: Path) -> None:
    english, japanese = read_once(path), read_once(LESSONS / "ja" / path.name)
    assert [cell.cell_type for cell in english.cells] == [cell.cell_type for cell in japanese.cells]


@each_lesson
def test_code_of_both_languages_is_the_same_but_for_words(path: Path) -> None:
    english, japanese = code_cells(read_once(path)), code_cells(read_once(LESSONS / "ja" / path.name))
    pairs = zip(english, japanese, strict=True)
    assert [en.id for en, ja in pairs if shape_of(en.source) != shape_of(ja.source)] == []


# --- the tool itself -------------------------------------------------------------------------------------------------


def test_tool_asks_for_a_notebook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert notebooks.main([str(tmp_path / "nowhere")]) == 2
    assert "expected a notebook" in capsys.readouterr().err


def test_png_loses_its_texts_and_keeps_its_colours() -> None:
    image = Image.new("RGBA", (20, 10), "white")
    image.paste("#b3471d", (5, 5, 15, 10))
    noisy = io.BytesIO()
    image.save(noisy, "PNG", pnginfo=_texts())
    compact = compact_png(noisy.getvalue())
    with Image.open(io.BytesIO(compact)) as saved:
        assert saved.info == {}
        assert saved.convert("RGBA").tobytes() == image.tobytes()
    assert compact_png(compact) == compact


def _texts() -> PngInfo:
    texts = PngInfo()
    texts.add_text("Software", "x")
    return texts


def test_player_is_saved_as_its_picture() -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" />'
    encoded = base64.b64encode(picture.encode()).decode()
    page = f'<iframe srcdoc="a page"></iframe>\n<img alt="graph" src="data:image/svg+xml;base64,{encoded}">'
    notebook = notebook_of("relay.player()")
    data = {"text/html": page, "text/plain": "Player(height=500)"}
    notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", data)]  # type: ignore[no-untyped-call]
    (output,) = tidied(notebook).cells[0].outputs
    assert output.data == {"image/svg+xml": picture, "text/plain": "Player(height=500)"}


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("draw(loss)  # look", "draw(loss)  # 見る"),
        ("print('a' 'b')", "print('あ')"),
        ("print(f'{x} is {y:.2f}')", "print(f'{x}は{y:.2f}です')"),
        ("relay.text()", "relay.text( )"),
    ],
)
def test_words_and_comments_may_differ(english: str, japanese: str) -> None:
    assert shape_of(english) == shape_of(japanese)


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("x = 1", "x = 2"),
        ("x = 1", "y = 1"),
        ("print('a')", "print(f'{a}')"),
        ("print(f'{x} {y}')", "print(f'{y} {x}')"),
        ("print(f'{x:.2f}')", "print(f'{x:.3f}')"),
        ("print(f'{x!r}')", "print(f'{x}')"),
        ("print('a', 'b')", "print('a')"),
        ("a + b", "b + a"),
    ],
)
def test_numbers_names_and_structure_may_not_differ(english: str, japanese: str) -> None:
    assert shape_of(english) != shape_of(japanese)
