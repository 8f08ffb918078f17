"""The conditions of a script: what is in brackets before a command."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from pytest_gocache.errors import UsageError
from pytest_gocache.golang.patterns import near_misses
from pytest_gocache.golang.quoted import split_words
from pytest_gocache.scripts.state import State

__all__ = ["CONDITIONS", "holds", "known_condition"]


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# What Go supports where, of Go 1.21 to 1.27: `internal/platform` in its sources.
_OSES = _words(
    "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd",
    "openbsd plan9 solaris wasip1 windows zos",
)
_UNIX = _OSES - _words("js nacl plan9 wasip1 windows zos")
_ARCHES = _words(
    "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le",
    "ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm",
)
_RACE = _words(
    "linux/amd64 linux/arm64 linux/loong64 linux/ppc64le linux/s390x",
    "darwin/amd64 darwin/arm64 freebsd/amd64 netbsd/amd64 windows/amd64",
)
_MSAN = _words("linux/amd64 linux/arm64 linux/loong64 freebsd/amd64")
_ASAN = _words("linux/amd64 linux/arm64 linux/loong64 linux/ppc64le linux/riscv64")
_FUZZ = _words("darwin freebsd linux openbsd windows")
_FUZZ_ARCHES = _words("amd64 arm64 loong64")
_SHARED = _words("linux/386 linux/amd64 linux/arm linux/arm64 linux/ppc64le linux/s390x")
_LIBRARIES = _SHARED | _words("linux/loong64 linux/riscv64 darwin/amd64 darwin/arm64")
_MODES: Mapping[str, frozenset[str] | None] = {
    **dict.fromkeys(("archive", "default", "exe", "c-archive")),
    **dict.fromkeys(("c-shared", "pie", "plugin"), _LIBRARIES),
    "shared": _SHARED,
}
"""The build modes, each with its targets; None for all targets."""
_GO_VERSION = re.compile(r"go1\.\d+")


def holds(state: State, name: str) -> bool:
    """Whether a condition holds, ``[!…]`` not regarded. Raises `UsageError` for an unknown one."""
    prefix, colon, suffix = name.partition(":")
    if colon and prefix in _WITH_SUFFIX:
        return _WITH_SUFFIX[prefix](state, suffix)
    if _GO_VERSION.fullmatch(name):
        return state.module.toolchain.version.satisfies(f">={name.removeprefix('go')}")
    if name in _PLAIN:
        return _PLAIN[name](state)
    if name in _OSES:
        return _target(state)[0] == name
    if name in _ARCHES:
        return _target(state)[1] == name
    raise UsageError(f"[{name}]: {_unknown(name)}")


def known_condition(name: str) -> str:
    """What is wrong with the name of a condition; empty for one that exists."""
    prefix, colon, _ = name.partition(":")
    known = prefix in _WITH_SUFFIX if colon else name in _PLAIN or name in _OSES or name in _ARCHES
    return "" if known or _GO_VERSION.fullmatch(name) else _unknown(name)


def _unknown(name: str) -> str:
    if name in _WITH_SUFFIX:
        return f"the condition needs a value: [{name}:…]"
    near = ", ".join(f"[{one}]" for one in near_misses(name, [*CONDITIONS, *sorted(_OSES), *sorted(_ARCHES)]))
    return f"there is no such condition{f'; near it: {near}' if near else ''}"


def _target(state: State) -> tuple[str, str]:
    env = state.module.toolchain.env
    return state.value("GOOS") or env["GOHOSTOS"], state.value("GOARCH") or env["GOHOSTARCH"]


def _host(state: State) -> tuple[str, str]:
    env = state.module.toolchain.env
    return env["GOHOSTOS"], env["GOHOSTARCH"]


def _compiler(state: State) -> str:
    words = split_words(state.value("CC") or state.module.toolchain.env.get("CC") or "gcc")
    return (words or ["gcc"])[0]


def _cgo(state: State) -> bool:
    enabled = state.value("CGO_ENABLED") or state.module.toolchain.env.get("CGO_ENABLED", "1")
    return enabled != "0" and _is_program(state, _compiler(state))


def _is_program(state: State, name: str) -> bool:
    return shutil.which(name, path=state.value("PATH") or os.defpath) is not None


def _supported(places: frozenset[str]) -> Callable[[State], bool]:
    """Whether a flag that needs cgo works for the target."""
    return lambda state: _cgo(state) and _target(state) == _host(state) and "/".join(_target(state)) in places


def _fuzzes(state: State) -> bool:
    return _target(state)[0] in _FUZZ


def _case_sensitive(state: State) -> bool:
    return not Path(str(state.root).swapcase()).exists()


def _buildmode(state: State, mode: str) -> bool:
    if mode not in _MODES:
        raise UsageError(f"[buildmode:{mode}]: the modes are {', '.join(_MODES)}")
    places = _MODES[mode]
    return places is None or "/".join(_target(state)) in places


def _one_of(names: frozenset[str], position: int) -> Callable[[State, str], bool]:
    def check(state: State, name: str) -> bool:
        if name not in names:
            raise UsageError(f"[{'GOOS' if position == 0 else 'GOARCH'}:{name}]: Go has no such target")
        return _target(state)[position] == name

    return check


def _experiment(state: State, name: str) -> bool:
    on = state.value("GOEXPERIMENT") or state.module.toolchain.env.get("GOEXPERIMENT", "")
    return name in on.split(",")


_PLAIN: Mapping[str, Callable[[State], bool]] = {
    "abscc": lambda state: _compiler(state).startswith("/") and _is_program(state, _compiler(state)),
    "asan": _supported(_ASAN),
    "case-sensitive": _case_sensitive,
    "cgo": _cgo,
    "cgolinkext": lambda _: False,
    "cross": lambda state: _target(state) != _host(state),
    "default-cgo": lambda _: False,
    "fuzz": _fuzzes,
    "fuzz-instrumented": lambda state: _fuzzes(state) and _target(state)[1] in _FUZZ_ARCHES,
    "gc": lambda _: True,
    "gccgo": lambda _: False,
    "git": lambda state: _is_program(state, "git"),
    "git-sha256": lambda state: _is_program(state, "git"),
    "go-builder": lambda _: False,
    "link": lambda _: True,
    "msan": _supported(_MSAN),
    "mustlinkext": lambda _: False,
    "net": lambda _: False,
    "pielinkext": lambda state: _target(state)[1] not in ("amd64", "arm64", "loong64", "riscv64", "s390x", "ppc64le"),
    "race": _supported(_RACE),
    "root": lambda _: os.geteuid() == 0,
    "short": lambda _: False,
    "symlink": lambda _: True,
    "trimpath": lambda _: False,
    "unix": lambda state: _target(state)[0] in _UNIX,
    "verbose": lambda _: False,
}
_WITH_SUFFIX: Mapping[str, Callable[[State, str], bool]] = {
    "GOARCH": _one_of(_ARCHES, 1),
    "GODEBUG": lambda state, text: text in [part.strip() for part in state.value("GODEBUG").split(",")],
    "GOEXPERIMENT": _experiment,
    "GOOS": _one_of(_OSES, 0),
    "buildmode": _buildmode,
    "cc": lambda state, name: _compiler(state) == name,
    "compiler": lambda _, name: name == "gc",
    "exec": _is_program,
    "net": lambda *_: False,
}
CONDITIONS = (*sorted(_PLAIN), *(f"{name}:…" for name in sorted(_WITH_SUFFIX)))
"""The conditions, but for versions, systems and architectures."""
