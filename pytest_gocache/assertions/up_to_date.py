"""The assertion that what the cache served is what an empty cache gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.errors import RerunError, UsageError
from pytest_gocache.explain.changes import changes_between
from pytest_gocache.explain.files_of_tests import modification_time
from pytest_gocache.explain.left_in_place import left_in_place
from pytest_gocache.explain.untracked_text import untracked_in_build, untracked_in_tests
from pytest_gocache.golang.action import Action, Kind, Status, TestStatus
from pytest_gocache.results.given_flags import arguments_of, profiles_of
from pytest_gocache.results.packages import binary_of, programs_of, sha256_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, require_evidence, why_nothing_ran
from pytest_gocache.results.tables import counted, listed, rows

__all__ = ["assert_up_to_date"]

_CGO_TOOLS = frozenset({"cgo", "gcc", "clang", "cc", "g++", "c++"})


@named
def assert_up_to_date(result: Result) -> None:
    """The cache hits of the command are correct: in an empty cache, the same command gives the same outputs.

    The assertion compares the exit status, the cache key and the compiled form of every package, the binaries and the
    profiles that the command left in place, and the executable that ``go run`` kept; a test whose result came from the
    cache must build and pass when it runs. This finds the stale builds that Go cannot see, such as a C header outside
    of the package. Of a coverage profile it compares which blocks are covered. A CPU profile, a trace and the like are
    different in each run: they must be there, and not older than the command.

    The command runs once more, with the sources as they are now, and so do its tests, or the program of ``go run``. Its
    binaries, its profiles and what GOCOVERDIR collects go elsewhere: those of the module stay as they are. Of a program
    such as ``make``, each go command that it called runs once more. When it called none (`Result.idle`), these are the
    go commands of its earlier steps that linked the binaries which it left in place.

    Raises `AssertionError` when an output differs, `RerunError` when the command fails in the empty cache,
    `NoEvidenceError` for a command without an action graph, and `UsageError` for a result that cannot run again.
    """
    building = [command for command in result.go_commands if arguments_of(command).builds]
    if not why_nothing_ran(result):
        compiles_of(result)
    left = left_in_place(result)
    for command in left or building:
        _require_up_to_date(command)
    if not left:
        # Packages that could not be loaded may load in an empty cache. Otherwise there is nothing to compare.
        require_evidence(result)


def _require_up_to_date(result: Result) -> None:
    if result.circumstances.rerun is None:
        raise UsageError(
            f"{result.title} cannot run again, because no command of this process returned this "
            "Result: it is unpickled or made by hand"
        )
    fresh = result.circumstances.rerun(result)
    if fresh.returncode != 0 and result.returncode == 0 and not fresh.tests:
        raise RerunError(result.command, str(result.cwd), fresh.returncode, fresh.stdout, fresh.stderr)
    profiles = list(_profiles(result, fresh))
    outputs = [*_packages(result, fresh), *_binaries(result, fresh), *profiles]
    tests = list(_tests(result, fresh))
    wrong = [*outputs, *tests]
    if not wrong and result.returncode != fresh.returncode:
        wrong = [("exit status", f"{result.returncode}, and {fresh.returncode} in an empty cache")]
    if wrong:
        fail(
            "assert_up_to_date",
            f"{counted(wrong, 'output', 'outputs')} of {result.title} "
            f"{'differs' if len(wrong) == 1 else 'differ'} from what an empty cache gives",
            rows((result.short_name(name), [why]) for name, why in wrong),
            *_untracked(result, {name for name, _ in outputs}, [name for name, _ in tests]),
            _remedy_of_profile(result) if profiles else "",
            _remedy(fresh),
        )


def _untracked(result: Result, packages: Container[str], tests: Iterable[str]) -> Iterable[str]:
    """What changed and is in no key, for these packages and for the tests with these import paths."""
    actions = [action for action in (*result.compiles(), *result.links()) if action.package in packages]
    outcomes = [result.tests[name] for name in tests]
    return dict.fromkeys([*untracked_in_build(result, actions), *untracked_in_tests(result, outcomes)])


def _packages(result: Result, fresh: Result) -> Iterator[tuple[str, str]]:
    # By action ID: with PGO, a package is there once for each profile.
    now = {action.action_id: action for action in fresh.compiles() if action.action_id}
    named = {action.package: action for action in now.values()}
    other_output = [a for a in result.compiles() if a.action_id in now and _differ(a, now[a.action_id])]
    other_key = [a for a in result.compiles() if a.action_id and a.action_id not in now and a.package in named]
    yield from ((action.package, _why_other_output(action)) for action in other_output)
    changed = {action.id for action in (*other_output, *other_key)}
    for action in other_key:
        # After a different import, the key differs too, and that import is listed itself.
        if changed.isdisjoint(action.deps) and (why := _why_other_key(result, action, fresh, named[action.package])):
            yield action.package, why


def _why_other_output(action: Action) -> str:
    if action.ran:
        return "same inputs, different output: its compile is not repeatable"
    return "the cached output is stale: nothing in its key changed, but a new compile differs"


def _differ(action: Action, again: Action) -> bool:
    return bool(action.content_id and again.content_id) and action.content_id != again.content_id


def _why_other_key(result: Result, action: Action, fresh: Result, again: Action) -> str:
    """The sentence for a key that an empty cache does not give; empty when only a version-control stamp differs."""
    changes = changes_between(result, action, fresh, again) or ()
    if changes and all(change.stamped for change in changes):
        return ""  # the binary that the command wrote, or a commit since then
    what = f" ({listed([change.how for change in changes])})" if changes else ""
    return (
        f"its cache key differs from that of an empty cache{what}: its sources changed after the command, or Go's "
        "index of its folder is stale"
    )


def _binaries(result: Result, fresh: Result) -> Iterator[tuple[str, str]]:
    now = {action.package: action for action in fresh.links()}
    for action in result.links():
        again = now.get(action.package)
        if again is None:
            continue
        before, after = binary_of(result, action), binary_of(fresh, again)
        if before and after:
            if sha256_of(before) != sha256_of(after):
                yield action.package, f"the binary at {action.target} differs from a newly built one"
        elif _is_stale(action, again):
            yield (
                action.package,
                "the executable that Go kept is stale: nothing in its key changed, but a new link differs",
            )


def _is_stale(action: Action, again: Action) -> bool:
    return action.status is Status.CACHED and action.action_id == again.action_id and _differ(action, again)


def _profiles(result: Result, fresh: Result) -> Iterator[tuple[str, str]]:
    new = profiles_of(fresh)
    for flag, file in profiles_of(result).items():
        if why := _why_other_profile(flag, file, new[flag], result.circumstances.started):
            yield str(file.relative_to(result.cwd) if file.is_relative_to(result.cwd) else file), why


def _why_other_profile(flag: str, file: Path, new: Path, started: float) -> str:
    """The sentence for a profile that a new run does not confirm; empty for one that it does."""
    if file.exists() and not file.is_file():
        return ""  # /dev/null
    if file.is_file() != new.is_file():
        return f"a new run writes it (-{flag}), and it is missing" if new.is_file() else f"a new run writes no -{flag}"
    if not file.is_file():
        return ""
    if flag == "coverprofile":
        return _why_other_coverage(_covered(file), _covered(new))
    # The content of the others is different in each run.
    old = modification_time(str(file)) < started
    return f"a new run writes it (-{flag}), and it is older than the command" if old else ""


def _why_other_coverage(old: Counter[str], new: Counter[str]) -> str:
    files = sorted({block.partition(":")[0] for block in (*(old - new), *(new - old))} - {"mode"})
    where = f": {listed(files, 2)}" if files else ""
    return f"the coverage profile differs from a new one{where}" if old != new else ""


def _covered(profile: Path) -> Counter[str]:
    """The blocks of a profile, each with whether it is covered: how often it ran may depend on time.

    With -coverpkg, each tested package adds the blocks of all packages: an old result has other ones than a new one.
    """
    lines = (line.rpartition(" ") for line in profile.read_text("utf-8", "replace").splitlines())
    return Counter(f"{block} {count != '0'}" for block, _, count in lines)


def _remedy_of_profile(result: Result) -> str:
    """What to do when Go replays the profile of packages that the test does not import; empty for other commands."""
    flags = {"coverpkg", "coverprofile"}
    if not flags.issubset(dict(arguments_of(result).flags)) or not any(test.cached for test in result.tests.values()):
        return ""
    return (
        "with -coverpkg, Go 1.25.5 replays the profile of a test when a package changes that the test does not import, "
        "and Go 1.26.6 does not: use -count=1, or a newer Go"
    )


def _tests(result: Result, fresh: Result) -> Iterator[tuple[str, str]]:
    for package, outcome in result.tests.items():
        again = fresh.tests.get(package)
        if again is None or not outcome.cached:
            continue
        if again.status is TestStatus.FAILED:
            yield package, "its cached test result is stale: the cached test passed, but it fails when it runs"
        if again.status is TestStatus.BUILD_FAILED:
            yield package, "its cached test result is stale: the cached test passed, but an empty cache cannot build it"


def _remedy(fresh: Result) -> str:
    """What to do when packages outside the standard library use cgo; empty for other commands."""
    for action in fresh.actions:
        own = action.kind in (Kind.COMPILE, Kind.OTHER) and action.package not in fresh.std
        if own and not _CGO_TOOLS.isdisjoint(programs_of(action)):
            return (
                "no cache key contains the C headers and libraries outside of a package: after an upgrade, run "
                "`go clean -cache` and remove the binaries, or put their version into CGO_CFLAGS"
            )
    return ""
