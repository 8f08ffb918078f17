"""``pytest-gocache store``: lists entries, and deletes unused ones."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from pytest_gocache.cli import store
from pytest_gocache.cli.common import BROKEN
from pytest_gocache.cli.main import main

DAY = 86400
MB = 1024**2


def put(root: Path, name: str, *packages: str, variant: str = "go1.27.3", days: float = 0, size: int = 61 * MB) -> Path:
    folder = root / "warm" / "go1.27.3-x" / name
    (folder / "cache").mkdir(parents=True)
    file = folder / "entry.json"
    file.write_text(json.dumps({"variant": variant, "packages": packages, "bytes": size}), encoding="utf-8")
    moment = time.time() - days * DAY
    os.utime(file, (moment, moment))
    return folder


def test_entries_are_listed_the_last_used_one_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, "a", days=1.5)
    put(tmp_path, "b", "net/http", "fmt", variant="go1.27.3 -race", days=40, size=1234 * MB + MB // 2)
    put(tmp_path, "c", "fmt", size=MB * 9 // 10)
    assert main(["store", "--dir", str(tmp_path)]) == 0
    assert (
        capsys.readouterr().out
        == f"""\
{tmp_path}: 3 entries, 1,296 MB
  go1.27.3        fmt                        1 MB  used today
  go1.27.3        what every test needs     61 MB  unused for 1 day
  go1.27.3 -race  net/http and 1 more    1,234 MB  unused for 40 days
"""
    )


def test_what_was_unused_for_longer_is_deleted_and_never_what_was_just_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, now = put(tmp_path, "a", days=40), put(tmp_path, "b", days=5), put(tmp_path, "c")
    assert main(["store", "--dir", str(tmp_path), "--delete-unused", "30"]) == 0
    assert capsys.readouterr().out.startswith(f"deleted from {tmp_path}: 1 entry, 61 MB\n")
    assert [folder.exists() for folder in (old, new, now)] == [False, True, True]
    assert main(["store", "--dir", str(tmp_path), "--delete-unused", "0"]) == 0
    assert [folder.exists() for folder in (old, new, now)] == [False, False, True]
    assert not list((tmp_path / "tmp").iterdir())


def test_the_days_since_the_last_use() -> None:
    assert store._ago(time.time()) == "used today"  # noqa: SLF001 - a text of this command


def test_an_empty_store_and_a_damaged_description(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["store", "--dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path}: 0 entries, 0 MB\n"
    (put(tmp_path, "a") / "entry.json").write_text("{", encoding="ascii")
    assert main(["store", "--dir", str(tmp_path)]) == 0
    assert "unreadable" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dir", "none"], "--dir: there is no folder none"),
        (["--delete-unused", "-1"], "--delete-unused: -1 is no number of days"),
        (["--delete-unused", "nan"], "--delete-unused: nan is no number of days"),
    ],
)
def test_wrong_arguments_are_named(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["store", *words]) == BROKEN
    assert capsys.readouterr().err == f"pytest-gocache store: {message}\n"


def test_a_store_that_cannot_be_used_is_named_with_the_option_of_this_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tmp").write_text("", encoding="ascii")
    assert main(["store", "--dir", str(tmp_path), "--delete-unused", "30"]) == BROKEN
    assert capsys.readouterr().err == (
        f"pytest-gocache store: the store of warm caches {tmp_path} cannot be used: File exists ({tmp_path / 'tmp'})\n"
        "make room or name another folder: --dir\n"
    )
