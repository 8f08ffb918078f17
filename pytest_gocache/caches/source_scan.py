"""Scan the Go files of a module for imports, modules in local folders, and profiles."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.golang.imports import header_of, imports_of, starts_go
from pytest_gocache.golang.modfile import local_folders_of, module_path_of
from pytest_gocache.golang.patterns import Pattern
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.results.result import Layout
from pytest_gocache.results.seen_files import Texts

__all__ = ["SourceScan", "Sources", "named_std_packages"]

_PROFILE = "default.pgo"


def named_std_packages(arguments: GoArguments, toolchain: GoToolchain) -> frozenset[str]:
    """The standard packages in a command line: ``fmt``, ``net/...``, ``std``."""
    found: set[str] = set()
    # go run: the arguments after the package are the program's.
    for text in arguments.packages[: 1 if arguments.verb == "run" else None]:
        if not text or text.startswith((".", "/", "-")) or text.endswith(".go") or "@" in text:
            continue
        if text == "std":
            found.update(_all_std(toolchain))
        elif "..." in text:
            if text != "..." and toolchain.is_std(text.partition("/")[0].partition("...")[0]):
                pattern = Pattern.parse(text)
                found.update(name for name in _all_std(toolchain) if pattern.matches(name))
        elif toolchain.is_std(text):
            found.add(text)
    return frozenset(found)


def _all_std(toolchain: GoToolchain) -> Iterator[str]:
    source = toolchain.goroot / "src"
    for parent, folders, files in os.walk(source):
        folders[:] = [f for f in folders if f not in ("testdata", "cmd") and not f.startswith(("_", "."))]
        if any(f.endswith(".go") and not f.endswith("_test.go") for f in files) and parent != str(source):
            yield Path(parent).relative_to(source).as_posix()


@dataclass(frozen=True, slots=True)
class Sources:
    """Facts from the Go sources that a command could compile."""

    imports: frozenset[str]
    """Every import path in them, with build constraints ignored; ``C`` for cgo."""
    modules: Mapping[str, str]
    """Folder relative to the root → module path."""
    profiles: tuple[Path, ...]
    """The ``default.pgo`` files, which Go applies to the main packages in the same folders."""
    state: int = 0
    """A hash of the names and contents of all these files, comparable in this process only."""
    layout: Layout = Layout(0, 0)  # noqa: RUF009 - a value
    """The layout of these modules, without the folders ``more``."""
    starts_go: str = ""
    """A Go file of these modules through which a test may start go; empty for none."""


@dataclass(frozen=True, slots=True)
class _GoFile:
    """What is known of a Go file."""

    stamp: tuple[int, int, int]
    """Its size and times."""
    imports: tuple[str, ...]
    content: int
    """A hash."""
    header: int
    """A hash."""
    starts_go: bool


_ABSENT = _GoFile((0, 0, 0), (), 0, 0, starts_go=False)


class SourceScan:
    """Reads the imports of Go files, each file only when it is new or has changed."""

    def __init__(self) -> None:
        self._known: dict[str, _GoFile] = {}

    def read(
        self, root: Path, more: Iterable[Path] = (), texts: Texts | None = None, workspace: Path | None = None
    ) -> Sources:
        """Scan the module in ``root``, the local folders in its go.mod and go.work, and the folders ``more``.

        ``workspace`` is a go.work that may be above the module. The modules that it uses are scanned too.

        As in Go's ``...``, the folders ``testdata``, ``_x`` and ``.x`` are left out. ``texts`` records the content of
        the Go files in ``root``.
        """
        imports: set[str] = set()
        modules: dict[str, str] = {}
        profiles: list[Path] = []
        own_files: list[tuple[str, _GoFile]] = []
        waiting = [*(others := list(more)), root]
        own = f"{root}{os.sep}"
        state = modules_state = files_state = 0
        if workspace is not None and workspace.parent != root:
            text = _read(str(workspace)).decode("utf-8", "replace")
            state = modules_state = hash((os.path.relpath(workspace, root), text))
            waiting += _local_modules(str(workspace.parent), text)
        seen: set[Path] = set()
        while waiting:
            folder = waiting.pop()
            if folder in seen or not folder.is_dir():
                continue
            seen.add(folder)
            for parent, name in _files(folder):
                file = os.path.join(parent, name)  # noqa: PTH118 - hot
                # The same module in the folders of two tests has the same layout.
                inside = file.removeprefix(own)
                if name.endswith(".go"):
                    go = self._read_go(file, texts if file.startswith(own) else None)
                    imports.update(go.imports)
                    state ^= hash((file, go.content))
                    if folder not in others:
                        files_state ^= hash((inside, go.header))
                        own_files.append((file, go))
                elif name == _PROFILE:
                    profiles.append(Path(file))
                else:
                    text = _read(file).decode("utf-8", "replace")
                    state ^= hash((file, text))
                    modules_state ^= hash((inside, text)) if folder not in others else 0
                    waiting += _local_modules(parent, text)
                    module = module_path_of(text) if name == "go.mod" else None
                    relative = os.path.relpath(parent, root)
                    if module and not relative.startswith(".."):
                        modules[relative.replace(os.sep, "/")] = module
        layout = Layout(modules_state, files_state)
        starts = _starts_go(own_files, root)
        return Sources(frozenset(imports), modules, tuple(sorted(profiles)), state, layout, starts)

    def _read_go(self, file: str, texts: Texts | None) -> _GoFile:
        try:
            info = os.stat(file)  # noqa: PTH116 - hot: every Go file before every command
        except OSError:  # a dangling symbolic link
            return _ABSENT
        stamp = (info.st_size, info.st_mtime_ns, info.st_ino)
        known = self._known.get(file)
        if known is None or known.stamp != stamp:
            content = _read(file)
            source = content.decode("utf-8", "replace")
            imports = imports_of(source)
            # Without cgo, Go leaves out the files that import "C".
            header = hash((header_of(source), "C" in imports))
            known = _GoFile(stamp, imports, hash(content), header, starts_go(source, imports))
            self._known[file] = known
            if texts is not None:
                texts.add(file, content)
        return known


def _starts_go(files: Iterable[tuple[str, _GoFile]], root: Path) -> str:
    """The first of these files that starts go and is not vendored, relative to ``root``; empty for none."""
    names = (os.path.relpath(file, root) for file, go in files if go.starts_go)
    return min((name for name in names if "vendor" not in Path(name).parts), default="")


def _local_modules(folder: str, go_mod_or_work: str) -> list[Path]:
    found = (Path(os.path.normpath(Path(folder) / local)) for local in local_folders_of(go_mod_or_work))
    return [path for path in found if (path / "go.mod").is_file()]


def _read(file: str) -> bytes:
    try:
        with open(file, "rb") as stream:  # noqa: PTH123 - hot
            return stream.read()
    except OSError:
        return b""


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if f != "testdata" and not f.startswith((".", "_"))]
        for name in files:
            if name.endswith(".go") or name in ("go.mod", "go.work", _PROFILE):
                yield parent, name
