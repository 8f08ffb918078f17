"""Ask Go which packages a pattern names, with the flags and in the environment of a command that ran."""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache.caches.source_scan import Sources
from pytest_gocache.errors import NoEvidenceError
from pytest_gocache.golang.command_line import NO_STAMPS, GoArguments
from pytest_gocache.golang.godebug import without_debug_settings
from pytest_gocache.golang.imports import header_of
from pytest_gocache.host import process
from pytest_gocache.host.files import remove_tree
from pytest_gocache.results.given_flags import arguments_of, enabled_flag, last_value
from pytest_gocache.results.result import Layout, Result

__all__ = ["Listing", "layout_of"]

# The flags that decide which packages there are (`go help build`).
_FLAGS = ("tags", "mod", "modfile", "overlay", "compiler")
_SWITCHES = ("race", "msan", "asan")
_FORMAT = "{{.ImportPath}}{{range .Match}}\t{{.}}{{end}}"
_SECONDS = 120.0
_FILES = ("go.mod", "go.work")


def layout_of(sources: Sources, arguments: GoArguments, env: Mapping[str, str], cwd: Path) -> Layout:
    """The layout of a module for one command: that of its sources, and of the files that its flags name."""
    folder = cwd / (arguments.chdir or ".")
    named = [folder / value for name, value in arguments.flags if name in ("modfile", "overlay")]
    named += [Path(work) for work in [env.get("GOWORK", "")] if work not in ("", "off")]
    modules, files = sources.layout
    for file in named:
        content = _read(file)
        modules ^= hash((os.path.relpath(file, cwd), content))
        with suppress(ValueError, AttributeError):  # it is no overlay
            for other in (json.loads(content).get("Replace") or {}).values():
                files ^= hash((other, header_of(_read(folder / str(other)).decode("utf-8", "replace"))))
    return Layout(modules, files)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _folder_of(result: Result) -> Path:
    ran = result.circumstances
    return Path(os.path.normpath(ran.cwd / (arguments_of(result).chdir or ".")))


@dataclass(slots=True)
class Listing:
    """What ``go list`` says about patterns, for all tests of this process.

    Each answer is kept: Go is asked again only about a module with a different layout, or in a different environment.
    The folder of a test does not count: each test has the same module in a folder of its own.
    """

    make_folder: Callable[[], Path]
    """Makes the parent of the folders for the output and for a build cache of its own."""
    _folder: Path | None = None
    _known: dict[tuple[object, ...], dict[str, frozenset[str]]] = field(default_factory=dict)

    def ask(
        self, result: Result, texts: Sequence[str], layout: Layout, here: set[Hashable]
    ) -> dict[str, frozenset[str]]:
        """The import paths that patterns name in a go command: pattern → import paths.

        ``layout`` is that of the module now. ``here`` has what this test asked before, and gets what it asks now.
        Raises `NoEvidenceError` when Go refuses a pattern. Raises it too for a pattern that this test did not ask about
        before the layout changed, also when the answer is known from a different test: no verdict depends on others.
        """
        found: dict[str, frozenset[str]] = dict.fromkeys(texts, frozenset())
        places = {text: _places(result, text) for text in texts}
        for folder in dict.fromkeys(folder for text in texts for folder, _ in places[text]):
            paths = {text: path for text in texts for where, path in places[text] if where == folder}
            answers = self._answers(result, folder, paths, layout, here)
            for text, path in paths.items():
                found[text] |= answers[path]
        return found

    def _answers(
        self, result: Result, folder: Path, paths: Mapping[str, str], layout: Layout, here: set[Hashable]
    ) -> Mapping[str, frozenset[str]]:
        """What Go answers in a folder: path → import paths."""
        flags = (
            *(f"-{name}={value}" for name in _FLAGS if (value := _flag(result, name))),
            *(f"-{name}" for name in _SWITCHES if enabled_flag(result, name)),
        )
        env = self._environment(result, folder)
        ran = result.circumstances
        asked = ran.layout, ran.goroot, *_without_test_folder(result, folder, (*flags, *map("=".join, env.items())))
        known = self._known.setdefault(asked, {})
        new = sorted(path for path in set(paths.values()) if (asked, path) not in here or not _is_scanned(path))
        named = " ".join(text for text, path in paths.items() if path in new)
        if new:
            _require_same(result, layout, new, named)
        if missing := [path for path in new if path not in known or not _is_scanned(path)]:
            known |= self._list(result, env, flags, missing, named)
        here.update((asked, path) for path in new)
        return known

    def clear(self) -> None:
        """Delete the folders."""
        if self._folder is not None:
            remove_tree(self._folder)
            self._folder = None

    def _environment(self, result: Result, folder: Path) -> dict[str, str]:
        if self._folder is None:
            self._folder = self.make_folder()
        # The settings of the files are those that the command found. Its flags are in the command line.
        env = {**result.circumstances.settings, "GOENV": "off", "GOFLAGS": NO_STAMPS, "PWD": str(folder)}
        # To ask must leave no trace in the caches under test.
        env |= {"GOCACHE": str(self._folder / "cache"), "GOCACHEPROG": "", "GOPROXY": "off"}
        env["GODEBUG"] = without_debug_settings(env.get("GODEBUG", ""))
        return env

    def _list(
        self, result: Result, env: Mapping[str, str], flags: Sequence[str], paths: Sequence[str], named: str
    ) -> Mapping[str, frozenset[str]]:
        output = Path(env["GOCACHE"]).with_name("output")
        output.mkdir(parents=True, exist_ok=True)
        go = str(result.circumstances.goroot / "bin" / "go")
        argv = [go, "list", "-find", "-e", "-f", _FORMAT, *flags, "--", *paths]
        done = process.run(argv, cwd=Path(env["PWD"]), env=env, output=output, timeout=_SECONDS)
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise NoEvidenceError(
                f"it is not known which packages {named} names in {result.title}; go list says: {said}"
            )
        found: dict[str, set[str]] = {path: set() for path in paths}
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            package, *matched = line.split("\t")
            for path in matched:
                # Go repeats a path in which it finds no package.
                if not package.startswith("."):
                    found[path].add(package)
        return {path: frozenset(packages) for path, packages in found.items()}


