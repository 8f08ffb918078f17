"""The lines about what is in no key."""

from __future__ import annotations

from pytest_gocache import FileChange, Input, InputKind, Untracked
from pytest_gocache.results.untracked import untracked_lines


def file(name: str, since: int = 1, change: FileChange = FileChange.CHANGED, package: str = "m/av") -> Untracked:
    return Untracked(Input(InputKind.FILE, name), since, change, package)


BACKEND = Untracked(Input(InputKind.READ_VARIABLE, "BACKEND"), 1)


def test_files_and_variables_share_a_line() -> None:
    assert untracked_lines([file("av/src/codec.c"), BACKEND]) == [
        "changed since step 1, and in no key: av/src/codec.c, environment BACKEND"
    ]
    assert untracked_lines([]) == []


def test_what_happened_to_a_file() -> None:
    assert untracked_lines([file("a", change=change) for change in FileChange]) == [
        "changed since step 1, and in no key: a, a (added), a (removed), a (same size, new time), a (outside of the module, new time)"
    ]


def test_files_elsewhere_and_other_steps_have_lines_of_their_own() -> None:
    readme = file("README.md", package="")
    assert not BACKEND.elsewhere
    assert untracked_lines([file("b", since=2), BACKEND, readme]) == [
        "changed since step 1, and in no key: environment BACKEND",
        "changed since step 1 outside of these packages, and in no key: README.md",
        "changed since step 2, and in no key: b",
    ]
    assert untracked_lines([readme]) == ["changed since step 1, and in no key: README.md"]


def test_a_long_list_is_cut() -> None:
    assert untracked_lines([file(str(number)) for number in range(7)]) == [
        "changed since step 1, and in no key: 0, 1, 2, 3, 4 and 2 more"
    ]
