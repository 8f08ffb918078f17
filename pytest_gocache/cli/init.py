"""``pytest-gocache init [REPO]``: the first tests of a repository's build cache, and a CI job for them."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pytest_gocache.cli.ci_jobs import CiJob, ci_job
from pytest_gocache.cli.common import say
from pytest_gocache.cli.repository_facts import facts_of
from pytest_gocache.cli.starter_tests import starter_tests
from pytest_gocache.errors import UsageError
from pytest_gocache.host.find_repository import git_top, repository_above

__all__ = ["add_arguments"]

_TESTS = "cache_tests"
_FILE = "test_build_cache.py"
_EPILOG = """\
init asks `go list` for the programs, and reads the build files as the ready-made checks do. It writes
cache_tests/test_build_cache.py and, for GitHub Actions, .github/workflows/build-cache.yml. For GitLab, CircleCI and
Jenkins it prints the job, since their jobs are in one file. No file that exists is changed.

exit status: 0; 2 for a repository that cannot be read, and for a file that exists
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("repo", metavar="REPO", nargs="?", default=".", help="the Go repository (default: this folder)")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    named = Path(arguments.repo)
    if not named.is_dir():
        raise UsageError(f"there is no folder {named}")
    root = repository_above(named.resolve())
    if root is None:
        raise UsageError(
            f"there is no go.mod and no go.work in {named.resolve()} or above: name the folder of a module"
        )
    top = git_top(root) or root
    tests = root / _TESTS
    job = ci_job(top, str(tests.relative_to(top)))
    files = {tests / _FILE: ""} | ({top / job.file: job.text} if job and job.own_file else {})
    _refuse_existing(files)  # before anything is written, and before go runs
    facts = facts_of(root, os.environ)
    files[tests / _FILE] = starter_tests(facts)
    for sentence in facts.told:
        say(sentence)
    _write(files)
    for file in files:
        print(f"wrote {os.path.relpath(file)}")  # noqa: T201 - a command line prints
    print(_about(job, str(tests.relative_to(top))))  # noqa: T201
    print(f"next: pytest {shlex.quote(os.path.relpath(tests))}")  # noqa: T201
    return 0


def _about(job: CiJob | None, tests: str) -> str:
    if job is None:
        return (
            "no CI job: there are no files of GitHub Actions, GitLab, CircleCI or Jenkins. In CI, run\n"
            f"  pip install 'pytest-gocache[go]'\n  pytest {shlex.quote(tests)}\n"
            "and keep the folder ~/.cache/pytest-gocache between jobs"
        )
    if job.own_file:
        return f"{job.host} runs the tests for pull requests, and for pushes to main"
    return f"for {job.host}, add this job to {job.file}:\n\n{job.text}"


def _refuse_existing(files: Mapping[Path, str]) -> None:
    for file in files:
        if os.path.lexists(file):
            raise UsageError(f"{file} exists, and init changes no file: move it away, and run init again")


def _write(files: Mapping[Path, str]) -> None:
    written: list[Path] = []
    folders: list[Path] = []
    try:
        for file, text in files.items():
            folders += [folder for folder in (file.parent, *file.parent.parents) if not folder.exists()]
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as out:
                written.append(file)
                out.write(text)
    except OSError as error:
        for file in written:
            file.unlink()
        for folder in folders:  # the inner ones first
            with suppress(OSError):
                folder.rmdir()
        raise UsageError(f"{error.filename or file} cannot be written: {error.strerror or error}") from error
