"""The test file that ``pytest-gocache init`` writes, fitted to a repository."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pytest_gocache.cli.repository_facts import RepositoryFacts, StampedProgram, TeamCommand

__all__ = ["starter_tests"]

_WIDTH = 88  # of the lines, as ruff and black format by default


def starter_tests(facts: RepositoryFacts) -> str:
    """The text of ``test_build_cache.py``: only tests that this repository can have, on the commands of its team."""
    env = bool(facts.env)
    body = "\n\n\n".join(
        [
            _build(facts),
            *_run_tests(facts),
            _SECOND,
            _touched(facts.source),
            _CI_JOB,
            *_new_version(facts.stamped, env),
            *_edit(facts, env),
            *([] if facts.test is None else [_UNCHANGED_TESTS]),
        ]
    )
    constants = [_tuple("PROGRAMS", [p.pattern for p in facts.programs])] if facts.programs else []
    constants += [f"ENV = {_literal(dict(facts.env))}"] if env else []
    imports = _imports([name for name in _ASSERTIONS if f"{name}(" in body])
    top = "\n\n".join([_HEAD, imports, *constants])
    return f"{top}\n\n\n{body}\n"


_ASSERTIONS = ("assert_cached", "assert_only_rebuilt", "assert_only_relinked", "assert_test_cached")
_HEAD = '''\
"""What the build cache does for the builds and the tests of this repository.

`pytest-gocache init` wrote this file for you to change. Each test gets a private copy
of the repository, and caches in which only the standard library is warm. A failure
names what ran, and the input of its cache key that changed.
"""

from __future__ import annotations

from pathlib import Path'''
_SECOND = """\
def test_a_second_build_compiles_nothing(go_repo: GoModule) -> None:
    build(go_repo)
    # A main package that only gets a new stamp, such as the time, does not count.
    assert_cached(build(go_repo), ignore_stamps=True)"""
_CI_JOB = '''\
def test_the_next_ci_job_compiles_nothing(go_repo: GoModule, tmp_path: Path) -> None:
    """A new machine has only a fresh checkout, and the GOCACHE of the last job."""
    build(go_repo)
    saved = go_repo.gocache.save(tmp_path / "gocache")
    next_job = go_repo.on_new_machine(path=go_repo.path, restore=[saved])
    assert_cached(build(next_job), ignore_stamps=True)'''
_UNCHANGED_TESTS = """\
def test_tests_do_not_run_again_without_a_change(go_repo: GoModule) -> None:
    run_tests(go_repo)
    assert_test_cached(run_tests(go_repo))"""


def _touched(file: str) -> str:
    return f'''\
def test_new_times_of_sources_compile_nothing(go_repo: GoModule) -> None:
    """`git checkout` gives files new times. Go compares their content."""
    build(go_repo)
    go_repo.touch({_literal(file)})
    assert_cached(build(go_repo), ignore_stamps=True)'''


def _literal(value: str | dict[str, str]) -> str:
    """A text, or a dict of texts, as Python source."""
    return json.dumps(value, ensure_ascii=False)


def _imports(assertions: Sequence[str]) -> str:
    names = sorted(["GoModule", "Result", *assertions])
    line = f"from pytest_gocache import {', '.join(names)}"
    return line if len(line) <= _WIDTH else "from pytest_gocache import (\n    " + ",\n    ".join(names) + ",\n)"


def _tuple(name: str, values: Sequence[str]) -> str:
    quoted = [_literal(value) for value in values]
    line = f"{name} = ({', '.join(quoted)}{',' if len(quoted) == 1 else ''})"
    return line if len(line) <= _WIDTH else f"{name} = (\n    " + ",\n    ".join(quoted) + ",\n)"


def _call(command: TeamCommand, env: bool, more: Sequence[str] = ()) -> str:  # noqa: FBT001 - whether there is one
    """The call that runs a command: ``build("./...")`` for a go command, ``exec("make", "build")`` for a program."""
    words = list(command.words)
    method = "exec"
    if words[0] == "go" and words[1:2] in (["build"], ["test"], ["install"]):
        method, words = words[1], words[2:]
    arguments = [*map(_literal, words), *more, *(["env=ENV"] if env else [])]
    call = f"repo.{method}({', '.join(arguments)})"
    if len(f"    return {call}") <= _WIDTH:
        return call
    return f"repo.{method}(\n        " + ",\n        ".join(arguments) + ",\n    )"


def _build(facts: RepositoryFacts) -> str:
    stamp = facts.stamped.stamp if facts.stamped else None
    if stamp is None or not stamp.make_variable:
        return _function("build", f"The build of the team{_from(facts.build)}.", _call(facts.build, bool(facts.env)))
    text = f"The build of the team{_from(facts.build)}. It stamps {stamp.make_variable} into {stamp.variable}."
    call = _call(facts.build, bool(facts.env), [f'f"{stamp.make_variable}={{version}}"'])
    return _function("build", text, call, ', version: str = "v1.0.0"')


def _run_tests(facts: RepositoryFacts) -> Iterator[str]:
    if facts.test is not None:
        text = f"The tests of the team{_from(facts.test)}."
        yield _function("run_tests", text, _call(facts.test, bool(facts.env)))


def _from(command: TeamCommand) -> str:
    return f", from {command.place}" if command.place else ""


def _function(name: str, docstring: str, call: str, more: str = "") -> str:
    return f'def {name}(repo: GoModule{more}) -> Result:\n    """{docstring}"""\n    return {call}'


def _new_version(stamped: StampedProgram | None, env: bool) -> Iterator[str]:  # noqa: FBT001 - as for _call
    if stamped is None:
        return
    stamp = stamped.stamp
    if stamp.make_variable:
        yield """\
def test_a_new_version_only_relinks(go_repo: GoModule) -> None:
    build(go_repo, "v1.0.0")
    assert_only_relinked(build(go_repo, "v1.0.1"))"""
        return
    more = ", env=ENV" if env else ""
    yield f'''\
def test_a_new_version_only_relinks(go_repo: GoModule) -> None:
    """{stamp.file}:{stamp.line} stamps {stamp.variable}."""
    stamp, program = "-ldflags=-X {stamp.variable}", {_literal(stamped.program.pattern)}
    go_repo.build(f"{{stamp}}=v1.0.0", program{more})
    assert_only_relinked(go_repo.build(f"{{stamp}}=v1.0.1", program{more}))'''


def _edit(facts: RepositoryFacts, env: bool) -> Iterator[str]:  # noqa: FBT001 - as for _call
    if not facts.programs:
        return
    more = ", env=ENV" if env else ""
    yield f"""\
def test_an_edited_program_compiles_nothing_else(go_repo: GoModule) -> None:
    go_repo.build(*PROGRAMS{more})
    go_repo.append({_literal(facts.source)}, "\\n// edited\\n")
    result = go_repo.build(*PROGRAMS{more})
    assert_only_rebuilt(result, {_literal(facts.programs[0].pattern)}, ignore_stamps=True)"""
