"""Where a repository's modules may come from, and what is said when it lacks something."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.caches.module_cache import own_module_cache
from pytest_gocache.checks.preconditions import refuse_dependent, what_it_lacks
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
    with pytest.raises(UsageError, match="is no module cache: it has no folder cache/download"):
        module_sources(tmp_path, {}, network=False)


@pytest.mark.parametrize("name", ["GOMODCACHE", "GOPATH", "HOME"])
def test_ones_own_module_cache_is_where_go_has_it(tmp_path: Path, name: str) -> None:
    folder = {"GOMODCACHE": tmp_path, "GOPATH": tmp_path / "pkg/mod", "HOME": tmp_path / "go/pkg/mod"}[name]
    ambient = {name: str(tmp_path)}
    assert own_module_cache(ambient) is None
    (folder / "cache/download").mkdir(parents=True)
    assert own_module_cache(ambient) == folder


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
