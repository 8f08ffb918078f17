"""Reads the JSON file of a run, and refuses one that is not as its schema says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_gocache.errors import RecordingError
from pytest_gocache.plugin.report.run_file import SCHEMA

__all__ = ["read_run"]

_WITHOUT_ACTIONS = "pytest-gocache runs 3"
_LATER: Mapping[str, Any] = {"within": "", "started": 0.0, "actions": [], "causes": None, "causes_unknown": ""}
_FIELDS_OF_ROW = 6

# A tuple has the types of a value, a list what each of its items is, and a dictionary what its keys have. A key that
# ends with "?" may be absent or null.
_TEXT, _WHOLE, _NUMBER, _YES = (str,), (int,), (int, float), (bool,)
_INPUT = {"kind": _TEXT, "name": _TEXT, "old?": _TEXT, "new?": _TEXT, "diff": [_TEXT]}
_CAUSE = {
    **dict.fromkeys(("kind", "package", "code", "text", "follows?", "follows_kind?"), _TEXT),
    "inputs": [_INPUT],
}
_COMMAND = {
    **dict.fromkeys(("command", "within", "causes_unknown"), _TEXT),
    "step": _WHOLE,
    "exit": _WHOLE,
    "seconds": _NUMBER,
    "started": _NUMBER,
    "states": (dict,),
    "causes?": [_CAUSE],
}
_TEST = {
    **dict.fromkeys(("test", "toolchain", "outcome", "detail", "message", "file", "host"), _TEXT),
    "line": _WHOLE,
    "commands": [(dict,)],
}
_CHANGE = {
    **dict.fromkeys(("test", "command", "subject", "base", "candidate", "reason", "issue?"), _TEXT),
    "less_work": _YES,
}
_GATE = {
    "base": _TEXT,
    "candidate": _TEXT,
    "passed": _YES,
    "strict": _YES,
    "compared": _WHOLE,
    "changes": [_CHANGE],
    "incomparable": [{"test": _TEXT, "why": _TEXT}],
    "seconds": {"base": _NUMBER, "candidate": _NUMBER},
}
_TOOLCHAIN = {**dict.fromkeys(("toolchain", "host?", "go", "goos", "goarch"), _TEXT), "cpus": _WHOLE}
_RUN = {
    "run": {
        **dict.fromkeys(("started?", "pytest-gocache?", "pytest?", "python?"), _TEXT),
        "repository?": {"commit": _TEXT, "dirty": _YES},
    },
    "toolchains": [_TOOLCHAIN],
    "packages": [{"name": _TEXT, "std": _YES}],
    "tests": [_TEST],
    "gate?": _GATE,
}


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
    run["schema"] = SCHEMA
    run.setdefault("packages", [])
    wrong = next(_problems(run), "")
    if wrong:
        raise RecordingError(f"{file} is damaged: {wrong}")
    return dict(run)


def _problems(run: dict[str, Any]) -> Iterator[str]:
    """What is not as the schema says. Adds to commands what an older schema does not have."""
    yield from _wrong(run, _RUN, "the file")
    for test in run["tests"]:
        for number, command in enumerate(test["commands"]):
            what = f"command {number + 1} of {test['test']}"
            for key, value in _LATER.items():
                command.setdefault(key, value)
            yield from _wrong(command, _COMMAND, what)
            yield from (f"{what}: {key!r} is {s!r}" for key, s in command["states"].items() if not isinstance(s, str))
            rows = command["actions"]
            if not isinstance(rows, list) or not all(_is_row(row, len(run["packages"]), len(rows)) for row in rows):
                yield f"{what} has an action of a wrong shape"


def _wrong(value: Any, wanted: Any, what: str) -> Iterator[str]:
    kinds = wanted if isinstance(wanted, tuple) else (type(wanted),)
    if type(value) not in kinds:
        yield f"{what} is {value!r:.60}"
    elif isinstance(wanted, list):
        for item in value:
            yield from _wrong(item, wanted[0], f"an item of {what}")
    elif isinstance(wanted, dict):
        for key, of in wanted.items():
            name = key.removesuffix("?")
            if name == key or value.get(name) is not None:
                yield from _wrong(value.get(name), of, f"{name!r} of {what}")


def _is_row(row: Any, packages: int, rows: int) -> bool:
    if not (isinstance(row, list) and len(row) == _FIELDS_OF_ROW and isinstance(row[5], list)):
        return False
    kind, package, status, started, ended, waits = row
    texts = type(kind) is str and type(status) is str
    whole = all(type(number) is int and number >= 0 for number in (package, *waits))
    times = type(started) in _NUMBER and type(ended) in _NUMBER
    return texts and whole and times and package < packages and max(waits, default=-1) < rows
