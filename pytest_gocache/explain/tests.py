"""Why a test ran, or did not: what ``go test`` asked of the test result cache."""

from __future__ import annotations

import re
from dataclasses import replace

from pytest_gocache.explain.actions import Explainer
from pytest_gocache.explain.changes import text_diff
from pytest_gocache.explain.history import log_of
from pytest_gocache.explain.same_key import gone_from_cache
from pytest_gocache.explain.test_inputs import as_the_test_names_it, changed_reads, names_of_reads
from pytest_gocache.golang.action import Kind, TestStatus
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.golang.hashlog import quoted_words
from pytest_gocache.golang.patterns import short_name
from pytest_gocache.golang.testcache_log import Lookup, Lookups, PackageLookups
from pytest_gocache.results.explanation import Change, Reason
from pytest_gocache.results.given_flags import cleans
from pytest_gocache.results.result import Result

__all__ = ["why_test_cached", "why_test_ran"]


def why_test_ran(result: Result, package: str, explainer: Explainer) -> Reason:
    """Why a package's test was executed, and its result not taken from the cache."""
    bare = Reason(package, Kind.TEST, "")
    off = _switched_off(result, log_of(result).lookups)
    if off:
        return replace(bare, summary=off)
    lookups = _asked(result, package).lookups
    if not lookups:
        return _unknown(bare)
    too_new = next((lookup.too_new for lookup in lookups if lookup.too_new), "")
    if too_new:
        return _too_new(bare, too_new, result)
    for then in result.earlier():
        earlier = _asked(then, package)
        known = [lookup for lookup in lookups if any(lookup.key == old.key for old in earlier.lookups)]
        if known:
            return _same_binary(replace(bare, since=then.step), result, then, known[-1], earlier)
    return _other_binary(bare, result, package, explainer)


def why_test_cached(result: Result, package: str) -> str:
    """What made a test's result a hit."""
    lookups = reversed(_asked(result, package).lookups)
    hit = next((lookup for lookup in lookups if lookup.inputs and not lookup.missed), None)
    if hit is None:
        return "(cached)"
    block = log_of(result).by_sum.get(hit.inputs)
    reads = names_of_reads(block, result, package) if block else []
    saving = (then for then in result.earlier() if _asked(then, package).saved.get(hit.key) == hit.inputs)
    kept = next((f"step {then.step}" for then in saving), "an earlier run")
    what = f"what it reads has not changed: {', '.join(reads)}" if reads else "it reads nothing that Go tracks"
    return f"(cached): same test binary and arguments as in {kept}, and {what}"


def _switched_off(result: Result, lookups: Lookups) -> str:
    if lookups.argument:
        argument = _as_given(result, lookups.argument)
        return f"{argument if argument.startswith('-') else f'the argument {argument}'} switches the test cache off"
    if lookups.disabled == "in local directory mode":
        return "no package is named, and then go test uses no cached result: `go test .` does"
    return f"Go caches no result {lookups.disabled}" if lookups.disabled else ""


def _as_given(result: Result, argument: str) -> str:
    """The argument that the user gave: before Go 1.25, go test adds an -outputdir to a -cpuprofile and its like."""
    flags = dict(GoArguments.read(result.command[1:]).flags)
    if not argument.startswith("-outputdir=") or "outputdir" in flags:
        return argument
    profiles = [f"-{name}={value}" for name, value in flags.items() if name.endswith("profile") or name == "trace"]
    return profiles[0] if profiles else argument


def _unknown(bare: Reason) -> Reason:
    return replace(bare, summary="Go's log does not say why", known=False)


def _asked(result: Result, package: str) -> PackageLookups:
    return log_of(result).lookups.packages.get(package, PackageLookups())


def _too_new(bare: Reason, file: str, result: Result) -> Reason:
    """Go looks no further than to the first file that is too new; what is in it may have changed as well."""
    too_new = replace(bare, summary=_said_too_new(file, result, bare.package))
    then = next((then for then in result.earlier() if _asked(then, bare.package).saved), None)
    if then is None:
        return too_new
    texts = result.circumstances.texts
    old, new = texts.at(file, then.circumstances.started), texts.at(file, result.circumstances.started)
    if old is None or new is None or old == new:
        return too_new
    name = as_the_test_names_it(file, result, bare.package)
    change = Change(f"file {name}", f"{len(old)} bytes", f"{len(new)} bytes", text_diff(old, new))
    return replace(bare, changes=(change,), summary=f"{change.how} since step {then.step}:", since=then.step)


def _said_too_new(file: str, result: Result, package: str) -> str:
    name = as_the_test_names_it(file, result, package)
    return f"{name}, which it reads, was modified less than two seconds before the command"


