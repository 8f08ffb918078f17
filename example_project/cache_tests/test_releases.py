"""What a release build costs: `make build`, unchanged, with every `go` that it calls observed."""

from __future__ import annotations

import pytest

from pytest_gocache import GoModule, Result, assert_cached, assert_not_relinked, assert_only_relinked


def release(repo: GoModule, version: str) -> Result:
    """Build the server and the worker, with one go command each."""
    return repo.exec("make", "build", f"VERSION={version}")


def test_a_new_version_only_relinks(go_repo: GoModule) -> None:
    """Every commit has a new version: stamping it must compile nothing.

    A second `make build` of the same commit must not even link.
    """
    release(go_repo, "v1.0.0")
    assert_only_relinked(release(go_repo, "v1.0.1"), "./cmd/server", "./cmd/worker", strict=True)
    again = release(go_repo, "v1.0.1")
    assert_cached(again)
    assert_not_relinked(again)


def test_a_stamp_without_trimpath_recompiles_main(go_repo: GoModule) -> None:
    """Why the Makefile has -trimpath: without it, Go writes -ldflags into the build info of the main package.

    Each commit then compiles the main package. assert_only_relinked accepts that, strict=True does not.
    """
    go_repo.build("-ldflags=-X main.version=v1.0.0", "-o", "bin/worker", "./cmd/worker")
    stamped = go_repo.build("-ldflags=-X main.version=v1.0.1", "-o", "bin/worker", "./cmd/worker")
    assert_only_relinked(stamped, "./cmd/worker")
    assert stamped.compiled == {"example.com/shop/cmd/worker"}
    with pytest.raises(AssertionError, match=r"build setting -ldflags changed(.|\n)*with -trimpath it does not"):
        assert_only_relinked(stamped, "./cmd/worker", strict=True)


def test_a_release_builds_only_what_ships(go_repo: GoModule) -> None:
    """The Makefile names the commands: with `./...`, the release would compile the generator too."""
    server, worker = release(go_repo, "v1.0.0").commands
    assert server.packages_outside_std == {
        "example.com/shop/cmd/server",
        "example.com/shop/internal/catalog",
        "example.com/shop/internal/config",
        "example.com/shop/internal/money",
    }
    assert worker.compiled == {"example.com/shop/cmd/worker"}
