"""``gocache.toml``: a repository's toolchains, its build and test commands, and the changes that it accepts."""

from __future__ import annotations

import difflib
import glob
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pytest_gocache.errors import UsageError

__all__ = ["NAME", "PREFIX", "Accepted", "NamedToolchain", "RepositoryConfig", "accept_more", "read_config"]

NAME = "gocache.toml"
"""The file's name; the file lies beside ``go.mod``."""
_LATEST = 1e11  # epoch seconds: the year 5138. File systems end before or soon after.
PREFIX = "checks.py::"
"""The start of ``test`` in an entry for a ready-made check; the check's name follows."""


@dataclass(frozen=True, slots=True)
class NamedToolchain:
    """A ``[toolchains.NAME]``."""

    spec: str
    """A version (``1.26.6``), or a path to a go binary or a GOROOT."""
    env: Mapping[str, str] = field(default_factory=dict)
    """The environment of every go command that runs on it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An ``[[accept]]``: a known change or a check that is known to fail. The first three fields are patterns."""

    test: str
    command: str
    change: str
    reason: str


@dataclass(frozen=True, slots=True)
class RepositoryConfig:
    """The content of the file; a part that the file does not have is empty."""

    toolchains: Mapping[str, NamedToolchain] = field(default_factory=dict)
    accepted: tuple[Accepted, ...] = ()
    build: tuple[str, ...] = ()
    """How the team builds: ``[build] command = ["make", "build"]``."""
    test: tuple[str, ...] = ()
    """How the team tests: ``[test] command = ["make", "test"]``."""
    tests_enabled: bool = True
    """Whether the checks may run the tests: ``[test] enabled = false`` leaves out the checks that need them."""
    env: Mapping[str, str] = field(default_factory=dict)
    """The environment of both: ``[build] env = { GOFLAGS = "-trimpath" }``."""
    mtimes: Literal["now", "keep", "commit"] | float = "now"
    """The modification times that files get in a checkout of the team's CI: ``[ci] mtimes = "commit"``."""
    go_repo: str = ""
    """The repository under test, relative to the file, when the file lies outside it."""
    root: str | None = None
    """The folder that is copied, relative to the file: ``[repo] root = "../.."``. None without ``[repo]``."""
    modules: tuple[str, ...] = ()
    """The folders of the modules under test, relative to the root: ``[repo] modules = ["services/api"]``."""


def read_config(folder: Path) -> RepositoryConfig:
    """Read the ``gocache.toml`` in ``folder``; without a file, every part is empty.

    Raises `UsageError` with the file and the key. For an unknown key the error names the nearest known one.
    """
    file = folder / NAME
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return RepositoryConfig()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from error
    content = _parsed(file, text)
    top = _Table(file, "", content, _TOP)
    toolchains = {name: _toolchain(file, name, table) for name, table in top.get("toolchains", {}).items()}
    accepted = tuple(_accepted(file, number, table) for number, table in enumerate(top.get("accept", []), 1))
    build = _Table(file, "build", top.get("build", {}), {"command": list, "env": dict})
    test = _Table(file, "test", top.get("test", {}), {"command": list, "enabled": bool})
    repo = _Table(file, "repo", top.get("repo", {}), {"root": str, "modules": list})
    env = _environment(file, "build.env", build.get("env", {}))
    if "build" in content and not env and "command" not in content["build"]:
        raise UsageError(f'{file}: build needs a command, like ["make", "build"], or an env')
    enabled = test.get("enabled", True)
    needs_command = "test" in content and "enabled" not in content["test"]
    return RepositoryConfig(
        toolchains=toolchains,
        accepted=accepted,
        build=_words(file, "build", build.get("command", None)),
        test=_words(file, "test", test.required("command") if needs_command else test.get("command", None)),
        tests_enabled=enabled,
        env=env,
        mtimes=_mtimes(file, top.get("ci", {})),
        go_repo=top.get("go_repo", ""),
        root=repo.get("root", ".") if "repo" in content else None,
        modules=_modules(file, repo.get("modules", [])),
    )


def accept_more(before: str, entries: Iterable[Accepted], file: Path) -> str:
    """The text to append to a ``gocache.toml`` so that it accepts more changes. The old text, ``before``, stays.

    The patterns of the entries are taken literally. Raises `UsageError` when nothing can be appended, because
    ``accept`` is an inline array or the file is not TOML.
    """
    added = "" if not before or before.endswith("\n") else "\n"
    for entry in entries:
        added += f"\n[[accept]]\ntest = {_quoted(entry.test)}\nchange = {_quoted(glob.escape(entry.change))}\n"
        added += f"reason = {_quoted(entry.reason)}\n"
    try:
        _parsed(file, before + added)
    except UsageError as error:
        raise UsageError(f"no [[accept]] can be added: {error}") from error
    return added


