"""Mistakes in CI pipelines that make builds slow: for each, a test that catches it and a test of the fix."""

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
    """Build, then remove the binary: no commit contains it, so the next checkout starts without it."""
    repo.build(*flags, *WORKER)
    repo.remove("bin")


# Bug 2: every job starts from nothing.


def test_bug_02_caught(go_repo: GoModule) -> None:
    """The next job is a fresh container, and nobody kept GOCACHE: Go compiles everything again.

    In CI that includes the standard library. A new machine in a test has a warm one, which keeps the test short.
    """
    build_worker(go_repo)
    result = go_repo.on_new_machine(path=go_repo.path).build(*WORKER)
    assert_rebuilt(result, "./cmd/worker", "./internal/catalog", "./internal/money")
    with pytest.raises(AssertionError, match=r"nothing in its key changed since step 1, but a new machine started"):
        assert_cached(result)


def test_bug_02_fixed(go_repo: GoModule, gocache: BuildCache) -> None:
    """The next job restores GOCACHE and checks out into the same folder: it compiles nothing."""
    build_worker(go_repo)
    job = go_repo.on_new_machine(path=go_repo.path, restore=[gocache])
    assert_cached(job.build(*WORKER))


def test_bug_02_in_another_folder(go_repo: GoModule, gocache: BuildCache) -> None:
    """A runner that uses a new folder for each checkout gains little from the restored cache.

    Without -trimpath, the cache keys of all our packages contain the folder.
    """
    build_worker(go_repo)
    with pytest.raises(
        AssertionError, match=r"directory changed since step 1(?s:.*)-trimpath leaves the directory out"
    ):
        assert_cached(go_repo.on_new_machine(restore=[gocache]).build(*WORKER))

    build_worker(go_repo, "-trimpath")
    assert_cached(go_repo.on_new_machine(restore=[gocache]).build("-trimpath", *WORKER))


# Bug 8: a shared cache that only its builder uses.


def test_bug_08_caught(go_repo: GoModule, shared_cache: SharedCache) -> None:
    """The build host fills the cache server, but a laptop compiles everything: its checkout has a different folder."""
    build_worker(go_repo)
    laptop = go_repo.on_new_machine(path="src/shop")
    with pytest.raises(
        AssertionError, match=r"directory changed since step 1(?s:.*)-trimpath leaves the directory out"
    ):
        assert_cached(laptop.build(*WORKER))
    # The keys of the standard library contain no checkout: these packages came from the server.
    assert shared_cache.traffic(laptop.home).hits > 0


def test_bug_08_fixed(go_repo: GoModule, shared_cache: SharedCache) -> None:
    """With GOFLAGS=-trimpath on both machines, the laptop gets every package from the server and only links."""
    go_repo.env["GOFLAGS"] = "-trimpath"
    build_worker(go_repo)
    laptop = go_repo.on_new_machine(path="src/shop")
    assert_cached(laptop.build(*WORKER))
    assert shared_cache.traffic(laptop.home).hits > 0


# Bug 9: two developers, one commit, two binaries.

# A colleague's machine. Varying the cache too would compile the standard library in every test.
SOMEBODY_ELSE = ALL - {"cache"}


def test_bug_09_caught(go_repo: GoModule) -> None:
    """The binary contains the folder of the checkout: a different folder gives different bytes."""
    with pytest.raises(AssertionError) as failure:
        assert_reproducible(go_repo, *WORKER, vary=SOMEBODY_ELSE)
    message = str(failure.value)
    assert "only folder makes a difference: " in message
    assert re.search(r"\./internal/money  directory differs:\n +…/\[.+→.+\]/internal/money\n", message)
    assert "build with -trimpath: " in message


def test_bug_09_fixed(go_repo: GoModule) -> None:
    """With -trimpath the bytes do not depend on the folder, the home, the user, the time zone and so on."""
    assert_reproducible(go_repo, "-trimpath", *WORKER, vary=SOMEBODY_ELSE)


