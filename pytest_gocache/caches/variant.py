"""The variant of a command: all but the imports that selects the compiled standard packages it needs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_gocache.golang.command_line import VARIANT_ENV, GoArguments, flags_for_all, tags_of, variant_flags
from pytest_gocache.golang.quoted import split_words
from pytest_gocache.host.environment import file_settings
from pytest_gocache.host.toolchain import GoToolchain

__all__ = ["Variant", "compiler_stamp"]

# Path, size and modification time identify a compiler: it is large to read, and is only ever replaced as a whole.
_Stamp = tuple[str, int, int]
_EXTRAS = ("-cover", "-ldflags", "-tags", "-vet")
# These reach the compiled form of packages with C code, and of those that import them.
_FOR_C = frozenset({"AR", "CC", "CXX", "FC", "GCCGO", "GO_EXTLINK_ENABLED", "PKG_CONFIG"})


@dataclass(frozen=True, slots=True)
class Variant:
    """Everything but the imports that decides which compiled standard packages a command needs."""

    version: str
    compiler: str
    env: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    inputs: tuple[_Stamp | tuple[str, str], ...]
    """The C compilers that Go would call, and the hash of a PGO profile."""

    @classmethod
    def of(
        cls,
        toolchain: GoToolchain,
        arguments: GoArguments,
        env: Mapping[str, str],
        cwd: Path,
        *,
        for_all: bool = False,
    ) -> Variant:
        """The variant of a go command with these arguments, settings and folder.

        ``for_all``: flags for ``all=`` packages select a variant too; otherwise the command rebuilds what they reach.
        ``env`` is the environment, with the settings that the go command takes from files.
        """
        # A variable with the toolchain's default value selects nothing. The defaults hold for the host target only:
        # for a different target, the default of cgo is different. Nor do they hold when they are from go.env: a
        # different GOROOT of the same version may have others.
        in_goroot = file_settings({"GOENV": "off"}, toolchain.goroot, cwd)
        host = all(env.get(name, "") in ("", toolchain.env.get(name)) for name in ("GOOS", "GOARCH"))
        chosen = tuple(
            (name, env[name])
            for name in VARIANT_ENV
            if env.get(name) and not (host and name not in in_goroot and env[name] == toolchain.env.get(name))
        )
        inputs: list[_Stamp | tuple[str, str]] = []
        for name, default in (("CC", toolchain.env.get("CC", "gcc")), ("CXX", toolchain.env.get("CXX", "g++"))):
            stamp = compiler_stamp(env.get(name) or default or "", env.get("PATH"))
            if stamp is not None:
                inputs.append(stamp)
        flags = []
        for flag in variant_flags(arguments):
            name, _, value = flag.partition("=")
            if name == "-pgo":
                flag = f"-pgo={cwd / value}"  # noqa: PLW2901 - absolute, since warming runs in a different folder
                inputs += _profile(cwd / value)
            if name == "-tags":
                tags = tags_of(value) & toolchain.std_tags
                if not tags:
                    continue
                flag = f"-tags={','.join(sorted(tags))}"  # noqa: PLW2901 - the same tags in every spelling
            flags.append(flag)
        if for_all:
            flags += flags_for_all(arguments)
        return cls(str(toolchain.version), toolchain.compiler, chosen, tuple(flags), tuple(inputs))

    def with_profile(self, profile: Path) -> Variant:
        """The variant of the imports of a main package that has a ``default.pgo`` in its folder."""
        return replace(self, flags=(*self.flags, f"-pgo={profile}"), inputs=(*self.inputs, *_profile(profile)))

    @property
    def family(self) -> str:
        """A short hash of everything that the compiled form of every standard package depends on.

        Variants of one family share most compiled packages. The path of a profile does not matter, and the `extras` add
        packages or replace a few.
        """
        return self._hash(self.env, self.inputs)

    @property
    def kin(self) -> str:
        """A short hash of what `family` depends on, without the settings for C code.

        Variants of one kin share the compiled packages that need no C code (measured on Go 1.21 to 1.27).
        """
        env = [(name, value) for name, value in self.env if name not in _FOR_C and not name.startswith("CGO_")]
        return self._hash(env, ())

    def _hash(self, env: Sequence[tuple[str, str]], inputs: Sequence[_Stamp | tuple[str, str]]) -> str:
        flags = [flag for flag in self.flags if flag not in self.extras and not flag.startswith("-pgo=")]
        text = json.dumps([self.version, self.compiler, env, flags, inputs])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    @property
    def extras(self) -> tuple[str, ...]:
        """The flags that do not change most compiled packages (measured for ``-cover`` on Go 1.21 to 1.27)."""
        return tuple(flag for flag in self.flags if flag.partition("=")[0] in _EXTRAS)

    @property
    def label(self) -> str:
        """A name for people: ``go1.27.3``, ``go1.27.3 -race GOOS=windows``."""
        flags = ["-pgo" if flag.startswith("-pgo=") else flag for flag in self.flags]
        return " ".join([self.version, *flags, *(f"{name}={value}" for name, value in self.env)])


def compiler_stamp(command: str, path: str | None) -> _Stamp | None:
    """Path, size in bytes and modification time in nanoseconds of a C compiler; None if ``path`` does not have it."""
    words = split_words(command)
    found = shutil.which(words[0], path=path) if words else None
    if found is None:
        return None
    info = Path(found).stat()
    return os.path.realpath(found), info.st_size, info.st_mtime_ns


def _profile(file: Path) -> list[tuple[str, str]]:
    return [("pgo", hashlib.sha256(file.read_bytes()).hexdigest())] if file.is_file() else []
