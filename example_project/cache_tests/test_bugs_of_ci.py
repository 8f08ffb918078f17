"""Mistakes in pipelines that make builds slow: each one caught by an assertion, and the fix beside it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from pytest_gocache import (
    ALL,
    BuildCache,
    GoModule,
    GoToolchain,
    ModuleCache,
    ModuleProxy,
    SharedCache,
    assert_cached,
    assert_no_downloads,
    assert_not_in_build,
    assert_parallel,
    assert_rebuilt,
    assert_reproducible,
)

WORKER = ("-o", "bin/worker", "./cmd/worker")


def build_worker(repo: GoModule, *flags: str) -> None:
    """Build, and leave no binary behind: it is in no commit, so the next checkout does not have it."""
    repo.build(*flags, *WORKER)
    repo.remove("bin")


# Bug 2: every job starts from nothing.


def test_bug_02_caught(go_repo: GoModule) -> None:
    """The next job is a fresh container, and nobody kept GOCACHE: all of it is compiled again.

    In CI that includes the standard library. Here a new machine has a warm one, so that the test does not wait for it.
    """
    build_worker(go_repo)
    result = go_repo.on_new_machine(path=go_repo.path).build(*WORKER)
    assert_rebuilt(result, "./cmd/worker", "./internal/catalog", "./internal/money")
    with pytest.raises(AssertionError, match=r"nothing in its key changed since step 1, but a new machine began"):
        assert_cached(result)


def test_bug_02_fixed(go_repo: GoModule, gocache: BuildCache) -> None:
    """With GOCACHE restored, and the checkout in the same folder, the next job compiles nothing."""
    build_worker(go_repo)
    job = go_repo.on_new_machine(path=go_repo.path, restore=[gocache])
    assert_cached(job.build(*WORKER))


def test_bug_02_in_another_folder(go_repo: GoModule, gocache: BuildCache) -> None:
    """Runners that put each checkout into a folder of its own get little from the restored cache.

    The folder is in the keys of all our packages, unless the build has -trimpath.
    """
    build_worker(go_repo)
    with pytest.raises(
        AssertionError, match=r"directory changed since step 1(?s:.*)-trimpath leaves the directory out"
    ):
        assert_cached(go_repo.on_new_machine(restore=[gocache]).build(*WORKER))

    build_worker(go_repo, "-trimpath")
    assert_cached(go_repo.on_new_machine(restore=[gocache]).build("-trimpath", *WORKER))


# Bug 8: a cache server that only the build host profits from.


def test_bug_08_caught(go_repo: GoModule, shared_cache: SharedCache) -> None:
    """The build host fills the cache server, and a laptop still compiles everything: its checkout lies elsewhere."""
    build_worker(go_repo)
    laptop = go_repo.on_new_machine(path="src/shop")
    with pytest.raises(
        AssertionError, match=r"directory changed since step 1(?s:.*)-trimpath leaves the directory out"
    ):
        assert_cached(laptop.build(*WORKER))
    # Of the standard library, which no checkout has in it, it got all there was.
    assert shared_cache.traffic(laptop.home).hits > 0


def test_bug_08_fixed(go_repo: GoModule, shared_cache: SharedCache) -> None:
    """With GOFLAGS=-trimpath on both machines the laptop compiles nothing: it asks the server, and links."""
    go_repo.env["GOFLAGS"] = "-trimpath"
    build_worker(go_repo)
    laptop = go_repo.on_new_machine(path="src/shop")
    assert_cached(laptop.build(*WORKER))
    assert shared_cache.traffic(laptop.home).hits > 0


# Bug 9: two developers, one commit, two binaries.

# Somebody else's machine. What is cached there is left out: that would compile the standard library in every test.
SOMEBODY_ELSE = ALL - {"cache"}


def test_bug_09_caught(go_repo: GoModule) -> None:
    """The folder of the checkout is in the binary: whoever has another one gets other bytes."""
    with pytest.raises(AssertionError) as failure:
        assert_reproducible(go_repo, *WORKER, vary=SOMEBODY_ELSE)
    said = str(failure.value)
    assert "only folder makes a difference: " in said
    assert re.search(r"example.com/shop/internal/money  directory differs:\n +- /.+/money\n +\+ /.+/money\n", said)
    assert "-trimpath leaves folders out of packages and binaries" in said


def test_bug_09_fixed(go_repo: GoModule) -> None:
    """With -trimpath the bytes are the same for everybody: folder, home, user, time zone and so on do not matter."""
    assert_reproducible(go_repo, "-trimpath", *WORKER, vary=SOMEBODY_ELSE)


@pytest.fixture
def changed_go(go_toolchain: GoToolchain, tmp_path: Path) -> Path:
    """Go as it might come from a distribution: of the same version, with a patch of its own."""
    goroot = tmp_path / "go"
    shutil.copytree(go_toolchain.goroot, goroot, copy_function=link_or_copy)
    source = goroot / "src" / "strconv" / "quote.go"
    text = source.read_text()
    source.unlink()  # it may be a link to the original
    source.write_text(f"{text}\n// Patched tells this strconv from others.\nconst Patched = true\n")
    return goroot


def link_or_copy(source: str, target: str) -> None:
    """A second GOROOT with hard links takes no time, and no room."""
    try:
        os.link(source, target)
    except OSError:  # not on another file system
        shutil.copy2(source, target)


@pytest.mark.gocache(warm=False)
def test_bug_09_another_go_is_caught(go_repo: GoModule, changed_go: Path) -> None:
    """-trimpath is not enough when the toolchains differ, and a version does not say everything about one.

    Run with several --go-toolchain, or with toolchain="1.26.6", this finds other versions as well.
    """
    with pytest.raises(AssertionError) as failure:
        assert_reproducible(go_repo, "-trimpath", "./internal/money", vary=(), toolchain=str(changed_go))
    said = str(failure.value)
    assert "toolchain makes a difference: " in said
    assert re.search(r"\n  strconv  file \w+.go differs", said)
    assert "and one was changed: take Go from the same place everywhere" in said


def test_bug_09_one_go_everywhere_is_fixed(go_repo: GoModule) -> None:
    """The same Go may lie anywhere: with -trimpath its folder is not in the binary."""
    assert_reproducible(go_repo, "-trimpath", *WORKER, vary="goroot")


# Bug 10: the release job builds what is never shipped.


def test_bug_10_caught(go_repo: GoModule) -> None:
    """`go build ./...` in the release job: the generator is compiled, and with it the parser of Go that it imports."""
    release = go_repo.build("./...")
    with pytest.raises(AssertionError) as failure:
        assert_not_in_build(release, "./tools/...", "go/format")
    said = str(failure.value)
    assert "example.com/shop/tools/gencatalog  named by ./..." in said
    assert "imported: tools/gencatalog ← go/format" in said
    assert "name only what is wanted, like example.com/shop/cmd/server example.com/shop/cmd/worker" in said


def test_bug_10_fixed(go_repo: GoModule) -> None:
    """The job names the commands that ship: nothing else is looked at."""
    release = go_repo.build("-o", "bin/", "./cmd/server", "./cmd/worker")
    assert_not_in_build(release, "./tools/...", "go/format")


# Bug 11: one compile at a time.


def test_bug_11_caught(go_repo: GoModule) -> None:
    """Somebody looked for a race in a build script with -p=1, and GOFLAGS in the pipeline still says so."""
    go_repo.env["GOFLAGS"] = "-p=1"
    with pytest.raises(AssertionError, match=r"at most 1 ran at a time(?s:.*)-p=1 in GOFLAGS limits"):
        assert_parallel(go_repo.build("./..."))


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="on one CPU Go compiles one package at a time")
def test_bug_11_fixed(go_repo: GoModule) -> None:
    """Left alone, Go compiles as many packages at a time as there are CPUs."""
    assert_parallel(go_repo.build("./..."))


# Bug 13: modules are downloaded by every job.


@pytest.fixture
def taxed(go_repo: GoModule, go_proxy: ModuleProxy) -> GoModule:
    """The shop with a dependency, built once."""
    go_proxy.add("""
        -- go.mod --
        module example.com/tax

        go 1.21
        -- tax.go --
        package tax

        const Percent = 19
    """)
    go_repo.write("internal/vat/vat.go", 'package vat\n\nimport "example.com/tax"\n\nconst Percent = tax.Percent\n')
    go_repo.go("get", "example.com/tax@v1.0.0")
    go_repo.build("./internal/...")
    return go_repo


def test_bug_13_caught(taxed: GoModule, gocache: BuildCache, go_proxy: ModuleProxy) -> None:
    """The job restores GOCACHE and compiles nothing, and yet it waits for downloads: the keys are made of sources."""
    before = len(go_proxy.requests)
    job = taxed.on_new_machine(path=taxed.path, restore=[gocache])
    result = job.build("./internal/...")
    assert_cached(result)
    with pytest.raises(AssertionError, match=r"example.com/tax@v1.0.0(?s:.*)needs GOMODCACHE as well"):
        assert_no_downloads(result)
    assert "example.com/tax/@v/v1.0.0.zip" in go_proxy.requests[before:]


def test_bug_13_fixed(taxed: GoModule, gocache: BuildCache, gomodcache: ModuleCache, go_proxy: ModuleProxy) -> None:
    """With GOMODCACHE restored as well, the job does not even ask the proxy."""
    before = len(go_proxy.requests)
    job = taxed.on_new_machine(path=taxed.path, restore=[gocache, gomodcache])
    result = job.build("./internal/...")
    assert_cached(result)
    assert_no_downloads(result)
    assert go_proxy.requests[before:] == ()