def _quoted(text: str) -> str:
    """A basic string of TOML. It has the escapes of JSON; DEL must be one of them."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _parsed(file: Path, text: str) -> dict[str, Any]:
    # Imported here because every run of pytest reads the options, and few repositories have this file.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, or an integer of more digits than Python reads
        raise UsageError(f"{file} is not TOML: {error}") from error
    except RecursionError:
        raise UsageError(f"{file} cannot be read: its arrays or tables are nested too deeply") from None


def _words(file: Path, table: str, command: Sequence[object] | None) -> tuple[str, ...]:
    if command is None:
        return ()
    words = [word for word in command if isinstance(word, str) and word and "\0" not in word]
    if not words or len(words) < len(command):
        raise UsageError(f'{file}: {table}.command is a list of words, like ["make", "{table}"], not {command!r}')
    return tuple(words)


def _modules(file: Path, names: Sequence[object]) -> tuple[str, ...]:
    folders = [name for name in names if isinstance(name, str) and name and "\0" not in name]
    if len(folders) < len(names):
        raise UsageError(f'{file}: repo.modules is a list of folders, like ["services/api"], not {names!r}')
    return tuple(folders)


def _mtimes(file: Path, content: object) -> Literal["now", "keep", "commit"] | float:
    found = _Table(file, "ci", content, {"mtimes": object}).get("mtimes", "now")
    number = isinstance(found, (int, float)) and not isinstance(found, bool)
    if found in ("now", "keep", "commit") or (number and -_LATEST < found < _LATEST):
        return found  # type: ignore[no-any-return] # checked above
    raise UsageError(f"{file}: ci.mtimes is 'now', 'keep', 'commit' or a number of epoch seconds, not {found!r}")


def _environment(file: Path, where: str, env: Mapping[str, object]) -> dict[str, str]:
    for variable, value in env.items():
        if not isinstance(value, str) or "\0" in variable + value:
            raise UsageError(f"{file}: {where}.{variable} is a string without NUL, not {value!r}")
    return {variable: str(value) for variable, value in env.items()}


class _Table:
    """A table with known keys and types; any other key or type is an error."""

    def __init__(self, file: Path, name: str, content: object, types: Mapping[str, type]) -> None:
        self._where = f"{file}: {name}" if name else str(file)
        if not isinstance(content, dict):
            raise UsageError(f"{self._where} is a table, not {content!r}")
        self._content: dict[str, Any] = content
        for key, value in content.items():
            full = f"{name}.{key}" if name else key
            if key not in types:
                raise UsageError(f"{file}: there is no key {full!r}{_nearest(key, types)}")
            if not isinstance(value, types[key]):
                raise UsageError(f"{file}: {full} is a {_NAMES[types[key]]}, not {value!r}")
            if isinstance(value, str) and "\0" in value:
                raise UsageError(f"{file}: {full} has a NUL, which no file name and no argument can have: {value!r}")

    def get(self, key: str, default: Any) -> Any:
        return self._content.get(key, default)

    def required(self, key: str) -> Any:
        if not self._content.get(key):
            raise UsageError(f"{self._where} needs a {key!r}")
        return self._content[key]


_TOP: Mapping[str, type] = {
    "toolchains": dict,
    "accept": list,
    "build": dict,
    "test": dict,
    "ci": dict,
    "repo": dict,
    "go_repo": str,
}
_NAMES: Mapping[type, str] = {dict: "table", list: "list", str: "string", bool: "boolean"}


def _nearest(key: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(key, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(known)}"


def _toolchain(file: Path, name: str, content: object) -> NamedToolchain:
    where = f"toolchains.{name}"
    table = _Table(file, where, content, {"version": str, "path": str, "env": dict})
    version, path = table.get("version", ""), table.get("path", "")
    if bool(version) == bool(path):
        raise UsageError(f"{file}: {where} needs either a 'version' or a 'path'")
    env = _environment(file, f"{where}.env", table.get("env", {}))
    if version:
        return NamedToolchain(version, env)
    try:
        # A path is relative to the file that names it.
        return NamedToolchain(str(file.parent / Path(path).expanduser()), env)
    except RuntimeError as error:
        raise UsageError(
            f"{file}: {where}.path = {path!r}: `~` has no home folder here: write the full path"
        ) from error


def _accepted(file: Path, number: int, content: object) -> Accepted:
    where = f"accept (number {number})"
    table = _Table(file, where, content, {"test": str, "command": str, "change": str, "reason": str})
    reason = table.required("reason")
    return Accepted(table.required("test"), table.get("command", "*"), table.get("change", "*"), reason)
