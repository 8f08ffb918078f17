"""advice_for: each known mistake has its line, and evidence that only looks like it has none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache.explain.advice import advice_for, advice_on_bare_flags
from pytest_gocache.golang.action import Kind, Status
from pytest_gocache.results.inputs import Change, Input, InputKind as K
from pytest_gocache.results.reasons import Details, Reason, ReasonCode
from tests.made_results import action, command


def compiled(*changes: Change, kind: Kind = Kind.COMPILE) -> Reason:
    return Reason("m/lib", kind, ReasonCode.CHANGED, changes=changes, since=1)


def flags(old: str | None, new: str | None, kind: K = K.COMPILE_FLAGS) -> Reason:
    return compiled(Change(Input(kind), old, new))


def linked(old: str | None, new: str | None) -> Reason:
    return compiled(Change(Input(K.LINK_FLAGS), old, new), kind=Kind.LINK)


def stamps(*names: str) -> list[Change]:
    return [Change(Input(K.SETTING, name), "a", "b") for name in names]


def because(code: ReasonCode, kind: Kind = Kind.COMPILE, **details: str) -> Reason:
    return Reason("m/lib", kind, code, Details(**details), since=1)  # type: ignore[arg-type]


def read(kind: K, name: str, old: str = "a", new: str = "b") -> Reason:
    return compiled(Change(Input(kind, name), old, new), kind=Kind.TEST)


def off(argument: str) -> Reason:
    return because(ReasonCode.TEST_CACHE_OFF, Kind.TEST, flag=argument)


SHA = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
VOLATILE = "values that change with every build belong in the link step: use -ldflags=-X"


@pytest.mark.parametrize(
    ("reason", "beginning"),
    [
        pytest.param(because(ReasonCode.FORCED, flag="-a"), "remove -a, ", id="a"),
        pytest.param(because(ReasonCode.FORCED_FIRST_TIME, flag="-a in GOFLAGS"), "remove -a", id="a-in-GOFLAGS"),
        # A value that differs from place to place, or from time to time.
        pytest.param(
            flags("-trimpath=/home/ann", "-trimpath=/home/bob"),
            f"{VOLATILE}, and the -trimpath build flag",
            id="path-trimpath",
        ),
        pytest.param(flags("-N -D /home/ann", "-N -D /home/bob"), VOLATILE, id="path"),
        pytest.param(flags("-l -D t=10:00:59", "-l -D t=10:01:00"), VOLATILE, id="time"),
        pytest.param(flags("-D d=2024-05-01", "-D d=2024-05-02"), VOLATILE, id="date"),
        pytest.param(flags("-D t=1714557600", "-D t=1714557601"), VOLATILE, id="epoch"),
        pytest.param(flags(f"-D c={SHA}", f"-D c={SHA[::-1]}"), VOLATILE, id="commit"),
        pytest.param(flags("-D BUILD=1041", "-D BUILD=1042", K.ASSEMBLER_FLAGS), VOLATILE, id="assembler"),
        pytest.param(flags("-O2 -DSTAMP=10:00:59", "-O2 -DSTAMP=10:01:00", K.CGO_C_FLAGS), VOLATILE, id="cgo-flags"),
        pytest.param(
            compiled(Change(Input(K.DIRECTORY), "/a", "/b")), "-trimpath leaves the directory out", id="directory"
        ),
        # What Go stamps into main packages.
        pytest.param(compiled(*stamps("vcs.revision", "vcs.time")), "Go stamps the commit", id="commit-stamped"),
        pytest.param(compiled(*stamps("vcs.modified")), "Go stamps the commit", id="modified-stamped"),
        pytest.param(compiled(*stamps("-ldflags")), "Go stamps -ldflags into main packages", id="ldflags-stamped"),
        pytest.param(
            linked("-X main.t=2024-05-01T10:00:00", "-X main.t=2024-05-01T10:00:01"),
            "a time in -ldflags relinks",
            id="time-linked",
        ),
        pytest.param(
            linked("-X main.t=1714557600", "-X main.t=1714557601"), "a time in -ldflags relinks", id="epoch-linked"
        ),
        # Tests.
        pytest.param(off("-count=1"), "-count=1 runs tests every time", id="count"),
        pytest.param(
            because(ReasonCode.RESULT_OF_ARGUMENT_NOT_KEPT, Kind.TEST, flag="-exec=env"),
            "use -exec in a separate job",
            id="exec",
        ),
        pytest.param(read(K.READ_VARIABLE, "PWD"), "os.Getwd reads PWD", id="pwd"),
        pytest.param(off("-count=10"), "-count=10 runs tests every time", id="count-10"),
        pytest.param(off("-cpuprofile=cpu.out"), "use -cpuprofile in a separate job", id="profile"),
        pytest.param(off("-bench=."), "use -bench in a separate job", id="bench"),
        pytest.param(
            off("-coverprofile=c.out"),
            "use -coverprofile (cached from Go 1.25 on) in a separate job",
            id="coverprofile",
        ),
        pytest.param(read(K.READ_FILE_TIME, "a.txt"), "Go compares the size and time of each file", id="only-time"),
        pytest.param(read(K.READ_FOLDER, "", "modified 1", "modified 2"), "each new file in a folder", id="folder"),
        pytest.param(read(K.READ_VARIABLE, "TMPDIR", "/a", "/b"), "t.TempDir reads TMPDIR", id="TMPDIR"),
        pytest.param(read(K.READ_VARIABLE, "GOTMPDIR", "/a", "/b"), "t.TempDir reads ", id="GOTMPDIR"),
        pytest.param(
            because(ReasonCode.FILE_TOO_NEW, Kind.TEST, file="a.txt"),
            "Go caches no result of a test that reads a file younger than two seconds",
            id="young",
        ),
        pytest.param(
            because(ReasonCode.RESULT_TOO_NEW, Kind.TEST, file="a.txt"),
            "Go caches no result of a test that reads a file younger than two seconds",
            id="young-when-the-result-was-made",
        ),
    ],
)
def test_each_known_mistake_has_its_line(reason: Reason, beginning: str) -> None:
    (line,) = advice_for([reason])
    assert line.startswith(beginning)
    assert len(line) <= 120

    # Who only follows is told what to do about the cause.
    follower = Reason("m/cmd", Kind.COMPILE, ReasonCode.FOLLOWS_IMPORT, Details(packages=("m/lib",)), cause=reason)
    assert advice_for([follower]) == (line,)
    assert advice_for([reason, follower, follower]) == (line,)


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param(because(ReasonCode.FIRST_TIME), id="first"),
        pytest.param(because(ReasonCode.OUTPUT_GONE), id="same-key"),
        pytest.param(
            compiled(Change(Input(K.FILE, "lib.go"), "A", "B", diff=("- /home/ann", "+ /home/bob"))), id="edit"
        ),
        pytest.param(compiled(Change(Input(K.TOOLCHAIN), "go1.26.6", "go1.27.3")), id="toolchain"),
        # Flags that were asked for.
        pytest.param(flags("(none)", "-N -l"), id="no-optimisation"),
        pytest.param(flags("-N -l", "(none)"), id="optimisation"),
        pytest.param(flags("-race", "(none)"), id="race"),
        pytest.param(flags("-race -D x", "-D x"), id="race-beside-a-value"),
        pytest.param(flags("-l=2", "-l=4"), id="small-number"),
        pytest.param(flags("-lang=go1.21", "-lang=go1.22"), id="version"),
        pytest.param(flags("-O2", "-O3", K.CGO_C_FLAGS), id="cgo-optimisation"),
        pytest.param(flags("-trimpath=/home/ann", "-trimpath=/home/ann -N"), id="beside-a-path"),
        pytest.param(flags("(none)", "-trimpath=/home/ann"), id="path-that-was-not-there"),
        pytest.param(flags("-D t=10:00:59", "(none)"), id="time-that-is-gone"),
        pytest.param(flags("-D t=10:00:59", "-D t=never"), id="word-for-a-time"),
        pytest.param(flags("-D t=never", "-D t=10:00:59"), id="time-for-a-word"),
        pytest.param(flags(None, "-D t=10:00:59", K.ASSEMBLER_FLAGS), id="first-file-for-the-assembler"),
        pytest.param(compiled(Change(Input(K.PGO_PROFILE), "/a/x.pgo", "/b/x.pgo")), id="no-flags"),
        # A directory.
        pytest.param(
            compiled(Change(Input(K.DIRECTORY), "/a", None), Change(Input(K.TRIMPATH), None, "trimpath")), id="trimpath"
        ),
        pytest.param(compiled(Change(Input(K.DIRECTORY), None, "/a")), id="directory-that-was-not-hashed"),
        # Stamps.
        pytest.param(
            compiled(*stamps("-ldflags"), Change(Input(K.FILE, "main.go"), "A", "B")), id="stamp-beside-an-edit"
        ),
        pytest.param(
            compiled(*stamps("vcs.revision"), Change(Input(K.FILE, "main.go"), "A", "B")), id="commit-beside-an-edit"
        ),
        pytest.param(
            compiled(*stamps("vcs.time"), Change(Input(K.TARGET_VARIABLE, "GOAMD64"), "v1", "v3")),
            id="commit-beside-a-target",
        ),
        pytest.param(compiled(*stamps("-ldflags", "-tags")), id="several-stamps"),
        pytest.param(compiled(*stamps("-tags")), id="other-stamp"),
        pytest.param(compiled(*stamps("-ldflags"), kind=Kind.LINK), id="stamp-of-a-link"),
        # Links.
        pytest.param(linked("-X main.v=1.2.3", "-X main.v=1.2.4"), id="version-linked"),
        pytest.param(linked(f"-X main.c={'ab' * 20}", f"-X main.c={'cd' * 20}"), id="commit-linked"),
        pytest.param(linked("(none)", "-X main.t=2024-05-01T10:00:01"), id="time-that-was-not-linked"),
        pytest.param(linked("-X main.t=2024-05-01T10:00:01", "-s -w"), id="time-that-is-not-linked"),
        pytest.param(linked("-X main.p=/home/ann", "-X main.p=/home/bob"), id="path-linked"),
        # Tests.
        pytest.param(
            because(ReasonCode.RESULT_OF_ARGUMENT_NOT_KEPT, Kind.TEST, flag="-count=1"),
            id="argument-of-an-earlier-step",
        ),
        pytest.param(
            because(ReasonCode.TEST_CACHE_OFF_BY_ARGUMENT, Kind.TEST, flag="x"), id="argument-that-is-not-a-flag"
        ),
        pytest.param(because(ReasonCode.TEST_FAILED_BEFORE, Kind.TEST), id="failed"),
        pytest.param(read(K.TEST_ARGUMENTS, "", "", "-v"), id="argument"),
        pytest.param(read(K.READ_VARIABLE, "HOME", "/home/ann", "/home/bob"), id="variable"),
        pytest.param(read(K.READ_VARIABLE, "MY_TMPDIR", "/a", "/b"), id="variable-like-TMPDIR"),
        pytest.param(read(K.READ_FILE, "a.txt", "3 bytes, modified 1", "4 bytes, modified 2"), id="file"),
        pytest.param(compiled(Change(Input(K.VARIABLE, "TMPDIR"), "a", "b")), id="TMPDIR-that-no-test-reads"),
    ],
)
def test_what_only_looks_like_a_mistake_has_no_advice(reason: Reason) -> None:
    assert advice_for([reason]) == ()
    assert advice_for([Reason("m/cmd", Kind.LINK, ReasonCode.FOLLOWS_LINKED, cause=reason)]) == ()


def test_no_more_than_two_lines_of_the_first_causes() -> None:
    forced = because(ReasonCode.FORCED, flag="-a")
    too = replace(forced, package="m/other")
    directory = compiled(Change(Input(K.DIRECTORY), "/a", "/b"))
    counted = off("-count=1")
    beginnings = [line.split(" ")[0] for line in advice_for([forced, too, directory, counted])]
    assert beginnings == ["remove", "-trimpath"]
    assert [line.split(" ")[0] for line in advice_for([counted, forced])] == ["-count=1", "remove"]


def test_one_cause_may_have_two_lines() -> None:
    both = compiled(
        Change(Input(K.COMPILE_FLAGS), "-D /home/ann", "-D /home/bob"), Change(Input(K.DIRECTORY), "/ann", "/bob")
    )
    assert [line.split(" ")[0] for line in advice_for([both])] == ["values", "-trimpath"]


def test_no_reasons_no_advice() -> None:
    assert advice_for([]) == ()


@pytest.mark.parametrize(
    ("line", "goflags", "advised"),
    [
        pytest.param("build -gcflags=-N ./cmd", "", "-gcflags without a pattern applies only", id="bare"),
        pytest.param(
            "build ./cmd", "-asmflags=-S", "-asmflags without a pattern in GOFLAGS applies only", id="GOFLAGS"
        ),
        pytest.param(
            "-C cmd build -gcflags=-N ./lib", "", "-gcflags without a pattern applies only", id="from-another-folder"
        ),
        pytest.param("build -gcflags=-N ./lib", "", "", id="named"),
        pytest.param("-C lib build -gcflags=-N .", "", "", id="named-from-its-folder"),
        pytest.param("build -gcflags=all=-N ./cmd", "-gcflags=-N", "", id="another-reaches-it"),
        pytest.param("build -gcflags= ./cmd", "", "", id="no-flags"),
        pytest.param("build -gcflags=std=-N ./cmd", "", "", id="pattern"),
        pytest.param("build -gcflags=-N ../elsewhere", "", "-gcflags without a pattern applies only", id="outside"),
    ],
)
def test_advice_on_flags_that_did_not_reach_a_package(line: str, goflags: str, advised: str) -> None:
    advice = advice_on_bare_flags(command(line, goflags), [action(1, "example.com/app/lib", Status.CACHED)])
    assert [one.startswith(advised) for one in advice] == [True] * bool(advised)
