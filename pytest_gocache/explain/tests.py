"""Why a test ran, or why its result came from the test result cache."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pytest_gocache.explain.actions import Explainer
from pytest_gocache.explain.changes import text_diff
from pytest_gocache.explain.files_of_tests import kept_by, replayed
from pytest_gocache.explain.history import index_of, log_of
from pytest_gocache.explain.same_key import loss_from_cache
from pytest_gocache.explain.test_inputs import changed_reads, names_read, relative_name
from pytest_gocache.golang.action import Action, Kind, Status, TestStatus
from pytest_gocache.golang.hashlog import quoted_words
from pytest_gocache.golang.testcache_log import Lookup, Lookups, Miss, PackageLookups
from pytest_gocache.results.cache_event import CacheOperation
from pytest_gocache.results.given_flags import arguments_of, cleans, last_value
from pytest_gocache.results.inputs import Change, Input, InputKind
from pytest_gocache.results.reasons import Details, Reason, ReasonCode
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import step_name

__all__ = ["why_test_cached", "why_test_ran"]


def why_test_ran(result: Result, package: str, explainer: Explainer) -> Reason:
    """Why Go executed the test of a package, and did not replay a cached result."""
    result = result.testing(package)
    reason = Reason(package, Kind.TEST, ReasonCode.NO_EVIDENCE, modules=result.modules)
    if result.circumstances.log_off is not None:
        return _without_log(reason, result, explainer)
    lookups = _lookups_of(result, package).lookups
    off = _switched_off(reason, result)
    if off or not lookups:
        return off or reason
    too_new = next((lookup.too_new for lookup in lookups if lookup.too_new), "")
    if too_new:
        return _too_new(reason, too_new, result)
    for then in result.earlier():
        earlier = _lookups_of(then, package)
        known = [lookup for lookup in lookups if any(lookup.key == old.key for old in earlier.lookups)]
        if known:
            return _same_binary(replace(reason, since=then.step), result, then, known[-1], earlier)
    return _other_binary(reason, result, explainer)


def why_test_cached(result: Result, package: str) -> str:
    """Why Go replayed the cached result of a test."""
    result = result.testing(package)
    hit = replayed(result, package)
    if hit is None:
        return "(cached)"
    block = log_of(result).by_sum.get(hit.inputs)
    reads = names_read(block, result, package) if block else []
    then = kept_by(result, package, hit)
    kept = step_name(then.step) if then else "an earlier run"
    what = f"what it reads has not changed: {', '.join(reads)}" if reads else "it reads nothing that Go tracks"
    return f"(cached): same test binary and arguments as in {kept}, and {what}"


# Flags of go test with which Go uses no cached result.
_NEVER_CACHED = frozenset(
    "count bench benchmem fuzztime fuzzminimizetime shuffle trace blockprofile blockprofilerate "  # noqa: SIM905
    "cpuprofile memprofile memprofilerate mutexprofile mutexprofilefraction".split()
)


def _without_log(reason: Reason, result: Result, explainer: Explainer) -> Reason:
    """The reason as far as the command line and the action graph have it: Go's log was off for the tests."""
    for name, value in arguments_of(result).flags:
        if name.removeprefix("test.") in _NEVER_CACHED:
            return replace(
                reason,
                code=ReasonCode.TEST_CACHE_OFF,
                details=Details(flag=f"-{name}={value}" if value else f"-{name}"),
            )
    file = result.circumstances.log_off
    code = ReasonCode.LOG_OFF_FOR_FILE if file else ReasonCode.LOG_OFF_BY_SETTING
    unknown = replace(reason, code=code, details=Details(file=file or ""))
    then = next((then for then in result.earlier() if reason.package in then.tests), None)
    if then is None:
        return replace(reason, code=ReasonCode.FIRST_TIME)
    return _changed_binary(replace(unknown, since=then.step), result, explainer) or unknown


def _changed_binary(reason: Reason, result: Result, explainer: Explainer) -> Reason | None:
    """The reason when the key of the test binary's link has changed, or what it links."""
    link = _test_link(result, reason.package)
    why = explainer.reason(result, link) if link and link.status is Status.RAN else None
    return _of_link(reason, link, why) if link and why and (why.changes or why.follows) else None


def _test_link(result: Result, package: str) -> Action | None:
    return next((a for a in result.links() if a.scaffold and a.import_path == package), None)


def _of_link(reason: Reason, link: Action, why: Reason) -> Reason:
    """The reason of a test whose binary was linked, from that of the link."""
    follows = why.follows or (link.package,)
    return replace(
        reason,
        code=ReasonCode.TEST_BINARY_CHANGED,
        details=Details(chain=follows),
        follows=follows,
        cause=why.cause or why,
        since=why.since,
    )


