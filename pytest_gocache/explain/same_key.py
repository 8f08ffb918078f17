"""Why an action ran although its key is the same: a flag, a failure before, or an output that left the cache."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import takewhile

from pytest_gocache.explain.history import block_of, key_of
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.results.cache_event import CacheEvent, SavedCache
from pytest_gocache.results.given_flags import cleans, enabled_flag
from pytest_gocache.results.reasons import Details, Reason, ReasonCode
from pytest_gocache.results.result import Result

__all__ = ["loss_from_cache", "reason_with_same_key"]

_VETS_ARE_CACHED = 26  # Go 1.26

Loss = tuple[ReasonCode, Details]
"""What removed an output from the cache: the code and the details of the reason."""


def reason_with_same_key(result: Result, action: Action, then: Result, old: Action) -> Reason:
    """Why an action ran although ``then``, an earlier command, has it with the same key as ``old``."""
    reason = Reason(action.package, action.kind, ReasonCode.OUTPUT_GONE, since=then.step, modules=result.modules)
    if old.status is Status.FAILED or (action.kind is Kind.VET and old.ran and then.returncode):
        return replace(reason, code=ReasonCode.FAILED_BEFORE)
    if flag := enabled_flag(result, "a"):
        return replace(reason, code=ReasonCode.FORCED, details=Details(flag=flag))
    if action.kind is Kind.LINK:
        return replace(reason, code=_why_linked(result, action), details=Details(file=action.target))
    if action.kind is Kind.VET and not action.facts_only and _minor_version(result, action) < _VETS_ARE_CACHED:
        return replace(reason, code=ReasonCode.VET_NOT_CACHED)
    if old.status is Status.NOT_RUN and old.kind is Kind.COMPILE:
        code = ReasonCode.NOT_REACHED_BEFORE if then.returncode else ReasonCode.NOT_NEEDED_BEFORE
        return replace(reason, code=code)
    had = _has(action, key_of(result, action))
    code, details = loss_from_cache(result, then, action.import_path, had) or (ReasonCode.OUTPUT_GONE, Details())
    differs = bool(old.content_id and action.content_id and old.content_id != action.content_id)
    return replace(reason, code=code, details=replace(details, output_differs=differs))


def _has(action: Action, key: str) -> Callable[[Result], bool]:
    """A function that tells whether a command has an action, with this key."""
    named = (action.kind, action.package)
    return lambda run: any((one.kind, one.package) == named and key_of(run, one) == key for one in run.actions)


def loss_from_cache(result: Result, then: Result, import_path: str, had: Callable[[Result], bool]) -> Loss | None:
    """What removed an output from the build cache after ``then``; None when pytest-gocache saw no cause.

    ``had`` tells whether an earlier command made or used the output.
    """
    # From the latest command back: what the test did to the cache before the command, then the command before.
    saved_after = result.step
    for later in (result, *result.earlier()):
        if later is then:
            break
        if later.step > saved_after:
            continue  # the cache was saved before this command: the command did nothing to it
        if later is not result and cleans(later, "cache"):
            return ReasonCode.CACHE_EMPTIED, Details(command=later.title)
        restored, saved = _restored(later)
        if saved:
            saved_after = saved.step
            earlier = next((run for run in result.earlier() if run.step <= saved_after and had(run)), None)
            if earlier is None:
                return ReasonCode.OLDER_CACHE, Details(event=restored, step=later.step)
            then = earlier
        if event := _removed(later, import_path):
            return ReasonCode.CACHE_CHANGED, Details(event=event, step=later.step)
    now, before = (run.circumstances.env.get("GOCACHE", "") for run in (result, then))
    if now and before and now != before:
        return ReasonCode.OTHER_GOCACHE, Details(before=before, now=now)
    return None


def _restored(result: Result) -> tuple[CacheEvent | None, SavedCache | None]:
    """The restored cache that a command started with, if it is known when that cache was saved."""
    event = next((event for event in reversed(result.circumstances.events) if event.saved), None)
    return event, event.saved if event else None


def _removed(result: Result, import_path: str) -> CacheEvent | None:
    """What the test did to an output before a command, since a cache of a known state was restored."""
    since = takewhile(lambda event: not event.saved, reversed(result.circumstances.events))
    return next((event for event in since if event.packages is None or import_path in event.packages), None)


def _why_linked(result: Result, action: Action) -> ReasonCode:
    if action.scaffold:
        outcome = result.tests.get(action.import_path)
        return ReasonCode.TEST_BINARY_NEEDED if outcome and outcome.ran else ReasonCode.TEST_BINARY_NOT_KEPT
    if action.target:
        return ReasonCode.TARGET_NOT_UP_TO_DATE
    return ReasonCode.GO_RUN_KEEPS_NO_BINARY if result.command[1:2] == ("run",) else ReasonCode.BINARY_NOT_KEPT


def _minor_version(result: Result, action: Action) -> int:
    """The minor version of the toolchain: 27 for Go 1.27."""
    block = block_of(result, action)
    match = re.match(r"(?:devel )?go1\.(\d+)", block.go_version) if block else None
    return int(match[1]) if match else _VETS_ARE_CACHED
