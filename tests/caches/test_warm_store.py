"""WarmStore: a store that is only read, and the folder that an error names. Its entries: tests/with_pytest."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pytest_gocache import BuildCache, StoreError
from pytest_gocache.caches.private_copy import DamagedError
from pytest_gocache.caches.warm_store import WarmStore


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    """The description of an entry that was not used for long."""
    (tmp_path / "entry.json").write_text("{}", encoding="utf-8")
    os.utime(tmp_path / "entry.json", (1, 1))
    return tmp_path / "entry.json"


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT])
def test_a_read_only_store_is_used_without_a_record_of_it(
    entry: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "utime", refuse)
    if code == errno.ENOENT:
        with pytest.raises(FileNotFoundError):  # deleted meanwhile: the caller makes it again
            WarmStore._mark_used(entry)  # noqa: SLF001
    else:
        WarmStore._mark_used(entry)  # noqa: SLF001


@pytest.mark.parametrize(
    ("error", "where", "words"),
    [
        (OSError(errno.ENOSPC, "full"), None, "^the store of warm caches .*/store cannot be used: full\nmake room"),
        (
            OSError(errno.ENOSPC, "full"),
            "test",
            "^.*/test cannot be written: full\nthe store .*/store is fine: make room",
        ),
        (OSError(errno.EDQUOT, "full", "store/a", None, "test/b"), "test", "^.*/test cannot be written: full"),
        (OSError(errno.ENOSPC, "full", "store/a"), "test", "^the store of warm caches .* cannot be used: full"),
        (OSError(errno.ENOSPC, "full", "test/b"), None, "^.*/test cannot be written: full"),
        (
            OSError(errno.EIO, "broken", "store/a"),
            "test",
            r"cannot be used: broken \(.*store/a\)\nmake room or name another folder: --gocache-dir, or the ini option gocache_dir$",
        ),
        (OSError(errno.EROFS, "read-only", "store/a"), None, "cannot be used: read-only .*\na read-only store serves"),
    ],
)
def test_an_error_names_the_folder_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, where: str | None, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("store", "test"):
        (tmp_path / name).mkdir()
    store = WarmStore(tmp_path / "store", {}, lambda _: None, 0)
    for name in ("filename", "filename2"):
        if getattr(error, name):
            setattr(error, name, str(tmp_path / getattr(error, name)))
    with pytest.raises(Exception, match=words):
        raise store._unusable(error, tmp_path / where if where else None)  # noqa: SLF001


@pytest.mark.parametrize("failure", [DamagedError("store/a-d"), FileNotFoundError("store/a-d")])
def test_an_entry_that_is_lost_or_damaged_again_and_again_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    store = WarmStore(tmp_path / "store", {}, lambda _: None, 0)
    entry = tmp_path / "store" / "warm" / "family" / "entry"
    entry.mkdir(parents=True)
    monkeypatch.setattr(store, "_entry_for", lambda *_, **__: entry)
    monkeypatch.setattr(store, "_put", mock.Mock(side_effect=failure))
    toolchain, variant = mock.Mock(), mock.Mock()
    with pytest.raises(StoreError, match=r"was lost or damaged 3 times in a row: store/a-d"):
        store.warm(BuildCache(tmp_path / "cache"), toolchain, variant, frozenset())
