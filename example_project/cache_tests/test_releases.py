"""What a release build costs. The command line is that of `make build`."""

from __future__ import annotations

import pytest

from pytest_gocache import GoModule, Result, assert_cached, assert_not_relinked, assert_only_relinked


def release(repo: GoModule, version: str, name: str) -> Result:
    """Build one command as `make build` does."""
    return repo.build("-trimpath", "-ldflags", f"-X main.version={version}", "-o", f"bin/{name}", f"./cmd/{name}")


def test_a_new_version_only_relinks(go_repo: GoModule) -> None:
    """Every commit has a version of its own: stamping it must not compile a single package.

    And `make build` twice on one commit does not even link.
    """
    release(go_repo, "v1.0.0", "worker")
    assert_only_relinked(release(go_repo, "v1.0.1", "worker"), "./cmd/worker", strict=True)
    again = release(go_repo, "v1.0.1", "worker")
    assert_cached(again)
    assert_not_relinked(again)


def test_a_stamp_without_trimpath_recompiles_main(go_repo: GoModule) -> None:
    """Why the Makefile has -trimpath: without it, Go writes -ldflags into the build info of the main package.

    That is one more compile for each commit. assert_only_relinked lets it pass, strict=True does not.
    """
    go_repo.build("-ldflags=-X main.version=v1.0.0", "-o", "bin/worker", "./cmd/worker")
    stamped = go_repo.build("-ldflags=-X main.version=v1.0.1", "-o", "bin/worker", "./cmd/worker")
    assert_only_relinked(stamped, "./cmd/worker")
    assert stamped.compiled == {"example.com/shop/cmd/worker"}
    with pytest.raises(AssertionError, match=r"build setting -ldflags changed(.|\n)*with -trimpath they are not"):
        assert_only_relinked(stamped, "./cmd/worker", strict=True)


def test_a_job_number_in_compile_flags_is_caught(go_repo: GoModule) -> None:
    """Anything that differs from job to job makes every compile a new one when it is in -gcflags.

    -trimpath does what was wanted here, and the linker takes the job number for nothing.
    """
    wrong = [go_repo.build(f"-gcflags=-trimpath=/ci/job-{job}", "./internal/...") for job in (1, 2)]
    with pytest.raises(AssertionError, match=r"compile flags changed since step 1:\n.*/ci/job-1.*\n.*/ci/job-2"):
        assert_cached(wrong[1])

    right = [release(go_repo, f"job-{job}", "worker") for job in (1, 2)]
    assert_only_relinked(right[1], "./cmd/worker", strict=True)


def test_a_release_builds_only_what_ships(go_repo: GoModule) -> None:
    """The Makefile names the commands: with `./...`, each server would wait for the worker and the generator."""
    server = release(go_repo, "v1.0.0", "server")
    assert server.packages_outside_std == {
        "example.com/shop/cmd/server",
        "example.com/shop/internal/catalog",
        "example.com/shop/internal/config",
        "example.com/shop/internal/money",
    }
