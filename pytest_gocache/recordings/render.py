"""A difference of two recordings as text, as Markdown, and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pytest_gocache.golang.action import Kind
from pytest_gocache.recordings.command_text import UNKNOWN_COMMAND, command_text
from pytest_gocache.recordings.difference import Difference, Ran, Row
from pytest_gocache.results.cause_record import cause_data
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import listed

__all__ = ["as_data", "as_markdown", "as_text"]

SCHEMA = "pytest-gocache diff 1"
_MOST_ROWS = 20
_DONE = {Kind.COMPILE: "compiled", Kind.LINK: "linked", Kind.VET: "vetted", Kind.TEST: "test executed"}
_MANY = {**_DONE, Kind.TEST: "tests executed"}


def as_text(found: Difference) -> str:
    """The difference for a terminal: a summary, then a row for each cause, the most expensive first."""
    lines = [_title(found), _summary(found)]
    width = max((len(_seconds(row)) for row in found.rows), default=0)
    for row in found.rows[:_MOST_ROWS]:
        first, *more = _lines(row)
        lines.append(f"{_seconds(row):>{width}}  {first}")
        lines += [f"{'':{width}}  {line}" for line in more]
    lines += _rest(found)
    return "\n".join([*lines, *found.advice])


def as_markdown(found: Difference) -> str:
    """The difference as a section with a table, for the summary of a CI job."""
    lines = [f"## {_title(found)}", "", _summary(found), ""]
    if found.rows:
        lines += ["| time | cause |", "|---:|---|"]
        lines += [f"| {_seconds(row)} | {'<br>'.join(map(_cell, _lines(row)))} |" for row in found.rows[:_MOST_ROWS]]
        lines.append("")
    lines += [f"- {line}" for line in (*_rest(found), *found.advice)]
    return "\n".join(lines).rstrip() + "\n"


def _cell(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    indent = len(text) - len(text.lstrip())
    return "&nbsp;" * indent + text.lstrip()


def as_data(found: Difference) -> dict[str, Any]:
    """The difference as JSON types: ``schema``, ``old``, ``new``, ``ran``, ``causes``, ``only_in_old``, ``advice``.

    A cause has the fields of `cause_data`, and ``packages`` and ``followers`` (each with ``kind``, ``package`` and
    ``seconds``) and ``seconds`` of all of them.
    """
    return {
        "schema": SCHEMA,
        "old": _command(found.old),
        "new": _command(found.new),
        "ran": {kind.value: count for kind, count in _counts(found.ran).items()},
        "causes": [
            {
                **cause_data(row.reason, lambda text: text),
                "packages": [_ran(one) for one in row.causes],
                "followers": [_ran(one) for one in row.followers],
                "seconds": round(row.seconds, 3),
            }
            for row in found.rows
        ],
        "only_in_old": list(found.only_in_old),
        "advice": list(found.advice),
    }


def _command(result: Result) -> dict[str, Any]:
    return {"command": list(result.command), "exit": result.returncode, "seconds": round(result.seconds, 3)}


def _ran(one: Ran) -> dict[str, Any]:
    return {"kind": one.reason.kind.value, "package": one.reason.package, "seconds": round(one.seconds, 3)}


def _title(found: Difference) -> str:
    old, new = command_text(found.old), command_text(found.new)
    if found.old.command == UNKNOWN_COMMAND:
        return f"{new} against the old log"
    return f"{new} against the recording" + ("" if old == new else f" of {old}")


def _summary(found: Difference) -> str:
    """What ran, in one line: ``3 of 210 packages compiled, 1 linked, 2 tests executed: 4.2 s``."""
    counts = _counts(found.ran)
    compiled = f"{counts.pop(Kind.COMPILE, 0)} of {len(found.new.packages)} packages compiled"
    others = [f"{count} {(_DONE if count == 1 else _MANY)[kind]}" for kind, count in counts.items()]
    return f"{', '.join([compiled, *others])}: {sum(one.seconds for one in found.ran):.1f} s"


def _counts(ran: Sequence[Ran]) -> Counter[Kind]:
    counted = Counter(one.reason.kind for one in ran)
    return Counter({kind: counted[kind] for kind in Kind if counted[kind]})


def _seconds(row: Row) -> str:
    return f"{row.seconds:.1f} s"


def _lines(row: Row) -> list[str]:
    first, *values = ["not in the recording"] if row.reason.first else row.reason.lines()
    own = _own_names(row)
    if own[1:]:
        lines = [first, *values, f"{len(own)} {_things(row.causes)}: {listed(own)}"]
    else:
        lines = [f"{row.reason.kind.of(own[0])}: {first}", *values]
    if row.followers:
        names = [one.reason.label for one in row.followers]
        lines.append(f"{len(names)} follow{'s' if len(names) == 1 else ''}: {listed(names)}")
    return lines


def _own_names(row: Row) -> list[str]:
    """What to call the causes: packages outside the standard library and long ones first, each variant as its package.

    The cause of followers may be cached in this command: then its own name.
    """
    own = sorted(row.causes, key=lambda one: (one.std, -one.seconds))
    names = dict.fromkeys(one.reason.name.partition(" [")[0] for one in own)
    return list(names) or [row.reason.name]


def _things(causes: Sequence[Ran]) -> str:
    if all(one.std for one in causes):
        return "packages of the standard library"
    kinds = {one.reason.kind for one in causes}
    return {Kind.COMPILE: "packages", Kind.LINK: "links", Kind.VET: "vets", Kind.TEST: "tests"}[min(kinds, key=str)]


def _rest(found: Difference) -> list[str]:
    more = len(found.rows) - _MOST_ROWS
    lines = [f"and {more} more causes"] if more > 0 else []
    if found.only_in_old:
        names = [found.old.short_name(name) for name in found.only_in_old]
        lines.append(f"only in the recording: {listed(names)}")
    if found.new.command == UNKNOWN_COMMAND:
        lines.append("a log has no command and no test results: what -a forces looks lost, and tests have no row")
    if found.new.returncode:
        lines.append(f"{command_text(found.new)} {_failure(found.new)}: what it did not reach has no row")
    if found.old.returncode:
        lines.append(f"the recorded command {_failure(found.old)}: what it did not reach is not in the recording")
    return lines


def _failure(result: Result) -> str:
    status = result.returncode
    return f"failed with exit status {status}" if status > 0 else f"was ended by signal {-status}"
