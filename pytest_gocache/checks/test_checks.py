"""The ready-made checks: ``pytest --pyargs pytest_gocache.checks --go-repo PATH``."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_gocache.caches.module_cache import own_module_cache
from pytest_gocache.checks.accept import accepts_of, refuse_unknown, unaccepted, unused
from pytest_gocache.checks.findings import (
    CheckFailed,
    choose_leaf,
    compiled_for_tests_too,
    different_outputs,
    downloaded,
    failed_tests,
    hanging,
    main_packages,
    not_cached,
    passed,
    rebuilt,
    require,
    sources_to_touch,
)
from pytest_gocache.checks.repository import BaseTests, BuiltRepository, RepositoryCopy, settled_times, take_copy
from pytest_gocache.checks.serial import could_overlap, limited_commands, waiting_commands
from pytest_gocache.checks.shared_runs import SharedRuns
from pytest_gocache.checks.team_commands import warning_on_tests, with_team_commands
from pytest_gocache.checks.untracked_reads import is_logged, other_verdicts, outside_reads, run_with_log
from pytest_gocache.errors import GoTimeoutError
from pytest_gocache.gocache_toml import NAME, PREFIX
from pytest_gocache.golang.action import TestStatus
from pytest_gocache.host.files import make_writable, remove_tree
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.plugin.budget import start_check
from pytest_gocache.plugin.fixtures import source_place
from pytest_gocache.plugin.session import session_of
from pytest_gocache.results.tables import listed
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.module_sources import module_sources

_ADVICE_ON_TIMES = (
    "cached test results depend on the modification times of the files that tests read: restore them in CI with "
    '`git restore-mtime`, and set mtimes = "commit" under [ci] in gocache.toml'
)
_NO_TESTS = "no package has tests"
_MORE_BUILDS = 2  # that must show the same waits
_GIT = ("-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false")
_COMMITTER = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "pytest-gocache"), ("EMAIL", "pytest-gocache@example.com"))
}


@pytest.fixture(scope="session")
def shared_runs(
    request: pytest.FixtureRequest, go_toolchain: GoToolchain, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedRuns]:
    """What all checks of the repository share on one toolchain."""
    session = session_of(request.config)
    session.make_folder = tmp_path_factory.mktemp
    session.check(go_toolchain)
    settings = session.settings
    root = tmp_path_factory.mktemp("checks-go", numbered=True).resolve()
    modcache = settings.modcache or own_module_cache(session.ambient)
    sources = module_sources(modcache, session.ambient, network=settings.network)

    def machine_at(folder: Path) -> Machine:
        return Machine.create(folder, go_toolchain, session.ambient, settings=sources)

    def copy() -> RepositoryCopy:
        refuse_unknown(settings.config.accepted, _CHECKS, str(settings.config_folder / NAME))
        path = machine_at(root / "looking").env.get("PATH", "")
        place = source_place(settings)
        config, told = with_team_commands(place.module, settings.config, path)
        session.say_once(place.told)
        root_user = hasattr(os, "geteuid") and os.geteuid() == 0
        for line in (*told, *warning_on_tests(config, _most_test_runs(request.session), root=root_user)):
            session.say_once(line)
        return take_copy(place, root, config, modcache, machine_at)

    runs = SharedRuns(session, root, copy)
    yield runs
    if runs.keeps_folder:
        make_writable(root)
    else:
        remove_tree(root)


@pytest.fixture
def repository(request: pytest.FixtureRequest, shared_runs: SharedRuns) -> BuiltRepository:
    """The repository, copied and built. If that fails, the first check has the error, and the others skip."""
    start_check(request.node)
    return shared_runs.repository(request.node)


def check(function: Callable[[BuiltRepository], None]) -> Callable[[BuiltRepository], None]:
    """Turn a check into a test. A finding is a failure, or an xfail in a run that only reports findings."""

    @functools.wraps(function)
    def judged(repository: BuiltRepository) -> None:
        try:
            _judge(function, repository)
        except CheckFailed as failed:
            if repository.report(str(failed), [one for one in failed.subjects if not one.startswith(PREFIX)]):
                pytest.xfail("reported, and not accepted")
            raise

    return judged


def _judge(function: Callable[[BuiltRepository], None], repository: BuiltRepository) -> None:
    """Run a check. Accepted findings are an xfail; one that does not occur is a failure."""
    entries = accepts_of(repository.copy.config.accepted, function.__name__)
    try:
        function(repository)
        found: CheckFailed | None = None
    except CheckFailed as failed:
        found = failed
    except GoTimeoutError as error:
        found = hanging(error)
    subjects = found.subjects if found else ()
    for entry in unused(entries, subjects):
        what = "" if entry.change == "*" else f" of {entry.change}"
        message = f"{NAME} accepts a failure{what} that no longer occurs ({entry.reason}): remove the entry"
        raise CheckFailed("\n".join([message, str(found or "")]).rstrip(), [entry.test]) from None
    if found is None:
        return
    left = unaccepted(entries, subjects)
    if not left:
        pytest.xfail("; ".join(dict.fromkeys(entry.reason for entry in entries)) + f"\n{found}")
    if entries:
        accepted = [subject for subject in subjects if subject not in left]
        raise CheckFailed(f"{found}\naccepted in {NAME}: {', '.join(accepted) or 'none of these'}", left)
    raise found


# The checks run in this order, the dearest ones last: without builds of their own, with warm builds, with cold builds,
# with test runs. docs/checks.md has the numbers.


@check
def test_warm_build_compiles_nothing(repository: BuiltRepository) -> None:
    """The same build a second time compiles nothing."""
    require("a warm build compiles nothing", rebuilt(repository.base.again))


@check
def test_touch_rebuilds_nothing(repository: BuiltRepository) -> None:
    """Files with new modification times and the same content rebuild nothing."""
    with repository.copy.changes_undone():
        before = _always_compiled(repository)
        files = sources_to_touch(repository.copy)
        for file in files:
            os.utime(file)
        finding = rebuilt(repository.checkout.build(), but=before)
        require(f"touching files rebuilds nothing ({len(files)} files touched, all except generated Go files)", finding)


@check
def test_comment_rebuilds_only_its_package(repository: BuiltRepository) -> None:
    """A comment at the end of a file rebuilds the package of the file, and no package that imports it."""
    with repository.copy.changes_undone():
        before = _always_compiled(repository)
        leaf = choose_leaf(repository.base.first, before)
        if leaf is None:
            pytest.skip("no package of the repository imports another one: a change cannot rebuild other packages")
        repository.checkout.module.append(leaf.file, "\n// A comment.\n")
        # The checkout is dirty now, and Go stamps that into main packages.
        finding = rebuilt(repository.checkout.build(), but={*before, leaf.package}, stamped=False)
        require(f"a comment in {leaf.file} rebuilds only its package ({leaf.importers} packages import it)", finding)


@check
def test_new_commit_recompiles_only_main_packages(repository: BuiltRepository) -> None:
    """After a new commit, a build links binaries, and compiles at most main packages."""
    module = repository.checkout.module
    if not (repository.copy.tree / ".git").exists():
        pytest.skip("the repository has no .git folder: Go stamps no commit into its binaries")
    if shutil.which("git", path=repository.copy.machine.env.get("PATH")) is None:
        pytest.skip("git is not on PATH")
    with repository.copy.changes_undone():
        before = _always_compiled(repository)
        plain = repository.base.again
        mains = main_packages(plain)
        module.exec("git", *_GIT, "commit", "--quiet", "--allow-empty", "--no-verify", "-m", "x", env=_COMMITTER)
        result = repository.checkout.build()
        require("a new commit recompiles only main packages", rebuilt(result, but={*before, *mains}))
        keys = {link.package: link.action_id for link in plain.links()}
        if not mains:
            pytest.skip("the build links no main package: there is nothing to relink")
        if all(keys.get(link.package) == link.action_id for link in result.links()):
            pytest.skip("no binary records the commit: a new commit changes nothing in this build")


@check
def test_second_checkout_compiles_nothing(repository: BuiltRepository) -> None:
    """A checkout in a different folder, by a different user, with the same caches, compiles nothing."""
    before = _always_compiled(repository)
    with repository.elsewhere() as checkout:
        require("a second checkout with the same cache compiles nothing", rebuilt(checkout.build(), but=before))


@check
def test_two_builds_are_byte_identical(repository: BuiltRepository) -> None:
    """Two builds in the same folder, both from empty caches, give the same packages and binaries."""
    with repository.next_job(caches=False, times=settled_times(repository.copy.config)) as checkout:
        require("two builds are byte-identical", different_outputs(repository.base, checkout.build()))


@check
def test_nothing_builds_serially(repository: BuiltRepository) -> None:
    """Packages that do not import each other compile at the same time."""
    if repository.base.first.circumstances.cpus < 2:  # noqa: PLR2004 - it takes two
        pytest.skip("only one CPU is available: compiles cannot overlap")
    if not any(could_overlap(command) for command in repository.base.first.go_commands):
        pytest.skip("the build has no two packages that can compile at the same time")
    require("nothing builds serially", limited_commands(repository.base.first))
    finding = waiting_commands(repository.base.first)
    for _ in range(_MORE_BUILDS):
        if finding.subjects:  # a busy machine may delay one build
            with repository.next_job(caches=False, times=settled_times(repository.copy.config)) as checkout:
                finding = waiting_commands(checkout.build())
    require(f"nothing builds serially ({_MORE_BUILDS + 1} builds in a row did)", finding)


@check
def test_tests_are_cached_the_second_time(repository: BuiltRepository) -> None:
    """The second run of the same tests executes none of them."""
    tests = _tests_or_hang(repository)
    if isinstance(tests, GoTimeoutError):
        raise tests.with_traceback(None)
    expected = [package for package in passed(tests.first) if package in tests.second.tests]
    require("tests are cached the second time", not_cached(tests.second, expected), failed_tests(tests.first))


@check
def test_build_and_tests_share_the_cache(repository: BuiltRepository) -> None:
    """The tests compile no package that the build has compiled."""
    finding = compiled_for_tests_too(repository.base.first, _base_tests(repository).first)
    require("build and tests share the cache", finding)


@check
def test_restored_ci_cache_is_warm(repository: BuiltRepository) -> None:
    """The next CI job, with restored caches and a fresh checkout, compiles nothing and runs no cached test."""
    tests = repository.base_tests() if repository.copy.config.tests_enabled else None
    cached = tests.cached if isinstance(tests, BaseTests) else frozenset()
    if not cached:
        repository.say(f"test_restored_ci_cache_is_warm judges only the build: {_why_no_test_is_cached(tests)}")
    before = _always_compiled(repository)
    times = repository.copy.config.mtimes
    last = tests.second if isinstance(tests, BaseTests) else repository.base.again
    with repository.after(last).next_job(caches=True, times=times) as checkout:
        build = checkout.build()
        findings = [rebuilt(build, but=before), downloaded(build)]
        if cached:
            result = checkout.test()
            expected = [package for package in passed(result) if package in cached - before]
            findings.append(not_cached(result, expected, advice=_ADVICE_ON_TIMES))
    require("a CI job with restored caches is warm", *findings)


@check
def test_tests_depend_only_on_what_go_tracks(repository: BuiltRepository) -> None:
    """Tests whose results are cached pass when they run, also for a different user."""
    tests = _base_tests(repository)
    cached = sorted(tests.cached)
    if not cached:
        pytest.skip("no test result is cached: Go cannot serve a stale one")
    checkout = repository.after(tests.second).checkout
    logged = run_with_log(checkout, tests.first)
    if unread := [name for name in cached if not is_logged(logged, name)]:
        this = test_tests_depend_only_on_what_go_tracks.__name__
        repository.say(f"{this} does not know what these tests read, because Go's log does not say: {listed(unread)}")
    require(
        "no test depends on an input that Go does not track",
        outside_reads(repository.copy, logged, cached),
        other_verdicts(checkout, repository.copy.root / "other-home", cached),
    )


_TEST_RUNS = {
    test_tests_are_cached_the_second_time.__name__: 0,
    test_build_and_tests_share_the_cache.__name__: 0,
    test_restored_ci_cache_is_warm.__name__: 1,
    test_tests_depend_only_on_what_go_tracks.__name__: 4,
}
"""The checks that run tests: how often at most, besides the two runs that they share."""

_CHECKS = tuple(name for name in list(globals()) if name.startswith("test_"))


def _most_test_runs(session: pytest.Session) -> int:
    """How often the selected checks run the tests on one toolchain, at most."""
    selected = {item.originalname for item in session.items if isinstance(item, pytest.Function)}
    own = [times for name, times in _TEST_RUNS.items() if name in selected]
    return 2 + sum(own) if own else 0


def _always_compiled(repository: BuiltRepository) -> set[str]:
    """The packages that a build compiles without any change: a finding of the first check, and of no other."""
    compiled = repository.base.again.compiled
    outside = set(repository.base.first.packages_outside_std)
    if outside and outside <= compiled:
        first = test_warm_build_compiles_nothing.__name__
        pytest.skip(f"every build compiles every package, even without a change: fix {first} first")
    return set(compiled)


def _why_no_test_is_cached(tests: BaseTests | GoTimeoutError | None) -> str:
    if tests is None:
        return "[test] enabled = false in gocache.toml"
    if isinstance(tests, GoTimeoutError):
        return "the tests exceed the time limit"
    if _has_none(tests):
        return _NO_TESTS
    return "no test result is cached"


def _base_tests(repository: BuiltRepository) -> BaseTests:
    """The first test runs. Skips the check when there are none, as `_tests_or_hang` does, and when they hang."""
    tests = _tests_or_hang(repository)
    if isinstance(tests, GoTimeoutError):
        finds = test_tests_are_cached_the_second_time.__name__
        pytest.skip(f"the tests exceed the time limit: see the failure of {finds}")
    return tests


def _tests_or_hang(repository: BuiltRepository) -> BaseTests | GoTimeoutError:
    """The first test runs, or the error of tests that hang. Skips without tests, and when they may not run."""
    if not repository.copy.config.tests_enabled:
        pytest.skip(f"{NAME} has [test] enabled = false: no test runs")
    tests = repository.base_tests()
    if isinstance(tests, GoTimeoutError):
        return tests
    if _has_none(tests):
        pytest.skip(_NO_TESTS)
    return tests


def _has_none(tests: BaseTests) -> bool:
    return all(outcome.status is TestStatus.NO_TESTS for outcome in tests.first.tests.values())
