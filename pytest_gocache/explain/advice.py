"""What to do about a cause: a line for each known mistake that the evidence shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence

from pytest_gocache.golang.action import Action, Kind
from pytest_gocache.results.given_flags import matching_word, package_flags
from pytest_gocache.results.inputs import Change, InputKind
from pytest_gocache.results.reasons import Reason, ReasonCode
from pytest_gocache.results.result import Result

__all__ = ["advice_for", "advice_on_bare_flags", "differs_in_time"]

_MOST = 2  # lines of advice in one failure
_IMPORTERS = (ReasonCode.FOLLOWS_IMPORT, ReasonCode.FOLLOWS_IMPORTS)

# Values that differ between machines or builds: an absolute path, a date or a time, a commit, a number.
_VOLATILE = re.compile(
    r"(?:^|=)/\w|\d{1,2}:\d\d|\d{4}-\d\d-\d\d|\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b|(?:^|=)\d{4,}$|\b\d{5,}\b"
)
_TIME = re.compile(r"\d{4}-?\d\d-?\d\d[T_ ]?\d\d:?\d\d\S*|\d{1,2}:\d\d:\d\d|\b1[4-9]\d{8}\b")
_PSEUDO_VERSION = re.compile(r"v\d+\.\d+\.\d+-\S+")
_COMPILE_FLAGS = (
    *(InputKind.COMPILE_FLAGS, InputKind.ASSEMBLER_FLAGS),
    *(InputKind.CGO_C_FLAGS, InputKind.CGO_CXX_FLAGS, InputKind.CGO_PREPROCESSOR_FLAGS),
)


def advice_for(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """What to do about the causes of these reasons; empty when no known mistake fits."""
    reasons = list(reasons)
    causes = dict.fromkeys(reason.cause or reason for reason in reasons)
    found = [rule(cause) for cause in causes for rule in _RULES]
    return tuple(dict.fromkeys(line for line in (*found, _content_of_imports(reasons)) if line))[:_MOST]


def _content_of_imports(reasons: Iterable[Reason]) -> str:
    """Why the edit of a function body reaches importers."""
    for reason in reasons:
        cause = reason.cause if reason.code in _IMPORTERS else None
        if cause and cause.own and all(change.input.kind is InputKind.FILE for change in cause.own):
            return f"the key of an importer has the content of {cause.name}: function bodies, not only the exported API"
    return ""


def _forced(cause: Reason) -> str:
    if cause.code not in (ReasonCode.FORCED, ReasonCode.FORCED_FIRST_TIME):
        return ""
    return "remove -a, which compiles everything every time: to empty a doubtful cache, run `go clean -cache` once"


def _log_off(cause: Reason) -> str:
    if cause.code is not ReasonCode.LOG_OFF_FOR_FILE:
        return ""
    return "GODEBUG=gocachehash=1 in env= switches the log on; a go command that a test starts then prints it, too"


def _volatile_flags(cause: Reason) -> str:
    for change in cause.own:
        if change.input.kind not in _COMPILE_FLAGS or not (change.old and change.new):
            continue
        before, after = (_values(flags) for flags in (change.old, change.new))
        for name, value in after.items():
            old = before.get(name, value)
            searched = not name.startswith(("-I", "-L", "-isystem"))
            if value != old and searched and _VOLATILE.search(value) and _VOLATILE.search(old):
                paths = ", and the -trimpath build flag" if name == "-trimpath" else ""
                return f"values that change with every build belong in the link step: use -ldflags=-X{paths}"
    return ""


def _values(flags: str) -> dict[str, str]:
    """Flags by name: ``-trimpath=/a -D x`` is ``{"-trimpath": "/a", "-D": "x"}``. A word without a dash is a value."""
    values = {}
    last = ""
    for word in shlex.split(flags):
        if word.startswith("-"):
            last, _, values[word.partition("=")[0]] = word.partition("=")
        elif last:
            values[last] = word
    return values


def _directory(cause: Reason) -> str:
    # A different version of a module is in a different folder of the module cache: -trimpath does not help.
    moved = [change for change in cause.own if change.input.kind is InputKind.DIRECTORY and change.old and change.new]
    if not any("@" not in f"{change.old}" for change in moved):
        return ""
    return "-trimpath leaves the directory out of the cache keys: builds in different folders then share the cache"


def _stamps(cause: Reason) -> str:
    own = cause.own
    if cause.kind is not Kind.COMPILE or not own or any(change.imported for change in cause.changes):
        return ""
    if not all(change.stamped for change in own):
        return ""
    names = {change.input.name for change in own}
    if any(name.startswith("vcs.") for name in names):
        return "Go stamps the commit into main packages: -buildvcs=false leaves it out"
    if names == {"-ldflags"}:
        return "Go stamps -ldflags into main packages: with -trimpath it does not, and only the link runs"
    return ""


def _time_stamp(cause: Reason) -> str:
    if differs_in_time(cause.own):
        return "a time in -ldflags relinks with every build: use the time of the commit instead"
    return ""


def differs_in_time(changes: Iterable[Change]) -> bool:
    """Whether one of these changes is a different time in the flags of a link."""
    for change in changes:
        if change.input.kind is not InputKind.LINK_FLAGS:
            continue
        before, after = (set(_TIME.findall(_PSEUDO_VERSION.sub("", flags or ""))) for flags in (change.old, change.new))
        if before - after and after - before:
            return True
    return False


def _test_argument(cause: Reason) -> str:
    flag = cause.details.flag
    name = flag.partition("=")[0]
    not_kept = cause.code is ReasonCode.RESULT_OF_ARGUMENT_NOT_KEPT and name == "-exec"
    if cause.code is not ReasonCode.TEST_CACHE_OFF and not not_kept:
        return ""
    if name == "-count":
        return f"{flag} runs tests every time: leave it out where a cached result is enough"
    since = " (cached from Go 1.25 on)" if name in ("-coverprofile", "-outputdir") else ""
    return f"use {name}{since} in a separate job: Go caches the results of a plain `go test`"


def _test_folders(cause: Reason) -> str:
    if cause.changes and all(change.input.kind is InputKind.READ_FOLDER for change in cause.changes):
        return "each new file in a folder changes the time of the folder: build into a folder that no test reads"
    return ""


def _test_reads(cause: Reason) -> str:
    for change in cause.changes:
        read = change.input
        if read.kind is InputKind.READ_FILE_TIME:
            return "Go compares the size and time of each file that a test reads: keep the times of a checkout stable"
        if read.kind is InputKind.READ_VARIABLE and read.name in ("TMPDIR", "GOTMPDIR"):
            return f"t.TempDir reads {read.name}: keep its value the same in every run"
        if read.kind is InputKind.READ_VARIABLE and read.name == "PWD":
            return "os.Getwd reads PWD, the folder of the package: use one folder for the checkouts of all jobs"
    if cause.code is ReasonCode.READ_FILE_WRITTEN:
        return "a test that writes a file which it reads belongs into t.TempDir(): Go does not track files in there"
    if cause.code in (ReasonCode.FILE_TOO_NEW, ReasonCode.RESULT_TOO_NEW):
        return (
            "Go caches no result of a test that reads a file younger than two seconds: "
            "touch(file, mtime=…) makes the file older"
        )
    return ""


_RULES: tuple[Callable[[Reason], str], ...] = (
    _forced,
    _log_off,
    _volatile_flags,
    _directory,
    _stamps,
    _time_stamp,
    _test_argument,
    _test_folders,
    _test_reads,
)


def advice_on_bare_flags(result: Result, actions: Sequence[Action]) -> tuple[str, ...]:
    """What to do about packages that a ``-gcflags`` or ``-asmflags`` without a package pattern does not reach."""
    for name in ("gcflags", "asmflags"):
        given = package_flags(result, name)
        bare = next((flags for flags in given if flags.bare and flags.settings), None)
        if bare and not any(matching_word(result, flags.patterns, action) for flags in given for action in actions):
            remedy = f"-{name}=all=… applies to their imports, too"
            return (f"-{name} without a pattern{bare.where} applies only to the packages that are named: {remedy}",)
    return ()