def _is_scanned(path: str) -> bool:
    """Whether the layout of a module tells of changes in a folder: it is that of the folders that ``...`` matches."""
    parts = [part for part in path.split("/") if part not in (".", "..", "...")]
    return not any(part == "testdata" or part.startswith(("_", ".")) for part in parts)


def _without_test_folder(result: Result, folder: Path, texts: Sequence[str]) -> tuple[str, ...]:
    """The folder, the go.mod and go.work above the module, and texts, without the path of the folder of the test.

    Files below the root are in the layout.
    """
    home = result.circumstances.settings.get("HOME", "")
    test = os.path.commonpath([result.cwd, home]) if os.path.isabs(home) else os.sep  # noqa: PTH117 - a text
    above = [file for parent in result.cwd.parents for name in _FILES if (file := parent / name).is_file()]
    found = [f"{file}={_read(file).decode('utf-8', 'replace')}" for file in above]
    whole = (str(folder), *found, *texts)
    return whole if test == os.sep else tuple(text.replace(test, "<test>") for text in whole)


def _flag(result: Result, name: str) -> str:
    """The value of a flag, for a go command in any folder; empty without one."""
    value = last_value(result, name)
    if name == "mod" and value == "mod":
        return "readonly"  # with -mod=mod, Go may change go.mod
    return str(_folder_of(result) / value) if value and name in ("modfile", "overlay") else value


def _require_same(result: Result, layout: Layout, paths: Sequence[str], named: str) -> None:
    """Raise `NoEvidenceError` when a change of the module may have changed what these patterns name."""
    before = result.circumstances.layout
    # Which package a folder is depends on the modules only.
    changes = ["go.mod or go.work changed"] if layout.modules != before.modules else []
    if layout.files != before.files and any("..." in path for path in paths):
        changes.append("Go files came, went or got other build constraints")
    if since := " and ".join(changes):
        raise NoEvidenceError(
            f"it is not known which packages {named} named in {result.title}: since then {since}; name the packages by "
            "their import paths, or call the assertion before the change"
        )


def _places(result: Result, text: str) -> list[tuple[Path, str]]:
    """The folders in which Go is asked about a pattern, each with the pattern as seen from there.

    A relative pattern starts from the module's root. A command that works in a different module below the root has
    packages that Go does not find from there.
    """
    root, folder, env = result.cwd, _folder_of(result), result.circumstances.settings
    if not text.startswith("."):
        return [(folder, text)]
    has_root = (root / "go.mod").is_file() or env.get("GOWORK") != "off" or env.get("GO111MODULE") == "off"
    places = [(root, text)] if has_root else []
    module = next((parent for parent in (folder, *folder.parents) if (parent / "go.mod").is_file()), folder)
    fixed = Path(os.path.normpath(root / text.partition("...")[0]))
    if module != root and fixed.is_relative_to(module):
        below = os.path.relpath(posixpath.normpath(f"{root}/{text}"), folder).replace(os.sep, "/")
        places.append((folder, below if below.startswith(("./", "../")) or below in (".", "..") else f"./{below}"))
    elif not has_root and text.endswith("/...") and module.is_relative_to(fixed):
        places.append((module, "./..."))
    return places
