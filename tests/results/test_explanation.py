"""Change, Reason and Explanation: what a reason says, what it leaves unsaid, and how many of them read."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from inline_snapshot import snapshot

from pytest_gocache.golang.action import Kind
from pytest_gocache.results.explanation import Change, Explanation, Reason, table, telling

FLAGS = Change("compile flags", "(none)", "-N -l")
EDIT = Change("file lib.go", "AAAA", "BBBB", diff=("- one", "+ two"))
LIB_CHANGED = Change("import m/lib", "AAAA", "BBBB")
LIB = Reason("m/lib", Kind.COMPILE, "file lib.go changed since step 1:", (EDIT,), since=1)
API = Reason(
    "m/api",
    Kind.COMPILE,
    "only followed: it imports m/lib",
    (LIB_CHANGED,),
    since=1,
    follows=("m/lib",),
    cause=LIB,
)
LINK = Reason(
    "m/cmd",
    Kind.LINK,
    "only followed: it links api ← lib",
    (LIB_CHANGED,),
    since=1,
    follows=("m/api", "m/lib"),
    cause=LIB,
)


def compiled(package: str, summary: str = "", *changes: Change) -> Reason:
    return Reason(package, Kind.COMPILE, summary, changes)


# Change


@pytest.mark.parametrize(
    ("change", "how", "lines", "line"),
    [
        (FLAGS, "compile flags changed", ["- (none)", "+ -N -l"], "(none) -> -N -l"),
        (Change("GOSSAFUNC", None, "main"), "GOSSAFUNC was added", ["+ main"], "nothing -> main"),
        (Change("directory", "/m", None), "directory was removed", ["- /m"], "/m -> nothing"),
        (Change("GOROOT", "", "/go"), "GOROOT changed", ["- (empty)", "+ /go"], "nothing -> /go"),
        (Change("GOROOT", None, ""), "GOROOT was added", [], ""),
        (Change("build setting -trimpath", None, "true"), "build setting -trimpath was added", ["+ true"], None),
        # Content IDs, and words that are there or not.
        (Change("file lib.go", "AAAA", "BBBB"), "file lib.go changed", [], ""),
        (Change("embedded file a/b", None, "BBBB"), "embedded file a/b was added", [], ""),
        (LIB_CHANGED, "import m/lib changed", [], ""),
        (Change("facts of m/lib", "AAAA", "BBBB"), "facts of m/lib changed", [], ""),
        (Change("list of its tests", "AAAA", "BBBB"), "list of its tests changed", [], ""),
        (Change("-trimpath", None, "trimpath"), "-trimpath was added", [], ""),
        (Change("test variant", "forcelibrary", None), "test variant was removed", [], ""),
        # Texts that are known.
        (EDIT, "file lib.go changed", ["- one", "+ two"], "- one + two"),
        (Change("file a.go", "A", "B", diff=("+ new",)), "file a.go changed", ["+ new"], "+ new"),
        (Change("file a.go", "A", "B", diff=("- 1", "+ 2", "+ 3")), "file a.go changed", ["- 1", "+ 2", "+ 3"], ""),
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
    stamp = Change("build setting vcs.revision", "aa", "bb")
    assert (stamp.imported, stamp.stamped) == (None, True)
    assert (EDIT.imported, EDIT.stamped) == (None, False)


# telling


def stamped(name: str) -> str:
    return f"build setting {name}"


@pytest.mark.parametrize(
    ("shown", "hidden"),
    [
        ("toolchain", ["compiler", "assembler", "linker", "cgo tool", "vet tool"]),
        ("target", ["GOOS", "GOARCH", "GOAMD64", stamped("GOOS"), stamped("GOARCH"), stamped("GOAMD64")]),
        ("-trimpath", ["directory", "module version", "GOROOT", stamped("-trimpath"), stamped("-ldflags")]),
        ("-trimpath", [stamped("CGO_CFLAGS"), stamped("CGO_LDFLAGS")]),
        ("compile flags", [stamped("-gcflags"), stamped("-race"), stamped("-msan"), stamped("-buildmode")]),
        ("assembler flags", [stamped("-asmflags")]),
        ("cgo C flags", [stamped("CGO_CFLAGS")]),
        ("cgo C++ flags", [stamped("CGO_CXXFLAGS")]),
        ("cgo preprocessor flags", [stamped("CGO_CPPFLAGS")]),
        ("cgo linker flags", [stamped("CGO_LDFLAGS")]),
        ("coverage mode", [stamped("-cover"), stamped("-covermode")]),
        ("PGO profile", [stamped("-pgo")]),
        ("GOAMD64", [stamped("GOAMD64")]),
        ("build mode", [stamped("-buildmode")]),
    ],
)
def test_what_another_input_says_as_well_is_not_said_again(shown: str, hidden: list[str]) -> None:
    cause, *repeated = [Change(name, "a", "b") for name in (shown, *hidden)]
    assert telling([cause, *repeated]) == [cause]
    assert telling([*repeated, cause]) == [cause]
    # Alone, each of them is the news.
    for change in repeated:
        assert telling([change]) == [change]


@pytest.mark.parametrize(
    "names",
    [
        ["toolchain", "directory", "GOAMD64", stamped("GOARM")],
        ["-trimpath", "compile flags", "file lib.go", stamped("vcs.revision"), stamped("-tags")],
        ["compile flags", "assembler flags", "directory", stamped("-ldflags"), stamped("-asmflag")],
        ["cgo C flags", stamped("CGO_LDFLAGS"), "C compiler command"],
        ["link flags", stamped("-ldflags")],
        ["target", "compiler", stamped("-race")],
        # A stamp hides nothing.
        ["directory", "GOROOT", stamped("-trimpath")],
    ],
)
def test_what_is_said_nowhere_else_stays(names: list[str]) -> None:
    changes = [Change(name, "a", "b") for name in names]
    assert telling(changes) == changes


NAMES = st.sampled_from(
    ["toolchain", "compiler", "target", "GOOS", "GOAMD64", "-trimpath", "directory", "GOROOT", "compile flags"]
    + ["build mode", "coverage mode", "PGO profile", "cgo C flags", "file a.go", "import m/a"]
    + [stamped(x) for x in ("-gcflags", "-trimpath", "-ldflags", "GOOS", "GOAMD64", "CGO_CFLAGS", "-pgo", "vcs.time")]
)


@given(st.lists(NAMES, unique=True))
def test_telling_takes_some_in_their_order_and_never_all(names: list[str]) -> None:
    changes = [Change(name, "a", "b") for name in names]
    told = telling(changes)
    assert told == [change for change in changes if change in told]
    assert bool(told) == bool(changes)
    assert telling(told) == told


# Reason


@pytest.mark.parametrize(
    ("summary", "changes", "lines", "line"),
    [
        ("forced by -a", (), ["forced by -a"], "forced by -a"),
        (
            "compile flags changed since step 1:",
            (FLAGS,),
            ["compile flags changed since step 1:", "  - (none)", "  + -N -l"],
            "compile flags changed since step 1: (none) -> -N -l",
        ),
        # A stamp of the same flags, and imports: neither adds anything.
        (
            "compile flags changed since step 1:",
            (FLAGS, LIB_CHANGED, Change("build setting -gcflags", None, "-N -l")),
            ["compile flags changed since step 1:", "  - (none)", "  + -N -l"],
            "compile flags changed since step 1: (none) -> -N -l",
        ),
        (
            "file lib.go changed, directory changed since step 1:",
            (EDIT, Change("directory", "/a", "/b")),
            [
                "file lib.go changed, directory changed since step 1:",
                "  file lib.go",
                "    - one",
                "    + two",
                "  directory",
                "    - /a",
                "    + /b",
            ],
            "file lib.go changed, directory changed since step 1: file lib.go - one + two; directory /a -> /b",
        ),
        ("file a.go was added since step 1", (Change("file a.go", None, "A"),), None, None),
        # Of two inputs, the values of one have its name.
        (
            "compile flags changed, file a.go was added since step 1:",
            (FLAGS, Change("file a.go", None, "A")),
            [
                "compile flags changed, file a.go was added since step 1:",
                "  compile flags",
                "    - (none)",
                "    + -N -l",
            ],
            "compile flags changed, file a.go was added since step 1: (none) -> -N -l",
        ),
        # A long diff is for the many lines only.
        (
            "file a.go changed since step 1:",
            (Change("file a.go", "A", "B", diff=("- 1", "+ 2", "+ 3")),),
            ["file a.go changed since step 1:", "  - 1", "  + 2", "  + 3"],
            "file a.go changed since step 1",
        ),
    ],
)
def test_a_reason_shows_its_own_changes(
    summary: str, changes: tuple[Change, ...], lines: list[str] | None, line: str | None
) -> None:
    reason = compiled("m/lib", summary, *changes)
    assert reason.lines() == (lines or [summary])
    assert reason.line() == (line or summary)


def test_a_follower_has_no_values_of_its_own() -> None:
    assert API.own == ()
    assert API.lines() == ["only followed: it imports m/lib"]
    assert API.line() == "only followed: it imports m/lib"


@pytest.mark.parametrize(
    ("kind", "label"),
    [(Kind.COMPILE, "m/p"), (Kind.LINK, "link of m/p"), (Kind.VET, "vet of m/p"), (Kind.TEST, "test of m/p")],
)
def test_a_label_says_what_ran_unless_it_is_a_compile(kind: Kind, label: str) -> None:
    assert Reason("m/p", kind, "").label == label


# Explanation

TITLE = "`go build ./...` (step 2)"


def test_an_explanation_names_causes_followers_and_inputs_each_once() -> None:
    flags = compiled("m/util", "compile flags changed since step 1:", FLAGS, LIB_CHANGED)
    more_flags = compiled("m/other", "compile flags changed since step 1:", FLAGS)
    unknown = Reason("m/odd", Kind.COMPILE, "Go's log does not say why", known=False)
    found = Explanation(TITLE, (LIB, API, flags, more_flags, unknown, LINK))

    assert found.causes == (LIB, flags, more_flags, unknown)
    assert found.followers == (API, LINK)
    assert found.inputs == (EDIT, FLAGS)
    assert found.unknown == (unknown,)


def test_a_cause_that_was_not_asked_for_is_a_cause_all_the_same() -> None:
    found = Explanation(TITLE, (API, LINK))
    assert found.causes == (LIB,)
    assert found.inputs == (EDIT,)
    assert str(found) == snapshot("""\