# The same binary and arguments as in an earlier command: something else is not what it was.


def _same_binary(bare: Reason, result: Result, then: Result, now: Lookup, earlier: PackageLookups) -> Reason:
    said = _not_usable(result, then, now) or _not_kept(bare.package, then, now, earlier)
    if said:
        return replace(bare, summary=said)
    kept = _kept(earlier, now)
    if now.inputs and kept != now.inputs:
        old, new = log_of(then).by_sum.get(kept), log_of(result).by_sum.get(now.inputs)
        changes = tuple(changed_reads(then, old, result, new, bare.package)) if old and new else ()
        if not changes:
            return _unknown(bare)
        names = ", ".join(change.how for change in changes)
        shown = ":" if any(change.lines() for change in changes) else ""
        return replace(bare, changes=changes, summary=f"{names} since step {then.step}{shown}")
    gone = gone_from_cache(result, then, bare.package) or "but it was no longer in the build cache"
    return replace(bare, summary=f"nothing changed since step {then.step}, which kept its result, {gone}")


def _kept(earlier: PackageLookups, now: Lookup) -> str:
    """The SHA-256 over what the test had read, of the result that the earlier command kept, or used."""
    used = (lookup.inputs for lookup in earlier.lookups if lookup.key == now.key and not lookup.missed)
    return earlier.saved.get(now.key) or next(used, "")


def _not_usable(result: Result, then: Result, now: Lookup) -> str:
    if now.missed.startswith("test output expired"):
        return f"its result of step {then.step} was expired by {_what_expired(result, then)}"
    if now.missed.startswith("cached cover profile missing"):
        return f"step {then.step} has kept its result without a coverage profile"
    if now.missed.startswith("coverage metadata changed"):
        return f"a package whose coverage it measures changed since step {then.step}"
    return ""


def _not_kept(package: str, then: Result, now: Lookup, earlier: PackageLookups) -> str:
    outcome = then.tests.get(package)
    if _kept(earlier, now):
        return ""
    if outcome and outcome.status is TestStatus.FAILED:
        return f"it failed in step {then.step}, and failures are not cached"
    if earlier.too_new:
        return f"the result of step {then.step} was not kept: {_said_too_new(earlier.too_new, then, package)}"
    return ""


def _what_expired(result: Result, then: Result) -> str:
    for later in (result, *result.earlier()):
        if later is then:
            break
        if later is not result and cleans(later, "testcache"):
            return later.title
        events = later.circumstances.events
        if any(event.what.startswith("test results") for event in events):
            return f"gocache.clear_tests before step {later.step}"
    return "`go clean -testcache`"


# A binary, or arguments, that no earlier command of the test had.


def _other_binary(bare: Reason, result: Result, package: str, explainer: Explainer) -> Reason:
    runs = [then for then in result.earlier() if package in then.tests and then.tests[package].ran]
    if not runs:
        return replace(bare, summary="executed for the first time in this test", first=True)
    now = _keys(result, package)
    for then in runs:
        for binary, before in _keys(then, package).items():
            if binary in now:
                changes = (Change("test arguments", before, now[binary]),)
                summary = f"test arguments changed since step {then.step}:"
                return replace(bare, changes=changes, summary=summary, since=then.step)
    then = runs[0]
    bare = replace(bare, since=then.step)
    link = next((a for a in result.links() if a.scaffold and a.import_path == package), None)
    if link is None:
        return _unknown(bare)
    below = explainer.reason(link)
    lookups = log_of(then).lookups
    if not below.changes and (lookups.argument or lookups.disabled):
        kept = f"with {lookups.argument}" if lookups.argument else "without a package named"
        return replace(bare, summary=f"step {then.step} ran it {kept}, and so kept no result")
    follows, cause = below.follows or (link.package,), below.cause or below
    chain = " ← ".join(short_name(name, result.modules) for name in follows)
    return replace(bare, summary=f"its test binary changed: {chain}", follows=follows, cause=cause, since=below.since)


_TEST_RESULT = re.compile(r"test binary (\S+) args (\[.*\]) execcmd (\[.*\])", re.DOTALL)


def _keys(result: Result, package: str) -> dict[str, str]:
    """What results are looked up by: the binary's ID → the arguments (``-run=X -timeout=10m0s``)."""
    found = {}
    for lookup in _asked(result, package).lookups:
        block = log_of(result).by_sum.get(lookup.key)
        match = _TEST_RESULT.fullmatch(block.inputs[-1]) if block else None
        if match:
            words = quoted_words(match[2] + match[3])
            found[match[1]] = " ".join(re.sub(r"^-test\.", "-", word) for word in words)
    return found
