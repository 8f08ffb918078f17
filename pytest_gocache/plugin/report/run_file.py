"""The JSON file of a run: how it is written, and merged with those of other runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

__all__ = ["SCHEMA", "merged", "packed", "run_text"]

SCHEMA = "pytest-gocache runs 4"
"""The ``schema`` of the JSON file, described in docs/gate.md. A change of the schema gets a new number."""


def packed(
    tests: Iterable[Mapping[str, Any]], known_std: Iterable[str] = ()
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The tests with numbers in place of the packages of their actions, and the packages, each ``name`` and ``std``."""
    numbers: dict[str, int] = {}
    std = set(known_std)

    def number(name: str) -> int:
        return numbers.setdefault(name, len(numbers))

    packed_tests = []
    for test in tests:
        commands = []
        for command in test["commands"]:
            std.update(command.get("std", ()))
            kept = {name: value for name, value in command.items() if name != "std"}
            if "actions" in kept:
                kept["actions"] = [[kind, number(package), *rest] for kind, package, *rest in kept["actions"]]
            commands.append(kept)
        packed_tests.append({**test, "commands": commands})
    return packed_tests, [{"name": name, "std": name in std} for name in numbers]


def run_text(run: Mapping[str, Any]) -> str:
    """A run as JSON, with a line for each command: an indented file would have one for each number."""
    return "".join(_lines(run))


def _lines(run: Mapping[str, Any]) -> Iterator[str]:
    separator = "{\n"
    for key, value in run.items():
        yield f"{separator}{_json(key)}: "
        separator = ",\n"
        if key == "tests":
            yield "["
            yield ",".join(f"\n{_test(test)}" for test in value)
            yield "\n]"
        else:
            yield _json(value)
    yield "\n}\n"


def _test(test: Mapping[str, Any]) -> str:
    head = _json({key: value for key, value in test.items() if key != "commands"})
    commands = ",".join(f"\n  {_json(command)}" for command in test["commands"])
    return f'{head[:-1]}, "commands": [{commands}]}}'


def _json(value: object) -> str:
    return json.dumps(value, separators=(", ", ": ") if isinstance(value, str) else (",", ":"))


def merged(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Several runs as one: the facts of the first, and the tests of all. A gate stays only in a run by itself."""
    if len(runs) == 1:
        return dict(runs[0])
    tests = []
    toolchains: list[Any] = []
    std: set[str] = set()
    for run in runs:
        toolchains += [toolchain for toolchain in run["toolchains"] if toolchain not in toolchains]
        names = [package["name"] for package in run["packages"]]
        std.update(package["name"] for package in run["packages"] if package["std"])
        tests += [
            {
                **test,
                "commands": [
                    {
                        **command,
                        "actions": [[row[0], names[row[1]], *row[2:]] for row in command["actions"]],
                        "std": std,
                    }
                    for command in test["commands"]
                ],
            }
            for test in run["tests"]
        ]
    packed_tests, packages = packed(tests, std)
    return {**runs[0], "toolchains": toolchains, "packages": packages, "tests": packed_tests, "gate": None}
