"""ModuleCache on folders made by hand, and where a user's own module cache is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.caches.module_cache import ModuleCache, own_module_cache
from tests.read_only import read_only_tree


def test_a_module_cache_lists_what_was_downloaded(tmp_path: Path) -> None:
    modules = ModuleCache(tmp_path)
    assert modules.entries() == ()
    versions = tmp_path / "cache" / "download" / "example.com" / "!x" / "@v"
    versions.mkdir(parents=True)
    for name in ("v1.0.0.zip", "v1.0.0.mod", "v1.10.0-rc.1.zip", "list"):
        (versions / name).write_bytes(b"")
    assert modules.entries() == ("example.com/!x@v1.0.0", "example.com/!x@v1.10.0-rc.1")


def test_a_module_caches_clone_shares_nothing(tmp_path: Path) -> None:
    clone = ModuleCache(read_only_tree(tmp_path)).clone(tmp_path / "clone")
    file = "example.com/x@v1.0.0/x.go"
    assert (clone.path / file).read_bytes() == (tmp_path / "cache" / file).read_bytes()
    assert (clone.path / file).stat().st_nlink == 1
    clone.clear()
    assert (tmp_path / "cache" / file).exists()


@pytest.mark.parametrize("name", ["GOMODCACHE", "GOPATH", "HOME"])
def test_ones_own_module_cache_is_where_go_has_it(tmp_path: Path, name: str) -> None:
    folder = {"GOMODCACHE": tmp_path, "GOPATH": tmp_path / "pkg/mod", "HOME": tmp_path / "go/pkg/mod"}[name]
    ambient = {name: str(tmp_path)}
    assert own_module_cache(ambient) is None
    (folder / "cache/download").mkdir(parents=True)
    assert own_module_cache(ambient) == folder
