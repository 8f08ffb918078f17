"""Writes docs/api.md, the reference of the public names, from docstrings and signatures: ``make api``."""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import itertools
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

import pytest_gocache
from pytest_gocache.plugin import fixtures, hookspecs
from pytest_gocache.plugin.marks import MARK
from pytest_gocache.plugin.options import add_options

PAGE = Path(__file__).with_name("api.md")

# Public to the library's own rooms, but not to users: the page leaves them out.
INTERNAL: Mapping[str, frozenset[str]] = {
    "BuildCache": frozenset(
        {
            *("add", "adopt", "begin_on_new_machine", "copies", "create", "folder", "learn", "let_days_pass"),
            *("name_copy", "output", "replaced_at", "take_events", "untouched"),
        }
    ),
    "ModuleCache": frozenset({"folder", "replaced_at"}),
    "GoToolchain": frozenset({"std_tags"}),
    "GocacheSnapshot": frozenset({"difference"}),
    "InputKind": frozenset({"absent", "shown", "text"}),
    "Kind": frozenset({"explained", "hashed_as", "modes", "of", "past"}),
    "ModuleProxy": frozenset({"sibling", "sources", "stop"}),
    "PackageSet": frozenset({"of"}),
    "ReasonCode": frozenset({"text"}),
    "Result": frozenset(
        {"by_command", "circumstances", "compiles", "links", "numbered", "origin", "origins", "testing"}
    ),
    "SharedCache": frozenset({"program"}),
    "Status": frozenset({"rank"}),
}

# What `GoModule.go` has; the commands that are made of it take the same keywords.
_OPTIONS = "env: Mapping[str, str] | None=None, check: bool=True, timeout: float | None=None"
_HEAD = """\
# API reference

Import names only from `pytest_gocache`: the modules that define them may move, the names stay. Fixtures, mark, options
and hook come with the plugin and need no import. The
[README](https://github.com/pytest-gocache/pytest-gocache#readme) introduces them;
[how it works](how-it-works.md) follows one command through the library.

`make api` writes this page from docstrings and signatures.
"""


def page() -> str:
    """The text of the page."""
    exported = {name: getattr(pytest_gocache, name) for name in pytest_gocache.__all__}
    classes = {name: value for name, value in exported.items() if inspect.isclass(value)}
    raised = {name: value for name, value in classes.items() if issubclass(value, BaseException)}
    sections = {
        "Fixtures": [_fixture(name) for name in sorted(fixtures.__all__)],
        "Mark": [_mark()],
        "Options": [_options()],
        "Hook": [_function(function) for name, function in _functions(hookspecs)],
        "Assertions": [_function(value) for value in exported.values() if inspect.isfunction(value)],
        "Constants": [_constant(name) for name in exported if name.isupper()],
        "Types": [_class(value) for name, value in classes.items() if name not in raised],
        "Exceptions and warnings": [_class(value) for value in raised.values()],
    }
    parts = [_HEAD]
    for title, entries in sections.items():
        parts += [f"## {title}\n", *entries]
    return "\n".join(parts)


def _functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield name, value


def _entry(title: str, *paragraphs: str) -> str:
    return "\n\n".join([f"### {title}", *(text for text in paragraphs if text)]) + "\n"


def _markdown(docstring: str | None) -> str:
    """A docstring in Markdown: it marks code with two backquotes where Markdown takes one."""
    return inspect.cleandoc(docstring or "").replace("``", "`")


def _tree(value: Any) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]


def _signature(name: str, function: ast.FunctionDef) -> str:
    arguments = ast.unparse(function.args).removeprefix("self").removeprefix("cls").removeprefix(", ")
    arguments = arguments.replace("**options: Unpack[CommandOptions]", _OPTIONS)
    returned = ast.unparse(function.returns) if function.returns else ""
    arrow = f" -> {returned}" if returned not in ("", "None") else ""
    return f"`{name}({arguments}){arrow}`"


def _function(function: Any) -> str:
    tree = cast("ast.FunctionDef", _tree(inspect.unwrap(function)))
    return _entry(f"`{function.__name__}`", _signature(function.__name__, tree), _markdown(function.__doc__))


def _fixture(name: str) -> str:
    source = ast.parse(inspect.getsource(fixtures))
    tree = next(node for node in source.body if isinstance(node, ast.FunctionDef) and node.name == name)
    made = ast.unparse(tree.returns) if tree.returns else ""
    kind = made.removeprefix("Iterator[").removesuffix("]") if made.startswith("Iterator[") else made
    scope = "the session" if "session" in ast.unparse(tree.decorator_list[0]) else "each test"
    return _entry(f"`{name}`", f"A `{kind}`, one for {scope}.", _markdown(ast.get_docstring(tree)))


def _mark() -> str:
    signature, _, meaning = MARK.partition(": ")
    return _entry("`pytest.mark.gocache`", f"`@pytest.mark.{signature}`", meaning[:1].upper() + meaning[1:] + ".")


