"""The shell blocks of the pages about the command line run as they stand, one after the other, in the example project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_gocache import BuildCache, GoModule, GoToolchain
from tests.with_go.command_line import ROOT, User
from tests.with_pytest.test_docs import RUN_WHOLE

_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# The number of packages of the standard library depends on the version of Go.
_VARIES = re.compile(r" *[0-9.]+ s|of [0-9]+ packages|link of .*")


@pytest.fixture
def user(go_module: GoModule, gocache: BuildCache, go_toolchain: GoToolchain, store: Path) -> User:
    go_module.remove("go.mod")
    shutil.copytree(ROOT / "example_project", go_module.path, dirs_exist_ok=True)
    for flags in ((), ("-trimpath",)):
        go_module.build(*flags, "./...")  # the pages are not about a cold standard library
    user = User.of(go_module, gocache, go_toolchain, store)
    programs = go_module.path.parent / "programs"
    programs.mkdir()
    command = programs / "pytest-gocache"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pytest_gocache "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    user.env["PATH"] = f"{programs}:{user.env['PATH']}"
    return user


@pytest.mark.parametrize("page", RUN_WHOLE)
def test_the_blocks_of_a_page_run_and_print_what_it_shows(user: User, page: str) -> None:
    printed = ""
    for language, block in _BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8")):
        if language == "text":
            assert _VARIES.sub("", block) in _VARIES.sub("", printed)
            continue
        done = subprocess.run(
            ["sh", "-e", "-c", block],
            cwd=user.path,
            env=user.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        printed = done.stdout
    assert printed
