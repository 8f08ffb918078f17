"""Makefiles and scripts that defeat the cache: for each bug, a test that catches it and a test of the fix.

`exec` runs them unchanged and observes every `go` that they call.
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


# Bug 1: a generated file that did not change.

# The file exists, so make does not write it again.
MADE_ONCE = """
internal/about/about.go:
	mkdir -p internal/about
	printf 'package about\\n\\nconst Commit = "%s"\\n' "$(COMMIT)" > $@

build: internal/about/about.go
	go build -o bin/about ./cmd/about
"""
# The rule writes the file each time, but make does not export the variable: the shell sees it unset.
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
    """A rule writes the commit into a Go file, but the second binary still contains the first commit."""
    about = 'package main\n\nimport "example.com/shop/internal/about"\n\nfunc main() { print(about.Commit) }\n'
    go_repo.write("cmd/about/main.go", about)
    make(go_repo, rules, "COMMIT=1111111")
    first = (go_repo.path / "bin" / "about").read_bytes()
    result = make(go_repo, rules, "COMMIT=2222222")
    assert (go_repo.path / "bin" / "about").read_bytes() == first
    with pytest.raises(AssertionError, match=rf"internal/about  cached: (?s:.*){why}"):
        assert_rebuilt(result, "./internal/about")


def test_bug_01_fixed(go_repo: GoModule) -> None:
    """The linker sets the commit, as in the shop's Makefile: make writes no file, and Go compiles nothing."""
    go_repo.exec("make", "build", "VERSION=1111111")
    result = go_repo.exec("make", "build", "VERSION=2222222")
    assert_only_relinked(result, strict=True)
    assert b"2222222" in (go_repo.path / "bin" / "worker").read_bytes()


# Bug 7: -a in the Makefile.


def test_bug_07_caught(go_repo: GoModule) -> None:
    """Somebody fixed a strange build with -a and left it in: each build compiles everything, std included."""
    make(go_repo, "build:\n\tgo build ./internal/money\n")
    result = make(go_repo, "build:\n\tgo build -a ./internal/money\n")
    with pytest.raises(AssertionError) as failure:
        assert_cached(result)
    message = str(failure.value)
    assert "./internal/money  forced by -a: nothing in its key changed since step 1" in message
    assert "remove -a, which compiles everything every time" in message
    assert "runtime" in result.compiled


def test_bug_07_fixed(go_repo: GoModule) -> None:
    """Without -a the second build compiles nothing."""
    for _ in range(2):
        result = make(go_repo, "build:\n\tgo build ./internal/money\n")
    assert_cached(result)


# Bug 12: the job's number in a compile flag.


def test_bug_12_caught(go_repo: GoModule, gocache: BuildCache) -> None:
    """A compile flag that cuts paths out of binaries names the folder of the job: each job compiles everything."""
    rules = 'build:\n\tgo build -trimpath -gcflags="-trimpath=$(JOB)" -o bin/ ./cmd/worker ./internal/...\n'
    make(go_repo, rules, JOB="/ci/job-1")
    result = make(go_repo.on_new_machine(restore=[gocache]), rules, JOB="/ci/job-2")
    with pytest.raises(AssertionError) as failure:
        assert_cached(result)
    message = str(failure.value)
    assert "compile flags changed since step 1:" in message
    assert "- -trimpath=/ci/job-1" in message
    assert "+ -trimpath=/ci/job-2" in message


def test_bug_12_fixed(go_repo: GoModule, gocache: BuildCache) -> None:
    """The build flag -trimpath cuts the paths, and the linker sets the job's number: Go compiles nothing."""
    rules = 'build:\n\tgo build -trimpath -ldflags="-X main.version=$(JOB)" -o bin/ ./cmd/worker\n'
    make(go_repo, rules, JOB="job-1")
    result = make(go_repo.on_new_machine(restore=[gocache]), rules, JOB="job-2")
    assert_only_relinked(result, strict=True)


# Bug 14: touch does not rebuild.

TOUCH = "build:\n\ttouch internal/catalog/products_gen.go\n\tgo build -o bin/worker ./cmd/worker\n"


def test_bug_14_caught(go_repo: GoModule) -> None:
    """A script touches a generated file to make Go compile it. Go compares content and compiles nothing."""
    make(go_repo, TOUCH)
    result = make(go_repo, TOUCH)
    with pytest.raises(AssertionError, match=r"products_gen.go was written since then, but its content is the same"):
        assert_rebuilt(result, "./internal/catalog")


def test_bug_14_fixed(go_repo: GoModule) -> None:
    """The cached output is correct, and Go compiles the package when the products change."""
    make(go_repo, TOUCH)
    again = make(go_repo, TOUCH)
    assert_cached(again)
    assert_not_relinked(again)

    go_repo.append("internal/catalog/products.csv", "BAG-01,Gopher bag,1900,30\n")
    go_repo.exec("make", "generate")
    assert_only_rebuilt(make(go_repo, TOUCH), "./cmd/worker", "./internal/catalog")
