"""How a difference reads: for people, for the summary of a CI job, and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from inline_snapshot import snapshot

from pytest_gocache import Input, InputKind, Result
from pytest_gocache.recordings.difference import Difference, Ran, Row, difference
from pytest_gocache.recordings.render import as_data, as_markdown, as_text
from pytest_gocache.results.inputs import Change
from pytest_gocache.results.reasons import ReasonCode
from tests.made_results import action, command
from tests.recorded_results import newest_go
from tests.results.reasons import EDIT, FLAGS, compiled, follower

MOVED = Change(Input(InputKind.DIRECTORY), "/home/runner/work/app", "/Users/me/app")


def made() -> Difference:
    lib = compiled("m/lib", EDIT)
    flags = [compiled(f"m/flag{number}", FLAGS) for number in range(4)]
    new = replace(compiled("m/new"), code=ReasonCode.FIRST_TIME, since=None)
    gone = [replace(compiled(f"std{number}"), code=ReasonCode.OUTPUT_GONE, since=-1) for number in range(3)]
    rows = (
        Row(
            lib, (Ran(lib, 1.25, std=False),), tuple(Ran(follower(f"m/api{n}", lib), 0.5, std=False) for n in range(5))
        ),
        Row(compiled("m/all", MOVED), tuple(Ran(one, 0.5, std=False) for one in flags), ()),
        Row(flags[0], tuple(Ran(one, 0.25, std=False) for one in flags), ()),
        Row(gone[0], tuple(Ran(one, 0.125, std=True) for one in gone), ()),
        Row(new, (Ran(new, 0.0, std=False),), ()),
    )
    old = command("build ./...")
    now = replace(command("build -gcflags=-N ./..."), actions=tuple(action(n, f"m/{n}") for n in range(20)))
    return Difference(old, now, rows, ("m/old",), ("do this",))


def test_the_text_has_a_row_for_each_cause() -> None:
    assert as_text(made()) == snapshot("""\
`go build -gcflags=-N ./...` against the recording of `go build ./...`
18 of 20 packages compiled: 7.1 s
3.8 s  m/lib: file lib.go changed since step 1:
         - one
         + two
       5 follow: m/api0, m/api1, m/api2 and 2 more
2.0 s  directory changed since step 1:
         - /home/runner/work/app
         + /Users/me/app
       4 packages: m/flag0, m/flag1, m/flag2 and 1 more
1.0 s  compile flags changed since step 1:
         - (none)
         + -N -l
       4 packages: m/flag0, m/flag1, m/flag2 and 1 more
0.4 s  nothing in its key changed since the recording, but its output was no longer in the build cache
       3 packages of the standard library: std0, std1, std2
0.0 s  m/new: not in the recording
only in the recording: m/old
do this\
""")


def test_the_markdown_is_a_table() -> None:
    assert as_markdown(made()) == snapshot("""\
## `go build -gcflags=-N ./...` against the recording of `go build ./...`

18 of 20 packages compiled: 7.1 s

| time | cause |
|---:|---|
| 3.8 s | m/lib: file lib.go changed since step 1:<br>&nbsp;&nbsp;- one<br>&nbsp;&nbsp;+ two<br>5 follow: m/api0, m/api1, m/api2 and 2 more |
| 2.0 s | directory changed since step 1:<br>&nbsp;&nbsp;- /home/runner/work/app<br>&nbsp;&nbsp;+ /Users/me/app<br>4 packages: m/flag0, m/flag1, m/flag2 and 1 more |
| 1.0 s | compile flags changed since step 1:<br>&nbsp;&nbsp;- (none)<br>&nbsp;&nbsp;+ -N -l<br>4 packages: m/flag0, m/flag1, m/flag2 and 1 more |
| 0.4 s | nothing in its key changed since the recording, but its output was no longer in the build cache<br>3 packages of the standard library: std0, std1, std2 |
| 0.0 s | m/new: not in the recording |

- only in the recording: m/old
- do this
""")


def test_a_long_difference_is_cut() -> None:
    found = made()
    rows = tuple(Row(compiled(f"m/{n}", EDIT), (), ()) for n in range(30))
    assert "and 10 more causes" in as_text(replace(found, rows=rows))
    assert "and 10 more causes" in as_markdown(replace(found, rows=rows))


def test_characters_of_tables_and_tags_are_escaped() -> None:
    change = Change(Input(InputKind.LINK_FLAGS), "-X a=|", "-X a=<b>")
    row = Row(compiled("m/a", change), (), ())
    text = as_markdown(replace(made(), rows=(row,)))
    assert "a=\\|" in text
    assert "a=&lt;b>" in text


@newest_go
def test_the_data_has_every_cause_and_follower(recorded: Callable[[str], list[Result]]) -> None:
    old, _, new, *_ = recorded("lib-edited")
    data = json.loads(json.dumps(as_data(difference(old, new))))
    assert data["schema"] == "pytest-gocache diff 1"
    assert data["ran"] == {"compile": 3, "link": 1}
    (cause,) = data["causes"]
    assert (cause["kind"], cause["package"], cause["code"]) == ("compile", "example.com/app/lib", "CHANGED")
    assert [(one["kind"], one["name"]) for one in cause["inputs"]] == [("FILE", "lib.go")]
    assert {one["package"] for one in cause["followers"]} == {"example.com/app/api", "example.com/app/cmd/app"}
    assert cause["seconds"] > 0


def test_a_command_that_failed_says_what_is_not_there() -> None:
    found = made()
    failed = replace(found, old=replace(found.old, returncode=-15), new=replace(found.new, returncode=2))
    assert as_text(failed).splitlines()[-3:] == snapshot(
        [
            "`go build -gcflags=-N ./...` failed with exit status 2: what it did not reach has no row",
            "the recorded command was ended by signal 15: what it did not reach is not in the recording",
            "do this",
        ]
    )
    assert "failed with" not in as_text(found)


def test_a_script_of_several_lines_is_one_line_of_the_title() -> None:
    found = replace(made(), new=replace(made().new, command=("sh", "-c", "go build ./...\ngo vet ./...")))
    title = "`sh -c 'go build ./...\\ngo vet ./...'` against the recording of `go build ./...`"
    assert as_text(found).splitlines()[0] == title
    assert as_markdown(found).splitlines()[:2] == [f"## {title}", ""]
