"""Go commands that surprise people: for each bug, a test that catches it and a test of the fix."""

from __future__ import annotations

import subprocess

import pytest

from pytest_gocache import (
    GoModule,
    assert_cached,
    assert_compiled_with,
    assert_not_compiled_with,
    assert_rebuilt,
    assert_relinked,
    assert_test_cached,
    assert_test_ran,
    assert_up_to_date,
)

OURS = ("./cmd/worker", "./internal/catalog", "./internal/money")


# Bug 3: -gcflags stops at the named packages.


def test_bug_03_caught(go_repo: GoModule) -> None:
    """A build for the debugger optimizes the catalog: -gcflags without a pattern reaches only the named packages."""
    debug = go_repo.build("-gcflags=-N -l", "-o", "bin/worker", "./cmd/worker")
    assert_compiled_with(debug, "-N -l", "./cmd/worker")
    with pytest.raises(AssertionError) as failure:
        assert_compiled_with(debug, "-N -l", *OURS)
    message = str(failure.value)
    assert "./internal/catalog  compile flags: (none)" in message
    assert "'-gcflags=-N -l' reaches only " in message
    assert "'-gcflags=all=-N -l' reaches every package" in message


def test_bug_03_fixed(go_repo: GoModule) -> None:
    """With a pattern, -gcflags reaches every package that matches, imported or named.

    This pattern matches our own packages. `all=` matches the standard library too and compiles it a second time.
    """
    debug = go_repo.build("-gcflags=example.com/shop/...=-N -l", "-o", "bin/worker", "./cmd/worker")
    assert_compiled_with(debug, "-N -l", *OURS)
    assert_not_compiled_with(debug, "-N", "std")


# Bug 4: a test that passes because it does not run.


def test_bug_04_caught(go_repo: GoModule) -> None:
    """The job that looks for flaky tests repeats `go test`, and Go replays the "ok" of the first run."""
    go_repo.test("./internal/money")
    with pytest.raises(
        AssertionError, match=r"same test binary and arguments as in step 1(?s:.*)-count=1 always runs the test"
    ):
        assert_test_ran(go_repo.test("./internal/money"))


def test_bug_04_fixed(go_repo: GoModule) -> None:
    """-count=1 always executes the tests. `go clean -testcache` removes all cached results."""
    go_repo.test("./internal/money")
    assert_test_ran(go_repo.test("-count=1", "./internal/money"))
    go_repo.go("clean", "-testcache")
    assert_test_ran(go_repo.test("./internal/money"))


# Bug 5: a flag that switches the test cache off.


@pytest.mark.parametrize("flag", ["-cpuprofile=cpu.out", "-shuffle=on"])
def test_bug_05_caught(go_repo: GoModule, flag: str) -> None:
    """Nothing changed, but `go test` runs everything: with this flag, Go does not cache results."""
    go_repo.test(flag, "./internal/money")
    with pytest.raises(AssertionError, match=rf"{flag} switches the test cache off(?s:.*)in a separate job"):
        assert_test_cached(go_repo.test(flag, "./internal/money"))


@pytest.mark.parametrize("flag", ["-cpuprofile=cpu.out", "-shuffle=on"])
def test_bug_05_fixed(go_repo: GoModule, flag: str) -> None:
    """In a separate job the flag does no harm: Go keeps the results of the plain `go test`."""
    go_repo.test("./internal/money")
    go_repo.test(flag, "./internal/money")
    assert_test_cached(go_repo.test("./internal/money"))


def test_bug_05_a_kept_binary_does_no_harm(go_repo: GoModule) -> None:
    """-o is harmless: Go caches the result, and still writes the binary."""
    go_repo.test("-o", "bin/money.test", "./internal/money")
    go_repo.remove("bin")
    assert_test_cached(go_repo.test("-o", "bin/money.test", "./internal/money"))
    assert (go_repo.path / "bin" / "money.test").is_file()


def test_bug_05_coverage(go_repo: GoModule) -> None:
    """-cover never disabled the test cache. -coverprofile did up to Go 1.24; Go 1.25 caches the profile."""
    profile = "-coverprofile=cover.out"
    for flag in ("-cover", profile):
        go_repo.test(flag, "./internal/money")
    assert_test_cached(go_repo.test("-cover", "./internal/money"))
    again = go_repo.test(profile, "./internal/money")
    if go_repo.toolchain.version.satisfies(">=1.25"):
        assert_test_cached(again)
    else:
        with pytest.raises(AssertionError, match=r"-coverprofile=\S*cover.out switches the test cache off"):
            assert_test_cached(again)


