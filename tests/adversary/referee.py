"""Runs each command twice on the same caches and files, bare and through the library, and compares what they say."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from pytest_gocache import Action, GoCacheError, GoModule, Kind, Result, Status
from pytest_gocache.golang.action import without_variant
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.golang.godebug import with_debug_setting, without_debug_settings
from pytest_gocache.host import process
from pytest_gocache.host.process import Finished
from pytest_gocache.results.given_flags import arguments_of
from tests.adversary.bare_go import Archives, BareRun
from tests.adversary.snapshot import Snapshot

__all__ = ["Referee", "disagreements"]

_OLD = 1_600_000_000
_WITNESS = """#!/bin/sh
PATH=${PATH#*:}
verb=$1
shift
exec 'GO' "$verb" -x "$@"
"""


@dataclass
class Referee:
    """Compares the results of one module with what bare go does."""

    module: GoModule
    machine: Path
    """The folder with the module, its home and its caches."""
    steps: Path
    """The folder with the evidence of the library's own commands, outside of the machine."""
    agreed: Counter[str]
    """Kind of action → how often both said the same of one."""
    go: str
    archives: Archives = field(default_factory=Archives)
    _bare: BareRun | None = None

    def step(self, command: Sequence[str], env: Mapping[str, str]) -> list[str]:
        """Run ``command``, whose first word is ``go`` or a program, and return the disagreements."""
        self._bare = None
        with mock.patch.object(process, "run", side_effect=self._run):
            try:
                if command[0] == "go":
                    result = self.module.go(*command[1:], env=env, check=False)
                else:
                    result = self.module.exec(*command, env=env, check=False)
            except GoCacheError as error:
                return [f"{type(error).__name__}: {error}"]
        assert self._bare is not None, f"nothing was observed of {command}"
        return list(disagreements(result, self._bare, self.agreed))

    def settle(self) -> None:
        """Make all files old: Go caches no test that reads a file of the last two seconds."""
        limit = time.time() - 1_000_000
        for folder, names, files in os.walk(self.module.path):
            for path in (*(os.path.join(folder, name) for name in (*names, *files)), folder):  # noqa: PTH118 - a list of texts
                status = os.stat(path)  # noqa: PTH116
                if status.st_mtime > limit:
                    # The moment stays visible: files that change get a new time.
                    os.utime(path, ns=(moment := _OLD * 10**9 + status.st_mtime_ns % (10**9 * 10**6), moment))

    def _run(self, argv: Sequence[str], **options: Any) -> Finished:
        """In the place of `process.run`: run an observed command bare, put all back, and run it as the library wants."""
        if self._bare is None and options["output"].parent == self.steps:
            before = Snapshot(self.machine)
            self._run_bare(argv, options["cwd"], dict(options["env"]))
            before.restore()
        return _RUN(argv, **options)

    def _run_bare(self, argv: Sequence[str], cwd: Path, env: dict[str, str]) -> None:
        words = [word for word in argv if not word.startswith("-debug-actiongraph=")]
        if words[0] == self.go:
            arguments = GoArguments.read(words[1:], env.get("GOFLAGS", ""))
            if arguments.builds:
                words.insert(1 + arguments.insert_at, "-x")
            if arguments.verb != "test":
                env["GODEBUG"] = without_debug_settings(env.get("GODEBUG", ""))
        else:
            witness = self.machine / "witness"
            witness.mkdir(exist_ok=True)
            (witness / "go").write_text(_WITNESS.replace("GO", self.go), encoding="utf-8")
            (witness / "go").chmod(0o755)
            env["PATH"] = os.pathsep.join([str(witness), *env["PATH"].split(os.pathsep)[1:]])
            env["GODEBUG"] = with_debug_setting(env.get("GODEBUG", ""))
        done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, check=False)
        text = done.stderr.decode("utf-8", "replace")
        lines = [line for line in text.splitlines() if not line.startswith(("HASH", "testcache:"))]
        lines += _build_output(done.stdout)
        self._bare = BareRun("\n".join(lines), self.archives, done.returncode)


def disagreements(result: Result, bare: BareRun, agreed: Counter[str]) -> Iterator[str]:
    """What a result and a bare run say differently; ``agreed`` counts what they say alike."""
    if result.returncode != bare.returncode:
        yield f"exit status {result.returncode}; bare: {bare.returncode}"
    if result.gaps:
        agreed["refused"] += 1
    else:
        yield from _of_compiles(result, bare, agreed)
        yield from _keys("linked", dict(bare.links), _ran(result, Kind.LINK), agreed)
        yield from _sets("failed links", _failed(result, Kind.LINK) - bare.only_run, bare.failed_links, agreed)
        covered = {next((n for n in (p, f"{p} [{p}.test]") if n in result.vetted), p) for p in bare.vetted_covered}
        yield from _sets("vetted", result.vetted, bare.vetted | covered, agreed)
    yield from _sets(
        "tested", {package for package, outcome in result.tests.items() if outcome.ran}, bare.tested, agreed
    )


def _of_compiles(result: Result, bare: BareRun, agreed: Counter[str]) -> Iterator[str]:
    told = {one.key: one.name for one in bare.compiles.values()}
    ran, failed = _ran(result, Kind.COMPILE), _failed(result, Kind.COMPILE)
    # What stops before the compiler starts is a failed compile, too.
    stopped = {key: ran[key] for key in failed - told.keys() if without_variant(ran[key]) in bare.stopped}
    yield from _keys("compiled", told, {key: name for key, name in ran.items() if key not in stopped}, agreed)
    yield from _sets(
        "failed compiles", failed - stopped.keys(), {one.key for one in bare.compiles.values() if not one.ended}, agreed
    )
    arguments = arguments_of(result)
    if result.command[0] == "go" and arguments.compiles and arguments.verb not in ("vet", "fix"):
        yield from _sets("stopped", set(map(without_variant, stopped.values())), bare.stopped, agreed)


def _keys(what: str, bare: Mapping[str, str | None], mine: Mapping[str, str], agreed: Counter[str]) -> Iterator[str]:
    for key in sorted(bare.keys() | mine.keys()):
        if key not in mine:
            yield f"{what} according to bare go only: {bare[key]} ({key})"
        elif key not in bare:
            yield f"{what} according to the result only: {mine[key]} ({key})"
        elif bare[key] not in (None, mine[key]):
            yield f"{what}: {mine[key]}; bare: {bare[key]}"
        else:
            agreed[what] += 1


def _sets(what: str, mine: AbstractSet[str], bare: AbstractSet[str], agreed: Counter[str]) -> Iterator[str]:
    agreed[what] += len(mine & bare)
    if mine != bare:
        yield f"{what}: according to the result only {sorted(mine - bare)}, to bare go only {sorted(bare - mine)}"


_RUN = process.run


def _build_output(stdout: bytes) -> list[str]:
    """The printed commands in the output of ``go test -json``, which has them in events since Go 1.24."""
    events = [line for line in stdout.splitlines() if line.startswith(b'{"ImportPath":')]
    return "".join(json.loads(event).get("Output", "") for event in events).splitlines()


def _actions(result: Result, kind: Kind) -> list[Action]:
    return [action for command in result.go_commands for action in command.actions if action.kind is kind]


def _ran(result: Result, kind: Kind) -> dict[str, str]:
    return {action.action_id: action.package for action in _actions(result, kind) if action.ran}


def _failed(result: Result, kind: Kind) -> set[str]:
    return {action.action_id for action in _actions(result, kind) if action.status is Status.FAILED}
