"""Assertions on the jobs of a CI runner, and on their caches."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.errors import NoEvidenceError, UsageError
from pytest_gocache.explain.advice import advice_for
from pytest_gocache.explain.needless import needless_work
from pytest_gocache.golang.action import Kind
from pytest_gocache.results.cache_event import short_key
from pytest_gocache.results.ci_action import FileTimes
from pytest_gocache.results.ci_job import Job, JobRecord, NotSaved
from pytest_gocache.results.explanation import table
from pytest_gocache.results.reasons import Reason, ReasonCode
from pytest_gocache.results.tables import counted, listed, rows

__all__ = ["assert_bounded_growth", "assert_warm"]

_TRIM_DAYS = 6  # Go trims what was unused for five days, once a day
_MOST_NAMED = 8
_ONE_MB = 1_000_000
_SAVED_ONCE = (NotSaved.OWN_KEY, NotSaved.KEY_EXISTS)


@named
def assert_warm(job: Job, *, tests: bool = True) -> None:
    """The job did only the work that its commit needs.

    It restored a cache, and each package that it compiled is new or has a changed source, or imports such a package.
    With ``tests``, the same holds for each test that it ran; the content of a file that a test reads is a source, too.
    Changed flags, folders, variables and times are no reason to compile or test again, and neither is an output that
    an earlier job had and the restored cache does not have. The stamp of a new commit is.

    Raises `AssertionError` when the job was not warm, `NoEvidenceError` when no command of the job compiled anything
    that was seen, and when it is not known what a command compiled.
    """
    record = job.record
    needless, judged = needless_work(record, tests=tests)
    if not judged:
        raise NoEvidenceError(f"job {record.number} has no go command that builds: nothing shows whether it is warm")
    if record.restored is None:
        fail(
            "assert_warm",
            f"job {record.number} restored no cache: no saved cache matches its key {short_key(record.key)}",
            *_what_was_saved(record),
        )
    if needless:
        fail(
            "assert_warm",
            f"job {record.number} {_did(needless)} without a changed source",
            table(needless, label=True),
            *_where_the_cache_is_from(record, needless),
            *_advice(record, needless),
        )


@named
def assert_bounded_growth(jobs: Sequence[Job]) -> None:
    """The build cache does not grow from job to job without an end.

    The jobs are a series: each restores the cache of an earlier one. What counts is the size of GOCACHE at the end of a
    job, without the standard library that came from the store of warm caches. Passes when no job's cache is larger than
    that of the first one. Otherwise, the jobs must be of 12 days or more, because Go only trims what was unused for
    five days, once a day. The largest cache up to day 6 then shows the growth before Go trims: after it, the caches
    may grow by half of that at most.

    Raises `AssertionError` when they grow more, and `NoEvidenceError` when the jobs do not show it.
    """
    records = [job.record for job in jobs]
    _require_series(records)
    sizes = [record.size for record in records]
    if max(sizes) <= sizes[0]:
        return
    start, days = records[0].day, records[-1].day - records[0].day
    if days < 2 * _TRIM_DAYS:
        raise NoEvidenceError(
            f"the cache grew from {_text(sizes[0])} to {_text(max(sizes))} in {len(records)} jobs of {days:g} days; "
            f"whether that has an end shows after {2 * _TRIM_DAYS} days, since Go trims nothing that was used in the "
            "last five: play more jobs, or more days between them (days=…)"
        )
    early = max(record.size for record in records if record.day - start <= _TRIM_DAYS)
    late = max((record.size for record in records if record.day - start > _TRIM_DAYS), default=0)
    if late - early > (early - sizes[0]) / 2:
        grew = f"grew the cache from {_text(sizes[0])} to {_text(late)}"
        fail(
            "assert_bounded_growth",
            f"{len(records)} jobs of {days:g} days {grew}, and still grow it",
            _sizes(records),
            *_why_nothing_is_trimmed(records[-1]),
        )


def _did(needless: Sequence[Reason]) -> str:
    compiled = [reason for reason in needless if reason.kind is Kind.COMPILE]
    ran = [reason for reason in needless if reason.kind is Kind.TEST]
    parts = [f"compiled {counted(compiled, 'package', 'packages')}"] if compiled else []
    parts += [f"ran {counted(ran, 'test package', 'test packages')}"] if ran else []
    return " and ".join(parts)


def _what_was_saved(record: JobRecord) -> list[str]:
    lines = [f"  restore-keys: {', '.join(map(short_key, record.keys[1:]))}"] if record.keys[1:] else []
    lines += [f"  saved: {short_key(cache.key)} by job {cache.job}" for cache in record.available]
    lines += [
        f"  removed: {short_key(gone.saved.key)} of job {gone.saved.job}, {gone.why.value}" for gone in record.removed
    ]
    lines += _jobs_that_saved_nothing([job for job in record.earlier() if job.not_saved not in _SAVED_ONCE])
    if not lines:
        return ["  no job has saved a cache yet"]
    if record.available and record.action.restore_keys and not record.keys[1:]:
        lines.append("restore-keys with the beginning of the key make the newest cache a match when the rest changes")
    return lines


def _where_the_cache_is_from(record: JobRecord, needless: Sequence[Reason]) -> list[str]:
    if record.restored is None:
        return []
    saved, number = record.restored.saved, record.number
    age = number - (saved.job or number)
    since = [r.name for r in needless if r.code is ReasonCode.OLDER_CACHE and r.kind is Kind.COMPILE]
    older = f", {age} jobs older" if age > 1 else ""
    compiled = f": compiled since then: {listed(since, most=_MOST_NAMED)}" if since else ""
    between = [job for job in record.earlier() if job.number > (saved.job or 0)]
    return [
        f"  the cache was restored from job {saved.job} (key {short_key(saved.key)}){older}{compiled}",
        *_jobs_that_saved_nothing(between),
    ]


def _jobs_that_saved_nothing(records: Sequence[JobRecord]) -> list[str]:
    """A line for each reason, with the jobs that it applies to."""
    why: dict[NotSaved, list[str]] = {}
    for record in reversed(records):
        if record.not_saved is not None:
            why.setdefault(record.not_saved, []).append(f"job {record.number}")
    return [f"  {listed(jobs)} saved nothing: {reason.value}" for reason, jobs in why.items()]


def _advice(record: JobRecord, needless: Sequence[Reason]) -> list[str]:
    lost = any(reason.code is ReasonCode.OLDER_CACHE for reason in needless)
    saved_once = any(job.not_saved in _SAVED_ONCE for job in record.earlier())
    return [*([record.action.remedy] if lost and saved_once else []), *advice_for(needless)]


def _require_series(records: Sequence[JobRecord]) -> None:
    if len(records) < 2:  # noqa: PLR2004 - one job has no growth
        raise UsageError(f"growth needs at least two jobs, and got {len(records)}: pass ci_cache.history")
    if running := [record for record in records if record.not_saved is NotSaved.RUNNING]:
        raise NoEvidenceError(f"job {running[0].number} has not ended: its cache has no size yet")
    if cold := [record for record in records[1:] if record.restored is None]:
        key = short_key(cold[0].key)
        raise NoEvidenceError(
            f"job {cold[0].number} restored no cache (key {key}): nothing shows whether a cache grows"
        )


def _sizes(records: Sequence[JobRecord]) -> str:
    before = [None, *records[:-1]]
    return rows(
        (f"job {record.number}", [f"day {record.day:g}: {_text(record.size)}{_added(record, last)}"])
        for record, last in zip(records, before, strict=True)
    )


def _added(record: JobRecord, before: JobRecord | None) -> str:
    compiled = sorted({result.short_name(name) for result in record.results for name in result.compiled_outside_std})
    more = f" ({'-' if record.size < before.size else '+'}{_text(abs(record.size - before.size))})" if before else ""
    return more + (f"; compiled {listed(compiled)}" if compiled else "")


def _why_nothing_is_trimmed(record: JobRecord) -> list[str]:
    if record.action.times is FileTimes.NEW:
        new = (
            f"{record.action.name} gives every file of the cache a new time, so Go takes it for used and never trims it"
        )
        return [f"{new}: keep the times (cp -a, tar)"]
    return ["Go trims only what was unused for five days: `go clean -cache` once in a while makes a new start"]


def _text(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= _ONE_MB else f"{size / 1e3:.1f} kB"
