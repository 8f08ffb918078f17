"""The go commands that make one warm build cache: build, test and vet of a module that imports what is wanted."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.clone import cache_files
from pytest_gocache.caches.variant import Variant
from pytest_gocache.host import process
from pytest_gocache.host.environment import Home, hermetic_environment
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.toolchain import GoToolchain

__all__ = ["Warming"]

_COMMAND_SECONDS = 1800.0
_NO_ROOM = 64 * 1024  # bytes; a go command that fails with so little left has failed for that

# go vet and go list take the build flags, but not those of a test binary.
_TEST_ONLY = ("-cover", "-fuzz", "-vet")


class Warming:
    """The making of one entry of the store, in a scratch folder.

    ``entry`` is the folder that `run` fills: the cache in ``cache``, and a description in ``entry.json``.
    """

    def __init__(
        self,
        scratch: Path,
        toolchain: GoToolchain,
        variant: Variant,
        packages: frozenset[str],
        ambient: Mapping[str, str],
    ) -> None:
        self.entry = scratch / "entry"
        self._cache = BuildCache(self.entry / "cache")
        self._module = scratch / "module"
        self._binaries = scratch / "binaries"
        self._toolchain = toolchain
        self._variant = variant
        self._packages = packages
        home = Home(scratch / "machine")
        home.create()
        self._env = hermetic_environment(home, toolchain.goroot, ambient) | dict(variant.env)
        self._env |= {"GOCACHE": str(self._cache.path), "GOWORK": "off"}

    def run(self, base: Path | None) -> str | None:
        """Fill the entry, on top of ``base``; returns what Go printed when it cannot build the packages.

        Raises `OSError` when there is no room.
        """
        # What go prints is not written into the store: on a full disk the complaint itself would be lost.
        with tempfile.TemporaryDirectory(prefix="pytest-gocache-") as output:
            self._output = Path(output)
            return self._fill(base)

    def _fill(self, base: Path | None) -> str | None:
        self._cache.create()
        self._module.mkdir()
        if base is not None:
            self._cache.add(base)
        before = {entry.output for entry in self._cache.entries()}
        everywhere = [f for f in self._variant.flags if f.partition("=")[0] not in _TEST_ONLY]
        for_build = [f for f in self._variant.flags if f.partition("=")[0] not in ("-fuzz", "-vet")]
        for_test = [f for f in self._variant.flags if not f.startswith("-fuzz=")]
        importable, named = self._buildable(everywhere)
        self._write(importable)
        commands = [["build", *for_build, "-o", str(self._binaries) + os.sep, "."], ["vet", *everywhere, "./..."]]
        if not any(flag.startswith("-buildmode=") and flag != "-buildmode=pie" for flag in everywhere):
            # The test binaries are built and vetted, and never run: they may be another machine's.
            commands.append(["test", *for_test, "-exec", "true", "./..."])
        if any(flag.startswith("-fuzz=") for flag in self._variant.flags):
            commands.append(["test", *self._variant.flags, "-exec", "true", "./imports"])
        if named:
            commands.append(["build", *for_build, *named])
        for command in commands:
            complaint = self._go(command)
            if complaint is not None:
                return complaint
        stages = self._stages(importable, commands)
        complaint = self._go(["list", *everywhere, "-deps", "-f", "{{if .Standard}}{{.ImportPath}}{{end}}", "./..."])
        if complaint is not None:
            return complaint
        covers = set((self._output / "stdout").read_text(encoding="utf-8").split())
        added = sum(entry.size for entry in self._cache.entries() if entry.output not in before)
        description = {
            "variant": self._variant.label,
            "extras": list(self._variant.extras),
            "packages": sorted(self._packages),
            "covers": sorted(covers | set(named)),
            "made": time.time(),
            "bytes": added + sum(1 for _ in self._cache.entries()) * 175,
        }
        (self.entry / "stages.json").write_text(json.dumps(stages), encoding="utf-8")
        (self.entry / "entry.json").write_text(json.dumps(description, indent=1), encoding="utf-8")
        return None

    def _stages(self, importable: list[str], commands: list[list[str]]) -> dict[str, list[str]]:
        """Which files the commands need: those of ``build``, those that ``test`` adds, and the ``rest``.

        A test that only builds gets by with a third of the files, and files are what a clone costs.
        """
        unseen = set(cache_files(self._cache.path))
        stages = {}
        for number, verb in enumerate(("build", "test")):
            # Changed sources: Go must compile, vet and link them again, for which it asks for all that they import.
            self._write(importable, number + 1)
            remove_tree(self._binaries)
            used = self._used_by([command for command in commands if command[0] == verb])
            stages[verb] = sorted(used & unseen)
            unseen -= used
        stages["rest"] = sorted(unseen)
        return stages

    def _used_by(self, commands: list[list[str]]) -> set[str]:
        """The files that go commands look at: Go gives an index file that was not used for an hour a new time."""
        long_ago = time.time() - 2 * 3600
        indexes = [self._cache.path / name for name in cache_files(self._cache.path) if name.endswith("-a")]
        for index in indexes:
            os.utime(index, (long_ago, long_ago))
        for command in commands:
            if self._go(command) is not None:
                # Nothing is known then, so everything is needed: a file too many costs time, one too few a verdict.
                return set(cache_files(self._cache.path))
        names = set()
        for index in indexes:
            if index.stat().st_mtime > long_ago + 1:
                names.add(f"{index.parent.name}/{index.name}")
                output = index.read_bytes().split()[2].decode("ascii")
                names |= {f"{output[:2]}/{output}-d", f"{output[:2]}/{output}-d/"}
        return names

    def _buildable(self, flags: list[str]) -> tuple[list[str], list[str]]:
        """The packages that exist for this target: those that any module may import, and the others."""
        if not self._packages:
            return [], []
        template = "{{if not .Error}}{{if or .GoFiles .CgoFiles}}{{.ImportPath}}{{end}}{{end}}"
        complaint = self._go(["list", "-e", *flags, "-f", template, *sorted(self._packages)])
        if complaint is not None:
            return [], []
        names = (self._output / "stdout").read_text(encoding="utf-8").split()
        private = [n for n in names if n.startswith(("cmd/", "vendor/")) or {"internal", "builtin"} & set(n.split("/"))]
        return [n for n in names if n not in private], private

    def _write(self, packages: list[str], state: int = 0) -> None:
        # testing is in every set: what each test needs is then compiled in every form that go build gives it, too.
        imports = "".join(f'import _ "{name}"\n' for name in dict.fromkeys(["testing", *packages]))
        test = 'import "testing"\n\nfunc {}\n'
        files = {
            "go.mod": f"module gocache.invalid/warm\n\ngo {self._toolchain.version.language}\n",
            "main.go": 'package main\n\nimport _ "gocache.invalid/warm/imports"\n\nfunc main() {}\n',
            "imports/imports.go": f"package imports\n\n{imports}\nvar State = {state}\n",
            "imports/imports_test.go": "package imports\n\n" + test.format("FuzzNothing(*testing.F) {}"),
            "imports/outside_test.go": "package imports_test\n\n" + test.format("TestNothing(*testing.T) {}"),
            "untested/untested.go": "package untested\n\nfunc Nothing() {}\n",
        }
        for name, text in files.items():
            file = self._module / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def _go(self, args: list[str]) -> str | None:
        done = process.run(
            [str(self._toolchain.go), *args],
            cwd=self._module,
            env={**self._env, "GODEBUG": ""},
            output=self._output,
            timeout=_COMMAND_SECONDS,
        )
        if done.returncode == 0:
            return None
        printed = done.stderr.decode("utf-8", "replace").strip()
        full = "no space left on device" in printed or "disk quota exceeded" in printed
        if full or shutil.disk_usage(self._module).free < _NO_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.entry.parent))
        return f"`go {' '.join(args)}` failed with exit status {done.returncode}:\n{printed[-2000:]}"
