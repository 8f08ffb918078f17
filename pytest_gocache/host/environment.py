"""The hermetic environment of a go command: it takes nothing from around pytest that could change a verdict."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.golang.env_file import settings_in

__all__ = ["Home", "file_settings", "gocache_of", "gomodcache_of", "hermetic_environment"]

# What starting programs takes (on macOS, the C compiler too). None of these is a setting of the go command.
_PASSED = ("PATH", "DEVELOPER_DIR", "SDKROOT")


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one imagined machine, all below ``root``."""

    root: Path

    @property
    def home(self) -> Path:
        """The user's home directory."""
        return self.root / "home"

    @property
    def config(self) -> Path:
        """XDG_CONFIG_HOME."""
        return self.home / ".config"

    @property
    def tmp(self) -> Path:
        """TMPDIR."""
        return self.root / "tmp"

    @property
    def gopath(self) -> Path:
        """GOPATH."""
        return self.home / "go"

    @property
    def gocache(self) -> Path:
        """GOCACHE."""
        return self.root / "gocache"

    @property
    def gomodcache(self) -> Path:
        """GOMODCACHE."""
        return self.root / "gomodcache"

    def create(self) -> None:
        """Make the folders, and switch telemetry off by its mode file: Go ignores a GOTELEMETRY variable."""
        for folder in (self.tmp, self.gopath, self.gocache, self.gomodcache):
            folder.mkdir(parents=True, exist_ok=True)
        configs = [self.config]
        if sys.platform == "darwin":
            configs.append(self.home / "Library" / "Application Support")
        for config in configs:
            mode = config / "go" / "telemetry" / "mode"
            mode.parent.mkdir(parents=True, exist_ok=True)
            mode.write_text("off 2020-01-01\n", encoding="ascii")


def hermetic_environment(home: Home, goroot: Path, ambient: Mapping[str, str]) -> dict[str, str]:
    """The environment of go commands on an imagined machine; ``ambient`` is the environment of pytest.

    The toolchain's own ``bin`` comes first in PATH: programs that call ``go`` get the one under test.
    """
    env = {name: ambient[name] for name in _PASSED if name in ambient}
    env["PATH"] = os.pathsep.join([str(goroot / "bin"), env.get("PATH") or os.defpath])
    env |= {
        "HOME": str(home.home),
        "XDG_CONFIG_HOME": str(home.config),
        "XDG_CACHE_HOME": str(home.home / ".cache"),
        "XDG_DATA_HOME": str(home.home / ".local" / "share"),
        "XDG_STATE_HOME": str(home.home / ".local" / "state"),
        "TMPDIR": str(home.tmp),
        "TMP": str(home.tmp),
        "TEMP": str(home.tmp),
        "GOCACHE": str(home.gocache),
        "GOMODCACHE": str(home.gomodcache),
        "GOPATH": str(home.gopath),
        "GOBIN": str(home.gopath / "bin"),
        "GOENV": "off",
        "GOFLAGS": "",
        "GOTOOLCHAIN": "local",
        "GOPROXY": "off",
        "GOSUMDB": "off",
        "GOAUTH": "off",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "TZ": "UTC",
    }
    return env


def file_settings(env: Mapping[str, str], goroot: Path, cwd: Path) -> dict[str, str]:
    """What a go command in the folder ``cwd`` takes from files: settings for which the environment has no value.

    The files are the one of ``go env -w``, unless GOENV is ``off``, and ``go.env`` in GOROOT, which GOENV does not
    switch off.
    """
    user = env.get("GOENV") or _default_goenv(env)
    files = [Path(env.get("GOROOT") or goroot, "go.env")]
    if user not in ("", "off"):
        files.append(cwd / user)
    found: dict[str, str] = {}
    for file in files:
        with suppress(OSError):  # Go reads what there is
            found |= settings_in(file.read_bytes().decode("utf-8", "surrogateescape"))
    return {name: value for name, value in found.items() if not env.get(name)}


def _default_goenv(env: Mapping[str, str]) -> str:
    """The file that Go reads without GOENV: in the folder that ``os.UserConfigDir`` returns; empty without one."""
    home = env.get("HOME", "")
    if sys.platform == "darwin":
        return f"{home}/Library/Application Support/go/env" if home else ""
    config = env.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    return f"{config}/go/env" if config.startswith("/") else ""


def gocache_of(env: Mapping[str, str]) -> Path:
    """The build cache of go commands in this environment; without GOCACHE, Go's default in the user's folders."""
    home = env.get("HOME", os.devnull)
    caches = f"{home}/Library/Caches" if sys.platform == "darwin" else env.get("XDG_CACHE_HOME") or f"{home}/.cache"
    return Path(env.get("GOCACHE") or f"{caches}/go-build")


def gomodcache_of(env: Mapping[str, str]) -> Path:
    """The module cache of go commands in this environment; without GOMODCACHE it is in GOPATH, as in Go."""
    gopath = env.get("GOPATH", "").partition(os.pathsep)[0] or f"{env.get('HOME', os.devnull)}/go"
    return Path(env.get("GOMODCACHE") or f"{gopath}/pkg/mod")
