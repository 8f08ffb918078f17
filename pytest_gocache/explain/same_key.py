"""Why an action ran although its key is an old one: asked for, failed before, or no longer in the cache."""

from __future__ import annotations

import re

from pytest_gocache.explain.history import block_of
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.results.given_flags import cleans, switched_on
from pytest_gocache.results.result import Result

__all__ = ["forced", "gone_from_cache", "why_same_key_ran"]


def why_same_key_ran(result: Result, action: Action, then: Result, old: Action) -> str:
    """What ``then``, which had the same key, and all that happened since, tell of why the action ran."""
    same = f"nothing in its key changed since step {then.step}"
    if old.status is Status.FAILED or (action.kind is Kind.VET and old.ran and then.returncode):
        return f"its last {_RUN[action.kind]} (step {then.step}) failed, and failures are not cached"
    if asked := forced(result):
        return f"{asked}: {same}"
    if action.kind is Kind.LINK:
        return f"{same}, {_why_linked(result, action)}"
    if action.kind is Kind.VET and not action.facts_only and _minor_version(result, action) < _VETS_ARE_CACHED:
        return f"{same}, but before Go 1.26 vet analyses the packages that it is given every time"
    if old.status is Status.NOT_RUN and old.kind is Kind.COMPILE:
        return f"{same}, which looked its key up and did not need it"
    gone = gone_from_cache(result, then, action.import_path) or "but its output was no longer in the build cache"
    if old.content_id and action.content_id and old.content_id != action.content_id:
        gone += "; its output is another one, so something that Go does not track changed"
    return f"{same}, {gone}"


_RUN = {Kind.COMPILE: "compile", Kind.LINK: "link", Kind.VET: "vet"}
_VETS_ARE_CACHED = 26  # Go 1.26


def forced(result: Result) -> str:
    """``forced by -a``, and where that comes from; empty without it."""
    given = switched_on(result, "a")
    return f"forced by {given}" if given else ""


def gone_from_cache(result: Result, then: Result, import_path: str) -> str:
    """What took an output out of the build cache after ``then``; empty when nothing that was seen did."""
    # From the latest back: what the test did before a command, then the command before it.
    for later in (result, *result.earlier()):
        if later is then:
            break
        if later is not result and cleans(later, "cache"):
            return f"but {later.title} emptied the build cache"
        for event in reversed(later.circumstances.events):
            if event.packages is None or import_path in event.packages:
                return f"but {event.what} before step {later.step}"
    now, before = (run.circumstances.env.get("GOCACHE", "") for run in (result, then))
    if now and before and now != before:
        return f"but in another GOCACHE: that was {before}, this is {now}"
    return ""


def _why_linked(result: Result, action: Action) -> str:
    if action.scaffold:
        outcome = result.tests.get(action.import_path)
        return f"but {'the test had to run, and ' if outcome and outcome.ran else ''}Go keeps no test binaries"
    if action.target:
        return f"but no binary with its build ID was at {action.target}"
    if result.command[1:2] == ("run",):
        return "but go run keeps no binary before Go 1.24"
    return "but no binary of it was kept"


def _minor_version(result: Result, action: Action) -> int:
    """27 for Go 1.27; the first input of every hash is the toolchain's version."""
    block = block_of(result, action)
    match = re.match(r"(?:devel )?go1\.(\d+)", block.inputs[0]) if block and block.inputs else None
    return int(match[1]) if match else _VETS_ARE_CACHED