@dataclass
class _Declared:
    """Takes the place of pytest's parser and keeps what is declared."""

    options: list[tuple[str, str]] = field(default_factory=list)
    inis: list[tuple[str, str]] = field(default_factory=list)

    def getgroup(self, *_: str) -> _Declared:
        return self

    def addoption(self, name: str, **more: Any) -> None:
        value = more.get("metavar", "|".join(more.get("choices", ())))
        self.options.append((f"{name} {value}".strip(), more["help"]))

    def addini(self, name: str, meaning: str, *_: Any, **more: Any) -> None:
        default = f" (default: {more['default']})" if "default" in more else ""
        self.inis.append((name, meaning + default))


def _options() -> str:
    declared = _Declared()
    add_options(cast("pytest.Parser", declared))
    tables = []
    for title, found in (("option", declared.options), ("ini option", declared.inis)):
        cells = [f"| `{name.replace('|', chr(92) + '|')}` | {meaning} |" for name, meaning in found]
        tables.append("\n".join([f"| {title} | meaning |", "|---|---|", *cells]))
    return "\n\n".join(tables) + "\n"


def _constant(name: str) -> str:
    home = pytest_gocache._HOMES[name]  # noqa: SLF001 - where a name is defined
    body = ast.parse(inspect.getsource(importlib.import_module(home))).body
    for node, text in itertools.pairwise(body):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return _entry(f"`{name}`", f"`{ast.unparse(node)}`", _markdown(_text(text)))
    raise LookupError(f"{home} does not assign {name}")


def _class(kind: type) -> str:
    members: dict[str, str] = {}
    for owner in inspect.getmro(kind):
        if owner.__module__.partition(".")[0] == "pytest_gocache":
            for name, line in _members(cast("ast.ClassDef", _tree(owner)), variants=issubclass(owner, enum.Enum)):
                members.setdefault(name, line)
    hidden = INTERNAL.get(kind.__name__, frozenset())
    unknown = hidden - members.keys()
    if unknown:
        raise LookupError(f"INTERNAL names members that {kind.__name__} does not have: {', '.join(sorted(unknown))}")
    lines = [line for name, line in members.items() if name not in hidden]
    return _entry(f"`{kind.__name__}`", _bases(kind), _markdown(kind.__doc__), "\n".join(lines))


def _bases(kind: type) -> str:
    shown = [base.__name__ for base in kind.__bases__ if base.__name__ in (*pytest_gocache.__all__, "frozenset")]
    return f"A `{shown[0]}`." if shown else ""


def _members(tree: ast.ClassDef, *, variants: bool) -> Iterator[tuple[str, str]]:
    """Name and line of each public member in a class body: fields, attributes, properties and methods, in order."""
    yield from _assigned(tree.body, prefix="", all_of_them=variants)
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        if node.name == "__init__":
            yield from _assigned(node.body, prefix="self.", all_of_them=False)
        elif not node.name.startswith("_"):
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            if any("property" in decorator for decorator in decorators):
                yield node.name, _line(node.name, node.returns, ast.get_docstring(node))
            else:
                yield node.name, _item(_signature(node.name, node), ast.get_docstring(node))


def _assigned(body: list[ast.stmt], prefix: str, *, all_of_them: bool) -> Iterator[tuple[str, str]]:
    for node, following in zip(body, [*body[1:], ast.Pass()], strict=True):
        if not isinstance(node, ast.AnnAssign | ast.Assign):
            continue
        target = ast.unparse(node.target if isinstance(node, ast.AnnAssign) else node.targets[0])
        name = target.removeprefix(prefix)
        text = _text(following)
        # An attribute without a type and without a meaning is a detail, unless it is the member of an enum.
        public = target.startswith(prefix) and name.isidentifier() and not name.startswith("_")
        if public and (all_of_them or text or (isinstance(node, ast.AnnAssign) and not prefix)):
            meaning = text or (_first_text(node.value) if all_of_them and name.isupper() else "")
            yield name, _line(name, node.annotation if isinstance(node, ast.AnnAssign) else None, meaning)


def _text(node: ast.stmt) -> str:
    """The docstring that stands under an attribute; empty without one."""
    constant = node.value if isinstance(node, ast.Expr) else None
    return constant.value if isinstance(constant, ast.Constant) and isinstance(constant.value, str) else ""


def _first_text(value: ast.expr | None) -> str:
    """The text of an enum's member, as code: the sentence of a `ReasonCode`, the words of an `InputKind`."""
    first = value.elts[0] if isinstance(value, ast.Tuple) and value.elts else value
    return f"``{first.value}``" if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _line(name: str, annotation: ast.expr | None, meaning: str | None) -> str:
    return _item(f"`{name}: {ast.unparse(annotation)}`" if annotation else f"`{name}`", meaning)


def _item(signature: str, meaning: str | None) -> str:
    text = textwrap.indent(_markdown(meaning), "  ")
    return f"- {signature}\n{text}" if text else f"- {signature}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
