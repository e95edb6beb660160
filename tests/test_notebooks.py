"""The lessons: each runs from top to bottom and shows what is saved in it, in both languages alike."""

from __future__ import annotations

import ast
import asyncio
import base64
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests import notebooks
from tests.notebooks import LESSONS, executed, lines_that_count, plain_png, read, saved_text, shape_of, tidied

NOTEBOOKS = notebooks.found([LESSONS])
PAIRS = [path for path in NOTEBOOKS if path.parent.name == "en"]
LONGEST_CELL = 12  # lines
LARGEST_FILE = 1_500_000  # bytes
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
each_lesson = pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
pytestmark = pytest.mark.filterwarnings("default")  # what Jupyter warns of is not ours to mend


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook: Any) -> list[tuple[int, str, object]]:
    """List what the cells show: what they print or return as text, and which kinds of pictures there are."""
    things: list[tuple[int, str, object]] = []
    for number, cell in enumerate(code_cells(notebook), start=1):
        if "skip-output-check" in cell.metadata.get("tags", []):
            continue
        for output in cell.outputs:
            data = output.get("data", {})
            kinds = sorted(data)
            text = output.get("text") or output.get("evalue") or data.get("text/plain")
            things.append((number, f"{output.output_type} {', '.join(kinds)}", text))
    return things


# --- running them ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[Callable[[Path], Any]]:
    """Run the notebooks of the tests that were asked for, two at a time; give the result of each when it is there."""
    test = test_notebook_runs_and_shows_what_is_saved_in_it
    items = [item for item in request.session.items if isinstance(item, pytest.Function) and item.obj is test]
    with ThreadPoolExecutor(2) as pool:
        runs: dict[object, Future[Any]] = {}
        for item in items:
            path = item.callspec.params["path"]
            assert isinstance(path, Path)
            runs[path] = pool.submit(executed, read(path))
        yield lambda path: runs[path].result()
        pool.shutdown(cancel_futures=True)


@each_notebook
def test_notebook_runs_and_shows_what_is_saved_in_it(path: Path, running: Callable[[Path], Any]) -> None:
    assert shown(running(path)) == shown(read(path))


# --- what they are made of -------------------------------------------------------------------------------------------


@each_notebook
def test_notebook_was_saved_by_the_tool(path: Path) -> None:
    notebook = read(path)
    assert saved_text(tidied(notebook)) == path.read_text(encoding="utf-8")
    assert all(cell.outputs for cell in code_cells(notebook) if ends_in_a_call(cell.source)), "an output is not saved"


def ends_in_a_call(code: str) -> bool:
    last = ast.parse(code).body[-1]
    called = last.value if isinstance(last, ast.Expr) else None
    return isinstance(called, ast.Call) and isinstance(called.func, ast.Name) and called.func.id in ("print", "draw")


@each_notebook
def test_notebook_shows_a_picture_that_github_can_show(path: Path) -> None:
    kinds = {kind for cell in code_cells(read(path)) for output in cell.outputs for kind in output.get("data", {})}
    assert kinds & {"image/svg+xml", "image/png"}


@each_notebook
def test_notebook_names_no_folder_of_the_machine_it_was_saved_on(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"[\s'\"(](/(?:home|root|tmp|usr|Users)/\S+|[A-Z]:\\\\\S+|\S*site-packages\S*)", text) == []
    assert "sys.path" not in text


@each_notebook
def test_notebook_is_small_enough_to_be_shown(path: Path) -> None:
    assert path.stat().st_size < LARGEST_FILE


@each_notebook
def test_notebook_links_only_to_files_that_are_there(path: Path) -> None:
    prose = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", prose) if "://" not in link]
    assert [link for link in links if not (path.parent / link).is_file()] == []


@each_notebook
def test_cells_are_short_enough_to_be_read_aloud(path: Path) -> None:
    long = {cell.id: n for cell in code_cells(read(path)) if (n := lines_that_count(cell.source)) > LONGEST_CELL}
    assert long == {}


