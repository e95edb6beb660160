"""Join the app's JavaScript modules into one script that reads as they were written.

A page is one file, and a browser that opens a file from a disk loads no modules beside it. The modules are put one
after another, each before those that import it, in one block, so that their names are local to it. For that to be
the same program, imports keep their names, and no two modules may declare the same name. The types in comments are left
out: they name modules, which a page does not have, and are an eighth of its size. Lines are indented by tabs, which are
half as long, descriptions begin with //, and headings have no rule; no text of the app goes over several lines.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from microgrid._util.files import asset
from microgrid._util.validation import quoted
from microgrid.studio import notation_js, operations_js

APP = "studio/app"
WRITTEN = {
    operations_js.OPERATIONS_FILE: operations_js.operations_js,
    notation_js.NOTATION_FILE: notation_js.notation_js,
}

IMPORT = re.compile(r'^import\s*\{([^{}]*)\}\s*from\s*"([^"]+)";\n', re.MULTILINE)
IMPORTS = re.compile(rf"(?:{IMPORT.pattern})+\n?", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?function\b|class\b|const\b|let\b)", re.MULTILINE)
DESCRIPTION = re.compile(r"^([ \t]*)/\*\*((?:(?!\*/).)*)\*/\n", re.MULTILINE | re.DOTALL)
TAGS = re.compile(r"(?:\n[ \t]*\* | +)@[a-z]+ (?:.|\n)*")  # @param, @returns, …: they come last
STAR = re.compile(r"\n[ \t]*\* ?")
LEADING_SPACES = re.compile(r"^(?:  )+", re.MULTILINE)
CAST = re.compile(r"/\*\* @type .*?\*/ ?")
HEADING_RULE = re.compile(r"(?<=[^-]) -{4,}$", re.MULTILINE)  # from a heading to the end of its line
LEFT_OVER = re.compile(r"^(?:import|export)\b[^\n]*", re.MULTILINE)
DYNAMIC_IMPORT = re.compile(r"\bimport\s*(?:\(|\.)[^\n]*")
COMMENT_OR_TEXT = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|`(?:\\.|[^`\\])*`', re.DOTALL
)
FUNCTION_OR_CLASS = re.compile(r"^(?:export )?(?:(?:async )?function\s*\*?|class)\s*([\w$]+)", re.MULTILINE)
VARIABLES = re.compile(r"^(?:export )?(?:const|let|var)\s((?:.|\n(?![\w/]))*)", re.MULTILINE)
NAME = re.compile(r"[\w$]+")
TARGET = re.compile(r"([\w$]+)\s*(?=[,}\]]|$)")  # of {a, b: c} it is a and c


def joined(entry: str, read: Callable[[str], str] | None = None) -> str:
    r"""Return the modules that `entry` imports, directly or not, and itself, as one script.

    Args:
        entry: the name of the first module, such as "app.js".
        read: returns the text of the module of a name; by default the app's own.

    Raises:
        ValueError: a module imports itself in a circle, renames what it imports, has a default export, loads a module
            while it runs, imports what another does not export, or declares a name that another declares.

    >>> modules = {"app.js": 'import {two} from "./two.js";\n\nshow(two);\n', "two.js": "export const two = 2;\n"}
    >>> print(joined("app.js", modules.__getitem__), end="")
    "use strict";
    {
    // --- two.js ---
    <BLANKLINE>
    const two = 2;
    <BLANKLINE>
    // --- app.js ---
    <BLANKLINE>
    show(two);
    }
    """
    texts = _in_order(entry, read or _of_app)
    _check_names(texts)
    parts = (f"// --- {name} ---\n\n{_without_types(_without_imports(text))}" for name, text in texts.items())
    script = '"use strict";\n{\n' + "\n".join(parts) + "}\n"
    return LEADING_SPACES.sub(lambda match: "\t" * (len(match[0]) // 2), script)


def _of_app(name: str) -> str:
    """Return the text of a module; those of tables are written anew, for a user may have added operations."""
    path = f"{APP}/{name}"
    write = WRITTEN.get(path)
    return write() if write else asset(path)


def _in_order(entry: str, read: Callable[[str], str]) -> dict[str, str]:
    """Return the texts of the modules by their names, each after those that it imports."""
    texts: dict[str, str] = {}
    importing: list[str] = []

    def visit(name: str) -> None:
        if name in importing:
            raise ValueError(f"modules import each other in a circle: {' → '.join([*importing, name])}")
        if name in texts:
            return
        importing.append(name)
        text = read(name)
        _check_imports(name, text)
        for imported, _ in _imports(name, text):
            visit(imported)
        importing.pop()
        texts[name] = text

    visit(entry)
    return texts


def _imports(name: str, text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the module of each import, and the names that it takes from there."""
    for names, path in IMPORT.findall(text):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(name), path)), NAME.findall(names)


