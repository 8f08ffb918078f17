"""A result as plain data, with the inputs of its cache keys, and back again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome, TestStatus
from pytest_gocache.golang.go_settings import looks_secret, recordable
from pytest_gocache.golang.hashlog import HashBlock
from pytest_gocache.golang.testcache_log import Lookup, Lookups, PackageLookups
from pytest_gocache.results.given_flags import arguments_of
from pytest_gocache.results.logs import Log
from pytest_gocache.results.patterns_in_graph import packages_in_graph
from pytest_gocache.results.result import Circumstances, Result

__all__ = ["as_data", "from_data", "recorded_command"]

_READ = re.compile(r"(env|stat|open|chdir) (.*) ([0-9a-f]{64})\n", re.DOTALL)
_KEPT_IN_FULL = frozenset({"build", "clean", "fix", "install", "list", "test", "vet"})


def recorded_command(result: Result) -> tuple[str, ...]:
    """The arguments of a command, as a recording has them: without those that are not the go command's own.

    What ``go run`` passes to its program, or ``go tool`` to a tool, is an input of no key, and may be a secret.
    """
    if result.command[:1] != ("go",):
        return result.command
    arguments = arguments_of(result)
    if arguments.verb in _KEPT_IN_FULL:
        return result.command
    if arguments.verb != "run" or not arguments.packages:
        return result.command[:2]
    package = result.command.index(arguments.packages[0])
    return result.command[: package + 1]


@dataclass(slots=True)
class _Texts:
    """Texts that repeat, each once: a hashed line is an input of many keys."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


def as_data(result: Result) -> dict[str, Any]:
    """A go command as JSON types: what it did, the inputs of its keys, and its circumstances.

    The environment has only known settings of the go command. Its output is left out: it may contain anything.
    """
    around = result.circumstances
    log = Log() if result.evidence is None else around.logs.read(result.evidence)
    texts = _Texts()
    actions = [_action_data(action, texts) for action in result.actions]
    blocks = [[block.name, block.sum, [texts.number(line) for line in block.inputs]] for block in _blocks(log)]
    return {
        "command": list(recorded_command(result)),
        "step": result.step,
        "within": result.within,
        "cwd": str(result.cwd),
        "exit": result.returncode,
        "seconds": result.seconds,
        "gaps": list(result.gaps),
        "idle": list(result.idle),
        "std": sorted(result.std),
        "modules": dict(result.modules),
        "downloads": list(result.downloads),
        "tests": [[t.package, t.status.value, t.cached, t.seconds] for t in result.tests.values()],
        "circumstances": {
            "env": recordable(around.env),
            "from_files": recordable(around.from_files),
            "goroot": str(around.goroot),
            "modcache": str(around.modcache),
            "cwd": str(around.cwd),
            "cpus": around.cpus,
            "started": around.started,
            "log_off": around.log_off,
        },
        "actions": actions,
        "blocks": blocks,
        "lookups": _lookups_data(log.index.lookups),
        "texts": list(texts.numbers),
    }


def _action_data(action: Action, texts: _Texts) -> list[Any]:
    return [
        *(action.id, action.mode, action.kind.value, texts.number(action.package), texts.number(action.import_path)),
        *(action.scaffold, action.status.value, action.action_id, action.build_id, list(action.deps)),
        *(action.started, action.ended, [texts.number(command) for command in action.commands]),
        *(action.facts_only, action.target),
    ]


def _blocks(log: Log) -> Iterator[HashBlock]:
    """The inputs of keys. What a test reads is among them, but for variables whose names look like secrets."""
    yield from log.by_id.values()
    yield from log.vets.values()
    wanted = dict.fromkeys(_digests(log.index.lookups))
    secret: set[str] = set()
    for digest in list(wanted):
        for operation, name, found in _reads(log.by_sum.get(digest)):
            wanted[found] = None
            if operation == "env" and looks_secret(name):
                secret.add(found)
    yield from (log.by_sum[digest] for digest in wanted if digest in log.by_sum and digest not in secret)


def _digests(lookups: Lookups) -> Iterator[str]:
    for asked in lookups.packages.values():
        for lookup in asked.lookups:
            yield lookup.key
            yield lookup.inputs
        yield from asked.saved
        yield from asked.saved.values()


def _reads(block: HashBlock | None) -> Iterator[Sequence[str]]:
    for line in block.inputs if block else ():
        if match := _READ.fullmatch(line):
            yield match.groups()


def _lookups_data(lookups: Lookups) -> dict[str, Any]:
    packages = {
        package: {
            "lookups": [list(astuple(lookup)) for lookup in asked.lookups],
            "saved": asked.saved,
            "too_new": asked.too_new,
        }
        for package, asked in lookups.packages.items()
    }
    return {"packages": packages, "argument": lookups.argument, "disabled": lookups.disabled}


def from_data(data: Mapping[str, Any], evidence: Path, around: Circumstances) -> Result:
    """The go command of `as_data`. ``around`` has the functions and the logs of its circumstances.

    ``evidence`` is the name of its log in these. Raises `KeyError`, `ValueError`, `TypeError` or `IndexError` for
    different data.
    """
    texts: list[str] = data["texts"]
    blocks = (HashBlock(name, tuple([texts[n] for n in lines]), digest) for name, digest, lines in data["blocks"])
    around.logs.keep(evidence, Log.of(blocks, _lookups_from(data["lookups"])))
    surroundings = data["circumstances"]
    tests = (TestOutcome(name, TestStatus(status), cached, took) for name, status, cached, took in data["tests"])
    return Result(
        command=tuple(data["command"]),
        step=int(data["step"]),
        within=str(data["within"]),
        cwd=Path(data["cwd"]),
        returncode=int(data["exit"]),
        stdout="",
        stderr="",
        seconds=float(data["seconds"]),
        actions=tuple(_actions_from(data["actions"], texts)),
        tests={test.package: test for test in tests},
        std=frozenset(data["std"]),
        modules=dict(data["modules"]),
        downloads=tuple(data["downloads"]),
        gaps=tuple(data["gaps"]),
        idle=tuple(data["idle"]),
        circumstances=replace(
            around,
            env=dict(surroundings["env"]),
            from_files=dict(surroundings["from_files"]),
            goroot=Path(surroundings["goroot"]),
            modcache=Path(surroundings["modcache"]),
            cwd=Path(surroundings["cwd"]),
            cpus=int(surroundings["cpus"]),
            started=float(surroundings["started"]),
            log_off=surroundings.get("log_off"),
            list_packages=packages_in_graph,
        ),
        evidence=evidence,
    )


def _actions_from(rows: Iterable[Sequence[Any]], texts: Sequence[str]) -> Iterator[Action]:
    for row in rows:
        number, mode, kind, package, path, scaffold, status, key, build, deps, started, ended, commands, *rest = row
        facts_only, target = rest
        yield Action(
            *(number, mode, Kind(kind), texts[package], texts[path], scaffold, Status(status), key, build),
            *(tuple(deps), started, ended, tuple([texts[n] for n in commands]), facts_only, target),
        )


def _lookups_from(data: Mapping[str, Any]) -> Lookups:
    packages = {
        package: PackageLookups([Lookup(*words) for words in asked["lookups"]], dict(asked["saved"]), asked["too_new"])
        for package, asked in data["packages"].items()
    }
    return Lookups(packages, data["argument"], data["disabled"])