# --- both languages --------------------------------------------------------------------------------------------------


def test_both_languages_have_the_same_lessons() -> None:
    english, japanese = ({path.name for path in (LESSONS / language).glob("*.ipynb")} for language in ("en", "ja"))
    assert english == japanese


@each_lesson
def test_cells_of_both_languages_are_of_the_same_kinds_in_the_same_order(path: Path) -> None:
    english, japanese = read(path), read(LESSONS / "ja" / path.name)
    assert [cell.cell_type for cell in english.cells] == [cell.cell_type for cell in japanese.cells]


@each_lesson
def test_code_of_both_languages_is_the_same_but_for_words(path: Path) -> None:
    english, japanese = code_cells(read(path)), code_cells(read(LESSONS / "ja" / path.name))
    pairs = zip(english, japanese, strict=True)
    assert [en.id for en, ja in pairs if shape_of(en.source) != shape_of(ja.source)] == []


# --- the tool itself -------------------------------------------------------------------------------------------------


def notebook_of(*cells: str) -> Any:
    """Make a notebook of code cells, with ids and metadata as an editor may leave them."""
    made = [nbformat.v4.new_code_cell(cell, metadata={"collapsed": True}) for cell in cells]  # type: ignore[no-untyped-call]
    return nbformat.v4.new_notebook(cells=made, metadata={"widgets": {}})  # type: ignore[no-untyped-call]


NOISY = (
    "import sys, tqdm\nfor _ in tqdm.tqdm(range(3)):\n    pass",
    "print('one')\nprint('hidden', file=sys.stderr)\nprint('two')\nobject()",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
)


def test_notebook_is_saved_without_times_addresses_and_progress_bars_and_the_same_on_the_next_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "noisy.ipynb"
    file.write_text(saved_text(notebook_of(*NOISY)), encoding="utf-8")
    assert notebooks.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("  saved\n")
    saved = read(file)
    assert [cell.id for cell in saved.cells] == ["cell-1", "cell-2", "cell-3"]
    assert [cell.execution_count for cell in saved.cells] == [1, 2, 3]
    bar, text, picture = saved.cells
    assert bar.outputs == []
    assert text.metadata == {}
    assert shown(saved)[:2] == [(2, "stream ", "one\ntwo\n"), (2, "execute_result text/plain", "<object>")]
    png = base64.b64decode(picture.outputs[0].data["image/png"])
    assert b"matplotlib" not in png.lower()
    assert notebooks.main([str(file)]) == 0
    assert capsys.readouterr().out.endswith("  the same as before\n")


def test_failing_cell_leaves_the_file_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.ipynb"
    before = saved_text(notebook_of("print(1)", "assert 1 == 2, 'not equal'"))
    file.write_text(before, encoding="utf-8")
    assert notebooks.main([str(file)]) == 1
    assert file.read_text(encoding="utf-8") == before
    assert "not equal" in capsys.readouterr().err


def test_notebook_runs_beside_an_event_loop() -> None:
    async def asked_in_a_loop() -> Any:
        return executed(notebook_of("print(6 * 7)"))

    assert shown(asyncio.run(asked_in_a_loop())) == [(1, "stream ", "42\n")]


def test_tool_asks_for_a_notebook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert notebooks.main([str(tmp_path / "nowhere")]) == 2
    assert "expected a notebook" in capsys.readouterr().err


def test_picture_loses_its_texts_and_keeps_its_pixels() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    start, middle, end = chunk(b"IHDR", bytes(13)), chunk(b"IDAT", b"pixels"), chunk(b"IEND", b"")
    noisy = b"".join(
        [notebooks.PNG_SIGNATURE, start, chunk(b"tEXt", b"Software\0x"), middle, chunk(b"tIME", bytes(7)), end]
    )
    assert plain_png(noisy) == notebooks.PNG_SIGNATURE + start + middle + end


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
