"""What differs between two scans of a module."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_gocache.results.file_tree import FileChange, FileState, FileTree, changed_files

FOLDER = (1, 1)


def changes(
    before: Mapping[str, FileState],
    now: Mapping[str, FileState],
    texts: tuple[Mapping[str, bytes], Mapping[str, bytes]] = ({}, {}),
    folder: tuple[int, int] = FOLDER,
) -> dict[str, FileChange]:
    old, new = texts
    return dict(changed_files(FileTree(FOLDER, before), old.get, FileTree(folder, now), new.get))


def test_files_that_come_and_go() -> None:
    state = FileState(3, 1)
    assert changes({"a": state, "b": state}, {"b": state, "c": state}) == {
        "a": FileChange.REMOVED,
        "c": FileChange.ADDED,
    }
    assert changes({"a": state}, {"a": state}) == {}


def test_another_size_is_another_content() -> None:
    assert changes({"a": FileState(3, 1)}, {"a": FileState(4, 1)}) == {"a": FileChange.CHANGED}


def test_contents_decide_where_both_are_known() -> None:
    states = {"a": FileState(3, 1)}, {"a": FileState(3, 2)}
    assert changes(*states, ({"a": b"one"}, {"a": b"two"})) == {"a": FileChange.CHANGED}
    assert changes(*states, ({"a": b"one"}, {"a": b"one"})) == {}
    assert changes(*states, ({"a": b"one"}, {})) == {"a": FileChange.NEW_TIME}


def test_a_content_of_a_different_size_is_out_of_date() -> None:
    assert changes({"a": FileState(3, 1)}, {"a": FileState(3, 2)}, ({"a": b"four"}, {"a": b"one"})) == {
        "a": FileChange.NEW_TIME
    }


def test_the_times_of_a_new_checkout_say_nothing() -> None:
    before, now = {"a": FileState(3, 1), "b": FileState(3, 1)}, {"a": FileState(3, 2), "b": FileState(3, 2)}
    assert changes(before, now, ({"b": b"one"}, {"b": b"two"}), folder=(1, 2)) == {"b": FileChange.CHANGED}
    # A checkout may have the times of the commits.
    assert changes(before, before, ({"a": b"one"}, {"a": b"two"}), folder=(1, 2)) == {"a": FileChange.CHANGED}
