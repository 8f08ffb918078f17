"""The text of the tests that init writes."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from pytest_gocache.checks.stamps import Stamp
from pytest_gocache.cli.repository_facts import Program, RepositoryFacts, StampedProgram, TeamCommand
from pytest_gocache.cli.starter_tests import starter_tests

SERVER = Program("./cmd/server", "cmd/server/main.go")
MAKE = TeamCommand(("make", "build"), "Makefile:3")
MAKE_TEST = TeamCommand(("make", "test"), "Makefile:6")
GO = TeamCommand(("go", "build", "./..."), "")
VERSION = StampedProgram(Stamp("main.version", "VERSION", "Makefile", 3), SERVER)
RELEASE = StampedProgram(Stamp("main.version", "", ".goreleaser.yml", 9), SERVER)


def facts(
    *programs: Program,
    build: TeamCommand = GO,
    test: TeamCommand | None = None,
    stamped: StampedProgram | None = None,
    env: dict[str, str] | None = None,
) -> RepositoryFacts:
    source = programs[0].file if programs else "lib.go"
    return RepositoryFacts(programs, source, build, test, stamped, env or {}, ())


MANY = [Program(f"./cmd/program-{number}", f"cmd/program-{number}/main.go") for number in range(9)]
LONG = TeamCommand(
    ("go", "build", "-tags", "a,b,c,d", "-ldflags=-s -w", "./cmd/server", "./cmd/worker"), "gocache.toml"
)
ALL = [
    pytest.param(facts(), id="library"),
    pytest.param(facts(test=TeamCommand(("go", "test", "./..."), "")), id="library with tests"),
    pytest.param(facts(SERVER, build=MAKE, test=MAKE_TEST, stamped=VERSION), id="make"),
    pytest.param(facts(SERVER, build=MAKE, stamped=VERSION, env={"GOFLAGS": "-trimpath"}), id="environment"),
    pytest.param(facts(*MANY, build=LONG, stamped=RELEASE), id="many programs and a long command"),
]


@pytest.mark.parametrize("known", ALL)
def test_the_text_is_formatted_python_without_an_unused_name(known: RepositoryFacts) -> None:
    text = starter_tests(known)
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["format", "--isolated", "--check"], ["check", "--isolated", "--select=E,F,I,W,UP,PT"]):
        done = subprocess.run([*ruff, *command, "-"], input=text, capture_output=True, text=True, check=False, timeout=60)  # fmt: skip
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{text}"


def names_in(text: str) -> list[str]:
    return [one.name.removeprefix("test_") for one in ast.parse(text).body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]  # fmt: skip


def test_a_repository_gets_the_tests_that_it_can_have() -> None:
    least = [
        "a_second_build_compiles_nothing",
        "new_times_of_sources_compile_nothing",
        "the_next_ci_job_compiles_nothing",
    ]
    assert names_in(starter_tests(facts())) == least
    assert names_in(starter_tests(facts(SERVER, test=MAKE_TEST, stamped=VERSION))) == [
        *least,
        "a_new_version_only_relinks",
        "an_edited_program_compiles_nothing_else",
        "tests_do_not_run_again_without_a_change",
    ]


def test_a_make_variable_stamps_through_the_build_of_the_team() -> None:
    text = starter_tests(facts(SERVER, build=MAKE, stamped=VERSION))
    assert 'def build(repo: GoModule, version: str = "v1.0.0") -> Result:\n' in text
    assert '"""The build of the team, from Makefile:3. It stamps VERSION into main.version."""\n' in text
    assert '    return repo.exec("make", "build", f"VERSION={version}")\n' in text
    assert '    assert_only_relinked(build(go_repo, "v1.0.1"))\n' in text


def test_any_other_stamp_goes_into_a_go_build_of_the_program_that_has_the_variable() -> None:
    text = starter_tests(facts(SERVER, build=MAKE, stamped=RELEASE, env={"GOFLAGS": "-trimpath"}))
    assert '    """.goreleaser.yml:9 stamps main.version."""\n' in text
    assert '    stamp, program = "-ldflags=-X main.version", "./cmd/server"\n' in text
    assert '    assert_only_relinked(go_repo.build(f"{stamp}=v1.0.1", program, env=ENV))\n' in text
    assert '\nENV = {"GOFLAGS": "-trimpath"}\n' in text


def test_a_go_command_is_a_method() -> None:
    text = starter_tests(facts(SERVER, build=GO, test=TeamCommand(("go", "test", "-race", "./..."), "gocache.toml")))
    assert '    return repo.build("./...")\n' in text
    assert '    """The tests of the team, from gocache.toml."""\n    return repo.test("-race", "./...")\n' in text


def test_quotation_marks_and_backslashes_of_a_command_are_kept() -> None:
    words = ("sh", "-c", 'echo """ \\d \'; make 😀')
    text = starter_tests(facts(build=TeamCommand(words, "gocache.toml")))
    calls = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and "repo.exec" in ast.unparse(node)
    ]
    assert [ast.literal_eval(argument) for argument in calls[0].args] == list(words)
