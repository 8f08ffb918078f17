"""The JSON file of a run: how it is written, read, and merged with those of other runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_gocache.errors import RecordingError

__all__ = ["SCHEMA", "merged", "packed", "read_run", "run_text"]

SCHEMA = "pytest-gocache runs 4"
"""The ``schema`` of the JSON file, described in docs/gate.md. A change of the schema gets a new number."""

_WITHOUT_ACTIONS = "pytest-gocache runs 3"
_TEXT, _NUMBER, _LIST = (str,), (int, float), (list,)
_Types = Mapping[str, tuple[type, ...]]
_FILE_TYPES: _Types = {"run": (dict,), "toolchains": _LIST, "tests": _LIST}
_TEST_TYPES: _Types = {
    **dict.fromkeys(("test", "toolchain", "outcome", "detail", "message", "file", "host"), _TEXT),
    "line": (int,),
    "commands": _LIST,
}
_COMMAND_TYPES: _Types = {"step": (int,), "command": _TEXT, "exit": (int,), "seconds": _NUMBER, "states": (dict,)}
_CAUSE_TYPES: _Types = {
    **dict.fromkeys(("kind", "package", "code", "text"), _TEXT),
    "inputs": _LIST,
    **dict.fromkeys(("follows", "follows_kind"), (str, type(None))),
}
_LATER: Mapping[str, Any] = {"within": "", "started": 0.0, "actions": [], "causes": None, "causes_unknown": ""}
_ROW = 6  # fields


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


def read_run(file: Path) -> dict[str, Any]:
    """The run in a JSON file. A file of schema 3 gets empty ``actions``.

    Raises `RecordingError` for a file that cannot be read, has a different schema, or is damaged.
    """
    try:
        run: Any = json.loads(file.read_bytes())
    except OSError as error:
        raise RecordingError(f"{file} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON: name a file that pytest --gocache-json wrote ({error})") from error
    schema = run.get("schema") if isinstance(run, dict) else None
    if schema not in (SCHEMA, _WITHOUT_ACTIONS):
        raise RecordingError(
            f"{file}: its schema is {schema!r}, and this version reads {SCHEMA!r} and {_WITHOUT_ACTIONS!r}: "
            "name a file that pytest --gocache-json wrote"
        )
    wrong = _wrong(run)
    if wrong:
        raise RecordingError(f"{file} is damaged: {wrong}")
    return dict(run)


def _wrong(run: dict[str, Any]) -> str:
    """What is not as the schema says; empty when all is well. Adds what an older schema does not have."""
    wrong = _differs(run, _FILE_TYPES, "the file")
    run |= {"schema": SCHEMA, "packages": run.get("packages", [])}
    for test in () if wrong else run["tests"]:
        wrong = wrong or _differs(test, _TEST_TYPES, "a test")
        for command in () if wrong else test["commands"]:
            wrong = wrong or _wrong_command(command, len(run["packages"]), f"a command of {test['test']}")
    return wrong


def _differs(value: object, types: _Types, what: str) -> str:
    if not isinstance(value, dict):
        return f"{what} is no object"
    wrong = (key for key, kind in types.items() if not isinstance(value.get(key), kind))
    return next((f"{what} has no {key!r} of the right type" for key in wrong), "")


def _wrong_command(command: Any, packages: int, what: str) -> str:
    wrong = _differs(command, _COMMAND_TYPES, what)
    if wrong:
        return wrong
    for key, value in _LATER.items():
        command.setdefault(key, value)
    rows = command["actions"]
    if not isinstance(rows, list) or not all(_is_row(row, packages, len(rows)) for row in rows):
        return f"{what} has an action of a wrong shape"
    causes = (_differs(cause, _CAUSE_TYPES, f"a cause of {what}") for cause in command["causes"] or ())
    return next(filter(None, causes), "")


def _is_row(row: Any, packages: int, rows: int) -> bool:
    if not (isinstance(row, list) and len(row) == _ROW and isinstance(row[5], list)):
        return False
    numbers, times = (row[1], *row[5]), row[3:5]
    whole = all(type(number) is int and number >= 0 for number in numbers)
    return whole and row[1] < packages and max(row[5], default=-1) < rows and all(type(t) in _NUMBER for t in times)


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
