"""What tests depend on and Go does not track: files, from the log of a test binary, and the environment of a user."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.checks.findings import Finding
from pytest_gocache.checks.repository import Checkout, RepositoryCopy
from pytest_gocache.explain.history import index_of
from pytest_gocache.golang.action import TestStatus
from pytest_gocache.golang.godebug import HASH_SETTING, with_debug_setting
from pytest_gocache.golang.test_log import operations
from pytest_gocache.results.packages import folder_in_modules, module_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import counted, rows

__all__ = ["is_logged", "other_verdicts", "outside_reads", "run_with_log"]

_SYSTEM_FOLDERS = ("/dev", "/proc", "/sys")
# Their programs are the same on every machine of a team, as far as a test that starts `sleep` or `git` can tell.
_SYSTEM_PROGRAMS = frozenset(map(Path, ("/bin", "/sbin", "/usr/bin", "/usr/sbin")))
_MOST_FILES = 5
_MOST_LINES = 3  # of the output of a failing test
_ADVICE_ON_FILES = (
    "a change to these files does not invalidate a cached result: copy them into testdata, or run these tests with "
    "-count=1"
)
_ADVICE_ON_VERDICTS = (
    "Go does not track what a test reads in init or in TestMain, through other programs, or as the time zone: run such "
    "tests with -count=1"
)
# What differs between the machines of two people, except Go's own folders and TMPDIR. t.TempDir reads TMPDIR: with a
# different one, Go would run nearly every test again, and no cached result would be left to compare.
_OTHER_USER = {"USER": "ann", "LOGNAME": "ann", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}


def run_with_log(checkout: Checkout, first: Result) -> Result:
    """The run whose log names the files that tests read: ``first``, or a new one if Go's log was off for its tests."""
    if all(command.circumstances.log_off is None for command in first.go_commands):
        return first
    theirs = checkout.module.env.get("GODEBUG") or ""
    return checkout.test(env={"GODEBUG": with_debug_setting(theirs, HASH_SETTING)})


def is_logged(result: Result, package: str) -> bool:
    """Whether Go's log has what the test of a package reads: the log is on for it, and it passes."""
    outcome = result.tests.get(package)
    passes = outcome is not None and outcome.status is TestStatus.PASSED
    return passes and result.testing(package).circumstances.log_off is None


def outside_reads(copy: RepositoryCopy, result: Result, packages: Iterable[str]) -> Finding:
    """The tests that opened files, or asked for their status, which Go does not track.

    Go logs what a test opens through ``os``. Before it serves a cached result, it compares the logged files that are in
    the module of the package, and no others. Missing files, the toolchain, the caches, the temporary folder, and /dev,
    /proc and /sys do not count.
    """
    listed = []
    for package in packages:
        files = list(dict.fromkeys(_outside(copy, result.testing(package), package)))
        if files:
            more = [f"and {len(files) - _MOST_FILES} more"] if len(files) > _MOST_FILES else []
            listed.append((package, [", ".join([*files[:_MOST_FILES], *more])]))
    if not listed:
        return Finding()
    happened = f"the tests of {counted(listed, 'package', 'packages')} read files that Go does not track:"
    return Finding(tuple(package for package, _ in listed), (happened, rows(listed), _ADVICE_ON_FILES))


def _outside(copy: RepositoryCopy, result: Result, package: str) -> Iterator[str]:
    folder = folder_in_modules(result, package)
    module = module_of(result, package)
    if folder is None or module is None:
        return
    env = result.circumstances.env
    home = Path(env.get("HOME", ""))
    ignored = [
        Path(os.path.realpath(result.cwd / module)),
        result.circumstances.goroot,
        result.circumstances.modcache,
        *map(Path, _SYSTEM_FOLDERS),
    ]
    ignored += [Path(env[name]) for name in ("GOCACHE", "TMPDIR", "GOTMPDIR") if env.get(name)]
    path = env.get("PATH", "").split(os.pathsep)
    for name in _logged(copy.machine.build_cache, result, package, folder):
        file = Path(name)
        if any(map(file.is_relative_to, ignored)) or not _is_input(file):
            continue
        ours = file.is_relative_to(copy.root) and not file.is_relative_to(home)
        if ours and not file.is_relative_to(copy.tree):
            continue  # the library put it there, like the go that observes others
        if str(file.parent) in path and os.access(file, os.X_OK):
            yield f"the program {file.name} ({file})"
        elif file.is_relative_to(home):
            yield f"~/{file.relative_to(home)}"
        else:
            yield os.path.relpath(file, folder) if file.is_relative_to(copy.tree) else name


def _is_input(file: Path) -> bool:
    """Whether a test depends on what is in a file. A search looks at folders too, and at files that are not there."""
    of_the_system = file.parent in _SYSTEM_PROGRAMS and os.access(file, os.X_OK)
    return os.path.lexists(file) and not file.is_dir() and not of_the_system


def _logged(cache: BuildCache, result: Result, package: str, folder: Path) -> list[str]:
    """The absolute paths of the files that a test opened, from the log that Go keeps with the test's result."""
    lookups = index_of(result).lookups.packages.get(package)
    found: dict[str, None] = {}
    for key in {lookup.key: None for lookup in lookups.lookups} | dict.fromkeys(lookups.saved) if lookups else ():
        for operation, name in operations(cache.output(key) or b"", str(folder)):
            if operation in ("open", "stat"):
                found[os.path.normpath(name)] = None
    return list(found)


def other_verdicts(checkout: Checkout, home: Path, packages: Sequence[str]) -> Finding:
    """The packages whose tests pass from the cache and fail when they run, both for a different user.

    That user has the home ``home``, and a different name, time zone and locale. Go never serves the result of a test
    that reads files to a user in a different time zone: the key has the times of the files in local time.
    """
    home.mkdir(exist_ok=True)
    env = {**_OTHER_USER, "HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    served = checkout.test(env=env)
    cached = [name for name in packages if name in served.tests and served.tests[name].cached]
    if not cached:
        return Finding()
    ran = checkout.test("-count=1", env=env)
    wrong = [name for name in cached if _fails(ran, name)]
    if not wrong:
        return Finding()
    first_user = checkout.test("-count=1")
    listed = [(name, [_verdicts(first_user, name), *_output_of(ran, name)]) for name in wrong]
    happened = f"the tests of {counted(wrong, 'package', 'packages')} pass from the cache and fail when they run:"
    return Finding(
        tuple(wrong), (happened, rows(listed), f"they ran with {_environment_text(env)}", _ADVICE_ON_VERDICTS)
    )


def _fails(result: Result, name: str) -> bool:
    return name in result.tests and result.tests[name].status is TestStatus.FAILED


def _verdicts(first_user: Result, name: str) -> str:
    if _fails(first_user, name):
        return "passed at first, and fails now in the same environment: it is flaky, or depends on earlier runs"
    return "cached as passed, and fails in the environment of a different user"


def _output_of(result: Result, name: str) -> list[str]:
    """The last lines that the tests of a failing package printed."""
    before = result.stdout.partition(f"\nFAIL\t{name}")[0].splitlines()
    failures = [line.strip() for line in before if line.strip() and not line.startswith(("ok ", "FAIL", "=== "))]
    return [f"  {line}" for line in failures[-_MOST_LINES:]]


def _environment_text(env: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in env.items() if name in ("HOME", "USER", "TZ", "LC_ALL"))
