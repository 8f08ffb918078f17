"""Change, and without_repetitions: what a change says, and which changes only repeat a different one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.results.inputs import Change, Input, InputKind as K, without_repetitions

FLAGS = Change(Input(K.COMPILE_FLAGS), "(none)", "-N -l")
EDIT = Change(Input(K.FILE, "lib.go"), "AAAA", "BBBB", diff=("- one", "+ two"))
LIB_CHANGED = Change(Input(K.IMPORT, "m/lib"), "AAAA", "BBBB")


# Change


@pytest.mark.parametrize(
    ("change", "how", "lines", "line"),
    [
        (FLAGS, "compile flags changed", ["- (none)", "+ -N -l"], "(none) -> -N -l"),
        (Change(Input(K.VARIABLE, "GOSSAFUNC"), None, "main"), "GOSSAFUNC was added", ["+ main"], "nothing -> main"),
        (Change(Input(K.DIRECTORY), "/m", None), "directory was removed", ["- /m"], "/m -> nothing"),
        (Change(Input(K.GOROOT), "", "/go"), "GOROOT changed", ["- (empty)", "+ /go"], "nothing -> /go"),
        (Change(Input(K.GOROOT), None, ""), "GOROOT was added", [], ""),
        (Change(Input(K.SETTING, "-trimpath"), None, "true"), "build setting -trimpath was added", ["+ true"], None),
        # Content IDs, and words that are there or not.
        (Change(Input(K.FILE, "lib.go"), "AAAA", "BBBB"), "file lib.go changed", [], ""),
        (Change(Input(K.EMBEDDED_FILE, "a/b"), None, "BBBB"), "embedded file a/b was added", [], ""),
        (LIB_CHANGED, "import m/lib changed", [], ""),
        (Change(Input(K.VET_FACTS, "m/lib"), "AAAA", "BBBB"), "vet facts of m/lib changed", [], ""),
        (Change(Input(K.TEST_LIST), "AAAA", "BBBB"), "list of tests changed", [], ""),
        (Change(Input(K.TRIMPATH), None, "trimpath"), "-trimpath was added", [], ""),
        (Change(Input(K.TEST_VARIANT), "forcelibrary", None), "test variant was removed", [], ""),
        # Two long values that differ in one place.
        (
            Change(
                Input(K.SETTING, "-ldflags"), f"-X {'m/' * 30}version.Date=12:01", f"-X {'m/' * 30}version.Date=12:09"
            ),
            "build setting -ldflags changed",
            ["…/m/m/m/m/m/m/m/m/m/m/m/version.Date=12:[01→09]"],
            "…/m/m/m/m/m/m/m/m/m/m/m/version.Date=12:[01→09]",
        ),
        # What a test reads.
        (
            Change(Input(K.READ_FILE, "a.txt"), None, "3 bytes, modified 1"),
            "file a.txt was added",
            ["- (missing)", "+ 3 bytes, modified 1"],
            "(missing) -> 3 bytes, modified 1",
        ),
        (
            Change(Input(K.READ_FILE, "a.txt"), "3 bytes, modified 1", None),
            "file a.txt was removed",
            ["- 3 bytes, modified 1", "+ (missing)"],
            None,
        ),
        # Texts that are known.
        (EDIT, "file lib.go changed", ["- one", "+ two"], "- one + two"),
        (Change(Input(K.FILE, "a.go"), "A", "B", diff=("+ new",)), "file a.go changed", ["+ new"], "+ new"),
        (
            Change(Input(K.FILE, "a.go"), "A", "B", diff=("- 1", "+ 2", "+ 3")),
            "file a.go changed",
            ["- 1", "+ 2", "+ 3"],
            "",
        ),
    ],
)
def test_a_change_says_what_happened_and_shows_values_that_tell_something(
    change: Change, how: str, lines: list[str], line: str | None
) -> None:
    assert change.how == how
    assert change.lines() == lines
    assert line is None or change.line() == line


def test_a_change_knows_whether_an_import_or_a_stamp_brought_it() -> None:
    assert (LIB_CHANGED.imported, LIB_CHANGED.stamped) == ("m/lib", False)
    stamp = Change(Input(K.SETTING, "vcs.revision"), "aa", "bb")
    assert (stamp.imported, stamp.stamped) == (None, True)
    assert (EDIT.imported, EDIT.stamped) == (None, False)


# without_repetitions


def stamped(name: str) -> Input:
    return Input(K.SETTING, name)


def variable(name: str) -> Input:
    return Input(K.TARGET_VARIABLE, name)


def changed(inputs: Sequence[Input | K]) -> list[Change]:
    return [Change(one if isinstance(one, Input) else Input(one), "a", "b") for one in inputs]


@pytest.mark.parametrize(
    ("shown", "hidden"),
    [
        (K.TOOLCHAIN, [K.COMPILER, K.ASSEMBLER, K.LINKER, K.CGO_TOOL, K.VET_TOOL]),
        (K.TARGET, [*map(variable, ("GOOS", "GOARCH", "GOAMD64")), *map(stamped, ("GOOS", "GOARCH", "GOAMD64"))]),
        (K.TRIMPATH, [K.DIRECTORY, K.MODULE_VERSION, K.GOROOT, stamped("-trimpath"), stamped("-ldflags")]),
        (K.TRIMPATH, [stamped("CGO_CFLAGS"), stamped("CGO_LDFLAGS")]),
        (K.COMPILE_FLAGS, [*map(stamped, ("-gcflags", "-race", "-msan", "-buildmode"))]),
        (K.ASSEMBLER_FLAGS, [stamped("-asmflags")]),
        (K.CGO_C_FLAGS, [stamped("CGO_CFLAGS")]),
        (K.CGO_CXX_FLAGS, [stamped("CGO_CXXFLAGS")]),
        (K.CGO_PREPROCESSOR_FLAGS, [stamped("CGO_CPPFLAGS")]),
        (K.CGO_LINKER_FLAGS, [stamped("CGO_LDFLAGS")]),
        (K.COVERAGE_MODE, [stamped("-cover"), stamped("-covermode")]),
        (K.PGO_PROFILE, [stamped("-pgo")]),
        (K.GOEXPERIMENT, [K.COMPILER, K.ASSEMBLER, K.LINKER, stamped("GOEXPERIMENT")]),
        (K.GOROOT, [stamped("GOROOT")]),
        (variable("GOAMD64"), [stamped("GOAMD64")]),
        (Input(K.VARIABLE, "GOSSAFUNC"), [stamped("GOSSAFUNC")]),
        (K.BUILD_MODE, [stamped("-buildmode")]),
    ],
)
def test_what_another_input_says_as_well_is_not_said_again(shown: Input | K, hidden: list[Input | K]) -> None:
    cause, *repeated = changed([shown, *hidden])
    assert without_repetitions([cause, *repeated]) == [cause]
    assert without_repetitions([*repeated, cause]) == [cause]
    # Alone, each of them is the news.
    for change in repeated:
        assert without_repetitions([change]) == [change]


@pytest.mark.parametrize(
    "inputs",
    [
        [K.TOOLCHAIN, K.DIRECTORY, variable("GOAMD64"), stamped("GOARM")],
        [K.TRIMPATH, K.COMPILE_FLAGS, Input(K.FILE, "lib.go"), stamped("vcs.revision"), stamped("-tags")],
        [K.COMPILE_FLAGS, K.ASSEMBLER_FLAGS, K.DIRECTORY, stamped("-ldflags"), stamped("-asmflag")],
        [K.CGO_C_FLAGS, stamped("CGO_LDFLAGS"), K.C_COMPILER],
        [K.LINK_FLAGS, stamped("-ldflags")],
        [K.TARGET, K.COMPILER, stamped("-race")],
        # What a test reads is no input of a compile, whatever its name.
        [K.TARGET, Input(K.READ_VARIABLE, "GOOS"), Input(K.READ_FILE, "GOOS")],
        # A stamp hides nothing.
        [K.DIRECTORY, K.GOROOT, stamped("-trimpath")],
    ],
)
def test_what_is_said_nowhere_else_stays(inputs: list[Input | K]) -> None:
    changes = changed(inputs)
    assert without_repetitions(changes) == changes


INPUTS = st.sampled_from(
    [K.TOOLCHAIN, K.COMPILER, K.TARGET, K.TRIMPATH, K.DIRECTORY, K.GOROOT, K.COMPILE_FLAGS, K.BUILD_MODE]
    + [K.COVERAGE_MODE, K.PGO_PROFILE, K.CGO_C_FLAGS, variable("GOOS"), variable("GOAMD64")]
    + [Input(K.FILE, "a.go"), Input(K.IMPORT, "m/a")]
    + [stamped(x) for x in ("-gcflags", "-trimpath", "-ldflags", "GOOS", "GOAMD64", "CGO_CFLAGS", "-pgo", "vcs.time")]
)


@given(st.lists(INPUTS, unique=True))
def test_telling_takes_some_in_their_order_and_never_all(inputs: list[Input | K]) -> None:
    changes = changed(inputs)
    kept = without_repetitions(changes)
    assert kept == [change for change in changes if change in kept]
    assert bool(kept) == bool(changes)
    assert without_repetitions(kept) == kept


# Input


@pytest.mark.parametrize("kind", K)
def test_each_kind_reads_by_its_words(kind: K) -> None:
    text = str(Input(kind, "NAME{0}"))
    assert text
    assert ("NAME{0}" in text) == ("{name" in kind.text)


def test_no_two_kinds_are_one() -> None:
    assert len({kind.value for kind in K}) == len(list(K)) == len(K.__members__)
