from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_gocache import InputKind, Kind, PatternError, Result, UsageError
from pytest_gocache.assertions.keys import assert_in_cache_key, assert_not_in_cache_key

Recorded = Callable[[str], list[Result]]


def test_the_toolchain_is_in_every_key(recorded: Recorded, go_version: str) -> None:
    build = recorded("from-nothing")[0]
    assert_in_cache_key(build, InputKind.TOOLCHAIN, value=go_version)
    with pytest.raises(AssertionError) as failure:
        assert_in_cache_key(build, InputKind.TOOLCHAIN, "./lib", value="go1.99")
    assert str(failure.value).splitlines() == [
        "toolchain with 'go1.99' is not in the cache key of 1 compile of `go build ./...` (step 1) [assert_in_cache_key]",
        f"  ./lib  toolchain: go{go_version}",
    ]


def test_a_folder_in_a_key_is_found(recorded: Recorded) -> None:
    build = recorded("from-nothing")[0]
    assert_not_in_cache_key(build, InputKind.TRIMPATH, "./...")
    with pytest.raises(
        AssertionError, match=r"(?s)directory is in the cache key of 1 compile of .*  ./lib  directory: /"
    ):
        assert_not_in_cache_key(build, InputKind.DIRECTORY, "./lib")


def test_an_input_that_a_key_does_not_have_is_named(recorded: Recorded) -> None:
    build = recorded("from-nothing")[0]
    with pytest.raises(AssertionError, match=r"(?s)file other.go is not in .*  ./lib  file lib.go: "):
        assert_in_cache_key(build, InputKind.FILE, "./lib", name="other.go")
    with pytest.raises(AssertionError, match="its key has no such input"):
        assert_in_cache_key(build, InputKind.TRIMPATH, "./lib")


def test_the_keys_of_links_and_tests_are_asked_for(recorded: Recorded) -> None:
    build, test = recorded("from-nothing")[:2]
    assert_in_cache_key(build, InputKind.IMPORT, "./cmd/app", name="example.com/app/lib", kind=Kind.LINK)
    assert_in_cache_key(test, InputKind.TEST_ARGUMENTS, "./lib", kind=Kind.TEST)


def test_bad_questions_are_refused(recorded: Recorded) -> None:
    build = recorded("from-nothing")[0]
    with pytest.raises(UsageError, match="assert_in_cache_key: the input is an InputKind, such as InputKind.TOOLCHAIN"):
        assert_in_cache_key(build, "toolchain")  # type: ignore[arg-type]
    with pytest.raises(PatternError, match="matches nothing"):
        assert_not_in_cache_key(build, InputKind.FILE, "./absent")
    with pytest.raises(UsageError, match="the kind is a Kind, such as Kind.LINK, and not 'link'"):
        assert_in_cache_key(build, InputKind.FILE, kind="link")  # type: ignore[arg-type]


def test_a_command_without_an_action_of_the_kind_passes_neither(recorded: Recorded) -> None:
    build = recorded("from-nothing")[0]
    for check in (assert_in_cache_key, assert_not_in_cache_key):
        with pytest.raises(UsageError, match=r"`go build ./...` .step 1. has no vet, and so no key of one"):
            check(build, InputKind.VET_TOOL, kind=Kind.VET)
