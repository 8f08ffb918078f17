"""What a row of the mutation tests is made of: a change, the command after it, and what must be named as the cause."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache import BuildCache, GoModule, GoToolchain, Kind, Result

Mutation = Callable[["Bench"], object]
Causes = Mapping[str, "set[str] | str"]
"""``kind package``, without the module path in front → the inputs that changed; or, where the key is an old one, a part
of the summary."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a mutation can change."""

    module: GoModule
    cache: BuildCache
    spare: Path
    """An empty folder outside the module."""

    def go(self, command: str, env: Mapping[str, str] | None = None) -> Result:
        """Run a go command, which may fail. ``SPARE`` in it and in ``env`` stands for the spare folder."""
        words = [word.replace("SPARE", str(self.spare)) for word in shlex.split(command)]
        changes = {name: value.replace("SPARE", str(self.spare)) for name, value in (env or {}).items()}
        return self.module.go(*words, env=changes, check=False)


def nothing(_: Bench) -> None:
    """No change."""


@dataclass(frozen=True, slots=True)
class Row:
    """One mutation, and what must be named as its cause."""

    id: str
    causes: Causes
    """Links and vets count only where one is named: a ``go build`` of several packages links each time."""
    change: Mutation = nothing
    """What is done between the first command and the one that is explained."""
    run: str = "build ./..."
    """The command that is explained."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Of that command only."""
    first: str | None = None
    """The command before the change, when it is another one."""
    prepare: Mutation = nothing
    """What is done before the first command."""
    differs: Mapping[str, Causes] = field(default_factory=dict)
    """Go versions → what is the cause there instead."""
    go: str = ""
    """The Go versions that the row is for."""
    goarch: str = ""
    """The architecture that the row is for."""

    def expected(self, toolchain: GoToolchain) -> Causes:
        """The causes with this toolchain."""
        found = [causes for versions, causes in self.differs.items() if toolchain.version.satisfies(versions)]
        return found[0] if found else self.causes


def each(what: set[str] | str, *packages: str) -> dict[str, set[str] | str]:
    """The same cause for the compiles of several packages."""
    return {f"compile {package}": what for package in packages}


def edit(path: str, old: str, new: str) -> Mutation:
    return lambda bench: bench.module.edit(path, old, new)


def write(path: str, text: str | bytes) -> Mutation:
    return lambda bench: bench.module.write(path, text)


def append(path: str, text: str) -> Mutation:
    return lambda bench: bench.module.append(path, text)


def remove(path: str) -> Mutation:
    return lambda bench: bench.module.remove(path)


def touch(path: str, mtime: float | None = None) -> Mutation:
    return lambda bench: bench.module.touch(path, mtime)


def set_time(folder: str, mtime: float) -> Mutation:
    """Date a folder, and what is directly in it."""

    def change(bench: Bench) -> None:
        path = bench.module.path / folder
        for entry in (*path.iterdir(), path):
            os.utime(entry, (mtime, mtime))

    return change


def spare_file(name: str, content: bytes, mode: int = 0o644) -> Mutation:
    """Write a file in the spare folder."""

    def change(bench: Bench) -> None:
        (bench.spare / name).write_bytes(content)
        (bench.spare / name).chmod(mode)

    return change


def go(command: str) -> Mutation:
    return lambda bench: bench.go(command)


def keep_cold(bench: Bench) -> None:
    """Make no warm cache for another variant: the command needs little or nothing of the standard library in it."""
    bench.cache.warm = False


def all_of(*mutations: Mutation) -> Mutation:
    return lambda bench: [mutation(bench) for mutation in mutations]


def gaps(result: Result) -> list[str]:
    """What is wrong with an explanation, whatever caused it: actions left out or told twice, ends that lead nowhere."""
    explanation = result.explain()
    reasons = explanation.reasons
    ran = {
        Kind.COMPILE: result.compiled,
        Kind.LINK: result.linked,
        Kind.VET: result.vetted,
        Kind.TEST: {name for name, outcome in result.tests.items() if outcome.ran},
    }
    found = [f"no evidence for {reason.label}: {reason.summary}" for reason in explanation.unknown]
    for kind, packages in ran.items():
        told = Counter(reason.package for reason in reasons if reason.kind is kind)
        found += [f"no reason for the {kind.value} of {name}" for name in packages - told.keys()]
        found += [f"{kind.value} of {name} did not run" for name in told.keys() - packages]
        found += [f"{count} reasons for the {kind.value} of {name}" for name, count in told.items() if count > 1]
    for follower in explanation.followers:
        # The main package that Go generates for a test has its settings from the package under test.
        generated = follower.kind is Kind.COMPILE and follower.package.endswith(".test")
        own = () if generated else follower.own
        if follower.cause not in explanation.causes or not follower.follows or own:
            found.append(f"{follower.label} follows, and does not lead to a cause: {follower.summary}")
    return found
