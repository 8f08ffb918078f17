"""Explanation: its causes, followers and inputs, and how a table of reasons reads."""

from __future__ import annotations

from dataclasses import replace

from inline_snapshot import snapshot

from pytest_gocache.golang.action import Kind
from pytest_gocache.results.explanation import Explanation, table
from pytest_gocache.results.inputs import Change, Input, InputKind as K
from pytest_gocache.results.reasons import Details, Reason, ReasonCode
from tests.results.reasons import API, EDIT, FLAGS, LIB, LIB_CHANGED, LINK, compiled, follower, forced

TITLE = "`go build ./...` (step 2)"


def test_an_explanation_names_causes_followers_and_inputs_each_once() -> None:
    flags = compiled("m/util", FLAGS, LIB_CHANGED)
    more_flags = compiled("m/other", FLAGS)
    unknown = Reason("m/odd", Kind.COMPILE, ReasonCode.NO_EVIDENCE)
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
  m/lib                file lib.go changed since step 1:
                         - one
                         + two
  └─ m/api             imports it
     └─ link of m/cmd  links it\
""")


def test_an_explanation_ends_with_its_advice() -> None:
    assert str(Explanation(TITLE, (forced("m/lib"),), ("do this", "do that"))) == snapshot("""\
`go build ./...` (step 2)
  m/lib  forced by -a
do this
do that\
""")


def test_an_explanation_of_nothing_says_so() -> None:
    nothing = Explanation(TITLE, ())
    assert str(nothing) == snapshot("`go build ./...` (step 2): none of the selected actions ran")
    assert (nothing.causes, nothing.followers, nothing.inputs, nothing.unknown) == ((), (), (), ())


# table


def test_followers_stand_under_their_cause_wherever_they_were() -> None:
    flags = compiled("m/util", FLAGS)
    assert table([flags, API, LIB]) == snapshot("""\
  m/util    compile flags changed since step 1:
              - (none)
              + -N -l
  m/lib     file lib.go changed since step 1:
              - one
              + two
  └─ m/api  imports it\
""")


def test_what_was_said_once_is_the_same_the_next_time() -> None:
    reasons = [compiled(f"m/{name}", FLAGS) for name in "abc"]
    assert table(reasons) == snapshot("""\
  m/a  compile flags changed since step 1:
         - (none)
         + -N -l
  m/b  the same
  m/c  the same\
""")


def test_what_was_said_before_another_reason_is_said_by_its_first_name() -> None:
    race = Change(Input(K.COMPILE_FLAGS), "(none)", "-race")
    changes = {"a": FLAGS, "b": race, "c": FLAGS, "d": FLAGS, "e": race}  # three at most: more are one row
    said = table([compiled(f"m/{name}", change) for name, change in changes.items()])
    assert said.splitlines()[6:] == [
        "  m/c  as m/a",
        "  m/d  the same",
        "  m/e  as m/b",
    ]


def test_a_short_reason_is_said_again() -> None:
    first = [Reason(f"m/{name}", Kind.COMPILE, ReasonCode.FIRST_TIME) for name in "ab"]
    text = "compiled for the first time in this test"
    assert table(first) == f"  m/a  {text}\n  m/b  {text}"


def test_other_values_are_not_the_same() -> None:
    race = Change(Input(K.COMPILE_FLAGS), "(none)", "-race")
    assert "the same" not in table([compiled("m/a", FLAGS), compiled("m/b", race)])


def test_many_alike_are_one_row() -> None:
    alike = [compiled(f"m/p{number}", FLAGS) for number in range(9)]
    other = forced("m/util")
    assert table([*alike[:4], other, *alike[4:]]) == snapshot("""\
  m/p0    compile flags changed since step 1:
            - (none)
            + -N -l
          the same for m/p1, m/p2, m/p3 and 5 more
  m/util  forced by -a\
