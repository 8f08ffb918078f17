"""The assertion that packages are not in a build."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.errors import PatternError
from pytest_gocache.golang.action import Action, without_variant
from pytest_gocache.golang.modfile import unescaped
from pytest_gocache.golang.patterns import Pattern, near_misses
from pytest_gocache.results.given_flags import matching_word, package_arguments
from pytest_gocache.results.named_packages import parse_patterns
from pytest_gocache.results.packages import modules_in
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, dependencies_of
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_not_in_build"]

_MOST_NAMED = 3
_BUILT_IN = "built-in package"
_REQUIRED = re.compile(r"^[ \t]*(?:require[ \t]+)?\"?([^\s\"]+)\"?[ \t]+v\d", re.MULTILINE)


@named
def assert_not_in_build(result: Result, *patterns: str) -> None:
    """No package that matches is in the build: the command neither names nor imports it.

    ``patterns`` are Go package patterns, at least one. A pattern matches a package and its test variants;
    ``lib [lib.test]`` names one variant.

    Raises `AssertionError` when a package that matches is in the build, with the chain of imports that leads to it.
    Raises `PatternError` without a pattern, and for a pattern that matches no known package, so that a misspelled
    pattern never passes. Known are the packages of the module, of the standard library, of the modules that go.mod
    requires, and of the earlier commands of the test. Raises `UsageError` for a command without an action graph.
    """
    if not patterns:
        raise PatternError("expected at least one package pattern, and got none")
    # Package unsafe is in a build without a compile.
    packages = [*compiles_of(result), *(action for action in result.actions if action.mode == _BUILT_IN)]
    std = frozenset({*result.std, *(action.package for action in packages if action.mode == _BUILT_IN)})
    found: set[int] = set()
    for pattern in parse_patterns(result, patterns, std):
        here = {a.id for a in packages if pattern.matches(a.import_path, a.package) or a.package == pattern.text}
        found |= here
        if not here:
            _require_known(result, pattern.text)
    if found:
        fail(
            "assert_not_in_build",
            f"{counted(list(found), 'package is', 'packages are')} part of {result.title}",
            *(
                line
                for command, own in result.by_command(action for action in packages if action.id in found)
                for line in _why_in_build(command, own)
            ),
        )


def _require_known(result: Result, text: str) -> None:
    """Raise `PatternError` for a pattern that matches no known package: a misspelled one would always pass."""
    plain = without_variant(text).removesuffix(".test")
    # A pattern of packages that are gone may match earlier commands, and Go does not know these packages any more.
    pattern = Pattern.parse(_import_path(result, plain))
    if plain in ("std", "cmd") or any(pattern.matches(name) for name in _known_packages(result)):
        return
    like = [name for name in _known_packages(result) if "." in name or "." not in plain]
    near = ", ".join(map(result.short_name, near_misses(text, like)))
    raise PatternError(
        f"package pattern {text!r} matches no known package, so it would always pass; known are "
        "the packages of the module, the standard library, the modules that go.mod requires, and earlier commands"
        f"{f'; near it: {near}' if near else ''}"
    )


def _import_path(result: Result, text: str) -> str:
    """A relative pattern as an import path, by the paths of the modules: good enough to tell what is misspelled."""
    path = posixpath.normpath(text)
    if not text.startswith(".") or path.startswith(".."):
        return text
    folders = [folder for folder in result.modules if folder == "." or f"{path}/".startswith(f"{folder}/")]
    folder = max(folders, key=len, default=".")
    return posixpath.normpath(f"{result.modules.get(folder, '')}/{posixpath.relpath(path, folder)}")


def _known_packages(result: Result) -> Iterator[str]:
    """The import paths of known packages; the module path for a required module that is not in the module cache."""
    yield from {action.import_path for then in result.earlier() for action in then.compiles()}
    for folder, module in result.modules.items():
        root = result.cwd / folder
        yield from _packages_in(root, module)
        yield from _REQUIRED.findall((root / "go.mod").read_text("utf-8") if (root / "go.mod").is_file() else "")
    yield from _packages_in(result.circumstances.goroot / "src", "")
    for entry in modules_in(result.circumstances.modcache):
        yield from _packages_in(result.circumstances.modcache / entry, unescaped(entry.partition("@")[0]))


def _packages_in(root: Path, module: str) -> Iterator[str]:
    """The import paths of the packages in the folder of a module."""
    for parent, folders, files in os.walk(root):
        inner = [name for name in folders if name != "testdata" and not name.startswith((".", "_"))]
        folders[:] = [name for name in inner if not Path(parent, name, "go.mod").is_file()]
        if any(name.endswith(".go") for name in files):
            path = posixpath.normpath(posixpath.join(module, Path(parent).relative_to(root).as_posix()))
            yield re.sub("^.+/vendor/", "", path)


def _why_in_build(result: Result, found: Sequence[Action]) -> list[str]:
    """How each package gets into the build: the pattern that names it, or the imports from a named package to it."""
    words = package_arguments(result)
    by_id = {action.id: action for action in result.actions}
    importer_of = dependencies_of(
        result, [action for action in result.compiles() if matching_word(result, words, action)]
    )
    listed, wildcard = [], ""
    for action in found:
        chain = [action]
        while importer_of.get(chain[0].id, chain[0].id) != chain[0].id:
            chain.insert(0, by_id[importer_of[chain[0].id]])
        word = matching_word(result, words, chain[0]) or " ".join(words)
        if len(chain) > 1:
            imports = " ← ".join(result.short_name(one.package) for one in chain)
            listed.append((result.short_name(action.package), [f"imported: {imports} (named by {word})"]))
            continue
        listed.append((result.short_name(action.package), [f"named by {word}{_importer(result, action)}"]))
        wildcard = word if "..." in word else wildcard
    return [rows(listed), _advice_on_wildcard(result, wildcard, found) if wildcard else ""]


def _importer(result: Result, action: Action) -> str:
    """One package that imports the package of a compile, as the end of a sentence; empty without one."""
    importers = (a for a in result.compiles() if action.id in a.deps and a.import_path != action.import_path)
    return next((f", and imported by {result.short_name(one.package)}" for one in importers), "")


def _advice_on_wildcard(result: Result, word: str, found: Sequence[Action]) -> str:
    packages = {action.package for action in found}
    mains = [
        result.short_name(link.package) for link in result.links() if not link.scaffold and link.package not in packages
    ]
    example = f", such as {' '.join(mains[:_MOST_NAMED])}" if mains else ""
    return f"{word} names every package that it matches: name only the packages that you need{example}"
