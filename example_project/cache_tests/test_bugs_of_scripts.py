"""Makefiles and scripts that work against the cache: each one caught by an assertion, and the fix beside it.

`exec` runs them as they are. Every `go` that they call is observed.
"""

from __future__ import annotations

import pytest

from pytest_gocache import (
    BuildCache,
    GoModule,
    Result,
    assert_cached,
    assert_not_relinked,
    assert_only_rebuilt,
    assert_only_relinked,
    assert_rebuilt,
)


def make(repo: GoModule, rules: str, *args: str, **env: str) -> Result:
    """Run `make build` with these rules instead of the shop's own."""
    repo.write("rules.mk", rules)
    return repo.exec("make", "-f", "rules.mk", "build", *args, env=env)


# Bug 1: binaries that ship the commit before.

# The file is there, so make does not write it again.
MADE_ONCE = """
internal/about/about.go:
	mkdir -p internal/about
	printf 'package about\\n\\nconst Commit = "%s"\\n' "$(COMMIT)" > $@

build: internal/about/about.go
	go build -o bin/about ./cmd/about
"""
# It is written each time, but `sh` knows nothing of a variable that make was given and did not export.
NOT_EXPORTED = """
unexport COMMIT
build:
	mkdir -p internal/about
	printf 'package about\\n\\nconst Commit = "%s"\\n' "$${COMMIT:-unknown}" > internal/about/about.go
	go build -o bin/about ./cmd/about
"""


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (MADE_ONCE, "nothing in its key changed since step 1"),
        (NOT_EXPORTED, "about.go was written since then, but its content is the same"),
    ],
    ids=["made once", "not exported"],
)
def test_bug_01_caught(go_repo: GoModule, rules: str, why: str) -> None:
    """A rule writes the commit into a Go file, and the second binary still has the first commit in it."""
    about = 'package main\n\nimport "example.com/shop/internal/about"\n\nfunc main() { print(about.Commit) }\n'
    go_repo.write("cmd/about/main.go", about)
    make(go_repo, rules, "COMMIT=1111111")
    first = (go_repo.path / "bin" / "about").read_bytes()
    result = make(go_repo, rules, "COMMIT=2222222")
    assert (go_repo.path / "bin" / "about").read_bytes() == first
    with pytest.raises(AssertionError, match=rf"internal/about  cached: (?s:.*){why}"):
        assert_rebuilt(result, "./internal/about")


def test_bug_01_fixed(go_repo: GoModule) -> None:
    """The commit goes through the linker, as in the shop's Makefile: no file to write, and nothing to compile."""
    go_repo.exec("make", "build", "VERSION=1111111")
    result = go_repo.exec("make", "build", "VERSION=2222222")
    assert_only_relinked(result, strict=True)
    assert b"2222222" in (go_repo.path / "bin" / "worker").read_bytes()


# Bug 7: -a in the Makefile.


def test_bug_07_caught(go_repo: GoModule) -> None:
    """Somebody cured a strange build with -a, and it stayed: each build compiles all, the standard library too."""
    make(go_repo, "build:\n\tgo build ./internal/money\n")
    result = make(go_repo, "build:\n\tgo build -a ./internal/money\n")
    with pytest.raises(AssertionError) as failure:
        assert_cached(result)
    said = str(failure.value)
    assert "example.com/shop/internal/money  forced by -a: nothing in its key changed since step 1" in said
    assert "-a compiles everything again, every time: take it out" in said
    assert "runtime" in result.compiled


def test_bug_07_fixed(go_repo: GoModule) -> None:
    """Without -a the second build compiles nothing."""
    for _ in range(2):
        result = make(go_repo, "build:\n\tgo build ./internal/money\n")
    assert_cached(result)


# Bug 12: what differs from job to job is in a compile flag.


def test_bug_12_caught(go_repo: GoModule, gocache: BuildCache) -> None:
    """Paths were to be cut out of the binaries, with the folder of the job in a compile flag: all is compiled anew."""
    rules = 'build:\n\tgo build -trimpath -gcflags="-trimpath=$(JOB)" -o bin/ ./cmd/worker ./internal/...\n'
    make(go_repo, rules, JOB="/ci/job-1")
    result = make(go_repo.on_new_machine(restore=[gocache]), rules, JOB="/ci/job-2")
    with pytest.raises(AssertionError) as failure:
        assert_cached(result)
    said = str(failure.value)
    assert "compile flags changed since step 1:" in said
    assert "- -trimpath=/ci/job-1" in said
    assert "+ -trimpath=/ci/job-2" in said


def test_bug_12_fixed(go_repo: GoModule, gocache: BuildCache) -> None:
    """-trimpath is a flag of the build, and the job's number is the linker's: nothing is compiled."""
    rules = 'build:\n\tgo build -trimpath -ldflags="-X main.version=$(JOB)" -o bin/ ./cmd/worker\n'
    make(go_repo, rules, JOB="job-1")
    result = make(go_repo.on_new_machine(restore=[gocache]), rules, JOB="job-2")
    assert_only_relinked(result, strict=True)


# Bug 14: touch does not rebuild.

TOUCH = "build:\n\ttouch internal/catalog/products_gen.go\n\tgo build -o bin/worker ./cmd/worker\n"


def test_bug_14_caught(go_repo: GoModule) -> None:
    """A script touches the generated file, so that Go compiles it. Go looks at content, and has nothing to do."""
    make(go_repo, TOUCH)
    result = make(go_repo, TOUCH)
    with pytest.raises(AssertionError, match=r"products_gen.go was written since then, but its content is the same"):
        assert_rebuilt(result, "./internal/catalog")


def test_bug_14_fixed(go_repo: GoModule) -> None:
    """There was nothing to force: what is in the cache is right, and when the products change, Go sees it."""
    make(go_repo, TOUCH)
    again = make(go_repo, TOUCH)
    assert_cached(again)
    assert_not_relinked(again)

    go_repo.append("internal/catalog/products.csv", "BAG-01,Gopher bag,1900,30\n")
    go_repo.exec("make", "generate")
    assert_only_rebuilt(make(go_repo, TOUCH), "./cmd/worker", "./internal/catalog")
