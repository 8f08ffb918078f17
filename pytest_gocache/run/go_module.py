"""A Go module on disk: its files, edits of its files, and its go commands."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.module_cache import ModuleCache, holds_modules
from pytest_gocache.errors import ModuleFileError, UsageError, called
from pytest_gocache.golang.modfile import module_path_of
from pytest_gocache.golang.txtar import parse_txtar
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.results.result import Result
from pytest_gocache.run.checkout import Times, copy_repository, set_times
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.module_files import changeable, existing_file, file_errors, new_files, text_of
from pytest_gocache.run.observer import Observer
from pytest_gocache.run.running import Running

if sys.version_info >= (3, 11):
    from typing import Unpack
else:
    from typing_extensions import Unpack

__all__ = ["GoModule", "observer_of"]

# The age of files that a test writes before its first command. Go does not cache a test result that depends on a file
# younger than two seconds.
_SETTLED_SECONDS = 3600.0


class CommandOptions(TypedDict, total=False):
    """The keywords of all commands of a `GoModule`."""

    env: Mapping[str, str | None] | None
    cwd: str | Path
    check: bool
    timeout: float | None


class GoModule:
    """The files of a Go module, and go commands in its folder.

    Files written before the first command have a modification time an hour ago, as in a checkout that nobody edits.
    Later changes have the current time, as after an edit. The methods for files take paths relative to the module's
    root, and raise `ModuleFileError` for a path that leaves it and for a file that cannot be used. They write, edit and
    remove a symbolic link itself, never the file that it names. The methods for commands return a `Result` and take
    ``env`` (changes to the environment for this one command; None removes a variable), ``cwd`` (the folder in which it
    starts, relative to the module's root), ``check`` (raise `GoCommandError` when it fails) and ``timeout`` (seconds;
    `GoTimeoutError` when exceeded).
    """

    def __init__(self, path: Path, observer: Observer, timeout: float | None = None) -> None:
        self.path = path
        """The module's root folder."""
        self.env: dict[str, str | None] = {}
        """Changes to the environment of every command of this module: ``go_module.env["CGO_ENABLED"] = "0"``. None
        removes a variable."""
        self._observer = observer
        self._timeout = timeout
        self._settled = time.time() - _SETTLED_SECONDS

    def __repr__(self) -> str:
        return f"GoModule({str(self.path)!r})"

    @property
    def module_path(self) -> str | None:
        """The module path in go.mod, like ``example.com/app``; None without a go.mod or a ``module`` line."""
        file = self.path / "go.mod"
        return module_path_of(file.read_text(encoding="utf-8", errors="replace")) if file.is_file() else None

    @property
    def toolchain(self) -> GoToolchain:
        """The toolchain of this module's commands."""
        return self._observer.machine.toolchain

    # Files.

    def write(self, path: str | Mapping[str, str | bytes], text: str | bytes | None = None) -> None:
        """Write one file (``write("lib/lib.go", text)``) or several (``write({path: text, …})``).

        Folders are made as needed; an existing file is replaced.
        """
        files: Mapping[str, str | bytes]
        if isinstance(path, Mapping):
            if text is not None:
                raise ModuleFileError("go_module.write: give a mapping of files, or a path and its text, not both")
            files = path
        elif text is None:
            raise ModuleFileError(f"go_module.write: {path!r} needs the file's text as the second argument")
        else:
            files = {path: text}
        self._write("write", files)

    def read(self, path: str) -> str:
        """The text of a file."""
        return text_of(self._existing("read", path), "read", path)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace ``old`` with ``new`` in a file. `ModuleFileError` unless the file has ``old`` exactly once."""
        text = text_of(self._existing("edit", path), "edit", path)
        count = text.count(old) if old else 0
        if count != 1:
            found = "is empty" if not old else "is not there" if count == 0 else f"is there {count} times"
            lines = [n for n, line in enumerate(text.splitlines(), 1) if old and old.splitlines()[0] in line]
            where = f" (lines {', '.join(map(str, lines))})" if count > 1 else ""
            raise ModuleFileError(
                f"go_module.edit: {path} must have the old text exactly once, and {old!r} {found}{where}"
                + ("; add the text around it" if count > 1 else f"; the file is:\n{text[:2000]}")
            )
        self._write("edit", {path: text.replace(old, new)})

    def append(self, path: str, text: str) -> None:
        """Add ``text`` to the end of a file."""
        self._write("append", {path: text_of(self._existing("append", path), "append", path) + text})

    def touch(self, path: str, mtime: float | None = None) -> None:
        """Set the modification time of an existing file to ``mtime``, in epoch seconds; by default to now."""
        moment = time.time() if mtime is None else mtime
        target = self._existing("touch", path)
        try:
            with file_errors("touch", path):
                os.utime(target, (moment, moment))
        except (TypeError, ValueError, OverflowError) as error:
            raise ModuleFileError(f"go_module.touch: mtime={mtime!r} is not a time in epoch seconds") from error

    def remove(self, path: str) -> None:
        """Delete an existing file, or a folder with its content; of a symbolic link, the link."""
        target = changeable(self._root("remove"), "remove", path)
        with file_errors("remove", path):
            remove_tree(target)

    def load(self, txtar: str) -> None:
        """Write the files of a txtar archive, without the indentation that all its lines share."""
        files = parse_txtar(textwrap.dedent(txtar))
        if not files:
            raise ModuleFileError(
                "go_module.load: the text has no file; in txtar, a file starts with a line `-- name --`"
            )
        self._write("load", files)

    # Commands.

    def build(self, *args: str, **options: Unpack[CommandOptions]) -> Result:
        """Run ``go build``."""
        return self.go("build", *args, **options)

    def test(self, *args: str, **options: Unpack[CommandOptions]) -> Result:
        """Run ``go test``."""
        return self.go("test", *args, **options)

    def vet(self, *args: str, **options: Unpack[CommandOptions]) -> Result:
        """Run ``go vet``."""
        return self.go("vet", *args, **options)

    def run(self, *args: str, **options: Unpack[CommandOptions]) -> Result:
        """Run ``go run``."""
        return self.go("run", *args, **options)

    def install(self, *args: str, **options: Unpack[CommandOptions]) -> Result:
        """Run ``go install``; GOBIN is a folder of this test."""
        return self.go("install", *args, **options)

    def generate(self, *args: str, **options: Unpack[CommandOptions]) -> Result:
        """Run ``go generate``.

        The result is the union of the go commands that the generators call; its ``commands`` has each of them.
        """
        return self.go("generate", *args, **options)

    def go(self, *args: str, **options: Unpack[CommandOptions]) -> Result:
        """Run any go command: ``go_module.go("list", "-deps", "./...")``.

        Raises `UsageError` for an argument or a variable that is not a string, for a timeout that is not positive, and
        for a ``cwd`` that is no folder of the checkout.
        """
        return self._observer.go(args, self._how(("go", *args), options))

    def exec(self, *argv: str, **options: Unpack[CommandOptions]) -> Result:
        """Run any program: ``go_module.exec("make", "build")``.

        Every ``go`` that it, or a program that it starts, finds on PATH is observed. The result is the union of these
        go commands; its ``commands`` has each of them, in the order of their starts. Go commands that are called by an
        absolute path, by a test binary or by the program of a ``go tool`` are not observed. When such a command writes
        to the build cache while no observed command runs, verdicts on the program raise `NoEvidenceError`. Modules that
        it downloads are among the `downloads`. A program that calls no go has `Result.idle`. Raises `UsageError` as
        `go` does, and for a program that does not start.
        """
        how = self._how(argv, options)
        if not argv:
            raise UsageError("go_module.exec: a program is missing, as in exec('make', 'build')")
        return self._observer.exec(argv, how)

    def _how(self, argv: Sequence[str], options: CommandOptions) -> Running:
        """How a command runs. `UsageError` for values that no program can get."""
        changes = {**self.env, **(options.get("env") or {})}
        values = [value for value in changes.values() if value is not None]
        shown = " ".join(map(str, argv[:2]))
        for what, given in (("argument", argv), ("environment variable", changes), ("value", values)):
            for text in given:
                if not isinstance(text, str):
                    raise UsageError(f"{shown}: the {what} {text!r} is not a string")
                if "\0" in text:
                    raise UsageError(
                        f"{shown}: the {what} {text!r} has a NUL, which the system does not pass to programs"
                    )
        for name in changes:
            if not name or "=" in name:
                raise UsageError(f"{shown}: {name!r} is not the name of an environment variable")
        timeout = options.get("timeout")
        limit = self._timeout if timeout is None else timeout
        if limit is not None and limit <= 0:
            raise UsageError(f"{shown}: timeout={timeout} is not a number of seconds above 0")
        return Running(changes, options.get("cwd", "."), options.get("check", True), limit)

    # Machines.

    @property
    def home(self) -> Path:
        """The user's home directory on this module's machine."""
        return self._observer.machine.home.home

    @property
    def gocache(self) -> BuildCache:
        """The GOCACHE of this module's machine."""
        return self._observer.machine.build_cache

    @property
    def gomodcache(self) -> ModuleCache:
        """The GOMODCACHE of this module's machine."""
        return self._observer.machine.module_cache

    def on_new_machine(
        self,
        restore: Iterable[BuildCache | ModuleCache | Path | str] = (),
        *,
        path: Path | str | None = None,
        mtimes: Times = "now",
        env: Mapping[str, str | None] | None = None,
        toolchain: GoToolchain | str | None = None,
    ) -> GoModule:
        """The same sources on a new machine: a new folder, a new home, and caches with only the restored content.

        It stands for the next CI job, a colleague's checkout, or a client of a cache server.

        - ``restore``: the content of its caches. Each item is a cache of this test, or a folder or archive that a
          ``save`` made. A GOCACHE to which nothing is restored has a warm standard library, unless ``warm=False``.
        - ``path``: the folder of the checkout, relative to the new machine's root. This module's own `path` keeps all
          paths the same, as the next job of a CI runner does. The old machine is gone then. With a `go_repo` below the
          top of its checkout, the whole checkout is copied.
        - ``mtimes``: the modification times of the sources: ``"now"`` as after a checkout, ``"keep"``, ``"commit"``
          for the times of the last commits, or epoch seconds.
        - ``env``: more changes to the environment of the module's commands.
        - ``toolchain``: a different toolchain, as a `GoToolchain` or a value of ``--go-toolchain``.

        Raises `UsageError` for an item that cannot be restored, and for a path outside of the new machine.
        """
        observer = self._observer
        restore = tuple(restore)
        for cache in restore:
            if isinstance(cache, BuildCache | ModuleCache):
                with called("go_module.on_new_machine"):
                    _ = cache.path  # refuses the cache of a machine that was replaced earlier
        chosen = observer.find_toolchain(toolchain) if isinstance(toolchain, str) and observer.find_toolchain else None
        machine, source, target = self._place(path, toolchain if isinstance(toolchain, GoToolchain) else chosen)
        copy_repository(source, target)
        with called("go_module.on_new_machine"):
            set_times(target, mtimes, machine.env, machine.home.tmp)
        _restore(machine, restore)
        folder = target / self.path.relative_to(observer.tree)
        module = GoModule(folder, replace(observer, machine=machine, cwd=folder, tree=target), self._timeout)
        module.env = {**self.env, **(env or {})}
        return module

    def _place(self, path: Path | str | None, toolchain: GoToolchain | None) -> tuple[Machine, Path, Path]:
        """A new machine, the folder with the sources for it, and the folder on it for the checkout."""
        old, tree = self._observer.machine, self._observer.tree
        root = old.home.root
        if path is not None and Path(os.path.realpath(self.path / path)) == Path(os.path.realpath(self.path)):
            gone = old.move_away() / tree.name
            tree.rename(gone)
            return old.successor(root, toolchain), gone, tree
        home = root.parent if root.parent.name == "machines" else root / "machines"
        new_root = home / str(sum(1 for _ in home.glob("*")) + 2)
        target = new_root / (path or Path("work") / tree.name)
        if not Path(os.path.normpath(target)).is_relative_to(new_root) or target == new_root:
            raise UsageError(
                f"go_module.on_new_machine: path={str(path)!r} is not inside the new machine's root: use a relative "
                f"path, or this module's own path {self.path} to keep all paths the same"
            )
        return old.successor(new_root, toolchain), tree, target

    # Helpers.

    def _root(self, verb: str) -> Path:
        """The module's root, links resolved. `UsageError` when a different machine has its folder now."""
        self._observer.machine.refuse_if_replaced(f"go_module.{verb}")
        return Path(os.path.realpath(self.path))

    def _existing(self, verb: str, path: str) -> Path:
        return existing_file(self._root(verb), verb, path)

    def _write(self, verb: str, files: Mapping[str, str | bytes]) -> None:
        # All paths first: a refused one leaves nothing half-written.
        for name, target, content in list(new_files(self._root(verb), verb, files)):
            with file_errors(verb, name):
                target.parent.mkdir(parents=True, exist_ok=True)
                self._remember(target)
                if target.is_symlink():
                    target.unlink()
                target.write_bytes(content)
            self._observer.steps.texts.edit(str(target), content)
            self._date(target)

    def _remember(self, target: Path) -> None:
        """Keep the content of a file before it changes: a failure can then show the difference."""
        if target.is_file():
            self._observer.steps.texts.add(str(target), target.read_bytes())

    def _date(self, target: Path) -> None:
        if self._observer.steps.taken == 0:
            # Every write gets a new time: Go's module index tells two states of a file apart by size and time alone.
            self._settled += 0.001
            os.utime(target, (self._settled, self._settled))


def observer_of(module: GoModule) -> tuple[Observer, float | None]:
    """The observer of a module's commands, and their time limit in seconds: for assertions that run more commands."""
    return module._observer, module._timeout  # noqa: SLF001 - not for users, so it is no attribute for them


def _restore(machine: Machine, what: Iterable[BuildCache | ModuleCache | Path | str]) -> None:
    for saved in what:
        if isinstance(saved, BuildCache):
            machine.build_cache.restore(saved)
        elif isinstance(saved, ModuleCache):
            machine.module_cache.restore(saved.folder)
        elif holds_modules(Path(saved)):
            machine.module_cache.restore(saved)
        else:
            machine.build_cache.restore(saved)
