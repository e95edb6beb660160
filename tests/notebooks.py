"""Run the lessons and save what they show: `python -m tests.notebooks [PATH …]`.

Each notebook is executed from top to bottom in an empty folder, and its outputs are saved in the file, so that they are
there where nobody runs it. What differs from one run or machine to the next is left out, so that the same lesson is
the same file: times, addresses in memory, progress bars, versions, what a picture says of the program that drew it.
An output is saved in one format, and small: a graph as SVG, a figure as PNG of few colours, a player as its picture.
The live page comes when the cell is run. A notebook in which a cell fails is left as it was.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import io
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

from microgrid._util.files import write_atomic

LESSONS = Path(__file__).parents[1] / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
PNG_COLOURS = 48  # the figures have few colours, and shades between them at the edges
PLAYER_PICTURE = re.compile(r'<iframe.*<img [^>]*src="data:image/svg\+xml;base64,([^"]+)"', re.DOTALL)


def read(path: Path) -> Any:
    """Read a notebook and make sure that it is a valid one."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    return notebook


def notebook_of(*cells: str) -> Any:
    """Make a notebook of code cells, with ids and metadata as an editor may leave them."""
    made = [nbformat.v4.new_code_cell(cell, metadata={"collapsed": True}) for cell in cells]  # type: ignore[no-untyped-call]
    return nbformat.v4.new_notebook(cells=made, metadata={"widgets": {}})  # type: ignore[no-untyped-call]


def code_cells(notebook: Any) -> list[Any]:
    """List the cells of a notebook that hold code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def executed(notebook: Any) -> Any:
    """Run a copy of the notebook, tidied; raise CellExecutionError where a cell fails."""
    copy = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(copy, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}})
        client.extra_arguments = ["--log-level=ERROR"]  # no warnings of how the kernel is connected
        run = client.async_execute(env=os.environ | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"})
        # In an event loop of its own, which ends with it (the one that nbclient would make stays open), and in a thread
        # of its own, because a browser's loop may be running in this one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, run).result()
    return tidied(copy)


def tidied(notebook: Any) -> Any:
    """Return the notebook without what depends on the run or the machine."""
    cells = [_tidied_cell(cell, position) for position, cell in enumerate(notebook.cells, start=1)]
    run = 0
    for cell in cells:
        if cell["cell_type"] == "code":
            run += 1
            cell["execution_count"] = run
            for output in cell["outputs"]:
                if "execution_count" in output:
                    output["execution_count"] = run
    content = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.from_dict(content)  # type: ignore[no-untyped-call]


def _tidied_cell(cell: Any, position: int) -> dict[str, Any]:
    tags = cell.metadata.get("tags")
    tidy: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": f"cell-{position}",
        "metadata": {"tags": tags} if tags else {},
        "source": cell.source.strip("\n"),
    }
    if cell.cell_type == "code":
        tidy |= {"execution_count": None, "outputs": list(_tidied_outputs(cell.outputs))}
    return tidy


def _tidied_outputs(outputs: Iterable[Any]) -> Iterator[dict[str, Any]]:
    printed = ""
    for output in outputs:
        if output.output_type == "stream":
            printed += output.text if output.name == "stdout" else ""  # on stderr there are progress bars
            continue
        if printed:
            yield _stream(printed)
            printed = ""
        yield _tidied_output(output)
    if printed:
        yield _stream(printed)


def _stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": _without_addresses(text)}


def _tidied_output(output: Any) -> dict[str, Any]:
    if output.output_type == "error":  # of a cell that is meant to fail; its traceback names folders of this machine
        told = f"{output.ename}: {output.evalue}"
        return {"output_type": "error", "ename": output.ename, "evalue": output.evalue, "traceback": [told]}
    tidy = {"output_type": output.output_type, "data": _tidied_data(output.data), "metadata": {}}
    if output.output_type == "execute_result":
        tidy["execution_count"] = None
    return tidy


def _tidied_data(data: Mapping[str, str]) -> dict[str, str]:
    tidy = dict(data)
    if player := PLAYER_PICTURE.search(tidy.get("text/html", "")):
        del tidy["text/html"]
        tidy["image/svg+xml"] = base64.b64decode(player[1]).decode("utf-8")
    if "image/svg+xml" in tidy:
        tidy.pop("image/png", None)  # the same picture
    if "image/png" in tidy:
        tidy["image/png"] = base64.b64encode(compact_png(base64.b64decode(tidy["image/png"]))).decode("ascii")
    return {kind: _without_addresses(text) if kind.startswith("text/") else text for kind, text in tidy.items()}


def _without_addresses(text: str) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def compact_png(picture: bytes) -> bytes:
    """Return a PNG with at most 48 colours, and without its texts and dates: which program drew it, and when."""
    with Image.open(io.BytesIO(picture)) as image:
        if image.mode == "P" and not image.info:
            return picture  # it was compacted before
        opaque = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")
    compact = io.BytesIO()
    opaque.quantize(PNG_COLOURS, kmeans=3, dither=Image.Dither.NONE).save(compact, "PNG", optimize=True)
    return compact.getvalue()


def saved_text(notebook: Any) -> str:
    """Write a notebook as the text of its file."""
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def shape_of(code: str) -> str:
    """Describe code but for its words: comments are left out, and every text stands as the same empty one.

    The words between the braces of an f-string may differ, and be absent; what stands in the braces may not.

    >>> shape_of('print(f"loss {loss:.3f}")  # how wrong') == shape_of('print(f"{loss:.3f} が損失")')
    True
    >>> shape_of('print(f"loss {loss:.3f}")') == shape_of('print(f"loss {loss:.2f}")')
    False
    """
    return ast.dump(_Wordless().visit(ast.parse(code)))


class _Wordless(ast.NodeTransformer):
    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        braces = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        for part in braces:  # their format, such as .3f, is no words
            part.value = self.visit(part.value)
        return ast.JoinedStr(list(braces))

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node


def lines_that_count(code: str) -> int:
    """Count the lines of a cell that a student has to read: neither blank, nor comments, nor assertions.

    >>> lines_that_count('''# a comment
    ... a = 1
    ...
    ... assert a in (
    ...     1, 2
    ... )''')
    1
    """
    asserted = {
        number
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Assert) and node.end_lineno is not None
        for number in range(node.lineno, node.end_lineno + 1)
    }
    numbered = enumerate(map(str.strip, code.splitlines()), start=1)
    return sum(bool(line) and not line.startswith("#") and number not in asserted for number, line in numbered)


def found(paths: Sequence[Path]) -> list[Path]:
    """List the notebooks that these files and folders are or hold."""
    return [
        notebook
        for path in paths
        for notebook in ([path] if path.is_file() else sorted(path.glob("**/*.ipynb")))
        if ".ipynb_checkpoints" not in notebook.parts
    ]


def main(arguments: Sequence[str]) -> int:
    """Execute and save; return 1 if a cell failed, 2 if there is nothing to execute."""
    paths = [Path(argument) for argument in arguments] or [LESSONS]
    for path in paths:
        if not found([path]):
            print(f"{path}: expected a notebook, or a folder that holds some", file=sys.stderr)
            return 2
    failed = False
    for path in found(paths):
        start = time.perf_counter()
        try:
            text = saved_text(executed(read(path)))
        except CellExecutionError as error:
            print(f"{path}: left as it was, because a cell failed\n{error}", file=sys.stderr)
            failed = True
            continue
        changed = text != path.read_text(encoding="utf-8")
        if changed:
            write_atomic(path, text)
        print(
            f"{path}  {time.perf_counter() - start:.1f} s  {'saved' if changed else 'the same as before'}", flush=True
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
