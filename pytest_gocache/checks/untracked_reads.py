"""What tests depend on, and Go does not track: by the log that a test binary writes, and by running tests elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.checks.repository import BuiltCheckout
from pytest_gocache.explain.history import log_of
from pytest_gocache.golang.action import TestStatus
from pytest_gocache.host.environment import gomodcache_of
from pytest_gocache.results.packages import folder_in_modules, module_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import counted, rows

__all__ = ["other_verdicts", "outside_reads"]

_LOG = b"# test log\n"
_OF_THE_SYSTEM = ("/dev", "/proc", "/sys")
_MOST = 5
_REMEDY = (
    "what a test reads before testing has started (in init, in TestMain), through other programs, or as the time zone "
    "is in no key: -count=1 runs it each time"
)
# What differs between two people's machines and leaves Go's own folders alone. TMPDIR stays: t.TempDir reads it, and so
# Go would run nearly every test again, and nothing could be said of its other inputs.
_ELSEWHERE = {"USER": "ann", "LOGNAME": "ann", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}


def outside_reads(checkout: BuiltCheckout, result: Result, packages: Iterable[str]) -> tuple[list[str], list[str]]:
    """The tests of a command that opened or looked at files which Go does not look at again, and these files.

    Go logs what a test opens through ``os``, and goes by it when it looks for a cached result: but only by what is
    inside of the package's module. Not counted: what is not there, the toolchain, the caches, the temporary folder, and
    the system's /dev, /proc and /sys.
    """
    said = []
    for package in packages:
        files = list(dict.fromkeys(_outside(checkout, result.testing(package), package)))
        if files:
            more = [f"and {len(files) - _MOST} more"] if len(files) > _MOST else []
            said.append((package, [", ".join([*files[:_MOST], *more])]))
    if not said:
        return [], []
    return [package for package, _ in said], [
        f"the tests of {counted(said, 'package', 'packages')} read files that Go does not look at again:",
        rows(said),
        "a change of these leaves a cached result as it is: copy them into testdata, or use -count=1 for these tests",
    ]


def _outside(checkout: BuiltCheckout, result: Result, package: str) -> Iterator[str]:
    folder = folder_in_modules(result, package)
    module = module_of(result, package)
    if folder is None or module is None:
        return
    env = result.circumstances.env
    home = Path(env.get("HOME", ""))
    fine = [
        Path(os.path.realpath(result.cwd / module)),
        result.circumstances.goroot,
        gomodcache_of(env),
        *map(Path, _OF_THE_SYSTEM),
    ]
    fine += [Path(env[name]) for name in ("GOCACHE", "TMPDIR", "GOTMPDIR") if env.get(name)]
    path = env.get("PATH", "").split(os.pathsep)
    for name in _logged(checkout.repository.machine.build_cache, result, package, folder):
        file = Path(name)
        if any(file.is_relative_to(one) for one in fine) or not os.path.lexists(file):
            continue
        if file.is_dir():
            continue  # every walk up a path, and every search for a file, looks at folders
        own = file.is_relative_to(checkout.repository.root) and not file.is_relative_to(home)
        if own and not file.is_relative_to(checkout.repository.tree):
            continue  # what the library itself has put there, like the go that observes others
        if str(file.parent) in path and os.access(file, os.X_OK):
            yield f"the program {file.name} ({file})"
        elif file.is_relative_to(home):
            yield f"~/{file.relative_to(home)}"
        else:
            yield os.path.relpath(file, folder) if file.is_relative_to(checkout.repository.tree) else name


def _logged(cache: BuildCache, result: Result, package: str, folder: Path) -> list[str]:
    """The absolute paths of what a test has opened or looked at, by the log that Go keeps with its result."""
    lookups = log_of(result).lookups.packages.get(package)
    found: dict[str, None] = {}
    for key in {lookup.key: None for lookup in lookups.lookups} | dict.fromkeys(lookups.saved) if lookups else ():
        log = cache.output(key)
        if log is None or not log.startswith(_LOG):
            continue
        here = str(folder)
        for line in log[len(_LOG) :].decode("utf-8", "surrogateescape").splitlines():
            verb, _, name = line.partition(" ")
            absolute = os.path.normpath(os.path.join(here, name))  # noqa: PTH118 - names, that need not exist
            if verb == "chdir":
                here = absolute
            elif verb in ("open", "stat"):
                found[absolute] = None
    return list(found)


def other_verdicts(checkout: BuiltCheckout, packages: Sequence[str]) -> tuple[list[str], list[str]]:
    """The packages whose tests passed, whose result Go serves from the cache, and which fail when they are run.

    They are run with another home directory, user name, time zone and locale. A test that reads files is not served to
    a user in another time zone: Go has the times of files in the key as they are written there.
    """
    home = checkout.repository.root / "another-home"
    home.mkdir(exist_ok=True)
    env = {**_ELSEWHERE, "HOME": str(home), "USERPROFILE": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    served = checkout.test(env=env)
    chosen = [name for name in packages if name in served.tests and served.tests[name].cached]
    if not chosen:
        return [], []
    ran = checkout.test("-count=1", env=env)
    wrong = [name for name in chosen if name in ran.tests and ran.tests[name].status is TestStatus.FAILED]
    if not wrong:
        return [], []
    at_home = checkout.test("-count=1")
    said = [(name, [_said(at_home, name), *_output_of(ran, name)]) for name in wrong]
    return wrong, [
        f"the cached results of {counted(wrong, 'package', 'packages')} are not what running the tests gives:",
        rows(said),
        f"they were run with {_words(env)}",
        _REMEDY,
    ]


def _said(at_home: Result, name: str) -> str:
    if name in at_home.tests and at_home.tests[name].status is TestStatus.FAILED:
        return "passed at first, and fails now in the same environment: it depends on chance, or on what was run before"
    return "served as passed, and fails in another user's environment"


def _output_of(result: Result, name: str) -> list[str]:
    """The first lines of what a failing package's tests printed."""
    before = result.stdout.partition(f"\nFAIL\t{name}")[0].splitlines()
    failures = [line.strip() for line in before if line.strip() and not line.startswith(("ok ", "FAIL", "=== "))]
    return [f"  {line}" for line in failures[-3:]]


def _words(env: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in env.items() if name in ("HOME", "USER", "TZ", "LC_ALL"))
