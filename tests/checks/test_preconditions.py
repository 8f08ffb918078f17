"""What a repository lacks, and what cannot be checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.checks.preconditions import refuse_dependent, what_it_lacks
from pytest_gocache.errors import UsageError


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (
            "lib.go:3:8: module lookup disabled by GOPROXY=off",
            "modules that it needs are not at hand: --go-modcache=DIR",
        ),
        ("package x: build constraints exclude all Go files in /x", "it uses cgo, and no C compiler was found"),
        ("go: go.mod requires go >= 1.99 (running go 1.27)", "it needs a newer toolchain: --go-toolchain=VERSION"),
        ("lib.go:3:8: undefined: x", ""),
    ],
)
def test_what_a_build_lacks_is_known_by_what_it_prints(printed: str, said: str) -> None:
    assert what_it_lacks(printed, None).startswith(said)
    assert bool(what_it_lacks(printed, None)) == bool(said)


def test_where_it_was_looked_is_said(tmp_path: Path) -> None:
    assert f"(looked in {tmp_path})" in what_it_lacks("module lookup disabled by GOPROXY=off", tmp_path)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "there is no go.mod and no go.work"),
        ({"go.mod": "module std\n"}, "is a part of Go"),
        ({"go.mod": "module a\n\nreplace b => ../b\n"}, "refers to ../b, outside of the repository"),
        ({"go.work": "go 1.21\n\nuse ../b\n"}, "refers to ../b, outside of the repository"),
    ],
)
def test_what_cannot_be_built_from_a_copy_is_refused(tmp_path: Path, files: dict[str, str], said: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        refuse_dependent(tmp_path)


def test_folders_inside_are_fine(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module a\n\nreplace b => ./b\n", encoding="utf-8")
    refuse_dependent(tmp_path)
