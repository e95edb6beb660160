"""Joining the app's modules into one script, and the tables that Python writes for them."""

from __future__ import annotations

import re

import pytest

from microgrid._util.files import PACKAGE, asset
from microgrid.graph.operations import OPERATIONS, Operation
from microgrid.language.words import words
from microgrid.studio.modules import COMMENT_OR_TEXT, joined
from microgrid.studio.operations_js import COMMAND, OPERATIONS_FILE, operations_js


def join(**modules: str) -> str:
    """Join modules whose names are those of the arguments, from `app` on."""
    texts = {f"{name}.js": text for name, text in modules.items()}
    return joined("app.js", texts.__getitem__)


def names(script: str) -> list[str]:
    return re.findall(r"^// --- (\S+) ---$", script, re.MULTILINE)


def test_modules_stand_after_those_that_they_import_and_each_once() -> None:
    script = join(
        app='import {b} from "./b.js";\nimport {c} from "./c.js";\nb(c);\n',
        b='import {c} from "./c.js";\n\nexport function b() {\n  return c;\n}\n',
        c="export const c = 1;\n",
    )
    assert names(script) == ["c.js", "b.js", "app.js"]


def test_text_of_a_module_stays_as_it_was_written() -> None:
    head, rest = "// The head.\n\n", "// It says what.\n{}const app = `export const x`;\n"
    text = head + 'import {c} from "./c.js";\n\n' + rest.replace("{}", "export ")
    script = join(app=text, c="export class c {}\n")
    as_it_was = head + rest.replace("{}", "")
    assert script == f'"use strict";\n{{\n// --- c.js ---\n\nclass c {{}}\n\n// --- app.js ---\n\n{as_it_was}}}\n'


def test_types_in_comments_are_left_out() -> None:
    script = join(
        app="/** @typedef {import('./c.js').C} C */\n\n"
        "/**\n * Returns one.\n *\n * @param {C} c of\n *     several\n * @returns {number}\n */\n"
        "function one(c) {\n  /** @type {C} */\n  const d = c;\n}\n"
        "/** Takes one.  @param {C} c */\nfunction take(c) {}\n"
        "const e = /** @type {C} */ (d);\nclass F {\n  /** @type {C} */ #c;\n}\n"
    )
    assert script.partition("// --- app.js ---\n\n")[2] == (
        "\n// Returns one.\nfunction one(c) {\n\tconst d = c;\n}\n// Takes one.\nfunction take(c) {}\n"
        "const e = (d);\nclass F {\n\t#c;\n}\n}\n"
    )


def test_descriptions_become_comments_of_lines() -> None:
    script = join(app="/**\n * Returns\n * one.\n *\n * @returns {number}\n */\nfunction one() {}\n")
    assert "\n// Returns\n// one.\nfunction one() {}\n" in script


def test_rule_of_a_heading_is_left_out() -> None:
    script = join(app="// --- one's own ---------------------------\n\nconst a = 1;\n")
    assert "// --- one's own\n" in script


