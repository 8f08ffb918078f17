"""A Go module on disk, as a test sees it: its files, edits of them, and its go commands."""

from __future__ import annotations

import os
import shutil
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path

from pytest_gocache.caches import remove_tree
from pytest_gocache.errors import ModuleFileError, UsageError
from pytest_gocache.gosource import module_path_of
from pytest_gocache.observe import Observer
from pytest_gocache.patterns import near_misses
from pytest_gocache.result import Result
from pytest_gocache.toolchain import GoToolchain
from pytest_gocache.txtar import parse_txtar

__all__ = ["GoModule"]

# How old the files are that a test writes before its first command: Go distrusts what is younger than two seconds.
_SETTLED_SECONDS = 3600.0


class GoModule:
    """The files of a Go module, and go commands in its folder.

    Until the first command, the files that are written look an hour old, like those of a settled checkout; from then on
    a change gets the time at which it is made, as an editor's would. The verbs for files take paths relative to the
    module's root and raise `ModuleFileError` for one that leaves it. The verbs for commands return a `Result` and take
    ``env`` (changes to the environment for this one command), ``check`` (raise `GoCommandError` when it fails) and
    ``timeout`` (seconds; `GoTimeoutError` when exceeded).
    """

    def __init__(self, path: Path, observer: Observer, timeout: float | None = None) -> None:
        self.path = path
        """The module's root folder."""
        self.env: dict[str, str] = {}
        """Changes to the environment of every command of this module: ``go_module.env["CGO_ENABLED"] = "0"``."""
        self._observer = observer
        self._timeout = timeout
        self._settled = time.time() - _SETTLED_SECONDS

    def __repr__(self) -> str:
        return f"GoModule({str(self.path)!r})"

    @property
    def module_path(self) -> str | None:
        """What go.mod declares: ``example.com/app``; None without a go.mod or a ``module`` line in it."""
        file = self.path / "go.mod"
        return module_path_of(file.read_text(encoding="utf-8")) if file.is_file() else None

    @property
    def toolchain(self) -> GoToolchain:
        """The toolchain that runs this module's commands."""
        return self._observer.machine.toolchain

    # Files.

    def write(self, path: str | Mapping[str, str | bytes], text: str | bytes | None = None) -> None:
        """Write one file (``write("lib/lib.go", text)``) or several (``write({path: text, …})``).

        Folders are made as needed; an existing file is replaced.
        """
        files: Mapping[str, str | bytes]
        if isinstance(path, Mapping):
            if text is not None:
                raise ModuleFileError("write takes a mapping of files, or a path and its text, not both")
            files = path
        elif text is None:
            raise ModuleFileError(f"write({path!r}) needs the file's text as its second argument")
        else:
            files = {path: text}
        # All paths first: a refused one leaves nothing half-written.
        targets = [(self._inside(name), content) for name, content in files.items()]
        for target, content in targets:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._remember(target)
            written = content.encode("utf-8") if isinstance(content, str) else content
            target.write_bytes(written)
            self._observer.texts.add(str(target), written)
            self._date(target)

    def read(self, path: str) -> str:
        """The text of a file."""
        return self._existing(path).read_text(encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace ``old`` by ``new`` in a file; a `ModuleFileError` when ``old`` is not there exactly once."""
        text = self.read(path)
        count = text.count(old) if old else 0
        if count != 1:
            found = "is empty" if not old else "is not there" if count == 0 else f"is there {count} times"
            lines = [n for n, line in enumerate(text.splitlines(), 1) if old and old.splitlines()[0] in line]
            where = f" (lines {', '.join(map(str, lines))})" if count > 1 else ""
            raise ModuleFileError(
                f"edit({path!r}): the text to replace must be in the file exactly once, and {old!r} {found}{where}"
                + ("; give more of its surroundings" if count > 1 else f"; the file is:\n{text[:2000]}")
            )
        self.write(path, text.replace(old, new))

    def append(self, path: str, text: str) -> None:
        """Add ``text`` to the end of a file."""
        self.write(path, self.read(path) + text)

    def touch(self, path: str, mtime: float | None = None) -> None:
        """Set a file's modification time, in epoch seconds: now, unless ``mtime`` says otherwise. It must exist."""
        moment = time.time() if mtime is None else mtime
        os.utime(self._existing(path), (moment, moment))

    def remove(self, path: str) -> None:
        """Delete a file, or a folder with all that is in it. It must exist."""
        target = self._inside(path)
        if not target.exists() and not target.is_symlink():
            raise self._absent(path)
        if target == self.path:
            raise ModuleFileError("remove: the module's root cannot be removed")
        remove_tree(target)

    def load(self, txtar: str) -> None:
        """Write the files of a txtar archive; indentation common to all its lines is removed first."""
        files = parse_txtar(textwrap.dedent(txtar))
        if not files:
            raise ModuleFileError("load: the text has no file in it; a txtar file starts with a line `-- name --`")
        self.write(files)

    # Commands.

    def build(
        self, *args: str, env: Mapping[str, str] | None = None, check: bool = True, timeout: float | None = None
    ) -> Result:
        """Run ``go build``."""
        return self.go("build", *args, env=env, check=check, timeout=timeout)

    def test(
        self, *args: str, env: Mapping[str, str] | None = None, check: bool = True, timeout: float | None = None
    ) -> Result:
        """Run ``go test``."""
        return self.go("test", *args, env=env, check=check, timeout=timeout)

    def vet(
        self, *args: str, env: Mapping[str, str] | None = None, check: bool = True, timeout: float | None = None
    ) -> Result:
        """Run ``go vet``."""
        return self.go("vet", *args, env=env, check=check, timeout=timeout)

    def run(
        self, *args: str, env: Mapping[str, str] | None = None, check: bool = True, timeout: float | None = None
    ) -> Result:
        """Run ``go run``."""
        return self.go("run", *args, env=env, check=check, timeout=timeout)

    def install(
        self, *args: str, env: Mapping[str, str] | None = None, check: bool = True, timeout: float | None = None
    ) -> Result:
        """Run ``go install``, into a GOBIN of this test."""
        return self.go("install", *args, env=env, check=check, timeout=timeout)

    def generate(
        self, *args: str, env: Mapping[str, str] | None = None, check: bool = True, timeout: float | None = None
    ) -> Result:
        """Run ``go generate``."""
        return self.go("generate", *args, env=env, check=check, timeout=timeout)

    def go(
        self, *args: str, env: Mapping[str, str] | None = None, check: bool = True, timeout: float | None = None
    ) -> Result:
        """Run any go command: ``go_module.go("list", "-deps", "./...")``.

        Raises `UsageError` for an argument or a variable that is not a string, and for a timeout that is not positive.
        """
        changes = {**self.env, **(env or {})}
        for what, given in (("argument", args), ("environment variable", changes), ("value", changes.values())):
            for text in given:
                if not isinstance(text, str):
                    raise UsageError(f"go {args[0] if args else ''}: the {what} {text!r} is not a string")
        limit = self._timeout if timeout is None else timeout
        if limit is not None and limit <= 0:
            raise UsageError(f"go {args[0] if args else ''}: timeout={timeout} is not a number of seconds above 0")
        return self._observer.go(list(args), changes, check=check, timeout=limit)

    # Helpers.

    def _inside(self, path: str) -> Path:
        """The absolute path of a file of the module, links resolved; refused when it is not inside."""
        root = Path(os.path.realpath(self.path))
        target = Path(os.path.realpath(root / path))
        if not path or not target.is_relative_to(root):
            raise ModuleFileError(f"{path!r} is outside the module {self.path}: paths are relative to its root")
        return target

    def _existing(self, path: str) -> Path:
        target = self._inside(path)
        if not target.is_file():
            raise self._absent(path)
        return target

    def _absent(self, path: str) -> ModuleFileError:
        files = [p.relative_to(self.path).as_posix() for p in self.path.rglob("*") if p.is_file()]
        near = near_misses(path, [f for f in files if not f.startswith(".git/")])
        return ModuleFileError(
            f"there is no file {path!r} in the module {self.path}" + (f"; near it: {', '.join(near)}" if near else "")
        )

    def _remember(self, target: Path) -> None:
        """Keep what is in a file that is to change: a failure can then show the difference."""
        if target.is_file():
            self._observer.texts.add(str(target), target.read_bytes())

    def _date(self, target: Path) -> None:
        if self._observer.taken == 0:
            # A tick for each file: Go's module index tells two states of a file apart by size and time alone.
            self._settled += 0.001
            os.utime(target, (self._settled, self._settled))


def copy_repository(source: Path, target: Path) -> None:
    """Copy a repository with its version-control data, modification times kept, to a folder that does not exist.

    Left out: caches that declare themselves (``CACHEDIR.TAG``), virtual environments (``pyvenv.cfg``), ``__pycache__``
    and ``node_modules``, and sockets and the like. A ``.git`` that is a file (a linked worktree, a submodule) is left
    out too: git commands in the copy would write to the original.
    """

    def leave_out(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if _is_not_source(Path(folder) / name)}

    shutil.copytree(source, target, symlinks=True, ignore=leave_out)


def _is_not_source(path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.is_dir():
        if path.name in ("__pycache__", "node_modules"):
            return True
        return (path / "CACHEDIR.TAG").is_file() or (path / "pyvenv.cfg").is_file()
    return not path.is_file() or path.name == ".git"
