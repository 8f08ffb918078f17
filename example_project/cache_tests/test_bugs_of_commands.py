"""Go commands that do something other than they seem to: each one caught by an assertion, and the fix beside it."""

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


# Bug 3: -gcflags stops at the packages that are named.


def test_bug_03_caught(go_repo: GoModule) -> None:
    """Built for the debugger, and yet the catalog is optimized: a bare -gcflags is for the named packages only."""
    debug = go_repo.build("-gcflags=-N -l", "-o", "bin/worker", "./cmd/worker")
    assert_compiled_with(debug, "-N -l", "./cmd/worker")
    with pytest.raises(AssertionError) as failure:
        assert_compiled_with(debug, "-N -l", *OURS)
    said = str(failure.value)
    assert "example.com/shop/internal/catalog  compile flags: (none)" in said
    assert "'-gcflags=-N -l' reaches only " in said
    assert "'-gcflags=all=-N -l' reaches every package" in said


def test_bug_03_fixed(go_repo: GoModule) -> None:
    """A pattern in -gcflags reaches what it matches, imported or named.

    This one is for our own packages. `all=` is for the standard library too, which is then compiled a second time.
    """
    debug = go_repo.build("-gcflags=example.com/shop/...=-N -l", "-o", "bin/worker", "./cmd/worker")
    assert_compiled_with(debug, "-N -l", *OURS)
    assert_not_compiled_with(debug, "-N", "std")


# Bug 4: a test that passes because it does not run.


def test_bug_04_caught(go_repo: GoModule) -> None:
    """The job that looks for flaky tests repeats `go test`, and each time it sees the "ok" of the first run."""
    go_repo.test("./internal/money")
    with pytest.raises(AssertionError, match=r"same test binary and arguments as in step 1(?s:.*)-count=1 runs a test"):
        assert_test_ran(go_repo.test("./internal/money"))


def test_bug_04_fixed(go_repo: GoModule) -> None:
    """-count=1 executes tests whatever is cached; so does the first run after `go clean -testcache`."""
    go_repo.test("./internal/money")
    assert_test_ran(go_repo.test("-count=1", "./internal/money"))
    go_repo.go("clean", "-testcache")
    assert_test_ran(go_repo.test("./internal/money"))


# Bug 5: a flag that switches the test cache off.


@pytest.mark.parametrize("flag", ["-cpuprofile=cpu.out", "-shuffle=on"])
def test_bug_05_caught(go_repo: GoModule, flag: str) -> None:
    """Nothing changed, and `go test` runs everything, every time: one flag of it is none that Go caches results for."""
    go_repo.test(flag, "./internal/money")
    with pytest.raises(AssertionError, match=rf"{flag} switches the test cache off(?s:.*)a job of its own"):
        assert_test_cached(go_repo.test(flag, "./internal/money"))


@pytest.mark.parametrize("flag", ["-cpuprofile=cpu.out", "-shuffle=on"])
def test_bug_05_fixed(go_repo: GoModule, flag: str) -> None:
    """In a job of its own the flag does no harm: the results of the plain `go test` before it are still there."""
    go_repo.test("./internal/money")
    go_repo.test(flag, "./internal/money")
    assert_test_cached(go_repo.test("./internal/money"))


def test_bug_05_a_kept_binary_does_no_harm(go_repo: GoModule) -> None:
    """Not every flag that writes a file is a problem: with -o the result is cached, and the binary is there too."""
    go_repo.test("-o", "bin/money.test", "./internal/money")
    go_repo.remove("bin")
    assert_test_cached(go_repo.test("-o", "bin/money.test", "./internal/money"))
    assert (go_repo.path / "bin" / "money.test").is_file()


def test_bug_05_coverage(go_repo: GoModule) -> None:
    """-cover never was in the way. A profile was, up to Go 1.24; from 1.25 on it is written from the cache."""
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
    """The shop with a command that is linked to a C library."""
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
    """Put the library into a folder: a header, and a static library made by the C compiler."""
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
    """The library is upgraded in place, header and all, and `go build` has nothing to do: neither is in any key."""
    tax.build(*TAX)
    install(tax, "lib/tax", version=2, percent=20)
    result = tax.build(*TAX)
    assert_cached(result)
    assert printed(tax) == "1:19"
    with pytest.raises(AssertionError) as failure:
        assert_up_to_date(result)
    said = str(failure.value)
    assert "example.com/shop/internal/tax  the cached output is stale" in said
    assert "the binary at bin/tax differs from one that is built anew" in said
    assert "headers and libraries outside of a cgo package are in no key" in said


@pytest.mark.gocache(cgo=True)
def test_bug_06_fixed(tax: GoModule) -> None:
    """Each version in a folder of its own: the cgo flags name it, they are in the key, and Go sees the upgrade."""
    tax.build(*TAX)
    install(tax, "lib/tax-2", version=2, percent=20)
    tax.write("internal/tax/tax.go", tax.read("internal/tax/tax.go").replace("lib/tax", "lib/tax-2"))
    result = tax.build(*TAX)
    assert_relinked(result, "./cmd/tax")
    assert_up_to_date(result)
    assert printed(tax) == "2:20"


@pytest.mark.gocache(cgo=True)
def test_bug_06_half_fixed(tax: GoModule) -> None:
    """Emptying the cache is not enough when only the static library changed, and the old binary is still there.

    The package is compiled again, to the same content, so Go takes the binary for up to date. Remove it as well. (What
    `go clean -cache` does to our packages, `evict` does here: the standard library can stay.)
    """
    tax.build(*TAX)
    install(tax, "lib/tax", version=1, percent=20)
    for package in ("example.com/shop/internal/tax", "example.com/shop/cmd/tax"):
        tax.gocache.evict(package)
    result = tax.build(*TAX)
    assert_rebuilt(result, "./internal/tax")
    assert printed(tax) == "1:19"
    with pytest.raises(AssertionError, match=r"the binary at bin/tax differs from one that is built anew"):
        assert_up_to_date(result)

    tax.remove("bin")
    assert_up_to_date(tax.build(*TAX))
    assert printed(tax) == "1:20"
