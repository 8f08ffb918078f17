"""Ready-made checks for any Go repository: ``pytest --pyargs pytest_gocache.checks --go-repo PATH``."""

from __future__ import annotations

import functools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_gocache.caches.module_cache import own_module_cache
from pytest_gocache.checks.accept import accepts_of, refuse_unknown, unaccepted, unused
from pytest_gocache.checks.findings import (
    CheckFailed,
    choose_leaf,
    could_overlap,
    differing,
    failing,
    main_packages,
    not_cached,
    passed,
    rebuilt,
    require,
    serial,
    sources_to_touch,
)
from pytest_gocache.checks.repository import BuiltCheckout, CheckedRepository
from pytest_gocache.checks.untracked_reads import other_verdicts, outside_reads
from pytest_gocache.errors import GoCacheError
from pytest_gocache.gocache_toml import NAME
from pytest_gocache.golang.action import TestStatus
from pytest_gocache.host.cpu import cpu_count
from pytest_gocache.host.files import make_writable, remove_tree
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.plugin.session import GoSession, commands_of, keep_folder, record_result, session_of
from pytest_gocache.results.result import Result
from pytest_gocache.run.go_module import GoModule
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.module_sources import module_sources
from pytest_gocache.run.observer import Steps

_REMEDY_FOR_TIMES = "Go judges files by their times: git restore-mtime in CI keeps them; `[ci] mtimes` says so here"
_MOST_LINES = 20  # of what failing tests print
_GIT = ("-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false")
_SOMEBODY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "pytest-gocache"), ("EMAIL", "pytest-gocache@example.com"))
}


@pytest.fixture(scope="session")
def checked_repository(
    request: pytest.FixtureRequest, go_toolchain: GoToolchain, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CheckedRepository]:
    """The repository under test on one toolchain: copied, built and tested once for all checks."""
    session = session_of(request.config)
    session.check(go_toolchain, lambda: tmp_path_factory.mktemp("go-self-check"))
    settings = session.settings
    root = tmp_path_factory.mktemp("checks-go", numbered=True).resolve()
    modcache = settings.modcache or own_module_cache(session.ambient)
    sources = module_sources(modcache, session.ambient, network=settings.network)

    def machine_at(folder: Path) -> Machine:
        machine = Machine.create(folder, go_toolchain, session.ambient)
        machine.env |= sources
        return machine

    repository = CheckedRepository(
        root,
        machine_at,
        lambda machine, tree, steps: _module(session, repository, machine, tree, steps),
        settings.repository.name or "repository",
        settings.config,
        modcache,
    )
    yield repository
    if repository.failed or settings.keep == "all":
        make_writable(root)
    else:
        remove_tree(root)


def _module(session: GoSession, repository: CheckedRepository, machine: Machine, tree: Path, steps: Steps) -> GoModule:
    def record(result: Result) -> None:
        if not repository.quiet and isinstance(repository.node, pytest.Item):
            record_result(repository.node, result, repository.root)

    return session.module(machine, tree, steps, on_result=record)


@pytest.fixture
def checkout(request: pytest.FixtureRequest, checked_repository: CheckedRepository) -> Iterator[BuiltCheckout]:
    """What a check works with. What is wrong with the whole repository is the error of the first check only."""
    repository = checked_repository
    repository.node = request.node
    if repository.wrong:
        pytest.skip(f"nothing can be said: {repository.wrong}")
    settings = session_of(request.config).settings
    try:
        refuse_unknown(repository.config.accepted, _CHECKS, str(settings.config_folder / NAME))
        if not repository.tree.exists():
            repository.take(settings.repository)
        found = repository.checkout(request.node.originalname)
    except GoCacheError as error:
        repository.wrong = f"see the error of {request.node.name}"
        repository.failed |= settings.keep != "none"
        raise type(error)(*error.args) from None
    _list(repository, repository.built, repository.built_again)
    yield found
    repository.failed |= keep_folder(request.node)


