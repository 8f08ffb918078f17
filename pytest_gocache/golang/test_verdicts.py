"""The verdicts of ``go test``: what only Go can have written decides, and printed lines add what it leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome, TestStatus
from pytest_gocache.golang.test_output import parse_test_output
from pytest_gocache.golang.testcache_log import Lookups

__all__ = ["test_verdicts"]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the graph, the log of the test cache and the exit status say of one package."""

    links: bool
    """It has a test binary, so it has tests."""
    hit: bool
    """Its result came from the test result cache."""
    built: bool
    """Its test binary was linked, or was in place."""
    saved: bool
    """Go stored the result of this run, so the test passed."""
    succeeded: bool
    """The whole command succeeded."""
    open: bool = False
    """Without a log of the test cache: the result may have come from it, since its binary was not linked."""

    def allow(self, outcome: TestOutcome) -> bool:
        """Whether Go can have printed this verdict; a test can print any."""
        status = outcome.status
        if self.succeeded and status in (TestStatus.FAILED, TestStatus.BUILD_FAILED):
            return False
        if self.hit:
            return outcome.cached
        if self.open and outcome.cached:
            return True
        if not self.links:
            return status in (TestStatus.NO_TESTS, TestStatus.BUILD_FAILED)
        if not self.built:
            return status is TestStatus.BUILD_FAILED
        return (
            not outcome.cached and status is not TestStatus.NO_TESTS and (not self.saved or status is TestStatus.PASSED)
        )

    @property
    def status(self) -> TestStatus | None:
        """The verdict without any printed line; None when a failed command leaves it open."""
        if self.hit or self.saved or (self.built and self.succeeded and not self.open):
            return TestStatus.PASSED
        if self.links:
            return None if self.built or self.open else TestStatus.BUILD_FAILED
        return TestStatus.NO_TESTS if self.succeeded else None


def test_verdicts(
    stdout: str, actions: Sequence[Action], lookups: Lookups | None, returncode: int
) -> dict[str, TestOutcome]:
    """Import path → verdict, for each package that ``go test`` tested or could not build.

    A test prints to the same stdout as Go does, so a printed verdict counts only when the action graph, the log of the
    test cache and the exit status allow it. Of several such lines, the last counts. A package is left out when its
    verdict stays open: when nothing was printed, or when one line says that it was built and a different one that not.
    ``lookups`` is None when the log was switched off.
    """
    links = {a.import_path: a for a in actions if a.kind is Kind.LINK and a.scaffold}
    facts = {
        a.import_path: _facts_of(a.import_path, links.get(a.import_path), lookups, returncode)
        for a in actions
        if a.kind is Kind.TEST
    }

    def allowed(outcome: TestOutcome) -> bool:
        if outcome.package in facts:
            return facts[outcome.package].allow(outcome)
        return outcome.status is TestStatus.BUILD_FAILED and returncode != 0  # it was not loaded

    printed = parse_test_output(stdout, allowed)
    unbuilt = parse_test_output(stdout, lambda o: allowed(o) and o.status is TestStatus.BUILD_FAILED)
    ended = parse_test_output(stdout, lambda o: allowed(o) and o.status is not TestStatus.BUILD_FAILED)
    found = {name: outcome for name, outcome in printed.items() if not (name in unbuilt and name in ended)}
    for name, known in facts.items():
        if name not in printed and known.status is not None:
            found[name] = TestOutcome(name, known.status, cached=known.hit, seconds=None)
    return found


test_verdicts.__test__ = False  # type: ignore[attr-defined]  # its name looks like a test's to pytest


def _facts_of(package: str, link: Action | None, lookups: Lookups | None, returncode: int) -> _Facts:
    asked = lookups.packages.get(package) if lookups else None
    last = asked.lookups[-1] if asked and asked.lookups else None
    logged = last is not None and bool(last.inputs) and not last.missed and not last.too_new
    built = link is not None and link.status in (Status.RAN, Status.CACHED)
    saved = asked is not None and bool(asked.saved)
    # Go spares the link of a test whose result it finds by the link's inputs.
    spared = link is not None and link.status is Status.NOT_RUN and returncode == 0
    is_open = lookups is None and link is not None and link.status in (Status.CACHED, Status.NOT_RUN) and not spared
    return _Facts(link is not None, (logged and not saved) or spared, built, saved, returncode == 0, is_open)