@pytest.fixture
def changed_go(go_toolchain: GoToolchain, tmp_path: Path) -> Path:
    """Go as a Linux distribution might package it: the same version with one patched file."""
    goroot = tmp_path / "go"
    shutil.copytree(go_toolchain.goroot, goroot, copy_function=link_or_copy)
    source = goroot / "src" / "strconv" / "quote.go"
    text = source.read_text()
    source.unlink()  # it may be a hard link to the original
    source.write_text(f"{text}\n// Patched marks this strconv.\nconst Patched = true\n")
    return goroot


def link_or_copy(source: str, target: str) -> None:
    """Hard links make a second GOROOT quickly, without copying its files."""
    try:
        os.link(source, target)
    except OSError:  # a different file system
        shutil.copy2(source, target)


@pytest.mark.gocache(warm=False)
def test_bug_09_patched_go_is_caught(go_repo: GoModule, changed_go: Path) -> None:
    """-trimpath does not help when the toolchains differ, and two Go of one version may differ.

    With toolchain="1.26.6", the same assertion compares two versions.
    """
    with pytest.raises(AssertionError) as failure:
        assert_reproducible(go_repo, "-trimpath", "./internal/money", vary=(), toolchain=str(changed_go))
    message = str(failure.value)
    assert "toolchain makes a difference: " in message
    assert re.search(r"\n  strconv  file \w+.go differs", message)
    assert "but their files differ: install Go from the same source everywhere" in message


def test_bug_09_one_go_everywhere_is_fixed(go_repo: GoModule) -> None:
    """GOROOT may be in any folder: with -trimpath the binary does not contain it."""
    assert_reproducible(go_repo, "-trimpath", *WORKER, vary="goroot")


# Bug 10: a release that builds what is not shipped.


def test_bug_10_caught(go_repo: GoModule) -> None:
    """`go build ./...` in the release job compiles the generator too, and the Go parser that it imports."""
    release = go_repo.build("./...")
    with pytest.raises(AssertionError) as failure:
        assert_not_in_build(release, "./tools/...", "go/format")
    message = str(failure.value)
    assert "./tools/gencatalog  named by ./..." in message
    assert "  go/format           imported: ./tools/gencatalog ← go/format" in message
    assert "name only the packages that you need, such as ./cmd/server ./cmd/worker" in message


def test_bug_10_fixed(go_repo: GoModule) -> None:
    """The job names the commands that ship: Go considers only these and their imports."""
    release = go_repo.build("-o", "bin/", "./cmd/server", "./cmd/worker")
    assert_not_in_build(release, "./tools/...", "go/format")


# Bug 11: one compile at a time.


def test_bug_11_caught(go_repo: GoModule) -> None:
    """Somebody set GOFLAGS=-p=1 to debug a race in a build script, and the setting is still in the pipeline."""
    go_repo.env["GOFLAGS"] = "-p=1"
    with pytest.raises(AssertionError, match=r"at most 1 of \d+ compiles ran at a time(?s:.*)-p=1 in GOFLAGS limits"):
        assert_parallel(go_repo.build("./..."))


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="on one CPU Go compiles one package at a time")
def test_bug_11_fixed(go_repo: GoModule) -> None:
    """Without -p, Go compiles as many packages at a time as the machine has CPUs."""
    assert_parallel(go_repo.build("./..."))


# Bug 13: every job downloads the modules.


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
    """The job restores GOCACHE and compiles nothing, but it downloads: Go hashes the sources to compute the keys."""
    before = len(go_proxy.requests)
    job = taxed.on_new_machine(path=taxed.path, restore=[gocache])
    result = job.build("./internal/...")
    assert_cached(result)
    with pytest.raises(AssertionError, match=r"example.com/tax@v1.0.0(?s:.*)restore GOMODCACHE together with GOCACHE"):
        assert_no_downloads(result)
    assert "example.com/tax/@v/v1.0.0.zip" in go_proxy.requests[before:]


def test_bug_13_fixed(taxed: GoModule, gocache: BuildCache, gomodcache: ModuleCache, go_proxy: ModuleProxy) -> None:
    """The job restores GOMODCACHE too: it sends no request to the proxy."""
    before = len(go_proxy.requests)
    job = taxed.on_new_machine(path=taxed.path, restore=[gocache, gomodcache])
    result = job.build("./internal/...")
    assert_cached(result)
    assert_no_downloads(result)
    assert go_proxy.requests[before:] == ()