`go build ./...` (step 2)
  m/lib          file lib.go changed since step 1:
                   - one
                   + two
  m/api          only followed: it imports m/lib
  link of m/cmd  only followed: it links api ← lib\
""")


def test_an_explanation_ends_with_its_advice() -> None:
    assert str(Explanation(TITLE, (compiled("m/lib", "forced by -a"),), ("do this", "do that"))) == snapshot("""\
`go build ./...` (step 2)
  m/lib  forced by -a
do this
do that\
""")


def test_an_explanation_of_nothing_says_so() -> None:
    nothing = Explanation(TITLE, ())
    assert str(nothing) == snapshot("`go build ./...` (step 2): nothing that was asked for ran")
    assert (nothing.causes, nothing.followers, nothing.inputs, nothing.unknown) == ((), (), (), ())


# table


def test_followers_stand_under_their_cause_wherever_they_were() -> None:
    flags = compiled("m/util", "compile flags changed since step 1:", FLAGS)
    assert table([flags, API, LIB]) == snapshot("""\
  m/util  compile flags changed since step 1:
            - (none)
            + -N -l
  m/lib   file lib.go changed since step 1:
            - one
            + two
  m/api   only followed: it imports m/lib\
""")


def test_what_was_said_once_is_the_same_the_next_time() -> None:
    reasons = [compiled(f"m/{name}", "compile flags changed since step 1:", FLAGS) for name in "abc"]
    assert table(reasons, "also rebuilt: ") == snapshot("""\
  also rebuilt: m/a  compile flags changed since step 1:
                       - (none)
                       + -N -l
  also rebuilt: m/b  the same
  also rebuilt: m/c  the same\
