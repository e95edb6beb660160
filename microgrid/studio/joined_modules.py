"""Join the modules of the app into the one script of a page."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
DECLARATION = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (?:\{([^}]*)\}|(\w+))", re.MULTILINE)


def join_modules(entry: str, read: Callable[[str], str]) -> str:
    r"""Return the modules that `entry` imports, in the order of their imports, then itself, as one script.

    Only the lines of imports and the word `export` are left out.

    Args:
        entry: the path of a module.
        read: returns the text of the module at a path.

    Raises:
        ValueError: an import is renamed, or two modules declare the same name.

    >>> texts = {"a.js": 'import {b} from "./b.js";\n\nb();\n', "b.js": "export function b() {}\n"}
    >>> print(join_modules("a.js", texts.__getitem__), end="")
    // --- b.js ---
    <BLANKLINE>
    function b() {}
    <BLANKLINE>
    // --- a.js ---
    <BLANKLINE>
    b();
    """
    texts: dict[str, str] = {}
    _collect(entry, read, texts)
    owners: dict[str, str] = {}
    for path, text in texts.items():
        for name in _declared(text):
            if owners.setdefault(name, path) != path:
                raise ValueError(f"{owners[name]} and {path} both declare {name}")
    return "\n".join(f"// --- {path} ---\n\n{_plain(text)}" for path, text in texts.items())


def _collect(path: str, read: Callable[[str], str], texts: dict[str, str], waiting: tuple[str, ...] = ()) -> None:
    if path in texts or path in waiting:
        return
    text = read(path)
    for match in IMPORT.finditer(text):
        if " as " in match[1]:
            raise ValueError(f"{path} renames an import: {match[1].strip()}")
        _collect(posixpath.normpath(posixpath.join(posixpath.dirname(path), match[2])), read, texts, (*waiting, path))
    texts[path] = text


def _declared(text: str) -> Iterator[str]:
    for match in DECLARATION.finditer(text):
        yield from re.findall(r"\w+", match[1] or match[2])


def _plain(text: str) -> str:
    return re.sub(r"^export ", "", IMPORT.sub("", text), flags=re.MULTILINE).lstrip("\n")