def check(function: Callable[[BuiltCheckout], None]) -> Callable[[BuiltCheckout], None]:
    """Make a test of a check: what gocache.toml accepts of its findings is expected to fail, and must."""

    @functools.wraps(function)
    def judged(checkout: BuiltCheckout) -> None:
        config = checkout.repository.config
        entries = accepts_of(config.accepted, function.__name__)
        try:
            function(checkout)
            found: CheckFailed | None = None
        except CheckFailed as failed:
            found = failed
        subjects = found.subjects if found else ()
        for entry in unused(entries, subjects):
            what = "" if entry.change == "*" else f" of {entry.change}"
            message = f"{NAME} accepts a failure{what} that is none any more ({entry.reason}): take the entry out"
            raise CheckFailed("\n".join([message, str(found or "")]).rstrip(), [entry.test]) from None
        if found is None:
            return
        left = unaccepted(entries, subjects)
        if not left:
            pytest.xfail("; ".join(dict.fromkeys(entry.reason for entry in entries)) + f"\n{found}")
        if entries:
            accepted = [subject for subject in subjects if subject not in left]
            raise CheckFailed(f"{found}\naccepted in {NAME}: {', '.join(accepted) or 'nothing of this'}", left)
        raise found

    return judged


@check
def test_warm_build_compiles_nothing(checkout: BuiltCheckout) -> None:
    """The same build once more compiles nothing."""
    require("a warm build compiles nothing", rebuilt(checkout.repository.built_again))


@check
def test_touch_rebuilds_nothing(checkout: BuiltCheckout) -> None:
    """New modification times, with the same content, rebuild nothing."""
    with checkout.undone():
        before = _noise(checkout)
        files = sources_to_touch(checkout)
        for file in files:
            os.utime(file)
        found = rebuilt(checkout.build(), but=before)
        require(f"touching files rebuilds nothing ({len(files)} were touched, all but generated ones)", found)


@check
def test_comment_rebuilds_only_its_package(checkout: BuiltCheckout) -> None:
    """A comment at the end of a file in a package that others import rebuilds that package only."""
    with checkout.undone():
        before = _noise(checkout)
        leaf = choose_leaf(checkout.built, before)
        if leaf is None:
            pytest.skip("no package of the build is imported by another one, so nothing could be rebuilt needlessly")
        checkout.module.append(leaf.file, "\n// A comment.\n")
        result = checkout.build()
        require(
            f"a comment in {leaf.file} rebuilds only its package: {leaf.importers} import it",
            # The checkout is dirty now, and Go stamps that.
            rebuilt(result, but={*before, leaf.package}, stamped=False),
        )


@check
def test_new_commit_recompiles_only_main_packages(checkout: BuiltCheckout) -> None:
    """After a new commit, binaries are linked, and at most main packages are recompiled."""
    if not (checkout.module.path / ".git").is_dir():
        pytest.skip("there is no .git folder in the repository: no commit is stamped into its binaries")
    if shutil.which("git", path=checkout.repository.machine.env.get("PATH")) is None:
        pytest.skip("there is no git on PATH")
    with checkout.undone():
        before = _noise(checkout)
        plain = checkout.repository.built_again
        mains = main_packages(plain)
        checkout.module.exec(
            "git", *_GIT, "commit", "--quiet", "--allow-empty", "--no-verify", "-m", "x", env=_SOMEBODY
        )
        result = checkout.build()
        require("a new commit recompiles only main packages", rebuilt(result, but={*before, *mains}))
        keys = {link.package: link.action_id for link in plain.links()}
        if not mains:
            pytest.skip("the build links no main package: there is nothing to relink")
        if all(keys.get(link.package) == link.action_id for link in result.links()):
            pytest.skip("no binary records the commit: a new one changes nothing in this build")


@check
def test_second_checkout_compiles_nothing(checkout: BuiltCheckout) -> None:
    """A checkout in another folder, by another user, with the same caches, compiles nothing."""
    before = _noise(checkout)
    with checkout.elsewhere() as module:
        require("a second checkout compiles nothing, with the same cache", rebuilt(checkout.build(module), but=before))


