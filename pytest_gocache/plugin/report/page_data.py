"""What the page of a run shows: the data of its JSON file in columns, and what the page would have to compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_gocache.plugin.report.causes import CauseGroup, cause_groups, rows_by_name
from pytest_gocache.plugin.report.timeline import Span, critical_path, lanes, spans_of, work_of

__all__ = ["page_data"]

_PER_SECOND = 10_000  # times are whole numbers of tenths of a millisecond
_STATUS = {"ran": "r", "failed": "f"}
_NO_TEST_RAN = ("cached", "no test files", "build failed")


def page_data(run: Mapping[str, Any]) -> dict[str, Any]:
    """The data of the page, in JSON types. Times of actions are in tenths of a millisecond."""
    kinds: dict[str, int] = {}
    packages = run["packages"]
    return {
        "facts": list(_facts(run)),
        "packages": [package["name"] for package in packages],
        "std": [number for number, package in enumerate(packages) if package["std"]],
        "tests": [
            {
                **{key: test[key] for key in _OF_TEST},
                "commands": [_command(command, packages, kinds) for command in test["commands"]],
            }
            for test in run["tests"]
        ],
        "kinds": list(kinds),
        "gate": run.get("gate"),
    }


_OF_TEST = ("test", "toolchain", "outcome", "detail", "message", "file", "line", "host")


def _facts(run: Mapping[str, Any]) -> list[str]:
    facts = run["run"]
    said = [f"started {facts['started']}"] if facts.get("started") else []
    repository = facts.get("repository")
    if repository:
        said.append(f"commit {repository['commit']}{' (dirty)' if repository['dirty'] else ''}")
    for tool in run["toolchains"]:
        where = f" on {tool['host']}" if tool.get("host") else ""
        said.append(f"{tool['toolchain']}: {tool['go']} {tool['goos']}/{tool['goarch']}, {tool['cpus']} CPUs{where}")
    said += [f"{name} {facts[name]}" for name in ("pytest-gocache", "pytest", "python") if facts.get(name)]
    return said


def _command(
    command: Mapping[str, Any], packages: Sequence[Mapping[str, Any]], kinds: dict[str, int]
) -> dict[str, Any]:
    spans = spans_of(command)
    rows = rows_by_name(spans, packages)
    causes = command["causes"] or []
    groups = cause_groups(causes, spans, rows)
    work = work_of(spans)
    states = command["states"]
    return {
        **{key: command[key] for key in ("step", "command", "exit", "seconds", "within")},
        "actions": _columns(spans, kinds),
        "path": critical_path(spans),
        "work": [round(work.seconds, 4), round(work.elapsed, 4), work.most],
        "counts": _counts(spans, states),
        "again": round(sum(group.seconds for group in groups if group.again), 4),
        "groups": [_group(group, causes, rows) for group in groups],
        "unknown": command["causes_unknown"],
        "tests": [[name, state] for name, state in _of_kind(states, "test")],
        "downloads": [name for name, _ in _of_kind(states, "download")],
    }


def _of_kind(states: Mapping[str, str], kind: str) -> list[tuple[str, str]]:
    return [(name.partition(" ")[2], state) for name, state in states.items() if name.startswith(f"{kind} ")]


def _columns(spans: Sequence[Span], kinds: dict[str, int]) -> dict[str, Any]:
    return {
        "kind": [kinds.setdefault(span.kind, len(kinds)) for span in spans],
        "package": [span.package for span in spans],
        "status": "".join(_STATUS.get(span.status, "c") for span in spans),
        "started": [round(span.started * _PER_SECOND) for span in spans],
        "took": [round(span.seconds * _PER_SECOND) for span in spans],
        "lane": lanes((span.started, span.ended) for span in spans),
        "waits": {str(number): span.waits_for for number, span in enumerate(spans) if span.waits_for},
    }


def _counts(spans: Sequence[Span], states: Mapping[str, str]) -> dict[str, int]:
    """The numbers of actions. A file without actions has only the states, with the standard library as one package."""
    if spans:
        done = [(span.kind, "cached" if span.status == "cached" else "ran") for span in spans]
    else:
        done = [(name.partition(" ")[0], "ran" if s in ("ran", "failed") else s) for name, s in states.items()]
    return {
        "compiled": done.count(("compile", "ran")),
        "cached": done.count(("compile", "cached")),
        "linked": done.count(("link", "ran")),
        "tested": sum(state not in _NO_TEST_RAN for _, state in _of_kind(states, "test")),
    }


def _group(
    group: CauseGroup, causes: Sequence[Mapping[str, Any]], rows: Mapping[tuple[str, str], int]
) -> dict[str, Any]:
    def member(number: int) -> int | str:
        name = causes[number]["kind"], causes[number]["package"]
        return rows.get(name, " ".join(name))

    return {
        "text": group.cause["text"],
        "inputs": group.cause["inputs"],
        "again": group.again,
        "seconds": round(group.seconds, 4),
        "own": [member(number) for number in group.own],
        "followers": [member(number) for number in group.followers],
    }
