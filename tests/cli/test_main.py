from __future__ import annotations

import pytest

from pytest_gocache.cli import main as module
from pytest_gocache.cli.common import BROKEN
from pytest_gocache.cli.main import main


def test_help_fits_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], *([name, "--help"] for name in module._COMMANDS)):  # noqa: SLF001
        with pytest.raises(SystemExit) as exits:
            main(words)
        out = capsys.readouterr().out
        assert exits.value.code == 0
        assert out.startswith("usage: pytest-gocache")
        assert "exit status" in out
        assert out.count("\n") <= 40
        assert max(map(len, out.splitlines())) <= 130


def test_wrong_arguments_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    for words, message in (([], "COMMAND"), (["rekord"], "invalid choice: 'rekord'"), (["record", "--", "go"], "DIR")):
        with pytest.raises(SystemExit) as exits:
            main(words)
        assert exits.value.code == BROKEN
        assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["record", "r", "go", "build"],
            "record: error: unrecognized arguments: go build; the program to run comes after --",
        ),
        (
            ["why", "--fast", "--", "go"],
            "why: error: unrecognized arguments: --fast; the program to run comes after --",
        ),
        (["diff", "a", "b", "c"], "diff: error: unrecognized arguments: c"),
        (["diff", "a", "b", "--", "go", "build"], "diff: error: unrecognized arguments: -- go build"),
    ],
)
def test_what_a_command_does_not_take_is_named(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exits:
        main(words)
    assert exits.value.code == BROKEN
    err = capsys.readouterr().err
    assert err.startswith(f"usage: pytest-gocache {words[0]} ")
    assert err.endswith(f"{message}\n")


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.startswith("pytest-gocache 0.")


def test_an_error_is_one_line_with_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "somewhere", "--"]) == BROKEN
    assert capsys.readouterr().err.startswith("pytest-gocache record: no program to run")
