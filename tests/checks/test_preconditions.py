"""What a repository needs so that the ready-made checks can build a copy of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.checks.preconditions import missing_for_build, refuse_dependent
from pytest_gocache.errors import GoCacheError, RepositoryError
from pytest_gocache.host.source_place import SourcePlace


@pytest.mark.parametrize(
    ("printed", "advice"),
    [
        ("lib.go:3:8: module lookup disabled by GOPROXY=off", "the build needs modules that are not available: "),
        ("package x: build constraints exclude all Go files in /x", "the build uses cgo and found no C compiler: "),
        ("go: go.mod requires go >= 1.99 (running go 1.27)", "the build needs a newer toolchain: "),
        ("lib.go:3:8: undefined: x", ""),
    ],
)
def test_what_go_prints_says_what_a_build_needs(printed: str, advice: str) -> None:
    assert missing_for_build(printed, None).startswith(advice)
    assert bool(missing_for_build(printed, None)) == bool(advice)


def test_the_advice_names_the_module_cache_that_was_searched(tmp_path: Path) -> None:
    assert f"(looked in {tmp_path})" in missing_for_build("module lookup disabled by GOPROXY=off", tmp_path)


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ({"go.mod": "module std\n"}, RepositoryError, "is a part of Go"),
        ({"go.mod": "module a\n\nreplace b => ../b\n"}, RepositoryError, "refers to ../b, which is outside"),
        ({"go.work": "go 1.21\n\nuse ../b\n"}, RepositoryError, "refers to ../b, which is outside"),
    ],
)
def test_a_repository_that_does_not_build_from_a_copy_is_refused(
    tmp_path: Path, files: dict[str, str], error: type[GoCacheError], message: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        refuse_dependent(SourcePlace(tmp_path, tmp_path))


def test_a_replacement_inside_the_repository_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module a\n\nreplace b => ./b\n", encoding="utf-8")
    refuse_dependent(SourcePlace(tmp_path, tmp_path))


def test_what_the_copied_folder_contains_is_accepted(tmp_path: Path) -> None:
    module = tmp_path / "services/api"
    module.mkdir(parents=True)
    (module / "go.mod").write_text("module a\n\nreplace b => ../../b\n", encoding="utf-8")
    refuse_dependent(SourcePlace(tmp_path, module))
    (tmp_path / "go.work").write_text("go 1.21\n\nuse (\n\t./services/api\n\t../c\n)\n", encoding="utf-8")
    with pytest.raises(RepositoryError, match=r"/go.work refers to ../c, which is outside"):
        refuse_dependent(SourcePlace(tmp_path, module))