def _switched_off(reason: Reason, result: Result) -> Reason | None:
    """The reason when the command did not use the test cache; None when it did."""
    lookups = index_of(result).lookups
    if lookups.argument:
        argument = _as_given(result, lookups.argument)
        is_flag = argument.startswith("-")
        code = ReasonCode.TEST_CACHE_OFF if is_flag else ReasonCode.TEST_CACHE_OFF_BY_ARGUMENT
        return replace(reason, code=code, details=Details(flag=argument))
    if lookups.names_no_package:
        return replace(reason, code=ReasonCode.NO_PACKAGE_NAMED)
    if lookups.disabled:
        return replace(reason, code=ReasonCode.RESULT_NOT_CACHEABLE, details=Details(in_go_words=lookups.disabled))
    return None


def _as_given(result: Result, argument: str) -> str:
    """The argument of the user. Before Go 1.25, go test adds an ``-outputdir`` to flags such as ``-cpuprofile``."""
    flags = dict(arguments_of(result).flags)
    if not argument.startswith("-outputdir=") or "outputdir" in flags:
        return argument
    profiles = [f"-{name}={value}" for name, value in flags.items() if name.endswith("profile") or name == "trace"]
    return profiles[0] if profiles else argument


def _lookups_of(result: Result, package: str) -> PackageLookups:
    return index_of(result).lookups.packages.get(package, PackageLookups())


def _too_new(reason: Reason, file: str, result: Result) -> Reason:
    """The reason when Go stopped its lookup at a file that is too new. The content of the file may differ, too."""
    name = relative_name(file, result, reason.package)
    too_new = replace(reason, code=ReasonCode.FILE_TOO_NEW, details=Details(file=name))
    if step := _written_in_step(file, result, reason.package):
        return replace(reason, code=ReasonCode.READ_FILE_WRITTEN, details=Details(file=name, step=step))
    then = next((then for then in result.earlier() if _lookups_of(then, reason.package).saved), None)
    if then is None:
        return too_new
    texts = result.circumstances.texts
    old, new = texts.at(file, then.circumstances.started), texts.at(file, result.circumstances.started)
    if old is None or new is None or old == new:
        return too_new
    read = Input(InputKind.READ_FILE, name)
    change = Change(read, f"{len(old)} bytes", f"{len(new)} bytes", text_diff(old, new))
    return replace(reason, code=ReasonCode.CHANGED, changes=(change,), since=then.step)


def _written_in_step(file: str, result: Result, package: str) -> int | None:
    """The latest step that ran the test and in which the file got its time; None for a time outside of these steps."""
    try:
        modified = Path(result.cwd, file).stat().st_mtime
    except OSError:
        return None
    for run in (result, *result.earlier()):
        begun = run.circumstances.started
        if package in run.tests and run.tests[package].ran and begun <= modified <= begun + run.seconds:
            return run.step
    return None


# The same binary and arguments as in an earlier command: a different input changed.


def _same_binary(reason: Reason, result: Result, then: Result, now: Lookup, earlier: PackageLookups) -> Reason:
    no_result = _not_usable(reason, result, then, now) or _not_kept(reason, result, then, now, earlier)
    if no_result:
        return no_result
    kept = _saved_inputs(earlier, now)
    # In a cache that does not know the test, Go looks up no reads. Those of this run tell what would have missed there.
    reads = now.inputs or _lookups_of(result, reason.package).saved.get(now.key, "")
    if reads and kept != reads:
        old, new = log_of(then).by_sum.get(kept), log_of(result).by_sum.get(reads)
        if old is None or new is None:
            return replace(reason, code=ReasonCode.READS_MIXED)
        changes = tuple(changed_reads(then, old, result, new, reason.package))
        return replace(reason, code=ReasonCode.CHANGED, changes=changes) if changes else reason

    def had(run: Result) -> bool:
        return any(lookup.key == now.key for lookup in _lookups_of(run, reason.package).lookups)

    code, details = loss_from_cache(result, then, reason.package, had) or (ReasonCode.RESULT_GONE, Details())
    return replace(reason, code=code, details=details)


def _saved_inputs(earlier: PackageLookups, now: Lookup) -> str:
    """The SHA-256 over the inputs of the result that the earlier command saved or used; empty when there is none."""
    used = (lookup.inputs for lookup in earlier.lookups if lookup.key == now.key and not lookup.missed)
    return earlier.saved.get(now.key) or next(used, "")


