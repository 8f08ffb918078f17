"""What the pipeline relies on, whatever the shop imports: read these first after an upgrade of Go."""

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
    """The last job's cache and today's commit: only the commit is compiled, and what it cannot break is not tested."""
    go_repo.build("./cmd/...")
    go_repo.test("./internal/...")
    saved = gocache.save(tmp_path / "ci-cache")

    gocache.restore(saved)
    go_repo.edit("cmd/worker/main.go", '"limit", 10', '"limit", 20')
    assert_only_rebuilt(go_repo.build("./cmd/..."), "./cmd/worker")
    tests = go_repo.test("./internal/...")
    assert_cached(tests)
    assert_test_cached(tests)


# Two packages that import nothing need no standard library, so even an empty cache (warm=False) is quick here: the shop
# itself would compile net/http, which takes half a minute.
from_scratch = pytest.mark.gocache(warm=False)


@pytest.fixture
def order(go_module: GoModule) -> GoModule:
    """A module of two packages, one of which imports the other, built once."""
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
    """What we pay when the restore step finds nothing: all of it, again."""
    gocache.clear()
    assert_rebuilt(order.build("./..."), "./...")


@from_scratch
def test_forcing_a_rebuild_is_caught(order: GoModule) -> None:
    """Somebody "fixes" the cache with -a in the Makefile: every build is a cold one from then on."""
    forced = order.build("-a", "./...")
    with pytest.raises(AssertionError, match="forced by -a"):
        assert_cached(forced)
    assert_cached(order.build("./..."))


@from_scratch
def test_cross_compiling_leaves_the_native_build_alone(order: GoModule) -> None:
    """One job builds for Linux and for Windows: each target has packages of its own in the one cache."""
    windows = {"GOOS": "windows", "GOARCH": "amd64"}
    assert_rebuilt(order.build("./...", env=windows), "./...")
    assert_cached(order.build("./..."))
    assert_cached(order.build("./...", env=windows))


@from_scratch
@pytest.mark.gocache(cgo=True)
def test_race_is_a_variant_of_its_own(order: GoModule) -> None:
    """The nightly job with -race shares the cache of the day's builds: neither throws out what the other needs."""
    assert_rebuilt(order.build("-race", "./..."), "./...")
    assert_cached(order.build("./..."))
    assert_cached(order.build("-race", "./..."))