def test_imports_are_found_from_the_folder_of_the_module() -> None:
    texts = {
        "app.js": 'import {\n  a,\n} from "./views/a.js";\na();\n',
        "views/a.js": 'import {b} from "../core/b.js";\nexport function a() {}\n',
        "core/b.js": 'import {c} from "./c.js";\nexport async function b() {}\n',
        "core/c.js": "export let c = 1;\n",
    }
    assert names(joined("app.js", texts.__getitem__)) == ["core/c.js", "core/b.js", "views/a.js", "app.js"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('import {b as c} from "./b.js";\n', "app.js renames what it imports: 'b as c'"),
        ('import {b} from "b";\n', "app.js imports 'b'; expected a module of the app"),
        ('import {c} from "./b.js";\n', "app.js imports 'c', which b.js does not export"),
        ('import b from "./b.js";\n', "app.js has 'import b from"),
        ('import * as b from "./b.js";\n', r"app.js has 'import \* as b from"),
        ('import "./b.js";\n', "app.js has 'import"),
        ("export default function a() {}\n", "app.js has 'export default function a"),
        ("const a = 1;\nexport {a};\n", "app.js has 'export {a};'"),
        ('export {b} from "./b.js";\n', "app.js has 'export {b} from"),
        ('export * from "./b.js";\n', r"app.js has 'export \* from"),
        ('const b = await import("./b.js");\n', "app.js has 'import"),
        ("const url = import.meta.url;\n", "app.js has 'import.meta.url;'"),
        ('import {a} from "./app.js";\n', "in a circle: app.js → app.js"),
    ],
)
def test_what_cannot_be_joined_is_refused_with_its_module(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        join(app=text, b="export const b = 1;\n")


@pytest.mark.parametrize(
    "declaration",
    [
        "const size = 1;\n",
        "export const size = 1;\n",
        "let size;\n",
        "const a = [1, 2],\n  size = 3;\n",
        "const {a, size} = Math;\n",
        "const {a, b: size} = Math;\n",
        "const [a, size] = [1, 2];\n",
        "function size() {}\n",
        "export function* size() {}\n",
        "async function size() {}\n",
        "class size {}\n",
    ],
)
def test_name_that_two_modules_declare_is_refused_with_both(declaration: str) -> None:
    with pytest.raises(ValueError, match=r"app.js declares 'size', which b.js declares, too"):
        join(app=f'import {{b}} from "./b.js";\n{declaration}', b="export const b = 1;\nconst size = b;\n")


@pytest.mark.parametrize(
    "text",
    [
        "function f() {\n  const size = 1;\n}\n",
        "// const size = 1;\n",
        "/*\nconst size = 1;\n*/\n",
        "const text = `\nconst size = 1;\n`;\n",
        'const text = "const size = 1; // no";\n',
        "const {size: other} = Math;\n",
        "const f = (a, size) => {\n  return [a, size];\n};\n",
        "const object = {\n  size: 1,\n  other: 2,\n};\nf(1, size);\n",
    ],
)
def test_name_inside_a_function_a_comment_or_a_text_is_no_declaration(text: str) -> None:
    join(app=f'import {{size}} from "./b.js";\n{text}', b="export const size = 1;\n")


def test_lines_are_indented_by_tabs() -> None:
    assert "{\n\t\treturn 2;\n\t}\n" in joined("app.js", lambda _: "if (a) {\n    return 2;\n  }\n")


def test_no_text_of_the_app_goes_over_several_lines() -> None:
    """Its lines would be indented anew."""
    texts = [match[0] for match in COMMENT_OR_TEXT.finditer(joined("app.js")) if match[0].startswith("`")]
    assert texts
    assert not any("\n" in text for text in texts)


def test_core_of_the_app_can_be_joined() -> None:
    core = sorted(path.name for path in (PACKAGE / "studio/app/core").glob("*.js"))
    imports = "".join(f'import {{{exports(name)}}} from "./core/{name}";\n' for name in core)
    script = joined("all.js", lambda name: imports if name == "all.js" else asset(f"studio/app/{name}"))
    assert sorted(names(script)) == sorted(["all.js", *(f"core/{name}" for name in core)])
    assert not re.search(r"^(?:import|export)\b", script, re.MULTILINE)


def exports(name: str) -> str:
    """Return the first name that a module of the core exports."""
    (first, *_) = re.findall(
        r"^export (?:async )?(?:const|class|function\*?) (\w+)", asset(f"studio/app/core/{name}"), re.M
    )
    return str(first)


def test_operations_of_the_app_are_those_of_python() -> None:
    assert asset(OPERATIONS_FILE) == operations_js(), f"a table has changed; renew the file: {COMMAND}"


def test_operation_of_a_user_is_written_too(monkeypatch: pytest.MonkeyPatch) -> None:
    cube = Operation("( )³", ("a",), "a ** 3", ("3 * a * a",), "{a}³", ("3 × {a}²",))
    monkeypatch.setitem(OPERATIONS, "cube", cube)
    row = "value: (a) => power(a, 3),\n    localDerivatives: [(a) => 3 * a * a],"
    assert row in operations_js()
    assert row.replace("    ", "\t\t") in joined("core/graph.js")
    assert '"cube": ["3 * a * a"]' in joined("core/python.js")
    assert row not in asset(OPERATIONS_FILE)


def test_every_text_that_the_app_names_is_there() -> None:
    named = {
        match[2] if match[1] == "word" else f"page.{match[2]}"
        for path in (PACKAGE / "studio/app").rglob("*.js")
        for match in re.finditer(r'words\.(say|word)\("([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(named) > 100
    assert named <= words("en").keys()