def _not_usable(reason: Reason, result: Result, then: Result, now: Lookup) -> Reason | None:
    """The reason when Go found a result that it could not use."""
    if now.miss is Miss.EXPIRED:
        return _expired(reason, result, then)
    if now.miss is Miss.NO_COVERAGE_PROFILE:
        return replace(reason, code=ReasonCode.RESULT_WITHOUT_PROFILE)
    if now.miss is Miss.COVERAGE_CHANGED:
        return replace(reason, code=ReasonCode.COVERED_PACKAGE_CHANGED)
    return None


def _not_kept(reason: Reason, result: Result, then: Result, now: Lookup, earlier: PackageLookups) -> Reason | None:
    """The reason when the earlier command kept no result."""
    if _saved_inputs(earlier, now):
        return None
    outcome = then.tests.get(reason.package)
    if outcome and outcome.status is TestStatus.FAILED:
        return replace(reason, code=ReasonCode.TEST_FAILED_BEFORE)
    if earlier.too_new:
        name = relative_name(earlier.too_new, then, reason.package)
        if step := _written_in_step(earlier.too_new, result, reason.package):
            return replace(reason, code=ReasonCode.READ_FILE_WRITTEN, details=Details(file=name, step=step))
        return replace(reason, code=ReasonCode.RESULT_TOO_NEW, details=Details(file=name))
    if program := last_value(then, "exec"):
        return replace(reason, code=ReasonCode.RESULT_OF_ARGUMENT_NOT_KEPT, details=Details(flag=f"-exec={program}"))
    return replace(reason, code=ReasonCode.RESULT_NOT_SAVED)


def _expired(reason: Reason, result: Result, then: Result) -> Reason:
    for later in (result, *result.earlier()):
        if later is then:
            break
        if later is not result and cleans(later, "testcache"):
            return replace(reason, code=ReasonCode.RESULT_EXPIRED, details=Details(command=later.title))
        if any(event.operation is CacheOperation.TESTS_CLEARED for event in later.circumstances.events):
            return replace(reason, code=ReasonCode.RESULT_EXPIRED_BY_TEST, details=Details(step=later.step))
    return replace(reason, code=ReasonCode.RESULT_EXPIRED, details=Details(command="`go clean -testcache`"))


# A test binary, or arguments, that no earlier command used.


def _other_binary(reason: Reason, result: Result, explainer: Explainer) -> Reason:
    package = reason.package
    runs = [then for then in result.earlier() if package in then.tests and then.tests[package].ran]
    if not runs:
        return replace(reason, code=ReasonCode.FIRST_TIME)
    other_arguments = _other_arguments(reason, result, runs)
    if other_arguments:
        return other_arguments
    then = runs[0]
    reason = replace(reason, since=then.step)
    link = _test_link(result, package)
    if link is None:
        return reason
    why_linked = explainer.reason(result, link)
    not_kept = None if why_linked.changes else _not_cacheable(reason, index_of(then).lookups)
    return not_kept or _of_link(reason, link, why_linked)


def _not_cacheable(reason: Reason, lookups: Lookups) -> Reason | None:
    """The reason when a command that ran the test could not cache its result."""
    if lookups.argument:
        return replace(reason, code=ReasonCode.RESULT_OF_ARGUMENT_NOT_KEPT, details=Details(flag=lookups.argument))
    if lookups.names_no_package:
        return replace(reason, code=ReasonCode.RESULT_OF_UNNAMED_NOT_KEPT)
    if lookups.disabled:
        return replace(reason, code=ReasonCode.RESULT_NOT_CACHEABLE, details=Details(in_go_words=lookups.disabled))
    return None


def _other_arguments(reason: Reason, result: Result, runs: Sequence[Result]) -> Reason | None:
    """The reason when an earlier command ran the same binary with different arguments."""
    now = _keys(result, reason.package)
    for then in runs:
        for binary, before in _keys(then, reason.package).items():
            if binary in now:
                changes = (Change(Input(InputKind.TEST_ARGUMENTS), before, now[binary]),)
                return replace(reason, code=ReasonCode.CHANGED, changes=changes, since=then.step)
    return None


_TEST_RESULT = re.compile(r"test binary (\S+) args (\[.*\]) execcmd (\[.*\])", re.DOTALL)


def _keys(result: Result, package: str) -> dict[str, str]:
    """The keys of lookups: the ID of the test binary → the arguments (``-run=X -timeout=10m0s``)."""
    found = {}
    for lookup in _lookups_of(result, package).lookups:
        block = log_of(result).by_sum.get(lookup.key)
        match = _TEST_RESULT.fullmatch(block.inputs[-1]) if block else None
        if match:
            words = quoted_words(match[2] + match[3])
            found[match[1]] = " ".join(re.sub(r"^-test\.", "-", word) for word in words)
    return found
