"""What the pipeline relies on, whatever the shop imports. After a Go upgrade, read these results first."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache import (
    BuildCache,
    GoModule,
    assert_cached,
    assert_only_rebuilt,
    assert_rebuilt,
    assert_test_cached,
)


def test_a_job_with_the_restored_cache_is_warm(go_repo: GoModule, gocache: BuildCache, tmp_path: Path) -> None:
    """A job with the last job's cache compiles only today's commit, and runs only the tests that it can break."""
    go_repo.build("./cmd/...")
    go_repo.test("./internal/...")
    saved = gocache.save(tmp_path / "ci-cache")

    gocache.restore(saved)
    go_repo.edit("cmd/worker/main.go", '"limit", 10', '"limit", 20')
    assert_only_rebuilt(go_repo.build("./cmd/..."), "./cmd/worker")
    tests = go_repo.test("./internal/...")
    assert_cached(tests)
    assert_test_cached(tests)


# These two packages import nothing, so a build from an empty cache (warm=False) is quick. The shop itself would compile
# net/http, which takes half a minute.
from_scratch = pytest.mark.gocache(warm=False)


@pytest.fixture
def order(go_module: GoModule) -> GoModule:
    """A module of two packages, built once; one imports the other."""
    go_module.load("""
        -- price/price.go --
        package price

        func Gross(net int) int { return net + net/5 }
        -- order/order.go --
        package order

        import "example.com/app/price"

        func Total(net int) int { return price.Gross(net) }
    """)
    go_module.build("./...")
    return go_module


@from_scratch
def test_a_job_without_a_cache_is_cold(order: GoModule, gocache: BuildCache) -> None:
    """When the restore step finds no cache, the job compiles everything."""
    gocache.clear()
    assert_rebuilt(order.build("./..."), "./...")


@from_scratch
def test_forcing_a_rebuild_is_caught(order: GoModule) -> None:
    """Somebody "fixes" the cache with -a in the Makefile: from then on, every build is cold."""
    forced = order.build("-a", "./...")
    with pytest.raises(AssertionError, match="forced by -a"):
        assert_cached(forced)
    assert_cached(order.build("./..."))


@from_scratch
def test_cross_compiling_leaves_the_native_build_alone(order: GoModule) -> None:
    """One job builds for Linux and for Windows: the cache holds the packages of both targets."""
    windows = {"GOOS": "windows", "GOARCH": "amd64"}
    assert_rebuilt(order.build("./...", env=windows), "./...")
    assert_cached(order.build("./..."))
    assert_cached(order.build("./...", env=windows))


@from_scratch
@pytest.mark.gocache(cgo=True)
def test_race_is_a_variant_of_its_own(order: GoModule) -> None:
    """The nightly job with -race shares the cache of the day's builds: neither replaces the packages of the other."""
    assert_rebuilt(order.build("-race", "./..."), "./...")
    assert_cached(order.build("./..."))
    assert_cached(order.build("-race", "./..."))
