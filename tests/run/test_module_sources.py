"""Where a repository's modules may come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.run.module_sources import module_sources


@pytest.fixture
def modcache(tmp_path: Path) -> Path:
    (tmp_path / "mod cache/cache/download").mkdir(parents=True)
    return tmp_path / "mod cache"


def test_nothing_is_reachable_unless_somebody_says_so() -> None:
    assert module_sources(None, {"GOPROXY": "https://proxy.example.com", "HTTPS_PROXY": "x"}, network=False) == {}


def test_a_module_cache_is_read_as_a_proxy(modcache: Path) -> None:
    env = module_sources(modcache, {}, network=False)
    assert env == {"GOPROXY": f"file://{modcache.parent}/mod%20cache/cache/download"}


def test_the_network_comes_after_the_module_cache(modcache: Path) -> None:
    ambient = {"GOPROXY": "https://proxy.example.com", "GOPRIVATE": "example.com", "HOME": "/home/ann", "EDITOR": "ed"}
    env = module_sources(modcache, ambient, network=True)
    assert env["GOPROXY"].endswith("/mod%20cache/cache/download,https://proxy.example.com")
    assert (env["GOPRIVATE"], env["GOSUMDB"], env["NETRC"]) == ("example.com", "sum.golang.org", "/home/ann/.netrc")
    assert "EDITOR" not in env


def test_the_network_alone_is_gos_default() -> None:
    assert module_sources(None, {}, network=True)["GOPROXY"] == "https://proxy.golang.org,direct"


def test_a_folder_that_is_no_module_cache_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a module cache: it has no folder cache/download"):
        module_sources(tmp_path, {}, network=False)
