"""Assertions on the modules that recorded commands downloaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from inline_snapshot import snapshot

from pytest_gocache import Result
from pytest_gocache.assertions.downloads import assert_downloaded, assert_no_downloads
from tests.messages import failure

Recorded = Callable[[str], list[Result]]


def test_verdicts(recorded: Recorded) -> None:
    first, again, cleared = recorded("downloaded")
    assert_downloaded(first)
    assert_downloaded(first, "example.com/Dep", "example.com/Dep@v1.0.0")
    assert_no_downloads(again)
    assert_downloaded(cleared, "example.com/Dep")


def test_assert_downloaded_fails(recorded: Recorded, tmp_path: Path) -> None:
    first, again, _ = recorded("downloaded")
    assert failure(assert_downloaded, first, "example.com/Dep@v1.1.0", "example.com/other") == snapshot("""\
`go build ./use` (step 1) did not download example.com/Dep@v1.1.0, example.com/other [assert_downloaded]
  downloaded: example.com/Dep@v1.0.0\
""")
    assert failure(assert_downloaded, again) == snapshot("""\
`go build ./use` (step 2) did not download any module [assert_downloaded]
  downloaded: nothing\
""")
    versions = tmp_path / "cache" / "download" / "example.com" / "!dep" / "@v"
    versions.mkdir(parents=True)
    (versions / "v1.0.0.zip").write_bytes(b"")
    here = replace(again, circumstances=replace(again.circumstances, modcache=tmp_path))
    assert failure(assert_downloaded, here, "example.com/Dep") == snapshot("""\
`go build ./use` (step 2) did not download example.com/Dep [assert_downloaded]
  downloaded: nothing
  in the module cache: example.com/Dep@v1.0.0\
""")


def test_assert_no_downloads_fails(recorded: Recorded) -> None:
    first, _, cleared = recorded("downloaded")
    assert failure(assert_no_downloads, first) == snapshot("""\
1 module was downloaded by `go build ./use` (step 1) [assert_no_downloads]
  example.com/Dep@v1.0.0
restore GOMODCACHE together with GOCACHE: Go downloads every module that GOMODCACHE lacks\
""")
    assert failure(assert_no_downloads, cleared) == snapshot("""\
1 module was downloaded by `go build ./use` (step 3) [assert_no_downloads]
  example.com/Dep@v1.0.0  step 1 also downloaded it
restore GOMODCACHE together with GOCACHE: Go downloads every module that GOMODCACHE lacks\
""")
