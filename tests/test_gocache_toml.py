"""gocache.toml: what it may say, and what a mistake in it is answered with."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.gocache_toml import Accepted, NamedToolchain, RepositoryConfig, accept_more, read_config


def written(folder: Path, text: str) -> RepositoryConfig:
    (folder / "gocache.toml").write_text(text, encoding="utf-8")
    return read_config(folder)


def test_no_file_says_nothing(tmp_path: Path) -> None:
    assert read_config(tmp_path) == RepositoryConfig()


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert written(tmp_path, "") == RepositoryConfig()


def test_all_that_it_may_say(tmp_path: Path) -> None:
    config = written(
        tmp_path,
        """
        [toolchains.now]
        version = "1.25.5"

        [toolchains.next]
        path = "sdk/go1.27"
        env = { GOEXPERIMENT = "x" }

        [build]
        command = ["make", "build"]

        [[accept]]
        test = "test_ci.py::*"
        change = "vet *"
        reason = "vet is cached since Go 1.26"
        """,
    )
    assert config.toolchains == {
        "now": NamedToolchain("1.25.5"),
        "next": NamedToolchain(str(tmp_path / "sdk/go1.27"), {"GOEXPERIMENT": "x"}),
    }
    assert config.build == ("make", "build")
    assert config.accepted == (Accepted("test_ci.py::*", "*", "vet *", "vet is cached since Go 1.26"),)


def test_the_folder_that_is_copied_and_the_modules(tmp_path: Path) -> None:
    config = written(tmp_path, '[repo]\nroot = "../.."\nmodules = ["services/api"]\n')
    assert (config.root, config.modules) == ("../..", ("services/api",))
    config = written(tmp_path, '[repo]\nmodules = ["services/api"]\n')
    assert config.root == "."
    assert written(tmp_path, "").root is None


def test_tests_may_be_switched_off(tmp_path: Path) -> None:
    assert written(tmp_path, "").tests_enabled
    config = written(tmp_path, "[test]\nenabled = false\n")
    assert (config.tests_enabled, config.test) == (False, ())
    assert written(tmp_path, '[test]\nenabled = true\ncommand = ["make", "t"]\n').test == ("make", "t")
    with pytest.raises(UsageError, match="test.enabled is a boolean, not 'no'"):
        written(tmp_path, "[test]\nenabled = 'no'\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("toolchain = 1", "there is no key 'toolchain'; did you mean 'toolchains'?"),
        ("xyz = 1", "there is no key 'xyz'; it has toolchains, accept, build"),
        ("toolchains = 1", "toolchains is a table, not 1"),
        ("[toolchains]\nnow = '1.25.5'", "toolchains.now is a table, not '1.25.5'"),
        ("[toolchains.now]\nverison = '1.25.5'", "there is no key 'toolchains.now.verison'; did you mean 'version'?"),
        ("[toolchains.now]\nversion = 1.25", "toolchains.now.version is a string, not 1.25"),
        ("[toolchains.now]", "toolchains.now needs either a 'version' or a 'path'"),
        ("[toolchains.now]\nversion='1.25.5'\npath='x'", "toolchains.now needs either a 'version' or a 'path'"),
        ("[toolchains.now]\nversion='1.25.5'\nenv={A=1}", "toolchains.now.env.A is a string without NUL, not 1"),
        ("[[accept]]\ntest='a'\nresaon='b'", "there is no key 'accept (number 1).resaon'; did you mean 'reason'?"),
        ("[[accept]]\ntest='a'\nchange='b'", "accept (number 1) needs a 'reason'"),
        ("[[accept]]\ntest='a'\nreason=''", "accept (number 1) needs a 'reason'"),
        ("[[accept]]\nreason='a'", "accept (number 1) needs a 'test'"),
        ("accept = ['a']", "accept (number 1) is a table, not 'a'"),
        ("[build]\ncommand = 'make'", "build.command is a list, not 'make'"),
        ("[build]\ncommand = []", "build.command is a list of words, like"),
        ("[build]", "build needs a command, like"),
        ("[build]\ncommand = ['make', 1]", "build.command is a list of words, like"),
        ("[build]\nenv = { A = 1 }", "build.env.A is a string without NUL, not 1"),
        ("[test]", "test needs a 'command'"),
        ("[ci]\nmtimes = 'then'", "ci.mtimes is 'now', 'keep', 'commit' or a number"),
        ("[repo]\nmodules = ['']", "repo.modules is a list of folders, like"),
        ("[repo]\nroots = '.'", "there is no key 'repo.roots'; did you mean 'root'?"),
        ("[ci]\nmtimes = nan", "ci.mtimes is 'now', 'keep', 'commit' or a number"),
        ("[ci]\nmtimes = 1e300", "ci.mtimes is 'now', 'keep', 'commit' or a number"),
        ("[build", "is not TOML"),
        (f"[ci]\nmtimes = {'9' * 5000}", "is not TOML"),
        (f"accept = {'[' * 5000}", "its arrays or tables are nested too deeply"),
        (f"accept = {'[' * 5000}{']' * 5000}", "its arrays or tables are nested too deeply"),
        (f"accept = {'{a=' * 5000}1{'}' * 5000}", "its arrays or tables are nested too deeply"),
        (
            "[toolchains.x]\npath = '~nobody-of-this-name/y'",
            "x.path = '~nobody-of-this-name/y': `~` has no home folder",
        ),
        ('go_repo = "a\\u0000b"', "go_repo has a NUL"),
        ('[toolchains.x]\npath = "a\\u0000b"', "toolchains.x.path has a NUL"),
        ('[build]\ncommand = ["a\\u0000b"]', "build.command is a list of words"),
        ('[build]\nenv = { A = "a\\u0000b" }', "build.env.A is a string without NUL"),
    ],
)
def test_mistakes_name_the_file_the_key_and_the_nearest_right_one(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=rf"gocache\.toml.*{re.escape(said)}"):
        written(tmp_path, text)


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "gocache.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"gocache\.toml cannot be read"):
        read_config(tmp_path)


def test_entries_that_are_added_are_read_back_literally(tmp_path: Path) -> None:
    before = "[ci]\nmtimes = 'keep'"
    names = ["a*[x]", 'quote " back \\ tab \t delete \x7f', "example.com/é😀"]
    file = tmp_path / "gocache.toml"
    added = accept_more(before, [Accepted("checks.py::test_x", "*", name, "why") for name in names], file)
    file.write_text(before + added, encoding="utf-8")
    read = read_config(tmp_path)
    assert read.mtimes == "keep"
    assert [[fnmatchcase(name, entry.change) for entry in read.accepted] for name in names] == [
        [one == other for other in names] for one in names
    ]


def test_no_entry_is_added_to_an_inline_array(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no \[\[accept\]\] can be added"):
        accept_more("accept = []\n", [Accepted("t", "*", "*", "why")], tmp_path / "gocache.toml")