""")


def test_many_alike_with_followers_have_rows_of_their_own() -> None:
    alike = [compiled(f"m/p{number}", FLAGS) for number in range(9)]
    lines = table([*alike, *(follower(f"m/q{number}", cause) for number, cause in enumerate(alike))]).splitlines()
    assert lines[:4] == snapshot(
        [
            "  m/p0     compile flags changed since step 1:",
            "             - (none)",
            "             + -N -l",
            "  └─ m/q0  imports it",
        ]
    )
    assert lines[-1].startswith("  and ")


def test_of_many_followers_six_are_told_and_the_others_counted() -> None:
    followers = [follower(f"m/p{number}", LIB) for number in range(10)]
    lines = table([LIB, *followers]).splitlines()
    assert [line.split()[1] for line in lines if "imports it" in line] == [f"m/p{n}" for n in range(6)]
    assert lines[-1] == "  and 4 more"


def test_a_cause_that_is_not_in_the_list_is_told_once_with_what_follows() -> None:
    cause = compiled("m/lib", Change(Input(K.FILE, "lib.go"), None, "AAAA"))
    reasons = [follower(f"m/{name}", cause) for name in "ab"]
    assert table(reasons) == snapshot("""\
  m/lib   file lib.go was added since step 1
  ├─ m/a  imports it
  └─ m/b  imports it\
""")


def test_a_tree_tells_what_follows_what() -> None:
    store = follower("m/store", LIB)
    api = replace(follower("m/api", LIB), follows=("m/store", "m/lib"))
    two = replace(follower("m/two", LIB), details=Details(packages=("m/lib", "m/util")))
    hidden = replace(
        follower("m/far", LIB), code=ReasonCode.FOLLOWS_IMPORTS, details=Details(chain=("far", "x", "lib"))
    )
    hidden = replace(hidden, follows=("m/x", "m/lib"))
    variant = replace(follower("m/api [m/api.test]", LIB), follows=("m/store", "m/lib"))
    vetted = replace(follower("m/api [m/api.test]", LIB), kind=Kind.VET, code=ReasonCode.FOLLOWS_VETTED)
    vetted = replace(vetted, follows=("m/api", "m/store", "m/lib"), details=Details(packages=("m/api",)))
    assert table([hidden, vetted, api, variant, store, two], label=True) == snapshot("""\
  m/lib                               file lib.go changed since step 1:
                                        - one
                                        + two
  ├─ m/far                            only followed: far ← x ← lib
  ├─ m/store                          imports it
  │  ├─ m/api                         imports it
  │  └─ m/api [m/api.test]            imports it
  │     └─ vet of m/api [m/api.test]  vets it
  └─ m/two                            only followed: it imports m/lib, m/util\
""")


def moved(package: str, old: str, new: str) -> Reason:
    return compiled(package, Change(Input(K.DIRECTORY), old, new))


def test_packages_that_moved_with_one_folder_are_one_row() -> None:
    home, elsewhere = "/home/runner/work/with/quite/a/long/name/ann", "/home/runner/work/with/quite/a/long/name/bob"
    mine = [moved(f"m{name}", f"{home}/app{name}", f"{elsewhere}/app{name}") for name in ("/lib", "/cmd/a", "/cmd/b")]
    root = moved("m", f"{home}/app", f"{elsewhere}/app")
    other = moved("x.org/y", f"{home}/mod/x.org/y@v1.0.0", "/mod/x.org/y@v1.0.0")
    assert table([*mine, other, root, follower("m/api", mine[1])]) == snapshot("""\
  m/lib     directory changed since step 1:
              - /home/runner/work/with/quite/a/long/name/ann/app
              + /home/runner/work/with/quite/a/long/name/bob/app
            the same for m/cmd/a, m/cmd/b, m
  └─ m/api  imports it
  x.org/y   directory changed since step 1:
              - /home/runner/work/with/quite/a/long/name/ann/mod/x.org/y@v1.0.0
              + /mod/x.org/y@v1.0.0\
""")


def test_a_package_that_moved_alone_or_changed_too_has_a_row_of_its_own() -> None:
    away = Change(Input(K.DIRECTORY), "/a/m/x", "/b/m/x")
    reasons = [compiled("m/x", away), compiled("m/y", away, EDIT), compiled("m/z", replace(away, old=None))]
    assert table(reasons) == snapshot("""\
  m/x  directory changed since step 1:
         - /a/m/x
         + /b/m/x
  m/y  directory changed, file lib.go changed since step 1:
         directory
           - /a/m/x
           + /b/m/x
         file lib.go
           - one
           + two
  m/z  directory was added since step 1:
         + /b/m/x\
""")


def test_those_that_were_left_out_are_counted() -> None:
    assert table([forced("m/lib")], total=201) == snapshot("""\
  m/lib  forced by -a
  and 200 more\
""")