def _without_imports(text: str) -> str:
    return EXPORT.sub("", IMPORTS.sub("", text))


def _without_types(text: str) -> str:
    """Leave out casts, the tags of descriptions, descriptions of nothing else, and the rules of headings."""

    def described(match: re.Match[str]) -> str:
        indent, comment = match.groups()
        prose = STAR.sub(f"\n{indent}// ", TAGS.sub("", comment).strip("\n *\t"))
        return f"{indent}// {prose}\n" if prose else ""

    return HEADING_RULE.sub("", CAST.sub("", DESCRIPTION.sub(described, text)))


def _check_imports(name: str, text: str) -> None:
    """Check that a module uses only what can be joined."""
    for names, path in IMPORT.findall(text):
        if re.search(r"\bas\b", names):
            raise ValueError(
                f"{name} renames what it imports: {quoted(' '.join(names.split()))}; a joined script cannot"
            )
        if not path.startswith("."):
            raise ValueError(f"{name} imports {quoted(path)}; expected a module of the app, such as './core/graph.js'")
    code = _code(_without_imports(text))
    if match := LEFT_OVER.search(code) or DYNAMIC_IMPORT.search(code):
        line = match[0].strip()
        raise ValueError(f'{name} has {quoted(line)}; expected import {{…}} from "…" or export before a declaration')


def _check_names(texts: dict[str, str]) -> None:
    """Check that no name is declared twice, and that what is imported is exported."""
    owners: dict[str, str] = {}
    exported: dict[str, set[str]] = {}
    for name, text in texts.items():
        code = _code(text)
        for declared in _declared(code):
            if declared in owners:
                raise ValueError(f"{name} declares {quoted(declared)}, which {owners[declared]} declares, too")
            owners[declared] = name
        exported[name] = set(_declared(code, only_exported=True))
        for imported, names in _imports(name, text):
            if missing := [each for each in names if each not in exported[imported]]:
                raise ValueError(f"{name} imports {quoted(missing[0])}, which {imported} does not export")


def _declared(code: str, only_exported: bool = False) -> Iterator[str]:
    """Yield the names that a module declares at its top level, where lines are not indented."""
    for match in FUNCTION_OR_CLASS.finditer(code):
        if match[0].startswith("export ") or not only_exported:
            yield match[1]
    for match in VARIABLES.finditer(code):
        if match[0].startswith("export ") or not only_exported:
            for declaration in _split(match[1]):
                yield from TARGET.findall(declaration.partition("=")[0])


def _split(declarations: str) -> Iterator[str]:
    """Split `a = [1, 2], {b, c} = d;` at the commas outside brackets."""
    depth = start = 0
    for i, character in enumerate(declarations):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and character in ",;":
            yield declarations[start:i]
            start = i + 1
            if character == ";":
                return


def _code(text: str) -> str:
    """Return the text of a module with nothing in its comments and quoted texts, which may say anything."""
    return COMMENT_OR_TEXT.sub(lambda match: '""' if match[0][0] in "\"'`" else "", text)
