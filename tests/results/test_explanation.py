"""Explanation: its causes, followers and inputs, and how a table of reasons reads."""

from __future__ import annotations

from inline_snapshot import snapshot

from pytest_gocache.golang.action import Kind
from pytest_gocache.results.explanation import Explanation, table
from pytest_gocache.results.inputs import Change, Input, InputKind as K
from pytest_gocache.results.reasons import Reason, ReasonCode
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
  m/lib          file lib.go changed since step 1:
                   - one
                   + two
  m/api          only followed: it imports m/lib
  link of m/cmd  only followed: it links api ← lib\
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
  m/util  compile flags changed since step 1:
            - (none)
            + -N -l
  m/lib   file lib.go changed since step 1:
            - one
            + two
  m/api   only followed: it imports m/lib\
""")


def test_what_was_said_once_is_the_same_the_next_time() -> None:
    reasons = [compiled(f"m/{name}", FLAGS) for name in "abc"]
    assert table(reasons, "also rebuilt: ") == snapshot("""\
  also rebuilt: m/a  compile flags changed since step 1:
                       - (none)
                       + -N -l
  also rebuilt: m/b  the same
  also rebuilt: m/c  the same\
""")


def test_what_was_said_before_another_reason_is_said_by_its_first_name() -> None:
    race = Change(Input(K.COMPILE_FLAGS), "(none)", "-race")
    changes = {"a": FLAGS, "b": race, "c": FLAGS, "d": FLAGS, "e": race}
    said = table([compiled(f"m/{name}", change) for name, change in changes.items()], "also rebuilt: ")
    assert said.splitlines()[6:] == [
        "  also rebuilt: m/c  as m/a",
        "  also rebuilt: m/d  the same",
        "  also rebuilt: m/e  as m/b",
    ]


def test_a_short_reason_is_said_again() -> None:
    first = [Reason(f"m/{name}", Kind.COMPILE, ReasonCode.FIRST_TIME) for name in "ab"]
    text = "compiled for the first time in this test"
    assert table(first) == f"  m/a  {text}\n  m/b  {text}"


def test_other_values_are_not_the_same() -> None:
    race = Change(Input(K.COMPILE_FLAGS), "(none)", "-race")
    assert "the same" not in table([compiled("m/a", FLAGS), compiled("m/b", race)])


def test_of_many_alike_six_are_told_and_the_others_counted() -> None:
    alike = [compiled(f"m/p{number}", FLAGS) for number in range(9)]
    other = forced("m/util")
    lines = table([*alike, other]).splitlines()
    assert [line.split()[0] for line in lines if line[2] != " "] == [*(f"m/p{n}" for n in range(6)), "m/util", "and"]
    assert lines[-1] == "  and 3 more"


def test_of_many_followers_six_are_told_and_the_others_counted() -> None:
    followers = [follower(f"m/p{number}", LIB) for number in range(10)]
    lines = table([LIB, *followers]).splitlines()
    assert [line.split()[0] for line in lines if line[2] != " "] == ["m/lib", *(f"m/p{n}" for n in range(6)), "and"]
    assert lines[-1] == "  and 4 more"


def test_a_cause_that_is_not_in_the_list_is_told_once_with_what_follows() -> None:
    cause = compiled("m/lib", Change(Input(K.FILE, "lib.go"), None, "AAAA"))
    reasons = [follower(f"m/{name}", cause) for name in "ab"]
    assert table(reasons) == snapshot("""\
  m/a  only followed: it imports m/lib:
         file lib.go was added since step 1
  m/b  only followed: it imports m/lib\
""")


def test_those_that_were_left_out_are_counted() -> None:
    assert table([forced("m/lib")], total=201) == snapshot("""\
  m/lib  forced by -a
  and 200 more\
""")
