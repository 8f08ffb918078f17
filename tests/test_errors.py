"""The exceptions: every one pickles (pytest-xdist sends them between processes) and says what happened."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Iterator

import pytest
from inline_snapshot import snapshot

from pytest_gocache import errors
from pytest_gocache.errors import GoCacheError, GoCacheWarning, GoCommandError, GoTimeoutError, RerunError

COMMAND = ("go", "build", "./...")
INSTANCES: list[Exception] = [
    errors.UsageError("usage"),
    errors.NoEvidenceError("evidence"),
    errors.PatternError("pattern"),
    errors.ScriptError("script"),
    errors.ModuleFileError("file"),
    errors.RecordingError("recording"),
    errors.RepositoryError("repository"),
    errors.ToolchainError("toolchain"),
    errors.StoreError("store"),
    errors.ActionGraphError("graph"),
    errors.HashLogError("log"),
    GoCommandError(COMMAND, "/src/app", 1, "out\n", "lib.go:1:1: no\n"),
    GoTimeoutError(
        COMMAND, "/src/app", -9, "", "", 2.5, "compiled before that: nothing", ["a.b/c"], "goroutine 1 [x]:"
    ),
    RerunError(COMMAND, "/src/app", 1, "", "lib.go:1:1: expected 'package'\n"),
    GoCacheWarning("beware"),
]


def below(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        yield from below(child)


def test_no_class_is_forgotten_here() -> None:
    mine = {k for k in [*below(GoCacheError), *below(GoCacheWarning)] if k.__module__.startswith("pytest_gocache.")}
    leaves = {kind for kind in mine if not kind.__subclasses__()}
    assert leaves <= {type(instance) for instance in INSTANCES}
    assert {kind.__name__ for kind in mine} == set(errors.__all__) - {"called", "printable"}


@pytest.mark.parametrize("error", INSTANCES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_error_survives_pickling(error: Exception, protocol: int) -> None:
    for other in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert type(other) is type(error)
        assert str(other) == str(error)
        assert other.args == error.args
        assert vars(other) == vars(error)


@pytest.mark.parametrize("error", INSTANCES, ids=lambda error: type(error).__name__)
def test_every_error_has_the_root_and_a_message(error: Exception) -> None:
    assert isinstance(error, GoCacheError) is not isinstance(error, UserWarning)
    assert str(error).strip()
    assert not isinstance(error, AssertionError | OSError | ValueError)


def test_the_warning_is_one_that_users_can_filter() -> None:
    with pytest.warns(GoCacheWarning, match="beware"):
        warnings.warn(GoCacheWarning("beware"), stacklevel=1)


def test_a_failed_command_says_what_ran_where_and_what_it_printed() -> None:
    error = GoCommandError(["go", "vet"], "/src/app", 2, "", "x.go:1:1: no\n")
    assert error.command == ("go", "vet")
    assert (error.cwd, error.returncode, error.stdout, error.stderr) == ("/src/app", 2, "", "x.go:1:1: no\n")
    assert str(error) == snapshot("""\
`go vet` failed with exit status 2 in /src/app
stderr:
x.go:1:1: no\
""")


def test_an_argument_that_is_not_utf_8_is_escaped() -> None:
    error = GoCommandError(["go", "run", "a\udcff"], "/\udcfe", 1, "", "")
    assert str(error) == snapshot("`go run a\\udcff` failed with exit status 1 in /\\udcfe")
    assert error.command[2] == "a\udcff"


def test_a_killed_command_names_the_signal() -> None:
    assert "was killed by signal 11" in str(GoCommandError(COMMAND, "/", -11, "", ""))


def test_a_timeout_says_how_long_it_waited() -> None:
    error = GoTimeoutError(COMMAND, "/", -9, "so far\n", "", 2.5, "compiled before that: nothing")
    assert error.seconds == 2.5
    assert "compiled before that: nothing\nto allow more: the ini option gocache_timeout (0: no limit)" in str(error)
    assert "did not finish within 2.5 seconds" in str(error)
    assert "so far" in str(error)
    assert isinstance(error, GoCommandError)


def test_a_timeout_shows_the_goroutines_of_tests_in_place_of_the_end_of_stdout() -> None:
    error = GoTimeoutError(
        COMMAND, "/", 1, "rip 0x1\n", "go: x\n", 9, "still running: c", ["c"], "goroutine 5 [select]:"
    )
    assert str(error) == snapshot("""\
`go build ./...` did not finish within 9 seconds and was killed, with every process it started, in /
still running: c
to allow more: the ini option gocache_timeout (0: no limit); build, test and exec also take timeout=
stderr:
go: x
goroutines of the tests:
goroutine 5 [select]:\
""")
    assert (error.packages, error.goroutines, error.stdout) == (("c",), "goroutine 5 [select]:", "rip 0x1\n")


def test_long_output_is_cut_to_its_end() -> None:
    error = GoCommandError(COMMAND, "/", 1, "", "".join(f"line {n}\n" for n in range(1000)))
    assert "... 940 lines above" in str(error)
    assert "line 999" in str(error)
    assert "line 939\n" not in str(error)
    assert error.stderr.startswith("line 0\n")


def test_the_public_name_comes_in_front_of_the_message() -> None:
    with pytest.raises(errors.PatternError) as caught, errors.called("assert_cached"):
        raise errors.PatternError("no such package")
    assert str(caught.value) == "assert_cached: no such package"
    assert str(pickle.loads(pickle.dumps(caught.value))) == "assert_cached: no such package"  # noqa: S301 - our own