@check
def test_restored_ci_cache_is_warm(checkout: BuiltCheckout) -> None:
    """The next CI job, with GOCACHE and GOMODCACHE restored and all files checked out anew, is warm."""
    tests = _cacheable(checkout)
    before = _noise(checkout)
    with checkout.next_job(caches=True, times=checkout.repository.config.mtimes) as module:
        build = checkout.build(module)
        found = [rebuilt(build, but=before)]
        if build.downloads:
            downloads = list(build.downloads)
            found.append((downloads, [f"{build.title} downloaded {', '.join(downloads)}, with GOMODCACHE restored"]))
        if tests:
            result = checkout.test(module=module)
            names, lines = not_cached(result, (o for o in passed(result) if o.package in tests - before))
            lines += [_REMEDY_FOR_TIMES]
            found.append((names, lines))
    require("with restored caches, and fresh modification times, a CI job is warm", *found)


@check
def test_tests_are_cached_the_second_time(checkout: BuiltCheckout) -> None:
    """The second run of the same tests executes none of them."""
    first, second = _tested(checkout)
    fails = failing(checkout.repository)
    lines = [f"the tests of {', '.join(fails)} fail: failures are never cached", _tail(first.stdout)] if fails else []
    names, why = not_cached(second, (o for o in passed(first) if o.package in second.tests))
    require("tests are cached the second time", (names, why), (fails, lines))


@check
def test_two_builds_are_byte_identical(checkout: BuiltCheckout) -> None:
    """Two builds in the same folder, both with empty caches, give the same packages and binaries."""
    with checkout.next_job(caches=False, times=checkout.repository.times) as module:
        require("two builds are byte-identical", differing(checkout, checkout.build(module)))


@check
def test_nothing_builds_serially(checkout: BuiltCheckout) -> None:
    """Packages that do not import one another are compiled at the same time."""
    if cpu_count() < 2:  # noqa: PLR2004 - it takes two
        pytest.skip("there is only one CPU: nothing can overlap")
    if not any(could_overlap(command) for command in checkout.built.go_commands):
        pytest.skip("no two packages of the build could be compiled at the same time")
    require("nothing builds serially", serial(checkout.built))


@check
def test_tests_depend_only_on_what_go_tracks(checkout: BuiltCheckout) -> None:
    """Cached test results are those that running the tests gives, on other people's machines too."""
    first, _ = _tested(checkout)
    tests = sorted(_cacheable(checkout))
    if not tests:
        pytest.skip("no test result is cached: nothing stale can be served")
    require(
        "no test depends on an input that Go does not track",
        outside_reads(checkout, first, tests),
        other_verdicts(checkout, tests),
    )


_CHECKS = tuple(name for name in list(globals()) if name.startswith("test_"))


def _noise(checkout: BuiltCheckout) -> set[str]:
    """What a build compiles though nothing has changed: a finding of one check, and of no other."""
    compiled = checkout.repository.built_again.compiled
    outside = set(checkout.built.packages_outside_std)
    if outside and outside <= compiled:
        pytest.skip("every build compiles everything, also when nothing has changed: that is to be mended first")
    return set(compiled)


def _tested(checkout: BuiltCheckout) -> tuple[Result, Result]:
    """The first test and the second one; the check's own commands come after these."""
    repository = checkout.repository
    if repository.tests_wrong:
        pytest.skip(f"nothing can be said of tests: {repository.tests_wrong}")
    try:
        first, second = repository.tested
    except GoCacheError as error:
        if re.search(r"no packages to test|matched no packages", str(error)):
            pytest.skip("there are no tests")
        repository.tests_wrong = "see the failure of the check before"
        raise
    if all(outcome.status is TestStatus.NO_TESTS for outcome in first.tests.values()):
        pytest.skip("no package has tests")
    _list(repository, first, second)
    checkout.steps.taken, checkout.steps.last = second.step, second
    return first, second


def _list(repository: CheckedRepository, *results: Result) -> None:
    """Show commands that were run for all checks in the report of this one, too."""
    if isinstance(repository.node, pytest.Item):
        listed = [id(result) for result in commands_of(repository.node).results]
        for result in results:
            if id(result) not in listed:
                commands_of(repository.node).results.append(result)


def _cacheable(checkout: BuiltCheckout) -> set[str]:
    """The packages whose tests passed, and were cached the second time."""
    return {outcome.package for outcome in _tested(checkout)[1].tests.values() if outcome.cached}


def _tail(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith(("ok ", "? "))]
    return "\n".join(f"  {line}" for line in lines[-_MOST_LINES:])
