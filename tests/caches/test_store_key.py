"""The key of the store: what changes it, and what does not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pytest_gocache.caches.store_key import store_key
from pytest_gocache.golang.version import GoVersion

GO = [GoVersion.parse("go1.27.3")]
AMBIENT = {"PATH": "/nowhere"}


def put(store: Path, folder: str, packages: list[str], extras: list[str]) -> None:
    file = store / "warm" / folder / "entry.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"packages": packages, "extras": extras, "made": len(folder)}), encoding="utf-8")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    put(tmp_path, "1.27.3-aa/1", [], [])
    return tmp_path


def test_the_key_of_an_empty_store_is_a_prefix_of_all_its_later_keys(store: Path, tmp_path: Path) -> None:
    empty = store_key(tmp_path / "nothing", GO, AMBIENT)
    assert empty.endswith("-go1.27.3-nocc")
    assert store_key(store, GO, AMBIENT).startswith(f"{empty}-")


@pytest.mark.parametrize(
    ("folder", "packages", "extras"),
    [("1.27.3-aa/2", ["net/http"], []), ("1.27.3-bb/1", [], []), ("1.27.3-aa/2", [], ["-tags=x"])],
)
def test_a_new_entry_changes_the_key(store: Path, folder: str, packages: list[str], extras: list[str]) -> None:
    before = store_key(store, GO, AMBIENT)
    put(store, folder, packages, extras)
    assert store_key(store, GO, AMBIENT) != before


def test_an_entry_for_a_reinstalled_toolchain_changes_nothing(store: Path) -> None:
    before = store_key(store, GO, AMBIENT)
    put(store, "1.27.3-aa/reinstalled", [], [])
    assert store_key(store, GO, AMBIENT) == before


@pytest.mark.parametrize("file", ["toolchains/go1.26.6/go/VERSION", "programs/shim-1"])
def test_toolchains_and_programs_are_content(store: Path, file: str) -> None:
    before = store_key(store, GO, AMBIENT)
    (store / file).parent.mkdir(parents=True)
    (store / file).write_text("")
    assert store_key(store, GO, AMBIENT) != before


def test_the_c_compiler_and_each_version_are_in_the_key(store: Path, tmp_path: Path) -> None:
    (tmp_path / "gcc").write_text("#!/bin/sh\n")
    (tmp_path / "gcc").chmod(0o755)
    ambient = {"PATH": str(tmp_path)}
    first = store_key(store, GO, ambient)
    os.utime(tmp_path / "gcc", (1, 1))
    assert len({first, store_key(store, GO, ambient), store_key(store, GO, AMBIENT)}) == 3
    two = [GoVersion.parse("1.27.3"), GoVersion.parse("1.25.5"), GoVersion.parse("1.27.3")]
    assert "-go1.25.5-go1.27.3-" in store_key(store, two, AMBIENT)


def test_the_key_has_no_letter_that_a_cache_service_refuses(store: Path) -> None:
    key = store_key(store, [GoVersion.parse("devel go1.28-abc, X:loopvar")], AMBIENT)
    assert not set(key) & set(", /:")