""")


def test_what_was_said_before_another_reason_is_said_by_its_first_name() -> None:
    summary = "compile flags changed since step 1:"
    race = Change("compile flags", "(none)", "-race")
    changes = {"a": FLAGS, "b": race, "c": FLAGS, "d": FLAGS, "e": race}
    said = table([compiled(f"m/{name}", summary, change) for name, change in changes.items()], "also rebuilt: ")
    assert said.splitlines()[6:] == [
        "  also rebuilt: m/c  as m/a",
        "  also rebuilt: m/d  the same",
        "  also rebuilt: m/e  as m/b",
    ]


def test_a_short_reason_is_said_again() -> None:
    first = "compiled for the first time in this test"
    assert table([compiled("m/a", first), compiled("m/b", first)]) == f"  m/a  {first}\n  m/b  {first}"


def test_other_values_are_not_the_same() -> None:
    summary = "compile flags changed since step 1:"
    race = Change("compile flags", "(none)", "-race")
    assert "the same" not in table([compiled("m/a", summary, FLAGS), compiled("m/b", summary, race)])


def test_of_many_alike_six_are_told_and_the_others_counted() -> None:
    alike = [compiled(f"m/p{number}", "compile flags changed since step 1:", FLAGS) for number in range(9)]
    other = compiled("m/util", "forced by -a")
    lines = table([*alike, other]).splitlines()
    assert [line.split()[0] for line in lines if line[2] != " "] == [*(f"m/p{n}" for n in range(6)), "m/util", "and"]
    assert lines[-1] == "  and 3 more"


def test_of_many_followers_six_are_told_and_the_others_counted() -> None:
    followers = [
        Reason(f"m/p{number}", Kind.COMPILE, "only followed: it imports m/lib", cause=LIB) for number in range(10)
    ]
    lines = table([LIB, *followers]).splitlines()
    assert [line.split()[0] for line in lines if line[2] != " "] == ["m/lib", *(f"m/p{n}" for n in range(6)), "and"]
    assert lines[-1] == "  and 4 more"


def test_a_cause_that_is_not_in_the_list_is_told_once_with_what_follows() -> None:
    cause = compiled("m/lib", "file lib.go was added since step 1")
    reasons = [Reason(f"m/{name}", Kind.COMPILE, "only followed: it imports m/lib", cause=cause) for name in "ab"]
    assert table(reasons) == snapshot("""\
  m/a  only followed: it imports m/lib:
         file lib.go was added since step 1
  m/b  only followed: it imports m/lib\
""")


def test_those_that_were_left_out_are_counted() -> None:
    forced = compiled("m/lib", "forced by -a")
    assert table([forced], total=201) == snapshot("""\
  m/lib  forced by -a
  and 200 more\
""")
