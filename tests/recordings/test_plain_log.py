"""Logs of go commands that ran without this library, in place of recordings."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_gocache import Result
from pytest_gocache.errors import RecordingError
from pytest_gocache.recordings.difference import difference
from pytest_gocache.recordings.load import load_recording_or_log, load_result
from pytest_gocache.recordings.plain_log import is_plain_log
from pytest_gocache.recordings.render import as_text

Logs = tuple[Path, Path]


def copied(result: Result, folder: Path) -> Path:
    """A folder with the two files that a user makes."""
    assert result.evidence is not None
    folder.mkdir()
    for name in ("graph.json", "stderr"):
        shutil.copy2(result.evidence / name, folder / name)
    return folder


@pytest.fixture
def logs(recorded: Callable[[str], list[Result]], tmp_path: Path) -> Logs:
    """The logs of a build, and of the build after an edit of lib."""
    old, _, new, *_ = recorded("lib-edited")
    return copied(old, tmp_path / "old"), copied(new, tmp_path / "new")


def test_a_log_with_its_graph_says_what_a_recording_says(
    recorded: Callable[[str], list[Result]], logs: Logs, tmp_path: Path
) -> None:
    for number, result in enumerate(recorded("lib-edited")[:3]):
        result.save(tmp_path / f"recording{number}")
    old, new = (load_result(tmp_path / f"recording{number}") for number in (0, 2))
    from_logs = difference(load_recording_or_log(logs[0], ran=False), load_recording_or_log(logs[1], ran=True))
    known = difference(old, new)
    said = [[(ran.reason.kind, ran.reason.package, ran.std) for ran in row.causes] for row in from_logs.rows]
    assert said == [[(ran.reason.kind, ran.reason.package, ran.std) for ran in row.causes] for row in known.rows]
    assert [row.reason.own for row in from_logs.rows] == [row.reason.own for row in known.rows]
    assert [len(row.followers) for row in from_logs.rows] == [len(row.followers) for row in known.rows]
    assert from_logs.old.std == old.std
    title, summary, *lines = as_text(from_logs).splitlines()
    assert title == "the logged command against the old log"
    assert re.match(r"3 of \d+ packages compiled, 1 linked: ", summary)
    assert "example.com/app/lib: file lib.go changed since the recording" in lines[0]
    assert lines[2] == "a log has no command and no test results: what -a forces looks lost, and tests have no row"


def test_a_log_alone_is_enough_to_compare_with(logs: Logs) -> None:
    both = load_recording_or_log(logs[0], ran=False)
    alone = load_recording_or_log(logs[0] / "stderr", ran=False)
    new = load_recording_or_log(logs[1], ran=True)
    assert as_text(difference(alone, new)) == as_text(difference(both, new))
    assert alone.std == both.std
    assert {action.action_id for action in alone.compiles()} == {a.action_id for a in both.compiles() if a.action_id}


def test_what_ran_needs_the_graph(logs: Logs) -> None:
    with pytest.raises(
        RecordingError, match="stderr is a log alone, which does not show what ran: NEW needs the action"
    ):
        load_recording_or_log(logs[1] / "stderr", ran=True)
    (logs[1] / "graph.json").unlink()
    with pytest.raises(
        RecordingError, match=r"graph.json cannot be read: No such file or directory. Make it with\n  GO"
    ):
        load_recording_or_log(logs[1], ran=True)


def test_a_test_log_alone_does_not_name_the_variants(first_commands: dict[str, Result], tmp_path: Path) -> None:
    tested = next(one for one in first_commands.values() if one.command[1] == "test" and one.tests)
    folder = copied(tested, tmp_path / "tested")
    assert load_recording_or_log(folder, ran=True).packages == tested.packages
    with pytest.raises(RecordingError, match="is the log of a go test or a go vet, and such a log alone does not name"):
        load_recording_or_log(folder / "stderr", ran=False)


def test_a_log_without_hash_lines_is_named(logs: Logs) -> None:
    (logs[0] / "stderr").write_bytes(b"# example.com/app/lib\nlib.go:3: undefined: x\n")
    for place in (logs[0], logs[0] / "stderr"):
        with pytest.raises(RecordingError, match=r"stderr has no inputs of cache keys \(lines that begin with HASH\)"):
            load_recording_or_log(place, ran=False)


def test_a_log_that_is_cut_off_is_named_wherever_it_ends(logs: Logs) -> None:
    file = logs[0] / "stderr"
    text = file.read_bytes()
    within = text.rindex(b"HASH[link ")  # in the middle of a block
    file.write_bytes(text[: within + 40])
    for place in (file, logs[0]):
        with pytest.raises(RecordingError, match=r"stderr is cut off: the inputs of link \S+ have no end; build again"):
            load_recording_or_log(place, ran=False)
    file.write_bytes(text[: text.rindex(b"HASH[build ", 0, text.index(b"HASH[link "))])
    with pytest.raises(RecordingError, match="is cut off: the inputs of build "):
        load_recording_or_log(file, ran=False)


def test_a_log_that_ends_between_two_keys_does_not_fit_the_graph(logs: Logs) -> None:
    file = logs[0] / "stderr"
    file.write_bytes(file.read_bytes().partition(b"HASH[link ")[0])
    with pytest.raises(RecordingError, match=r"lacks the inputs of 1 of \d+ keys in graph.json, such as link of "):
        load_recording_or_log(logs[0], ran=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 2], "graph.json is no complete action graph: not JSON .*; build again"),
        (lambda _: b"{}", "graph.json is no complete action graph: not an action graph"),
        (
            lambda text: re.sub(rb'"TimeDone": "[^"]*"', b'"TimeDone": "0001-01-01T00:00:00Z"', text),
            "graph.json has no end: the go command was interrupted; build again",
        ),
    ],
)
def test_a_graph_that_is_no_whole_graph_is_named(logs: Logs, change: Callable[[bytes], bytes], message: str) -> None:
    graph = logs[0] / "graph.json"
    graph.write_bytes(change(graph.read_bytes()))
    with pytest.raises(RecordingError, match=message):
        load_recording_or_log(logs[0], ran=False)


def test_a_damaged_line_is_named(logs: Logs) -> None:
    file = logs[0] / "stderr"
    file.write_bytes(file.read_bytes().replace(b'"compile\\n"', b'"comp\\ile\\n"', 1))
    with pytest.raises(RecordingError, match="stderr is damaged: unknown escape .*; build again"):
        load_recording_or_log(file, ran=False)


def test_a_recording_stays_one(recorded: Callable[[str], list[Result]], tmp_path: Path) -> None:
    recorded("lib-edited")[0].save(tmp_path / "recording")
    assert load_recording_or_log(tmp_path / "recording", ran=True).command == ("go", "build", "./...")
    (tmp_path / "empty").mkdir()
    assert not is_plain_log(tmp_path / "empty")
    with pytest.raises(RecordingError, match="is no recording"):
        load_recording_or_log(tmp_path / "empty", ran=False)