# Bug 6: an upgrade of a C library that Go does not notice.


@pytest.fixture
def tax(go_repo: GoModule) -> GoModule:
    """The shop with a command that links a C library."""
    go_repo.load("""
        -- internal/tax/tax.go --
        package tax

        // #cgo CFLAGS: -I${SRCDIR}/../../lib/tax
        // #cgo LDFLAGS: -L${SRCDIR}/../../lib/tax -ltax
        // #include <tax.h>
        import "C"

        const Version = C.TAX_VERSION

        func Percent() int { return int(C.tax_percent()) }
        -- cmd/tax/main.go --
        package main

        import (
            "fmt"

            "example.com/shop/internal/tax"
        )

        func main() { fmt.Print(tax.Version, ":", tax.Percent()) }
    """)
    install(go_repo, "lib/tax", version=1, percent=19)
    return go_repo


def install(repo: GoModule, folder: str, *, version: int, percent: int) -> None:
    """Install the library into a folder: a header, and a static library that the C compiler builds."""
    repo.write(f"{folder}/tax.h", f"#define TAX_VERSION {version}\nint tax_percent(void);\n")
    repo.write(f"{folder}/tax.c", f"int tax_percent(void) {{ return {percent}; }}\n")
    where = repo.path / folder
    subprocess.run(["gcc", "-c", "tax.c"], cwd=where, check=True)
    subprocess.run(["ar", "rcs", "libtax.a", "tax.o"], cwd=where, check=True)


TAX = ("-o", "bin/tax", "./cmd/tax")


def printed(repo: GoModule) -> str:
    return subprocess.run([repo.path / "bin" / "tax"], capture_output=True, text=True, check=True).stdout


@pytest.mark.gocache(cgo=True)
def test_bug_06_caught(tax: GoModule) -> None:
    """An upgrade in place changes the header and the library, but `go build` does nothing: no key contains them."""
    tax.build(*TAX)
    install(tax, "lib/tax", version=2, percent=20)
    result = tax.build(*TAX)
    assert_cached(result)
    assert printed(tax) == "1:19"
    with pytest.raises(AssertionError) as failure:
        assert_up_to_date(result)
    message = str(failure.value)
    assert "./internal/tax  the cached output is stale" in message
    assert "the binary at bin/tax differs from a newly built one" in message
    assert "no cache key contains the C headers and libraries outside of a package" in message


@pytest.mark.gocache(cgo=True)
def test_bug_06_fixed(tax: GoModule) -> None:
    """A folder for each version: the cgo flags name the folder, and the key contains the flags."""
    tax.build(*TAX)
    install(tax, "lib/tax-2", version=2, percent=20)
    tax.write("internal/tax/tax.go", tax.read("internal/tax/tax.go").replace("lib/tax", "lib/tax-2"))
    result = tax.build(*TAX)
    assert_relinked(result, "./cmd/tax")
    assert_up_to_date(result)
    assert printed(tax) == "2:20"


@pytest.mark.gocache(cgo=True)
def test_bug_06_half_fixed(tax: GoModule) -> None:
    """When only the static library changed, emptying the cache is not enough: remove the old binary too.

    Go compiles the package again, to the same content, and concludes that the binary is up to date. (`evict` does to
    our packages what `go clean -cache` does to all; the standard library stays cached.)
    """
    tax.build(*TAX)
    install(tax, "lib/tax", version=1, percent=20)
    for package in ("example.com/shop/internal/tax", "example.com/shop/cmd/tax"):
        tax.gocache.evict(package)
    result = tax.build(*TAX)
    assert_rebuilt(result, "./internal/tax")
    assert printed(tax) == "1:19"
    with pytest.raises(AssertionError, match=r"the binary at bin/tax differs from a newly built one"):
        assert_up_to_date(result)

    tax.remove("bin")
    assert_up_to_date(tax.build(*TAX))
    assert printed(tax) == "1:20"
