"""Make one entry of the store: build, vet and test a generated module that imports the wanted packages."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache, read_index
from pytest_gocache.caches.clone import cache_files
from pytest_gocache.caches.variant import Variant
from pytest_gocache.golang.command_line import NO_STAMPS
from pytest_gocache.host import process
from pytest_gocache.host.environment import Home, hermetic_environment
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.toolchain import GoToolchain

__all__ = ["EntryMaker"]

_COMMAND_SECONDS = 1800.0
_OLD_SECONDS = 2 * 3600.0  # Go sets the time of an index file that it uses, if that is older than an hour
_DISK_FULL = 64 * 1024  # bytes; with less free space, a go command has failed because the disk is full

# go vet and go list take the build flags, but not those of a test binary.
_TEST_ONLY = ("-cover", "-fuzz", "-vet")


class EntryMaker:
    """Makes one entry of the store, in a scratch folder.

    `run` fills the folder ``entry``: the cache in ``cache``, its files by stage in ``stages.json``, and a description
    in ``entry.json``. An entry ``for_builds`` has only what ``go build`` needs.
    """

    def __init__(  # noqa: PLR0913 - what is made of what, and how much of it
        self,
        scratch: Path,
        toolchain: GoToolchain,
        variant: Variant,
        packages: frozenset[str],
        ambient: Mapping[str, str],
        *,
        for_builds: bool = False,
    ) -> None:
        self.entry = scratch / "entry"
        self._cache = BuildCache(self.entry / "cache")
        self._module = scratch / "module"
        self._binaries = scratch / "binaries"
        self._toolchain = toolchain
        self._variant = variant
        self._packages = packages
        self._for_builds = for_builds
        self._long_ago = 0.0
        home = Home(scratch / "machine")
        home.create()
        self._env = hermetic_environment(home, toolchain.goroot, ambient) | dict(variant.env)
        self._env |= {"GOCACHE": str(self._cache.path), "GOFLAGS": NO_STAMPS, "GOWORK": "off"}
        # Not in the store: on a full disk, the complaint itself would be lost.
        self._output = Path(tempfile.mkdtemp(prefix="pytest-gocache-"))

    def run(self, bases: Sequence[Path], *, of_kin: bool = False) -> str | None:
        """Fill the entry, on top of the caches ``bases``; returns Go's complaint when it cannot build the packages.

        ``of_kin``: one of them is of a different family. What Go does not use is taken out again. Raises `OSError` when
        the disk is full.
        """
        try:
            return self._fill(bases, of_kin=of_kin)
        finally:
            remove_tree(self._output)

    def size(self) -> int:
        """How large the entry is by now, in bytes; 0 while files in it come and go."""
        try:
            return self._cache.size()
        except OSError:
            return 0

    def _fill(self, bases: Sequence[Path], *, of_kin: bool) -> str | None:
        self._cache.create()
        self._module.mkdir()
        for base in bases:
            self._cache.add(base)
        before = {entry.output for entry in self._cache.entries()}
        importable, internal = self._buildable()
        self._write(importable)
        commands = self._commands(internal)
        based = self._age_indexes() if of_kin else []
        for command in commands:
            complaint = self._go(command)
            if complaint is not None:
                return complaint
        self._take_out_unused(based)
        stages = self._stages(importable, commands)
        template = "{{if .Standard}}{{.ImportPath}}{{end}}"
        complaint = self._go(["list", *self._flags(_TEST_ONLY), "-deps", "-f", template, "./..."])
        if complaint is not None:
            return complaint
        covers = {*(self._output / "stdout").read_text(encoding="utf-8").split(), *internal}
        added = sum(entry.size for entry in self._cache.entries() if entry.output not in before)
        description = {
            "variant": self._variant.label,
            "kin": self._variant.kin,
            "extras": list(self._variant.extras),
            "packages": sorted(self._packages),
            "covers": sorted(covers),
            "for_builds": self._for_builds,
            "made": time.time(),
            "bytes": added + sum(1 for _ in self._cache.entries()) * 175,
        }
        (self.entry / "stages.json").write_text(json.dumps(stages), encoding="utf-8")
        (self.entry / "entry.json").write_text(json.dumps(description, indent=1), encoding="utf-8")
        return None

    def _commands(self, internal: Sequence[str]) -> list[list[str]]:
        """The go commands that fill the cache; ``internal`` are packages that the generated module may not import."""
        for_build, for_vet = self._flags(("-fuzz", "-vet")), self._flags(_TEST_ONLY)
        commands = [["build", *for_build, "-o", f"{self._binaries}{os.sep}", "."]]
        if internal:
            commands.append(["build", *for_build, *internal])
        if self._for_builds:
            return commands
        commands.append(["vet", *for_vet, "./..."])
        if not any(flag.startswith("-buildmode=") and flag != "-buildmode=pie" for flag in for_vet):
            # -exec=true: the test binaries are built and vetted but not run, since they may be for a different system.
            commands.append(["test", *self._flags(("-fuzz",)), "-exec", "true", "./..."])
        if any(flag.startswith("-fuzz=") for flag in self._variant.flags):
            commands.append(["test", *self._variant.flags, "-exec", "true", "./imports"])
        return commands

    def _flags(self, without: Sequence[str]) -> list[str]:
        """The variant's flags except for these."""
        return [flag for flag in self._variant.flags if flag.partition("=")[0] not in without]

    def _stages(self, importable: list[str], commands: list[list[str]]) -> dict[str, list[str]]:
        """The files that go build needs (``build``), more files that go test needs (``test``), and the ``rest``.

        A test that only builds needs a third of the files, and a clone takes time for each file. An entry for builds
        has the first stage only. Its other files are for the entries that start from it.
        """
        unused = set(cache_files(self._cache.path))
        stages = {}
        for number, verb in enumerate(("build",) if self._for_builds else ("build", "test")):
            # The sources change, so Go compiles, vets and links again, and reads the cached form of all their imports.
            self._write(importable, number + 1)
            remove_tree(self._binaries)
            used = self._used_by([command for command in commands if command[0] == verb])
            stages[verb] = sorted(used & unused)
            unused -= used
        return stages if self._for_builds else {**stages, "rest": sorted(unused)}

    def _used_by(self, commands: list[list[str]]) -> set[str]:
        """The files that these go commands use."""
        indexes = self._age_indexes()
        for command in commands:
            if self._go(command) is not None:
                # Every file may be needed. One too many only takes time; one too few makes a verdict wrong.
                return set(cache_files(self._cache.path))
        names = set()
        for index in indexes:
            entry = read_index(index) if self._is_used(index) else None
            if entry is not None:
                data = f"{entry.output[:2]}/{entry.output}-d"
                names |= {f"{index.parent.name}/{index.name}", data, f"{data}/"}
        return names

    def _age_indexes(self) -> list[Path]:
        """Make all index files old, and return them: `_is_used` tells then which ones Go uses."""
        self._long_ago = time.time() - _OLD_SECONDS
        indexes = [self._cache.path / name for name in cache_files(self._cache.path) if name.endswith("-a")]
        for index in indexes:
            os.utime(index, (self._long_ago, self._long_ago))
        return indexes

    def _is_used(self, index: Path) -> bool:
        return index.stat().st_mtime > self._long_ago + 1

    def _take_out_unused(self, indexes: list[Path]) -> None:
        """Delete those of these index files that Go has not used, and what no index file names then."""
        for index in indexes:
            if not self._is_used(index):
                index.unlink()
        needed = {entry.output for entry in self._cache.entries()}
        for name in cache_files(self._cache.path) if indexes else ():
            file = self._cache.path / name
            if file.name.endswith("-d") and file.name.removesuffix("-d") not in needed:
                remove_tree(file)  # from Go 1.24 on, an executable is a folder

    def _buildable(self) -> tuple[list[str], list[str]]:
        """The packages that exist for this target: those that every module may import, and the internal ones."""
        if not self._packages:
            return [], []
        template = "{{if not .Error}}{{if or .GoFiles .CgoFiles}}{{.ImportPath}}{{end}}{{end}}"
        complaint = self._go(["list", "-e", *self._flags(_TEST_ONLY), "-f", template, *sorted(self._packages)])
        if complaint is not None:
            return [], []
        names = (self._output / "stdout").read_text(encoding="utf-8").split()
        private = [n for n in names if n.startswith(("cmd/", "vendor/")) or {"internal", "builtin"} & set(n.split("/"))]
        return [n for n in names if n not in private], private

    def _write(self, packages: list[str], state: int = 0) -> None:
        # Every set has testing, so that go build compiles it too, in every form.
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
        # Go reports these errors of the system as text only.
        full = "no space left on device" in printed or "disk quota exceeded" in printed
        if full or shutil.disk_usage(self._module).free < _DISK_FULL:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.entry.parent))
        return f"`go {' '.join(args)}` failed with exit status {done.returncode}:\n{printed[-2000:]}"
